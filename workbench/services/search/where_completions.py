"""What can stand in the expression of a search, and in a condition on the log: names, functions, types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from workbench.model.expressions.value_kinds import ANY, RECORD, Type
from workbench.model.registry import Registry
from workbench.project.declared.invariant_compiler import names_of_model
from workbench.services.design.completions import Completion, Completions
from workbench.services.design.expression_completions import suggestions
from workbench.services.search.condition import KINDS
from workbench.store.search_port import RecordKind

MOST_OFFERED = 60


def where_completions(registry: Registry, text: str, offset: int) -> Completions:
    """Returns what can stand at an offset of an expression."""
    return _completed(text, offset, _names(registry), (*registry.events, *registry.commands))


def condition_completions(
    registry: Registry, text: str, offset: int, *, of: str = "", rows: str = ""
) -> Completions:
    """Returns what can stand at an offset of a condition on the log.

    Args:
        of: Aggregate of whose streams it is asked; or ``rows``, the read model of whose rows.
    """
    scope = names_of_model(registry).scope(of=of, rows=rows)
    return _completed(text, offset, {name: one.type for name, one in scope.items()}, registry.events)


def _completed(text: str, offset: int, names: dict[str, Type], types: Iterable[str]) -> Completions:
    before = text[:offset]
    told = suggestions(before, names, dict.fromkeys(types, ""))
    typed = told[0].typed if told else ""
    fitting = [one for one in told if one.name.lower().startswith(typed.lower())]
    found = tuple(
        Completion(
            name=one.name,
            insert=f"{one.name}()" if one.kind == "function" else one.name,
            kind=one.kind,
            words=one.words,
            back=one.kind == "function",
        )
        for one in fitting[:MOST_OFFERED]
    )
    return Completions(start=offset - len(typed), end=offset, typed=typed, found=found)


def _names(registry: Registry) -> dict[str, Type]:
    """Returns the names of a search; of payloads the fields that the model's events and commands have."""
    schemas = [one.schema for one in registry.events.values()]
    schemas += [one.schema for one in registry.commands.values()]
    kinds = tuple(kind.value for kind in RecordKind)
    return {
        **KINDS,
        "data": replace(RECORD, fields=_fields(schemas)),
        "kind": replace(KINDS["kind"], choices=kinds),
    }


def _fields(schemas: Iterable[Mapping[str, Any]]) -> dict[str, Type]:
    found: dict[str, Type] = {}
    for schema in schemas:
        for name, field in _properties(schema, schema).items():
            inner = _properties(field, schema)
            known = replace(RECORD, fields=dict.fromkeys(inner, ANY)) if inner else ANY
            found[name] = known if inner or name not in found else found[name]
    return dict(sorted(found.items()))


def _properties(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the properties of a JSON schema, also where it only refers to a definition."""
    if isinstance(reference := schema.get("$ref"), str):
        schema = root.get("$defs", {}).get(reference.rpartition("/")[2], {})
    found = schema.get("properties", {})
    return found if isinstance(found, Mapping) else {}

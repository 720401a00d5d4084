"""Finds the fields that a store's payloads have, so that a person can choose which are masked."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound
from workbench.model.hints import did_you_mean
from workbench.model.json_values import read_text
from workbench.model.secrets import is_secret
from workbench.services.documents.schema_fields import fields_of

if TYPE_CHECKING:
    from workbench.model.registry import Registry

MOST = 2_000
"""Fields that are shown at once: maps whose keys are data have no end of them."""
OF_TYPE = "type:"
"""Begins what stands for all fields of a type."""
_READ_NAME = re.compile(r"""(?:\.|\[["']|get\(["'])([A-Za-z_]\w*)""", re.ASCII)
"""Of a field in an expression or in Python: ``event.city``, ``data["city"]``, ``data.get("city")``."""
_KINDS = {bool: "true or false", int: "number", float: "number", str: "text", dict: "object", list: "list"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundField:
    """A field, by its name, wherever it stands.

    Attributes:
        count: How many values it has.
        types: What the model says of it, else what its values are.
        places: Where it stands: ``events``, ``messages``, names of read models.
        secret: Whether its name says that a secret stands there.
    """

    name: str
    count: int
    types: tuple[str, ...]
    places: tuple[str, ...]
    secret: bool


def fields_in(payloads: Iterable[tuple[str, str]], registry: Registry) -> tuple[FoundField, ...]:
    """Returns the fields of JSON texts: what looks like a secret first, then by name.

    Args:
        payloads: Of what each text is, and the text.
    """
    counts: Counter[str] = Counter()
    kinds: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[str]] = defaultdict(set)
    for place, text in payloads:
        for name, value in _named(_read(text)):
            counts[name] += 1
            kinds[name].add(_KINDS.get(type(value), ""))
            places[name].add(place)
    said = _types(registry)
    found = [
        FoundField(
            name=name,
            count=count,
            types=tuple(sorted(said.get(name) or kinds[name] - {""})),
            places=tuple(sorted(places[name])),
            secret=is_secret(name),
        )
        for name, count in counts.items()
    ]
    return tuple(sorted(found, key=lambda one: (not one.secret, one.name.casefold(), one.name)))


def names_of(wanted: Sequence[str], fields: Sequence[FoundField]) -> frozenset[str]:
    """Returns the names of fields that are named, or meant by their type.

    Raises:
        NotFound: There is none of that name or type.
    """
    names: set[str] = set()
    for one in wanted:
        kind = one.removeprefix(OF_TYPE)
        by_type = one.startswith(OF_TYPE)
        fits = {field.name for field in fields if (kind in field.types if by_type else field.name == one)}
        if not fits:
            known = {word for field in fields for word in (field.types if by_type else (field.name,))}
            raise NotFound(
                f"no field here has the {'type' if by_type else 'name'} {kind}",
                hint=did_you_mean(kind, known) or "workbench bundle lists them with --preview",
            )
        names |= fits
    return frozenset(names)


def model_names(registry: Registry, texts: Iterable[str]) -> frozenset[str]:
    """Returns the names that a model gives to types and fields, or by which it reads fields.

    Args:
        texts: Of the model's files.
    """
    kinds: tuple[Iterable[str], ...] = (
        registry.events, registry.commands, registry.queries, registry.aggregates, registry.projections,
        registry.reactors, registry.handlers, registry.topics, registry.subscriptions,
    )  # fmt: skip
    names = {name for kind in kinds for name in kind} | set(_types(registry))
    schemas = [one.schema for one in registry.events.values()]
    schemas += [one.schema for one in registry.commands.values()]
    for schema in schemas:
        names |= set(_properties(schema))
    return frozenset(names | {name for text in texts for name in _READ_NAME.findall(text)})


def _properties(schema: Any) -> Iterator[str]:
    """Yields the names of all fields of a schema, however deep they stand."""
    if isinstance(schema, Mapping):
        fields = schema.get("properties")
        if isinstance(fields, Mapping):
            yield from fields
        schema = tuple(schema.values())
    if isinstance(schema, list | tuple):
        for item in schema:
            yield from _properties(item)


def _types(registry: Registry) -> dict[str, set[str]]:
    said: dict[str, set[str]] = defaultdict(set)
    schemas = [one.schema for one in registry.events.values()]
    schemas += [one.schema for one in registry.commands.values()]
    for schema in schemas:
        for field in fields_of(schema):
            said[field.name].add(field.type)
    for projection in registry.projections.values():
        for column in projection.columns:
            said[column.name].add(column.kind.value)
    return said


def _read(text: str) -> Any:
    try:
        return read_text(text)
    except ValueError:
        return None


def _named(value: Any) -> Iterator[tuple[str, Any]]:
    """Yields each key with its value, however deep it stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from _named(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        yield from _named(_read(value))

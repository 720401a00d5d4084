"""Says the fields of an event model as a project declares them, and reads the values of its examples."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.interop.event_model_file import ModelField
from workbench.services.design.import_names import field_name

_TYPES = {
    "boolean": "boolean",
    "double": "decimal",
    "decimal": "money",
    "long": "integer",
    "int": "integer",
    "datetime": "date-time",
    "uuid": "uuid",
}
"""What types are called in a project; any other is text."""
_SAMPLES: Mapping[str, Any] = {
    "boolean": False,
    "decimal": "1.5",
    "money": "1.00",
    "integer": 1,
    "date-time": "2026-01-01T00:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "string": "x",
}
"""A value of each type, where an example leaves one out."""

_NO_IDS = frozenset({"boolean", "double", "decimal"})
DEEPEST = 7
"""Braces that may stand in each other in ``fields``: no more than that can be read."""


def field_specs(fields: Iterable[ModelField]) -> dict[str, Any]:
    """Returns what a section's ``fields`` hold."""
    return {field_name(one.name): _spec(one) for one in fields if field_name(one.name)}


def nesting(value: object) -> int:
    """Returns how many braces stand in each other where a value is written."""
    return 1 + max(map(nesting, value.values()), default=0) if isinstance(value, Mapping) else 0


def _spec(one: ModelField) -> Any:
    if one.subfields:
        inner: Any = {"type": "object", "fields": field_specs(one.subfields)}
    else:
        inner = _TYPES.get(one.type.casefold(), "string")
    if is_list(one):
        inner = {"type": "list", "of": inner}
    if not one.optional:
        return inner
    return f"{inner}?" if isinstance(inner, str) else {**inner, "type": f"{inner['type']}?"}


def is_list(one: ModelField) -> bool:
    """Whether a field holds several values."""
    return one.cardinality.casefold() == "list"


def names_one(one: ModelField) -> bool:
    """Whether its values can be the ids of aggregates."""
    return not one.subfields and one.cardinality == "Single" and one.type.casefold() not in _NO_IDS


def value_of(one: ModelField, example: Any) -> Any:
    """Returns an example's value as a scenario says it; None where it cannot be one of the field's type."""
    read = _read(example) if not isinstance(example, str) or one.subfields or is_list(one) else example
    if is_list(one):
        items = read if isinstance(read, list) else [read]
        values = [_single(one, item) for item in items]
        return None if None in values else values
    return _single(one, read)


def _single(one: ModelField, value: Any) -> Any:
    if one.subfields:
        if not isinstance(value, Mapping):
            return None
        inner = {part.name: part for part in one.subfields}
        return {
            field_name(name): value_of(inner[name], item) for name, item in value.items() if name in inner
        }
    kind = _TYPES.get(one.type.casefold(), "string")
    if kind == "boolean":
        return {"true": True, "false": False}.get(str(value).casefold())
    if kind == "integer":
        return int(str(value)) if str(value).lstrip("-").isdecimal() else None
    return str(value) if not isinstance(value, dict | list) else json.dumps(value)


def sample_of(one: ModelField) -> Any:
    """Returns some value that fits a field."""
    if is_list(one):
        return []
    if one.subfields:
        return {field_name(part.name): sample_of(part) for part in one.subfields if not part.optional}
    return _SAMPLES[_TYPES.get(one.type.casefold(), "string")]


def _read(example: Any) -> Any:
    if not isinstance(example, str):
        return example
    try:
        return json.loads(example)
    except ValueError:
        return example

"""How values that CEL does not have look to it: UUIDs as text, objects as mappings, microseconds as times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from workbench.model.expressions.cel_values import TYPES, TypeName, Uint
from workbench.model.expressions.value_kinds import Kind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int) -> datetime:
    """Returns a number of microseconds since 1970 as a time."""
    return EPOCH + timedelta(microseconds=microseconds)


def in_microseconds(time: datetime) -> int:
    """Returns how many microseconds after 1970 a time is; one without a zone is taken as UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def seen(value: Any) -> Any:
    """Returns a value of which nothing is known as an expression sees it; its items stay as they are."""
    if type(value) in TYPES:
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):  # of an enumeration, for example
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, set | frozenset):
        return list(value)
    fields = fields_of(value)
    return str(value) if fields is None else {name: field_of(value, name) for name in fields}


def fields_of(value: Any) -> tuple[str, ...] | None:
    """Returns the names of an object's fields: of a mapping, a msgspec struct or a pydantic model."""
    if isinstance(value, Mapping):
        return tuple(value)
    found = getattr(type(value), "__struct_fields__", None) or getattr(type(value), "model_fields", None)
    return None if found is None else tuple(found)


def field_of(value: Any, name: str) -> Any:
    """Returns a field that an object has."""
    return value[name] if isinstance(value, Mapping) else getattr(value, name)


def _moment(value: Any) -> Any:
    return None if value is None else moment(value)


VIEWS: dict[Kind, Callable[[Any], Any]] = {
    Kind.ANY: seen,
    Kind.UUID: seen,
    Kind.MICROS: _moment,
}
"""What is done to values of these kinds before anything is computed with them."""


def plain(value: Any) -> Any:
    """Returns what an expression gave without the classes that only expressions know."""
    kind = type(value)
    if kind is Uint:
        return int(value)
    if kind is TypeName:
        return str(value)
    if kind is list:
        return [plain(item) for item in value]
    if kind is dict:
        return {plain(key): plain(item) for key, item in value.items()}
    return value

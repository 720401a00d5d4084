"""How values that CEL does not have look to it: UUIDs as text, objects as mappings, microseconds as times."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
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
    if isinstance(value, Mapping):
        return dict(value)
    names = attributes_of(type(value))
    return str(value) if names is None else {field_named(one): getattr(value, one) for one in names}


def attributes_of(kind: type[Any]) -> tuple[str, ...] | None:
    """Returns the attributes that are the fields of a msgspec struct or a pydantic model."""
    found = getattr(kind, "__struct_fields__", None) or getattr(kind, "model_fields", None)
    return None if found is None else tuple(found)


def names_of(kind: type[Any]) -> Mapping[str, str]:
    """Returns the names in JSON of the fields of a msgspec struct or a pydantic model."""
    written = getattr(kind, "__struct_encode_fields__", ()) or [
        one.alias or name for name, one in getattr(kind, "model_fields", {}).items()
    ]
    return dict(zip(map(field_named, attributes_of(kind) or ()), written, strict=True))


_SAFE = "f·"
"""Begins the attribute of a field whose own name a class uses otherwise; no name in an expression has it."""


def attribute_named(field: str, taken: Container[str]) -> str:
    """Returns the attribute for a field: its name, unless classes use it or hide what begins so."""
    return f"{_SAFE}{field}" if field in taken or field.startswith(("_", "model_")) else field


def field_named(attribute: str) -> str:
    """Returns the field that an attribute is for."""
    return attribute.removeprefix(_SAFE)


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

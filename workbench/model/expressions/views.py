"""How values that CEL does not have look to it: decimals as numbers, UUIDs as text, objects as mappings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from workbench.model.expressions.kinds import ANY, Kind, Type

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int) -> datetime:
    """Returns the time that so many microseconds since 1970 are."""
    return EPOCH + timedelta(microseconds=microseconds)


VIEWS: dict[Kind, Callable[[Any], Any]] = {Kind.UUID: str, Kind.MICROS: moment}


def plain(value: Any, known: Type = ANY) -> Any:
    """Returns a value as CEL takes it: objects as mappings, decimals as numbers, UUIDs as text.

    Args:
        known: What is known of it; only this tells a time in microseconds from a number.
    """
    if known.kind is Kind.MICROS and value is not None:
        return moment(value)
    if known.fields is not None and value is not None:
        return _plain_record(value, known.fields)
    if value is None or isinstance(value, str | int | float | datetime | timedelta):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return _plain_record(value, {})
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, known.item or ANY) for item in value]
    return _plain_record(value, {})


def _plain_record(value: Any, known: Mapping[str, Type]) -> Any:
    """Returns an object as a mapping, whether it is one, a msgspec struct or a pydantic model."""
    if isinstance(value, Mapping):
        return {str(name): plain(one, known.get(name, ANY)) for name, one in value.items()}
    fields = getattr(value, "__struct_fields__", None) or getattr(type(value), "model_fields", None)
    if fields is None:
        return str(value)
    return {name: plain(getattr(value, name), known.get(name, ANY)) for name in fields}

"""The columns of a read model in declared sections: what expressions see of a row, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from workbench.model.expressions.numbers import exact
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import Kind, Type
from workbench.model.expressions.value_views import EPOCH, moment
from workbench.model.json_values import read_json, write_json
from workbench.model.projection import ColumnKind
from workbench.project.declared.projection_sections import ProjectionSection
from workbench.project.declared.value_classes import NUMBER, as_json

KINDS = {
    ColumnKind.TEXT: Kind.STRING,
    ColumnKind.INTEGER: Kind.INTEGER,
    ColumnKind.NUMBER: Kind.DOUBLE,
    ColumnKind.DECIMAL: Kind.DECIMAL,
    ColumnKind.MONEY: Kind.DECIMAL,
    ColumnKind.BOOLEAN: Kind.BOOLEAN,
    ColumnKind.TIME: Kind.MICROS,
    ColumnKind.JSON: Kind.ANY,
}
OWN_COLUMN = "keep the outcome in a column of its own, and compare that"
"""What to do where a column as it is cannot be compared."""
_MICROSECOND = timedelta(microseconds=1)


def columns_of(section: ProjectionSection) -> Mapping[str, ColumnKind]:
    """Returns the kinds of a projection's columns."""
    return {name: ColumnKind(one.type) for name, one in section.columns.items()}


def indexed_in(section: ProjectionSection) -> frozenset[str]:
    """Returns the columns by which rows are found and sorted quickly: the key, and those with an index."""
    return frozenset(
        {next(iter(section.columns)), *(name for name, one in section.columns.items() if one.index)}
    )


def way_to_index(column: str, columns: Mapping[str, ColumnKind]) -> str:
    """Says how a column gets an index."""
    return f'give it one: columns {{ {column} {{ type: "{columns[column].value}", index: true }} }}'


def types_of(columns: Mapping[str, ColumnKind]) -> Mapping[str, Type]:
    """Returns what expressions know of a row."""
    return {name: Type(kind=KINDS[kind], nullable=True, lenient=True) for name, kind in columns.items()}


def row_seen(row: Mapping[str, Any] | None, columns: Mapping[str, ColumnKind]) -> dict[str, Any] | None:
    """Returns a row as expressions see it: the store says 1 and 0 for true and false, and JSON as text."""
    if row is None:
        return None
    return {name: _value_seen(columns.get(name), value) for name, value in row.items()}


def row_typed(row: Mapping[str, Any] | None, columns: Mapping[str, ColumnKind]) -> dict[str, Any] | None:
    """Returns a row in the types of its columns: as `row_seen` does, and times, where a calendar has them."""
    found = row_seen(row, columns)
    if found is None:
        return None
    for name, kind in columns.items():
        if kind is ColumnKind.TIME and isinstance(value := found.get(name), int):
            with suppress(OverflowError):
                found[name] = moment(value)
    return found


def _value_seen(kind: ColumnKind | None, value: Any) -> Any:
    if kind is ColumnKind.BOOLEAN and value is not None:
        return bool(value)
    return read_json(value) if kind is ColumnKind.JSON and isinstance(value, str) else value


def kept(kind: ColumnKind, value: Any) -> Any:
    """Returns a value as a column keeps it."""
    if value is None:
        return None
    match kind:
        case ColumnKind.NUMBER if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return float(value)
        case ColumnKind.DECIMAL | ColumnKind.MONEY:
            return Decimal(value) if isinstance(value, str) and NUMBER.fullmatch(value) else exact(value)
        case ColumnKind.TEXT if not isinstance(value, str):
            return str(msgspec.to_builtins(value))
        case ColumnKind.TIME if isinstance(value, datetime | str):
            return (msgspec.convert(value, datetime) - EPOCH) // _MICROSECOND
        case ColumnKind.JSON:
            return write_json(as_json(value))
        case _:
            return value


def keeping(kind: ColumnKind, get: Get, found: Type) -> Get:
    """Returns a value as its column keeps it."""
    if found.kind is KINDS[kind] and found.kind is not Kind.ANY:
        return get
    return lambda env: kept(kind, get(env))

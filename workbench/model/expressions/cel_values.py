"""The values that expressions compute with, and the errors that end them.

Whole numbers, doubles, text, bytes, booleans, null, lists, times and durations are Python's own; decimals are
exact. Unsigned numbers and types have classes here. A whole number of JSON beyond 64 bits with a sign counts
as unsigned.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from workbench.model.expressions.value_kinds import WORDS, Kind

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
UINT_MAX = 2**64 - 1


class Uint(int):
    """An unsigned whole number."""

    __slots__ = ()


class TypeName(str):
    """What ``type(x)`` gives."""

    __slots__ = ()


class Wrong(Exception):
    """An expression has no value: the values do not fit; says why."""


class Missing(Wrong):
    """A field, key or item is not there, or not in null: a filter does not match then (contract §8)."""


class OutOfBudget(Exception):
    """An expression went beyond its budget (X2); says which."""


TYPES: dict[type[Any], Kind] = {
    str: Kind.STRING,
    int: Kind.INTEGER,
    Uint: Kind.UINT,
    float: Kind.DOUBLE,
    Decimal: Kind.DECIMAL,
    bool: Kind.BOOLEAN,
    bytes: Kind.BYTES,
    datetime: Kind.TIME,
    timedelta: Kind.DURATION,
    list: Kind.LIST,
    tuple: Kind.LIST,
    dict: Kind.RECORD,
    type(None): Kind.NULL,
    TypeName: Kind.TYPE,
}
"""The kinds of values by their classes in Python."""
NAMES: dict[type[Any], str] = {
    str: "string",
    int: "int",
    Uint: "uint",
    float: "double",
    Decimal: "decimal",
    bool: "bool",
    bytes: "bytes",
    datetime: "google.protobuf.Timestamp",
    timedelta: "google.protobuf.Duration",
    list: "list",
    tuple: "list",
    dict: "map",
    type(None): "null_type",
    TypeName: "type",
}
"""How expressions call these kinds."""
TYPE_NAMES = {name: TypeName(name) for name in NAMES.values()}


def words_of(value: Any) -> str:
    """Returns how people call what a value is."""
    return WORDS[TYPES.get(type(value), Kind.RECORD)]


def number_type(value: Any) -> type[Any]:
    """Returns int, Uint, float or Decimal; what is no number as its own class."""
    kind = type(value)
    return Uint if kind is int and not INT_MIN <= value <= INT_MAX else kind

"""Functions that turn a value into one of another kind."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from workbench.model.expressions.budget import Frame, step, take
from workbench.model.expressions.cel_values import INT_MAX, NAMES, UINT_MAX, TypeName, Uint, Wrong
from workbench.model.expressions.numbers import exact, finite, within
from workbench.model.expressions.time_functions import written_duration, written_time
from workbench.model.expressions.value_views import EPOCH

_WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
_BROKEN = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan)", re.IGNORECASE | re.ASCII
)
_EXACT = re.compile(r"[+-]?[0-9]{1,80}(\.[0-9]{1,20})?")
_TRUE = frozenset({"1", "t", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "false", "FALSE", "False"})
_LONGEST = 10_000
"""Digits of a decimal that is written out."""


def _cut(value: Any, highest: int) -> int:
    """Returns the whole number in a number or text, towards zero."""
    if isinstance(value, str):
        if _WHOLE.fullmatch(value) is None:
            raise Wrong(f"'{value[:40]}' is no whole number")
        return int(value)
    if isinstance(value, float) and not -(2.0**63) < value < float(highest):
        raise Wrong("the number is too large, or none")
    if isinstance(value, Decimal) and value.adjusted() > 20:
        raise Wrong("the number is too large")
    return int(value)


def to_int(value: Any) -> int:
    """Returns a whole number: of a number towards zero, of a time the seconds since 1970."""
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(seconds=1)
    return int(within(_cut(value, INT_MAX)))


def to_uint(value: Any) -> Uint:
    """Returns an unsigned whole number."""
    return Uint(within(_cut(value, UINT_MAX), Uint))


def to_double(value: Any) -> float:
    """Returns a double; a decimal becomes the nearest one."""
    if isinstance(value, str):
        if len(value) > 1000 or _BROKEN.fullmatch(value) is None:
            raise Wrong(f"'{value[:40]}' is no number")
        return float(value)
    return float(value)


def to_decimal(value: Any) -> Decimal:
    """Returns an exact number; a double is taken as it is written."""
    if isinstance(value, str):
        if _EXACT.fullmatch(value) is None:
            raise Wrong(f"'{value[:40]}' is no number such as 12.50")
        return Decimal(value)
    return finite(exact(value))  # type: ignore[no-any-return]


def to_bool(value: Any) -> bool:
    """Returns true or false, as it may be written."""
    if isinstance(value, bool):
        return value
    if value not in _TRUE and value not in _FALSE:
        raise Wrong(f"'{value[:40]}' is neither true nor false")
    return value in _TRUE


def to_bytes(frame: Frame, value: Any) -> bytes:
    """Returns the UTF-8 of a text."""
    if isinstance(value, bytes):
        return value
    take(frame, 2 * len(value))
    return str(value).encode("utf-8", "surrogatepass")


def to_type(value: Any) -> TypeName:
    """Returns what kind of value it is."""
    return TypeName(NAMES[type(value)])


def written(value: Any) -> str:
    """Returns a value as text: numbers without an exponent, times as RFC 3339, durations in seconds."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return _written_double(value)
        case Decimal():
            if abs(value.adjusted()) > _LONGEST:
                raise Wrong(f"the number has more than {_LONGEST} digits")
            return format(value, "f")
        case datetime():
            return written_time(value)
        case timedelta():
            return written_duration(value)
        case bytes():
            return _text(value)
        case _:
            return "null" if value is None else str(value)


def _written_double(value: float) -> str:
    if value - value != 0:  # inf and nan
        return {float("inf"): "inf", float("-inf"): "-inf"}.get(value, "NaN")
    said = format(Decimal(repr(value)), "f")
    return said.removesuffix(".0")


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Wrong("these bytes are no UTF-8") from None


def to_text(frame: Frame, value: Any) -> str:
    """Returns a value as text."""
    if type(value) is str:
        return value
    said = written(value)
    step(frame, len(said) >> 3)
    take(frame, len(said))
    return said

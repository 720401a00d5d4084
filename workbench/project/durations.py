"""Durations as a person writes them in a project file: ``"500ms"``, ``"5s"``, ``"30m"``, ``"7d"``."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from workbench.model.calendar_spans import Calendar, read_calendar

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*(ms|s|m|h|d|w)")


def read_duration(value: object) -> float:
    """Returns seconds; a plain number is taken as seconds.

    Raises:
        ValueError: It is neither a number nor a number with a unit.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('should be a duration such as "500ms", "5s", "30m", "2h" or "7d"')
    return float(found[1]) * _UNITS[found[2]]


def read_later(value: object) -> object:
    """Returns seconds, a `Calendar`, or a text that is an expression for a duration.

    Raises:
        ValueError: It is neither, or negative.
    """
    if isinstance(value, str) and (found := read_calendar(value)) is not None:
        return found
    try:
        seconds = read_duration(value)
    except ValueError:
        if isinstance(value, str) and value.strip():
            return value
        raise
    if seconds < 0:
        raise ValueError("should be 0 or more")
    return seconds


def write_later(later: object) -> str:
    """Writes what `read_later` returns: ``30m``, ``1 month``, or the expression."""
    if isinstance(later, Calendar):
        count, unit = (later.months, "month") if later.months else (later.days, "day")
        return f"{count} {unit}" + ("s" if count != 1 else "")
    return write_duration(later) if isinstance(later, int | float) else str(later)


Later = Annotated[
    Any,
    BeforeValidator(read_later),
    WithJsonSchema({"type": "string", "format": "span", "examples": ["30m", "1 month"]}),
]
"""How much later: seconds, units of the calendar, or an expression."""


def read_lasting(value: object) -> float:
    """Returns seconds; ``"forever"`` is infinity.

    Raises:
        ValueError: It is neither that nor a duration.
    """
    if value == "forever":
        return math.inf
    try:
        return read_duration(value)
    except ValueError:
        raise ValueError('should be "forever" or a duration such as "30m", "12h" or "30d"') from None


Lasting = Annotated[
    float,
    BeforeValidator(read_lasting),
    WithJsonSchema({"type": "string", "format": "span", "examples": ["12h", "30d", "forever"]}),
]
"""Seconds, written with a unit, or ``"forever"``."""
Duration = Annotated[
    float,
    BeforeValidator(read_duration),
    WithJsonSchema({"type": "string", "format": "span", "examples": ["500ms", "5s", "30m"]}),
]
"""Seconds, written with a unit."""


def write_duration(seconds: float) -> str:
    """Writes seconds in the largest unit that gives a whole number: ``"30m"``; below a second in ``ms``."""
    for unit in ("w", "d", "h", "m", "s"):
        count = seconds / _UNITS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    return f"{seconds * 1000:.3f}".rstrip("0").rstrip(".") + "ms" if seconds else "0s"

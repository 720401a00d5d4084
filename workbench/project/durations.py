"""Durations as a person writes them in a project file: ``"500ms"``, ``"30m"``, ``"1h30m"``, ``"7d"``."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from workbench.model.calendar_spans import Calendar, read_calendar

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*(ms|s|m|h|d|w)\s*")
_DURATION = re.compile(rf"(?:{_PART.pattern}){{1,6}}")
_READABLE = 100
"""A number from which on a duration is said in several units: ``99m``, but ``1h 40m``."""


class Written(float):
    """Seconds.

    Attributes:
        words: How they were written, such as ``14d``.
    """

    words = ""


def read_duration(value: object) -> float:
    """Returns seconds; a plain number is taken as seconds.

    Raises:
        ValueError: It is neither a number nor numbers with units.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or _DURATION.fullmatch(value.strip()) is None:
        raise ValueError('should be a duration such as "500ms", "5s", "30m", "1h30m" or "7d"')
    return sum(float(count) * _UNITS[unit] for count, unit in _PART.findall(value))


def read_span(value: object) -> float | Calendar:
    """Returns seconds, or units of the calendar.

    Raises:
        ValueError: It is neither.
    """
    found = read_calendar(value) if isinstance(value, str) else None
    try:
        return read_duration(value) if found is None else found
    except ValueError as error:
        raise ValueError(f'{error}, or one number of days, weeks, months or years: "2 weeks"') from None


def read_later(value: object) -> object:
    """Returns seconds, a `Calendar`, or a text that is an expression for a duration.

    Raises:
        ValueError: It is neither, or negative.
    """
    try:
        span = read_span(value)
    except ValueError:
        if isinstance(value, str) and value.strip():
            return value
        raise
    if isinstance(span, float) and span < 0:
        raise ValueError("should be 0 or more")
    if isinstance(span, float) and isinstance(value, str):
        span = Written(span)
        span.words = value.strip()
    return span


def write_later(later: object) -> str:
    """Writes what `read_later` returns as it was written: ``30m``, ``2 weeks``, or the expression."""
    if isinstance(later, Calendar | Written):
        return later.words
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
    """Writes seconds in one unit where that is readable, else in several: ``90s``, ``24d 14h``, ``5ms``."""
    if seconds < 1:
        return f"{seconds * 1000:.3f}".rstrip("0").rstrip(".") + "ms" if seconds else "0s"
    for unit in ("w", "d", "h", "m", "s"):
        count = seconds / _UNITS[unit]
        if count >= 1 and count == int(count) and count < _READABLE:
            return f"{int(count)}{unit}"
    rest, parts = round(seconds * 1_000_000), []
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, int(_UNITS[unit] * 1_000_000))
        parts += [f"{count}{unit}"] if count else []
    last = f"{rest / 1_000_000:.6f}".rstrip("0").rstrip(".")
    return " ".join([*parts, f"{last}s"] if rest else parts)

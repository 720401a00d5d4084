"""Durations as a person writes them in a project file: ``"500ms"``, ``"5s"``, ``"30m"``, ``"7d"``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

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


def write_duration(seconds: float) -> str:
    """Returns a duration as a person writes it: in the largest unit that leaves no fraction."""
    for unit, worth in sorted(_UNITS.items(), key=lambda pair: -pair[1]):
        count = round(seconds / worth, 6)
        if unit != "w" and count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


Duration = Annotated[
    float,
    BeforeValidator(read_duration),
    WithJsonSchema({"type": "string", "format": "span", "examples": ["500ms", "5s", "30m"]}),
]
"""Seconds, written with a unit."""

"""Reads up to where something is meant as a person says it: a position, or a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.services.search.time_words import read_time

if TYPE_CHECKING:
    from workbench.model.zones import Zone
    from workbench.store.ports import Reader

LONGEST = 18
"""Digits of a position."""


def position_as_of(text: str, reader: Reader, now: int, zone: Zone) -> int | None:
    """Returns the position up to which something is meant; None for an empty text: as it is now.

    Of a time it is that of the last event or message that was recorded before it; a day is meant to its end.

    Args:
        text: ``1,200``, ``-2h``, ``yesterday``, ``2026-11-26 08:00``.
        now: Microseconds since 1970.

    Raises:
        InvalidValue: It is neither.
    """
    digits = text.strip().replace(",", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST:
        return int(digits)
    at = read_time(text, now, zone, ends=True)
    return None if at is None else reader.position_before(at)

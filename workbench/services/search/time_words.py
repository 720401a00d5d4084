"""Reads the times of a search as a person says them: ``-2h``, ``yesterday``, ``2026-11-26 08:00``."""

from __future__ import annotations

from datetime import datetime, timedelta

from workbench.errors import InvalidValue
from workbench.model.clock import MICROSECONDS, checked_time, from_datetime, read_moment
from workbench.model.zones import Zone
from workbench.project.durations import read_duration

DAYS = {"today": 0, "yesterday": 1}
HINT = "write -2h, -7d, today, yesterday, 2026-11-26 or 2026-11-26 08:00"


def read_time(text: str, now: int, zone: Zone, *, ends: bool = False) -> int | None:
    """Returns microseconds since 1970; None for an empty text.

    Args:
        ends: Whether it ends a range: a day is meant to its end then.

    Raises:
        InvalidValue: It is no time.
    """
    said = text.strip().lower()
    if not said:
        return None
    try:
        if said.startswith("-"):
            return checked_time(now - round(read_duration(said[1:]) * MICROSECONDS))
        if said == "now":
            return now
        return _of_calendar(text.strip(), said, now, zone, timedelta(days=1 if ends else 0))
    except (ValueError, OverflowError):
        raise InvalidValue(f"{text.strip()[:40]!r} is no time", path="", hint=HINT) from None


def _of_calendar(text: str, said: str, now: int, zone: Zone, more: timedelta) -> int:
    if said in DAYS:
        day = zone.local(now).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return _in_zone(day - timedelta(days=DAYS[said]) + more, zone)
    if len(said) == len("2026-11-26"):
        return _in_zone(datetime.fromisoformat(said) + more, zone)
    moment = read_moment(text)
    return from_datetime(moment) if moment.tzinfo else _in_zone(moment, zone)


def _in_zone(wall: datetime, zone: Zone) -> int:
    """Returns the first moment at which clocks show a time, or have passed it."""
    found = zone.moments(wall)
    return from_datetime(found[0] if found else zone.moments(wall + timedelta(hours=1))[0])

"""Times as people read them: one zone for all, absolute and relative (ux rule 4)."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from workbench.model.clock import SystemClock

_CLOCK = SystemClock()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS = ((60, "s", 1), (3_600, "min", 60), (86_400, "h", 3_600), (math.inf, "d", 86_400))


class _Zone:
    local = True


def set_zone(zone: str) -> None:
    """Chooses the zone of all times that are shown: ``local`` or ``utc``."""
    _Zone.local = zone != "utc"


def zone_name() -> str:
    """Returns how the zone is called, such as ``CET`` or ``UTC``."""
    now = _EPOCH + timedelta(microseconds=_CLOCK.now())
    return (now.astimezone().tzname() or "local") if _Zone.local else "UTC"


def absolute(us: int) -> str:
    """Returns a time (microseconds since 1970) to the millisecond, in the zone of all times."""
    try:
        moment = _EPOCH + timedelta(microseconds=us)
        shown = moment.astimezone() if _Zone.local else moment
    except (OverflowError, ValueError):
        return f"{us:,} µs"
    return f"{shown.year:04}-{shown:%m-%d %H:%M:%S}.{shown.microsecond // 1000:03d}"


def short(us: int) -> str:
    """Returns the time of day for today's times, else the day and the minute."""
    whole, today = absolute(us), absolute(_CLOCK.now())
    if whole.endswith("µs"):
        return whole
    if whole[:10] == today[:10]:
        return whole[11:19]
    return whole[5:16] if whole[:4] == today[:4] else whole[:10]


def relative(us: int, now_us: int) -> str:
    """Returns how long ago, or in how long, a time is: ``3 s ago``, ``in 2 min``."""
    seconds = (now_us - us) / 1_000_000
    far = abs(seconds)
    if far < 1:
        return "now"
    unit, step = next((unit, step) for limit, unit, step in _STEPS if far < limit)
    said = f"{int(far // step):,} {unit}"
    return f"{said} ago" if seconds > 0 else f"in {said}"

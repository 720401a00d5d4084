"""Times as people read them: one zone for all, absolute and relative (ux rule 4, V3)."""

from __future__ import annotations

import math
from datetime import datetime
from functools import cache

from PySide6.QtCore import QObject, Signal

from workbench.model.clock import SystemClock
from workbench.model.zones import SYSTEM, Zone, find_zone

ABSOLUTE_WIDTH, SHORT_WIDTH = 236, 134
"""Pixels of a column in which all that `absolute` says stands whole; `short` as well, but for odd offsets."""
_CLOCK = SystemClock()
_STEPS = ((60, "s", 1), (3_600, "min", 60), (86_400, "h", 3_600), (math.inf, "d", 86_400))
_FAR = 100 * 86_400
_FINER = {"d": (3_600, 24, "h"), "h": (60, 60, "min")}


def now() -> int:
    """Returns the time of the machine's clock, in microseconds since 1970."""
    return _CLOCK.now()


class ShownZone(QObject):
    """The zone of all times that are shown and typed.

    Signals:
        changed: Another zone was chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.zone: Zone = SYSTEM


@cache
def shown_zone() -> ShownZone:
    """Returns the one holder of the zone."""
    return ShownZone()


def set_zone(key: str) -> None:
    """Chooses the zone of all times that are shown, such as ``local``, ``utc`` or ``Europe/Berlin``.

    Raises:
        InvalidValue: There is no such zone.
    """
    zone = find_zone(key)
    if zone != shown_zone().zone:
        shown_zone().zone = zone
        shown_zone().changed.emit()


def zone_name() -> str:
    """Returns how the zone is called now, such as ``CET`` or ``UTC``."""
    return shown_zone().zone.name(_CLOCK.now())


def zone_text() -> str:
    """Returns the zone with the offset that holds now; times with another offset say theirs."""
    return shown_zone().zone.told(_CLOCK.now())


def absolute(us: int) -> str:
    """Returns a time (microseconds since 1970) to the millisecond, in the zone of all times.

    The offset stands behind it where it is not the one that holds now, or where clocks show the time twice.
    """
    moment = _local(us)
    if moment is None:
        return f"{us:,} µs"
    told = f"{moment.year:04}-{moment:%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
    return f"{told} {mark_of(moment)}".rstrip()


def short(us: int) -> str:
    """Returns the time of day for today's times, else day and minute; with offsets as `absolute` has them."""
    return in_one_form(us)[0]


def in_one_form(*times: int) -> list[str]:
    """Returns times as `short` does, all in the one form that tells each of them: the ends of an axis."""
    moments, today = [_local(us) for us in times], _local(_CLOCK.now())
    known = [moment for moment in moments if moment is not None]
    if today is None or len(known) < len(times):
        return [f"{us:,} µs" for us in times]
    if all(moment.date() == today.date() for moment in known):
        return [f"{moment:%H:%M:%S} {_brief(moment)}".rstrip() for moment in known]
    if all(moment.year == today.year for moment in known):
        return [f"{moment:%m-%d %H:%M} {_brief(moment)}".rstrip() for moment in known]
    return [f"{moment.year:04}-{moment:%m-%d}" for moment in known]


def mark_of(moment: datetime) -> str:
    """Returns the offset of a time of the zone where it has to be said, else nothing."""
    return shown_zone().zone.mark(moment, _CLOCK.now())


def _brief(moment: datetime) -> str:
    return mark_of(moment).removesuffix(":00")


def _local(us: int) -> datetime | None:
    try:
        return shown_zone().zone.local(us)
    except (OverflowError, ValueError):
        return None


def relative(us: int, now_us: int) -> str:
    """Returns how long ago, or in how long, a time is: ``3 s ago``, ``in 4 d 23 h``."""
    seconds = (now_us - us) / 1_000_000
    far = abs(seconds)
    if far < 1:
        return "now"
    unit, step = next((unit, step) for limit, unit, step in _STEPS if far < limit)
    said = f"{int(far // step):,} {unit}"
    return f"{said} ago" if seconds > 0 else f"in {said}{_finer(unit, int(far))}"


def _finer(unit: str, seconds: int) -> str:
    """Returns the hours behind days and the minutes behind hours, unless these are very many."""
    step, most, name = _FINER.get(unit, (1, 1, "")) if seconds < _FAR else (1, 1, "")
    rest = seconds // step % most
    return f" {rest} {name}" if rest else ""

"""Time zones: one for all times that people read and write, with whatever the machine knows of zones (V3)."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from workbench.errors import InvalidValue
from workbench.model.clock import to_datetime
from workbench.model.hints import did_you_mean

SYSTEM_KEY = "system"
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\Z")
_HOURS = range(-12, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A time zone; it is told and remembered by its key.

    Attributes:
        key: ``system``, ``UTC``, an offset such as ``+02:00``, or a name such as ``Europe/Berlin``.
        info: Its rules; None for those of the machine.
    """

    key: str
    info: tzinfo | None = None

    def local(self, microseconds: int) -> datetime:
        """Returns a time (microseconds since 1970) with the offset that holds then.

        Raises:
            OverflowError, ValueError: No calendar holds it.
        """
        return to_datetime(microseconds).astimezone(self.info)

    def name(self, microseconds: int) -> str:
        """Returns what it is called at a time, in short: ``CET``, ``UTC``, ``+02:00``."""
        return self.local(microseconds).tzname() or offset_text(self.local(microseconds))

    def told(self, microseconds: int) -> str:
        """Returns its name with the offset that holds at a time: ``Europe/Berlin +01:00``, ``CET +01:00``."""
        called = self.name(microseconds) if self.key == SYSTEM_KEY else self.key
        offset = offset_text(self.local(microseconds))
        return called if called in {"UTC", offset} else f"{called} {offset}"

    def moments(self, wall: datetime) -> tuple[datetime, ...]:
        """Returns the moments at which clocks show a date and time: none in spring's gap, two in autumn.

        Args:
            wall: Without a zone.

        Returns:
            Aware, with their offsets, the earlier one first.
        """
        found: list[datetime] = []
        for fold in (0, 1):
            told = wall.replace(fold=fold)
            moment = told.astimezone() if self.info is None else told.replace(tzinfo=self.info)
            moment = moment.astimezone(UTC).astimezone(self.info)
            same = moment.replace(tzinfo=None, fold=0) == wall.replace(fold=0)
            if same and moment.utcoffset() not in {one.utcoffset() for one in found}:
                found.append(moment)
        return tuple(found)

    def read(self, wall: datetime) -> datetime:
        """Returns the one moment at which clocks show a date and time.

        Raises:
            ValueError: Clocks leave it out in spring, or show it twice in autumn; says what to write.
        """
        found = self.moments(wall)
        if len(found) == 1:
            return found[0].astimezone(UTC)
        shown = f"{wall:%H:%M}"
        if not found:
            raise ValueError(
                f"is a time that {self.key} leaves out: clocks are put forward over {shown} then"
            )
        ways = " or ".join(offset_text(one) for one in found)
        raise ValueError(
            f"is there twice, since clocks are put back then: write {shown} with {ways} behind it"
        )

    def mark(self, moment: datetime, now: int) -> str:
        """Returns the offset of a local time where it has to be said: not the present one, or there twice.

        Args:
            moment: As `local` returns it.
            now: The present time, whose offset stands beside the zone's name.
        """
        offset = moment.utcoffset()
        if offset == self.local(now).utcoffset() and not self._is_twice(moment):
            return ""
        return offset_text(moment)

    def _is_twice(self, moment: datetime) -> bool:
        try:
            return len(self.moments(moment.replace(tzinfo=None, fold=0))) > 1
        except (OverflowError, ValueError):  # the first and the last day that a calendar has
            return False


SYSTEM = Zone(key=SYSTEM_KEY)
UNIVERSAL = Zone(key="UTC", info=UTC)


def find_zone(text: str) -> Zone:
    """Returns a zone by its key; without one, the machine's own.

    Raises:
        InvalidValue: This machine knows no such zone.
    """
    said = text.strip()
    if said.casefold() in {"", SYSTEM_KEY, "local"}:
        return SYSTEM
    if said.casefold() in {"utc", "z"}:
        return UNIVERSAL
    if (offset := _OFFSET.match(said)) is not None:
        return _fixed(offset[1], int(offset[2]), int(offset[3]), said)
    try:
        return Zone(key=said, info=zoneinfo.ZoneInfo(said))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise _unknown(said) from None


def zone_keys() -> list[str]:
    """Returns what can be chosen: all zones that the machine has a list of, else the whole hours."""
    named = sorted(zoneinfo.available_timezones() - {"UTC", "localtime"})
    return [SYSTEM_KEY, "UTC", *(named or [f"{hours:+03d}:00" for hours in _HOURS if hours])]


def offset_text(moment: datetime) -> str:
    """Returns the offset of an aware time: ``+02:00``."""
    seconds = round((moment.utcoffset() or timedelta(0)).total_seconds())
    sign, far = ("-" if seconds < 0 else "+"), abs(seconds)
    said = f"{sign}{far // 3600:02d}:{far % 3600 // 60:02d}"
    return f"{said}:{far % 60:02d}" if far % 60 else said


def _fixed(sign: str, hours: int, minutes: int, said: str) -> Zone:
    if hours > 23 or minutes > 59:
        raise _unknown(said)
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    key = f"{sign}{hours:02d}:{minutes:02d}"
    return Zone(key=key, info=timezone(offset, key)) if offset else UNIVERSAL


def _unknown(said: str) -> InvalidValue:
    known = zone_keys()
    hint = did_you_mean(said, known, "write system, UTC, +02:00 or a name as Europe/Berlin")
    if "Europe/Berlin" not in known:
        hint = "this machine has no list of zones: write system, UTC or an offset such as +02:00"
    return InvalidValue(f"{said} is no time zone that is known here", path="", hint=hint)

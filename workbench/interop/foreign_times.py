"""Times as other programs write them: text with or without a zone, numbers in any unit since 1970."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.model.clock import checked_time, from_datetime, read_moment

_PLAUSIBLE = 2200
"""Year from which a number is taken for one of another unit."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_DATE = re.compile(r"\d{8}\Z")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\Z")


class Unit(StrEnum):
    """What a number counts since 1970."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"

    @property
    def per_second(self) -> int:
        """How many make a second."""
        return {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[self.value]


_LIMIT = int(datetime(_PLAUSIBLE, 1, 1, tzinfo=UTC).timestamp())


def unit_of(values: Iterable[Any]) -> Unit:
    """Returns the unit in which all of these are times before the year 2200; the coarsest that fits.

    Args:
        values: Of one field in one file; what is no number says nothing.
    """
    numbers = [abs(number) for number in map(_number, values) if number is not None]
    largest = max(numbers, default=Decimal(0))
    return next((unit for unit in Unit if largest < _LIMIT * unit.per_second), Unit.NANOSECONDS)


def zone_of(name: str) -> tzinfo:
    """Returns a zone by its name, such as ``UTC``, ``+02:00`` or ``Europe/Berlin``.

    Raises:
        ValueError: There is none of that name.
    """
    if name.upper() in {"UTC", "Z"}:
        return UTC
    if (found := _OFFSET.match(name)) is not None and int(found[2]) < 24 and int(found[3]) < 60:
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no zone {name[:60]!r}; write UTC, +02:00 or Europe/Berlin") from None


def is_zoneless(value: Any) -> bool:
    """Whether this is a time that says no zone."""
    if not isinstance(value, str) or _number(value) is not None:
        return False
    try:
        return read_moment(value).tzinfo is None
    except ValueError:
        return False


def read_time(value: Any, unit: Unit = Unit.SECONDS, zone: tzinfo | None = None) -> int:
    """Reads a time into microseconds since 1970; what is finer is cut off.

    Args:
        unit: Of numbers, and of texts that are numbers.
        zone: Of texts that say none.

    Raises:
        ValueError: It is no time, or one that can mean two; says what to choose.
    """
    if (number := _number(value)) is not None:
        return _from_number(number, unit)
    if not isinstance(value, str):
        raise ValueError("which is no time")  # noqa: TRY004  # a rule about files, not about types
    moment = read_moment(value)
    if moment.tzinfo is not None:
        return checked_time(from_datetime(moment))
    if zone is None:
        raise ValueError("which says no zone; choose the zone of such times")
    return checked_time(from_datetime(_in_zone(moment, zone)))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, str):
        return Decimal(value) if _NUMBER.match(value) and not _DATE.match(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(str(value))


def _from_number(number: Decimal, unit: Unit) -> int:
    if abs(number) >= _LIMIT * unit.per_second:
        raise ValueError(f"which in {unit.name.lower()} lies beyond the year {_PLAUSIBLE}; choose its unit")
    return int((number * 1_000_000 / unit.per_second).__floor__())


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    first, second = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"which does not exist in {zone}: clocks were put forward")
    raise ValueError(f"which happens twice in {zone}: clocks were put back; write its offset")

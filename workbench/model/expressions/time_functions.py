"""Times and durations in expressions: read from text, written, taken apart in any time zone."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from workbench.model.calendar_spans import Calendar, read_calendar
from workbench.model.expressions.budget import Frame, step
from workbench.model.expressions.cel_values import Wrong
from workbench.model.expressions.numbers import span
from workbench.model.expressions.value_views import EPOCH

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DURATION = re.compile(r"([+-]?)((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+")
_UNIT = re.compile(r"[0-9]\s*(?:day|week|month|year)")
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
    "h": 3600 * 10**9,
}  # fmt: skip
_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_OFFSET = re.compile(r"([+-]?)([0-9]{2}):([0-9]{2})")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}")
_UTC = "+00:00"
_LONGEST_NAME = 64
_ZONES: dict[str, tzinfo | None] = {}
"""Zones by the names that were asked for; None where there is none of that name."""
_ZONES_KEPT = 1024
_LOOKED_UP = 1_000
"""Steps that the disk takes to say which zone has a name (X2)."""
_UNITS = ("day", "week", "month", "year")
_SECOND = timedelta(seconds=1)
LONGEST = 100
"""Characters of a duration."""


def timestamp(value: Any) -> datetime:
    """Returns a time, from RFC 3339 or seconds since 1970; what is finer than a microsecond is cut off.

    Raises:
        Wrong: It is no such text, or outside the years 1 to 9999.
    """
    if isinstance(value, datetime):
        return value
    try:
        if not isinstance(value, str):
            return EPOCH + timedelta(seconds=value)
        found = _TIME.fullmatch(value)
        if found is None:
            raise Wrong(f"'{value[:40]}' is no time such as 2024-05-01T12:00:00Z")
        day, time, fraction, zone = found.groups()
        microseconds = (fraction or "").ljust(6, "0")[:6]
        read = datetime.fromisoformat(f"{day}T{time}.{microseconds}{'+00:00' if zone in 'Zz' else zone}")
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(f"'{value}' is no time {_days_of(value) or 'between the years 1 and 9999'}") from None


def _days_of(value: Any) -> str:
    """Says how many days the month has that a text names; empty where it is not the day that is wrong."""
    year, month, day = map(int, str(value)[:10].split("-")) if isinstance(value, str) else (0, 0, 0)
    days = monthrange(year, month)[1] if year and 1 <= month <= 12 else 0
    return f"of the calendar: {value[:7]} has {days} days" if days and not 1 <= day <= days else ""


def duration(value: Any) -> timedelta:
    """Returns a duration, from text such as ``1h30m`` or ``-1.5s``.

    Raises:
        Wrong: It is no such text, or longer than 292 years.
    """
    if isinstance(value, timedelta):
        return value
    if len(value) > LONGEST or (value != "0" and _DURATION.fullmatch(value) is None):
        said = f"'{value[:40]}' is no duration such as 1h30m or 2.5s"
        counted = len(value) <= LONGEST and read_calendar(value) is not None
        if "{" in value:
            said += ": texts are joined with +, as in string(n) + 'h'"
        calendar = f": later(now, '{value[:40]}') counts by the calendar" if counted else ""
        raise Wrong(said + calendar)
    total = sum(_nanoseconds(*part.groups()) for part in _PART.finditer(value))
    try:
        found = timedelta(microseconds=total // 1000)
    except OverflowError:
        raise Wrong("a duration has at most 292 years") from None
    return span(-found if value.startswith("-") else found)


def later(frame: Frame, value: datetime, text: str, zone: str = _UTC) -> datetime:
    """Returns the time so much later: a duration, or units of the calendar in UTC or the zone that is named.

    Raises:
        Wrong: The text is neither, there is no such zone, or the time is outside the years 1 to 9999.
    """
    return _shifted(frame, value, text, zone, earlier=False)


def earlier(frame: Frame, value: datetime, text: str, zone: str = _UTC) -> datetime:
    """Returns the time so much earlier.

    Raises:
        Wrong: As for `later`.
    """
    return _shifted(frame, value, text, zone, earlier=True)


def _shifted(frame: Frame, value: datetime, text: str, zone: str, *, earlier: bool) -> datetime:
    span = span_of(text)
    try:
        local = _in_zone(frame, value, zone)
        if isinstance(span, Calendar):
            return (-span if earlier else span).after(local).astimezone(UTC)
        return value - span if earlier else value + span
    except (ValueError, OverflowError):
        raise Wrong("this is no time between the years 1 and 9999") from None


def span_of(text: str) -> Calendar | timedelta:
    """Returns what a text says in units of the calendar, or as a duration.

    Raises:
        Wrong: It is neither.
    """
    found = read_calendar(text) if len(text) <= LONGEST else None
    if found is None and _UNIT.search(text[:LONGEST]):
        said = f"'{text[:40]}' is not one number of days, weeks, months or years, such as '1 month'"
        back = text.lstrip().startswith("-")
        raise Wrong(f"{said}: {'earlier goes back' if back else 'add one after the other'}")
    return duration(text) if found is None else found


def start_of(frame: Frame, value: datetime, unit: str, zone: str = _UTC) -> datetime:
    """Returns when the day, week, month or year began in which a time lies, in UTC or the zone that is named.

    Raises:
        Wrong: There is no such unit or zone, or the time is outside the years 1 to 9999.
    """
    try:
        day = _in_zone(frame, value, zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return _first_day(day, unit_of(unit)).astimezone(UTC)
    except OverflowError:
        raise Wrong("this is no time between the years 1 and 9999") from None


def at_time(frame: Frame, value: datetime, text: str, zone: str = _UTC) -> datetime:
    """Returns the time at which clocks show a time of day, on the day in which a time lies there.

    A time of day that the clocks skip is as much later as they are put forward; of one that they show twice
    it is the first.

    Raises:
        Wrong: It is no time of day, there is no such zone, or the time is outside the years 1 to 9999.
    """
    hour, minute = time_of_day(text)
    try:
        day = _in_zone(frame, value, zone)
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0).astimezone(UTC)
    except OverflowError:
        raise Wrong("this is no time between the years 1 and 9999") from None


def time_of_day(text: str) -> tuple[int, int]:
    """Returns the hour and the minute that a text such as ``09:00`` says.

    Raises:
        Wrong: It is no such text.
    """
    found = _OF_DAY.fullmatch(text)
    if found is None:
        raise Wrong(f"'{text[:40]}' is no time of day such as 09:00 or 17:30")
    return int(found[1]), int(found[2])


def is_zone(frame: Frame, name: str) -> bool:
    """Returns whether there is a time zone of a name, or such an offset."""
    step(frame, _LOOKED_UP if name not in _ZONES else 0)
    try:
        return zone_of(name) is not None
    except Wrong:
        return False


def date_text(frame: Frame, value: datetime, unit: str, zone: str = _UTC) -> str:
    """Returns the minute, day, week, month or year of a time as ISO 8601 writes it: ``2024-05-31``.

    Raises:
        Wrong: As for `start_of`.
    """
    try:
        local = _in_zone(frame, value, zone)
    except OverflowError:
        raise Wrong("this is no time between the years 1 and 9999") from None
    year, week, _ = local.isocalendar()
    day = local.date().isoformat()
    return {
        "minute": f"{day}T{local:%H:%M}",
        "day": day,
        "week": f"{year:04}-W{week:02}",
        "month": day[:7],
        "year": day[:4],
    }[written_unit_of(unit)]


def _first_day(day: datetime, unit: str) -> datetime:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1 if unit != "day" else day.day, month=1 if unit == "year" else day.month)


def unit_of(name: str) -> str:
    """Returns a unit of the calendar.

    Raises:
        Wrong: It is none.
    """
    if name not in _UNITS:
        raise Wrong(f"'{name[:40]}' is none of {', '.join(_UNITS)}")
    return name


def written_unit_of(name: str) -> str:
    """Returns a unit in which a time is written.

    Raises:
        Wrong: It is none.
    """
    if name != "minute" and name not in _UNITS:
        raise Wrong(f"'{name[:40]}' is none of minute, {', '.join(_UNITS)}")
    return name


def _in_zone(frame: Frame, value: datetime, zone: str) -> datetime:
    if zone == _UTC:
        return utc(value)
    if zone not in _ZONES:
        step(frame, _LOOKED_UP)
    return utc(value).astimezone(zone_of(zone))


def _nanoseconds(whole: str, fraction: str | None, unit: str) -> int:
    size, digits = _NANOSECONDS[unit], fraction or ""
    return int(whole or 0) * size + int(digits or 0) * size // int(10 ** len(digits))


def utc(value: datetime) -> datetime:
    """Returns a time in UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def written_time(value: datetime) -> str:
    """Returns a time as RFC 3339 writes it, with no more digits than it needs."""
    said = utc(value).isoformat(timespec="microseconds").removesuffix("+00:00")
    return said.rstrip("0").rstrip(".") + "Z"


def written_duration(value: timedelta) -> str:
    """Returns a duration in seconds, such as ``90s`` or ``-1.5s``."""
    microseconds = abs(value) // timedelta(microseconds=1)
    said = f"{microseconds // 10**6}.{microseconds % 10**6:06}".rstrip("0").rstrip(".")
    return f"{'-' if value < timedelta(0) else ''}{said}s"


def zone_of(name: str) -> tzinfo:
    """Returns a time zone, by its name or as an offset such as ``+02:00``.

    Raises:
        Wrong: There is none.
    """
    asked = name[: _LONGEST_NAME + 1]
    found = _ZONES.get(asked, ...)
    if found is ...:
        if len(_ZONES) >= _ZONES_KEPT:
            _ZONES.clear()
        found = _ZONES[asked] = _zone(asked)
    if found is None:
        raise Wrong(f"there is no time zone {name[:_LONGEST_NAME]}")
    return found


def _zone(name: str) -> tzinfo | None:
    if (found := _OFFSET.fullmatch(name)) is not None and int(found[2]) < 24 and int(found[3]) < 60:
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-ahead if found[1] == "-" else ahead)
    if len(name) > _LONGEST_NAME or _ZONE.fullmatch(name) is None:
        return None
    try:
        return ZoneInfo(name)
    except Exception:  # noqa: BLE001  # a name that is no file, or a folder: each raises another kind
        return None


def _whole(one: timedelta, unit: timedelta) -> int:
    """Returns how often a unit goes into a duration, towards zero."""
    return one // unit if one >= timedelta(0) else -(-one // unit)


_OF_TIME: dict[str, Callable[[datetime], int]] = {
    "getFullYear": lambda time: time.year,
    "getMonth": lambda time: time.month - 1,
    "getDate": lambda time: time.day,
    "getDayOfMonth": lambda time: time.day - 1,
    "getDayOfWeek": lambda time: time.isoweekday() % 7,
    "getDayOfYear": lambda time: time.timetuple().tm_yday - 1,
    "getHours": lambda time: time.hour,
    "getMinutes": lambda time: time.minute,
    "getSeconds": lambda time: time.second,
    "getMilliseconds": lambda time: time.microsecond // 1000,
}
_OF_DURATION: dict[str, Callable[[timedelta], int]] = {
    "getHours": lambda one: _whole(one, timedelta(hours=1)),
    "getMinutes": lambda one: _whole(one, timedelta(minutes=1)),
    "getSeconds": lambda one: _whole(one, _SECOND),
    "getMilliseconds": lambda one: _whole(one, timedelta(milliseconds=1)) - 1000 * _whole(one, _SECOND),
}
DATE_PARTS = tuple(name for name in _OF_TIME if name not in _OF_DURATION)
CLOCK_PARTS = tuple(_OF_DURATION)


def part_of(name: str) -> Callable[..., int]:
    """Returns the function that takes a part out of a time, in UTC or the zone that is named."""
    of_time, of_duration = _OF_TIME[name], _OF_DURATION.get(name)

    def part(frame: Frame, value: Any, zone: str | None = None) -> int:
        if isinstance(value, timedelta):
            if of_duration is None or zone is not None:
                raise Wrong(f"a duration has no {name} in a time zone")
            return of_duration(value)
        if zone is None:
            return of_time(utc(value))
        try:
            return of_time(_in_zone(frame, value, zone))
        except OverflowError:
            raise Wrong("a time lies between the years 1 and 9999") from None

    return part

"""Spans of time in units of the calendar, such as ``1 month``, whose length depends on where they begin."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from workbench.errors import InvalidValue
from workbench.model.clock import MICROSECONDS, checked_time, from_datetime, to_datetime

_SPAN = re.compile(r"([0-9]{1,4})\s+(day|week|month|year)s?")
_UNITS = {"day": (0, 1), "week": (0, 7), "month": (1, 0), "year": (12, 0)}


@dataclass(frozen=True, slots=True)
class Calendar:
    """A time in units of the calendar: a month later is the same day of the next month, or its last."""

    months: int = 0
    days: int = 0

    def after(self, time: datetime) -> datetime:
        """Returns the time so much later, at the same time of day in its zone.

        Raises:
            ValueError: It is not between the years 1 and 9999.
            OverflowError: The same.
        """
        year, month = divmod(time.year * 12 + time.month - 1 + self.months, 12)
        day = min(time.day, monthrange(year, month + 1)[1])
        return time.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days)

    @property
    def words(self) -> str:
        """Says it in the largest unit: ``2 weeks``, ``1 year``."""
        count, unit = self.months or self.days, "month" if self.months else "day"
        several, larger = (12, "year") if self.months else (7, "week")
        if count % several == 0 and count:
            count, unit = count // several, larger
        return f"{count} {unit}{'' if count == 1 else 's'}"

    def __neg__(self) -> Calendar:
        return Calendar(-self.months, -self.days)


def read_calendar(text: str) -> Calendar | None:
    """Returns what a text says in units of the calendar; None where it does not."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    months, days = _UNITS[found[2]]
    return Calendar(months * int(found[1]), days * int(found[1]))


def later(now: int, span: float | Calendar, what: str) -> int:
    """Returns the time so much after another one, microseconds since 1970.

    Args:
        span: Seconds, or units of the calendar.
        what: Name of the field that gives it.

    Raises:
        InvalidValue: The calendar has no such time (N2).
    """
    try:
        if isinstance(span, Calendar):
            return from_datetime(span.after(to_datetime(now)))
        return checked_time(now + round(span * MICROSECONDS))
    except (ValueError, OverflowError):
        words = span.words if isinstance(span, Calendar) else f"{span:g} seconds"
        said = f"{words} from now is no time in the years 1 to 9999"
        raise InvalidValue(said, path=what) from None

"""Time as a dependency: the only place that asks the machine what time it is (contract W1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

MICROSECONDS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


EARLIEST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
"""Times that can be said at all, microseconds since 1970."""
FURTHEST = (datetime(9000, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
"""Up to here a clock is moved, microseconds since 1970: what is due behind that can still be said."""
LONGEST = 366 * 24 * 3600.0
"""Seconds that a clock is moved by at once."""


class Clock(Protocol):
    """What everything that needs the time is given."""

    def now(self) -> int:
        """Returns wall-clock time in microseconds since 1970 UTC; never less than an earlier answer."""

    def passed(self) -> int:
        """Returns what time it would be had the clock not been set since it began: things grow old by it."""

    def monotonic(self) -> float:
        """Returns seconds of a clock that never jumps."""


class SystemClock:
    """The machine's clock; after a backward jump time goes on with the monotonic clock (W2).

    It does so from where the jump met it until the wall has caught up: what waits for a time never waits
    longer than it was told to.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._first = time.time_ns() // 1000 - time.monotonic_ns() // 1000
        self._lead = self._first
        """The greatest lead that the wall ever had over the monotonic clock, microseconds."""

    def now(self) -> int:
        """Returns microseconds since 1970 UTC, never less than before."""
        wall, steady = time.time_ns() // 1000, time.monotonic_ns() // 1000
        if wall - steady > self._lead:  # seldom: it is asked for several times for each command
            with self._guard:
                self._lead = max(self._lead, wall - steady)
        return steady + self._lead

    def passed(self) -> int:
        """Returns where the wall stood when this clock began, and what the monotonic clock counted since."""
        return self._first + time.monotonic_ns() // 1000

    def monotonic(self) -> float:
        """Returns seconds of the monotonic clock."""
        return time.monotonic()

    def jump(self, seconds: float) -> None:
        """Jumps ahead, as the wall clock may; what has passed does not change."""
        with self._guard:
            self._lead += round(seconds * MICROSECONDS)


class ManualClock:
    """A clock that only moves by hand: for tests, scenarios and dry runs.

    Args:
        start: Microseconds since 1970 UTC; by default 2024-01-01.
    """

    def __init__(self, start: int = 1_704_067_200 * MICROSECONDS) -> None:
        self._now = start
        self._start = start
        self._followers: list[Callable[[], None]] = []

    def now(self) -> int:
        """Returns the time it was set to."""
        return self._now

    def passed(self) -> int:
        """Returns the time it was set to: its moves are what passes."""
        return self._now

    def monotonic(self) -> float:
        """Returns the seconds that it was moved since its start."""
        return (self._now - self._start) / MICROSECONDS

    def advance(self, seconds: float) -> None:
        """Moves the clock forward; what follows it is told."""
        self._now += round(seconds * MICROSECONDS)
        for follower in self._followers:
            follower()

    def follow(self, follower: Callable[[], None]) -> None:
        """Has a function called whenever the clock was moved."""
        self._followers.append(follower)


class PacedClock:
    """A clock of another time, which goes faster or slower than the machine's once it was started.

    Args:
        start: Where it stands until then, microseconds since 1970 UTC.
        pace: Its seconds in one of the machine's.
    """

    def __init__(self, start: int, pace: float, machine: Clock) -> None:
        self._start, self._pace, self._machine = start, pace, machine
        self._begun: float | None = None

    def begin(self) -> None:
        """Lets it go."""
        self._begun = self._machine.monotonic()

    def now(self) -> int:
        """Returns what time it is there."""
        begun = self._begun
        passed = 0.0 if begun is None else self._machine.monotonic() - begun
        return self._start + round(passed * self._pace * MICROSECONDS)

    def passed(self) -> int:
        """Returns what `now` does: it goes with the monotonic clock alone."""
        return self.now()

    def monotonic(self) -> float:
        """Returns seconds of the machine: work takes as long as it takes."""
        return self._machine.monotonic()


def jump(clock: Clock, seconds: float) -> None:
    """Has a clock jump ahead, up to the year 9000; one that goes at a pace of its own is left alone."""
    seconds = min(seconds, max(0.0, (FURTHEST - clock.now()) / MICROSECONDS))
    if isinstance(clock, SystemClock):
        clock.jump(seconds)
    elif isinstance(clock, ManualClock):
        clock.advance(seconds)


def to_datetime(microseconds: int) -> datetime:
    """Turns microseconds since 1970 into an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=microseconds)


def from_datetime(moment: datetime) -> int:
    """Turns an aware datetime into microseconds since 1970.

    Raises:
        ValueError: The datetime is naive (contract §8: aware datetimes only).
    """
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone: write 2024-05-01T12:00:00Z, not 2024-05-01T12:00:00")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def rfc3339(microseconds: int) -> str:
    """Writes a time as RFC 3339 in UTC with microseconds: ``2024-05-01T12:00:00.000000Z``."""
    return to_datetime(microseconds).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_rfc3339(text: str) -> int:
    """Reads an RFC 3339 time into microseconds since 1970.

    Raises:
        ValueError: The text is no time, has no zone, or lies beyond the calendar when said in UTC.
    """
    return checked_time(from_datetime(read_moment(text)))


def read_moment(text: str) -> datetime:
    """Reads a date and time of RFC 3339, in which ``t`` and ``z`` may be small; it may lack its zone.

    Raises:
        ValueError: It is no time.
    """
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("this is no time; write it as 2024-05-01T12:00:00Z") from None


def checked_time(microseconds: int) -> int:
    """Returns a time that a calendar has: from the year 1 to the year 9999.

    Raises:
        ValueError: It lies beyond.
    """
    if not EARLIEST <= microseconds <= LATEST:
        raise ValueError("the time lies beyond the years 1 to 9999")
    return microseconds

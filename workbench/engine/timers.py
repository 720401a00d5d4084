"""Waiting as a dependency: for the machine's time, or for a clock that is moved by hand (contract W1)."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Awaitable, Callable
from typing import Protocol

from workbench.model.clock import MICROSECONDS, Clock, ManualClock

LONGEST = 30.0
"""Seconds after which a long wait looks at the clock again: it may have jumped (W1)."""

THREADS = 0.25
"""Real seconds that handlers in threads get where the clock is moved by hand."""

CallOff = Callable[[], None]
Settle = Callable[[], Awaitable[None]]


class Timer(Protocol):
    """Calls functions when the clock has reached a time."""

    def call_at(self, due: int, callback: Callable[[], None], *, background: bool = False) -> CallOff:
        """Has a function called once, on the loop, when the clock says ``due`` or later.

        Args:
            due: Microseconds since 1970; a time that has passed means soon.
            background: It is housekeeping, which is not waited for.

        Returns:
            How to call it off; harmless when it was called already.
        """

    async def at_most(self, seconds: float, work: Awaitable[None]) -> None:
        """Waits for something, but no longer than some seconds of the clock; then it is cancelled."""


class LoopTimer:
    """The running loop's timers, asked by the wall clock.

    Args:
        pace: Seconds of the clock in one of the machine's.
    """

    def __init__(self, clock: Clock, pace: float = 1.0) -> None:
        self._clock, self._pace = clock, pace

    def call_at(self, due: int, callback: Callable[[], None], *, background: bool = False) -> CallOff:
        """Has a function called when the clock says ``due``; see `Timer`."""
        del background  # everything comes in its time here
        loop = asyncio.get_running_loop()
        handle: asyncio.TimerHandle

        def wait() -> None:
            nonlocal handle
            left = self._left(due)
            if left <= 0:
                callback()
            else:
                handle = loop.call_later(min(left, LONGEST), wait)

        handle = loop.call_later(max(0.0, min(self._left(due), LONGEST)), wait)

        def call_off() -> None:
            handle.cancel()  # the one that waits now, not the first

        return call_off

    def _left(self, due: int) -> float:
        """Returns how many seconds of the machine are left until a time."""
        return (due - self._clock.now()) / MICROSECONDS / self._pace

    async def at_most(self, seconds: float, work: Awaitable[None]) -> None:
        """Waits for something for some seconds; see `Timer`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds / self._pace):
                await work


class VirtualTimer:
    """Timers on a clock that is moved by hand: an hour passes in no time, everything in its order."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._off: set[int] = set()
        self._waited: set[int] = set()
        clock.follow(self._moved)

    def call_at(self, due: int, callback: Callable[[], None], *, background: bool = False) -> CallOff:
        """Has a function called when the clock was moved to ``due`` or beyond; see `Timer`."""
        number = next(self._numbers)
        heapq.heappush(self._heap, (due, number, callback))
        self._waited.update(() if background else (number,))
        return lambda: self._call_off(number)

    async def at_most(self, seconds: float, work: Awaitable[None]) -> None:
        """Waits for what needs no time of the clock: what could move it waits here; see `Timer`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, THREADS)):
                await work

    def _call_off(self, number: int) -> None:
        self._off.add(number)
        self._waited.discard(number)

    def next_due(self) -> int | None:
        """Returns the time of the next call, microseconds since 1970; None if nothing waits."""
        while self._heap and self._heap[0][1] in self._off:
            self._off.discard(heapq.heappop(self._heap)[1])
        return self._heap[0][0] if self._heap else None

    async def advance(self, seconds: float, settle: Settle) -> None:
        """Moves the clock, and on the way stops at every due time until all that it began has settled.

        Args:
            settle: Returns when nothing moves any more, such as `Engine.settle`.
        """
        end = self.clock.now() + round(seconds * MICROSECONDS)
        await settle()
        while (due := self.next_due()) is not None and due <= end:
            await self._come_to(due, settle)
        self.clock.advance((end - self.clock.now()) / MICROSECONDS)
        await settle()

    async def drain(self, settle: Settle, *, within: float) -> bool:
        """Jumps from due time to due time until nothing waits but housekeeping.

        Args:
            within: Seconds of the clock that this may take.

        Returns:
            Whether nothing waits any more.
        """
        end = self.clock.now() + round(within * MICROSECONDS)
        await settle()
        while self._waited:
            due = self.next_due()
            if due is None or due > end:
                return False
            await self._come_to(due, settle)
        return True

    async def _come_to(self, due: int, settle: Settle) -> None:
        self.clock.advance(max(0, due - self.clock.now()) / MICROSECONDS)
        await settle()

    def _moved(self) -> None:
        """Calls what became due, in its order."""
        while (waiting := self.next_due()) is not None and waiting <= self.clock.now():
            _, number, callback = heapq.heappop(self._heap)
            self._waited.discard(number)
            callback()


def timer_of(clock: Clock) -> Timer:
    """Returns what wakes by a clock: where it is moved by hand, nothing waits for the machine's time."""
    return VirtualTimer(clock) if isinstance(clock, ManualClock) else LoopTimer(clock)

"""Work at a pace of a world's clock, such as a burst: what it waits for, and whether it is at it now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from workbench.engine.timers import Timer
from workbench.model.clock import MICROSECONDS, Clock, ManualClock


class Awaited(NamedTuple):
    """What goes on at a time; `at` is in microseconds since 1970."""

    at: int
    what: str


class PacedWork:
    """Waits for a world's clock.

    Where the clock is moved by hand it stops at the end of each pause until the work that goes on then pauses
    again (`settled`): everything comes at its time, and nothing in lumps (W15).

    Args:
        told: Called when something begins to wait for a clock that is moved by hand.
    """

    def __init__(self, clock: Clock, timer: Timer, told: Callable[[], object]) -> None:
        self._clock, self._timer, self._told = clock, timer, told
        self._awaited: dict[asyncio.Future[None], Awaited] = {}
        self._at_work: set[asyncio.Task[object]] = set()
        self._rests = asyncio.Event()

    @property
    def awaited(self) -> tuple[Awaited, ...]:
        """What goes on later."""
        return tuple(self._awaited.values())

    @property
    def at_work(self) -> bool:
        """Whether something goes on now that went on at its time."""
        return bool(self._at_work)

    async def wait(self, seconds: float) -> None:
        """Returns after some seconds of the clock; nothing waits for what follows then."""
        over = asyncio.Event()
        call_off = self._timer.call_at(self._clock.now() + round(seconds * MICROSECONDS), over.set)
        try:
            await over.wait()
        finally:
            call_off()

    async def pause(self, seconds: float, what: str, cancel: asyncio.Event | None = None) -> None:
        """Returns after some seconds of the clock, or when it is cancelled.

        The present task counts as at work from then on, until it pauses again, rests, or ends.

        Args:
            what: Goes on then, for those who look.
        """
        self.rest()
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = _this()
        at = self._clock.now() + round(seconds * MICROSECONDS)

        def goes_on() -> None:
            if not over.done():
                self._at_work.add(task)
                task.add_done_callback(self._ended)
                over.set_result(None)

        call_off = self._timer.call_at(at, goes_on)
        cancelled = asyncio.ensure_future((cancel or asyncio.Event()).wait())
        self._awaited[over] = Awaited(at, what)
        if isinstance(self._clock, ManualClock):  # else it goes on by itself, and soon
            self._told()
        try:
            await asyncio.wait((over, cancelled), return_when=asyncio.FIRST_COMPLETED)
        finally:
            call_off()
            cancelled.cancel()
            del self._awaited[over]

    def rest(self) -> None:
        """Notes that the present task waits for something else, or is done."""
        self._ended(_this())

    async def settled(self) -> None:
        """Returns when nothing is at work that goes on at a pace."""
        while self._at_work:
            self._rests.clear()
            await self._rests.wait()

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._at_work.discard(task)
        task.remove_done_callback(self._ended)
        if not self._at_work:
            self._rests.set()


def _this() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("only a task goes on at a pace")
    return task

"""Runs plain functions beside the loop, in threads of their own: a blocking one delays no other (D4)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from itertools import islice

from workbench.engine.delivery_attempt import DeliveryAttempt, describe
from workbench.engine.handler_context import DeliveryContext
from workbench.engine.handler_deadlines import HandlerDeadlines
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.messaging import Handler

HOP = 0.002
"""Seconds of work that one way into a thread is worth: quick functions travel together."""
MOST = 256
QUICK = 0.001
"""Functions that take less seconds need no company of threads."""


class Pace:
    """How long the functions of a subscription lately took."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def note(self, seconds: float) -> None:
        """Takes one more into account; a slow one counts at once, a quick one by and by."""
        before = self._seconds
        self._seconds = seconds if before is None or seconds > before else before * 0.9 + seconds * 0.1

    @property
    def quick(self) -> bool:
        """Whether they are known to return at once."""
        return self._seconds is not None and self._seconds < QUICK

    @property
    def together(self) -> int:
        """How many of them travel into a thread together."""
        if not self.quick or self._seconds is None:
            return 1
        return max(1, min(MOST, int(HOP / max(self._seconds, 1e-6))))


class ThreadRunner:
    """Runs a plain function for tasks; one that takes too long is given up, though its thread goes on."""

    def __init__(
        self,
        handler: Handler,
        context_of: Callable[[DeliveryAttempt], DeliveryContext],
        clock: Clock,
        deadlines: HandlerDeadlines,
        seconds: float,
        pace: Pace,
    ) -> None:
        self._handler = handler
        self._context_of = context_of
        self._clock = clock
        self._deadlines = deadlines
        self._seconds = seconds
        self._pace = pace

    async def run(
        self,
        waiting: Iterator[list[DeliveryAttempt]],
        side_by_side: int,
        may_start: Callable[[DeliveryAttempt], bool],
        count: Callable[[int], None],
    ) -> None:
        """Runs groups of tasks; within a group one after the other, until one fails.

        Args:
            may_start: Asked in the thread before each task.
            count: Told on the loop how many more functions run, or how many less.
        """

        async def drain() -> None:
            while groups := list(islice(waiting, self._pace.together)):
                trip = _Trip(self._handler, self._context_of, self._clock, groups, may_start)
                count(1)
                try:
                    while not await self._travel(trip):
                        trip = trip.rest()
                finally:
                    count(-1)
                for task in trip.ended:
                    self._pace.note((task.ended_at - task.started_at) / MICROSECONDS)

        others = 0 if self._pace.quick else side_by_side - 1
        helpers = [asyncio.create_task(drain()) for _ in range(others)]
        try:
            await asyncio.gather(drain(), *helpers)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _travel(self, trip: _Trip) -> bool:
        """Waits for a trip; False when a function took too long and those behind it must go on."""
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        trip.start(lambda: loop.call_soon_threadsafe(over.set))
        while True:
            task = trip.current
            began = task.started_at if task is not None and task.started_at else self._clock.now()
            due = began + round(self._seconds * MICROSECONDS)
            call_off = self._deadlines.call_at(due, over.set)
            try:
                await over.wait()
            finally:
                call_off()
            if trip.done:
                return True
            over.clear()
            if trip.give_up(self._clock.now(), self._seconds, self._deadlines):
                return False


class _Trip:
    """Some groups of tasks in one thread."""

    def __init__(
        self,
        handler: Handler,
        context_of: Callable[[DeliveryAttempt], DeliveryContext],
        clock: Clock,
        groups: Sequence[list[DeliveryAttempt]],
        may_start: Callable[[DeliveryAttempt], bool],
    ) -> None:
        self._parts = (handler, context_of, clock)
        self._groups = groups
        self._may_start = may_start
        self._lock = threading.Lock()
        self.current: DeliveryAttempt | None = None
        self.ended: list[DeliveryAttempt] = []
        self.done = False

    def start(self, tell: Callable[[], object]) -> None:
        """Begins; ``tell`` is called in the thread when it is over."""

        def work() -> None:
            for group in self._groups:
                if not self._run_group(group):
                    return
            self.done = True
            tell()

        # A daemon: a function that hangs for ever does not keep the program from ending.
        threading.Thread(target=work, name="handler", daemon=True).start()

    def _run_group(self, group: list[DeliveryAttempt]) -> bool:
        """Runs the tasks of a group until one fails; returns False once the trip was given up."""
        handler, context_of, clock = self._parts
        for task in group:
            with self._lock:
                if self._in_vain(task):
                    return False
                if not self._may_start(task):
                    return True
                task.started, task.started_at = True, clock.now()
                self.current = task
            failure = None
            try:
                copy_context().run(handler, task.message, context_of(task))
            except BaseException as error:  # noqa: BLE001  # whatever it raises is its failure, even an exit
                failure = describe(error, task.message)
            with self._lock:
                if self._in_vain(task):
                    return False
                task.failure, task.ended_at = failure, clock.now()
                self.ended.append(task)
            if failure is not None:
                task.effects.clear()
                break
        return True

    def _in_vain(self, task: DeliveryAttempt) -> bool:
        return task.given_up  # set by the loop while the function ran

    def give_up(self, now: int, seconds: float, deadlines: HandlerDeadlines) -> bool:
        """Gives up the task that is under way, if it took too long or the engine stops; whether it did."""
        with self._lock:
            task = self.current
            if task is None or task.ended_at:
                return False
            if not deadlines.stopped and now - task.started_at < seconds * MICROSECONDS:
                return False
            task.given_up = True
            task.ended_at = now
        task.failure = describe(TimeoutError(), task.message, deadlines.why(seconds))
        task.failure.released = deadlines.stopped
        # What the function still does is ignored, and must not become an effect.
        task.effects = []
        return True

    def rest(self) -> _Trip:
        """Returns a trip with what was not begun; behind a task that failed its group waits."""
        left = [group for group in self._groups if not any(task.started for task in group)]
        return _Trip(*self._parts, left, self._may_start)

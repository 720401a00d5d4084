"""Runs the handlers of a batch: in order within a key, else side by side, in short slices (O1, B1, D4)."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from workbench.engine.delivery_attempt import DeliveryAttempt, describe
from workbench.engine.faults import DeliveryFaults
from workbench.engine.handler_call import HandlerCall
from workbench.engine.handler_context import DeliveryContext
from workbench.engine.handler_deadlines import HandlerDeadlines
from workbench.engine.thread_runner import Pace, ThreadRunner
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.messaging import Handler

SLICE = 0.004
"""Seconds of handlers that return at once, before others get a turn."""


@dataclass(slots=True, kw_only=True)
class HandlerRun:
    """How the handlers of one subscription are run.

    Attributes:
        context_of: Makes what a handler is given beside the message.
        seconds: That a handler may take (D4).
        side_by_side: Handlers that may run at once (B1).
        ordered: Whether messages with one key wait for each other (O1).
        stopping: Asked before each task; once it says yes, nothing more is started.
        too_late: Whether a message is not handed out any more, because it expired (I11).
        faults: What may go wrong on purpose; None for a dry run.
        in_flight: Handlers that run now.
    """

    handler: Handler
    context_of: Callable[[DeliveryAttempt], DeliveryContext]
    clock: Clock
    deadlines: HandlerDeadlines
    seconds: float
    side_by_side: int
    ordered: bool
    stopping: Callable[[], bool]
    too_late: Callable[[DeliveryAttempt], bool]
    faults: DeliveryFaults | None = None
    pace: Pace = field(default_factory=Pace)
    in_flight: int = 0

    async def run(self, tasks: Sequence[DeliveryAttempt]) -> None:
        """Runs the handler for every task; behind a failure the rest of its key stays not started."""
        groups: dict[object, list[DeliveryAttempt]] = {}
        for index, task in enumerate(tasks):
            groups.setdefault(task.key if self.ordered and task.key else index, []).append(task)
        waiting = iter(list(groups.values()))
        handler = self.handler
        if self.faults is not None:
            handler = self.faults.around(handler)
            self.faults.begin(tasks)
        if inspect.iscoroutinefunction(handler):
            await self._side_by_side(handler, waiting)
        elif getattr(handler, "inline", False):
            await self._drain(handler, waiting, lambda: None)
        else:
            aside = ThreadRunner(
                handler, self.context_of, self.clock, self.deadlines, self.seconds, self.pace
            )
            await aside.run(waiting, self.side_by_side, self._may_start, self._count)

    def _count(self, number: int) -> None:
        self.in_flight += number

    def _may_start(self, task: DeliveryAttempt) -> bool:
        return not self.stopping() and not self.too_late(task)

    async def _side_by_side(self, handler: Handler, waiting: Iterator[list[DeliveryAttempt]]) -> None:
        """Runs one after the other; once a handler waits for something, others go on beside it."""
        helpers: list[asyncio.Task[None]] = []

        def on_wait() -> None:
            # Handlers that never wait need no task of their own: this is what makes them cheap.
            if len(helpers) < self.side_by_side - 1:
                helpers.append(asyncio.create_task(self._drain(handler, waiting, on_wait)))

        try:
            await self._drain(handler, waiting, on_wait)
            for helper in helpers:  # the list may grow while it is waited for
                await helper
        finally:
            for helper in helpers:
                helper.cancel()
            if helpers:
                await asyncio.gather(*helpers, return_exceptions=True)

    async def _drain(
        self, handler: Handler, waiting: Iterator[list[DeliveryAttempt]], on_wait: Callable[[], None]
    ) -> None:
        own = cast("asyncio.Task[Any]", asyncio.current_task())  # handlers run in a task
        slice_end = self.clock.monotonic() + SLICE
        for group in waiting:
            for task in group:
                if not self._may_start(task):
                    break
                await self._deliver(handler, task, HandlerCall(own, self.deadlines), on_wait)
                if self.clock.monotonic() > slice_end:
                    await asyncio.sleep(0)
                    slice_end = self.clock.monotonic() + SLICE
                if task.failure is not None:
                    break
            if self.stopping():
                return

    async def _deliver(
        self, handler: Handler, task: DeliveryAttempt, call: HandlerCall, on_wait: Callable[[], None]
    ) -> None:
        """Runs the handler; the task then knows its failure or its effects."""
        task.started = True
        task.started_at = self.clock.now()
        self.in_flight += 1
        try:
            if not call.begin(handler, task.message, self.context_of(task)):
                on_wait()
                await call.finish(task.started_at + round(self.seconds * MICROSECONDS))
        finally:
            self.in_flight -= 1
            task.ended_at = self.clock.now()
        if call.failure is not None:
            task.failure = describe(call.failure, task.message, self._why_given_up(call))
            task.failure.released = self.deadlines.stopped
            task.effects.clear()

    def _why_given_up(self, call: HandlerCall) -> str:
        if not call.given_up or not isinstance(call.failure, TimeoutError) or str(call.failure):
            return ""
        more = ", and went on although it was cancelled" if call.given_up > 1 else ""
        return f"{self.deadlines.why(self.seconds)}{more}"

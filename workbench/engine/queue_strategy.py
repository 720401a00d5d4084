"""Point to point: each message goes to one of several workers, the most urgent first (P6, R1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from workbench.engine.delivery_attempt import DeliveryAttempt
from workbench.engine.delivery_rows import DeliveryRows
from workbench.engine.handler_runner import HandlerRun
from workbench.engine.log_claims import INGEST, LogClaims
from workbench.engine.runtime import Runtime
from workbench.engine.topic_reader import Stretch
from workbench.model.clock import MICROSECONDS
from workbench.model.messaging import Ordering, Subscription
from workbench.store.settlements import NewDelivery

TOGETHER = 64
"""From this size of a batch on, handlers are so quick that competing for rows gains nothing."""
PATIENCE = 0.1
"""Seconds that a batch without rows may take; then those that are not done get theirs."""


@dataclass(frozen=True, slots=True)
class SlowStretch:
    """What is not done yet of a stretch of the log: slow handlers, whose messages have leased rows."""

    token: UUID
    tasks: list[DeliveryAttempt]
    running: asyncio.Future[None]


class QueueStrategy:
    """Delivers to competing workers.

    Each message has a row that one of the workers leases. Where handlers return at once and no message has a
    priority, the order of the log is that of urgency, and a worker takes a stretch of it as a reader of
    publish/subscribe does: what is a plain success never needs its row (contract §5).

    Args:
        run: Makes what runs a number of handlers at once, until it is told to stop.
        stopping: Whether no more is to be begun.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        rows: DeliveryRows,
        claims: LogClaims,
        run: Callable[[int, Callable[[], bool]], HandlerRun],
        stopping: Callable[[], bool],
    ) -> None:
        self.lanes = subscription.workers
        self._runtime = runtime
        self._name = subscription.name
        self._ordered = subscription.ordering is Ordering.KEY
        self._rows = rows
        self._claims = claims
        self._stopping = stopping
        self._run = run(1, stopping)  # each worker does one thing at a time; there are several
        self._quick_run = run(subscription.workers, lambda: stopping() or self._impatient)
        self._alone = asyncio.Lock()
        self._busy: set[str] = set()
        self._impatient = False

    @property
    def in_flight(self) -> int:
        """Handlers that run now (B1)."""
        return self._run.in_flight + self._quick_run.in_flight

    async def work(self, limit: int | None) -> bool:
        """Does one batch as one worker: rows that are ready or due, else what lies ahead in the log."""
        async with self._alone:
            together = limit is None and self._goes_together()
            if not together:
                await self._claims.rest()
            worked = not together and await self._claims.into_rows(self._enough())
            tasks, token = await self._rows.lease(limit or self._claims.size.now, frozenset(self._busy))
            keys = {task.key for task in tasks if task.key}
            self._busy |= keys
            slow = None
            if together and not tasks:
                worked, slow = await self._next_together()
        if slow is not None:
            await self._finish(slow)
        if not tasks:
            return worked
        started = self._runtime.clock.monotonic()
        try:
            await self._rows.deliver(tasks, token, self._run)
        finally:
            self._busy -= keys
        self._claims.size.adapt(self._runtime.clock.monotonic() - started)
        return True

    async def rest(self) -> None:
        """Gives back what was claimed ahead, unless a worker is at it."""
        if not self._alone.locked():
            async with self._alone:
                await self._claims.rest()

    def _enough(self) -> int:
        """Returns how many messages get their rows at once.

        Few where none behind them is more urgent, as long as handlers may prove so quick that none needs one.
        """
        few = self._claims.size.now < TOGETHER and self._runtime.reader.in_order(self._name)
        return TOGETHER if few else INGEST

    def _goes_together(self) -> bool:
        """Whether a stretch of the log is handed out whole: quick handlers, no keys, no priorities."""
        quick = self._claims.size.now >= TOGETHER and not self._impatient
        return quick and not self._ordered and self._runtime.reader.in_order(self._name)

    async def _next_together(self) -> tuple[bool, SlowStretch | None]:
        """Does a stretch of the log; returns whether there was one, and what of it is not done yet.

        The caller holds the lock: only one worker does this at a time.
        """
        stretch = await self._claims.take(self._claims.size.now)
        if stretch is None or not stretch.tasks:
            return stretch is not None, None
        with self._rows.leases.holding(stretch.token):
            return True, await self._work_together(stretch)

    async def _work_together(self, stretch: Stretch) -> SlowStretch | None:
        started = self._runtime.clock.monotonic()
        plain, rows = self._claims.sort_out(stretch)
        running = asyncio.ensure_future(self._quick_run.run(plain))
        try:
            if not await self._in_patience(running):
                return await self._part(stretch, plain, rows, running)
            running.result()  # what ended it unexpectedly is no outcome of its tasks
            if await self._claims.settle(stretch, plain, rows, ahead=not self._stopping()):
                self._claims.size.adapt(self._runtime.clock.monotonic() - started)
        except asyncio.CancelledError:
            running.cancel()
            raise
        return None

    async def _in_patience(self, running: asyncio.Future[None]) -> bool:
        """Waits for handlers, but not for long; returns whether they are done."""
        await asyncio.sleep(0)
        if running.done():
            return True
        over = asyncio.Event()
        running.add_done_callback(lambda _done: over.set())
        due = self._runtime.clock.now() + round(PATIENCE * MICROSECONDS)
        call_off = self._runtime.timer.call_at(due, over.set)
        try:
            await over.wait()
        finally:
            call_off()
        return running.done()

    async def _part(
        self,
        stretch: Stretch,
        plain: Sequence[DeliveryAttempt],
        rows: Sequence[NewDelivery],
        running: asyncio.Future[None],
    ) -> SlowStretch:
        """Settles what is done of a stretch; what runs on gets leased rows, the rest is up to the others."""
        self._impatient = True
        self._claims.size.reset()
        slow = [task for task in plain if task.started and not task.ended_at]
        known = set(map(id, slow))
        others = [task for task in plain if id(task) not in known]
        ended = [task for task in stretch.tasks if id(task) not in known]
        leased = [*rows, *self._rows.leased(slow)]
        ours = await self._claims.settle(stretch, others, leased, ended=ended, ahead=False)
        return SlowStretch(stretch.token, slow if ours else [], running)

    async def _finish(self, slow: SlowStretch) -> None:
        """Waits for handlers that took long, and settles their rows."""
        try:
            await self._rows.finish(slow.tasks, slow.token, slow.running)
        finally:
            slow.running.cancel()
            self._impatient = False

"""Point to point: each message goes to one of several workers, the most urgent first (P6, R1)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from typing_extensions import override

from workbench.engine.delivery_attempt import DeliveryAttempt
from workbench.engine.delivery_outcome import counts_of, waiting
from workbench.engine.log_subscription import Claimed, LogSubscription
from workbench.engine.runtime import Runtime
from workbench.engine.subscription_runner import LARGE, QUICK, SLOW
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import Handler, Subscription
from workbench.store.operations import Atomic, Settle
from workbench.store.settlements import NewDelivery

INGEST = 1_000
"""Messages that become rows in one transaction."""
TOGETHER = 64
"""From this size of a batch on, handlers are so quick that nobody gains by competing for rows."""
PATIENCE = 0.1
"""Seconds that a batch without rows may take; then those that are not done get theirs."""


@dataclass(frozen=True, slots=True)
class SlowStretch:
    """What is not done yet of a stretch of the log: slow handlers, whose messages have leased rows."""

    token: UUID
    tasks: list[DeliveryAttempt]
    running: asyncio.Future[None]


class QueueSubscription(LogSubscription):
    """A queue with competing workers.

    Each message has a row that one of the workers leases. Where handlers return at once and no message has a
    priority, the order of the log is that of urgency, and a worker takes a stretch of it as a reader of
    publish/subscribe does: what is a plain success never needs its row (contract §5).
    """

    _batch = 1

    def __init__(self, runtime: Runtime, subscription: Subscription, handler: Handler | None) -> None:
        super().__init__(runtime, subscription, handler)
        self.lanes = subscription.workers
        self._alone = asyncio.Lock()
        self._busy: set[str] = set()
        self._impatient = False
        if self._run is not None:
            self._run.side_by_side = 1  # each worker does one thing at a time; there are several
        self._quick_run = None if handler is None else self._handler_run(handler)
        if self._quick_run is not None:
            self._quick_run.side_by_side = subscription.workers
            self._quick_run.stopping = lambda: self._stopping or self._impatient

    @property
    @override
    def in_flight(self) -> int:
        """Handlers that run now (B1)."""
        quick = self._quick_run.in_flight if self._quick_run is not None else 0
        return super().in_flight + quick

    @override
    async def work(self, limit: int | None = None) -> bool:
        """Does one batch as one worker: rows that are ready or due, else what lies ahead in the log."""
        if self.handler is None:
            return False
        self._stopping = False
        async with self._alone:
            together = limit is None and self._goes_together()
            if not together:
                await super().rest()
            worked = not together and await self._ingest()
            tasks, token = await self._lease_rows(limit or self._batch, frozenset(self._busy))
            keys = {task.key for task in tasks if task.key}
            self._busy |= keys
            left = None
            if together and not tasks:
                worked, left = await self._work_together()
        if left is not None:
            await self._finish(left)
        if not tasks:
            return worked
        started = self._runtime.clock.monotonic()
        try:
            await self._deliver_rows(tasks, token)
        finally:
            self._busy -= keys
        self._adapt(self._runtime.clock.monotonic() - started)
        return True

    @override
    async def rest(self) -> None:
        """Gives back what was claimed ahead, unless a worker is at it."""
        if not self._alone.locked():
            async with self._alone:
                await super().rest()

    def _goes_together(self) -> bool:
        """Whether a stretch of the log is handed out whole: quick handlers, no keys, no priorities."""
        quick = self._batch >= TOGETHER and not self._impatient
        return quick and not self._ordered and self._runtime.reader.in_order(self.name)

    # -- without rows -----------------------------------------------------------------------------------

    async def _work_together(self) -> tuple[bool, SlowStretch | None]:
        """Does a stretch of the log; returns whether there was one, and what of it is not done yet.

        The caller holds the lock: only one worker does this at a time.
        """
        claimed = self._claimed or await self._claim(self._batch)
        if claimed is None:
            return False, None
        self._claimed = None
        if not claimed.tasks or self._quick_run is None:
            return True, None
        started = self._runtime.clock.monotonic()
        plain, rows = self._sort_out(claimed.tasks)
        running = asyncio.ensure_future(self._quick_run.run(plain))
        try:
            if not await self._in_patience(running):
                return True, await self._part(claimed, plain, rows, running)
            running.result()  # what ended it unexpectedly is no outcome of its tasks
            await self._settle_stretch(claimed, plain, rows, started)
        except asyncio.CancelledError:
            running.cancel()
            raise
        return True, None

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

    async def _settle_stretch(
        self, claimed: Claimed, plain: Sequence[DeliveryAttempt], rows: Sequence[NewDelivery], started: float
    ) -> None:
        ahead = None if self._stopping else self._look_ahead(claimed.upto)
        settle = await self._settle(claimed.tasks, lambda: self._outcome(claimed, plain, rows, ahead))
        if settle is not None:
            self.cursor = self._stored_cursor = claimed.upto
            self._claimed = ahead
            self._rows = self._rows or bool(settle.deliveries)
            self._adapt(self._runtime.clock.monotonic() - started)

    async def _part(
        self,
        claimed: Claimed,
        plain: Sequence[DeliveryAttempt],
        rows: Sequence[NewDelivery],
        running: asyncio.Future[None],
    ) -> SlowStretch | None:
        """Settles what is done of a stretch; what runs on gets leased rows, the rest is up to the others."""
        self._impatient, self._batch = True, 1
        slow = [task for task in plain if task.started and not task.ended_at]
        known = set(map(id, slow))
        others = [task for task in plain if id(task) not in known]
        ended = [task for task in claimed.tasks if id(task) not in known]
        until = self._leases.until()
        leased = [waiting(task, DeliveryState.LEASED, lease_until=until) for task in slow]
        settle = await self._settle(ended, lambda: self._outcome(claimed, others, [*rows, *leased], None))
        if settle is not None:
            self.cursor = self._stored_cursor = claimed.upto
            self._rows = True
        return SlowStretch(claimed.token, slow if settle is not None else [], running)

    async def _finish(self, left: SlowStretch) -> None:
        """Waits for handlers that took long, and settles their rows."""
        try:
            with self._leases.holding(left.token):
                await left.running
                if left.tasks:
                    await self._settle(left.tasks, lambda: self._settle_rows(left.tasks, left.token))
        finally:
            left.running.cancel()
            self._impatient = False
            self._rows = True

    # -- with rows --------------------------------------------------------------------------------------

    async def _ingest(self) -> bool:
        """Gives the next messages of the topic their rows; returns whether there were any."""
        reader = self._runtime.reader
        found, upto = reader.read_topic(self.subscription.topic, self.wants, self.cursor, INGEST)
        if upto == self.cursor:
            return False
        tasks, filtered, upto = self._tasks_of(found, self.cursor, upto)
        rows, token = self._rows_of(tasks), self._runtime.new_id()
        states = {row.message.position: row.state for row in rows}
        settle = Settle(
            subscription=self.name,
            token=token,
            cursor=upto,
            filtered=filtered,
            deliveries=tuple(rows),
            release_key=self.release_key,
            **counts_of(tasks, [states.get(task.message.position) for task in tasks]),
        )
        if await self._write(Atomic(operations=(self._claim_of(upto, token), settle))):
            self._settling.count([], settle)
            self.cursor = self._stored_cursor = upto
            self._rows = self._rows or bool(rows)
        return True  # even where the cursor was moved meanwhile: it goes on from there

    @override
    def _adapt(self, took: float) -> None:
        if took < QUICK:
            self._batch = min(LARGE, self._batch * 2)
        elif took > SLOW:
            self._batch = max(1, self._batch // 4)

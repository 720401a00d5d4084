"""Point to point: every message has a row, and workers compete for them, the most urgent first (P6, R1)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from typing_extensions import override

from workbench.engine.delivering import Task
from workbench.engine.outcomes import counts_of, waiting
from workbench.engine.runtime import Runtime
from workbench.engine.subscribing import LARGE, QUICK, SLOW, SubscriptionRunner
from workbench.model.deliveries import DeliveryState
from workbench.model.messaging import Handler, Subscription
from workbench.store.operations import Atomic, Settle
from workbench.store.settlements import NewDelivery

INGEST = 1_000
"""Messages that become rows in one transaction."""


class QueueSubscription(SubscriptionRunner):
    """A queue; each message goes to one of its workers."""

    _batch = 1

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        handler: Handler | None,
    ) -> None:
        super().__init__(runtime, subscription, handler)
        self.lanes = subscription.workers
        if self._run is not None:
            self._run.side_by_side = 1  # each worker does one thing at a time; there are several
        self._alone = asyncio.Lock()
        self._busy: set[str] = set()

    @override
    async def work(self, limit: int | None = None) -> bool:
        """Does one batch as one worker: takes rows for itself alone, runs them, settles them."""
        if self.handler is None:
            return False
        self._stopping = False
        async with self._alone:
            tasks, token = await self._hand_out(limit or self._batch)
            ingested = not tasks and await self._ingest()
            if not tasks:
                tasks, token = await self._lease_rows(limit or self._batch, frozenset(self._busy))
            keys = {task.key for task in tasks if task.key}
            self._busy |= keys
        if not tasks:
            return ingested
        started = self._runtime.clock.monotonic()
        try:
            await self._deliver_rows(tasks, token)
        finally:
            self._busy -= keys
        self._adapt(self._runtime.clock.monotonic() - started)
        return True

    async def _hand_out(self, limit: int) -> tuple[list[Task], UUID]:
        """Leases messages as their rows come into being, where the log has them in the order of urgency."""
        token, reader, now = self._runtime.new_id(), self._runtime.reader, self._runtime.clock.now()
        if self._ordered or not reader.in_order(self.name, now):
            return [], token
        found, upto = reader.read_topic(self.subscription.topic, self.wants, self.cursor, limit)
        tasks, filtered = self._tasks_of(found, self.cursor, upto)
        ready: list[Task] = []
        later: list[Task] = []
        for task in tasks:
            now_or_never = task.failure is None and (task.message.deliver_at or 0) <= now
            (ready if now_or_never else later).append(task)
        if not ready:
            return [], token
        until = self._leases.until()
        leased = [waiting(task, DeliveryState.LEASED, lease_until=until) for task in ready]
        if not await self._store(upto, filtered, later, [*leased, *self._rows_of(later)], token):
            return [], token
        return ready, token

    async def _ingest(self) -> bool:
        """Gives the next messages of the topic their rows; returns whether there were any."""
        reader = self._runtime.reader
        found, upto = reader.read_topic(self.subscription.topic, self.wants, self.cursor, INGEST)
        if upto == self.cursor:
            return False
        tasks, filtered = self._tasks_of(found, self.cursor, upto)
        await self._store(upto, filtered, tasks, self._rows_of(tasks), self._runtime.new_id())
        return True  # even where the cursor was moved meanwhile: it goes on from there

    async def _store(
        self, upto: int, filtered: int, tasks: list[Task], rows: list[NewDelivery], token: UUID
    ) -> bool:
        """Stores rows and the cursor behind their messages; False where an operator moved it meanwhile."""
        states = {row.message.position: row.state for row in rows}
        settle = Settle(
            subscription=self.name,
            token=token,
            cursor=upto,
            filtered=filtered,
            deliveries=tuple(rows),
            release_key=self.release_key,
            **counts_of(tasks, [states[task.message.position] for task in tasks]),
        )
        if not await self._write(Atomic(operations=(self._claim_of(upto, token), settle))):
            return False
        self._settling.count([], settle)
        self.cursor = self._stored_cursor = upto
        self._rows = self._rows or bool(rows)
        return True

    def _adapt(self, took: float) -> None:
        if took < QUICK:
            self._batch = min(LARGE, self._batch * 2)
        elif took > SLOW:
            self._batch = max(1, self._batch // 4)

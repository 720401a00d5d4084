"""Point to point: every message has a row, and workers compete for them, the most urgent first (P6, R1)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from typing_extensions import override

from workbench.engine.delivering import Task
from workbench.engine.outcomes import counts_of, new_delivery, waiting
from workbench.engine.runtime import Runtime
from workbench.engine.subscribing import LARGE, QUICK, SLOW, SubscriptionRunner
from workbench.model.deliveries import DeliveryState
from workbench.model.messaging import Handler, OnDead, Subscription
from workbench.store.operations import Atomic, Claim, Settle
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
        await self._store(upto, filtered, later, [*leased, *self._rows_of(later)], token)
        return ready, token

    async def _ingest(self) -> bool:
        """Gives the next messages of the topic their rows; returns whether there were any."""
        reader = self._runtime.reader
        found, upto = reader.read_topic(self.subscription.topic, self.wants, self.cursor, INGEST)
        if upto == self.cursor:
            return False
        tasks, filtered = self._tasks_of(found, self.cursor, upto)
        await self._store(upto, filtered, tasks, self._rows_of(tasks), self._runtime.new_id())
        return True

    async def _store(
        self, upto: int, filtered: int, tasks: list[Task], rows: list[NewDelivery], token: UUID
    ) -> None:
        """Stores rows and the cursor behind their messages."""
        states = {row.message.position: row.state for row in rows}
        settle = Settle(
            subscription=self.name,
            token=token,
            cursor=upto,
            filtered=filtered,
            deliveries=tuple(rows),
            **counts_of(tasks, [states[task.message.position] for task in tasks]),
        )
        claim = Claim(subscription=self.name, upto=upto, token=token)
        await self._runtime.gate.write(Atomic(operations=(claim, settle)))
        self._count([], settle)
        self.cursor = self._stored_cursor = upto
        self._rows = self._rows or bool(rows)

    def _rows_of(self, tasks: list[Task]) -> list[NewDelivery]:
        now = self._runtime.clock.now()
        keys = list({task.key for task in tasks if task.key})
        dead_too = self.subscription.on_dead is OnDead.BLOCK_KEY
        busy = self._runtime.reader.busy_keys(self.name, keys, dead_too=dead_too) if keys else set()
        rows = []
        for task in tasks:
            deliver_at = task.message.deliver_at
            if task.key and task.key in busy:
                task.failure = None
                rows.append(waiting(task, DeliveryState.BLOCKED))
            elif task.failure is not None:
                rows.append(new_delivery(self.subscription, task, self._runtime.rng, now))
            elif deliver_at is not None and deliver_at > now:
                rows.append(waiting(task, DeliveryState.DELAYED, due_at=deliver_at))
            else:
                rows.append(waiting(task, DeliveryState.READY))
            if task.key and (rows[-1].state is not DeliveryState.DEAD or dead_too):
                busy.add(task.key)
        return rows

    def _adapt(self, took: float) -> None:
        if took < QUICK:
            self._batch = min(LARGE, self._batch * 2)
        elif took > SLOW:
            self._batch = max(1, self._batch // 4)

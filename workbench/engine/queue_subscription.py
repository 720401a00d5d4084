"""Point to point: every message has a row, and workers compete for them, the most urgent first (P6, R1)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from typing_extensions import override

from workbench.engine.delivering import Task
from workbench.engine.outcomes import counts_of, new_delivery, waiting
from workbench.engine.runtime import Runtime
from workbench.engine.subscribing import LARGE, QUICK, SLOW, SubscriptionRunner
from workbench.model.deliveries import DeliveryState
from workbench.model.messaging import Handler, OnDead, Subscription
from workbench.store.operations import Atomic, Claim, Operation, Settle
from workbench.store.settlements import NewDelivery

INGEST = 1_000
"""Messages that become rows in one transaction."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What a worker has taken for itself.

    Attributes:
        upto: Where the cursor stands behind it.
        operations: What stores that it was taken; none where that was done.
    """

    token: UUID
    tasks: list[Task]
    upto: int
    operations: tuple[Operation, ...] = ()


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
            hand = self._next_hand(limit or self._batch)
            ingested = False
            if hand is not None:
                await self._runtime.gate.write(Atomic(operations=hand.operations))
                self._passed(hand)
            else:
                ingested = await self._ingest()
                hand = await self._lease(limit or self._batch)
        worked = hand is not None
        while hand is not None:
            hand = await self._work_off(hand, None if limit is not None else self._batch)
        return worked or ingested

    async def _lease(self, limit: int) -> Hand | None:
        """Takes rows that are ready or due, the most urgent first."""
        tasks, token = await self._lease_rows(limit, frozenset(self._busy))
        self._busy |= {task.key for task in tasks if task.key}
        return Hand(token, tasks, self.cursor) if tasks else None

    async def _work_off(self, hand: Hand, limit: int | None) -> Hand | None:
        """Runs what a worker has in hand and settles it; returns what it took in the same breath.

        Args:
            limit: How much it may take; None for nothing.
        """
        if self._run is None:
            return None
        started = self._runtime.clock.monotonic()
        ahead = None
        try:
            with self._leases.holding(hand.token):
                await self._run.run(hand.tasks)
                async with self._alone:
                    if limit is not None and not self._stopping:
                        ahead = self._next_hand(limit)
                    settled = await self._settle(
                        hand.tasks,
                        lambda: self._settle_rows(hand.tasks, hand.token),
                        also=ahead.operations if ahead else (),
                    )
                    if settled is None:
                        ahead = None
                    if ahead is not None:
                        self._passed(ahead)
        finally:
            self._busy -= {task.key for task in hand.tasks if task.key}
        self._rows = True
        self._adapt(self._runtime.clock.monotonic() - started)
        await asyncio.sleep(0)
        return ahead

    def _next_hand(self, limit: int) -> Hand | None:
        """Returns messages that can be leased as their rows come into being; none where rows go first.

        That is where the log has them in the order of urgency: no row is ready, no message has a priority.
        """
        reader, now = self._runtime.reader, self._runtime.clock.now()
        if self._ordered or not reader.in_order(self.name, now):
            return None
        found, upto = reader.read_topic(self.subscription.topic, self.wants, self.cursor, limit)
        tasks, filtered = self._tasks_of(found, self.cursor, upto)
        ready: list[Task] = []
        later: list[Task] = []
        for task in tasks:
            now_or_never = task.failure is None and (task.message.deliver_at or 0) <= now
            (ready if now_or_never else later).append(task)
        if not ready:
            return None
        until, token = self._leases.until(), self._runtime.new_id()
        rows = [waiting(task, DeliveryState.LEASED, lease_until=until) for task in ready]
        stored = self._stored(upto, filtered, later, [*rows, *self._rows_of(later)], token)
        return Hand(token, ready, upto, stored)

    def _passed(self, hand: Hand) -> None:
        """Notes that what is in a hand was stored."""
        for operation in hand.operations:
            if isinstance(operation, Settle):
                self._count([], operation)
        self.cursor = self._stored_cursor = hand.upto
        self._rows = True

    async def _ingest(self) -> bool:
        """Gives the next messages of the topic their rows; returns whether there were any."""
        reader = self._runtime.reader
        found, upto = reader.read_topic(self.subscription.topic, self.wants, self.cursor, INGEST)
        if upto == self.cursor:
            return False
        tasks, filtered = self._tasks_of(found, self.cursor, upto)
        rows, token = self._rows_of(tasks), self._runtime.new_id()
        hand = Hand(token, [], upto, self._stored(upto, filtered, tasks, rows, token))
        await self._runtime.gate.write(Atomic(operations=hand.operations))
        self._passed(hand)
        return True

    def _stored(
        self, upto: int, filtered: int, tasks: list[Task], rows: list[NewDelivery], token: UUID
    ) -> tuple[Operation, ...]:
        """Returns what stores rows and the cursor behind their messages."""
        states = {row.message.position: row.state for row in rows}
        settle = Settle(
            subscription=self.name,
            token=token,
            cursor=upto,
            filtered=filtered,
            deliveries=tuple(rows),
            **counts_of(tasks, [states[task.message.position] for task in tasks]),
        )
        return Claim(subscription=self.name, upto=upto, token=token), settle

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

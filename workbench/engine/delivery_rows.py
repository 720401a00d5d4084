"""The delivery rows of a subscription: leases those that are due, and settles them (contract §5)."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from uuid import UUID

from workbench.engine.ack import AckWriter
from workbench.engine.delivery_attempt import DeliveryAttempt
from workbench.engine.delivery_outcome import counts_of, effects_of, rows_of, settlement, waiting
from workbench.engine.handler_runner import HandlerRun
from workbench.engine.large_reads import LARGE
from workbench.engine.leases import Leases
from workbench.engine.runtime import Runtime
from workbench.engine.subscription_cursor import SubscriptionCursor
from workbench.engine.topic_reader import TopicReader
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import Message, OnDead, Subscription
from workbench.store.operations import Lease, Settle
from workbench.store.settlements import NewDelivery
from workbench.store.stored_values import Delivery

AGAIN = MICROSECONDS
"""How long rows are left alone that are due but whose keys are still at work here."""


class DeliveryRows:
    """Leases rows, and settles them.

    Attributes:
        pending: Whether there may be rows to look after.
        release_key: Whether a dead letter blocks nothing (O2).
        leases: What its workers hold.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        cursor: SubscriptionCursor,
        source: TopicReader,
        ack: AckWriter,
        leases: Leases,
    ) -> None:
        self.pending = True
        self.release_key = subscription.on_dead is OnDead.CONTINUE
        self._runtime = runtime
        self._subscription = subscription
        self._name = subscription.name
        self._cursor = cursor
        self._source = source
        self._ack = ack
        self.leases = leases
        self._again = 0
        self._large: set[int] = set()  # positions of large messages that have rows

    def next_due(self) -> int | None:
        """Returns when a delayed row is due or a lost lease ends, microseconds since 1970."""
        if not self.pending:
            return None
        due, ends = self._runtime.reader.due_times(self._name, self.leases.held)
        lost = None if ends is None else ends + 1
        first = min((time for time in (due, lost) if time is not None), default=None)
        return None if first is None else max(first, self._again)

    def upcoming(self) -> Message | None:
        """Returns the message of the row that is leased next; None if none can be now."""
        now = self._runtime.clock.now()
        found = self._runtime.reader.due(self._name, now, 1) if self.pending else ()
        return found[0][1] if found else None

    # -- new ones -------------------------------------------------------------------------------------

    def busy_keys(self, tasks: Sequence[DeliveryAttempt]) -> dict[str, int]:
        """Returns the keys that have rows; the few that exist are asked for once per batch."""
        keys = list({task.key for task in tasks if task.key})
        if not keys:
            return {}
        return self._runtime.reader.busy_keys(self._name, keys, dead_too=not self.release_key)

    def of(self, tasks: Sequence[DeliveryAttempt], *, crashed: int = 0) -> list[NewDelivery]:
        """Returns rows for messages of which none was tried in this run."""
        runtime, busy = self._runtime, self.busy_keys(tasks)
        self._large.update(task.message.position for task in tasks if len(task.message.data) >= LARGE)
        return rows_of(self._subscription, tasks, busy, runtime.rng, runtime.clock.now(), crashed=crashed)

    def leased(self, tasks: Sequence[DeliveryAttempt]) -> list[NewDelivery]:
        """Returns rows for messages whose handlers run."""
        until = self.leases.until()
        return [waiting(task, DeliveryState.LEASED, lease_until=until) for task in tasks]

    # -- those that are due ---------------------------------------------------------------------------

    async def lease(
        self, limit: int, busy: frozenset[str] = frozenset()
    ) -> tuple[list[DeliveryAttempt], UUID]:
        """Leases rows that are ready or due, and those whose lease ran out.

        Args:
            busy: Keys whose rows are left alone.

        Returns:
            What is to be delivered, and the token that it is leased under.
        """
        token = self._runtime.new_id()
        now = self._runtime.clock.now()
        found = await self._due(now, limit + len(busy))  # of each busy key there is at most one row (I6)
        free = [pair for pair in found if pair[0].key not in busy][:limit]
        if free:
            self._again = 0
            if free[0][0].crashed:
                return await self._lease_in_doubt(free[0], token), token
            return await self._lease(free, token), token
        due, ends = self._runtime.reader.due_times(self._name, self.leases.held)
        if ends is not None and ends < now:
            await self._reclaim()
            return await self.lease(limit, busy)
        # Another engine had what runs here too late to count: until that has ended, its key is left alone.
        self._again = now + AGAIN if found else 0
        self.pending = bool(found) or due is not None or ends is not None
        return [], token

    async def _due(self, now: int, limit: int) -> list[tuple[Delivery, Message]]:
        """Returns rows that can be leased; beside the loop while there may be large ones among them (V4)."""
        reader, large = self._runtime.reader, self._runtime.large
        if self._large and not self._large & reader.rows_from(
            self._name, min(self._large) - 1, max(self._large)
        ):
            self._large.clear()
        after = 0 if self._large else large.upto
        return await large.read(after, reader, lambda one: one.due(self._name, now, limit))

    async def _reclaim(self) -> None:
        subscription = self._subscription
        await self.leases.reclaim(subscription.topic, subscription.max_crashes, release_key=self.release_key)

    async def _lease_in_doubt(self, pair: tuple[Delivery, Message], token: UUID) -> list[DeliveryAttempt]:
        """Leases one delivery in doubt at a time, so that it cannot take others down with it."""
        await self._runtime.in_doubt.acquire()
        tasks: list[DeliveryAttempt] = []
        try:
            tasks = await self._lease([pair], token)
        finally:
            if not tasks:
                self._runtime.in_doubt.release()
        return tasks

    async def _lease(self, found: Sequence[tuple[Delivery, Message]], token: UUID) -> list[DeliveryAttempt]:
        if not found:
            return []
        lease = Lease(
            subscription=self._name,
            numbers=tuple(row.number for row, _ in found),
            token=token,
            until=self.leases.until(),
            owner=self._runtime.owner,
        )
        leased = set(await self._runtime.writer.write(lease))
        if leased:
            self._ack.forget()
        else:  # another engine took them, or claims what may have their keys
            self._cursor.read()
        return [self._source.task_of(row, message) for row, message in found if row.number in leased]

    async def deliver(self, tasks: Sequence[DeliveryAttempt], token: UUID, run: HandlerRun) -> None:
        """Runs the handlers of leased rows, and settles them."""
        await self.finish(tasks, token, run.run([task for task in tasks if task.failure is None]))

    async def finish(self, tasks: Sequence[DeliveryAttempt], token: UUID, handlers: Awaitable[None]) -> None:
        """Holds what is leased under a token until its handlers have ended, and settles it."""
        try:
            with self.leases.holding(token):
                await handlers
                if tasks:
                    await self._ack.settle(tasks, lambda: self._outcome(tasks, token))
        finally:
            self.pending, self._again = True, 0
            if any(task.delivery is not None and task.delivery.crashed for task in tasks):
                self._runtime.in_doubt.release()

    def _outcome(self, tasks: Sequence[DeliveryAttempt], token: UUID) -> Settle:
        now = self._runtime.clock.now()
        settled = tuple(settlement(self._subscription, task, self._runtime.rng, now) for task in tasks)
        return Settle(
            subscription=self._name,
            token=token,
            settlements=settled,
            effects=effects_of(tasks),
            release_key=self.release_key,
            **counts_of(tasks, [one.state for one in settled]),
        )

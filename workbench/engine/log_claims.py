"""Claims stretches of the log for a subscription, the next one ahead, and settles them (contract §5)."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.engine.ack import AckWriter
from workbench.engine.batch_size import BatchSize
from workbench.engine.delivery_attempt import DeliveryAttempt
from workbench.engine.delivery_outcome import counts_of, effects_of, rows_after, sort_out
from workbench.engine.delivery_rows import DeliveryRows
from workbench.engine.runtime import Runtime
from workbench.engine.subscription_cursor import SubscriptionCursor
from workbench.engine.topic_reader import Stretch, TopicReader
from workbench.model.messaging import Message, Subscription
from workbench.store.operations import Atomic, Settle, Unclaim
from workbench.store.settlements import NewDelivery

INGEST = 1_000
"""Messages that become rows in one transaction."""


class LogClaims:
    """Claims what lies behind the cursor, and moves the cursor over what is settled.

    Args:
        size: Of the next stretch.

    Attributes:
        unsorted: Whether there are messages of which none can be delivered now, and which lack their rows.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        source: TopicReader,
        cursor: SubscriptionCursor,
        rows: DeliveryRows,
        ack: AckWriter,
        size: BatchSize,
    ) -> None:
        self.size = size
        self._runtime = runtime
        self._subscription = subscription
        self._source = source
        self._cursor = cursor
        self._rows = rows
        self._ack = ack
        self.unsorted = False
        self._ahead: Stretch | None = None
        self._empty_upto = 0

    def drop(self) -> None:
        """Forgets what was claimed ahead: the cursor was moved."""
        self._ahead, self._empty_upto = None, 0

    async def rest(self) -> None:
        """Gives back what was claimed ahead, as it is not known when it goes on, and stores the cursor."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            await self._runtime.writer.write(Unclaim(subscription=self._subscription.name, token=ahead.token))
        await self._cursor.store()

    def upcoming(self) -> Message | None:
        """Returns the message behind the cursor that is delivered next; None if none can be now."""
        self.unsorted = False
        after = max(self._cursor.position, self._empty_upto)
        if after >= self._runtime.reader.head():
            return None
        tasks, upto = self._source.glance(after, INGEST)
        if not tasks:
            self._empty_upto = upto
            return None
        plain, _ = self._sorted_out(tasks)
        ended = [task for task in tasks if task.failure is not None]  # not to be handled, and so done with
        found = [task.message for task in (*plain, *ended)]
        self.unsorted = not found
        return min(found, key=lambda one: one.position, default=None)

    async def take(self, limit: int) -> Stretch | None:
        """Returns the next stretch, claimed; one that holds nothing to deliver was passed at once.

        None at the log's end, and where another engine's claim stands.
        """
        if self._cursor.foreign_until is not None:
            return None
        ahead, self._ahead = self._ahead, None
        return ahead or await self._claim(limit)

    async def _read(self, limit: int) -> Stretch | None:
        """Returns what follows the cursor; again where that was moved meanwhile."""
        while True:
            cursor = self._cursor
            stood = cursor.position, cursor.passed
            read = await self._source.read(cursor.position, limit)
            if stood == (cursor.position, cursor.passed):
                return read

    async def _claim(self, limit: int) -> Stretch | None:
        read = await self._read(limit)
        if read is None:
            return None
        if read.tasks:
            if not await self._cursor.write(self._cursor.claim(read.upto, read.token)):
                return Stretch(read.token, read.upto, [], 0)
            self._ack.forget()
        elif read.filtered:
            await self._pass(read, self._outcome(read, [], [], None))
        else:
            self._cursor.position = read.upto
            if self._cursor.is_due:
                await self._cursor.store()
        return read

    async def _pass(self, stretch: Stretch, settle: Settle) -> bool:
        """Claims and settles a stretch at once; False where the cursor was moved meanwhile."""
        claim = self._cursor.claim(stretch.upto, stretch.token)
        if not await self._cursor.write(Atomic(operations=(claim, settle))):
            return False
        self._ack.count([], settle)
        self._cursor.settled(stretch.upto)
        return True

    async def into_rows(self, limit: int = INGEST) -> bool:
        """Gives the next messages of the topic their rows, up to `limit`; returns whether there were any."""
        if self._cursor.foreign_until is not None:
            return False
        read = await self._read(limit)
        if read is None:
            return False
        rows = self._rows.of(read.tasks)
        if await self._pass(read, self._settled(read, read.tasks, rows)):
            self._rows.pending = self._rows.pending or bool(rows)
        return True  # even where the cursor was moved meanwhile: it goes on from there

    def sort_out(self, stretch: Stretch) -> tuple[list[DeliveryAttempt], list[NewDelivery]]:
        """Parts what can run now from what needs a row."""
        return self._sorted_out(stretch.tasks)

    def _sorted_out(self, tasks: list[DeliveryAttempt]) -> tuple[list[DeliveryAttempt], list[NewDelivery]]:
        runtime, busy = self._runtime, self._rows.busy_keys(tasks)
        now, too_late = runtime.clock.now(), self._source.too_late
        return sort_out(self._subscription, tasks, busy, runtime.rng, now, too_late)

    async def settle(
        self,
        stretch: Stretch,
        plain: Sequence[DeliveryAttempt],
        rows: Sequence[NewDelivery],
        *,
        ended: Sequence[DeliveryAttempt] | None = None,
        ahead: bool,
    ) -> bool:
        """Commits what became of a stretch; returns whether it still was ours.

        Args:
            plain: What was handed out of it.
            rows: Of what was not, or runs on.
            ended: What counts as handled; by default all of it.
            ahead: Whether the next stretch is claimed in the same breath.
        """
        following = await self._source.read(stretch.upto, self.size.now) if ahead else None
        if following is not None and not following.tasks:
            stretch, following = stretch.with_passed(following), None
        settle = await self._ack.settle(
            stretch.tasks if ended is None else ended,
            lambda: self._outcome(stretch, plain, rows, following),
        )
        if settle is None:
            return False
        self._cursor.settled(stretch.upto)
        self._ahead = following
        self._rows.pending = self._rows.pending or bool(settle.deliveries)
        return True

    def _outcome(
        self,
        stretch: Stretch,
        plain: Sequence[DeliveryAttempt],
        rows: Sequence[NewDelivery],
        ahead: Stretch | None,
    ) -> Settle:
        after = rows_after(self._subscription, plain, self._runtime.rng, self._runtime.clock.now())
        return self._settled(stretch, plain, (*rows, *after), ahead)

    def _settled(
        self,
        stretch: Stretch,
        done: Sequence[DeliveryAttempt],
        rows: Sequence[NewDelivery],
        ahead: Stretch | None = None,
    ) -> Settle:
        states = {row.message.position: row.state for row in rows}
        return Settle(
            subscription=self._subscription.name,
            token=stretch.token,
            cursor=stretch.upto,
            filtered=stretch.filtered,
            effects=effects_of(done),
            deliveries=tuple(rows),
            release_key=self._rows.release_key,
            claim=ahead.upto if ahead else None,
            claim_token=ahead.token if ahead else None,
            claim_until=self._rows.leases.until() if ahead else None,
            owner=self._runtime.owner,
            **counts_of(stretch.tasks, [states.get(task.message.position) for task in stretch.tasks]),
        )

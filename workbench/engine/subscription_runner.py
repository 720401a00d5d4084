"""One subscription at work: put together of cursor, rows, claims and a strategy (contract §5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

import msgspec

from workbench.engine.ack import AckWriter, Ended
from workbench.engine.batch_size import LARGE, BatchSize
from workbench.engine.delivery_attempt import DeliveryAttempt
from workbench.engine.delivery_rows import DeliveryRows
from workbench.engine.handler_context import DeliveryContext
from workbench.engine.handler_runner import HandlerRun
from workbench.engine.leases import Leases
from workbench.engine.log_claims import LogClaims
from workbench.engine.log_strategy import LogStrategy
from workbench.engine.queue_strategy import QueueStrategy
from workbench.engine.runtime import KeyOf, Runtime
from workbench.engine.subscription_cursor import SubscriptionCursor
from workbench.engine.topic_reader import TopicReader
from workbench.errors import NotFound
from workbench.model.changes import Changes
from workbench.model.messaging import Handler, Message, Mode, Ordering, Subscription
from workbench.store.letter_values import message_of
from workbench.store.operations import ConfigureSubscription, RecoverSubscription
from workbench.store.settlements import NewDelivery
from workbench.store.stored_values import DeadLetter, SubscriptionState


class SubscriptionRunner:
    """Moves one subscription forward.

    Args:
        handler: What runs; None means that it is missing or not trusted: the subscription is detached (P7).
        key_of: What orders messages; by default the message's own key.

    Attributes:
        wants: Whether it gets events of a type.
        gets: Whether a message is to be delivered.
        release_key: Whether a dead letter blocks nothing (O2).
        lanes: How many workers move it, each in a task of its own.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        handler: Handler | None,
        key_of: KeyOf | None = None,
    ) -> None:
        self.subscription = subscription
        self.name = subscription.name
        self.handler = handler
        self.paused = False
        self._runtime = runtime
        self._stopping = False
        leases = Leases(
            self.name, subscription.lease, runtime.writer, runtime.clock, runtime.timer, runtime.tasks
        )
        self._cursor = SubscriptionCursor(runtime, self.name, leases, self._moved)
        self._source = TopicReader(runtime, subscription, self._cursor, key_of)
        self._ack = AckWriter(runtime, subscription, self._cursor, self._forget)
        self._rows = DeliveryRows(runtime, subscription, self._cursor, self._source, self._ack, leases)
        self.wants, self.gets = self._source.wants, self._source.gets
        self.ordering_key = self._source.ordering_key
        self.release_key = self._rows.release_key
        queue = subscription.mode is Mode.POINT_TO_POINT
        size = BatchSize(1, 4) if queue else BatchSize(8, 2)
        self._claims = LogClaims(
            runtime, subscription, self._source, self._cursor, self._rows, self._ack, size
        )
        self._strategy = None if handler is None else self._strategy_of(handler)
        self.lanes = 1 if self._strategy is None else self._strategy.lanes

    def _strategy_of(self, handler: Handler) -> LogStrategy | QueueStrategy:
        runtime, subscription = self._runtime, self.subscription
        run = partial(self._handler_run, handler)
        if subscription.mode is Mode.POINT_TO_POINT:
            return QueueStrategy(runtime, subscription, self._rows, self._claims, run, self._stops)
        one = run(subscription.in_flight, self._stops)
        return LogStrategy(self._rows, self._claims, one, runtime.clock, self._stops)

    def _handler_run(
        self, handler: Handler, side_by_side: int, stopping: Callable[[], bool], *, dry_run: bool = False
    ) -> HandlerRun:
        runtime, subscription = self._runtime, self.subscription
        return HandlerRun(
            handler=handler,
            context_of=partial(
                DeliveryContext,
                subscription=self.name,
                registry=runtime.registry,
                reader=runtime.reader,
                clock=runtime.clock,
                make_room=runtime.make_room,
                causation=runtime.causation,
                timeout=subscription.timeout,
                dry_run=dry_run,
            ),
            clock=runtime.clock,
            deadlines=runtime.deadlines,
            seconds=subscription.timeout,
            side_by_side=side_by_side,
            ordered=subscription.ordering is Ordering.KEY,
            stopping=stopping,
            too_late=self._source.too_late,
            faults=None if dry_run else runtime.faults.at(subscription),
        )

    def _stops(self) -> bool:
        return self._stopping

    def _forget(self) -> None:
        """Tells a handler with a memory that what it did was not stored."""
        if forget := getattr(self.handler, "forget", None):
            forget()

    # -- where it stands ------------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Every message up to here is settled or has a row."""
        return self._cursor.position

    position = cursor

    @property
    def handled(self) -> int:
        """Deliveries whose outcome was stored since the start."""
        return self._ack.handled

    @property
    def newest(self) -> Ended | None:
        """How the delivery ended whose outcome was stored last; None before the first one."""
        return self._ack.newest

    @property
    def in_flight(self) -> int:
        """Handlers that run now (B1)."""
        return 0 if self._strategy is None else self._strategy.in_flight

    @property
    def changes(self) -> Changes:
        """What views show of it."""
        return Changes(subscriptions=frozenset((self.name,)))

    # -- life and control -----------------------------------------------------------------------------

    def recovery(self, owner: UUID | None = None) -> RecoverSubscription | None:
        """Takes up where the store stands; returns what takes back what no living engine holds (D5).

        Args:
            owner: Whose own is taken back, too.
        """
        state = self._cursor.read()
        if state is None:
            return None
        subscription, self.paused = self.subscription, state.paused
        return RecoverSubscription(
            subscription=self.name,
            topic=subscription.topic,
            in_doubt=tuple(self._in_doubt(state)),
            max_crashes=subscription.max_crashes,
            claim=state.claim_token,
            owner=owner,
            keep=self._rows.leases.held,
            release_key=self.release_key,
        )

    def recovered(self) -> None:
        """Takes up where the store stands now that it was recovered."""
        self._cursor.read()

    async def _look_at_claim(self) -> None:
        """Looks whether another engine has given its claim back; takes over one that ran out (D5)."""
        self._cursor.read()
        until = self._cursor.foreign_until
        if until is not None and until < self._runtime.clock.now():
            if (recovery := self.recovery()) is not None:
                await self._runtime.writer.write(recovery)
            self.recovered()

    def _in_doubt(self, state: SubscriptionState) -> list[NewDelivery]:
        """Returns rows for what is claimed: its worker may have died of it."""
        claimed: list[DeliveryAttempt] = []
        after = state.cursor
        while after < state.claimed_to:
            read = self._source.read_here(after, LARGE, state.claimed_to)
            if read is None:
                break
            claimed += read.tasks
            after = read.upto
        return self._rows.of(claimed, crashed=1)

    def configured(self, change: ConfigureSubscription) -> None:
        """Follows what an operator changed in the store."""
        if change.cursor is not None:
            self._cursor.read()
        if change.paused is not None:
            self.paused = change.paused
        if self.paused:
            self.release()

    def _moved(self) -> None:
        self._claims.drop()
        self._rows.pending = True

    def rows_changed(self, *, moved: bool = False) -> None:
        """Notes that there may be rows to look after (a replay, a skip), or that its cursor was moved."""
        self._rows.pending = True
        if moved:
            self._cursor.read()

    def release(self) -> None:
        """Asks a running batch to start no more handlers."""
        self._stopping = True

    async def work(self, limit: int | None = None) -> bool:
        """Does one batch.

        Args:
            limit: How many deliveries at most; None lets the batch size follow the handler's speed.

        Returns:
            Whether there was anything to do.
        """
        if self._strategy is None:
            return False
        self._stopping = False
        if self._cursor.foreign_until is not None:
            await self._look_at_claim()
        return await self._strategy.work(limit)

    def upcoming(self) -> Message | None:
        """Returns the message that it delivers next if it is moved; None where it has none to deliver now."""
        if self._strategy is None or self.paused:
            return None
        return self._rows.upcoming() or self._claims.upcoming()

    @property
    def unsorted(self) -> bool:
        """Whether `upcoming` found messages that only wait, and that get their rows when it is moved."""
        return self._claims.unsorted

    async def rest(self) -> None:
        """Gives back what it claimed ahead, and stores its cursor."""
        if self._strategy is not None:
            await self._strategy.rest()

    async def store_cursor(self) -> None:
        """Stores how far it has looked: behind what it does not read the store knows less."""
        await self._cursor.store()

    def next_due(self) -> int | None:
        """Returns when a row is due, or what another engine holds runs out, microseconds since 1970."""
        if self._strategy is None:
            return None
        ended = None if self._cursor.foreign_until is None else self._cursor.foreign_until + 1
        if ended is not None and self.subscription.ordering is Ordering.KEY:
            return ended  # until then rows with a key cannot be leased, however long they are due
        return min((time for time in (self._rows.next_due(), ended) if time is not None), default=None)

    async def dry_run(self, letter: DeadLetter, data: str | None) -> DeliveryAttempt:
        """Runs the handler on a dead letter; its effects stay in the task that is returned."""
        if self.handler is None:
            raise NotFound(f"{self.name} has no handler")
        found = self._runtime.reader.message(letter.position, self.subscription.topic)
        told = data if data is not None else letter.edited
        message = msgspec.structs.replace(
            found or message_of(letter),
            key=letter.key,
            data=letter.data if told is None else told,
            deliver_at=None,
            expires_at=None,
        )
        task = DeliveryAttempt(message=message, key=letter.key)
        # A handler with a memory is run apart: what really happens meanwhile knows nothing of it.
        apart = getattr(self.handler, "apart", None)
        handler = self.handler if apart is None else apart()
        await self._handler_run(handler, 1, lambda: False, dry_run=True).run([task])
        return task

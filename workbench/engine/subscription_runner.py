"""One subscription at work: rows that are due, failures, cursors, what operators do to it (contract §5)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from workbench.engine.ack import AckWriter
from workbench.engine.delivery_attempt import DeliveryAttempt, Failure, describe
from workbench.engine.delivery_outcome import counts_of, effects_of, expired, rows_of, settlement
from workbench.engine.handler_context import DeliveryContext
from workbench.engine.handler_runner import HandlerRun
from workbench.engine.leases import Leases
from workbench.engine.runtime import KeyOf, Runtime
from workbench.errors import NotFound, StaleLease
from workbench.model.clock import MICROSECONDS
from workbench.model.messaging import (
    LOG_TOPIC,
    Handler,
    Message,
    OnDead,
    OnExpired,
    Ordering,
    Subscription,
    Topic,
)
from workbench.store.letter_values import message_of
from workbench.store.operations import Atomic, Claim, Lease, Operation, RecoverSubscription, Settle
from workbench.store.settlements import NewDelivery
from workbench.store.stored_values import DeadLetter, Delivery, Reason

SMALL, LARGE = 8, 512
QUICK, SLOW = 0.02, 0.1
"""A batch that took less than QUICK seconds doubles the next one, more than SLOW halves it."""


class SubscriptionRunner(ABC):
    """Moves one subscription forward: what all kinds have in common.

    Args:
        handler: What runs; None means that it is missing or not trusted: the subscription is detached (P7).
        key_of: What orders messages; by default the message's own key.

    Attributes:
        lanes: How many workers move it, each in a task of its own.
    """

    lanes = 1

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        handler: Handler | None,
        key_of: KeyOf | None = None,
    ) -> None:
        self.subscription = subscription
        self.name = subscription.name
        self.topic = runtime.registry.topics.get(subscription.topic) or Topic(name=subscription.topic)
        self.handler = handler
        self.paused = False
        self.cursor = 0
        self.handled = 0
        self._runtime = runtime
        self._key_of = key_of or (lambda message: message.key)
        self._ordered = subscription.ordering is Ordering.KEY
        self.release_key = subscription.on_dead is OnDead.CONTINUE
        self._matches = subscription.filter.matcher()
        self._unfiltered = subscription.filter.empty
        self._stored_cursor = 0
        self._stood = 0
        self._stopping = False
        self._rows = True
        self._leases = Leases(
            self.name, subscription.lease, runtime.gate, runtime.clock, runtime.timer, runtime.tasks
        )
        self._settling = AckWriter(runtime, self.name, self._forget)
        self._run = None if handler is None else self._handler_run(handler)

    def _handler_run(self, handler: Handler, *, dry_run: bool = False) -> HandlerRun:
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
                timeout=subscription.timeout,
                dry_run=dry_run,
            ),
            clock=runtime.clock,
            timer=runtime.timer,
            seconds=subscription.timeout,
            side_by_side=subscription.in_flight,
            ordered=self._ordered,
            stopping=(lambda: False) if dry_run else (lambda: self._stopping),
            too_late=self._too_late,
        )

    @property
    def in_flight(self) -> int:
        """Handlers that run now (B1)."""
        return self._run.in_flight if self._run is not None else 0

    def wants(self, event_type: str) -> bool:
        """Whether the topic gets events of that type and the subscription is not limited to others."""
        subscription = self.subscription
        if subscription.types and event_type not in subscription.types:
            return False
        return (
            subscription.topic == LOG_TOPIC
            or subscription.topic in self._runtime.registry.routing.topics_of(event_type)
        )

    # -- life and control -----------------------------------------------------------------------------

    async def recover(self) -> None:
        """Takes up where the last run ended; after a crash its claimed messages are suspects."""
        state = self._runtime.reader.subscription(self.name)
        if state is None:
            return
        self.paused = state.paused
        self._stood = self._runtime.reader.head()
        claimed: list[DeliveryAttempt] = []
        after = state.cursor
        while after < state.claimed_to:
            topic = self.subscription.topic
            found, reached = self._runtime.reader.read_topic(topic, self.wants, after, LARGE)
            found = [message for message in found if message.position <= state.claimed_to]
            tasks, _, after = self._tasks_of(found, after, reached)
            claimed += tasks
        await self._runtime.gate.write(
            RecoverSubscription(
                subscription=self.name,
                topic=self.subscription.topic,
                suspects=tuple(self._rows_of(claimed, crashed=1)),
                max_crashes=self.subscription.max_crashes,
                release_key=self.release_key,
            )
        )
        self.cursor = self._stored_cursor = max(state.cursor, state.claimed_to)

    def moved(self, cursor: int) -> None:
        """Notes that an operator moved the cursor in the store."""
        self.cursor = self._stored_cursor = cursor
        self._stood = max(self._stood, self._runtime.reader.head())
        self._rows = True

    def rows_changed(self) -> None:
        """Notes that there may be rows to look after (a replay, a skip)."""
        self._rows = True

    def release(self) -> None:
        """Asks a running batch to start no more handlers."""
        self._stopping = True

    async def rest(self) -> None:
        """Does what is proper before a rest of unknown length: here, stores where it stands."""
        await self.store_cursor()

    @abstractmethod
    async def work(self, limit: int | None = None) -> bool:
        """Does one batch.

        Args:
            limit: At most so many deliveries; None lets the batch size follow the handler's speed.

        Returns:
            Whether there was anything to do.
        """

    def next_due(self) -> int | None:
        """Returns when a delayed row is due or a lost lease ends, microseconds since 1970."""
        if not self._rows or self.handler is None:
            return None
        due, ends = self._runtime.reader.due_times(self.name)
        lost = None if ends is None or self._leases.held else ends + 1
        return min((time for time in (due, lost) if time is not None), default=None)

    async def store_cursor(self) -> None:
        """Stores a cursor that moved over uninteresting messages only."""
        if self.cursor != self._stored_cursor:
            token, cursor = self._runtime.new_id(), self.cursor
            move = Settle(subscription=self.name, token=token, cursor=cursor)
            if await self._write(Atomic(operations=(self._claim_of(cursor, token), move))):
                self._stored_cursor = cursor

    def _claim_of(self, upto: int, token: UUID) -> Claim:
        return Claim(subscription=self.name, upto=upto, token=token, after=self._stored_cursor)

    async def _write(self, operation: Operation) -> bool:
        """Writes what moves the cursor; False where an operator has moved it meanwhile, which counts."""
        try:
            await self._runtime.gate.write(operation)
        except StaleLease:
            self._read_anew()
            return False
        return True

    def _forget(self) -> None:
        """Tells a handler with a memory that what it did was not stored."""
        if forget := getattr(self.handler, "forget", None):
            forget()

    def _read_anew(self) -> None:
        state = self._runtime.reader.subscription(self.name)
        self.moved(state.cursor if state else 0)

    # -- messages -------------------------------------------------------------------------------------

    def _passes(self, message: Message) -> bool | Failure:
        if message.history or self._unfiltered:
            return not message.history
        try:
            return self._matches(message.facts())
        except Exception as error:  # noqa: BLE001  # a filter that raises makes a dead letter (P3)
            failure = describe(error, message)
            failure.permanent, failure.reason = True, Reason.FILTER_ERROR
            return failure

    def _as_own(self, message: Message) -> Message:
        """Returns a message as this subscription sees it: with its key, and the topic's life (T1)."""
        key = self._key_of(message)
        ttl = self.topic.ttl if message.event else None
        if key == message.key and ttl is None:
            return message
        expires = message.expires_at if ttl is None else message.published_at + round(ttl * MICROSECONDS)
        return msgspec.structs.replace(message, key=key, expires_at=expires)

    def _tasks_of(
        self, found: Sequence[Message], after: int, upto: int
    ) -> tuple[list[DeliveryAttempt], int, int]:
        """Returns what is to be delivered of a stretch, how many were kept back, and how far that went."""
        started = self._runtime.clock.monotonic()
        standing: set[int] = set()
        if after < self._stood:  # it was passed before: what stands in rows is delivered from there (I5)
            standing = self._runtime.reader.rows_from(self.name, after, upto)
        tasks, filtered = list[DeliveryAttempt](), 0
        for message in found:
            passes = self._passes(message)
            if passes is False:
                filtered += 1
            elif message.position not in standing:
                own = self._as_own(message)
                failure = passes if isinstance(passes, Failure) else None
                key = own.key if self._ordered else ""
                tasks.append(DeliveryAttempt(message=own, key=key, failure=failure))
            if not self._unfiltered and self._runtime.clock.monotonic() - started > QUICK:
                return tasks, filtered, message.position  # the loop is held for a moment only (X2)
        return tasks, filtered, upto

    def _rows_of(self, tasks: Sequence[DeliveryAttempt], *, crashed: int = 0) -> list[NewDelivery]:
        runtime = self._runtime
        return rows_of(
            self.subscription,
            tasks,
            self._busy_keys(tasks),
            runtime.rng,
            runtime.clock.now(),
            crashed=crashed,
        )

    def _busy_keys(self, tasks: Sequence[DeliveryAttempt]) -> dict[str, int]:
        """Returns the keys that have rows; the few that exist are asked for once per batch."""
        keys = list({task.key for task in tasks if task.key})
        if not keys:
            return {}
        return self._runtime.reader.busy_keys(self.name, keys, dead_too=not self.release_key)

    def _too_late(self, task: DeliveryAttempt) -> bool:
        """Whether a message expired before a handler saw it (I11); its task then knows."""
        expires = task.message.expires_at
        if expires is None or expires > self._runtime.clock.now():
            return False
        task.failure = expired(dropped=self.topic.on_expired is OnExpired.DROP)
        return True

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
        await self._handler_run(handler, dry_run=True).run([task])
        return task

    # -- rows -----------------------------------------------------------------------------------------

    async def _work_rows(self, limit: int, busy: frozenset[str] = frozenset()) -> bool:
        """Does rows that are ready or due; returns whether there were any."""
        tasks, token = await self._lease_rows(limit, busy)
        if not tasks:
            return False
        await self._deliver_rows(tasks, token)
        return True

    async def _lease_rows(self, limit: int, busy: frozenset[str]) -> tuple[list[DeliveryAttempt], UUID]:
        token = self._runtime.new_id()
        reader, now = self._runtime.reader, self._runtime.clock.now()
        found = reader.due(self.name, now, limit)
        if not found:
            due, ends = reader.due_times(self.name)
            if ends is not None and ends < now and not self._leases.held:
                subscription = self.subscription
                await self._leases.reclaim(
                    subscription.topic, subscription.max_crashes, release_key=self.release_key
                )
                return await self._lease_rows(limit, busy)
            self._rows = due is not None or ends is not None
            return [], token
        if found[0][0].crashed:
            return await self._lease_suspect(found[0], token), token
        found = [pair for pair in found if not pair[0].key or pair[0].key not in busy]
        return await self._lease(found, token), token

    async def _lease_suspect(self, pair: tuple[Delivery, Message], token: UUID) -> list[DeliveryAttempt]:
        """Leases a suspect when no other one runs: it cannot take others down with it again and again."""
        await self._runtime.suspects.acquire()
        tasks: list[DeliveryAttempt] = []
        try:
            tasks = await self._lease([pair], token)
        finally:
            if not tasks:
                self._runtime.suspects.release()
        return tasks

    async def _lease(self, found: Sequence[tuple[Delivery, Message]], token: UUID) -> list[DeliveryAttempt]:
        if not found:
            return []
        numbers, until = tuple(row.number for row, _ in found), self._leases.until()
        lease = Lease(subscription=self.name, numbers=numbers, token=token, until=until)
        leased = set(await self._runtime.gate.write(lease))
        return [self._row_task(row, message) for row, message in found if row.number in leased]

    def _row_task(self, delivery: Delivery, message: Message) -> DeliveryAttempt:
        changes: dict[str, Any] = {"id_bytes": delivery.message_id.bytes, "expires_at": delivery.expires_at}
        if delivery.data is not None:
            changes["data"] = delivery.data
        if delivery.key:
            changes["key"] = delivery.key
        own = msgspec.structs.replace(message, **changes)
        passes = self._passes(own)  # it may not have been asked for while the message had to wait (P3)
        failure = passes if isinstance(passes, Failure) else None
        return DeliveryAttempt(message=own, key=delivery.key, delivery=delivery, failure=failure)

    async def _deliver_rows(self, tasks: list[DeliveryAttempt], token: UUID) -> None:
        if self._run is None:
            return
        try:
            with self._leases.holding(token):
                await self._run.run([task for task in tasks if task.failure is None])
                await self._settle(tasks, lambda: self._settle_rows(tasks, token))
        finally:
            if any(task.delivery is not None and task.delivery.crashed for task in tasks):
                self._runtime.suspects.release()
        self._rows = True

    def _settle_rows(self, tasks: Sequence[DeliveryAttempt], token: UUID) -> Settle:
        now = self._runtime.clock.now()
        settled = tuple(settlement(self.subscription, task, self._runtime.rng, now) for task in tasks)
        return Settle(
            subscription=self.name,
            token=token,
            settlements=settled,
            effects=effects_of(tasks),
            release_key=self.release_key,
            **counts_of(tasks, [one.state for one in settled]),
        )

    # -- settling -------------------------------------------------------------------------------------

    async def _settle(self, tasks: Sequence[DeliveryAttempt], make: Callable[[], Settle]) -> Settle | None:
        """Commits what became of tasks; returns None where somebody else took them meanwhile."""
        try:
            settle = await self._settling.settle(tasks, make)
        except StaleLease:
            # Somebody moved the cursor or took the rows: what was done here does not count, read anew.
            self._read_anew()
            return None
        self.handled += sum(1 for task in tasks if task.started or task.failure is not None)
        return settle

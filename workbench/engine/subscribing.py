"""One subscription at work: reads behind its cursor, runs handlers, commits the outcome (contract §5)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import msgspec

from workbench.engine.delivering import DeliveryContext, Failure, Task, describe
from workbench.engine.gate import WriteGate
from workbench.engine.metrics import Metrics
from workbench.engine.outcomes import expired, new_delivery, settlement, waiting
from workbench.engine.running import run_tasks
from workbench.engine.timing import Timer
from workbench.errors import StaleLease, WorldError
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.ids import NewId
from workbench.model.messaging import (
    LOG_TOPIC,
    Handler,
    Message,
    OnDead,
    Ordering,
    Subscription,
)
from workbench.model.registry import Registry
from workbench.store.operations import Claim, Lease, NewDelivery, RecoverSubscription, Settle
from workbench.store.ports import Reader
from workbench.store.values import Delivery, DeliveryState, Reason

SMALL, LARGE = 8, 256
QUICK, SLOW = 0.02, 0.1
"""A batch that took less than QUICK seconds doubles the next one, more than SLOW halves it."""
LEASE = 30.0
PASSED = 500
"""Positions that a cursor may move over uninteresting messages before it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What runners share."""

    registry: Registry
    reader: Reader
    gate: WriteGate
    clock: Clock
    timer: Timer
    new_id: NewId
    rng: random.Random
    metrics: Metrics


class SubscriptionRunner:
    """Moves one subscription forward.

    Args:
        handler: What runs; None means that it is missing or not trusted: the subscription is detached (P7).
        key_of: What orders messages; by default the message's own key.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        handler: Handler | None,
        key_of: Callable[[Message], str] | None = None,
    ) -> None:
        self.subscription = subscription
        self.name = subscription.name
        self.handler = handler
        self.paused = False
        self.cursor = 0
        self.handled = 0
        self._runtime = runtime
        self._key_of = key_of or (lambda message: message.key)
        self._matches = subscription.filter.matcher()
        self._unfiltered = subscription.filter.empty
        self._stored_cursor = 0
        self._batch = SMALL
        self._stopping = False
        self._rows = True

    def wants(self, event_type: str) -> bool:
        """Whether the topic gets events of that type and the subscription is not limited to others."""
        subscription = self.subscription
        if subscription.types and event_type not in subscription.types:
            return False
        return (
            subscription.topic == LOG_TOPIC
            or subscription.topic in self._runtime.registry.routing.topics_of(event_type)
        )

    async def recover(self) -> None:
        """Takes up where the last run ended; after a crash its claimed messages are suspects."""
        state = self._runtime.reader.subscription(self.name)
        if state is None:
            return
        self.paused = state.paused
        suspects: list[Message] = []
        after = state.cursor
        while after < state.claimed_to:
            found, reached = self._runtime.reader.read_topic(
                self.subscription.topic, self.wants, after, LARGE
            )
            suspects += [
                self._keyed(m) for m in found if m.position <= state.claimed_to and self._passes(m) is True
            ]
            after = reached
        await self._runtime.gate.write(
            RecoverSubscription(
                subscription=self.name,
                topic=self.subscription.topic,
                suspects=tuple(suspects),
                max_crashes=self.subscription.max_crashes,
            )
        )
        self.cursor = self._stored_cursor = max(state.cursor, state.claimed_to)

    def moved(self, cursor: int) -> None:
        """Notes that an operator moved the cursor in the store."""
        self.cursor = self._stored_cursor = cursor
        self._rows = True

    def rows_changed(self) -> None:
        """Notes that there may be rows to look after (a replay, a skip)."""
        self._rows = True

    def release(self) -> None:
        """Asks a running batch to start no more handlers."""
        self._stopping = True

    async def work(self, limit: int | None = None) -> bool:
        """Does one batch.

        Args:
            limit: At most so many deliveries; None lets the batch size follow the handler's speed.

        Returns:
            Whether there was anything to do.
        """
        if self.handler is None:
            return False
        self._stopping = False
        if self._rows and await self._work_rows(limit or self.subscription.in_flight):
            return True
        return await self._work_log(limit or self._batch)

    def next_due(self) -> int | None:
        """Returns when a delayed row is due, microseconds since 1970."""
        return self._runtime.reader.next_due(self.name) if self._rows else None

    async def store_cursor(self) -> None:
        """Stores a cursor that moved over uninteresting messages only."""
        if self.cursor != self._stored_cursor:
            token = self._runtime.new_id()
            await self._runtime.gate.write(Claim(subscription=self.name, upto=self.cursor, token=token))
            await self._settle(Settle(subscription=self.name, token=token, cursor=self.cursor))

    # -- rows -----------------------------------------------------------------------------------------

    async def _work_rows(self, limit: int) -> bool:
        now = self._runtime.clock.now()
        found = self._runtime.reader.due(self.name, now, limit)
        if not found:
            self._rows = self._runtime.reader.next_due(self.name) is not None
            return False
        if found[0][0].crashed:
            found = found[:1]  # a suspect runs alone, so that it cannot take others down with it
        token = self._runtime.new_id()
        until = now + round(LEASE * MICROSECONDS)
        numbers = tuple(delivery.number for delivery, _ in found)
        leased = set(
            await self._runtime.gate.write(
                Lease(subscription=self.name, numbers=numbers, token=token, until=until)
            )
        )
        tasks = [
            self._row_task(delivery, message) for delivery, message in found if delivery.number in leased
        ]
        for task in tasks:
            if task.delivery and task.delivery.expires_at and task.delivery.expires_at <= now:
                task.failure = expired()
        await self._run([task for task in tasks if task.failure is None])
        await self._settle_rows(token, tasks)
        return True

    def _row_task(self, delivery: Delivery, message: Message) -> Task:
        changes = {"key": delivery.key, "id": delivery.message_id}
        if delivery.data is not None:
            changes["data"] = delivery.data
        return Task(message=msgspec.structs.replace(message, **changes), key=delivery.key, delivery=delivery)

    async def _settle_rows(self, token: UUID, tasks: list[Task]) -> None:
        settled = [
            settlement(self.subscription, task, self._runtime.rng, self._runtime.clock.now())
            for task in tasks
        ]
        effects = tuple(effect for task in tasks for effect in task.effects)
        good = sum(1 for task in tasks if task.started and task.failure is None)
        await self._settle(
            Settle(
                subscription=self.name,
                token=token,
                delivered=good,
                failed=sum(1 for task in tasks if task.failure is not None),
                effects=effects,
                settlements=tuple(settled),
                release_key=self.subscription.on_dead is OnDead.CONTINUE,
            )
        )
        self._count(tasks, [one.state for one in settled])

    # -- log ------------------------------------------------------------------------------------------

    async def _work_log(self, limit: int) -> bool:
        reader = self._runtime.reader
        found, upto = reader.read_topic(self.subscription.topic, self.wants, self.cursor, limit)
        if upto == self.cursor:
            return False
        tasks: list[Task] = []
        rows: list[NewDelivery] = []
        filtered = 0
        for message in found:
            passes = self._passes(message)
            if passes is False:
                filtered += 1
                continue
            keyed = self._keyed(message)
            task = Task(message=keyed, key=keyed.key)
            if isinstance(passes, Failure):
                task.failure = passes
            tasks.append(task)
        if not tasks and not filtered:
            self.cursor = upto
            if upto - self._stored_cursor >= PASSED:
                await self.store_cursor()
            return True
        started = self._runtime.clock.monotonic()
        token = self._runtime.new_id()
        await self._runtime.gate.write(Claim(subscription=self.name, upto=upto, token=token))
        plain, rows = self._sort_out(tasks)
        await self._run(plain)
        now = self._runtime.clock.now()
        rows += self._exceptions(plain, now)
        good = [task for task in plain if task.started and task.failure is None]
        await self._settle(
            Settle(
                subscription=self.name,
                token=token,
                cursor=upto,
                delivered=len(good),
                failed=sum(1 for task in tasks if task.failure is not None),
                filtered=filtered,
                effects=tuple(effect for task in good for effect in task.effects),
                deliveries=tuple(rows),
            )
        )
        self.cursor = self._stored_cursor = upto
        self._rows = self._rows or bool(rows)
        self._count(good, [None] * len(good))
        self._count(
            [task for task in tasks if task.failure],
            [row.state for row in rows if row.attempts or row.letter],
        )
        self._runtime.metrics.count(self.name, "filtered", filtered)
        self._adapt(self._runtime.clock.monotonic() - started)
        return True

    def _passes(self, message: Message) -> bool | Failure:
        if self._unfiltered:
            return True
        try:
            return self._matches(message.facts())
        except Exception as error:  # noqa: BLE001  # a filter that raises makes a dead letter (P3)
            failure = describe(error)
            failure.permanent, failure.reason = True, Reason.FILTER_ERROR
            return failure

    def _keyed(self, message: Message) -> Message:
        key = self._key_of(message)
        return message if key == message.key else msgspec.structs.replace(message, key=key)

    def _sort_out(self, tasks: list[Task]) -> tuple[list[Task], list[NewDelivery]]:
        """Parts what can run now from what needs a row: expired, delayed, behind another of its key."""
        now = self._runtime.clock.now()
        ordered = self.subscription.ordering is Ordering.KEY
        busy: set[str] = set()
        if ordered and tasks:
            # Rows of any kind block their key; the few that exist are asked for once per batch.
            dead_too = self.subscription.on_dead is OnDead.BLOCK_KEY
            keys = list({task.key for task in tasks})
            busy = self._runtime.reader.busy_keys(self.name, keys, dead_too=dead_too)
        plain: list[Task] = []
        rows: list[NewDelivery] = []
        for task in tasks:
            message = task.message
            if ordered and task.key in busy:
                rows.append(waiting(task, DeliveryState.BLOCKED))
            elif task.failure is not None:
                rows.append(new_delivery(self.subscription, task, self._runtime.rng, now))
            elif message.expires_at is not None and message.expires_at <= now:
                task.failure = expired()
                rows.append(new_delivery(self.subscription, task, self._runtime.rng, now))
            elif message.deliver_at is not None and message.deliver_at > now:
                rows.append(waiting(task, DeliveryState.DELAYED, due_at=message.deliver_at))
                busy.add(task.key)
            else:
                plain.append(task)
        return plain, rows

    def _exceptions(self, tasks: list[Task], now: int) -> list[NewDelivery]:
        """Returns rows for what did not succeed, and for what waits behind it."""
        ordered = self.subscription.ordering is Ordering.KEY
        stopped: set[str] = set()
        rows = []
        for task in tasks:
            if task.failure is not None:
                row = new_delivery(self.subscription, task, self._runtime.rng, now)
                rows.append(row)
                if row.state is not DeliveryState.DEAD or self.subscription.on_dead is OnDead.BLOCK_KEY:
                    stopped.add(task.key)
            elif not task.started:
                blocked = ordered and task.key in stopped
                rows.append(waiting(task, DeliveryState.BLOCKED if blocked else DeliveryState.READY))
                stopped.add(task.key)
        return rows

    # -- running --------------------------------------------------------------------------------------

    async def _run(self, tasks: list[Task]) -> None:
        if self.handler is not None and tasks:
            runtime = self._runtime
            contexts = partial(
                DeliveryContext,
                subscription=self.name,
                registry=runtime.registry,
                reader=runtime.reader,
                clock=runtime.clock,
            )
            await run_tasks(
                tasks, self.subscription, self.handler, contexts, runtime.clock, lambda: self._stopping
            )

    async def _settle(self, settle: Settle) -> None:
        try:
            await self._runtime.gate.write(settle)
            self.handled += settle.delivered + settle.failed
        except StaleLease:
            # Somebody moved the cursor meanwhile: what was done here does not count, read anew.
            self._forget()
            state = self._runtime.reader.subscription(self.name)
            self.moved(state.cursor if state else 0)
        except WorldError:
            self._forget()
            raise

    def _forget(self) -> None:
        """Tells a handler with a memory that what it did was not stored."""
        if forget := getattr(self.handler, "forget", None):
            forget()

    def _count(self, tasks: list[Task], states: list[DeliveryState | None]) -> None:
        metrics = self._runtime.metrics
        for task, state in zip(tasks, states, strict=False):
            if task.failure is None:
                if task.started:
                    metrics.count(self.name, "ok")
                    since = task.delivery.enqueued_at if task.delivery else task.message.published_at
                    metrics.timed(self.name, task.ended_at - since, task.ended_at - task.started_at)
                continue
            metrics.count(self.name, "failed")
            metrics.count(self.name, "dead" if state is DeliveryState.DEAD else "retry")

    def _adapt(self, took: float) -> None:
        if took < QUICK:
            self._batch = min(LARGE, self._batch * 2)
        elif took > SLOW:
            self._batch = max(SMALL, self._batch // 2)

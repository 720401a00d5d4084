"""Publish and subscribe: a cursor along the log; a plain success is the cursor passing by (contract §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from typing_extensions import override

from workbench.engine.delivery_attempt import DeliveryAttempt
from workbench.engine.delivery_outcome import (
    counts_of,
    effects_of,
    is_behind,
    leaves_nothing,
    new_delivery,
    waiting,
)
from workbench.engine.subscription_runner import LARGE, QUICK, SLOW, SMALL, SubscriptionRunner
from workbench.model.delivery_states import DeliveryState
from workbench.store.operations import Atomic, Claim, Settle
from workbench.store.settlements import NewDelivery

PASSED = 500
"""Positions that a cursor may move over uninteresting messages before it is stored."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A stretch of the log that was handed out under a token, and what is to be delivered of it."""

    token: UUID
    upto: int
    tasks: list[DeliveryAttempt]
    filtered: int


class LogSubscription(SubscriptionRunner):
    """A reader of its topic's log; each of many gets every message (P6)."""

    _batch = SMALL
    _claimed: Claimed | None = None

    @override
    async def work(self, limit: int | None = None) -> bool:
        """Does one batch: rows that are due, else the next stretch of the log."""
        if self.handler is None:
            return False
        self._stopping = False
        if self._rows and await self._work_rows(limit or self.subscription.in_flight):
            return True
        return await self._work_log(limit)

    @override
    def moved(self, cursor: int) -> None:
        """Notes that an operator moved the cursor in the store; what was claimed ahead is claimed no more."""
        super().moved(cursor)
        self._claimed = None

    @override
    async def rest(self) -> None:
        """Gives back what was claimed ahead: nobody knows when it goes on."""
        if self._claimed is not None:
            self._claimed = None
            await self._runtime.gate.write(
                Claim(subscription=self.name, upto=0, token=self._runtime.new_id())
            )
        await super().rest()

    async def _work_log(self, limit: int | None) -> bool:
        if limit is not None:
            await self.rest()  # a step is smaller than what was claimed ahead
        claimed = self._claimed or await self._claim(limit or self._batch)
        if claimed is None:
            return False
        self._claimed = None
        if not claimed.tasks:
            return True
        started = self._runtime.clock.monotonic()
        plain, rows = self._sort_out(claimed.tasks)
        if self._run is not None:
            await self._run.run(plain)
        ahead = None if limit is not None or self._stopping else self._look_ahead(claimed.upto)
        settle = await self._settle(claimed.tasks, lambda: self._outcome(claimed, plain, rows, ahead))
        if settle is not None:
            self.cursor = self._stored_cursor = claimed.upto
            self._claimed = ahead
            self._rows = self._rows or bool(settle.deliveries)
            self._adapt(self._runtime.clock.monotonic() - started)
        return True

    def _read(self, after: int, limit: int) -> Claimed | None:
        """Returns the next stretch of the log, not yet claimed; None at its end."""
        reader = self._runtime.reader
        found, upto = reader.read_topic(self.subscription.topic, self.wants, after, limit)
        if upto == after:
            return None
        tasks, filtered, upto = self._tasks_of(found, after, upto)
        return Claimed(self._runtime.new_id(), upto, tasks, filtered)

    def _look_ahead(self, after: int) -> Claimed | None:
        """Returns the next stretch, to be claimed in the same breath as this one is settled."""
        ahead = self._read(after, self._batch)
        return ahead if ahead is not None and ahead.tasks else None

    async def _claim(self, limit: int) -> Claimed | None:
        """Claims the next stretch; one that holds nothing to deliver is passed by at once."""
        read = self._read(self.cursor, limit)
        if read is None:
            return None
        claim = self._claim_of(read.upto, read.token)
        if read.tasks:
            return read if await self._write(claim) else Claimed(read.token, read.upto, [], 0)
        if read.filtered:
            passed = self._outcome(read, [], [], None)
            if await self._write(Atomic(operations=(claim, passed))):
                self._settling.count([], passed)
                self.cursor = self._stored_cursor = read.upto
        else:
            self.cursor = read.upto
            if self.cursor - self._stored_cursor >= PASSED:
                await self.store_cursor()
        return read

    def _outcome(
        self,
        claimed: Claimed,
        plain: Sequence[DeliveryAttempt],
        rows: Sequence[NewDelivery],
        ahead: Claimed | None,
    ) -> Settle:
        now = self._runtime.clock.now()
        deliveries = (*rows, *self._exceptions(plain, now))
        states = {row.message.position: row.state for row in deliveries}
        return Settle(
            subscription=self.name,
            token=claimed.token,
            cursor=claimed.upto,
            filtered=claimed.filtered,
            effects=effects_of(plain),
            deliveries=deliveries,
            release_key=self.release_key,
            claim=ahead.upto if ahead else None,
            claim_token=ahead.token if ahead else None,
            **counts_of(claimed.tasks, [states.get(task.message.position) for task in claimed.tasks]),
        )

    def _sort_out(self, tasks: Sequence[DeliveryAttempt]) -> tuple[list[DeliveryAttempt], list[NewDelivery]]:
        """Parts what can run now from what needs a row: expired, delayed, behind another of its key."""
        now = self._runtime.clock.now()
        busy = self._busy_keys(tasks)
        plain: list[DeliveryAttempt] = []
        rows: list[NewDelivery] = []
        tried: set[str] = set()
        for task in tasks:
            deliver_at = task.message.deliver_at
            later = deliver_at is not None and deliver_at > now
            needs_row = task.failure is not None or later or self._too_late(task)
            # Behind one of its key that is yet to be tried it waits, too, and goes on if that succeeds.
            if is_behind(task, busy) or (needs_row and task.key in tried):
                task.failure = None  # whatever is wrong with it is found when its turn comes
                rows.append(waiting(task, DeliveryState.BLOCKED))
                busy[task.key] = 0
            elif task.failure is not None:
                ended = self._ended(task, now)
                rows += ended
                if ended and not self.release_key:
                    busy[task.key] = 0
            elif later:
                rows.append(waiting(task, DeliveryState.DELAYED))
                busy[task.key] = 0
            else:
                plain.append(task)
                tried |= {task.key} if task.key else set()
        return plain, rows

    def _exceptions(self, tasks: Sequence[DeliveryAttempt], now: int) -> list[NewDelivery]:
        """Returns rows for what did not succeed, and for what waits behind it."""
        stopped: set[str] = set()
        rows: list[NewDelivery] = []
        for task in tasks:
            if task.failure is not None:
                ended = self._ended(task, now)
                rows += ended
                # One that was dropped has no row, so that nobody could wait behind it.
                if ended and (ended[0].state is not DeliveryState.DEAD or not self.release_key):
                    stopped.add(task.key)
            elif not task.started:
                blocked = task.key and task.key in stopped
                rows.append(waiting(task, DeliveryState.BLOCKED if blocked else DeliveryState.READY))
                stopped.add(task.key)
        return rows

    def _ended(self, task: DeliveryAttempt, now: int) -> list[NewDelivery]:
        """Returns the row of a failure; none where it is dropped without a dead letter."""
        if leaves_nothing(self.subscription, task):
            return []
        return [new_delivery(self.subscription, task, self._runtime.rng, now)]

    def _adapt(self, took: float) -> None:
        if took < QUICK:
            self._batch = min(LARGE, self._batch * 2)
        elif took > SLOW:
            self._batch = max(SMALL, self._batch // 2)

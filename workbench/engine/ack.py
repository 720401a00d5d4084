"""Commits what became of deliveries, and finds whose effects the store refuses (D1, F4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from workbench.engine.delivery_attempt import DeliveryAttempt, describe
from workbench.engine.runtime import Runtime
from workbench.engine.subscription_cursor import SubscriptionCursor
from workbench.errors import CallerError, StaleLease, WorldError
from workbench.model.messaging import Subscription
from workbench.store.operations import Atomic, Settle


class Ended(NamedTuple):
    """How the delivery ended whose outcome was stored last.

    Attributes:
        became: In words, as in ``was delivered``.
    """

    type: str
    position: int
    became: str


class AckWriter:
    """The last step of every batch of one subscription.

    Args:
        cursor: Read again where another worker took what was delivered.
        forget: Has a handler drop what it remembers.

    Attributes:
        forget: Called when what a handler did does not come to be stored, or others may have done more since.
        handled: Deliveries whose outcome was stored.
        newest: The last of them; None for none so far.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        cursor: SubscriptionCursor,
        forget: Callable[[], None],
    ) -> None:
        self.handled = 0
        self.newest: Ended | None = None
        self._runtime = runtime
        self._subscription = subscription.name
        self._faults = runtime.faults.at(subscription)
        self._cursor = cursor
        self.forget = forget

    async def settle(self, tasks: Sequence[DeliveryAttempt], make: Callable[[], Settle]) -> Settle | None:
        """Commits what became of tasks; returns None where another worker took them meanwhile.

        A task whose effects the store refuses has failed. While the store cannot write, nothing is run again:
        the outcome waits until it can (F4).

        Raises:
            EngineCrashed: A fault ends the engine before it is stored (W11).
        """
        self._faults.before_ack(tasks)
        while True:
            settle = make()
            try:
                await self._runtime.writer.write(settle)
            except StaleLease:  # nothing took effect
                self.forget()
                self._cursor.read()
                return None
            except WorldError as error:
                await self._runtime.trouble(self._subscription, error)
            except CallerError as error:
                await self._blame(tasks, error)
            else:
                self.count(tasks, settle)
                ended = [task for task in tasks if task.started or task.failure is not None]
                self.handled += len(ended)
                if ended:
                    self.newest = _said(ended[-1], settle)
                return settle

    async def _blame(self, tasks: Sequence[DeliveryAttempt], error: CallerError) -> None:
        """Finds whose effects the store refuses; those tasks have failed."""
        acting = [task for task in tasks if task.effects and task.failure is None]
        answers = await self._runtime.writer.dry_run(
            [Atomic(operations=tuple(task.effects)) for task in acting]
        )
        refused = [
            (task, said)
            for task, said in zip(acting, answers, strict=True)
            if isinstance(said, BaseException)
        ]
        self.forget()
        if not refused:
            raise error
        for task, said in refused:
            task.failure = describe(said, task.message)
            task.effects.clear()

    def count(self, tasks: Sequence[DeliveryAttempt], settle: Settle) -> None:
        """Has the metrics know how a batch ended."""
        metrics = self._runtime.metrics
        for what, number in (
            ("ok", settle.delivered),
            ("failed", settle.failed),
            ("retry", settle.retried),
            ("dead", settle.died),
            ("expired", settle.expired),
            ("filtered", settle.filtered),
        ):
            metrics.count(self._subscription, what, number)
        ended = [task for task in tasks if task.started and task.failure is None]
        now = self._runtime.clock.now()
        metrics.timed(
            self._subscription, [(now - task.since, task.ended_at - task.started_at) for task in ended]
        )


def _said(task: DeliveryAttempt, settle: Settle) -> Ended:
    became = "was delivered"
    if task.failure is not None:
        dead, expired = "failed and is a dead letter", "expired and is a dead letter"
        became = dead if settle.died else expired if settle.expired else "failed and waits for its next try"
    return Ended(type=task.message.type, position=task.message.position, became=became)

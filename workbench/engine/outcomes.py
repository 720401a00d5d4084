"""What becomes of a delivery: retry with a due time, or dead letter (contract §5, D3, L1)."""

from __future__ import annotations

import random

from workbench.engine.delivering import Failure, Task
from workbench.model.clock import MICROSECONDS
from workbench.model.messaging import Subscription
from workbench.store.operations import NewDelivery, Settlement
from workbench.store.values import DeadLetter, DeliveryState, Reason


def expired() -> Failure:
    """Returns the failure of a message whose time had passed before a handler saw it (T1)."""
    return Failure(
        error_type="Expired",
        error="expired before it was delivered",
        place="",
        trace="",
        permanent=True,
        reason=Reason.EXPIRED,
    )


def waiting(task: Task, state: DeliveryState, due_at: int | None = None) -> NewDelivery:
    """Returns the row of a message that was not tried yet."""
    return NewDelivery(message=task.message, state=state, due_at=due_at)


def new_delivery(subscription: Subscription, task: Task, rng: random.Random, now: int) -> NewDelivery:
    """Returns the row of a message whose first try failed."""
    due_at = _retry_at(subscription, task, rng, now)
    return NewDelivery(
        message=task.message,
        state=DeliveryState.DEAD if due_at is None else DeliveryState.DELAYED,
        due_at=due_at,
        failed=1,
        attempts=task.attempts(),
        letter=_letter(subscription, task, now) if due_at is None else None,
    )


def settlement(subscription: Subscription, task: Task, rng: random.Random, now: int) -> Settlement:
    """Returns what becomes of a leased row after a try, or after none when it was released."""
    row = task.delivery
    number = row.number if row else 0
    if task.failure is None:
        state = None if task.started else DeliveryState.READY
        return Settlement(number=number, key=task.key, state=state, attempts=task.attempts())
    due_at = _retry_at(subscription, task, rng, now)
    return Settlement(
        number=number,
        key=task.key,
        state=DeliveryState.DEAD if due_at is None else DeliveryState.DELAYED,
        due_at=due_at,
        failed=1,
        attempts=task.attempts(),
        letter=_letter(subscription, task, now) if due_at is None else None,
    )


def _retry_at(subscription: Subscription, task: Task, rng: random.Random, now: int) -> int | None:
    """Returns when to try again, microseconds since 1970; None when there is no further try."""
    failure = task.failure
    if failure is None or failure.permanent or task.attempt >= subscription.retry.max_attempts:
        return None
    return now + round(subscription.retry.wait(task.attempt, rng) * MICROSECONDS)


def _letter(subscription: Subscription, task: Task, now: int) -> DeadLetter | None:
    message, failure = task.message, task.failure
    if failure is None:
        return None
    attempts = task.attempts()
    return DeadLetter(
        subscription=subscription.name,
        topic=subscription.topic,
        position=message.position,
        message_id=message.id,
        type=message.type,
        key=task.key,
        data=message.data,
        metadata=message.metadata,
        reason=failure.reason or (Reason.REJECTED if failure.permanent else Reason.MAX_ATTEMPTS),
        error_type=failure.error_type,
        error=failure.error,
        place=failure.place,
        traceback=failure.trace,
        attempts=attempts,
        first_failed_at=attempts[0].at or now,
        died_at=now,
        generation=task.delivery.generation if task.delivery else 0,
        changed_at=now,
        correlation_id=message.correlation_id,
    )

"""What becomes of a delivery: retry with a due time, or dead letter (contract §5, D3, L1)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypedDict

from workbench.engine.delivery_attempt import DeliveryAttempt, Failure
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import OnDead, Subscription
from workbench.store.operations import Operation
from workbench.store.settlements import NewDelivery, Settlement
from workbench.store.stored_values import DeadLetter, Reason


class Counts(TypedDict):
    """How the tasks of a batch ended, as `Settle` counts it."""

    delivered: int
    failed: int
    retried: int
    died: int
    expired: int


def expired(*, dropped: bool) -> Failure:
    """Returns the failure of a message whose time had passed before a handler saw it (T1).

    Args:
        dropped: Its topic drops such messages without a dead letter.
    """
    return Failure(
        error_type="Expired",
        error="expired before it was delivered",
        place="",
        trace="",
        permanent=True,
        reason=Reason.EXPIRED,
        dropped=dropped,
    )


def waiting(
    task: DeliveryAttempt, state: DeliveryState, *, lease_until: int | None = None, crashed: int = 0
) -> NewDelivery:
    """Returns the row of a message that was not tried yet; one that is blocked keeps its time for later."""
    later = state in (DeliveryState.DELAYED, DeliveryState.BLOCKED)
    due_at = _not_after_expiry(task, task.message.deliver_at) if later else None
    return NewDelivery(
        message=task.message,
        key=task.key,
        state=state,
        due_at=due_at,
        lease_until=lease_until,
        crashed=crashed,
        generation=task.generation,
    )


def rows_of(
    subscription: Subscription,
    tasks: Sequence[DeliveryAttempt],
    busy: dict[str, int],
    rng: random.Random,
    now: int,
    *,
    crashed: int = 0,
) -> list[NewDelivery]:
    """Returns the rows of messages that none of which was tried in this run.

    Args:
        busy: Keys whose messages must wait, and behind which position; grows.
        crashed: Crashes of those that may have been under way.
    """
    rows = []
    for task in tasks:
        deliver_at = task.message.deliver_at
        if is_behind(task, busy):
            task.failure = None  # whatever is wrong with it is found when its turn comes (P3)
            rows.append(waiting(task, DeliveryState.BLOCKED))
        elif leaves_nothing(subscription, task):
            continue
        elif task.failure is not None:
            rows.append(new_delivery(subscription, task, rng, now))
        elif deliver_at is not None and deliver_at > now:
            rows.append(waiting(task, DeliveryState.DELAYED))
        else:
            rows.append(waiting(task, DeliveryState.READY, crashed=crashed))
        if rows[-1].state is not DeliveryState.DEAD or subscription.on_dead is OnDead.BLOCK_KEY:
            busy[task.key] = min(busy.get(task.key, task.message.position), task.message.position)
    return rows


def sort_out(
    subscription: Subscription,
    tasks: Sequence[DeliveryAttempt],
    busy: dict[str, int],
    rng: random.Random,
    now: int,
    too_late: Callable[[DeliveryAttempt], bool],
) -> tuple[list[DeliveryAttempt], list[NewDelivery]]:
    """Parts what can run now from what needs a row: expired, delayed, behind another of its key.

    Args:
        busy: As for `rows_of`.
        too_late: Whether a message expired; its task then knows.
    """
    plain: list[DeliveryAttempt] = []
    rows: list[NewDelivery] = []
    tried: set[str] = set()
    for task in tasks:
        deliver_at = task.message.deliver_at
        later = deliver_at is not None and deliver_at > now
        needs_row = task.failure is not None or later or too_late(task)
        # Behind one of its key that is yet to be tried it waits, too, and goes on if that succeeds.
        if is_behind(task, busy) or (needs_row and task.key in tried):
            task.failure = None  # whatever is wrong with it is found when its turn comes
            rows.append(waiting(task, DeliveryState.BLOCKED))
            busy[task.key] = 0
        elif task.failure is not None:
            ended = _ended(subscription, task, rng, now)
            rows += ended
            if ended and subscription.on_dead is OnDead.BLOCK_KEY:
                busy[task.key] = 0
        elif later:
            rows.append(waiting(task, DeliveryState.DELAYED))
            busy[task.key] = 0
        else:
            plain.append(task)
            tried |= {task.key} if task.key else set()
    return plain, rows


def rows_after(
    subscription: Subscription, tasks: Sequence[DeliveryAttempt], rng: random.Random, now: int
) -> list[NewDelivery]:
    """Returns rows for what did not succeed of tasks that were handed out, and for what waits behind it."""
    stopped: set[str] = set()
    rows: list[NewDelivery] = []
    for task in tasks:
        if task.failure is not None:
            ended = _ended(subscription, task, rng, now)
            rows += ended
            # One that was dropped has no row, so that nothing could wait behind it.
            dead = bool(ended) and ended[0].state is DeliveryState.DEAD
            if ended and not (dead and subscription.on_dead is OnDead.CONTINUE):
                stopped.add(task.key)
        elif not task.started:
            blocked = task.key and task.key in stopped
            rows.append(waiting(task, DeliveryState.BLOCKED if blocked else DeliveryState.READY))
            stopped.add(task.key)
        elif task.again:
            rows.append(waiting(task, DeliveryState.READY))
    return rows


def _ended(
    subscription: Subscription, task: DeliveryAttempt, rng: random.Random, now: int
) -> list[NewDelivery]:
    """Returns the row of a failure; none where it is dropped without a dead letter."""
    return [] if leaves_nothing(subscription, task) else [new_delivery(subscription, task, rng, now)]


def is_behind(task: DeliveryAttempt, busy: dict[str, int]) -> bool:
    """Whether a message must wait for another one with its key."""
    return bool(task.key) and task.key in busy and busy[task.key] < task.message.position


def _not_after_expiry(task: DeliveryAttempt, due_at: int | None) -> int | None:
    """A delayed message that expires before it is due is looked at when it expires."""
    expires = task.message.expires_at
    return due_at if due_at is None or expires is None else min(due_at, expires)


def new_delivery(
    subscription: Subscription, task: DeliveryAttempt, rng: random.Random, now: int
) -> NewDelivery:
    """Returns the row of a message whose first try failed."""
    state, due_at = _state_after(subscription, task, rng, now)
    return NewDelivery(
        message=task.message,
        key=task.key,
        state=state,
        due_at=due_at,
        failed=int(task.failed),
        attempts=task.attempts(),
        letter=_letter(subscription, task, now) if state is DeliveryState.DEAD else None,
        generation=task.generation,
    )


def settlement(subscription: Subscription, task: DeliveryAttempt, rng: random.Random, now: int) -> Settlement:
    """Returns what becomes of a leased row after a try, or after none when it was released."""
    position = task.message.position
    if task.failure is None:
        state = None if task.started and not task.again else DeliveryState.READY
        return Settlement(position=position, key=task.key, state=state, attempts=task.attempts())
    if leaves_nothing(subscription, task):
        attempts = task.attempts()
        return Settlement(position=position, key=task.key, state=None, attempts=attempts, dropped=True)
    state, due_at = _state_after(subscription, task, rng, now)
    return Settlement(
        position=position,
        key=task.key,
        state=state,
        due_at=due_at,
        failed=int(task.failed),
        attempts=task.attempts(),
        letter=_letter(subscription, task, now) if state is DeliveryState.DEAD else None,
    )


def leaves_nothing(subscription: Subscription, task: DeliveryAttempt) -> bool:
    """Whether a failed message is dropped without a dead letter: its topic or its project wants it so."""
    failure = task.failure
    if failure is None:
        return False
    return failure.dropped or (not subscription.dead_letters and _is_final(subscription, task, failure))


def _is_final(subscription: Subscription, task: DeliveryAttempt, failure: Failure) -> bool:
    return not failure.released and (failure.permanent or task.attempt >= subscription.retry.max_attempts)


def _state_after(
    subscription: Subscription, task: DeliveryAttempt, rng: random.Random, now: int
) -> tuple[DeliveryState, int | None]:
    """Returns what a message comes to that did not succeed, and when it is tried again if that is later."""
    failure = task.failure
    if failure is not None and failure.released:
        return DeliveryState.READY, None
    if failure is None or _is_final(subscription, task, failure):
        return DeliveryState.DEAD, None
    due_at = now + round(subscription.retry.wait(task.attempt, rng) * MICROSECONDS)
    return DeliveryState.DELAYED, _not_after_expiry(task, due_at)


def _letter(subscription: Subscription, task: DeliveryAttempt, now: int) -> DeadLetter | None:
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
        key=message.key,
        data=message.data,
        metadata=message.metadata,
        reason=failure.reason or (Reason.REJECTED if failure.permanent else Reason.MAX_ATTEMPTS),
        error_type=failure.error_type,
        error=failure.error,
        place=failure.place,
        traceback=failure.trace,
        attempts=attempts,
        first_failed_at=(attempts[0].at if attempts else 0) or now,
        died_at=now,
        generation=task.generation,
        changed_at=now,
        correlation_id=message.correlation_id,
    )


def effects_of(tasks: Sequence[DeliveryAttempt]) -> tuple[Operation, ...]:
    """Returns the buffered effects of those that succeeded (D1)."""
    return tuple(effect for task in tasks if task.started and task.failure is None for effect in task.effects)


def counts_of(tasks: Sequence[DeliveryAttempt], states: Sequence[DeliveryState | None]) -> Counts:
    """Counts how tasks ended, as `Settle` takes it.

    Args:
        states: What each of them comes to; None for one that is done, or was dropped.
    """
    counts = Counts(delivered=0, failed=0, retried=0, died=0, expired=0)
    for task, state in zip(tasks, states, strict=True):
        failure = task.failure
        if failure is None:
            counts["delivered"] += task.started
            continue
        counts["failed"] += task.failed
        counts["expired"] += failure.reason is Reason.EXPIRED
        counts["died"] += state is DeliveryState.DEAD or (
            state is None and failure.reason is not Reason.EXPIRED
        )
        counts["retried"] += state is DeliveryState.DELAYED
    return counts

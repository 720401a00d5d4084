"""Subscriptions, deliveries and dead letters in memory (contract §5 and §6)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from workbench.errors import NotFound, StaleLease
from workbench.model.messaging import Message, event_as_message
from workbench.store.memory.tables import Tables
from workbench.store.operations import (
    Claim,
    ConfigureSubscription,
    EnsureSubscription,
    Lease,
    MarkLetters,
    NewDelivery,
    RecoverSubscription,
    ReplayLetter,
    Settle,
    Settlement,
)
from workbench.store.values import (
    DeadLetter,
    Delivery,
    DeliveryState,
    LetterStatus,
    Reason,
    SubscriptionState,
)

WAITING = (DeliveryState.READY, DeliveryState.DELAYED)


def subscription(tables: Tables, name: str) -> SubscriptionState:
    """Returns a subscription.

    Raises:
        NotFound: There is none of that name.
    """
    found = tables.subscriptions.get(name)
    if found is None:
        raise NotFound(f"there is no subscription {name}")
    return found


def deliveries(tables: Tables, name: str) -> list[Delivery]:
    """Returns the rows of a subscription in message order."""
    found = [row for row in tables.deliveries.values() if row.subscription == name]
    return sorted(found, key=lambda row: row.position)


def message_at(tables: Tables, position: int, topic: str) -> Message | None:
    """Returns the published message or the event at a position."""
    if position in tables.messages:
        return tables.messages[position]
    event = tables.events.get(position)
    return event_as_message(event, topic) if event is not None else None


def ensure_subscription(tables: Tables, op: EnsureSubscription, now: int) -> None:
    """Makes a durable subscription unless one of that name exists (P4)."""
    known = tables.subscriptions.get(op.name)
    if known is not None:
        tables.subscriptions.put(op.name, replace(known, topic=op.topic))
        return
    made = SubscriptionState(
        number=tables.next("subscription"),
        name=op.name,
        topic=op.topic,
        cursor=tables.last("position") if op.cursor is None else op.cursor,
        claimed_to=0,
        paused=False,
        delivered=0,
        failed=0,
        filtered=0,
        created_at=now,
    )
    tables.subscriptions.put(op.name, made)


def configure(tables: Tables, op: ConfigureSubscription, _now: int) -> None:
    """Pauses, resumes or moves a subscription."""
    state = subscription(tables, op.subscription)
    if op.paused is not None:
        state = replace(state, paused=op.paused)
    if op.cursor is not None:
        state = replace(state, cursor=op.cursor, claimed_to=0)
        tables.claims.drop(op.subscription)
        for row in deliveries(tables, op.subscription):
            if row.state is not DeliveryState.DEAD and row.position > op.cursor:
                tables.deliveries.drop(row.number)
    tables.subscriptions.put(op.subscription, state)


def claim(tables: Tables, op: Claim, _now: int) -> None:
    """Marks everything up to a position as handed out under a token."""
    state = subscription(tables, op.subscription)
    tables.subscriptions.put(op.subscription, replace(state, claimed_to=op.upto))
    tables.claims.put(op.subscription, op.token.bytes)


def lease(tables: Tables, op: Lease, _now: int) -> list[int]:
    """Leases rows that are ready or due; returns those that could be leased."""
    subscription(tables, op.subscription)
    leased = []
    for number in op.numbers:
        row = tables.deliveries.get(number)
        if row is not None and row.subscription == op.subscription and row.state in WAITING:
            taken = replace(
                row,
                state=DeliveryState.LEASED,
                acquired=row.acquired + 1,
                lease_token=op.token,
                lease_until=op.until,
            )
            tables.deliveries.put(number, taken)
            leased.append(number)
    return leased


def settle(tables: Tables, op: Settle, now: int) -> None:
    """Commits what became of a batch; its effects were written before."""
    state = subscription(tables, op.subscription)
    if op.cursor is not None:
        if tables.claims.get(op.subscription) != op.token.bytes:
            raise StaleLease(f"the claim of {op.subscription} was taken by another")
        state = replace(state, cursor=op.cursor, claimed_to=0)
        tables.claims.drop(op.subscription)
    for settlement in op.settlements:
        _settle_row(tables, op, settlement, now)
    for new in op.deliveries:
        _insert(tables, op.subscription, new, now)
    state = replace(
        state,
        delivered=state.delivered + op.delivered,
        failed=state.failed + op.failed,
        filtered=state.filtered + op.filtered,
    )
    tables.subscriptions.put(op.subscription, state)


def _settle_row(tables: Tables, op: Settle, settlement: Settlement, now: int) -> None:
    row = tables.deliveries.get(settlement.number)
    if row is None or row.lease_token != op.token:
        raise StaleLease(f"delivery {settlement.number} of {op.subscription} was taken by another")
    if settlement.state is None:
        tables.deliveries.drop(row.number)
        _replay_ended(tables, row.dead_letter, LetterStatus.RESOLVED, now)
        promote(tables, op.subscription, settlement.key)
        return
    letter = row.dead_letter
    if settlement.letter is not None:
        letter = _insert_letter(tables, settlement.letter, parent=row.dead_letter)
        _replay_ended(tables, row.dead_letter, LetterStatus.FAILED_AGAIN, now)
    changed = replace(
        row,
        state=settlement.state,
        due_at=settlement.due_at,
        failed=row.failed + settlement.failed,
        attempts=settlement.attempts,
        lease_token=None,
        lease_until=None,
        dead_letter=letter,
    )
    tables.deliveries.put(row.number, changed)
    if settlement.state is DeliveryState.DEAD and op.release_key:
        promote(tables, op.subscription, settlement.key)


def promote(tables: Tables, name: str, key: str) -> None:
    """Makes the first blocked delivery of a key ready, unless an earlier one of the key still stands."""
    living = [
        row for row in deliveries(tables, name) if row.key == key and row.state is not DeliveryState.DEAD
    ]
    if living and living[0].state is DeliveryState.BLOCKED:
        tables.deliveries.put(living[0].number, replace(living[0], state=DeliveryState.READY))


def _insert(tables: Tables, name: str, new: NewDelivery, now: int) -> None:
    message = new.message
    letter = _insert_letter(tables, new.letter, parent=None) if new.letter is not None else None
    if any(row.position == message.position for row in deliveries(tables, name)):
        return
    row = Delivery(
        number=tables.next("delivery"),
        subscription=name,
        position=message.position,
        message_id=message.id,
        key=message.key,
        state=new.state,
        acquired=new.failed + new.crashed,
        failed=new.failed,
        crashed=new.crashed,
        due_at=new.due_at,
        priority=message.priority,
        enqueued_at=now,
        expires_at=message.expires_at,
        attempts=new.attempts,
        dead_letter=letter,
    )
    tables.deliveries.put(row.number, row)


def recover(tables: Tables, op: RecoverSubscription, now: int) -> None:
    """Takes back what a crash left leased or claimed; what crashed too often dies (crash_loop)."""
    state = subscription(tables, op.subscription)
    for row in deliveries(tables, op.subscription):
        if row.state is DeliveryState.LEASED:
            crashed = replace(
                row,
                state=DeliveryState.READY,
                crashed=row.crashed + 1,
                lease_token=None,
                lease_until=None,
            )
            tables.deliveries.put(row.number, crashed)
    for message in op.suspects:
        new = NewDelivery(message=message, state=DeliveryState.READY, crashed=1)
        _insert(tables, op.subscription, new, now)
    for row in deliveries(tables, op.subscription):
        if row.state is DeliveryState.READY and row.crashed >= op.max_crashes:
            _die_of_crashes(tables, op, row, now)
    moved = replace(state, cursor=max(state.cursor, state.claimed_to), claimed_to=0)
    tables.subscriptions.put(op.subscription, moved)
    tables.claims.drop(op.subscription)


def _die_of_crashes(tables: Tables, op: RecoverSubscription, row: Delivery, now: int) -> None:
    message = message_at(tables, row.position, op.topic)
    if message is None:
        return
    letter = DeadLetter(
        subscription=op.subscription,
        topic=message.topic,
        position=message.position,
        message_id=message.id,
        type=message.type,
        key=message.key,
        data=message.data,
        metadata=message.metadata,
        reason=Reason.CRASH_LOOP,
        error_type="CrashLoop",
        error=f"the program ended {row.crashed} times while this message was handled",
        attempts=row.attempts,
        first_failed_at=now,
        died_at=now,
        generation=row.generation,
        changed_at=now,
        correlation_id=message.correlation_id,
    )
    number = _insert_letter(tables, letter, parent=row.dead_letter)
    tables.deliveries.put(row.number, replace(row, state=DeliveryState.DEAD, dead_letter=number))


def _insert_letter(tables: Tables, letter: DeadLetter, *, parent: int | None) -> int:
    number = tables.next("letter")
    tables.letters.put(number, replace(letter, number=number, parent=parent))
    return number


def _replay_ended(tables: Tables, number: int | None, status: LetterStatus, now: int) -> None:
    letter = tables.letters.get(number) if number is not None else None
    if letter is not None and letter.status is LetterStatus.REPLAYING:
        tables.letters.put(letter.number, replace(letter, status=status, changed_at=now))


def replay_letter(tables: Tables, op: ReplayLetter, now: int) -> bool:
    """Gives a dead letter back to the subscription that failed; False if it is no longer open (L8)."""
    letter = tables.letters.get(op.number)
    if letter is None or letter.status not in (LetterStatus.OPEN, LetterStatus.ARCHIVED):
        return False
    edited = letter.edited if op.data is None else op.data
    tables.letters.put(
        op.number, replace(letter, status=LetterStatus.REPLAYING, changed_at=now, edited=edited)
    )
    fresh: dict[str, Any] = {
        "state": DeliveryState.READY,
        "acquired": 0,
        "failed": 0,
        "crashed": 0,
        "due_at": None,
        "attempts": (),
    }
    for row in tables.deliveries.values():
        if row.dead_letter == op.number and row.state is DeliveryState.DEAD:
            again = replace(
                row,
                generation=row.generation + 1,
                data=row.data if op.data is None else op.data,
                message_id=op.message_id or row.message_id,
                **fresh,
            )
            tables.deliveries.put(row.number, again)
            return True
    made = Delivery(
        number=tables.next("delivery"),
        subscription=letter.subscription,
        position=letter.position,
        message_id=op.message_id or letter.message_id,
        key=letter.key,
        generation=letter.generation + 1,
        enqueued_at=now,
        data=op.data,
        dead_letter=op.number,
        **fresh,
    )
    tables.deliveries.put(made.number, made)
    return True


def mark_letters(tables: Tables, op: MarkLetters, now: int) -> int:
    """Changes the status of those that still have one of the expected ones; returns how many (L7, L8)."""
    changed = 0
    for number in op.numbers:
        letter = tables.letters.get(number)
        if letter is None or letter.status not in op.before:
            continue
        changed += 1
        tables.letters.put(number, replace(letter, status=LetterStatus(op.after), changed_at=now))
        if op.skip_on:
            _skip_on(tables, number)
    return changed


def _skip_on(tables: Tables, letter: int) -> None:
    for row in tables.deliveries.values():
        if row.dead_letter == letter:
            tables.deliveries.drop(row.number)
            promote(tables, row.subscription, row.key)
            return

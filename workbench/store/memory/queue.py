"""Subscriptions and their deliveries in memory (contract §5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from workbench.errors import NotFound, StaleLease
from workbench.model.dead_letter import LetterAct, LetterStatus
from workbench.model.delivery_states import DeliveryState, Trigger, sources
from workbench.model.messaging import Message
from workbench.store.letter_values import crash_letter, message_of, with_tries
from workbench.store.memory.letters import (
    deliveries,
    insert_letter,
    promote,
    promote_all,
    replay_ended,
    set_tries,
)
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import (
    Claim,
    ConfigureSubscription,
    DoNow,
    EnsureSubscription,
    Extend,
    Lease,
    Reclaim,
    RecoverSubscription,
    Settle,
    Skip,
    Unclaim,
)
from workbench.store.operator_actions import Kept, KeptCursor, KeptDelivery
from workbench.store.settlements import NewDelivery, Settlement, blocked_keys
from workbench.store.stored_values import Delivery, SubscriptionState

_CLAIMABLE = sources(Trigger.CLAIM, Trigger.DUE)
NO_CLAIM: dict[str, Any] = {"claimed_to": 0, "claim_token": None, "claim_owner": None, "claim_until": None}


def subscription(tables: Tables, name: str) -> SubscriptionState:
    """Returns a subscription.

    Raises:
        NotFound: There is none of that name.
    """
    found = tables.subscriptions.get(name)
    if found is None:
        raise NotFound(f"there is no subscription {name}")
    return found


def standing(tables: Tables, name: str) -> SubscriptionState:
    """Returns where a subscription stands, with what waits in its rows counted.

    Raises:
        NotFound: There is none of that name.
    """
    rows = [row.state for row in deliveries(tables, name) if row.state is not DeliveryState.DEAD]
    dead = [
        letter
        for letter in tables.letters.values()
        if letter.subscription == name and letter.status is LetterStatus.OPEN
    ]
    counted = {"waiting": len(rows), "retrying": rows.count(DeliveryState.DELAYED), "dead": len(dead)}
    return replace(subscription(tables, name), **counted)


def message_to_deliver(tables: Tables, row: Delivery, topic: str) -> Message | None:
    """Returns the message of a delivery; of one that retention took, what its dead letter kept (G1, L1)."""
    found = tables.message_at(row.position, topic)
    letter = tables.letters.get(row.dead_letter) if row.dead_letter is not None else None
    return message_of(letter) if found is None and letter is not None else found


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


def configure(tables: Tables, op: ConfigureSubscription, now: int) -> int:
    """Pauses, resumes or moves a subscription; returns by how many positions, or whether that changed it."""
    state = subscription(tables, op.subscription)
    changed = int(op.paused is not None and op.paused != state.paused)
    if op.paused is not None:
        state = replace(state, paused=op.paused)
    if op.cursor is not None:
        changed = abs(op.cursor - state.cursor)
        kept: list[Kept] = [KeptCursor(subscription=op.subscription, before=state.cursor, after=op.cursor)]
        state = replace(state, cursor=op.cursor, **NO_CLAIM)
        for row in deliveries(tables, op.subscription):
            if (
                row.state is not DeliveryState.DEAD and row.position > op.cursor and row.dead_letter is None
            ):  # what is being replayed belongs to its letter, not to the log
                tables.deliveries.drop(row.number)
                kept.append(KeptDelivery(delivery=row, counts=False))
        tables.keep(op.act, now, kept)
        promote_all(tables, op.subscription, past_dead=op.release_key)
    tables.subscriptions.put(op.subscription, state)
    return changed


def claim(tables: Tables, op: Claim, _now: int) -> None:
    """Marks everything up to a position as handed out under a token."""
    state = subscription(tables, op.subscription)
    moved = op.after is not None and op.after != state.cursor
    if moved or (state.claim_token is not None and state.claim_owner != op.owner):
        raise StaleLease(f"{op.subscription} was moved or claimed by another")
    _note_owner(tables, op.owner)
    claimed = replace(
        state, claimed_to=op.upto, claim_token=op.token, claim_owner=op.owner, claim_until=op.until
    )
    tables.subscriptions.put(op.subscription, claimed)


def unclaim(tables: Tables, op: Unclaim, _now: int) -> None:
    """Gives back what is claimed under a token."""
    state = subscription(tables, op.subscription)
    if state.claim_token == op.token:
        tables.subscriptions.put(op.subscription, replace(state, **NO_CLAIM))


def _note_owner(tables: Tables, owner: UUID | None) -> None:
    if owner is not None:
        tables.owners.add(owner)


def lease(tables: Tables, op: Lease, _now: int) -> list[int]:
    """Leases rows that are ready or due; returns those that could be leased."""
    state = subscription(tables, op.subscription)
    claimed = state.claim_token is not None and state.claim_owner != op.owner
    _note_owner(tables, op.owner)
    leased = []
    for number in op.numbers:
        row = tables.deliveries.get(number)
        if row is None or (claimed and row.key):
            continue
        if row.subscription == op.subscription and row.state in _CLAIMABLE:
            taken = replace(
                row,
                state=DeliveryState.LEASED,
                acquired=row.acquired + 1,
                lease_token=op.token,
                lease_until=op.until,
                lease_owner=op.owner,
            )
            tables.deliveries.put(number, taken)
            leased.append(number)
    return leased


def extend(tables: Tables, op: Extend, _now: int) -> int:
    """Moves the deadline of all that is leased or claimed under a token."""
    state = subscription(tables, op.subscription)
    claimed = state.claim_token == op.token
    if claimed:
        tables.subscriptions.put(op.subscription, replace(state, claim_until=op.until))
    held = [row for row in deliveries(tables, op.subscription) if row.lease_token == op.token]
    for row in held:
        tables.deliveries.put(row.number, replace(row, lease_until=op.until))
    return len(held) + claimed


def settle(tables: Tables, op: Settle, now: int) -> None:
    """Commits what became of a batch; its effects were written before."""
    state = subscription(tables, op.subscription)
    if op.cursor is not None:
        if state.claim_token != op.token:
            raise StaleLease(f"the claim of {op.subscription} was taken by another")
        state = replace(state, cursor=op.cursor, **NO_CLAIM)
        if op.claim_token is not None:
            state = replace(
                state,
                claimed_to=op.claim or 0,
                claim_token=op.claim_token,
                claim_owner=op.owner,
                claim_until=op.claim_until,
            )
    for settlement in sorted(op.settlements, key=lambda one: one.state is not None):
        _settle_row(tables, op, settlement, now)
    for new in op.deliveries:
        _insert(tables, op.subscription, new, op.token, op.owner)
    for key in blocked_keys(op.deliveries):  # the one before may have ended since they were looked at
        promote(tables, op.subscription, key, past_dead=op.release_key)
    state = replace(
        state,
        delivered=state.delivered + op.delivered,
        failed=state.failed + op.failed,
        filtered=state.filtered + op.filtered,
        retried=state.retried + op.retried,
        died=state.died + op.died,
        expired=state.expired + op.expired,
    )
    tables.subscriptions.put(op.subscription, state)


def _settle_row(tables: Tables, op: Settle, settlement: Settlement, now: int) -> None:
    rows = deliveries(tables, op.subscription)
    row = next((one for one in rows if one.position == settlement.position), None)
    if row is None or row.state is not DeliveryState.LEASED or row.lease_token != op.token:
        raise StaleLease(f"a delivery of {op.subscription} was taken by another")
    if settlement.state is None:
        tables.deliveries.drop(row.number)
        ended = LetterAct.FAIL if settlement.dropped else LetterAct.SUCCEED
        replay_ended(tables, row.dead_letter, ended, now)
        promote(tables, op.subscription, row.key, past_dead=op.release_key)
        return
    letter = row.dead_letter
    if settlement.letter is not None:
        letter = insert_letter(tables, settlement.letter, parent=row.dead_letter)
        replay_ended(tables, row.dead_letter, LetterAct.FAIL, now)
    changed = replace(
        row,
        state=settlement.state,
        due_at=settlement.due_at,
        failed=row.failed + settlement.failed,
        attempts=settlement.attempts,
        lease_token=None,
        lease_until=None,
        lease_owner=None,
        dead_letter=letter,
    )
    tables.deliveries.put(row.number, changed)
    if settlement.state is DeliveryState.DEAD:
        promote(tables, op.subscription, settlement.key, past_dead=op.release_key)


def skip(tables: Tables, op: Skip, now: int) -> int:
    """Skips waiting deliveries; the next of their keys are promoted."""
    state = subscription(tables, op.subscription)
    skipped = 0
    for number in op.numbers:
        row = tables.deliveries.get(number)
        if row is None or row.subscription != op.subscription or row.state not in sources(Trigger.SKIP):
            continue
        skipped += 1
        tables.deliveries.drop(number)
        tables.keep(op.act, now, (KeptDelivery(delivery=row),))
        replay_ended(tables, row.dead_letter, LetterAct.SKIP, now)
        if row.dead_letter is not None:
            set_tries(tables, row.dead_letter, row.attempts, with_tries)
        promote(tables, op.subscription, row.key, past_dead=op.release_key)
    tables.subscriptions.put(op.subscription, replace(state, skipped=state.skipped + skipped))
    return skipped


def do_now(tables: Tables, op: DoNow, now: int) -> int:
    """Has a delivery wait for its time no longer."""
    row = tables.deliveries.get(op.number)
    if row is None or row.subscription != op.subscription or row.state not in sources(Trigger.DO_NOW):
        return 0
    tables.keep(op.act, now, (KeptDelivery(delivery=row),))
    tables.deliveries.put(op.number, replace(row, state=DeliveryState.READY, due_at=None))
    return 1


def _insert(
    tables: Tables, name: str, new: NewDelivery, token: UUID | None = None, owner: UUID | None = None
) -> None:
    message = new.message
    stored = tables.messages.get(message.position)
    if new.state is DeliveryState.DELAYED and not new.failed and stored is not None and stored.withdrawn:
        return  # it was taken back since it was read (K7)
    letter = insert_letter(tables, new.letter, parent=None) if new.letter is not None else None
    if any(row.position == message.position for row in deliveries(tables, name)):
        return
    leased = new.state is DeliveryState.LEASED
    row = Delivery(
        number=tables.next("delivery"),
        subscription=name,
        position=message.position,
        message_id=message.id,
        key=message.key if new.key is None else new.key,
        state=new.state,
        generation=new.generation,
        data=message.data if new.generation else None,
        acquired=new.failed + new.crashed + leased,
        failed=new.failed,
        crashed=new.crashed,
        lease_token=token if leased else None,
        lease_until=new.lease_until if leased else None,
        lease_owner=owner if leased else None,
        due_at=new.due_at,
        priority=message.priority,
        enqueued_at=message.published_at,
        expires_at=message.expires_at,
        attempts=new.attempts,
        dead_letter=letter,
    )
    tables.deliveries.put(row.number, row)


def recover(tables: Tables, op: RecoverSubscription, now: int) -> None:
    """Takes back what no living engine holds; what crashed too often dies (crash_loop)."""
    state = subscription(tables, op.subscription)

    def lost(owner: UUID | None, until: int | None) -> bool:
        return owner in (None, op.owner) or owner not in tables.owners or (until or 0) < now

    rows = [row for row in deliveries(tables, op.subscription) if row.lease_token not in op.keep]
    _take_back(tables, [row for row in rows if lost(row.lease_owner, row.lease_until)])
    if op.claim is not None and state.claim_token == op.claim and lost(state.claim_owner, state.claim_until):
        for new in op.in_doubt:
            _insert(tables, op.subscription, new)
        moved = replace(state, cursor=max(state.cursor, state.claimed_to), **NO_CLAIM)
        tables.subscriptions.put(op.subscription, moved)
    _bury(tables, op, now)
    promote_all(tables, op.subscription, past_dead=op.release_key)


def reclaim(tables: Tables, op: Reclaim, now: int) -> int:
    """Takes back rows whose lease has run out, but for those whose holders still run."""
    subscription(tables, op.subscription)
    late = [
        row
        for row in deliveries(tables, op.subscription)
        if row.lease_until is not None and row.lease_until < op.now and row.lease_token not in op.keep
    ]
    taken = _take_back(tables, late)
    if taken:
        _bury(tables, op, now)
    return taken


def _take_back(tables: Tables, rows: list[Delivery]) -> int:
    leased = [row for row in rows if row.state in sources(Trigger.CRASH)]
    for row in leased:
        crashed = replace(
            row,
            state=DeliveryState.READY,
            crashed=row.crashed + 1,
            lease_token=None,
            lease_until=None,
            lease_owner=None,
        )
        tables.deliveries.put(row.number, crashed)
    return len(leased)


def _bury(tables: Tables, op: Reclaim | RecoverSubscription, now: int) -> None:
    dying = [
        row
        for row in deliveries(tables, op.subscription)
        if row.state is DeliveryState.READY and row.crashed >= max(op.max_crashes, 1)
    ]
    for row in dying:
        _die_of_crashes(tables, op.topic, row, now)
        promote(tables, op.subscription, row.key, past_dead=op.release_key)
    state = subscription(tables, op.subscription)
    tables.subscriptions.put(op.subscription, replace(state, died=state.died + len(dying)))


def _die_of_crashes(tables: Tables, topic: str, row: Delivery, now: int) -> None:
    message = message_to_deliver(tables, row, topic)
    if message is None:
        return
    number = insert_letter(tables, crash_letter(row, message, now), parent=row.dead_letter)
    replay_ended(tables, row.dead_letter, LetterAct.FAIL, now)
    tables.deliveries.put(row.number, replace(row, state=DeliveryState.DEAD, dead_letter=number))


RUN: Run = {
    EnsureSubscription: ensure_subscription,
    ConfigureSubscription: configure,
    RecoverSubscription: recover,
    Claim: claim,
    Unclaim: unclaim,
    Lease: lease,
    Extend: extend,
    Reclaim: reclaim,
    Skip: skip,
    DoNow: do_now,
}

"""Records of what operators do, and the undo of an act, in memory (L9, L10)."""

from __future__ import annotations

from msgspec.structs import replace

from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState, Trigger, sources
from workbench.store.letter_values import noted
from workbench.store.memory.letters import deliveries, promote
from workbench.store.memory.queue import NO_CLAIM, message_to_deliver
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import BringBack, RecordAction
from workbench.store.operator_actions import (
    Kept,
    KeptCursor,
    KeptDelivery,
    KeptNote,
    KeptReplay,
    place_of,
)
from workbench.store.stored_values import Delivery


def record_action(tables: Tables, op: RecordAction, _now: int) -> int:
    """Notes what an operator did, or more of it."""
    action = noted(op).action
    if (op.undoes or op.if_done) and not action.count:
        return 0
    known = next((one for one in tables.actions.values() if action.act and one.act == action.act), None)
    if known is None:
        number = tables.next("action")
        tables.actions.put(number, replace(action, number=number))
    else:
        number = known.number
        more = replace(known, count=known.count + action.count, detail=action.detail)
        tables.actions.put(number, more)
    if (undone := tables.actions.get(op.undoes)) is not None:
        tables.actions.put(op.undoes, replace(undone, undone=number))
    return number


def bring_back(tables: Tables, op: BringBack, now: int) -> int:
    """Puts back what an act replaced, as far as nothing changed it since; returns on how many things."""
    count = 0
    for _ in range(op.limit):
        first, *rest = tables.replaced.get(op.act) or (None,)
        if first is None:
            break
        tables.replaced.put(op.act, tuple(rest))
        count += _put_back(tables, op, first[1], now)
    return count


def _put_back(tables: Tables, op: BringBack, kept: Kept, now: int) -> int:
    match kept:
        case KeptDelivery():
            return _delivery_back(tables, op, kept, now)
        case KeptCursor():
            return _cursor_back(tables, op, kept)
        case KeptNote():
            return _note_back(tables, kept)
    return _replay_back(tables, op, kept)


def _delivery_back(tables: Tables, op: BringBack, kept: KeptDelivery, now: int) -> int:
    """Has a delivery wait again, unless the log, another row or nothing at all delivers its message now."""
    row, state = kept.delivery, tables.subscriptions.get(kept.delivery.subscription)
    if state is None or state.cursor < row.position:
        return 0
    if any(one.position == row.position for one in deliveries(tables, row.subscription)):
        return 0
    message = message_to_deliver(tables, row, state.topic)
    if message is None or message.withdrawn:
        return 0
    if row.dead_letter is not None and not _replaying_again(tables, row.dead_letter, now):
        return 0
    _insert(tables, row, _waiting_state(row))
    promote(tables, row.subscription, row.key, past_dead=row.subscription in op.released)
    tables.subscriptions.put(
        row.subscription, replace(state, skipped=max(0, state.skipped - int(kept.counts)))
    )
    return int(kept.counts)


def _waiting_state(row: Delivery) -> DeliveryState:
    """Returns how a delivery waits that was put back; with a key it goes on where it is the first."""
    if row.key:
        return DeliveryState.BLOCKED
    return DeliveryState.READY if row.due_at is None else DeliveryState.DELAYED


def _replaying_again(tables: Tables, number: int, now: int) -> bool:
    letter = tables.letters.get(number)
    if letter is None or letter.status is not LetterStatus.OPEN:
        return False
    tables.letters.put(number, replace(letter, status=LetterStatus.REPLAYING, changed_at=now))
    return True


def _insert(tables: Tables, row: Delivery, state: DeliveryState) -> None:
    number = tables.next("delivery")
    free = {"lease_token": None, "lease_until": None, "lease_owner": None}
    tables.deliveries.put(number, replace(row, number=number, state=state, **free))


def _cursor_back(tables: Tables, op: BringBack, kept: KeptCursor) -> int:
    """Moves a cursor back to where it was, if nothing was skipped or delivered since that forbids it."""
    state = tables.subscriptions.get(kept.subscription)
    if state is None:
        return 0
    stands, rest = state.cursor, tables.replaced.get(op.act) or ()
    forward = kept.after > kept.before
    if stands != kept.after if forward else not kept.after <= stands < kept.before:
        tables.replaced.drop(op.act)
        return 0
    # What was delivered again meanwhile does not wait any more.
    tables.replaced.put(op.act, tuple(one for one in rest if place_of(one[1]) > stands))
    tables.subscriptions.put(kept.subscription, replace(state, cursor=kept.before, **NO_CLAIM))
    return abs(kept.before - stands)


def _note_back(tables: Tables, kept: KeptNote) -> int:
    if kept.letter not in tables.letters or tables.notes.get(kept.letter) != kept.after:
        return 0
    tables.notes.put(kept.letter, kept.before)
    return 1


def _replay_back(tables: Tables, op: BringBack, kept: KeptReplay) -> int:
    """Takes a replay back that waits still: its delivery is dead again, its letter what it was."""
    letter = tables.letters.get(kept.letter)
    row = next((one for one in tables.deliveries.values() if one.dead_letter == kept.letter), None)
    if letter is None or row is None or letter.status is not LetterStatus.REPLAYING:
        return 0
    if row.generation != kept.generation or row.state not in sources(Trigger.SKIP):
        return 0
    tables.deliveries.drop(row.number)
    if kept.delivery is not None:
        _insert(tables, kept.delivery, DeliveryState.DEAD)
    before = replace(letter, status=kept.status, changed_at=kept.changed_at, edited=kept.edited)
    tables.letters.put(kept.letter, before)
    tables.changes.put(kept.letter, kept.changes)
    promote(tables, row.subscription, row.key, past_dead=row.subscription in op.released)
    return 1


RUN: Run = {RecordAction: record_action, BringBack: bring_back}

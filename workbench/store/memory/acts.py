"""Records of what operators do, and the undo of an act, in memory (L9, L10)."""

from __future__ import annotations

from msgspec.structs import replace

from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState, Trigger, sources
from workbench.store.letter_values import noted, with_tries, without_tries
from workbench.store.memory.letters import deliveries, promote, set_tries
from workbench.store.memory.queue import NO_CLAIM, message_to_deliver
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import BringBack, RecordAction
from workbench.store.operator_actions import (
    Kept,
    KeptCursor,
    KeptDelivery,
    KeptNote,
    KeptPast,
    KeptReplay,
    past_of,
    place_of,
)
from workbench.store.stored_values import Delivery


def record_action(tables: Tables, op: RecordAction, _now: int) -> int:
    """Notes what an operator did, or more of it."""
    action = noted(op).action
    if (op.if_done or (op.undoes and op.counts)) and not action.count:
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
    count, left = 0, op.limit
    for one in tables.replaced.get(op.act) or ():
        kept = tables.replaced.get(op.act) or ()
        if left and any(other is one for other in kept) and stands(tables, op.act, one[1]):
            tables.replaced.put(op.act, tuple(other for other in kept if other is not one))
            if isinstance(one[1], KeptNote | KeptReplay):
                tables.keep(op.act, now, (past_of(one[1], undone=True),))
            count, left = count + _put_back(tables, op, one[1], now), left - 1
    return count


def stands(tables: Tables, act: str, kept: Kept) -> bool:
    """Whether what an act left stands as it left it: it can be put back (L10)."""
    match kept:
        case KeptDelivery():
            return _waits_nowhere(tables, act, kept.delivery)
        case KeptCursor():
            state = tables.subscriptions.get(kept.subscription)
            if state is None or kept.after > kept.before:
                return state is not None and state.cursor == kept.after
            return kept.after <= state.cursor < kept.before
        case KeptNote():
            return tables.notes.get(kept.letter) == kept.after
        case KeptPast():
            return False
    letter = tables.letters.get(kept.letter)
    replaying = letter is not None and letter.status is LetterStatus.REPLAYING
    return replaying and any(row.state in sources(Trigger.SKIP) for row in _replays_of(tables, kept))


def _waits_nowhere(tables: Tables, act: str, row: Delivery) -> bool:
    """Whether neither the log, nor another row, nor nothing at all delivers a message now.

    What a reset took away waits until its cursor, which stands first among what it kept, is put back.
    """
    state, letter = tables.subscriptions.get(row.subscription), tables.letters.get(row.dead_letter or 0)
    (_, first), *_ = tables.replaced.get(act) or ()
    if isinstance(first, KeptCursor) or state is None or state.cursor < row.position:
        return False
    if any(one.position == row.position for one in deliveries(tables, row.subscription)):
        return False
    if row.dead_letter is not None and (letter is None or letter.status is not LetterStatus.OPEN):
        return False
    message = message_to_deliver(tables, row, state.topic)
    return message is not None and not message.withdrawn


def _replays_of(tables: Tables, kept: KeptReplay) -> list[Delivery]:
    """Returns the delivery that a replay made, if it is there still."""
    wanted = (kept.letter, kept.generation)
    return [one for one in tables.deliveries.values() if (one.dead_letter, one.generation) == wanted]


def _put_back(tables: Tables, op: BringBack, kept: Kept, now: int) -> int:
    match kept:
        case KeptPast():
            return 0
        case KeptDelivery():
            return _delivery_back(tables, op, kept, now)
        case KeptCursor():
            return _cursor_back(tables, op, kept)
        case KeptNote():
            return _note_back(tables, op, kept)
    return _replay_back(tables, op, kept)


def _delivery_back(tables: Tables, op: BringBack, kept: KeptDelivery, now: int) -> int:
    """Has a delivery wait again."""
    row, state = kept.delivery, tables.subscriptions[kept.delivery.subscription]
    if row.dead_letter is not None:
        letter = tables.letters[row.dead_letter]
        tables.letters.put(letter.number, replace(letter, status=LetterStatus.REPLAYING, changed_at=now))
        set_tries(tables, letter.number, row.attempts, without_tries)
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


def _insert(tables: Tables, row: Delivery, state: DeliveryState) -> None:
    number = tables.next("delivery")
    free = {"lease_token": None, "lease_until": None, "lease_owner": None}
    tables.deliveries.put(number, replace(row, number=number, state=state, **free))


def _cursor_back(tables: Tables, op: BringBack, kept: KeptCursor) -> int:
    """Moves a cursor back to where it was; what was delivered again meanwhile does not wait any more."""
    state, rest = tables.subscriptions[kept.subscription], tables.replaced.get(op.act) or ()
    tables.replaced.put(op.act, tuple(one for one in rest if place_of(one[1]) > state.cursor))
    tables.subscriptions.put(kept.subscription, replace(state, cursor=kept.before, **NO_CLAIM))
    return abs(kept.before - state.cursor)


def _note_back(tables: Tables, op: BringBack, kept: KeptNote) -> int:
    """Gives a letter owner and note back, and the letters of its later deaths that took these over (L4).

    A later one that the act wrote as well is put back by itself.
    """
    own = {place_of(one) for _, one in tables.replaced.get(op.act) or ()}
    letter: int | None = kept.letter
    while letter is not None and tables.notes.get(letter) == kept.after:
        tables.notes.put(letter, kept.before)
        died = tables.letters[letter]
        again = [
            one.number for one in tables.letters.values() if one.parent == letter and one.number not in own
        ]
        letter = again[0] if again and died.status is LetterStatus.FAILED_AGAIN else None
    return 1


def _replay_back(tables: Tables, op: BringBack, kept: KeptReplay) -> int:
    """Takes a replay back that waits still; its tries stay with the letter, which is else what it was."""
    (row,) = _replays_of(tables, kept)
    tables.deliveries.drop(row.number)
    told = set_tries(tables, kept.letter, row.attempts, with_tries)
    if kept.delivery is not None:
        _insert(tables, replace(kept.delivery, attempts=told), DeliveryState.DEAD)
    before = replace(
        tables.letters[kept.letter], status=kept.status, changed_at=kept.changed_at, edited=kept.edited
    )
    tables.letters.put(kept.letter, before)
    tables.changes.put(kept.letter, kept.changes)
    promote(tables, row.subscription, row.key, past_dead=row.subscription in op.released)
    return 1


RUN: Run = {RecordAction: record_action, BringBack: bring_back}

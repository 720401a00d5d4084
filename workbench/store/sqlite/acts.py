"""Writes the records of what operators do, and puts back what an act replaced (L9, L10)."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec.structs import replace

from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.store.letter_values import noted, with_tries, without_tries
from workbench.store.operations import BringBack, RecordAction
from workbench.store.operator_actions import (
    Kept,
    KeptCursor,
    KeptDelivery,
    KeptNote,
    KeptPast,
    KeptReplay,
    past_of,
)
from workbench.store.sqlite.claims import NO_CLAIM, number_of
from workbench.store.sqlite.kept import STANDS, keep, read_kept
from workbench.store.sqlite.letters import promote, set_tries
from workbench.store.sqlite.rows import attempts
from workbench.store.sqlite.run_table import Run
from workbench.store.stored_values import Delivery

_encode = msgspec.json.Encoder().encode


def record_action(con: sqlite3.Connection, op: RecordAction) -> int:
    """Notes what an operator did, or more of it; returns the record's number."""
    action = noted(op).action
    if (op.if_done or (op.undoes and op.counts)) and not action.count:
        return 0
    known = con.execute("select id from actions where act = ? and act <> ''", (action.act,)).fetchone()
    if known is not None:
        number = int(known[0])
        con.execute(
            "update actions set count = count + ?, detail = ? where id = ?",
            (action.count, action.detail, number),
        )
    else:
        row = (action.at, action.action, action.subject, action.detail, action.who, action.count, action.act)
        number = con.execute("insert into actions values (null,?,?,?,?,?,?,?,0)", row).lastrowid or 0
    con.execute("update actions set undone = ? where id = ?", (number, op.undoes))
    return number


def bring_back(con: sqlite3.Connection, op: BringBack, now: int) -> int:
    """Puts back what an act replaced, as far as nothing changed it since; returns on how many things."""
    count = last = 0
    for _ in range(op.limit):  # each may change what stands of the next
        found = con.execute(
            f"select id, kept from replaced r where act = ? and id > ? and {STANDS} order by id limit 1",
            (op.act, last),
        ).fetchone()
        if found is None:
            break
        last, text = found
        con.execute("delete from replaced where id = ?", (last,))
        kept = read_kept(text)
        count += _put_back(con, op, kept, now)
        if isinstance(kept, KeptNote | KeptReplay):
            keep(con, op.act, now, (past_of(kept, undone=True),))
    return count


def _put_back(con: sqlite3.Connection, op: BringBack, kept: Kept, now: int) -> int:
    match kept:
        case KeptPast():
            return 0
        case KeptDelivery():
            return _delivery_back(con, op, kept, now)
        case KeptCursor():
            return _cursor_back(con, op, kept)
        case KeptNote():
            return _note_back(con, op, kept)
    return _replay_back(con, op, kept)


def _delivery_back(con: sqlite3.Connection, op: BringBack, kept: KeptDelivery, now: int) -> int:
    """Has a delivery wait again."""
    row = kept.delivery
    number = number_of(con, row.subscription)
    if row.dead_letter is not None:
        con.execute(
            "update dead_letters set status = ?, changed_at = ? where id = ?",
            (LetterStatus.REPLAYING, now, row.dead_letter),
        )
        set_tries(con, row.dead_letter, row.attempts, without_tries)
    put_delivery(con, number, row, _waiting_state(row))
    promote(con, number, row.key, past_dead=row.subscription in op.released)
    con.execute("update subscriptions set skipped = max(0, skipped - ?) where id = ?", (kept.counts, number))
    return int(kept.counts)


def _waiting_state(row: Delivery) -> DeliveryState:
    """Returns how a delivery waits that was put back; with a key it goes on where it is the first."""
    if row.key:
        return DeliveryState.BLOCKED
    return DeliveryState.READY if row.due_at is None else DeliveryState.DELAYED


def put_delivery(con: sqlite3.Connection, subscription: int, row: Delivery, state: DeliveryState) -> None:
    """Makes a row that nothing holds."""
    urgency = row.enqueued_at - row.priority * 1_000_000
    rank = row.due_at if state is DeliveryState.DELAYED and row.due_at is not None else urgency
    con.execute(
        "insert into deliveries values (null,?,?,?,?,?,?,?,?,?,?,?,null,null,null,?,?,?,?,?,?)",
        (
            subscription,
            row.position,
            row.message_id.bytes,
            row.key,
            state,
            rank,
            row.generation,
            row.acquired,
            row.failed,
            row.crashed,
            row.due_at,
            row.priority,
            row.enqueued_at,
            row.expires_at,
            row.data,
            _encode(row.attempts).decode(),
            row.dead_letter,
        ),
    )


def _cursor_back(con: sqlite3.Connection, op: BringBack, kept: KeptCursor) -> int:
    """Moves a cursor back to where it was; what was delivered again meanwhile does not wait any more."""
    number, stands = con.execute(
        "select id, cursor from subscriptions where name = ?", (kept.subscription,)
    ).fetchone()
    con.execute("delete from replaced where act = ? and number <= ?", (op.act, stands))
    con.execute(f"update subscriptions set cursor = ?, {NO_CLAIM} where id = ?", (kept.before, number))
    return abs(kept.before - int(stands))


def _note_back(con: sqlite3.Connection, op: BringBack, kept: KeptNote) -> int:
    """Gives a letter owner and note back, and the letters of its later deaths that took these over (L4).

    A later one that the act wrote as well is put back by itself.
    """
    change = "update letter_notes set owner = ?, note = ? where letter_id = ? and owner = ? and note = ?"
    letter: int | None = kept.letter
    while letter is not None and con.execute(change, (*kept.before, letter, *kept.after)).rowcount:
        found = con.execute(
            "select l.id from dead_letters died join letter_notes n on n.letter_id > died.id"
            " join dead_letters l on l.id = n.letter_id and l.parent = died.id where died.id = ? and died.status = ?"
            " and not exists (select 1 from replaced r where r.act = ? and r.number = l.id)",
            (letter, LetterStatus.FAILED_AGAIN, op.act),
        ).fetchone()
        letter = found[0] if found else None
    return 1


def _replay_back(con: sqlite3.Connection, op: BringBack, kept: KeptReplay) -> int:
    """Takes a replay back that waits still; its tries stay with the letter, which is else what it was."""
    number, subscription, key, name, tries = con.execute(
        "select d.id, d.subscription_id, d.key, s.name, d.attempts from deliveries d join subscriptions s"
        " on s.id = d.subscription_id where d.letter_id = ?",
        (kept.letter,),
    ).fetchone()
    con.execute("delete from deliveries where id = ?", (number,))
    told = set_tries(con, kept.letter, attempts(tries), with_tries)
    if kept.delivery is not None:
        put_delivery(con, subscription, replace(kept.delivery, attempts=told), DeliveryState.DEAD)
    con.execute(
        "update dead_letters set status = ?, changed_at = ?, edited = ? where id = ?",
        (kept.status, kept.changed_at, kept.edited, kept.letter),
    )
    con.executemany(
        "insert into letter_changes values (null,?,?,?,?)",
        [(act, kept.letter, status, at) for act, status, at in kept.changes],
    )
    promote(con, subscription, key, past_dead=name in op.released)
    return 1


RUN: Run = {
    RecordAction: lambda w, o: record_action(w.con, o),
    BringBack: lambda w, o: bring_back(w.con, o, w.now),
}

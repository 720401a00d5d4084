"""Writes dead letters: their making, replay, archive, purge and undo, one by one or as a job (contract §6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from workbench.errors import InvalidValue, NotFound
from workbench.model.dead_letter import LetterAct, LetterStatus, allowed, outcome
from workbench.model.delivery_states import Trigger, sources
from workbench.store.letter_values import (
    copy_id,
    is_there,
    refuse_handled,
    refuse_stranger,
    sent,
    with_tries,
)
from workbench.store.operations import (
    ForgetLetters,
    ImportLetter,
    MarkLetters,
    NoteLetters,
    RecallReplays,
    ReplayLetter,
    RestoreLetters,
)
from workbench.store.operator_actions import KeptNote
from workbench.store.rules import detached
from workbench.store.sqlite import rows
from workbench.store.sqlite.kept import TRIES_SINCE, before_replay, keep, keep_past, note
from workbench.store.sqlite.run_table import Run
from workbench.store.stored_values import Attempt, DeadLetter

_MAY = {act: "('" + "', '".join(allowed(act)) + "')" for act in LetterAct}
"""For each act, the statuses in which it may be done, as SQL lists them."""
_NOT_ELSEWHERE = (
    " and not exists (select 1 from deliveries d join subscriptions s on s.id = d.subscription_id"
    " where s.name = dead_letters.subscription and d.position = dead_letters.position"
    " and d.letter_id is not dead_letters.id)"
)
"""That the message of a letter is not delivered otherwise, as after a reset (L8)."""
_UNDER_WAY = "('" + "', '".join(sources(Trigger.RECALL)) + "')"
LAST_LETTER = "last_letter"
"""The row of ``meta`` with the highest number that a letter ever had, once such a one was removed."""
_NEXT = (
    "(select max(coalesce(max(id), 0), coalesce((select cast(value as integer) from meta"
    f" where key = '{LAST_LETTER}'), 0)) + 1 from dead_letters)"
)
_encode = msgspec.json.Encoder().encode


def insert_letter(con: sqlite3.Connection, letter: DeadLetter, *, parent: int | None) -> int:
    """Stores a new dead letter, with owner and note of the one before it (L4); returns its number."""
    cursor = con.execute(
        f"insert into dead_letters values ({_NEXT},?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            letter.subscription,
            letter.topic,
            letter.position,
            letter.message_id.bytes,
            letter.type,
            letter.key,
            letter.data,
            letter.metadata,
            letter.reason,
            letter.error_type,
            letter.error,
            letter.place,
            letter.traceback,
            _encode(letter.attempts).decode(),
            letter.first_failed_at,
            letter.died_at,
            letter.generation,
            letter.status,
            parent,
            letter.edited,
            letter.changed_at,
            letter.correlation_id.bytes,
        ),
    )
    number = cursor.lastrowid or 0
    if parent is not None:
        con.execute(
            "insert into letter_notes select ?, owner, note from letter_notes where letter_id = ?",
            (number, parent),
        )
    return number


def letter_ended(con: sqlite3.Connection, number: int, act: LetterAct, now: int) -> None:
    """Notes how the replay of a dead letter ended (L4)."""
    con.execute(
        f"update dead_letters set status = ?, changed_at = ? where id = ? and status in {_MAY[act]}",
        (outcome(act), now, number),
    )


def set_tries(
    con: sqlite3.Connection,
    letter: int,
    tries: Sequence[Attempt],
    change: Callable[[Sequence[Attempt], Sequence[Attempt]], tuple[Attempt, ...]],
) -> tuple[Attempt, ...]:
    """Tells the tries of a replay at its letter, or no more there; returns those that are told there then."""
    (told,) = con.execute("select attempts from dead_letters where id = ?", (letter,)).fetchone()
    before: tuple[Attempt, ...] = rows.attempts(told)
    after = change(before, tries)
    if after != before:
        con.execute("update dead_letters set attempts = ? where id = ?", (_encode(after).decode(), letter))
    return after


def replay_letter(con: sqlite3.Connection, op: ReplayLetter, now: int) -> bool:
    """Gives a dead letter back to the subscription that failed; False if it is no longer open (L8).

    Raises:
        NotFound: Nothing handles that subscription (P7).
        InvalidValue: Its copy does not fit (L6).
    """
    if op.refused:
        raise InvalidValue(op.refused, path="")
    if op.handled is not None:
        asked = f"select subscription from dead_letters where id = ? and status in {_MAY[LetterAct.REPLAY]}"
        found = con.execute(asked, (op.number,)).fetchone()
        if found and found[0] not in op.handled:
            raise detached(found[0])
    kept = before_replay(con, op) if op.act and _is_there(con, op.number) else None
    done = con.execute(
        "update dead_letters set status = ?, changed_at = ?, edited = coalesce(?, edited)"
        f" where id = ? and status in {_MAY[LetterAct.REPLAY]}{_NOT_ELSEWHERE}",
        (outcome(LetterAct.REPLAY), now, op.data, op.number),
    )
    if not done.rowcount:
        return False
    keep(con, op.act, now, (kept,) if kept else ())
    gone = con.execute(
        "delete from letter_changes where letter_id = ? returning act", (op.number,)
    ).fetchall()
    keep_past(con, op.number, (act for (act,) in gone), now)
    copy = None if op.data is None else _copy_id(con, op.number, op.data).bytes
    row = con.execute(
        f"update deliveries set state = {_REPLAYED}, rank = ? - priority * 1000000, generation = generation + 1,"
        " acquired = 0, failed = 0, crashed = 0, due_at = null, expires_at = null, enqueued_at = ?, attempts = '[]',"
        " data = coalesce(?, data), message_id = coalesce(?, message_id) where letter_id = ? and state = 'dead'",
        (now, now, op.data, copy, op.number),
    )
    if not row.rowcount:
        new_delivery_of(con, op.number, now)
    return True


def _copy_id(con: sqlite3.Connection, letter: int, data: str) -> UUID:
    (number,) = con.execute("select message_id from dead_letters where id = ?", (letter,)).fetchone()
    return copy_id(UUID(bytes=number), data)


def _is_there(con: sqlite3.Connection, letter: int) -> bool:
    return con.execute("select 1 from dead_letters where id = ?", (letter,)).fetchone() is not None


def _behind(subscription: str, key: str, position: str) -> str:
    """Returns, for SQL, what a replayed delivery comes to: blocked behind one of its key under way (I6)."""
    return (
        f"case when {key} <> '' and exists (select 1 from deliveries b where b.subscription_id = {subscription}"
        f" and b.key = {key} and b.key <> '' and b.state <> 'dead' and (b.state <> 'blocked' or b.position < {position}))"
        " then 'blocked' else 'ready' end"
    )


_REPLAYED = _behind("deliveries.subscription_id", "deliveries.key", "deliveries.position")
_NEW_STATE = _behind("s.id", "l.key", "l.position")


def new_delivery_of(con: sqlite3.Connection, number: int, now: int) -> None:
    """Makes the delivery of a letter whose row was removed when its key was skipped on (L7)."""
    (letter,) = rows.letters(con.execute(rows.LETTERS + "where id = ?", (number,)))
    identity, data = sent(letter, rows.message_at(con, letter.position, letter.topic))
    con.execute(
        "insert into deliveries (subscription_id, position, message_id, key, state, rank, generation, acquired, failed,"
        " crashed, priority, enqueued_at, data, attempts, letter_id)"
        f" select s.id, l.position, ?, l.key, {_NEW_STATE}, ?, l.generation + 1, 0, 0, 0, 0, ?, ?,"
        " '[]', l.id from dead_letters l join subscriptions s on s.name = l.subscription where l.id = ?",
        (identity.bytes, now, now, data, number),
    )


def recall_replays(con: sqlite3.Connection, op: RecallReplays, now: int) -> int:
    """Takes replays back that are not done; their letters are open again (L4)."""
    gone = con.execute(
        "update deliveries set state = 'dead', due_at = null, lease_token = null, lease_until = null,"
        " lease_owner = null where letter_id is not null"
        f" and state in {_UNDER_WAY} and subscription_id = (select id from subscriptions where name = ?)"
        " returning id, letter_id, attempts",
        (op.subscription,),
    ).fetchall()
    for number, letter, tries in gone:
        letter_ended(con, letter, LetterAct.SKIP, now)
        told = set_tries(con, letter, rows.attempts(tries), with_tries)
        con.execute("update deliveries set attempts = ? where id = ?", (_encode(told).decode(), number))
    return len(gone)


def mark_letters(con: sqlite3.Connection, op: MarkLetters, now: int) -> int:
    """Changes the status of those that still have one of the expected ones; returns how many."""
    changed = 0
    marks = ",".join("?" * len(op.before))
    for number in op.numbers:
        done = con.execute(
            "insert into letter_changes select null, ?, id, status, changed_at from dead_letters"
            f" where id = ? and status in ({marks})",
            (op.act, number, *op.before),
        )
        if not done.rowcount:
            continue
        changed += 1
        note(con, "marked", number, now)
        con.execute(
            "update dead_letters set status = ?, changed_at = ? where id = ?", (op.after, now, number)
        )
        if op.skip_on:
            _skip_on(con, number)
    return changed


def restore_letters(con: sqlite3.Connection, op: RestoreLetters, now: int) -> int:
    """Brings back what the last act on each letter changed, as it was (L9); returns how many.

    What is delivered otherwise by now, or has another open letter, stays as it is (L8).
    """
    restored = 0
    for number in op.numbers:
        last = con.execute(
            "select id, act, status, changed_at from letter_changes where letter_id = ? order by id desc limit 1",
            (number,),
        ).fetchone()
        change, act, status, changed_at = last or (0, "", outcome(LetterAct.RESTORE), now)
        if op.act and act != op.act:
            continue
        done = con.execute(
            "update dead_letters set status = ?, changed_at = ? where id = ?"
            f" and status in {_MAY[LetterAct.RESTORE]}{_NOT_ELSEWHERE} and not exists (select 1 from dead_letters o"
            " where o.subscription = dead_letters.subscription and o.position = dead_letters.position"
            " and o.id <> dead_letters.id and o.status = ?)",
            (status, changed_at, number, LetterStatus.OPEN),
        )
        if done.rowcount:
            con.execute("delete from letter_changes where id = ?", (change,))
            keep_past(con, number, (act,), now, undone=bool(op.act))
            keep_past(con, number, (op.by,), now)
            restored += 1
    return restored


def import_letter(con: sqlite3.Connection, op: ImportLetter) -> int:
    """Stores a letter from a file, without a delivery: its replay makes one; 0 where it is there already.

    Raises:
        NotFound: Its subscription is not known.
        InvalidValue: Its message is another one here, or it succeeded: `refuse_stranger`, `refuse_handled`.
    """
    letter = op.letter
    known = con.execute(
        "select id, topic, cursor from subscriptions where name = ?", (letter.subscription,)
    ).fetchone()
    if known is None:
        raise NotFound(f"there is no subscription {letter.subscription}")
    subscription, topic, cursor = known
    others = con.execute(
        "select generation, status from dead_letters where subscription = ? and position = ?",
        (letter.subscription, letter.position),
    ).fetchall()
    row = con.execute(
        "select 1 from deliveries where subscription_id = ? and position = ?", (subscription, letter.position)
    ).fetchone()
    there = is_there(letter, others, waits=row is not None)
    (head,) = con.execute(rows.HEAD).fetchone()
    message = rows.message_at(con, letter.position, letter.topic)
    refuse_stranger(letter, message, head=head, topic=topic, cursor=letter.position if there else cursor)
    if there:
        return 0
    made = [one.bytes for one in op.effects]
    stored = rows.stored_ids(con, "messages where message_id", made)
    followed = bool(stored or rows.stored_ids(con, "events where event_id", made))
    refuse_handled(letter, followed=followed)
    number = insert_letter(con, letter, parent=None)
    if op.owner or op.note:
        con.execute("insert into letter_notes values (?,?,?)", (number, op.owner, op.note))
    return number


def note_letters(con: sqlite3.Connection, op: NoteLetters, now: int) -> int:
    """Writes owner and note of those that are there; returns how many."""
    noted = 0
    for number in op.numbers:
        said = con.execute("select owner, note from letter_notes where letter_id = ?", (number,)).fetchone()
        before = said or ("", "")
        written = (before[0] if op.owner is None else op.owner, before[1] if op.note is None else op.note)
        done = con.execute(
            "insert into letter_notes select id, coalesce(?, ''), coalesce(?, '') from dead_letters where id = ?"
            " on conflict (letter_id) do update set owner = coalesce(?, owner), note = coalesce(?, note)",
            (op.owner, op.note, number, op.owner, op.note),
        ).rowcount
        noted += done
        keep(con, op.act, now, [KeptNote(letter=number, before=before, after=written)] * done)
    return noted


def _skip_on(con: sqlite3.Connection, letter: int) -> None:
    """Lets the deliveries behind a dead one go on (L7)."""
    row = con.execute(
        "select id, subscription_id, key from deliveries where letter_id = ?", (letter,)
    ).fetchone()
    if row is not None:
        con.execute("delete from deliveries where id = ?", (row[0],))
        promote(con, row[1], row[2], past_dead=False)


def promote(con: sqlite3.Connection, subscription: int, key: str, *, past_dead: bool) -> None:
    """Lets the first delivery of a key go on if it is blocked, and none of its key is under way (I6).

    Args:
        past_dead: Whether dead ones are skipped over: they block nothing then (O2).
    """
    if key:
        con.execute(
            "update deliveries set state = case when due_at is null then 'ready' else 'delayed' end,"
            " rank = coalesce(due_at, rank) where state = 'blocked' and id = (select id from deliveries"
            f" where {_OF_KEY}{_LIVING if past_dead else ''} order by position limit 1) and not exists"
            f" (select 1 from deliveries where {_OF_KEY}{_LIVING} and state <> 'blocked')",
            (subscription, key, subscription, key),
        )


_OF_KEY = "subscription_id = ? and key = ? and key <> ''"
_LIVING = " and state <> 'dead'"


def promote_all(con: sqlite3.Connection, subscription: int, *, past_dead: bool) -> None:
    """Lets the first of every key go on where nothing of its key is before it any more."""
    keys = con.execute(
        "select distinct key from deliveries where subscription_id = ? and state = 'blocked'", (subscription,)
    )
    for (key,) in keys.fetchall():
        promote(con, subscription, key, past_dead=past_dead)


def forget_letters(con: sqlite3.Connection, op: ForgetLetters) -> int:
    """Removes letters that were purged before a time, with their deliveries; what they blocked goes on (L7).

    Their numbers are never given again: jobs, records and saved searches know letters by them.
    """
    rows = con.execute(
        "select id from dead_letters where status = ? and changed_at < ?",
        (outcome(LetterAct.PURGE), op.before),
    ).fetchall()
    if rows:
        con.execute(f"insert or replace into meta values (?, {_NEXT} - 1)", (LAST_LETTER,))
    for (number,) in rows:
        _skip_on(con, number)
        con.execute("delete from letter_changes where letter_id = ?", (number,))
        con.execute("delete from letter_notes where letter_id = ?", (number,))
        con.execute("delete from dead_letters where id = ?", (number,))
    con.execute(
        "update replaced set kept = json_object('type', 'past', 'letter', number, 'note',"
        " json(json_extract(kept, '$.after')), 'undone', json('false'))"
        " where at < ? and json_extract(kept, '$.type') in ('note', 'replay')",
        (op.before,),
    )
    con.execute(
        "update meta set value = max(cast(value as integer), ?) where key = ?"
        " and exists (select 1 from replaced where act = '' and at < ?)",
        (op.before, TRIES_SINCE, op.before),
    )
    con.execute(
        "delete from replaced where case json_extract(kept, '$.type') when 'past'"
        " then number not in (select id from dead_letters) else at < ? end",
        (op.before,),
    )
    return len(rows)


RUN: Run = {
    ReplayLetter: lambda w, o: replay_letter(w.con, o, w.now),
    RecallReplays: lambda w, o: recall_replays(w.con, o, w.now),
    MarkLetters: lambda w, o: mark_letters(w.con, o, w.now),
    RestoreLetters: lambda w, o: restore_letters(w.con, o, w.now),
    ImportLetter: lambda w, o: import_letter(w.con, o),
    NoteLetters: lambda w, o: note_letters(w.con, o, w.now),
    ForgetLetters: lambda w, o: forget_letters(w.con, o),
}

"""Writes what became of deliveries: acks, retries, deaths, and what operators skip (contract §5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from workbench.errors import StaleLease
from workbench.model.dead_letter import LetterAct
from workbench.model.delivery_states import DeliveryState, Trigger
from workbench.store.letter_values import with_tries
from workbench.store.operations import ConfigureSubscription, DoNow, EnsureSubscription, Settle, Skip
from workbench.store.operator_actions import KeptCursor, KeptDelivery
from workbench.store.settlements import Settlement, blocked_keys
from workbench.store.sqlite.claims import NO_CLAIM, URGENCY, insert_deliveries, number_of
from workbench.store.sqlite.heads import Heads
from workbench.store.sqlite.kept import deliveries_where, keep, keep_tries, note
from workbench.store.sqlite.letters import insert_letter, letter_ended, promote, promote_all, set_tries
from workbench.store.sqlite.rows import states
from workbench.store.sqlite.run_table import Run
from workbench.store.stored_values import Attempt

_encode = msgspec.json.Encoder().encode
_STALE = "a delivery of {} was taken by another"


def ensure_subscription(con: sqlite3.Connection, heads: Heads, op: EnsureSubscription, now: int) -> None:
    """Makes a durable subscription unless one of that name exists (P4)."""
    cursor = heads.position if op.cursor is None else op.cursor
    con.execute(
        "insert into subscriptions (name, topic, cursor, claimed_to, paused, delivered, failed, filtered, retried,"
        " died, expired, skipped, created_at) values (?,?,?,0,0,0,0,0,0,0,0,0,?)"
        " on conflict (name) do update set topic = excluded.topic",
        (op.name, op.topic, cursor, now),
    )


def configure(con: sqlite3.Connection, op: ConfigureSubscription, now: int) -> int:
    """Pauses, resumes or moves a subscription; returns by how many positions, or whether that changed it."""
    number = number_of(con, op.subscription)
    (before, paused) = con.execute(
        "select cursor, paused from subscriptions where id = ?", (number,)
    ).fetchone()
    changed = int(op.paused is not None and op.paused != bool(paused))
    if op.paused is not None:
        con.execute("update subscriptions set paused = ? where id = ?", (op.paused, number))
    if op.cursor is not None:
        changed = abs(op.cursor - before)
        _keep_place(con, number, op, before, now)
        con.execute(
            f"update subscriptions set cursor = ?, {NO_CLAIM} where id = ?",
            (op.cursor, number),
        )
        con.execute(f"delete from deliveries where {_BEHIND}", (number, op.cursor))
        promote_all(con, number, past_dead=op.release_key)
    return changed


_BEHIND = "subscription_id = ? and state <> 'dead' and position > ? and letter_id is null"
"""What a reset takes away; what is being replayed belongs to its letter, not to the log."""


def _keep_place(
    con: sqlite3.Connection, number: int, op: ConfigureSubscription, before: int, now: int
) -> None:
    """Keeps where a subscription stands, and what waits there."""
    if op.act and op.cursor is not None:
        cursor = KeptCursor(subscription=op.subscription, before=before, after=op.cursor)
        waits = deliveries_where(con, op.subscription, _BEHIND, (number, op.cursor))
        keep(con, op.act, now, [cursor, *(KeptDelivery(delivery=one, counts=False) for one in waits)])


def settle(con: sqlite3.Connection, op: Settle, now: int) -> None:
    """Commits what became of a batch; its effects were written by the caller in the same savepoint.

    Raises:
        StaleLease: The claim or a lease was taken by another in the meantime.
    """
    number = number_of(con, op.subscription)
    if op.cursor is not None:
        done = con.execute(
            "update subscriptions set cursor = ?, claimed_to = ?, claim_token = ?, claim_owner = ?, claim_until = ?"
            " where id = ? and claim_token = ?",
            (
                op.cursor,
                op.claim or 0,
                op.claim_token.bytes if op.claim_token else None,
                op.owner.bytes if op.owner and op.claim_token else None,
                op.claim_until,
                number,
                op.token.bytes,
            ),
        )
        if not done.rowcount:
            raise StaleLease(f"the claim of {op.subscription} was taken by another")
    _end(con, number, op, [one for one in op.settlements if one.state is None], now)
    for settlement in op.settlements:
        if settlement.state is not None:
            _settle_row(con, number, op, settlement, now)
    insert_deliveries(con, number, op.deliveries, op.token, op.owner)
    for new in op.deliveries:
        _note(con, number, op.subscription, new.message.position, new.attempts, new.letter is not None, now)
    for key in blocked_keys(op.deliveries):  # the one before may have ended since they were looked at
        promote(con, number, key, past_dead=op.release_key)
    con.execute(
        "update subscriptions set delivered = delivered + ?, failed = failed + ?, filtered = filtered + ?,"
        " retried = retried + ?, died = died + ?, expired = expired + ? where id = ?",
        (op.delivered, op.failed, op.filtered, op.retried, op.died, op.expired, number),
    )


def _end(con: sqlite3.Connection, number: int, op: Settle, ended: Sequence[Settlement], now: int) -> None:
    """Lets rows go that were done, many with one statement."""
    dropped = {one.position for one in ended if one.dropped}
    for first in range(0, len(ended), 200):
        part = [one.position for one in ended[first : first + 200]]
        chosen = (
            f"subscription_id = ? and +state in ({states(Trigger.ACK)})"
            f" and lease_token = ? and position in ({','.join('?' * len(part))})"
        )
        values = (number, op.token.bytes, *part)
        keep_tries(
            con,
            deliveries_where(
                con, op.subscription, f"{chosen} and (attempts <> '[]' or letter_id is not null)", values
            ),
            now,
        )
        gone = con.execute(
            f"delete from deliveries where {chosen} returning position, key, letter_id", values
        ).fetchall()
        if len(gone) != len(part):
            raise StaleLease(_STALE.format(op.subscription))
        for position, _, letter in gone:
            if letter is not None:
                letter_ended(con, letter, LetterAct.FAIL if position in dropped else LetterAct.SUCCEED, now)
        for key in {key for _, key, _ in gone}:
            promote(con, number, key, past_dead=op.release_key)


def _settle_row(con: sqlite3.Connection, number: int, op: Settle, settlement: Settlement, now: int) -> None:
    row = con.execute(
        "select letter_id, id from deliveries where subscription_id = ? and position = ? and lease_token = ?"
        f" and +state in ({states(Trigger.FAIL)})",
        (number, settlement.position, op.token.bytes),
    ).fetchone()
    if row is None:
        raise StaleLease(_STALE.format(op.subscription))
    parent = row[0]
    letter = parent
    if settlement.letter is not None:
        letter = insert_letter(con, settlement.letter, parent=parent)
        if parent is not None:
            letter_ended(con, parent, LetterAct.FAIL, now)
    con.execute(
        f"update deliveries set state = ?, due_at = ?, rank = coalesce(?, {URGENCY}), failed = failed + ?,"
        " attempts = ?, lease_token = null, lease_until = null, lease_owner = null, letter_id = ? where id = ?",
        (
            settlement.state,
            settlement.due_at,
            settlement.due_at,
            settlement.failed,
            _encode(settlement.attempts).decode(),
            letter,
            row[1],
        ),
    )
    tries, died = settlement.attempts if settlement.failed else (), settlement.letter is not None
    _note(con, number, op.subscription, settlement.position, tries, died, now)
    if settlement.state is DeliveryState.DEAD:
        promote(con, number, settlement.key, past_dead=op.release_key)


def _note(
    con: sqlite3.Connection,
    number: int,
    subscription: str,
    position: int,
    tries: Sequence[Attempt],
    died: bool,
    now: int,
) -> None:
    """Notes when a delivery was tried, and died, by how far the log was."""
    if tries:
        latest = tries[-1]
        note(con, "try", position, now, subscription=subscription, at=latest.at, attempt=latest.number)
    if died:
        found = con.execute(
            "select letter_id from deliveries where subscription_id = ? and position = ?", (number, position)
        ).fetchone()
        note(con, "died", found[0], now)


def skip(con: sqlite3.Connection, op: Skip, now: int) -> int:
    """Skips waiting deliveries; the next of their keys are promoted."""
    number = number_of(con, op.subscription)
    skipped = 0
    waits = f"id = ? and subscription_id = ? and state in ({states(Trigger.SKIP)})"
    for row in op.numbers:
        for gone in deliveries_where(con, op.subscription, waits, (row, number)):
            skipped += 1
            con.execute("delete from deliveries where id = ?", (row,))
            keep(con, op.act, now, (KeptDelivery(delivery=gone),))
            if gone.dead_letter is not None:
                letter_ended(con, gone.dead_letter, LetterAct.SKIP, now)
                set_tries(con, gone.dead_letter, gone.attempts, with_tries)
            promote(con, number, gone.key, past_dead=op.release_key)
    con.execute("update subscriptions set skipped = skipped + ? where id = ?", (skipped, number))
    return skipped


def do_now(con: sqlite3.Connection, op: DoNow, now: int) -> int:
    """Has a delivery wait for its time no longer."""
    waits = f"id = ? and subscription_id = ? and state in ({states(Trigger.DO_NOW)})"
    row = (op.number, number_of(con, op.subscription))
    keep(
        con,
        op.act,
        now,
        (KeptDelivery(delivery=one) for one in deliveries_where(con, op.subscription, waits, row)),
    )
    return con.execute(
        f"update deliveries set state = 'ready', due_at = null, rank = {URGENCY} where {waits}", row
    ).rowcount


RUN: Run = {
    EnsureSubscription: lambda w, o: ensure_subscription(w.con, w.heads, o, w.now),
    ConfigureSubscription: lambda w, o: configure(w.con, o, w.now),
    Skip: lambda w, o: skip(w.con, o, w.now),
    DoNow: lambda w, o: do_now(w.con, o, w.now),
}

"""Writes what becomes of deliveries: claims, leases, acks, retries and deaths (contract §5)."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from workbench.errors import NotFound, StaleLease
from workbench.model.messaging import Message
from workbench.store.operations import (
    Claim,
    ConfigureSubscription,
    EnsureSubscription,
    Lease,
    NewDelivery,
    RecoverSubscription,
    Settle,
    Settlement,
)
from workbench.store.sql.heads import Heads
from workbench.store.sql.letters import insert_letter, letter_ended, promote
from workbench.store.sql.rows import message_at
from workbench.store.values import Attempt, DeadLetter, DeliveryState, Reason

_encode = msgspec.json.Encoder().encode
_attempts = msgspec.json.Decoder(tuple[Attempt, ...]).decode


def ensure_subscription(con: sqlite3.Connection, heads: Heads, op: EnsureSubscription, now: int) -> None:
    """Makes a durable subscription unless one of that name exists (P4)."""
    cursor = heads.position if op.cursor is None else op.cursor
    con.execute(
        "insert into subscriptions (name, topic, cursor, claimed_to, paused, delivered, failed, filtered, created_at)"
        " values (?,?,?,0,0,0,0,0,?) on conflict (name) do update set topic = excluded.topic",
        (op.name, op.topic, cursor, now),
    )


def configure(con: sqlite3.Connection, op: ConfigureSubscription) -> None:
    """Pauses, resumes or moves a subscription."""
    number = _number(con, op.subscription)
    if op.paused is not None:
        con.execute("update subscriptions set paused = ? where id = ?", (op.paused, number))
    if op.cursor is not None:
        con.execute(
            "update subscriptions set cursor = ?, claimed_to = 0, claim_token = null where id = ?",
            (op.cursor, number),
        )
        con.execute(
            "delete from deliveries where subscription_id = ? and state <> 'dead' and position > ?",
            (number, op.cursor),
        )


def claim(con: sqlite3.Connection, op: Claim) -> None:
    """Marks everything up to a position as handed out under a token."""
    con.execute(
        "update subscriptions set claimed_to = ?, claim_token = ? where id = ?",
        (op.upto, op.token.bytes, _number(con, op.subscription)),
    )


def lease(con: sqlite3.Connection, op: Lease) -> list[int]:
    """Leases rows that are ready or due; returns those that could be leased."""
    number = _number(con, op.subscription)
    leased = []
    for row in op.numbers:
        done = con.execute(
            "update deliveries set state = 'leased', acquired = acquired + 1, lease_token = ?, lease_until = ?"
            " where id = ? and subscription_id = ? and state in ('ready', 'delayed')",
            (op.token.bytes, op.until, row, number),
        )
        if done.rowcount:
            leased.append(row)
    return leased


def settle(con: sqlite3.Connection, op: Settle, now: int) -> None:
    """Commits what became of a batch; its effects were written by the caller in the same savepoint.

    Raises:
        StaleLease: The claim or a lease was taken by another in the meantime.
    """
    number = _number(con, op.subscription)
    if op.cursor is not None:
        done = con.execute(
            "update subscriptions set cursor = ?, claimed_to = 0, claim_token = null where id = ? and claim_token = ?",
            (op.cursor, number, op.token.bytes),
        )
        if not done.rowcount:
            raise StaleLease(f"the claim of {op.subscription} was taken by another")
    for settlement in op.settlements:
        _settle_row(con, number, op, settlement, now)
    for delivery in op.deliveries:
        _insert_delivery(con, number, delivery, now)
    con.execute(
        "update subscriptions set delivered = delivered + ?, failed = failed + ?, filtered = filtered + ?"
        " where id = ?",
        (op.delivered, op.failed, op.filtered, number),
    )


def _settle_row(con: sqlite3.Connection, number: int, op: Settle, settlement: Settlement, now: int) -> None:
    row = con.execute(
        "select letter_id from deliveries where id = ? and lease_token = ?",
        (settlement.number, op.token.bytes),
    ).fetchone()
    if row is None:
        raise StaleLease(f"delivery {settlement.number} of {op.subscription} was taken by another")
    parent = row[0]
    if settlement.state is None:
        con.execute("delete from deliveries where id = ?", (settlement.number,))
        if parent is not None:
            letter_ended(con, parent, "resolved", now)
        promote(con, number, settlement.key)
        return
    letter = parent
    if settlement.letter is not None:
        letter = insert_letter(con, settlement.letter, parent=parent)
        if parent is not None:
            letter_ended(con, parent, "failed_again", now)
    con.execute(
        "update deliveries set state = ?, due_at = ?, failed = failed + ?, attempts = ?, lease_token = null,"
        " lease_until = null, letter_id = ? where id = ?",
        (
            settlement.state,
            settlement.due_at,
            settlement.failed,
            _encode(settlement.attempts).decode(),
            letter,
            settlement.number,
        ),
    )
    if settlement.state is DeliveryState.DEAD and op.release_key:
        promote(con, number, settlement.key)


def _insert_delivery(con: sqlite3.Connection, number: int, new: NewDelivery, now: int) -> None:
    message = new.message
    letter = insert_letter(con, new.letter, parent=None) if new.letter is not None else None
    con.execute(
        "insert into deliveries (subscription_id, position, message_id, key, state, generation, acquired, failed,"
        " crashed, due_at, lease_token, lease_until, priority, enqueued_at, expires_at, data, attempts, letter_id)"
        " values (?,?,?,?,?,0,?,?,?,?,null,null,?,?,?,null,?,?) on conflict (subscription_id, position) do nothing",
        (
            number,
            message.position,
            message.id.bytes,
            message.key,
            new.state,
            new.failed + new.crashed,
            new.failed,
            new.crashed,
            new.due_at,
            message.priority,
            now,
            message.expires_at,
            _encode(new.attempts).decode(),
            letter,
        ),
    )


def recover(con: sqlite3.Connection, op: RecoverSubscription, now: int) -> None:
    """Takes back what a crash left leased or claimed; what crashed too often dies (crash_loop)."""
    number = _number(con, op.subscription)
    con.execute(
        "update deliveries set state = 'ready', crashed = crashed + 1, lease_token = null, lease_until = null"
        " where subscription_id = ? and state = 'leased'",
        (number,),
    )
    for message in op.suspects:
        _insert_delivery(con, number, NewDelivery(message=message, state=DeliveryState.READY, crashed=1), now)
    crashed = con.execute(
        "select id, position from deliveries where subscription_id = ? and state = 'ready' and crashed >= ?",
        (number, op.max_crashes),
    ).fetchall()
    for row, position in crashed:
        if (dying := message_at(con, position, op.topic)) is not None:
            _die_of_crashes(con, op.subscription, row, dying, now)
    con.execute(
        "update subscriptions set cursor = max(cursor, claimed_to), claimed_to = 0, claim_token = null where id = ?",
        (number,),
    )


def _die_of_crashes(con: sqlite3.Connection, subscription: str, row: int, message: Message, now: int) -> None:
    """Moves a delivery that took the process down too often to the dead letters."""
    stored = con.execute(
        "select attempts, generation, crashed, letter_id from deliveries where id = ?", (row,)
    ).fetchone()
    letter = DeadLetter(
        subscription=subscription,
        topic=message.topic,
        position=message.position,
        message_id=message.id,
        type=message.type,
        key=message.key,
        data=message.data,
        metadata=message.metadata,
        reason=Reason.CRASH_LOOP,
        error_type="CrashLoop",
        error=f"the program ended {stored[2]} times while this message was handled",
        attempts=_attempts(stored[0]),
        first_failed_at=now,
        died_at=now,
        generation=stored[1],
        changed_at=now,
        correlation_id=message.correlation_id,
    )
    number = insert_letter(con, letter, parent=stored[3])
    con.execute("update deliveries set state = 'dead', letter_id = ? where id = ?", (number, row))


def _number(con: sqlite3.Connection, name: str) -> int:
    row: Any = con.execute("select id from subscriptions where name = ?", (name,)).fetchone()
    if row is None:
        raise NotFound(f"there is no subscription {name}")
    return int(row[0])

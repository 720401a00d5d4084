"""Writes who has what: claims, leases and their deadlines, and what is taken back after a crash (contract §5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from workbench.errors import NotFound, StaleLease
from workbench.model.dead_letter import LetterAct
from workbench.model.delivery_states import DeliveryState, Trigger
from workbench.model.marks import WITHDRAWN, has_mark
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.store.letter_values import crash_letter
from workbench.store.operations import Claim, Extend, Lease, Reclaim, RecoverSubscription, Unclaim
from workbench.store.settlements import NewDelivery
from workbench.store.sqlite.batch import insert_rows, inserts
from workbench.store.sqlite.heads import Heads
from workbench.store.sqlite.kept import note
from workbench.store.sqlite.letters import insert_letter, letter_ended, promote, promote_all
from workbench.store.sqlite.rows import DELIVERIES, deliveries, message_to_deliver, states
from workbench.store.sqlite.run_table import Run
from workbench.store.stored_values import Delivery

URGENCY = "enqueued_at - priority * 1000000"
"""Enqueue time less the boost of the priority: the smallest comes first (R1)."""
NO_CLAIM = "claimed_to = 0, claim_token = null, claim_owner = null, claim_until = null"

_DELIVERIES = inserts(
    "deliveries",
    "(null,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    " on conflict (subscription_id, position) do nothing",
)
_encode = msgspec.json.Encoder().encode


_LEASE = (
    "update deliveries set state = 'leased', rank = ?, acquired = acquired + 1, lease_token = ?, lease_until = ?,"
    " lease_owner = ?"
    # The plus keeps SQLite from going through all rows of these states instead of the few that are named.
    f" where +subscription_id = ? and +state in ({states(Trigger.CLAIM, Trigger.DUE)}) and id in "
)
_TAKE_BACK = (
    f"update deliveries set state = 'ready', rank = {URGENCY}, crashed = crashed + 1, lease_token = null,"
    f" lease_until = null, lease_owner = null where subscription_id = ? and state in ({states(Trigger.CRASH)})"
)


def claim(con: sqlite3.Connection, heads: Heads, op: Claim) -> None:
    """Marks everything up to a position as handed out under a token.

    Raises:
        StaleLease: The cursor was moved in the meantime, or another engine's claim stands.
    """
    owner = _owner(heads, op.owner)
    done = con.execute(
        "update subscriptions set claimed_to = ?, claim_token = ?, claim_owner = ?, claim_until = ? where id = ?"
        " and cursor = coalesce(?, cursor) and (claim_token is null or claim_owner is ?)",
        (op.upto, op.token.bytes, owner, op.until, number_of(con, op.subscription), op.after, owner),
    )
    if not done.rowcount:
        raise StaleLease(f"{op.subscription} was moved or claimed by another")


def unclaim(con: sqlite3.Connection, op: Unclaim) -> None:
    """Gives back what is claimed under a token."""
    con.execute(
        f"update subscriptions set {NO_CLAIM} where id = ? and claim_token = ?",
        (number_of(con, op.subscription), op.token.bytes),
    )


def _owner(heads: Heads, owner: UUID | None) -> bytes | None:
    """Notes that an engine is at work; returns how it is stored."""
    if owner is None:
        return None
    heads.owners.add(owner.bytes)
    return owner.bytes


def lease(con: sqlite3.Connection, heads: Heads, op: Lease) -> list[int]:
    """Leases rows that are ready or due; returns those that could be leased."""
    number, owner = number_of(con, op.subscription), _owner(heads, op.owner)
    claimed = con.execute(
        "select 1 from subscriptions where id = ? and claim_token is not null and claim_owner is not ?",
        (number, owner),
    ).fetchone()
    unkeyed = " and +key = ''" if claimed else ""
    leased: list[int] = []
    for first in range(0, len(op.numbers), 200):
        part = op.numbers[first : first + 200]
        marks = ",".join("?" * len(part))
        found = con.execute(
            f"{_LEASE}({marks}){unkeyed} returning id",
            (op.until, op.token.bytes, op.until, owner, number, *part),
        ).fetchall()
        leased += [row[0] for row in found]
    return leased


def extend(con: sqlite3.Connection, op: Extend) -> int:
    """Moves the deadline of all that is leased or claimed under a token; returns how many those are."""
    number, token = number_of(con, op.subscription), op.token.bytes
    claims = con.execute(
        "update subscriptions set claim_until = ? where id = ? and claim_token = ?", (op.until, number, token)
    ).rowcount
    return (
        claims
        + con.execute(
            "update deliveries set lease_until = ?, rank = ? where subscription_id = ? and state = 'leased'"
            " and lease_token = ?",
            (op.until, op.until, number, token),
        ).rowcount
    )


def reclaim(con: sqlite3.Connection, op: Reclaim, now: int) -> int:
    """Takes back rows whose lease has run out, but for those whose holders still run."""
    number = number_of(con, op.subscription)
    kept = [token.bytes for token in op.keep]
    done = con.execute(
        f"{_TAKE_BACK} and rank < ? and lease_token not in ({','.join('?' * len(kept))})",
        (number, op.now, *kept),
    )
    if done.rowcount:
        _bury(con, number, op, now)
    return done.rowcount


def recover(con: sqlite3.Connection, heads: Heads, op: RecoverSubscription, now: int) -> None:
    """Takes back what no living engine holds; what crashed too often dies (crash_loop)."""
    number = number_of(con, op.subscription)
    living = [one for one in heads.owners if op.owner is None or one != op.owner.bytes]
    kept = [token.bytes for token in op.keep]
    marks = ",".join("?" * len(living))
    con.execute(
        f"{_TAKE_BACK} and (lease_owner is null or lease_owner not in ({marks}) or rank < ?)"
        f" and lease_token not in ({','.join('?' * len(kept))})",
        (number, *living, now, *kept),
    )
    taken = (
        op.claim is not None
        and con.execute(
            f"update subscriptions set cursor = max(cursor, claimed_to), {NO_CLAIM} where id = ? and claim_token = ?"
            f" and (claim_owner is null or claim_owner not in ({marks}) or claim_until < ?)",
            (number, op.claim.bytes, *living, now),
        ).rowcount
    )
    if taken:
        insert_deliveries(con, number, op.in_doubt)
    _bury(con, number, op, now)
    promote_all(con, number, past_dead=op.release_key)


def insert_deliveries(
    con: sqlite3.Connection,
    number: int,
    rows: Sequence[NewDelivery],
    token: UUID | None = None,
    owner: UUID | None = None,
) -> None:
    """Makes the rows of messages that are no plain successes; keeps those that stand already (I5).

    Args:
        token, owner: Of the lease under which some are handed out at once.
    """
    standing = [new for new in rows if not _withdrawn(con, new)]
    insert_rows(con, _DELIVERIES, [_row_of(con, number, new, token, owner) for new in standing])


def _withdrawn(con: sqlite3.Connection, new: NewDelivery) -> bool:
    """Whether a command that waits for its time was taken back since it was read (K7)."""
    message = new.message
    if new.state is not DeliveryState.DELAYED or new.failed or message.topic != COMMANDS_TOPIC:
        return False
    row = con.execute("select meta from messages where position = ?", (message.position,)).fetchone()
    return row is not None and has_mark(row[0], WITHDRAWN)


def _row_of(
    con: sqlite3.Connection, number: int, new: NewDelivery, token: UUID | None, owner: UUID | None
) -> tuple[Any, ...]:
    message = new.message
    letter = insert_letter(con, new.letter, parent=None) if new.letter is not None else None
    due, leased = new.due_at, new.state is DeliveryState.LEASED
    delayed = due is not None and new.state is DeliveryState.DELAYED
    rank = due if delayed else message.published_at - message.priority * 1_000_000
    return (
        number,
        message.position,
        message.id_bytes,
        message.key if new.key is None else new.key,
        new.state,
        new.lease_until if leased else rank,
        new.generation,
        new.failed + new.crashed + leased,
        new.failed,
        new.crashed,
        due,
        token.bytes if leased and token is not None else None,
        new.lease_until if leased else None,
        owner.bytes if leased and owner is not None else None,
        message.priority,
        message.published_at,
        message.expires_at,
        message.data if new.generation else None,
        _encode(new.attempts).decode() if new.attempts else "[]",
        letter,
    )


def _bury(con: sqlite3.Connection, number: int, op: Reclaim | RecoverSubscription, now: int) -> None:
    """Moves deliveries that took the program down too often to the dead letters."""
    found = con.execute(
        DELIVERIES + "where subscription_id = ? and crashed >= ? and crashed > 0 and state = 'ready'",
        (number, op.max_crashes),
    )
    crashed = deliveries(found.fetchall(), op.subscription)
    for row in crashed:
        if (message := message_to_deliver(con, row.position, op.topic, row.dead_letter)) is not None:
            _die_of_crashes(con, row, message, now)
            promote(con, number, row.key, past_dead=op.release_key)
    if crashed:
        con.execute("update subscriptions set died = died + ? where id = ?", (len(crashed), number))


def _die_of_crashes(con: sqlite3.Connection, row: Delivery, message: Message, now: int) -> None:
    letter = insert_letter(con, crash_letter(row, message, now), parent=row.dead_letter)
    note(con, "died", letter, now)
    if row.dead_letter is not None:
        letter_ended(con, row.dead_letter, LetterAct.FAIL, now)
    con.execute(
        "update deliveries set state = 'dead', letter_id = ?, rank = 0 where id = ?", (letter, row.number)
    )


def number_of(con: sqlite3.Connection, name: str) -> int:
    """Returns the number of a subscription.

    Raises:
        NotFound: There is none of that name.
    """
    row: Any = con.execute("select id from subscriptions where name = ?", (name,)).fetchone()
    if row is None:
        raise NotFound(f"there is no subscription {name}")
    return int(row[0])


RUN: Run = {
    RecoverSubscription: lambda w, o: recover(w.con, w.heads, o, w.now),
    Claim: lambda w, o: claim(w.con, w.heads, o),
    Unclaim: lambda w, o: unclaim(w.con, o),
    Lease: lambda w, o: lease(w.con, w.heads, o),
    Extend: lambda w, o: extend(w.con, o),
    Reclaim: lambda w, o: reclaim(w.con, o, w.now),
}

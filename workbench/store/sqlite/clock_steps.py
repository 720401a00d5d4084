"""Keeps the time of the last write, and what is due in step where the clock was set back meanwhile (W2)."""

from __future__ import annotations

import sqlite3

from workbench.model.clock import MICROSECONDS

EVERY = MICROSECONDS
"""The time of the last write is kept so exactly; less is no jump."""
LAST_WRITE = "last_write"
"""The row of ``meta`` that holds it."""
_TRIED = "json_extract(attempts, '$[#-1].at') + json_extract(attempts, '$[#-1].duration_us')"
_TIMES = (
    f"select cast(value as integer) from meta where key = '{LAST_WRITE}'",
    "select recorded_at from events order by position desc limit 1",
    "select published_at from messages order by position desc limit 1",
    "select issued_at from commands order by id desc limit 1",
    "select at from actions order by id desc limit 1",
    "select max(max(died_at, changed_at)) from dead_letters",
    f"select max({_TRIED}) from deliveries where attempts <> '[]'",
)


def last_time(con: sqlite3.Connection) -> int:
    """Returns the newest time at which something happened that is stored; 0 for none."""
    found = (con.execute(query).fetchone() for query in _TIMES)
    return max((row[0] for row in found if row is not None and row[0] is not None), default=0)


def note_time(con: sqlite3.Connection, noted: int, now: int) -> int:
    """Stores the time of a write, at most once a second.

    Args:
        noted: What was stored last, microseconds since 1970.

    Returns:
        What is stored now.
    """
    if now - noted < EVERY:
        return noted
    con.execute("insert or replace into meta values (?, ?)", (LAST_WRITE, str(now)))
    return now


def keep_in_step(con: sqlite3.Connection, now: int) -> None:
    """Where the clock stands behind the last write, moves all that is due back by as much, in one transaction.

    What was to come in five minutes comes in five minutes, however far the clock was set back while no process
    had the store open. Times that say when something happened stay as they are, but the beginning of bulk actions
    that go on: it is told how long they go on.
    """
    row = con.execute("select cast(value as integer) from meta where key = ?", (LAST_WRITE,)).fetchone()
    gap = row[0] - now if row else 0
    if gap <= EVERY:
        return
    con.execute("begin immediate")
    con.execute(
        "update deliveries set rank = rank - :gap, due_at = due_at - :gap, lease_until = lease_until - :gap,"
        " enqueued_at = enqueued_at - :gap, expires_at = expires_at - :gap",
        {"gap": gap},
    )
    con.execute("update subscriptions set claim_until = claim_until - :gap", {"gap": gap})
    con.execute(
        "update messages set deliver_at = deliver_at - :gap, expires_at = expires_at - :gap"
        " where deliver_at is not null or expires_at is not null",
        {"gap": gap},
    )
    con.execute(
        "update jobs set created_at = created_at - :gap where status in ('running', 'held')", {"gap": gap}
    )
    note_time(con, 0, now)
    con.execute("commit")

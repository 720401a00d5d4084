"""Cuts the copy of a store back to a position: nothing of what came later is in it, and nothing waits."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from workbench.store.conversion import BY_HANDLERS
from workbench.store.sqlite.clock_steps import LAST_WRITE
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.projection_tables import drop_rows

_EMPTIED = (
    "deliveries", "dead_letters", "letter_changes", "letter_notes", "jobs", "processes", "timeouts", "actions",
    "replaced",
)  # fmt: skip
_SINCE = (
    "select min(at) from (select min(recorded_at) as at from events where position > :cut"
    " union all select min(published_at) from messages where position > :cut)"
)
_BEGUN = (
    "update subscriptions set cursor = :cut, claimed_to = 0, claim_token = null, claim_owner = null,"
    " claim_until = null, paused = 0, delivered = 0, failed = 0, filtered = 0, retried = 0, died = 0,"
    " expired = 0, skipped = 0"
)
_STREAMS = (
    (
        "update streams set version = (select coalesce(max(version), 0) from events where stream_id = streams.id)"
        " where last_position > :cut"
    ),
    "delete from streams where version = 0",
    "update streams set closed = 0 where updated_at >= :since",
    (
        "update streams set last_position = (select position from events where stream_id = streams.id"
        " and events.version = streams.version) where last_position > :cut"
    ),
    (
        "delete from snapshots where not exists"
        " (select 1 from streams where id = stream_id and streams.version >= snapshots.version)"
    ),
)


def cut_back(path: Path, position: int) -> None:
    """Takes away all that was stored behind a position; whatever stands up to there counts as delivered.

    Subscriptions begin behind the position, none of them paused, and count from 0. Rows of read models that are
    ahead of it go, to be folded again; those that handlers write stay as they are (J6). What processes remember,
    dead letters and what operators did is gone.

    Args:
        path: The file of a store that is not open; a crash meanwhile leaves it damaged.

    Raises:
        WorldError: It cannot be written.
    """
    with translated(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.execute("pragma synchronous = off")
        con.execute("begin immediate")
        (since,) = con.execute(_SINCE, {"cut": position}).fetchone()
        named = {"cut": position, "since": 2**62 if since is None else since}
        con.execute("delete from events where position > :cut", named)
        con.execute("delete from messages where position > :cut", named)
        con.execute("delete from commands where last_position > :cut or issued_at >= :since", named)
        for statement in (*_STREAMS, _BEGUN):
            con.execute(statement, named)
        for table in _EMPTIED:
            con.execute(f"delete from {table}")
        con.execute("delete from meta where key = ?", (LAST_WRITE,))
        _cut_projections(con, position)
        con.execute("commit")


def _cut_projections(con: sqlite3.Connection, position: int) -> None:
    folded = con.execute(
        "select name, generation, live, checkpoint from projections where definition_hash <> ?",
        (BY_HANDLERS,),
    ).fetchall()
    for name, generation, live, checkpoint in folded:
        if not live or checkpoint > position:
            drop_rows(con, name, generation)
    con.execute(
        "update projections set status = 'live', fault = '', fault_position = 0 where fault_position > ?",
        (position,),
    )

"""Cuts the copy of a store back to a position: nothing of what came later is in it, and nothing waits."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from workbench.store.conversion import BY_HANDLERS
from workbench.store.sqlite.clock_steps import LAST_WRITE
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.projection_tables import drop_rows

_EMPTIED = (
    "deliveries", "dead_letters", "letter_changes", "letter_notes", "jobs", "processes", "timeouts", "actions",
    "replaced",
)  # fmt: skip
CACHE = 200_000
"""KiB that are kept in memory: events that go stand all over the indexes."""
_NEVER = 2**62
_SINCE = (
    "select min(at) from (select min(recorded_at) as at from events where position > :cut"
    " union all select min(published_at) from messages where position > :cut)"
)
_UNCLAIMED = "claimed_to = 0, claim_token = null, claim_owner = null, claim_until = null"
_BEGUN = (
    f"update subscriptions set cursor = :cut, {_UNCLAIMED}, paused = 0, delivered = 0, failed = 0,"
    " filtered = 0, retried = 0, died = 0, expired = 0, skipped = 0"
)
_FORKED = (
    f"update subscriptions set cursor = iif(:waiting, min(cursor, :cut), :cut), {_UNCLAIMED}",
    "delete from dead_letters where position > :cut or died_at >= :since",
    "delete from letter_changes where letter_id not in (select id from dead_letters)",
    "delete from letter_notes where letter_id not in (select id from dead_letters)",
    (
        "delete from deliveries where position > :cut or (state = 'dead' and letter_id is not null"
        " and letter_id not in (select id from dead_letters)) or (state <> 'dead' and not :waiting)"
    ),
    "delete from timeouts where position > :cut or not :waiting",
    "delete from actions where at >= :since",
    "delete from jobs",
    "delete from replaced",
    "delete from meta where key = 'owner'",
)
"""What a fork keeps that a run of traffic begins without: letters that were dead by then, and what waits, on wish."""
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
        path: The file of a store that is not open; a crash or an error meanwhile leaves it damaged.

    Raises:
        WorldError: It cannot be written.
    """
    with _cutting(path, position) as (con, named):
        con.execute(_BEGUN, named)
        for table in _EMPTIED:
            con.execute(f"delete from {table}")


def fork_back(path: Path, position: int, *, waiting: bool) -> bool:
    """Takes away what was stored behind a position and nothing else (W9); returns whether there was any.

    Dead letters from before stay as they are now, and so do counts and pauses. Where something was taken away,
    what processes remember goes, too.

    Args:
        path: As for `cut_back`.
        waiting: Whether what waits still, and was stored by then, stays; else it counts as delivered.

    Raises:
        WorldError: It cannot be written.
    """
    with _cutting(path, position) as (con, named):
        for statement in _FORKED:
            con.execute(statement, named | {"waiting": waiting})
        cut = named["since"] != _NEVER
        if cut:
            con.execute("delete from processes")
        return cut


@contextlib.contextmanager
def _cutting(path: Path, position: int) -> Iterator[tuple[sqlite3.Connection, dict[str, int]]]:
    """Cuts log, streams and read models in one transaction, in which more can be done."""
    with translated(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as con:
        for quick in (
            "journal_mode = off",
            "synchronous = off",
            "locking_mode = exclusive",
            f"cache_size = -{CACHE}",
        ):
            con.execute(f"pragma {quick}")
        con.execute("begin immediate")
        (since,) = con.execute(_SINCE, {"cut": position}).fetchone()
        named = {"cut": position, "since": _NEVER if since is None else since}
        con.execute("delete from events where position > :cut", named)
        con.execute("delete from messages where position > :cut", named)
        con.execute("delete from commands where last_position > :cut or issued_at >= :since", named)
        for statement in _STREAMS:
            con.execute(statement, named)
        yield con, named
        con.execute("delete from meta where key in (?, 'head')", (LAST_WRITE,))
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

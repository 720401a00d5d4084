"""Converts stores of older schemas: a backup first, then one transaction, then a look at the rules (M1)."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path

from workbench.errors import StoreCorrupt
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.integrity_check import breaches
from workbench.store.sqlite.schema import check_tables, ddl_of
from workbench.store.sqlite.tables import SCHEMA_VERSION

Progress = Callable[[str], object]


def migrate(path: Path, con: sqlite3.Connection, version: int, progress: Progress | None = None) -> Path:
    """Converts a store to the present schema; a kill leaves the old one or the new one.

    Args:
        path: The database file.
        con: The writing connection to it.
        version: The schema that the file has.
        progress: Told what is done next.

    Returns:
        The backup, which is kept beside the store.

    Raises:
        StoreCorrupt: The converted store breaks a rule; it was left as it was.
        WorldError: The disk is full, or the like; the store was left as it was.
    """
    tell = progress or (lambda _said: None)
    tell(f"copying the store, before it is converted from schema {version} to {SCHEMA_VERSION}")
    kept = _free_name(path.with_name(f"{path.name}.schema-{version}"))
    backup(path, kept)
    tell(f"converting the store to schema {SCHEMA_VERSION}")
    with translated(path):
        con.execute("begin immediate")
        try:
            for step in range(version, SCHEMA_VERSION):
                STEPS[step](con)
            con.execute(f"pragma user_version = {SCHEMA_VERSION}")
            tell("looking at the rules")
            _verify(path, con, kept)
            con.execute("commit")
        except BaseException:
            if con.in_transaction:
                con.execute("rollback")
            raise
    return kept


def _free_name(wanted: Path) -> Path:
    """Returns the name, or one with a number behind it where that one is taken: no backup is overwritten."""
    names = itertools.chain([wanted], (Path(f"{wanted}.{number}") for number in itertools.count(2)))
    return next(name for name in names if not name.exists())


def _verify(path: Path, con: sqlite3.Connection, kept: Path) -> None:
    check_tables(path, con)
    if found := breaches(con):
        raise StoreCorrupt(
            f"{path} cannot be converted, because it breaks a rule: {found[0].text}; it was left as it was",
            hint=f"run: workbench doctor; a copy is {kept.name}",
        )


def _generations(con: sqlite3.Connection) -> None:
    """From 1 to 2: a projection can have a second generation, counts its rows, and can skip events."""
    con.execute("alter table projections rename to old_projections")
    for statement in ddl_of("projections", "passed_events"):
        con.execute(statement)
    old = con.execute(
        "select name, generation, checkpoint, definition_hash, columns, status, fault, fault_position, updated_at"
        " from old_projections"
    ).fetchall()
    for name, generation, *standing, updated_at in old:
        (rows,) = con.execute(f"select count(*) from p_{name}_{generation}").fetchone()
        con.execute(
            "insert into projections values (?,?,1,?,?,?,?,?,?,?,?)",
            (name, generation, *standing, rows, updated_at),
        )
    con.execute("drop table old_projections")


def _urgency(con: sqlite3.Connection) -> None:
    """From 2 to 3: deliveries are ranked, subscriptions count more, and bulk actions are kept."""
    (urgent,) = (statement for statement in ddl_of("messages") if "messages_urgent" in statement)
    con.execute(urgent)
    for table in ("subscriptions", "deliveries"):
        con.execute(f"create temp table old_{table} as select * from {table}")
        con.execute(f"drop table {table}")
    for statement in ddl_of("subscriptions", "deliveries", "jobs"):
        con.execute(statement)
    con.execute(
        "insert into subscriptions select id, name, topic, cursor, claimed_to, claim_token, null, null, paused,"
        " delivered, failed, filtered, 0, 0, 0, 0, created_at from old_subscriptions"
    )
    con.execute(
        "insert into deliveries select id, subscription_id, position, message_id, key, state,"
        " case state when 'delayed' then due_at when 'leased' then lease_until"
        " else enqueued_at - priority * 1000000 end, generation, acquired, failed, crashed, due_at, lease_token,"
        " lease_until, null, priority, enqueued_at, expires_at, data, attempts, letter_id from old_deliveries"
    )
    con.execute("drop table old_subscriptions")
    con.execute("drop table old_deliveries")


def _changes(con: sqlite3.Connection) -> None:
    """From 3 to 4: what an act on dead letters changed is kept, so that its undo brings back just that."""
    for statement in ddl_of("letter_changes"):
        con.execute(statement)


def _owners(con: sqlite3.Connection) -> None:
    """From 4 to 5: claims and leases belong to engines, and claims end."""
    tables = ("subscriptions", "deliveries")
    for table in tables:
        con.execute(f"create temp table old_{table} as select * from {table}")
        con.execute(f"drop table {table}")
    for statement in ddl_of(*tables):
        con.execute(statement)
    for table in tables:
        names = ", ".join(row[1] for row in con.execute(f"pragma table_info(old_{table})"))
        con.execute(f"insert into {table} ({names}) select {names} from old_{table}")
        con.execute(f"drop table old_{table}")


def _timeouts(con: sqlite3.Connection) -> None:
    """From 5 to 6: what processes issue for later can be withdrawn, from now on."""
    for statement in ddl_of("timeouts"):
        con.execute(statement)


def _lives(con: sqlite3.Connection) -> None:
    """From 6 to 7: instances of processes know which event began them; of those that are there, 0."""
    con.execute("alter table processes rename to old_processes")
    for statement in ddl_of("processes"):
        con.execute(statement)
    con.execute("insert into processes select process, key, state, 0 from old_processes")
    con.execute("drop table old_processes")


def _plans(con: sqlite3.Connection) -> None:
    """From 7 to 8: bulk actions have a plan, and dead letters an owner and a note."""
    con.execute("create temp table old_jobs as select * from jobs")
    con.execute("drop table jobs")
    for statement in ddl_of("jobs", "letter_notes"):
        con.execute(statement)
    names = [row[1] for row in con.execute("pragma table_info(old_jobs)") if row[1] != "plan"]
    known = ", ".join(names)  # a store of schema 2 got its jobs, and there are none, as they are now
    con.execute(f"insert into jobs ({known}, plan) select {known}, '{{}}' from old_jobs")
    con.execute("drop table old_jobs")


def _undo(con: sqlite3.Connection) -> None:
    """From 8 to 9: records say who did it and on how many, and what acts replace is kept for their undo."""
    con.execute("create temp table old_actions as select * from actions")
    con.execute("drop table actions")
    for statement in ddl_of("actions", "replaced"):
        con.execute(statement)
    con.execute("insert into actions select id, at, action, subject, detail, '', 0, '', 0 from old_actions")
    con.execute("drop table old_actions")


STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _generations,
    2: _urgency,
    3: _changes,
    4: _owners,
    5: _timeouts,
    6: _lives,
    7: _plans,
    8: _undo,
}
"""By the version that each step starts from."""

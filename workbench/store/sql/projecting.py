"""Writes read models: their tables, rows and checkpoints, and the states of processes (J1–J4)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence

from workbench.errors import InvalidName, NotFound, WrongExpectedVersion
from workbench.store.operations import ApplyProjection, EnsureProjection, MarkProjection, SaveProcess

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_KINDS = {
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "INTEGER",
    "time": "INTEGER",
    "json": "TEXT",
}


def table_name(projection: str, generation: int) -> str:
    """Returns the table that holds a projection's rows in one generation."""
    return f"p_{projection}_{generation}"


def ensure_projection(con: sqlite3.Connection, op: EnsureProjection, now: int) -> None:
    """Makes a projection's table and checkpoint, or a new generation of it.

    Raises:
        InvalidName: The projection or a column has a name that cannot be a table's or column's.
    """
    for name in (op.name, *(name for name, _ in op.columns)):
        if not _NAME.match(name):
            raise InvalidName(
                f"{name!r} is no name for a table or column: a-z, 0-9 and _, from a letter", path=""
            )
    row = con.execute("select generation, columns from projections where name = ?", (op.name,)).fetchone()
    columns = json.dumps(op.columns)
    if row is None:
        generation = 1
        con.execute(
            "insert into projections values (?,1,0,?,?,'live','',0,?)",
            (op.name, op.definition_hash, columns, now),
        )
    elif op.rebuild or row[1] != columns:
        generation = row[0] + 1
        con.execute(f"drop table if exists {table_name(op.name, row[0])}")
        con.execute(
            "update projections set generation = ?, checkpoint = 0, definition_hash = ?, columns = ?,"
            " status = 'live', fault = '', fault_position = 0, updated_at = ? where name = ?",
            (generation, op.definition_hash, columns, now, op.name),
        )
    else:
        return
    _make_table(con, table_name(op.name, generation), op.columns, op.indexed)


def _make_table(
    con: sqlite3.Connection, table: str, columns: Sequence[tuple[str, str]], indexed: Sequence[str]
) -> None:
    (key, kind), *others = columns
    parts = [f'"{key}" {_KINDS[kind]} PRIMARY KEY NOT NULL', *(f'"{name}" {_KINDS[k]}' for name, k in others)]
    con.execute(f"create table {table} ({', '.join(parts)})")
    for column in indexed:
        con.execute(f'create index {table}_{column} on {table} ("{column}", "{key}")')


def apply_projection(con: sqlite3.Connection, op: ApplyProjection, now: int) -> None:
    """Writes rows and checkpoint together (J1).

    Raises:
        WrongExpectedVersion: The checkpoint is not where the batch started.
    """
    done = con.execute(
        "update projections set checkpoint = ?, updated_at = ? where name = ? and generation = ? and checkpoint = ?",
        (op.checkpoint, now, op.name, op.generation, op.before),
    )
    if not done.rowcount:
        row = con.execute("select checkpoint from projections where name = ?", (op.name,)).fetchone()
        raise WrongExpectedVersion(f"projection {op.name}", expected=op.before, actual=row[0] if row else 0)
    table = table_name(op.name, op.generation)
    if op.deleted:
        (_, key, *_), *_ = con.execute(f"pragma table_info({table})").fetchall()
        con.executemany(f'delete from {table} where "{key}" = ?', [(value,) for value in op.deleted])
    if op.rows:
        names = list(op.rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        con.executemany(
            f"insert or replace into {table} ({columns}) values ({', '.join('?' * len(names))})",
            [tuple(row[name] for name in names) for row in op.rows],
        )


def mark_projection(con: sqlite3.Connection, op: MarkProjection, now: int) -> None:
    """Records that a projection was paused, resumed or faulted (J2)."""
    done = con.execute(
        "update projections set status = ?, fault = ?, fault_position = ?, updated_at = ? where name = ?",
        (op.status, op.fault, op.fault_position, now, op.name),
    )
    if not done.rowcount:
        raise NotFound(f"there is no projection {op.name}")


def save_process(con: sqlite3.Connection, op: SaveProcess) -> None:
    """Keeps or forgets the state of one instance of a process."""
    if op.state is None:
        con.execute("delete from processes where process = ? and key = ?", (op.process, op.key))
    else:
        con.execute("insert or replace into processes values (?,?,?)", (op.process, op.key, op.state))

"""Writes read models: their tables, rows and checkpoints, and the states of processes (J1–J4)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import NotFound, WrongExpectedVersion
from workbench.model.projection import as_kept
from workbench.store.conversion import BY_HANDLERS, Move, refuse_fold
from workbench.store.operations import ProjectRows, SaveProcess
from workbench.store.operations.projection_operations import (
    ApplyProjection,
    DropGeneration,
    EnsureProjection,
    MarkProjection,
    SwitchProjection,
)
from workbench.store.rules import check_table_names
from workbench.store.sqlite.exact_numbers import exact_places, reader_of
from workbench.store.sqlite.rows import columns_of
from workbench.store.sqlite.run_table import Run

_KINDS = {
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "decimal": "TEXT",
    "money": "TEXT",
    "boolean": "INTEGER",
    "time": "INTEGER",
    "json": "TEXT",
}
_MARKS = 500
"""Values in one question, well below SQLite's limit."""


def table_name(projection: str, generation: int) -> str:
    """Returns the table that holds a projection's rows in one generation."""
    return f"p_{projection}_{generation}"


def ensure_projection(con: sqlite3.Connection, op: EnsureProjection, now: int) -> int:
    """Makes a projection's first generation, or a further one to rebuild it in; returns its number.

    Raises:
        InvalidName: The projection or a column has a name that cannot be a table's or column's.
        ModelError: Rows that handlers wrote cannot come along (J6).
    """
    check_table_names(op)
    _give_to_fold(con, op)
    known = con.execute("select generation, live from projections where name = ?", (op.name,)).fetchall()
    if known and not op.folded:
        return _keep_table(con, op, now)
    if known and not op.rebuild:
        return next(int(generation) for generation, live in known if live)
    for generation, live in known:
        if not live:
            drop_rows(con, op.name, generation)
    generation = _next_generation(con, op.name)
    _make_generation(con, op, generation, now, live=not known)
    if known and op.held:
        con.execute("insert or replace into meta values (?, ?)", (_held(op.name), str(generation)))
    return generation


def _held(name: str) -> str:
    """Returns under which key the store says that a generation is held (J10)."""
    return f"held {name}"


def _make_generation(
    con: sqlite3.Connection,
    op: EnsureProjection,
    generation: int,
    now: int,
    *,
    live: bool,
    columns: Sequence[tuple[str, str]] = (),
) -> None:
    columns = columns or op.columns
    made_by = op.definition_hash if op.folded else BY_HANDLERS
    con.execute(
        "insert into projections values (?,?,?,0,?,?,'live','',0,0,?)",
        (op.name, generation, live, made_by, json.dumps(columns), now),
    )
    _make_table(con, table_name(op.name, generation), columns, op.indexed)


def _give_to_fold(con: sqlite3.Connection, op: EnsureProjection) -> None:
    """Clears an empty table that handlers wrote, where events are folded into it from now on (J6)."""
    found = con.execute(
        "select generation, rows from projections where name = ? and definition_hash = ?",
        (op.name, BY_HANDLERS),
    ).fetchall()
    for generation, rows in found if op.folded else ():
        refuse_fold(op.name, rows)
        drop_rows(con, op.name, generation)


def _keep_table(con: sqlite3.Connection, op: EnsureProjection, now: int) -> int:
    """Keeps the rows that handlers wrote, brought to the columns of the definition (J6)."""
    for generation, live in con.execute(
        "select generation, live from projections where name = ?", (op.name,)
    ).fetchall():
        if not live:
            drop_rows(con, op.name, generation)
    generation, said = con.execute(
        "select generation, columns from projections where name = ?", (op.name,)
    ).fetchone()
    table, old = table_name(op.name, generation), [tuple(pair) for pair in json.loads(said)]
    move = Move(op.name, old, op.columns)
    if list(move.columns) == old and _indexed(con, table) == set(op.indexed):
        con.execute(
            "update projections set definition_hash = ? where name = ? and definition_hash <> ?",
            (BY_HANDLERS, op.name, BY_HANDLERS),
        )
        return int(generation)
    fresh = _next_generation(con, op.name)
    _make_generation(con, op, fresh, now, live=True, columns=move.columns)
    names, row_of = [name for name, _ in old], reader_of(old)
    marks = ", ".join("?" * len(move.columns))
    moved = con.executemany(
        f"insert into {table_name(op.name, fresh)} values ({marks})",
        (tuple(move.row(row_of(row)).values()) for row in _rows(con, table, names)),
    )
    con.execute(
        "update projections set rows = ? where name = ? and generation = ?",
        (max(0, moved.rowcount), op.name, fresh),
    )
    drop_rows(con, op.name, generation)
    return fresh


def _rows(con: sqlite3.Connection, table: str, names: Sequence[str]) -> sqlite3.Cursor:
    said = ", ".join(f'"{name}"' for name in names)
    return con.execute(f"select {said} from {table} order by rowid")


def _indexed(con: sqlite3.Connection, table: str) -> set[str]:
    """Returns the columns of a table that have an index of their own."""
    found = con.execute(
        "select substr(name, ?) from sqlite_master where type = 'index' and tbl_name = ? and sql is not null",
        (len(table) + 2, table),
    )
    return {name for (name,) in found}


def _next_generation(con: sqlite3.Connection, name: str) -> int:
    """Returns a number that no generation ever had: who has read of one can remember its columns."""
    key = f"generation {name}"
    (last,) = con.execute(
        "select max(coalesce((select max(generation) from projections where name = ?), 0),"
        " coalesce((select cast(value as integer) from meta where key = ?), 0))",
        (name, key),
    ).fetchone()
    con.execute("insert or replace into meta values (?, ?)", (key, str(last + 1)))
    return int(last) + 1


def _make_table(
    con: sqlite3.Connection, table: str, columns: Sequence[tuple[str, str]], indexed: Sequence[str]
) -> None:
    (key, kind), *others = columns
    parts = [f'"{key}" {_KINDS[kind]} PRIMARY KEY NOT NULL', *(f'"{name}" {_KINDS[k]}' for name, k in others)]
    con.execute(f"create table {table} ({', '.join(parts)})")
    for column in indexed:
        con.execute(f'create index {table}_{column} on {table} ("{column}", "{key}")')


def drop_rows(con: sqlite3.Connection, name: str, generation: int) -> None:
    """Takes a generation of a projection away, with its rows."""
    con.execute(f"drop table {table_name(name, generation)}")
    for table in ("projections where name", "passed_events where projection"):
        con.execute(f"delete from {table} = ? and generation = ?", (name, generation))
    con.execute("delete from meta where key = ? and value = ?", (_held(name), str(generation)))


def switch_projection(con: sqlite3.Connection, op: SwitchProjection, now: int) -> None:
    """Makes a generation the live one; a reader sees the old rows or the new ones, never both (J3).

    Raises:
        NotFound: There is no such generation.
    """
    found = con.execute("select generation, live from projections where name = ?", (op.name,)).fetchall()
    if op.generation not in {generation for generation, _ in found}:
        raise NotFound(f"projection {op.name} has no generation {op.generation}")
    for generation, live in found:
        if live and generation != op.generation:
            drop_rows(con, op.name, generation)
    con.execute("delete from meta where key = ?", (_held(op.name),))
    con.execute(
        "update projections set live = 1, updated_at = ? where name = ? and generation = ?",
        (now, op.name, op.generation),
    )


def drop_generation(con: sqlite3.Connection, op: DropGeneration) -> bool:
    """Gives up a generation that is not live; returns whether there was one."""
    found = con.execute(
        "select 1 from projections where name = ? and generation = ? and not live", (op.name, op.generation)
    ).fetchone()
    if found:
        drop_rows(con, op.name, op.generation)
    return found is not None


def apply_projection(con: sqlite3.Connection, op: ApplyProjection, now: int) -> None:
    """Writes rows and checkpoint together (J1).

    Raises:
        WrongExpectedVersion: The checkpoint is not where the batch started, or the generation is gone.
    """
    row = con.execute(
        "select checkpoint, columns from projections where name = ? and generation = ?",
        (op.name, op.generation),
    ).fetchone()
    if row is None or row[0] != op.before:
        actual = row[0] if row else 0
        raise WrongExpectedVersion(f"projection {op.name}", expected=op.before, actual=actual)
    columns = columns_of(row[1])
    more = _put(con, op, table_name(op.name, op.generation), columns) if op.rows or op.deleted else 0
    con.execute(
        "update projections set checkpoint = ?, rows = rows + ?, updated_at = ? where name = ? and generation = ?",
        (op.checkpoint, more, now, op.name, op.generation),
    )
    for one in op.passed:
        con.execute(
            "insert or replace into passed_events values (null,?,?,?,?,?,?,?)",
            (op.name, op.generation, one.position, one.stream, one.kind, one.error, one.at or now),
        )
    for stream in op.resumed:
        con.execute(
            "delete from passed_events where projection = ? and generation = ? and stream = ? and kind = 'parked'",
            (op.name, op.generation, stream),
        )


def project_rows(con: sqlite3.Connection, op: ProjectRows, now: int) -> None:
    """Puts and deletes rows of the live generation of a table that handlers write (D1).

    Raises:
        NotFound: There is no such table.
    """
    row = con.execute(
        "select generation, columns from projections where name = ? and live", (op.name,)
    ).fetchone()
    if row is None:
        raise NotFound(f"there is no table {op.name}")
    columns = [column for column in columns_of(row[1]) if not op.rows or column[0] in op.rows[0]]
    more = _put(con, op, table_name(op.name, row[0]), columns)
    con.execute(
        "update projections set rows = rows + ?, updated_at = ? where name = ? and live", (more, now, op.name)
    )


def _put(
    con: sqlite3.Connection,
    op: ApplyProjection | ProjectRows,
    table: str,
    described: Sequence[tuple[str, str]],
) -> int:
    """Writes and removes rows; returns how many more there are."""
    key, kind = described[0]
    names = [name for name, _ in described]
    put = {as_kept(kind, row[key]) for row in op.rows}
    more = len(put) - _existing(con, table, key, [*put])
    if op.rows:
        columns = ", ".join(f'"{name}"' for name in names)
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names[1:])
        # An update in place keeps the row's number; lists page by it.
        con.executemany(
            f"insert into {table} ({columns}) values ({', '.join('?' * len(names))}) on conflict"
            + (f" do update set {changes}" if changes else " do nothing"),
            _values(op.rows, described),
        )
    if op.deleted:
        gone = {as_kept(kind, value) for value in op.deleted}
        more -= _existing(con, table, key, [*gone])
        con.executemany(f'delete from {table} where "{key}" = ?', [(value,) for value in gone])
    return more


def _values(rows: Sequence[Mapping[str, Any]], described: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """Returns rows as their table keeps them; only decimals need another form here."""
    if not exact_places(tuple(described)):
        return [tuple(row[name] for name, _ in described) for row in rows]
    return [tuple(as_kept(kind, row[name]) for name, kind in described) for row in rows]


def _existing(con: sqlite3.Connection, table: str, key: str, keys: Sequence[Any]) -> int:
    count = 0
    for first in range(0, len(keys), _MARKS):
        part = keys[first : first + _MARKS]
        marks = ",".join("?" * len(part))
        (found,) = con.execute(f'select count(*) from {table} where "{key}" in ({marks})', part).fetchone()
        count += found
    return count


def mark_projection(con: sqlite3.Connection, op: MarkProjection, now: int) -> None:
    """Records that a generation was paused, resumed or faulted (J2).

    Raises:
        NotFound: There is no such generation.
    """
    done = con.execute(
        "update projections set status = ?, fault = ?, fault_position = ?, updated_at = ?"
        " where name = ? and generation = ?",
        (op.status, op.fault, op.fault_position, now, op.name, op.generation),
    )
    if not done.rowcount:
        raise NotFound(f"projection {op.name} has no generation {op.generation}")


def save_process(con: sqlite3.Connection, op: SaveProcess) -> None:
    """Keeps or forgets the state of one instance of a process."""
    if op.state is None:
        con.execute("delete from processes where process = ? and key = ?", (op.process, op.key))
    else:
        con.execute(
            "insert or replace into processes values (?,?,?,?)", (op.process, op.key, op.state, op.began)
        )


RUN: Run = {
    ProjectRows: lambda w, o: project_rows(w.con, o, w.now),
    EnsureProjection: lambda w, o: ensure_projection(w.con, o, w.now),
    ApplyProjection: lambda w, o: apply_projection(w.con, o, w.now),
    SwitchProjection: lambda w, o: switch_projection(w.con, o, w.now),
    DropGeneration: lambda w, o: drop_generation(w.con, o),
    MarkProjection: lambda w, o: mark_projection(w.con, o, w.now),
    SaveProcess: lambda w, o: save_process(w.con, o),
}

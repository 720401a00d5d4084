"""Keeps a part of a copy of a store: whole streams and what belongs to them; and rewrites all texts in a copy."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import SchemaTooOld
from workbench.model.masking import MARK, Masking
from workbench.model.projection import EXACT
from workbench.store.conversion import BY_HANDLERS
from workbench.store.sqlite.clock_steps import LAST_WRITE
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.exact_numbers import read, written
from workbench.store.sqlite.kept import TRIES_SINCE
from workbench.store.sqlite.projection_tables import drop_rows, table_name
from workbench.store.sqlite.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from uuid import UUID

_STREAMS = (
    (
        "create temp table kept_streams as select id, name, category from streams"
        " where name in (select value from json_each(:streams))"
        " or id in (select stream_id from events where correlation_id = :correlation)"
    ),
    "create temp table kept (position integer primary key)",
    "insert into kept select position from events where stream_id in (select id from kept_streams)",
    (
        "create temp table kept_causes as select distinct correlation_id as id from events"
        " where position in (select position from kept) union select :correlation where :correlation is not null"
    ),
    "insert into kept select position from messages where correlation_id in (select id from kept_causes)",
    (
        "create temp table kept_keys as select substr(name, length(category) + 2) as key from kept_streams"
        " union select name from kept_streams union select key from messages where position in (select position from kept)"
    ),
)
_NUMBERED = (
    "create temp table numbered (old integer primary key, new integer)",
    "insert into numbered select id, row_number() over (order by id) from kept_streams",
    "update events set stream_id = -(select new from numbered where old = stream_id)",
    "update events set stream_id = -stream_id",
    "update streams set id = -(select new from numbered where old = id)",
    "update streams set id = -id",
)
"""Streams are numbered without gaps; by way of numbers that none has."""
_CUT = (
    "delete from events where position not in (select position from kept)",
    "delete from messages where position not in (select position from kept)",
    "delete from streams where id not in (select id from kept_streams)",
    *_NUMBERED,
    (
        "delete from commands where stream not in (select name from kept_streams)"
        " and correlation_id not in (select id from kept_causes)"
    ),
    "delete from deliveries where position not in (select position from kept)",
    "delete from dead_letters where position not in (select position from kept)",
    "delete from letter_changes where letter_id not in (select id from dead_letters)",
    "delete from letter_notes where letter_id not in (select id from dead_letters)",
    "delete from timeouts where position not in (select position from kept)",
    (
        "delete from processes where key not in (select key from kept_keys)"
        " and began not in (select position from kept)"
    ),
    "delete from actions",
    "delete from meta where key = 'head'",
    "update subscriptions set cursor = min(cursor, coalesce((select max(position) from kept), 0))",
)
_ALWAYS = (
    "delete from snapshots",
    "delete from jobs",
    "delete from replaced",
    "delete from meta where key in ('owner', :last_write, :tries_since)",
)
"""What is made again, or speaks of the machine that the store is from."""
_COUNTED = ("streams", "events", "messages", "commands", "dead_letters")
_DATA = {
    "events": ("data", "meta"),
    "messages": ("data", "meta"),
    "commands": ("data",),
    "deliveries": ("data", "attempts"),
    "dead_letters": ("data", "meta", "attempts", "edited"),
    "processes": ("state",),
}
"""Columns that hold JSON."""
_TEXTS = {
    "streams": ("name",),
    "messages": ("key",),
    "commands": ("stream", "message", "hint", "origin"),
    "deliveries": ("key",),
    "dead_letters": ("key", "error", "traceback"),
    "letter_notes": ("owner", "note"),
    "processes": ("key",),
    "timeouts": ("instance",),
    "actions": ("subject", "detail", "who"),
    "passed_events": ("stream", "error"),
}
"""Columns that hold texts in which values may be mentioned."""
_NAMES = ("name", "key", "stream", "instance")
"""Columns of them that hold names and keys, and nothing that is prose."""
_WORDS = {"letter_notes": ("owner", "note"), "actions": ("who", "detail")}
"""Of them those that people wrote, which can be masked as a whole like a field of that name."""
_KEYED = ("streams", "processes")
"""Tables that are found by such a text."""
AT_ONCE = 2_000
"""Rows that are read and changed at once."""
_MARKED = ("events", "messages")
"""Tables whose metadata say what was masked."""


def keep_part(path: Path, streams: Sequence[str], correlation: UUID | None) -> dict[str, int]:
    """Takes away all that a copy of a store has beside some whole streams and what belongs to them.

    Positions and versions stay. Messages stay that have a cause in common with an event that does, as do
    commands, deliveries, letters and instances of processes; of rows that handlers write those with the key of
    a stream or message. Rows that are folds go, to be folded again; so does what operators did.

    Args:
        path: The file of a store that is not open; a crash or an error meanwhile leaves it damaged.
        streams: Names; empty for none.
        correlation: All streams that have an event of it stay; None for none. Without both, all stays.

    Returns:
        How many are left of streams, events, messages, commands and dead letters, by their tables.

    Raises:
        SchemaTooOld: An older program wrote it.
        WorldError: It cannot be written.
    """
    named = {
        "streams": json.dumps(list(streams)),
        "correlation": correlation.bytes if correlation is not None else None,
    }
    with _changing(path) as con:
        if con.execute("pragma user_version").fetchone()[0] != SCHEMA_VERSION:
            raise SchemaTooOld(
                "an older program wrote this store", hint="open the project once, then try again"
            )
        for statement in _ALWAYS:
            forgotten = {"last_write": LAST_WRITE, "tries_since": TRIES_SINCE}
            con.execute(statement, forgotten if ":" in statement else {})
        if streams or correlation is not None:
            _cut(con, named)
        return {table: con.execute(f"select count(*) from {table}").fetchone()[0] for table in _COUNTED}


def _cut(con: sqlite3.Connection, named: Mapping[str, str | bytes | None]) -> None:
    for statement in (*_STREAMS, *_CUT):
        con.execute(statement, {name: named[name] for name in named if f":{name}" in statement})
    _drop_folds(con)
    for table, columns, name in _written_rows(con):
        key = columns[0][0]
        con.execute(f'delete from {table} where cast("{key}" as text) not in (select key from kept_keys)')
        con.execute(f"update projections set rows = (select count(*) from {table}) where name = ?", (name,))


def mask_store(path: Path, masking: Masking, step: Callable[[], object] = lambda: None) -> Counter[str]:
    """Masks values wherever they stand in a copy of a store; returns how many rows of each table changed.

    All is learned before anything is masked. Rows that are folds go, to be folded again from what is masked.

    Args:
        path: As for `keep_part`.
        step: Called every few thousand values; what it raises ends the work, and the copy is of no use then.

    Raises:
        WorldError: It cannot be written.
    """
    changed: Counter[str] = Counter()
    with _changing(path) as con:
        for number, (value, field) in enumerate(_values(con)):
            masking.learn(value, field)
            if number % AT_ONCE == 0:
                step()
        for table in _KEYED:
            for (name,) in con.execute(f"select {_TEXTS[table][0]} from {table}"):
                masking.avoid(name)
        _drop_folds(con)
        for table in {*_DATA, *_TEXTS}:
            changed[table] = _mask_table(con, table, masking, step)
        for table, columns, _name in _written_rows(con):
            changed[table] = _mask_rows(con, table, columns, masking)
    return changed


def payloads(path: Path) -> Iterator[tuple[str, str]]:
    """Yields what each JSON text of a store is of, such as ``events``, and the text; errors as of `keep_part`."""
    with translated(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as con:
        for table, columns in _DATA.items():
            for column in columns:
                if column == "attempts":  # what the program itself wrote
                    continue
                for (text,) in con.execute(f'select "{column}" from {table} where "{column}" is not null'):
                    yield table, text
        for table, columns in _WORDS.items():
            for row in con.execute(f"select {_listed(columns)} from {table}"):
                yield table, json.dumps({name: text for name, text in zip(columns, row, strict=True) if text})
        for table, kinds, name in _written_rows(con):
            names = [one for one, _ in kinds]
            for row in con.execute(f"select * from {table}"):
                yield name, json.dumps(dict(zip(names, row, strict=True)))


def pack_tight(path: Path) -> None:
    """Leaves nothing of what was removed in a store's file, and no log beside it.

    Raises:
        WorldError: It cannot be written.
    """
    with translated(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.execute("pragma journal_mode = delete")
        con.execute("vacuum")


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[sqlite3.Connection]:
    with translated(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as con:
        for quick in ("journal_mode = off", "synchronous = off", "locking_mode = exclusive"):
            con.execute(f"pragma {quick}")
        con.execute("begin immediate")
        yield con
        con.execute("commit")


def _drop_folds(con: sqlite3.Connection) -> None:
    folds = con.execute(
        "select name, generation from projections where definition_hash <> ?", (BY_HANDLERS,)
    ).fetchall()
    for name, generation in folds:
        drop_rows(con, name, generation)


def _written_rows(con: sqlite3.Connection) -> list[tuple[str, list[tuple[str, str]], str]]:
    """Returns the tables that handlers write: table, columns with their kinds, read model."""
    found = con.execute(
        "select name, generation, columns from projections where definition_hash = ?", (BY_HANDLERS,)
    ).fetchall()
    return [
        (table_name(name, generation), [(one, kind) for one, kind in json.loads(columns)], name)
        for name, generation, columns in found
    ]


def _values(con: sqlite3.Connection) -> Iterator[tuple[Any, str]]:
    """Yields all values that may be of a masked field, with the name of the column where that is the field."""
    for table, columns in _DATA.items():
        for column in columns:
            for (text,) in con.execute(f'select "{column}" from {table} where "{column}" is not null'):
                yield text, ""
    for table, columns in _TEXTS.items():
        for column in columns:
            for (text,) in con.execute(f'select distinct "{column}" from {table}'):
                yield text, column if column in _WORDS.get(table, ()) else ""
    for table, kinds, _name in _written_rows(con):
        for column, kind in kinds:
            for (value,) in con.execute(
                f'select distinct "{column}" from {table} where "{column}" is not null'
            ):
                yield (f"{read(value):f}" if kind in EXACT else value), column


def _mask_table(con: sqlite3.Connection, table: str, masking: Masking, step: Callable[[], object]) -> int:
    columns = [*_DATA.get(table, ()), *_TEXTS.get(table, ())]
    change = partial(_changed, table, columns, masking)
    if table in _KEYED:
        return _write_again(con, table, columns, change)
    said, sets = _listed(columns), ", ".join(f'"{one}" = ?' for one in columns)
    count, last = 0, -1
    while found := con.execute(
        f"select rowid, {said} from {table} where rowid > ? order by rowid limit {AT_ONCE}", (last,)
    ).fetchall():
        step()
        last = found[-1][0]
        changed = [(*new, rowid) for rowid, *row in found if (new := change(row)) != row]
        con.executemany(f"update {table} set {sets} where rowid = ?", changed)
        count += len(changed)
    return count


def _write_again(
    con: sqlite3.Connection, table: str, columns: Sequence[str], change: Callable[[list[Any]], list[Any]]
) -> int:
    """Writes a whole table again: row by row, a key that is made up could meet one that goes later."""
    cursor = con.execute(f"select * from {table} order by rowid")
    names = [one[0] for one in cursor.description]
    places = [names.index(one) for one in columns]
    rows, count = [], 0
    for row in cursor.fetchall():
        old = [row[at] for at in places]
        new = dict(zip(places, change(old), strict=True))
        rows.append(tuple(new.get(at, value) for at, value in enumerate(row)))
        count += rows[-1] != row
    con.execute(f"delete from {table}")
    con.executemany(f"insert into {table} values ({', '.join('?' * len(names))})", rows)
    return count


def _changed(table: str, columns: Sequence[str], masking: Masking, row: list[Any]) -> list[Any]:
    data, words = len(_DATA.get(table, ())), _WORDS.get(table, ())
    new, paths = list(row), []
    for at, text in enumerate(row):
        if text is None:
            continue
        if at < data:
            new[at], found = masking.json(text)
            paths += found if columns[at] == "data" else []
        else:
            field = columns[at] if columns[at] in words else ""
            new[at] = masking.text(text, field, names=columns[at] in _NAMES)
    if paths and table in _MARKED:
        at = columns.index("meta")
        value = json.loads(new[at]) if new[at] else {}
        new[at] = json.dumps({**value, MARK: paths}, ensure_ascii=False, separators=(",", ":"))
    return new


def _mask_rows(
    con: sqlite3.Connection, table: str, columns: Sequence[tuple[str, str]], masking: Masking
) -> int:
    def change(row: list[Any]) -> list[Any]:
        cells = zip(row, columns, strict=True)
        return [_cell(value, *column, masking, key=not at) for at, (value, column) in enumerate(cells)]

    return _write_again(con, table, [name for name, _ in columns], change)


def _cell(value: Any, name: str, kind: str, masking: Masking, *, key: bool) -> Any:
    if value is None or kind in {"boolean", "time"}:
        return value
    if kind in EXACT:
        return written(Decimal(masking.text(f"{read(value):f}", name)))
    if kind == "json":
        return masking.json(value, name)[0]
    if isinstance(value, str):
        return masking.text(value, name, names=key)
    return masking.number(value, name)


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{one}"' for one in columns)

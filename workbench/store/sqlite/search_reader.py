"""Looks through everything that is stored: words in SQL, so that only what fits becomes a value of Python."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from workbench.model.secrets import is_secret
from workbench.model.text_folding import searched
from workbench.store.search_port import (
    LOOKED_AT,
    NO_TIME,
    FoundRecord,
    RecordKind,
    RecordSource,
    Scan,
    Scanned,
    fits,
    needles,
    quoted,
    uuid_in,
)
from workbench.store.sqlite import rows
from workbench.store.sqlite.exact_numbers import reader_of, shown
from workbench.store.sqlite.family_reader import FamilyReader
from workbench.store.sqlite.projection_tables import table_name

FEW = 500
"""Streams whose names hold a word that are looked for by their numbers; of more, each record's name is read."""
_ERROR = "case when error = '' then error_type else error end"


class Searched(NamedTuple):
    """How records of one kind are read.

    Attributes:
        table: Where they are; ``joins`` is what their names need.
        texts: In which words are looked for.
        ids: Which a word may be that is an id.
        values: What an expression may ask of them, see `COLUMNS`; what is left out they do not have.
        record: The columns of a `FoundRecord` from its key on, payload and metadata cut.
    """

    table: str
    joins: str
    key: str
    time: str
    type: str
    place: str
    texts: Sequence[str]
    ids: Sequence[str]
    values: Mapping[str, str]
    record: str


def _head(column: str) -> str:
    return f"substr({column}, 1, {LOOKED_AT})"


_CATEGORY = "case when s.category in ('', s.name) then s.name else s.category || '-*' end"
TABLES: Mapping[RecordKind, Searched] = {
    RecordKind.EVENT: Searched(
        table="events e",
        joins=" left join streams s on s.id = e.stream_id left join types t on t.id = e.type_id",
        key="e.position",
        time="e.occurred_at",
        type="t.name",
        place=_CATEGORY,
        texts=("e.data", "e.meta"),
        ids=("e.event_id", "e.correlation_id", "e.causation_id"),
        values={
            "data": "e.data", "meta": "e.meta", "type": "t.name", "stream": "s.name", "time": "e.occurred_at",
            "version": "e.version", "position": "e.position",
        },
        record=f"e.occurred_at, t.name, s.name, e.position, e.version, '', {_head('e.data')}, {_head('e.meta')}, '', ''",
    ),
    RecordKind.MESSAGE: Searched(
        table="messages m",
        joins=" left join topics p on p.id = m.topic_id",
        key="m.position",
        time="m.published_at",
        type="m.type",
        place="p.name",
        texts=("m.data", "m.meta", "m.type", "m.key", "p.name"),
        ids=("m.message_id", "m.correlation_id", "m.causation_id"),
        values={
            "data": "m.data", "meta": "m.meta", "type": "m.type", "topic": "p.name", "key": "m.key",
            "time": "m.published_at", "position": "m.position",
        },
        record=f"m.published_at, m.type, p.name, m.position, 0, m.key, {_head('m.data')}, {_head('m.meta')}, '', ''",
    ),
    RecordKind.LETTER: Searched(
        table="dead_letters l",
        joins="",
        key="l.id",
        time="l.died_at",
        type="l.type",
        place="l.subscription",
        texts=(
            "l.data", "l.edited", "l.meta", "l.type", "l.key", "l.topic", "l.subscription", "l.error_type",
            "l.error",
        ),
        ids=("l.message_id", "l.correlation_id"),
        values={
            "data": "coalesce(l.edited, l.data)", "meta": "l.meta", "type": "l.type", "topic": "l.topic",
            "subscription": "l.subscription", "key": "l.key", "error": _ERROR, "status": "l.status",
            "time": "l.died_at", "position": "l.position",
        },
        record=f"l.died_at, l.type, l.subscription, l.position, 0, l.key, {_head('coalesce(l.edited, l.data)')},"
        f" {_head('l.meta')}, {_head(_ERROR)}, l.status",
    ),
    RecordKind.COMMAND: Searched(
        table="commands c",
        joins="",
        key="c.id",
        time="c.issued_at",
        type="c.type",
        place="case when instr(c.stream, '-') > 1 then substr(c.stream, 1, instr(c.stream, '-') - 1) || '-*'"
        " else c.stream end",
        texts=("c.data", "c.type", "c.stream", "c.outcome", "c.message", "c.origin"),
        ids=("c.command_id", "c.correlation_id", "c.causation_id"),
        values={
            "data": "c.data", "type": "c.type", "stream": "c.stream", "error": "c.message", "status": "c.outcome",
            "time": "c.issued_at", "version": "c.version", "position": "c.first_position",
        },
        record=f"c.issued_at, c.type, c.stream, c.first_position, c.version, '', {_head('c.data')}, null,"
        f" {_head('c.message')}, c.outcome",
    ),
}  # fmt: skip
_NAMES = {RecordKind.COMMAND: "c.stream", RecordKind.EVENT: "s.name"}
"""The whole names of places that are counted by their categories."""


class SqliteSearchReader(FamilyReader):
    """The part of a reader that searches."""

    def __init__(self, con: sqlite3.Connection, path: Path) -> None:
        super().__init__(con, path)
        con.create_function("searched", 1, searched, deterministic=True)
        self._streams_with: Callable[[str, int], Sequence[int] | None] = lru_cache(maxsize=32)(self._streams)

    def search_sources(self) -> list[RecordSource]:
        """Returns what can be searched now."""
        query = " union all ".join(
            f"select '{kind}', '', 0, coalesce(max({one.key}), 0), count(*) from {one.table}"
            for kind, one in TABLES.items()
        )
        found = [RecordSource(kind=RecordKind(row[0]), top=row[3], count=row[4]) for row in self._all(query)]
        for name, generation, top in self._live():
            table = table_name(name, generation)
            (count,) = self._one(f"select count(*) from {table}")
            found.append(
                RecordSource(
                    kind=RecordKind.ROW, projection=name, generation=generation, top=top, count=count
                )
            )
        return found

    def _live(self) -> list[tuple[str, int, int]]:
        found = self._all("select name, generation from projections where live order by name")
        return [
            (name, at, self._one(f"select coalesce(max(rowid), 0) from {table_name(name, at)}")[0])
            for name, at in found
        ]

    def search(self, scan: Scan) -> Scanned:
        """Looks at a stretch of a source, from its highest key downwards."""
        columns = self._columns_of(scan.source)
        if columns is None:
            return Scanned(0, None, ())
        one = _rows_of(scan.source, columns) if columns else TABLES[scan.source.kind]
        looked, lowest = self._one(
            f"select count(*), min(k) from (select {one.key} as k from {one.table} where {one.key} <= ?"
            f" order by {one.key} desc limit ?)",
            (scan.upto, scan.limit),
        )
        then = lowest - 1 if looked == scan.limit else None
        if not looked or (one.time == str(NO_TIME) and not scan.in_time(NO_TIME)):
            return Scanned(looked, then, ())
        conditions, values = self._wanted(scan, one, columns)
        asked = self._asked(scan, one, columns)
        query = (
            f"select {asked} from {one.table}{one.joins} where {one.key} <= ? and {one.key} >= ?{conditions}"
            f" order by {one.key} desc"
        )
        found = self._all(query, (scan.upto, lowest, *values))
        if columns and scan.columns:
            found = [_with_row(row, scan, columns) for row in found]
        return Scanned(looked, then, found)

    def _columns_of(self, source: RecordSource) -> rows.Columns | None:
        """Returns the columns of a read model, none of what is no row; None where its rows were rebuilt."""
        if source.kind is not RecordKind.ROW:
            return ()
        table, columns, generation = self._projected(source.projection)
        return columns if table and generation == source.generation else None

    @staticmethod
    def _asked(scan: Scan, one: Searched, columns: rows.Columns) -> str:
        if not scan.columns:
            return f"{one.key}, {one.time}, {one.type}, {one.place}"
        if columns:
            return ", ".join([one.key, *(f'"{name}"' for name, _ in columns)])
        given = {"kind": f"'{scan.source.kind}'", "meta": "null", "version": "0", "position": "0"}
        return ", ".join([one.key, *(one.values.get(name, given.get(name, "''")) for name in scan.columns)])

    def _wanted(self, scan: Scan, one: Searched, columns: rows.Columns) -> tuple[str, list[Any]]:
        """Returns the conditions of a scan, each begun by ``and``, and their values."""
        said, values = "", list[Any]()
        for condition, value in ((">= ?", scan.since), ("< ?", scan.until)):
            if value is not None:
                said += f" and {one.time} {condition}"
                values.append(value)
        if scan.types:
            said += self._types_in(scan, one)
            values += [] if scan.source.kind is RecordKind.EVENT or columns else map(quoted, scan.types)
        if scan.places and columns:
            said += "" if fits(scan.places, scan.source.projection) else " and 0"
        elif scan.places:
            said += f" and ({' or '.join(self._place(scan, one, each) for each in scan.places)})"
            values += map(quoted, scan.places)
        for word in scan.words:
            condition, more = self._holding_word(scan, one, word)
            said += f" and ({condition})"
            values += more
        return said, values

    def _types_in(self, scan: Scan, one: Searched) -> str:
        if scan.source.kind is RecordKind.ROW:
            return "" if fits(scan.types, scan.source.projection) else " and 0"
        if scan.source.kind is RecordKind.EVENT:
            return f" and e.type_id in ({_numbers(self._types_named(lambda name: fits(scan.types, name)))})"
        return f" and ({' or '.join([f'{one.type} glob ?'] * len(scan.types))})"

    def _types_named(self, wanted: Callable[[str], bool]) -> list[int]:
        return [number for name, number in self._all("select name, id from types") if wanted(name)]

    @staticmethod
    def _place(scan: Scan, one: Searched, pattern: str) -> str:
        if scan.source.kind is RecordKind.EVENT and "*" not in pattern:
            return "e.stream_id = (select id from streams where name glob ?)"
        return f"{_NAMES.get(scan.source.kind, one.place)} glob ?"

    def _holding_word(self, scan: Scan, one: Searched, word: str) -> tuple[str, list[Any]]:
        """Returns the condition that a record holds a word anywhere, and its values."""
        tests: list[str] = []
        values: list[Any] = []
        for needle in needles(word):
            for text in one.texts:
                tests.append(_occurs(text))
                values += [_like(needle), needle]
            if scan.source.kind is RecordKind.EVENT:
                named = self._types_named(partial(_holds, needle))
                tests += [f"e.type_id in ({_numbers(named)})"] if named else []
                streams = self._streams_with(needle, scan.source.top)
                if streams is None:
                    tests.append(_occurs("s.name"))
                    values += [_like(needle), needle]
                elif streams:
                    tests.append(f"e.stream_id in ({_numbers(streams)})")
            elif scan.source.kind is RecordKind.ROW and needle in searched(scan.source.projection):
                tests.append("1")
        identity = uuid_in(word)
        for column in one.ids if identity is not None else ():
            tests.append(f"{column} = ?")
            values.append(identity)
        return " or ".join(tests or ["0"]), values

    def _streams(self, needle: str, _top: int) -> list[int] | None:
        """Returns the numbers of the streams whose names hold a text; None where they are many."""
        query = f"select id from streams where {_occurs('name')} limit ?"
        found = self._all(query, (_like(needle), needle, FEW + 1))
        return None if len(found) > FEW else [row[0] for row in found]

    def described(self, source: RecordSource, keys: Sequence[int]) -> list[tuple[int, int, str, str]]:
        """Returns key, time, type and place of records, the highest key first; of events the category."""
        columns = self._columns_of(source)
        if columns is None or not keys:
            return []
        one = _rows_of(source, columns) if columns else TABLES[source.kind]
        query = (
            f"select {one.key}, {one.time}, {one.type}, {one.place} from {one.table}{one.joins}"
            f" where {one.key} in (select value from json_each(?)) order by {one.key} desc"
        )
        return self._all(query, (json.dumps(list(keys)),))

    def records(self, source: RecordSource, keys: Sequence[int]) -> dict[int, FoundRecord]:
        """Returns records by their keys; what is stored no more is left out."""
        columns = self._columns_of(source)
        if columns is None or not keys:
            return {}
        wanted = json.dumps(list(keys))
        if columns:
            query = f"select rowid, * from {table_name(source.projection, source.generation)}"
            found = self._all(f"{query} where rowid in (select value from json_each(?))", (wanted,))
            return {row[0]: _found_row(source, row, columns) for row in found}
        one = TABLES[source.kind]
        query = f"select {one.key}, {one.record} from {one.table}{one.joins}"
        found = self._all(f"{query} where {one.key} in (select value from json_each(?))", (wanted,))
        return {row[0]: _found(source.kind, row) for row in found}


def _found(kind: RecordKind, row: Sequence[Any]) -> FoundRecord:
    number, time, type_name, place, position, version, key, data, metadata, error, status = row
    return FoundRecord(
        kind=kind,
        number=number,
        time=time,
        type=type_name,
        place=place,
        position=position,
        version=version,
        key=key,
        data=data,
        metadata=metadata,
        error=error,
        status=status,
    )


def _found_row(source: RecordSource, row: Sequence[Any], columns: rows.Columns) -> FoundRecord:
    values = row_values(row[1:], columns)
    return FoundRecord(
        kind=RecordKind.ROW,
        number=row[0],
        time=NO_TIME,
        type=source.projection,
        place=source.projection,
        key=str(next(iter(values.values()))),
        data=values,
    )


def row_values(row: Sequence[Any], columns: rows.Columns) -> dict[str, Any]:
    """Returns the values of a row of a read model as their kinds say."""
    values = reader_of(columns)(row)
    for name, kind in columns:
        if kind == "boolean" and values[name] is not None:
            values[name] = bool(values[name])
    return values


def _with_row(row: Sequence[Any], scan: Scan, columns: rows.Columns) -> tuple[Any, ...]:
    """Returns what an expression asked of a row of a read model."""
    known = {
        "kind": RecordKind.ROW.value,
        "data": row_values(row[1:], columns),
        "key": str(row[1]),
        "type": scan.source.projection,
        "meta": None,
        "time": NO_TIME,
        "version": 0,
        "position": 0,
    }
    return row[0], *(known.get(name, "") for name in scan.columns)


@lru_cache(maxsize=64)
def _searched_rows(projection: str, generation: int, columns: rows.Columns) -> Searched:
    texts = [_text_of(name, kind) for name, kind in columns if not is_secret(name)]
    said = f"'{projection}'"
    return Searched(
        table_name(projection, generation), "", "rowid", str(NO_TIME), said, said, texts, (), {}, ""
    )


def _rows_of(source: RecordSource, columns: rows.Columns) -> Searched:
    return _searched_rows(source.projection, source.generation, columns)


def _text_of(column: str, kind: str) -> str:
    if kind == "boolean":
        return f"case \"{column}\" when 1 then 'true' when 0 then 'false' end"
    return f"cast({shown(column, kind)} as text)"


def _holds(needle: str, name: str) -> bool:
    return needle in searched(name)


def _occurs(text: str) -> str:
    """Returns the condition that a text holds what two values say: a pattern of LIKE, and a folded word.

    LIKE alone knows the cases of ASCII, and nothing is quicker; everything else is folded.
    """
    plain = f"length({text}) is length(cast({text} as blob))"
    return f"case when {plain} then {text} like ? escape '\\' else ifnull(instr(searched({text}), ?), 0) end"


def _like(needle: str) -> str:
    escaped = needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))

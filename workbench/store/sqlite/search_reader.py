"""Looks through everything that is stored: words in SQL, so that only what fits becomes a value of Python."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from workbench.model.text_folding import searched
from workbench.store.search_port import (
    NO_TIME,
    NUMBERS,
    FoundRecord,
    RecordKind,
    RecordSource,
    Scan,
    Scanned,
    column_of,
    fits,
    letter_in,
    quoted,
    uuid_in,
)
from workbench.store.sqlite import rows
from workbench.store.sqlite.exact_numbers import reader_of
from workbench.store.sqlite.family_reader import FamilyReader
from workbench.store.sqlite.projection_tables import table_name
from workbench.store.sqlite.searched_tables import NAMES, TABLES, Searched, of_stream, rows_of
from workbench.store.sqlite.word_conditions import holds
from workbench.store.words_found import in_json, in_text

FEW = 500
"""Streams whose names hold a word that are looked for by their numbers; of more, each record's name is read."""


class SqliteSearchReader(FamilyReader):
    """The part of a reader that searches."""

    def __init__(self, con: sqlite3.Connection, path: Path) -> None:
        super().__init__(con, path)
        con.create_function("searched", 1, searched, deterministic=True)
        con.create_function("in_json", 2, in_json, deterministic=True)
        self._streams_with: Callable[[str, int], Sequence[int] | None] = lru_cache(maxsize=32)(self._streams)

    def search_sources(self, stream: str = "") -> list[RecordSource]:
        """Returns what can be searched now; of a stream that is named its events alone, by their versions."""
        if stream:
            (last,) = self._one(
                "select coalesce(max(version), 0) from events where stream_id = ?", (self._stream(stream),)
            )
            return [RecordSource(kind=RecordKind.EVENT, stream=stream, top=last, count=last)]
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
        one = self._table_of(scan.source, columns)
        looked, lowest = self._one(
            f"select count(*), min(k) from (select {one.key} as k from {one.table} where {one.key} <= ?{one.only}"
            f" order by {one.key} desc limit ?)",
            (scan.upto, scan.limit),
        )
        then = lowest - 1 if looked == scan.limit else None
        if not looked or (one.time == str(NO_TIME) and not scan.in_time(NO_TIME)):
            return Scanned(looked, then, ())
        conditions, values = self._wanted(scan, one, columns)
        asked = self._asked(scan, one, columns)
        query = (
            f"select {asked} from {one.table}{one.joins} where {one.key} <= ? and {one.key} >= ?{one.only}{conditions}"
            f" order by {one.key} desc"
        )
        found = self._all(query, (scan.upto, lowest, *values))
        if columns and scan.columns:
            found = [_with_row(row, scan, columns) for row in found]
        return Scanned(looked, then, found)

    def _stream(self, name: str) -> int:
        """Returns the number of a stream; 0 for none."""
        found = self._all("select id from streams where name = ?", (name,))
        return found[0][0] if found else 0

    def _table_of(self, source: RecordSource, columns: rows.Columns) -> Searched:
        if source.stream:
            return of_stream(self._stream(source.stream))
        return rows_of(source, columns) if columns else TABLES[source.kind]

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
        given = {"kind": f"'{scan.source.kind}'", "meta": "null", "edited": "null"} | dict.fromkeys(
            NUMBERS, "0"
        )
        return ", ".join(
            [one.key, *(one.values.get(name, given.get(name, "''")) for name in map(column_of, scan.columns))]
        )

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
        return f"{NAMES.get(scan.source.kind, one.place)} glob ?"

    def _holding_word(self, scan: Scan, one: Searched, word: str) -> tuple[str, list[Any]]:
        """Returns the condition that a record holds a word anywhere, and its values."""
        said, texts = holds(word, one.texts, one.written)
        tests, values = [said], list[Any](texts)
        if scan.source.kind is RecordKind.EVENT:
            named = self._types_named(partial(in_text, word))
            tests += [f"e.type_id in ({_numbers(named)})"] if named else []
            streams = self._streams_with(word, scan.source.top)
            if streams is None:
                said, texts = holds(word, ("s.name",))
                tests.append(said)
                values += texts
            elif streams:
                tests.append(f"e.stream_id in ({_numbers(streams)})")
        elif scan.source.kind is RecordKind.ROW and in_text(word, scan.source.projection):
            tests.append("1")
        if scan.source.kind is RecordKind.LETTER and (number := letter_in(word)) is not None:
            tests.append("l.id = ?")
            values.append(number)
        identity = uuid_in(word)
        for column in one.ids if identity is not None else ():
            tests.append(f"{column} = ?")
            values.append(identity)
        return " or ".join(tests or ["0"]), values

    def _streams(self, word: str, _top: int) -> list[int] | None:
        """Returns the numbers of the streams whose names hold a word; None where they are many."""
        said, values = holds(word, ("name",))
        found = self._all(f"select id from streams where {said} limit ?", (*values, FEW + 1))
        return None if len(found) > FEW else [row[0] for row in found]

    def described(self, source: RecordSource, keys: Sequence[int]) -> list[tuple[int, int, str, str]]:
        """Returns key, time, type and place of records, the highest key first; of events the category."""
        columns = self._columns_of(source)
        if columns is None or not keys:
            return []
        one = self._table_of(source, columns)
        query = (
            f"select {one.key}, {one.time}, {one.type}, {one.place} from {one.table}{one.joins}"
            f" where {one.key} in (select value from json_each(?)){one.only} order by {one.key} desc"
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
        one = self._table_of(source, columns)
        query = f"select {one.key}, {one.record} from {one.table}{one.joins}"
        found = self._all(f"{query} where {one.key} in (select value from json_each(?)){one.only}", (wanted,))
        return {row[0]: _found(source.kind, row) for row in found}


def _found(kind: RecordKind, row: Sequence[Any]) -> FoundRecord:
    number, time, type_name, place, position, version, key, data, metadata, error, status, *edited = row
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
        edited=edited[0] if edited else None,
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
        "edited": None,
        "time": NO_TIME,
        **dict.fromkeys(NUMBERS, 0),
    }
    return row[0], *(known.get(column_of(name), "") for name in scan.columns)


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))

"""Reads a store through one read-only connection; every call is one short read (C5)."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from itertools import starmap
from pathlib import Path
from typing import Any
from uuid import UUID

from workbench.errors import NotFound
from workbench.model.event import RecordedEvent, StoredData
from workbench.model.messaging import COMMANDS_TOPIC, Message, event_as_message
from workbench.model.projection import unstorable
from workbench.model.row_conditions import Where
from workbench.store.row_pages import asked_page, compared
from workbench.store.sqlite import rows
from workbench.store.sqlite.column_shapes import ColumnShape, Count, RowShape
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.exact_numbers import reader_of
from workbench.store.sqlite.page_query import page_query
from workbench.store.sqlite.projection_tables import table_name
from workbench.store.sqlite.queue_reader import SqliteQueueReader
from workbench.store.sqlite.rows import Columns
from workbench.store.stored_values import (
    Instance,
    Page,
    PassedEvent,
    PassedKind,
    ProjectionState,
    Snapshot,
    StreamInfo,
)

WINDOW = 20_000
"""Positions that one look at a selective topic passes at most, so that no read is long."""
_DATA = "select e.position, e.version, t.name, e.schema_version, e.data from events e"
_STORED = ColumnShape(_DATA, Count, Count, str, Count, str)
_KEPT = "select version, state_hash, state from snapshots"
_SNAPSHOT = ColumnShape(_KEPT, Count, str, str)
_LEFT_OUT = "select position, stream, kind, error, at from passed_events"
_PASSED = RowShape(PassedEvent, _LEFT_OUT, Count, str, PassedKind, str, int)


class SqliteReader(SqliteQueueReader):
    """Every read port of `workbench.store.ports` over one SQLite connection."""

    def __init__(self, con: sqlite3.Connection, path: Path) -> None:
        super().__init__(con, path)
        self._types: list[tuple[str, int]] = []
        self._named: Mapping[str, str] = {}
        self._tables: dict[tuple[str, int], tuple[str, Columns]] = {}

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has types be called otherwise than they are stored, from the next read on (U3)."""
        self._busy.name_types(stored)

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """Gives all reads inside one common view of the store."""
        with translated(self._path), self._busy:
            self._con.execute("begin")
        try:
            yield
        finally:
            with self._busy:
                self._con.execute("commit")

    def stream(self, name: str) -> StreamInfo | None:
        """Returns one stream."""
        found = rows.streams(self._all(rows.STREAMS + "where name = ?", (name,)))
        return found[0] if found else None

    def read_stream(self, name: str, after: int = 0, limit: int = 1000) -> list[RecordedEvent]:
        """Returns events of a stream with versions above ``after``, in order."""
        query = (
            rows.EVENTS + "where e.stream_id = (select id from streams where name = ?) and e.version > ?"
            " order by e.version limit ?"
        )
        return rows.events(self._all(query, (name, after, limit)))

    def read_data(self, name: str, after: int = 0, limit: int = 1000) -> list[StoredData]:
        """Returns the same events as `read_stream`, with no more of them than folding needs (K1)."""
        query = (
            f"{_DATA} join types t on t.id = e.type_id where e.stream_id = (select id from streams where name = ?)"
            " and e.version > ? order by e.version limit ?"
        )
        return list(starmap(StoredData, _STORED(self._all(query, (name, after, limit)))))

    def read_log(self, after: int, limit: int, *, upto: int | None = None) -> list[RecordedEvent]:
        """Returns events with positions above ``after``, in order."""
        query = rows.EVENTS + "where e.position > ? and e.position <= ? order by e.position limit ?"
        return rows.events(self._all(query, (after, 2**62 if upto is None else upto, limit)))

    def read_topic(
        self,
        topic: str,
        wanted: Callable[[str], bool],
        after: int,
        limit: int,
        *,
        most: int | None = None,
    ) -> tuple[list[Message], int]:
        """Returns messages of a topic above a position, and the position up to which it looked."""
        head = self.head()
        upto = min(head, after + WINDOW)
        if upto <= after:
            return [], after
        numbers = [] if topic == COMMANDS_TOPIC else self._type_numbers(wanted)
        events, upto = self._of_types(numbers, after, upto, limit, most) if numbers else ([], upto)
        found = [event_as_message(event, topic) for event in events]
        query = (
            rows.MESSAGES + "where m.topic_id = (select id from topics where name = ?) and m.position > ?"
            " and m.position <= ? order by m.position limit ?"
        )
        read, cut = self._some(query, (topic, after, upto, limit), rows.MESSAGE_DATA, most)
        published = rows.messages(read)
        if cut:
            upto = published[-1].position
        if published:
            both = sorted([*found, *published], key=lambda message: message.position)
            found = [message for message in both if message.position <= upto]
        if len(found) >= limit:
            found = found[:limit]
            upto = found[-1].position
        return found, upto

    def _type_numbers(self, wanted: Callable[[str], bool]) -> list[int]:
        (newest,) = self._one("select coalesce(max(id), 0) from types")
        if newest != len(self._types) or self._busy.names is not self._named:
            self._named = self._busy.names
            self._types = self._all("select name, id from types")
        return [number for name, number in self._types if wanted(name)]

    def read_types(
        self, wanted: Callable[[str], bool], after: int, limit: int, *, most: int | None = None
    ) -> tuple[list[RecordedEvent], int]:
        """Returns events of some types above a position, and the position up to which it looked."""
        upto = min(self.head(), after + WINDOW)
        numbers = self._type_numbers(wanted)
        if upto <= after or not numbers:
            return [], max(upto, after)
        return self._of_types(numbers, after, upto, limit, most)

    def _of_types(
        self, numbers: list[int], after: int, upto: int, limit: int, most: int | None
    ) -> tuple[list[RecordedEvent], int]:
        marks = ",".join("?" * len(numbers))
        query = (
            rows.EVENTS + f"where e.position > ? and e.position <= ? and e.type_id in ({marks})"
            " order by e.position limit ?"
        )
        read, cut = self._some(query, (after, upto, *numbers, limit), rows.EVENT_DATA, most)
        found = rows.events(read)
        return found, found[-1].position if cut or len(found) >= limit else upto

    def count_types(self, wanted: Callable[[str], bool]) -> int:
        """Returns how many events there are of some types; looks at all of the log."""
        numbers = self._type_numbers(wanted)
        marks = ",".join("?" * len(numbers))
        (count,) = self._one(f"select count(*) from events where type_id in ({marks})", tuple(numbers))
        return int(count)

    def event(self, event_id: UUID) -> RecordedEvent | None:
        """Returns the event with that id."""
        found = rows.events(self._all(rows.EVENTS + "where e.event_id = ?", (event_id.bytes,)))
        return found[0] if found else None

    def event_at(self, position: int) -> RecordedEvent | None:
        """Returns the event at a position; None where a message or nothing stands."""
        found = rows.events(self._all(rows.EVENTS + "where e.position = ?", (position,)))
        return found[0] if found else None

    def snapshot(self, stream: str) -> Snapshot | None:
        """Returns the newest snapshot of a stream."""
        query = f"{_KEPT} where stream_id = (select id from streams where name = ?)"
        found = _SNAPSHOT(self._all(query, (stream,)))
        return (
            Snapshot(stream=stream, version=found[0][0], state_hash=found[0][1], state=found[0][2])
            if found
            else None
        )

    def generations(self, projection: str) -> list[ProjectionState]:
        """Returns the generations of a projection: the live one, then the one that is being rebuilt (J3)."""
        return rows.projections(
            self._all(rows.PROJECTIONS + "where name = ? order by live desc, generation", (projection,))
        )

    def passed(self, projection: str, generation: int) -> list[PassedEvent]:
        """Returns the events that a generation skipped and the streams that it parked, in order (J2)."""
        query = f"{_LEFT_OUT} where projection = ? and generation = ? order by position"
        return _PASSED(self._all(query, (projection, generation)))

    def row(self, projection: str, key: Any, generation: int | None = None) -> dict[str, Any] | None:
        """Returns one row of a read model; of the live generation unless another one is named."""
        table, columns = self._table(projection, generation)
        name = columns[0][0]
        if unstorable(key):
            return None
        key = compared(projection, columns, name, key)
        found = self._all(f'select * from {table} where "{name}" = ?', (key,))
        return reader_of(columns)(found[0]) if found else None

    def rows(
        self,
        projection: str,
        *,
        where: Where,
        after: Any | None,
        limit: int,
        order: str = "",
        generation: int | None = None,
    ) -> Page:
        """Returns rows in key order, or in that of a column (Q1: 1 ≤ limit ≤ 1000)."""
        table, columns = self._table(projection, generation)

        def row_of(key: Any) -> dict[str, Any] | None:
            return self.row(projection, key, generation)

        asked = asked_page(projection, columns, where, order, after, limit, row_of)
        found = self._all(*page_query(table, asked, columns[0][0], limit + 1))
        return Page(rows=list(map(reader_of(columns), found[:limit])), more=len(found) > limit)

    def _table(self, projection: str, generation: int | None) -> tuple[str, Columns]:
        """Returns the table of a generation, by default of the live one, and its columns."""
        if generation is not None and (projection, generation) in self._tables:
            return self._tables[projection, generation]
        query = "select generation, columns from projections where name = ? and "
        if generation is None:
            row = self._maybe(query + "live", (projection,))
        else:
            row = self._maybe(query + "generation = ?", (projection, generation))
        if row is None:
            which = "" if generation is None else f" of generation {generation}"
            raise NotFound(f"there is no projection {projection}{which}")
        found = self._tables[projection, row[0]] = table_name(projection, row[0]), rows.columns_of(row[1])
        return found

    def process(self, process: str, key: str) -> Instance | None:
        """Returns the instance of a process that has a key now."""
        row = self._maybe("select state, began from processes where process = ? and key = ?", (process, key))
        return Instance(*row) if row else None

"""Reads what lists and tables show: pages in a fixed order, counts without scans, searches over all."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy import text as literal
from sqlalchemy.dialects import sqlite
from sqlmodel import col, func, select

from workbench.model.clock import Clock
from workbench.model.text_folding import folded
from workbench.store.operator_actions import LetterDeed, OperatorAction, deeds_of
from workbench.store.sqlite import rows
from workbench.store.sqlite.column_shapes import ColumnShape, Count, Id, RowShape
from workbench.store.sqlite.connection import translate
from workbench.store.sqlite.kept import STANDS, read_kept
from workbench.store.sqlite.read_limit import READ_SECONDS, ReadLimit
from workbench.store.sqlite.reader_turn import ReaderTurn
from workbench.store.sqlite.tables import ActionRow, StreamRow
from workbench.store.stored_values import CommandRecord, LogEntry, StreamInfo

MANY = 100
Values = tuple[Any, ...] | Mapping[str, Any]
_DIALECT = sqlite.dialect()
_ENTRY = RowShape(
    LogEntry,
    "select position, event, stream, version, type, recorded_at, occurred_at, id, withdrawn from events",
    Count, Literal[0, 1], str, Count, str, int, int, Id, Literal[0, 1],
)  # fmt: skip
_OF_STREAM = ColumnShape(
    "select position, version, type, recorded_at, occurred_at, id from events",
    Count,
    Count,
    str,
    int,
    int,
    Id,
)
_ACTIONS = "select id, at, action, subject, detail, who, count, act, undone from actions"
_ACTION = RowShape(
    OperatorAction, _ACTIONS,
    Count, int, str, str, str, str, Count, str, Count,
)  # fmt: skip
_MOVED = "streams.id in (select stream_id from events where position > :behind)"
_NOT_PAST = "json_extract(r.kept, '$.type') <> 'past'"
CLOSE_SECONDS = 5.0
"""How long closing waits for a read to stop; one that does not is left to its thread."""


class ListReader:
    """A read-only connection, and the reads that views page through."""

    def __init__(self, con: sqlite3.Connection, path: Path) -> None:
        self._con = con
        self._path = path
        self._busy = ReaderTurn(con)
        con.create_function("folded", 1, folded, deterministic=True)
        con.create_function("first_of", 2, rows.first_of, deterministic=True)
        self._limit = ReadLimit(con, path)

    def close(self) -> None:
        """Stops what is read, then closes the connection: SQLite does not survive it the other way round."""
        self.interrupt()
        if self._busy.acquire(timeout=CLOSE_SECONDS):
            try:
                self._con.close()
            finally:
                self._busy.release()

    def interrupt(self) -> None:
        """Stops what another thread reads at this moment, with `ReadTooLong`; else does nothing."""
        with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed
            self._con.interrupt()

    def limit_reads(self, clock: Clock, seconds: float = READ_SECONDS) -> None:
        """Has reads that take longer stopped, with `ReadTooLong` (C5)."""
        self._limit.set(clock, seconds)

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Has reads inside that are not done after so much time in all stopped, with `ReadTooLong` (C5)."""
        return self._limit.within(seconds)

    def streams(self, first: int, limit: int) -> list[StreamInfo]:
        """Returns streams by number, from ``first``."""
        return rows.streams(self._all(rows.STREAMS + "where id >= ? order by id limit ?", (first, limit)))

    def streams_numbered(self, numbers: Sequence[int]) -> list[StreamInfo]:
        """Returns the streams with these numbers, in the order asked for."""
        marks = ",".join("?" * len(numbers))
        found = rows.streams(self._all(rows.STREAMS + f"where id in ({marks})", tuple(numbers)))
        by_number = {stream.number: stream for stream in found}
        return [by_number[number] for number in numbers if number in by_number]

    def stream_count(self) -> int:
        """Returns how many streams there are; they are numbered without gaps."""
        (count,) = self._one("select coalesce(max(id), 0) from streams")
        return int(count)

    def streams_from(self, prefix: str, limit: int) -> list[StreamInfo]:
        """Returns the first streams whose names begin so, by name, from the index alone."""
        beyond = prefix + "\U0010ffff"
        query = rows.STREAMS + "where name >= ? and name < ? order by name limit ?"
        return rows.streams(self._all(query, (prefix, beyond, limit)))

    def find_streams(
        self, *, text: str = "", category: str = "", order: str = "number", limit: int = -1, behind: int = 0
    ) -> array[int]:
        """Returns the numbers of all streams that fit, in order: searches the whole store.

        Args:
            text: Part of the name, whatever its case.
            category: The whole category; empty for all.
            order: ``number``, ``name``, ``version``, ``updated``; with ``-`` in front the other way round.
            limit: How many at most; below 0 for all.
            behind: Those alone that have an event behind this position.
        """
        columns = {
            "number": StreamRow.id,
            "name": StreamRow.name,
            "version": StreamRow.version,
            "updated": StreamRow.last_position,
        }
        column = col(columns[order.lstrip("-")])
        inner = select(col(StreamRow.id)).order_by(column.desc() if order.startswith("-") else column.asc())
        if order.endswith("version"):  # the others are alike for no two streams
            inner = inner.order_by(col(StreamRow.id))
        if text:
            needle = folded(text)
            inner = inner.where(literal(holding("name", needle)).bindparams(needle=needle))
        if category:
            inner = inner.where(StreamRow.category == category)
        if behind:
            inner = inner.where(literal(_MOVED).bindparams(behind=behind))
        if limit >= 0:
            inner = inner.limit(limit)
        # One row of text instead of a row per stream: a thread then hands the interpreter over only once.
        ((said,),) = self._select(select(func.group_concat(inner.subquery().c.id)))
        return rows.numbers(said)

    def categories(self, behind: int = 0) -> list[tuple[str, int]]:
        """Returns the categories of streams with their counts: of all from the index alone."""
        those = "where id > ? group by +category" if behind else "group by category"
        query = f"select category, count(*) from streams {those} order by 1"
        return self._all(query, (behind,) if behind else ())

    def log(self, first: int, limit: int) -> list[LogEntry]:
        """Returns the first ``limit`` entries that stand at ``first`` or behind it, without payloads (I3)."""
        return self._log(">= :first", {"first": first, "limit": limit})

    def log_at(self, positions: Sequence[int]) -> list[LogEntry]:
        """Returns what stands at some positions, without payloads; what stands there no more is left out."""
        wanted = {"first": json.dumps(list(positions)), "limit": len(positions)}
        return self._log("in (select value from json_each(:first))", wanted)

    def _log(self, where: str, values: dict[str, Any]) -> list[LogEntry]:
        query = (
            "select * from (select e.position, 1, s.name, e.version, t.name, e.recorded_at, e.occurred_at, e.event_id,"
            " 0 from events e join streams s on s.id = e.stream_id join types t on t.id = e.type_id"
            f" where e.position {where} order by e.position limit :limit) union all"
            " select * from (select m.position, 0, p.name, 0, m.type, m.published_at, m.published_at, m.message_id,"
            f" {rows.WITHDRAWN_COMMAND} from messages m join topics p on p.id = m.topic_id"
            f" where m.position {where} order by m.position limit :limit) order by 1 limit :limit"
        )
        return _ENTRY(self._all(query, values))

    def log_runs(self, after: int = 0) -> list[range]:
        """Returns the positions above ``after`` at which something stands, as runs without gaps (I3).

        Where there are no gaps it takes two counts from indexes; else it looks at every position.
        """
        behind = "where position > :after" if after else ""  # a condition keeps it from counting an index
        ends = " union all ".join(
            f"select (select min(position) from {table} {behind}), (select max(position) from {table} {behind}),"
            f" (select count(*) from {table} {behind})"
            for table in ("events", "messages")
        )
        found = [row for row in self._all(ends, {"after": after}) if row[2]]
        if not found:
            return []
        first, last = min(row[0] for row in found), max(row[1] for row in found)
        if last - first + 1 == sum(row[2] for row in found):
            return [range(first, last + 1)]
        query = (
            "with places (place) as (select position from events where position > :after"
            " union all select position from messages where position > :after)"
            " select min(place), max(place) from (select place, place - row_number() over (order by place) as run"
            " from places) group by run order by 1"
        )
        return [range(row[0], row[1] + 1) for row in self._all(query, {"after": after})]

    def stream_entries(self, name: str, versions: Sequence[int]) -> list[LogEntry]:
        """Returns the events of a stream that have these versions, in their order, without payloads."""
        query = (
            "select e.position, e.version, t.name, e.recorded_at, e.occurred_at, e.event_id from events e"
            " join types t on t.id = e.type_id where e.stream_id = (select id from streams where name = ?)"
            " and e.version in (select value from json_each(?)) order by e.version"
        )
        return [
            LogEntry(
                position=row[0],
                event=True,
                stream=name,
                version=row[1],
                type=row[2],
                recorded_at=row[3],
                occurred_at=row[4],
                id=UUID(bytes=row[5]),
            )
            for row in _OF_STREAM(self._all(query, (name, json.dumps(list(versions)))))
        ]

    def stream_times(self, name: str, after: int, limit: int) -> array[int]:
        """Returns when the first ``limit`` events behind version ``after`` happened, by version."""
        (said,) = self._one(
            "select group_concat(occurred_at) from (select occurred_at from events"
            " where stream_id = (select id from streams where name = ?) and version > ? order by version limit ?)",
            (name, after, limit),
        )
        return rows.numbers(said)

    def published(self) -> dict[str, int]:
        """Returns how many messages of each topic are stored."""
        found = self._all(
            "select t.name, (select count(*) from messages m where m.topic_id = t.id) from topics t order by t.name"
        )
        return dict(found)

    def commands(
        self, *, limit: int = 200, before: int | None = None, numbers: Sequence[int] | None = None
    ) -> list[CommandRecord]:
        """Returns issued commands, the newest first; with ``numbers`` only those that have them."""
        last = 2**62 if before is None else before
        those = "and id in (select value from json_each(?)) " if numbers is not None else ""
        query = rows.COMMANDS + f"where id < ? {those}order by id desc limit ?"
        return rows.commands(
            self._all(query, (last, *([json.dumps(list(numbers))] if numbers is not None else ()), limit))
        )

    def actions(self, *, limit: int = 200, kind: str = "") -> list[OperatorAction]:
        """Returns operators' actions, the newest first; those of a kind alone, if one is given."""
        query = select(ActionRow).order_by(col(ActionRow.id).desc())
        query = query.where(col(ActionRow.action) == kind) if kind else query
        return _ACTION(self._select(query.limit(limit)))

    def action(self, number: int = 0, *, act: str = "") -> OperatorAction | None:
        """Returns one of them, by its number or by its name; None if there is none."""
        known = col(ActionRow.act) == act if act else col(ActionRow.id) == number
        found = _ACTION(self._select(select(ActionRow).where(known)))
        return found[0] if found else None

    def can_bring_back(self, act: str) -> bool:
        """Whether something of what an act replaced can be put back now, by `BringBack` (L10)."""
        return bool(self._all(f"select 1 from replaced r where act = ? and {STANDS} limit 1", (act,)))

    def taken_back(self, act: str) -> list[int]:
        """Returns the dead letters at which an undo took back what an act had changed, in their order."""
        query = (
            "select distinct number from replaced where act = ? and json_extract(kept, '$.type') = 'past'"
            " and json_extract(kept, '$.undone') order by 1"
        )
        return [row[0] for row in self._all(query, (act,))]

    def replay_fates(self, act: str) -> list[str]:
        """Returns which statuses the dead letters have whose replay by an act can be taken back (L10)."""
        query = (
            "select distinct l.status from replaced r join dead_letters l on l.id = r.number"
            f" where r.act = ? and {_NOT_PAST} order by 1"
        )
        return [row[0] for row in self._all(query, (act,))]

    def tried_replays(self, act: str) -> int:
        """Returns how many replays of an act wait still, and were tried already: these tries stay (L10)."""
        (count,) = self._one(
            "select count(*) from replaced r join deliveries d on d.letter_id = r.number"
            f" where r.act = ? and json_extract(r.kept, '$.type') = 'replay' and d.attempts <> '[]' and {STANDS}",
            (act,),
        )
        return int(count)

    def letter_acts(self, numbers: Sequence[int]) -> dict[int, tuple[LetterDeed, ...]]:
        """Returns by letter what operators did to it and what of that was undone, the first act first."""
        query = (
            "select number, act, kept from replaced where number in (select value from json_each(?))"
            " and json_extract(kept, '$.type') in ('note', 'replay', 'past') union all select letter_id, act, null"
            " from letter_changes where letter_id in (select value from json_each(?))"
        )
        wanted = json.dumps(list(numbers))
        rows = self._all(query, (wanted, wanted)) if numbers else ()
        found = [(letter, act, read_kept(kept) if kept else None) for letter, act, kept in rows]
        named = json.dumps(sorted({act for _, act, _ in found}))
        acts = f"{_ACTIONS} where act in (select value from json_each(?))"
        undos = f"{_ACTIONS} where id in (select undone from actions where act in (select value from json_each(?)))"
        return deeds_of(found, _ACTION([*self._all(acts, (named,)), *self._all(undos, (named,))]))

    def _select(self, query: Select[Any] | Any) -> list[Any]:
        """Runs a query that SQLModel's tables describe on this connection."""
        said = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        return self._all(str(said), tuple(said.params[name] for name in said.positiontup or ()))

    def _all(self, query: str, values: Values = ()) -> list[Any]:
        self._limit.begin()
        try:
            with self._busy:
                return self._con.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise translate(error, self._path) from error

    def _some(self, query: str, values: Values, data: int, most: int | None) -> tuple[list[Any], bool]:
        """Returns rows until their column `data` has at least `most` characters, and whether it ended there."""
        if most is None:
            return self._all(query, values), False
        self._limit.begin()
        read: list[Any] = []
        try:
            with self._busy:
                for row in self._con.execute(query, values):
                    read.append(row)
                    most -= len(row[data])
                    if most <= 0:
                        break
        except sqlite3.Error as error:
            raise translate(error, self._path) from error
        return read, most <= 0

    def _one(self, query: str, values: Values = ()) -> Any:
        self._limit.begin()
        try:
            with self._busy:
                return self._con.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise translate(error, self._path) from error

    def _maybe(self, query: str, values: Values = ()) -> Any | None:
        return self._one(query, values)


def holding(column: str, needle: str, name: str = "needle") -> str:
    """Returns the condition that a column holds a folded text, bound as `name`; `folded` must be known.

    What is plain ASCII is folded by SQLite itself, so that a search over a million rows stays quick.
    """
    odd = f"{column} glob '*[^ -~]*'"
    plain = f"instr(lower({column}), :{name})" if needle.isascii() else "0"
    return f"case when {odd} then instr(folded({column}), :{name}) else {plain} end"

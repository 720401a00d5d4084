"""What SQLite itself can do: the same tables and settings, the least statements, no rules."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from workbench.model.clock import SystemClock
from workbench.model.ids import id_source
from workbench.store.sqlite.connection import Synchronous, open_writer
from workbench.store.sqlite.schema import ddl

PAGE = 1_000


class RawLog:
    """A log by hand: encodes, takes ids and times, inserts events and moves the stream's head."""

    def __init__(self, path: Path, synchronous: Synchronous) -> None:
        filled = path.exists()
        path.touch()
        self.con = open_writer(path, synchronous)
        if not filled:
            for statement in ddl():
                self.con.execute(statement)
            self.con.execute("insert into types values (1, 'counted')")
        self._clock = SystemClock()
        self._new_id = id_source(self._clock, random.Random(1))
        self._position: int = 0
        (self._position,) = self.con.execute("select coalesce(max(position), 0) from events").fetchone()
        heads = self.con.execute("select name, id, version from streams").fetchall() if filled else []
        self._heads: dict[str, list[int]] = {name: [number, version] for name, number, version in heads}

    def append(self, appends: list[tuple[str, list[dict[str, Any]]]]) -> int:
        """Appends to each stream its events, all in one transaction; returns the last position."""
        con = self.con
        con.execute("begin immediate")
        now = self._clock.now()
        for stream, events in appends:
            head = self._heads.get(stream) or self._begin(stream, now)
            rows = []
            for data in events:
                self._position += 1
                head[1] += 1
                identity = self._new_id().bytes
                text = orjson.dumps(data).decode()
                rows.append(
                    (self._position, head[0], head[1], identity, 1, 1, now, now, identity, None, text, None)
                )
            con.executemany("insert into events values (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
            con.execute(
                "update streams set version = ?, updated_at = ?, last_position = ? where id = ?",
                (head[1], now, self._position, head[0]),
            )
        con.execute("commit")
        return self._position

    def _begin(self, stream: str, now: int) -> list[int]:
        number = self.con.execute(
            "insert into streams values (null, ?, 'count', 0, 0, ?, ?, 0)", (stream, now, now)
        ).lastrowid
        self._heads[stream] = [number or 0, 0]
        return self._heads[stream]

    def close(self) -> None:
        """Closes the file."""
        self.con.close()


def read_stream(con: sqlite3.Connection, stream: str) -> int:
    """Folds a stream's numbers, decoded; reads what tells an event's type, version and place, too."""
    rows = con.execute(
        "select position, version, type_id, schema_version, data from events"
        " where stream_id = (select id from streams where name = ?) order by version",
        (stream,),
    )
    return sum(orjson.loads(row[4])["by"] for row in rows)


def read_log(path: Path) -> Iterator[Any]:
    """Yields every event in order, all that is stored of it, the data decoded."""
    con = sqlite3.connect(path)
    after = 0
    while True:
        page = con.execute(
            "select * from events where position > ? order by position limit ?",
            (after, PAGE),
        ).fetchall()
        for row in page:
            yield row, orjson.loads(row[10])
        if len(page) < PAGE:
            return
        after = page[-1][0]


def project(path: Path, target: Path) -> None:
    """Folds the log into a table of totals by stream, in batches with their checkpoint."""
    names = dict(sqlite3.connect(path).execute("select id, name from streams"))
    con = sqlite3.connect(target, isolation_level=None)
    con.execute("pragma journal_mode = wal")
    con.execute("create table totals (id text primary key, total integer)")
    con.execute("create table checkpoint (position integer)")
    con.execute("insert into checkpoint values (0)")
    source = sqlite3.connect(path)
    after = 0
    while page := source.execute(
        "select position, stream_id, data from events where position > ? order by position limit 500",
        (after,),
    ).fetchall():
        changed: dict[str, int] = {}
        for _, stream, data in page:
            key = names[stream]
            if key not in changed:
                row = con.execute("select total from totals where id = ?", (key,)).fetchone()
                changed[key] = row[0] if row else 0
            changed[key] += orjson.loads(data)["by"]
        after = page[-1][0]
        con.execute("begin immediate")
        con.executemany("insert or replace into totals values (?, ?)", list(changed.items()))
        con.execute("update checkpoint set position = ?", (after,))
        con.execute("commit")

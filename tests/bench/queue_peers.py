"""Other queues at the same work: raw sqlite3 in two ways, a queue in memory, and libraries of the trade."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from workbench.model.clock import SystemClock
from workbench.model.ids import id_source
from workbench.store.sqlite.connection import Synchronous, open_writer
from workbench.store.sqlite.schema import ddl

BATCH = 100
Payload = dict[str, Any]


def _connect(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    path.touch()
    con = open_writer(path, synchronous)
    for statement in ddl():
        con.execute(statement)
    con.execute("insert into topics values (1, 'work', 0)")
    return con


def raw_log(path: Path, payloads: list[Payload], synchronous: Synchronous) -> float:
    """A log with a durable cursor in batches of 100: the same message table; returns messages a second."""
    con = _connect(path, synchronous)
    con.execute("create table cursor (position integer)")
    con.execute("insert into cursor values (0)")
    clock = SystemClock()
    new_id = id_source(clock, random.Random(1))
    seen = cursor = position = 0
    started = time.perf_counter()
    for first in range(0, len(payloads), BATCH):
        con.execute("begin immediate")
        now, rows = clock.now(), []
        for payload in payloads[first : first + BATCH]:
            position += 1
            identity = new_id().bytes
            text = orjson.dumps(payload).decode()
            rows.append((position, 1, identity, "work", "", text, None, 0, now, None, None, identity, None))
        con.executemany("insert into messages values (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        con.execute("commit")
        page = con.execute(
            "select * from messages where topic_id = 1 and position > ? order by position limit ?",
            (cursor, BATCH),
        ).fetchall()
        for row in page:
            seen += orjson.loads(row[5])["by"]
        cursor = page[-1][0]
        con.execute("begin immediate")
        con.execute("update cursor set position = ?", (cursor,))
        con.execute("commit")
    seconds = time.perf_counter() - started
    assert seen == len(payloads)
    con.close()
    return len(payloads) / seconds


def raw_rows(path: Path, payloads: list[Payload], synchronous: Synchronous) -> float:
    """Rows that are claimed and acked in batches of 100; returns messages a second."""
    con = _connect(path, synchronous)
    con.execute("create table queue (id integer primary key, data text, state int, token blob)")
    con.execute("create index queue_state on queue (state, id)")
    new_id = id_source(SystemClock(), random.Random(1))
    seen = 0
    started = time.perf_counter()
    for first in range(0, len(payloads), BATCH):
        con.execute("begin immediate")
        con.executemany(
            "insert into queue values (null, ?, 0, null)",
            [(orjson.dumps(payload).decode(),) for payload in payloads[first : first + BATCH]],
        )
        con.execute("commit")
        con.execute("begin immediate")
        page = con.execute(
            "update queue set state = 1, token = ? where id in"
            " (select id from queue where state = 0 order by id limit ?) returning id, data",
            (new_id().bytes, BATCH),
        ).fetchall()
        con.execute("commit")
        for _, data in page:
            seen += orjson.loads(data)["by"]
        con.execute("begin immediate")
        con.executemany("delete from queue where id = ? and state = 1", [(row[0],) for row in page])
        con.execute("commit")
    seconds = time.perf_counter() - started
    assert seen == len(payloads)
    con.close()
    return len(payloads) / seconds


async def in_memory(payloads: list[Payload]) -> float:
    """An `asyncio.Queue` of 1,000: nothing is stored; returns messages a second."""
    queue: asyncio.Queue[Payload | None] = asyncio.Queue(1000)

    async def consume() -> int:
        seen = 0
        while (payload := await queue.get()) is not None:
            seen += payload["by"]
        return seen

    started = time.perf_counter()
    consumer = asyncio.create_task(consume())
    for payload in payloads:
        await queue.put(payload)
    await queue.put(None)
    assert await consumer == len(payloads)
    return len(payloads) / (time.perf_counter() - started)


def huey(path: Path, payloads: list[Payload]) -> float:
    """A task of the huey library, enqueued and executed in this thread; returns tasks a second."""
    from huey import SqliteHuey

    app = SqliteHuey(filename=str(path), fsync=True, results=False)
    seen = []

    @app.task()
    def work(payload: Payload) -> None:
        seen.append(payload["by"])

    started = time.perf_counter()
    for payload in payloads:
        work(payload)
    while (task := app.dequeue()) is not None:
        app.execute(task)
    assert len(seen) == len(payloads)
    return len(payloads) / (time.perf_counter() - started)


def persist_queue(path: Path, payloads: list[Payload]) -> float:
    """The persist-queue library's queue with acks; returns messages a second."""
    from persistqueue import SQLiteAckQueue

    queue: Any = SQLiteAckQueue(str(path), auto_commit=True)
    started = time.perf_counter()
    for payload in payloads:
        queue.put(payload)
    for _ in payloads:
        queue.ack(queue.get())
    seconds = time.perf_counter() - started
    queue.close()
    return len(payloads) / seconds


def litequeue(path: Path, payloads: list[Payload]) -> float:
    """The litequeue library; returns messages a second."""
    from litequeue import LiteQueue

    queue: Any = LiteQueue(str(path))
    queue.conn.execute("pragma synchronous = full")
    started = time.perf_counter()
    for payload in payloads:
        queue.put(json.dumps(payload))
    for _ in payloads:
        queue.done(queue.pop().message_id)
    return len(payloads) / (time.perf_counter() - started)


LIBRARIES: dict[str, tuple[str, Callable[[Path, list[Payload]], float]]] = {
    "huey": ("huey", huey),
    "persist-queue": ("persistqueue", persist_queue),
    "litequeue": ("litequeue", litequeue),
}


def present() -> list[str]:
    """Returns the libraries that are installed."""
    return [name for name, (module, _) in LIBRARIES.items() if importlib.util.find_spec(module)]

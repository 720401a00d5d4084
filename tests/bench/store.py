"""Appends, loads, reads, commands and a projection's catching up, against raw sqlite3 and a peer in one run.

Run ``python -m tests.bench.store``, with ``--quick`` for a short form. All databases are files in one folder.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.bench import peer, raw
from tests.bench.report import Report, arguments
from tests.engine.conftest import Add, Count, Counted, Open, counted, decide, evolve
from workbench.engine.commanding import Issue
from workbench.engine.engine import Engine
from workbench.engine.gate import WriteGate
from workbench.engine.loading import AggregateLoader
from workbench.model.aggregates import Aggregate
from workbench.model.clock import SystemClock
from workbench.model.events import NewEvent
from workbench.model.ids import id_source
from workbench.model.projections import Column, ColumnKind, Projection
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.store.operations import Append
from workbench.store.sql.connection import Synchronous
from workbench.store.sql.store import SqliteStore

STREAMS = 100
ENCODER = msgspec.json.Encoder()


def payload(number: int) -> dict[str, Any]:
    """Returns what an event says; a little over 100 bytes."""
    return {
        "by": 1,
        "note": "lorem ipsum dolor sit amet",
        "who": f"customer-{number:08}",
        "amount": 12.5,
    }


def model() -> Registry:
    """Returns counters and a table of their totals."""
    counters = Aggregate(
        name="count", state=Count, events=(Counted,), commands=(Open, Add), decide=decide, evolve=evolve
    )
    columns = (Column(name="id"), Column(name="total", kind=ColumnKind.INTEGER))
    totals = Projection(name="totals", columns=columns, on={Counted: counted})
    definitions = Definitions(aggregates=(counters,), projections=(totals,))
    return build_registry([definitions], topics=(), subscriptions=())


def per_second(count: int, work: Callable[[], object]) -> float:
    """Returns how many a second, of so many."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


class Bench:
    """One run in one folder."""

    def __init__(self, folder: Path, report: Report, *, quick: bool) -> None:
        self._folder = folder
        self._report = report
        self._scale = 1 if quick else 10
        self._files = 0
        self._clock = SystemClock()
        self._new_id = id_source(self._clock, random.Random(2))

    def file(self) -> Path:
        """Returns a new name."""
        self._files += 1
        return self._folder / f"{self._files}.db"

    def event(self, number: int) -> NewEvent:
        """Returns an event as a command's handler makes it."""
        data = ENCODER.encode(payload(number)).decode()
        return NewEvent(id=self._new_id(), type="counted", data=data)

    def ratio(self, name: str, value: float, **others: float) -> None:
        """Reports a rate and how many times those of the others it is."""
        self._report.add(name, value, "/s", **{other: value / rate for other, rate in others.items() if rate})

    # -- appends ------------------------------------------------------------------------------------------

    async def appends(self, callers: int, synchronous: Synchronous) -> None:
        """So many callers, each of which waits for its own append."""
        count = max(callers * 4, (2_000 if callers > 1 else 1_000) * self._scale)
        store = SqliteStore(self.file(), self._clock, synchronous=synchronous)
        gate = WriteGate(store, self._clock, lambda _operations, _answers: None)

        async def caller(first: int) -> None:
            for number in range(first, count, callers):
                await gate.write(Append(stream=f"count-{number % STREAMS}", events=(self.event(number),)))

        started = time.perf_counter()
        await asyncio.gather(*(caller(first) for first in range(callers)))
        rate = count / (time.perf_counter() - started)
        await gate.close()
        store.close()
        log = raw.RawLog(self.file(), synchronous)
        grouped = [
            [(f"count-{one % STREAMS}", [payload(one)]) for one in range(first, min(first + callers, count))]
            for first in range(0, count, callers)
        ]
        bare = per_second(count, lambda: [log.append(group) for group in grouped])
        log.close()
        others = {"raw": bare}
        if peer.PRESENT and synchronous == "full":
            others["eventsourcing"] = self._peer_appends(500 * self._scale)
        self.ratio(f"append_{callers}_callers_{synchronous}", rate, **others)

    def _peer_appends(self, count: int) -> float:
        other = peer.Peer(self.file())
        return per_second(
            count,
            lambda: [
                other.append(f"count-{number % STREAMS}", number // STREAMS, [payload(number)])
                for number in range(count)
            ],
        )

    def batches(self, synchronous: Synchronous) -> None:
        """A thousand events a call."""
        calls = 10 * self._scale
        store = SqliteStore(self.file(), self._clock, synchronous=synchronous)

        def ours() -> None:
            for call in range(calls):
                events = tuple(self.event(number) for number in range(1_000))
                store.write([Append(stream=f"count-{call % STREAMS}", events=events)])

        rate = per_second(calls * 1_000, ours)
        store.close()
        log = raw.RawLog(self.file(), synchronous)
        bare = per_second(
            calls * 1_000,
            lambda: [
                log.append([(f"count-{call % STREAMS}", [payload(number) for number in range(1_000)])])
                for call in range(calls)
            ],
        )
        log.close()
        self.ratio(f"append_1000_{synchronous}", rate, raw=bare)

    # -- reads --------------------------------------------------------------------------------------------

    def reads(self) -> None:
        """Streams loaded and folded, and the whole log in order."""
        registry = model()
        total = 50_000 * self._scale
        path = self.file()
        store = SqliteStore(path, self._clock)
        other = peer.Peer(self.file()) if peer.PRESENT else None
        lengths = [10, 1_000, 10_000 * self._scale]
        for length in lengths:
            for first in range(0, length, 1_000):
                numbers = range(first, min(first + 1_000, length))
                events = tuple(self.event(number) for number in numbers)
                store.write([Append(stream=f"count-{length}", events=events)])
                if other is not None:
                    other.append(f"count-{length}", first, [payload(number) for number in numbers])
        for length in lengths:
            self._fold(store, path, other, registry, length)
        stored = sum(lengths)
        for first in range(stored, total, 1_000):
            events = tuple(self.event(number) for number in range(min(1_000, total - first)))
            store.write([Append(stream=f"count-{first % STREAMS}-more", events=events)])
        self._read_all(store, path, other, total, stored)
        store.close()

    def _fold(
        self, store: SqliteStore, path: Path, other: peer.Peer | None, registry: Registry, length: int
    ) -> None:
        reader, stream = store.reader(), f"count-{length}"
        times = max(1, 20_000 // length)

        def ours() -> None:
            for _ in range(times):
                loaded = AggregateLoader(reader, registry).load(registry.aggregates["count"], stream)
                assert loaded.state.total == length

        rate = per_second(times * length, ours)
        bare = per_second(times * length, lambda: [raw.read_stream(path, stream) for _ in range(times)])
        others = {"raw": bare}
        if other is not None:
            others["eventsourcing"] = per_second(
                times * length, lambda: [other.fold(stream) for _ in range(times)]
            )
        self.ratio(f"load_fold_{length}", rate, **others)

    def _read_all(
        self, store: SqliteStore, path: Path, other: peer.Peer | None, total: int, stored: int
    ) -> None:
        reader = store.reader()

        def ours() -> None:
            after = seen = 0
            while page := reader.read_log(after, raw.PAGE):
                seen += sum(1 for event in page if msgspec.json.decode(event.data))
                after = page[-1].position
            assert seen == total

        others = {"raw": per_second(total, lambda: sum(1 for _ in raw.read_log(path)))}
        if other is not None:
            others["eventsourcing"] = per_second(stored, other.read)
        self.ratio("read_all", per_second(total, ours), **others)

    # -- the engine -----------------------------------------------------------------------------------------

    async def commands(self, callers: int) -> None:
        """Commands from their values to their answers: validated, decided, appended, remembered."""
        store = SqliteStore(self.file(), self._clock)
        engine = Engine(store, model(), self._clock, lambda _changes: None)
        await engine.start()
        count = 2_000 * self._scale

        async def caller(first: int) -> None:
            for number in range(first, count, callers):
                values = {"id": f"{number:08}", "by": 1}
                result = await engine.commands.handle(Issue(type="open", values=values, id=self._new_id()))
                assert result.accepted, result.message

        started = time.perf_counter()
        await asyncio.gather(*(caller(first) for first in range(callers)))
        rate = count / (time.perf_counter() - started)
        await engine.settle()
        await engine.stop()
        store.close()
        others = {}
        if peer.PRESENT:
            save = peer.application(self.file())
            others["eventsourcing"] = per_second(500, lambda: [save() for _ in range(500)])
        self.ratio(f"command_callers_{callers}_full", rate, **others)

    async def catching_up(self) -> None:
        """A projection over everything that is stored."""
        count = 20_000 * self._scale
        store = SqliteStore(self.file(), self._clock)
        for first in range(0, count, 1_000):
            events = tuple(self.event(number) for number in range(1_000))
            store.write([Append(stream=f"count-{first % STREAMS}", events=events)])
        engine = Engine(store, model(), self._clock, lambda _changes: None)
        started = time.perf_counter()
        await engine.start()
        await engine.wait_for("totals", count)
        self.ratio("projection_catch_up", count / (time.perf_counter() - started))
        await engine.stop()
        store.close()

    async def run(self) -> None:
        """Measures everything, one after the other."""
        for synchronous in ("full", "normal"):
            for callers in (1, 10, 100, 1_000):
                await self.appends(callers, "full" if synchronous == "full" else "normal")
            self.batches("full" if synchronous == "full" else "normal")
        self.reads()
        await self.commands(100)
        await self.catching_up()


def main() -> None:
    """Prints the figures."""
    options = arguments(__doc__ or "")
    report = Report()
    if not peer.PRESENT:
        print("The eventsourcing library is not installed (pip install eventsourcing): no ratios to it")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(Bench(Path(folder), report, quick=options.quick).run())
    report.write(options.json)


if __name__ == "__main__":
    main()

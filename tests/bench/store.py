"""Appends, loads, reads, commands and a projection's catching up, against raw sqlite3 and a peer in one run.

Run ``python -m tests.bench.store``, with ``--quick`` for a short form. All databases are files in one folder.

A command costs about 50 µs of the processor: 20 in its handler and 17 in the store, half of them in SQLite;
nothing in it is a tenth. The peer takes 400, and a commit. So the ratio is higher the slower the disk is.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tests.bench import peer, raw
from tests.bench.report import Report, arguments
from tests.engine.conftest import Add, Count, Counted, Open, counted, decide, evolve
from workbench.engine.aggregate_loader import AggregateLoader
from workbench.engine.command_handler import Issue
from workbench.engine.engine import Engine
from workbench.engine.group_commit import GroupCommit
from workbench.model.aggregate import Aggregate
from workbench.model.clock import SystemClock
from workbench.model.event import NewEvent
from workbench.model.ids import id_source
from workbench.model.projection import Column, ColumnKind, On, Projection
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.store.operations import Append
from workbench.store.sqlite.connection import Synchronous
from workbench.store.sqlite.store import SqliteStore

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


def model(*, projected: bool = True) -> Registry:
    """Returns counters, and a table of their totals where it is wanted."""
    counters = Aggregate(
        name="count", state=Count, events=(Counted,), commands=(Open, Add), decide=decide, evolve=evolve
    )
    columns = (Column(name="id"), Column(name="total", kind=ColumnKind.INTEGER))
    totals = Projection(name="totals", columns=columns, on=(On(Counted, counted),))
    definitions = Definitions(aggregates=(counters,), projections=(totals,) if projected else ())
    return build_registry([definitions], topics=(), subscriptions=())


class Contest:
    """Several ways to do the same work, run in turns so that a busy moment hits all of them alike."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._best: dict[str, float] = {}

    def timed(self, name: str, work: Callable[[], object]) -> None:
        """Runs one of them once."""
        started = time.perf_counter()
        work()
        self.took(name, time.perf_counter() - started)

    def took(self, name: str, seconds: float) -> None:
        """Notes how long one of them took; the shortest counts."""
        self._best[name] = min(seconds, self._best.get(name, seconds))

    def rates(self) -> dict[str, float]:
        """Returns how many a second each of them did."""
        return {name: self._count / seconds for name, seconds in self._best.items()}


class Bench:
    """One run in one folder."""

    def __init__(self, folder: Path, report: Report, *, quick: bool) -> None:
        self._folder = folder
        self._report = report
        self._quick = quick
        self._scale = 1 if quick else 10
        self._rounds = 3
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

    def tell(self, name: str, contest: Contest) -> None:
        """Reports our rate and how many times those of the others it is."""
        rates = contest.rates()
        ours = rates.pop("ours")
        self._report.add(name, ours, "/s", **{other: ours / rate for other, rate in rates.items()})

    # -- appends ------------------------------------------------------------------------------------------

    async def appends(self, callers: int, synchronous: Synchronous) -> None:
        """So many callers, each of which waits for its own append."""
        count = max(callers * 4, (2_000 if callers > 1 else 1_000) * self._scale)
        grouped = [
            [(f"count-{one % STREAMS}", [payload(one)]) for one in range(first, min(first + callers, count))]
            for first in range(0, count, callers)
        ]
        contest = Contest(count)
        for _ in range(self._rounds):
            store = SqliteStore(self.file(), self._clock, synchronous=synchronous)
            contest.took("ours", await self._gated(store, callers, count))
            store.close()
            log = raw.RawLog(self.file(), synchronous)
            contest.timed("raw", lambda log=log: [log.append(group) for group in grouped])  # type: ignore[misc]
            log.close()
        if peer.PRESENT and synchronous == "full":
            contest.took("eventsourcing", count / self._peer_appends())
        self.tell(f"append_1_callers_{callers}_{synchronous}", contest)

    async def _gated(self, store: SqliteStore, callers: int, count: int) -> float:
        """Returns the seconds that so many callers take for so many appends."""
        writer = GroupCommit(store, self._clock, lambda _operations, _answers: None)

        async def caller(first: int) -> None:
            for number in range(first, count, callers):
                await writer.write(Append(stream=f"count-{number % STREAMS}", events=(self.event(number),)))

        started = time.perf_counter()
        await asyncio.gather(*(caller(first) for first in range(callers)))
        seconds = time.perf_counter() - started
        await writer.close()
        return seconds

    @cache  # noqa: B019  # one bench lives as long as the run
    def _peer_appends(self) -> float:
        """Returns how many appends a second the peer does; it cannot group those of several callers."""
        count = 500 * self._scale
        contest = Contest(count)
        for _ in range(self._rounds):
            other = peer.Peer(self.file())
            contest.timed(
                "peer",
                lambda other=other: [  # type: ignore[misc]
                    other.append(f"count-{number % STREAMS}", number // STREAMS, [payload(number)])
                    for number in range(count)
                ],
            )
        return contest.rates()["peer"]

    def batches(self, synchronous: Synchronous) -> None:
        """A thousand events a call."""
        calls = 10 * self._scale
        contest = Contest(calls * 1_000)
        for _ in range(self._rounds):
            store = SqliteStore(self.file(), self._clock, synchronous=synchronous)
            contest.timed("ours", lambda store=store: self.fill(store, calls * 1_000))  # type: ignore[misc]
            store.close()
            log = raw.RawLog(self.file(), synchronous)
            contest.timed("raw", lambda log=log: fill_raw(log, calls))  # type: ignore[misc]
            log.close()
        self.tell(f"append_1000_{synchronous}", contest)

    def fill(self, store: SqliteStore, count: int, *, first: int = 0, streams: int = STREAMS) -> None:
        """Appends events, a thousand a call, over so many streams in turn."""
        for start in range(first, first + count, 1_000):
            events = tuple(self.event(number) for number in range(start, start + 1_000))
            store.write([Append(stream=f"count-{start // 1_000 % streams}", events=events)])

    # -- reads --------------------------------------------------------------------------------------------

    def loads(self) -> None:
        """Streams loaded and folded into typed events and a state."""
        registry = model()
        for length in (10, 1_000, 10_000 * self._scale):
            path, stream = self.file(), f"count-{length}"
            store = SqliteStore(path, self._clock)
            for first in range(0, length, 1_000):
                numbers = range(first, min(first + 1_000, length))
                store.write([Append(stream=stream, events=tuple(self.event(number) for number in numbers))])
            times = max(1, 20_000 // length)
            fold = peer.folder(self.file(), length) if peer.PRESENT else None
            contest = Contest(times * length)
            bare = sqlite3.connect(path)
            for _ in range(self._rounds):
                self._load(contest, store, registry, stream, times, length)
                contest.timed("raw", lambda: [raw.read_stream(bare, stream) for _ in range(times)])  # noqa: B023
            if fold is not None:
                once = Contest(length)
                once.timed("peer", fold)
                contest.took("eventsourcing", times * length / once.rates()["peer"])
            bare.close()
            self.tell(f"load_fold_{length}", contest)
            store.close()

    def _load(
        self, contest: Contest, store: SqliteStore, registry: Registry, stream: str, times: int, length: int
    ) -> None:
        reader, aggregate = store.reader(), registry.aggregates["count"]

        def load() -> None:
            for _ in range(times):
                assert AggregateLoader(reader, registry).load(aggregate, stream).version == length

        contest.timed("ours", load)

    def read_all(self) -> None:
        """The whole log in order, decoded."""
        total = 100_000 * self._scale
        path = self.file()
        store = SqliteStore(path, self._clock)
        self.fill(store, total)
        reader = store.reader()
        decode = msgspec.json.Decoder().decode

        def ours() -> None:
            after = seen = 0
            while page := reader.read_log(after, raw.PAGE):
                seen += sum(1 for event in page if decode(event.data))
                after = page[-1].position
            assert seen == total

        contest = Contest(total)
        for _ in range(self._rounds):
            contest.timed("ours", ours)
            contest.timed("raw", lambda: sum(1 for _ in raw.read_log(path)))
        if peer.PRESENT:
            other = peer.Peer(self.file())
            for first in range(0, total // 10, 1_000):
                other.append("count-1", first, [payload(number) for number in range(1_000)])
            once = Contest(total // 10)
            once.timed("peer", other.read)
            contest.took("eventsourcing", total / once.rates()["peer"])
        self.tell("read_all", contest)
        store.close()

    # -- the engine -----------------------------------------------------------------------------------------

    async def commands(self, callers: int) -> None:
        """Commands to aggregates that exist: loaded, decided, appended, remembered, and published."""
        count = 2_000 * self._scale
        contest = Contest(count)
        for _ in range(self._rounds):
            store = SqliteStore(self.file(), self._clock)
            engine = Engine(store, model(projected=False), self._clock, lambda _changes: None)
            await engine.start()
            await asyncio.gather(*(self._command(engine, "open", number) for number in range(callers)))
            await engine.settle()
            started = time.perf_counter()
            await asyncio.gather(
                *(self._caller(engine, number, count // callers) for number in range(callers))
            )
            contest.took("ours", time.perf_counter() - started)
            await engine.settle()
            await engine.stop()
            store.close()
        if peer.PRESENT:
            once = Contest(500)
            command = peer.commander(self.file(), callers)
            once.timed("peer", lambda: [command(number % callers) for number in range(500)])
            contest.took("eventsourcing", count / once.rates()["peer"])
        self.tell(f"command_callers_{callers}_full", contest)

    async def _caller(self, engine: Engine, number: int, count: int) -> None:
        for _ in range(count):
            await self._command(engine, "add", number)

    async def _command(self, engine: Engine, kind: str, number: int) -> None:
        values = {"id": f"{number:08}", "by": 1}
        result = await engine.commands.handle(Issue(type=kind, values=values, id=self._new_id()))
        assert result.accepted, result.message

    async def catching_up(self) -> None:
        """A projection over everything that is stored, against its rows put by hand."""
        count = 100_000 * self._scale
        path = self.file()
        store = SqliteStore(path, self._clock)
        self.fill(store, count)
        engine = Engine(store, model(), self._clock, lambda _changes: None)
        contest = Contest(count)
        started = time.perf_counter()
        await engine.start()
        await engine.projection("totals").wait_for(count)
        contest.took("ours", time.perf_counter() - started)
        await engine.stop()
        store.close()
        contest.timed("raw", lambda: raw.project(path, self.file()))
        self.tell("projection_catch_up", contest)

    # -- growth -------------------------------------------------------------------------------------------

    async def growth(self) -> None:
        """What an append costs in a small store and in a large one, and what memory paging through takes."""
        sizes = (10_000, 200_000 if self._quick else 10_000_000)
        costs, raw_costs, memories = [], [], []
        for size in sizes:
            path = self.file()
            store = SqliteStore(path, self._clock)
            self.fill(store, size, streams=max(STREAMS, size // 1_000))
            store.close()
            ours, bare = await self._append_costs(path)
            costs.append(ours)
            raw_costs.append(bare)
            memories.append(memory_of_paging(path))
            self._report.add(f"append_1_callers_100_full_at_{size}", ours, "us", raw=bare / ours)
        growth, raw_growth = costs[1] / costs[0], raw_costs[1] / raw_costs[0]
        self._report.add("append_growth", growth, "times", raw=growth / raw_growth)
        self._report.add("memory_growth", memories[1] - memories[0], "MB")

    async def _append_costs(self, path: Path) -> tuple[float, float]:
        """Returns microseconds per append of 100 callers in a store that is at work, ours and by hand."""
        contest = Contest(5_000)
        groups = [[(f"count-{one}", [payload(one)]) for one in range(100)] for _ in range(50)]
        store = SqliteStore(path, self._clock)
        for turn in range(self._rounds + 1):
            seconds = await self._gated(store, 100, 5_000)
            if turn:  # the first turn warms what was just opened
                contest.took("ours", seconds)
        store.close()
        log = raw.RawLog(path, "full")
        for turn in range(self._rounds + 1):
            started = time.perf_counter()
            for group in groups:
                log.append(group)
            if turn:
                contest.took("raw", time.perf_counter() - started)
        log.close()
        rates = contest.rates()
        return 1e6 / rates["ours"], 1e6 / rates["raw"]

    async def run(self) -> None:
        """Measures everything, one after the other."""
        for synchronous in ("full", "normal"):
            for callers in (1, 10, 100, 1_000):
                await self.appends(callers, "full" if synchronous == "full" else "normal")
            self.batches("full" if synchronous == "full" else "normal")
        self.loads()
        self.read_all()
        await self.commands(100)
        await self.catching_up()
        await self.growth()


def fill_raw(log: raw.RawLog, calls: int) -> None:
    """Appends a thousand events a call by hand."""
    for call in range(calls):
        log.append([(f"count-{call % STREAMS}", [payload(number) for number in range(1_000)])])


LOOK = """
import os, sys
from pathlib import Path
from workbench.model.clock import SystemClock
from workbench.store.sqlite.store import SqliteStore
store = SqliteStore(Path(sys.argv[1]), SystemClock())
reader = store.reader()
head, streams = reader.head(), reader.stream_count()
for first in range(1, streams, max(1, streams // 200)):
    reader.streams(first, 200)
for first in range(1, head, max(1, head // 2_000)):
    reader.log(first, 200)
for stream in reader.streams(1, 50):
    reader.stream_entries(stream.name, range(1, 201))
pages = int(Path("/proc/self/statm").read_text().split()[1])
print(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""


def memory_of_paging(path: Path) -> float:
    """Returns the resident MB of a process that opened a store and paged through all of it."""
    done = subprocess.run([sys.executable, "-c", LOOK, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


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

"""Publish, deliver, ack: messages a second through the engine, against raw sqlite3, memory and other queues.

Run ``python -m tests.bench.queue``, with ``--quick`` for a short form. All databases are files in one folder.
The part with a window shows one where there is a display, else it measures offscreen.

A message of a queue with workers costs about 20 µs of the processor, 8 to publish it; raw rows cost 7,
and three commits where this has little more than one. So the ratio is lower the quicker the disk is.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.bench import queue_peers as peers
from tests.bench.report import Report, arguments, percentile
from workbench.engine.publisher import OutgoingMessage
from workbench.services.workspace import Workspace, open_workspace
from workbench.store.sqlite.connection import Synchronous

CALL = 100
"""Messages that are published together."""
TICK = 16
"""Milliseconds between two ticks of the timer that measures pauses of the window."""
AHEAD = 20
"""Calls whose messages may wait: whoever publishes faster than is delivered measures only publishing."""

DOMAIN = """
from workbench import Definitions
SEEN = [0]
async def waits_never(message, context):
    SEEN[0] += message.json()["by"]
def plain(message, context):
    SEEN[0] += message.json()["by"]
DEFINITIONS = Definitions(handlers={"async": waits_never, "plain": plain})
"""


def payload(number: int) -> dict[str, Any]:
    """Returns what a message says; a little over 100 bytes."""
    return {"by": 1, "note": "lorem ipsum dolor sit amet", "who": f"customer-{number:08}", "amount": 12.5}


def project(
    folder: Path, *, readers: int, handler: str = "async", mode: str = "publish_subscribe", sync: str = "full"
) -> Path:
    """Makes a project with a topic and so many subscriptions; returns its folder."""
    folder.mkdir(parents=True)
    lines = [
        f'[event_store]\nsynchronous: "{sync}"\n',
        '[topics]\nwork {\n    name: "work"\n}\n',
        "[subscriptions]",
    ]
    lines += [
        f'reader_{number} {{\n    topic: "work"\n    handler: "{handler}"\n    mode: "{mode}"\n'
        '    ordering: "none"\n    on_dead: "continue"\n}'
        for number in range(readers)
    ]
    lines.append('[cqrs]\nmodules: ["domain"]')
    (folder / "project.tsk").write_text("\n".join(lines) + "\n")
    (folder / "domain.py").write_text(DOMAIN)
    return folder


async def pump(workspace: Workspace, count: int) -> float:
    """Publishes messages a hundred a call and waits until all were delivered; returns seconds."""
    engine = workspace.running()
    started = time.perf_counter()
    wanted = count * len(workspace.project.registry.subscriptions)
    for first in range(0, count, CALL):
        drafts = [
            OutgoingMessage(topic="work", data=payload(number)) for number in range(first, first + CALL)
        ]
        await engine.publisher.publish_many(drafts)
        while first - slowest(workspace) > CALL * AHEAD:
            await asyncio.sleep(0)
    while sum(runner.handled for runner in readers(workspace)) < wanted:
        await asyncio.sleep(0)
    return float(time.perf_counter() - started)


def readers(workspace: Workspace) -> list[Any]:
    """Returns the runners of the bench's subscriptions."""
    return [one for name, one in workspace.running().subscriptions.items() if name.startswith("reader_")]


def slowest(workspace: Workspace) -> int:
    """Returns how many messages the slowest subscription has handled."""
    return min(int(runner.handled) for runner in readers(workspace))


class Bench:
    """One run in one folder."""

    def __init__(self, folder: Path, report: Report, *, quick: bool) -> None:
        self._folder = folder
        self._report = report
        self._count = 10_000 if quick else 60_000
        self._rounds = 2 if quick else 3
        self._quick = quick
        self._files = 0
        self._raw: dict[str, float] = {}

    def name(self) -> Path:
        """Returns a new name."""
        self._files += 1
        return self._folder / f"bench-{self._files}"

    def payloads(self, count: int) -> list[dict[str, Any]]:
        """Returns what the others carry."""
        return [payload(number) for number in range(count)]

    async def _run(self, **shape: Any) -> float:
        """Returns deliveries a second of one project."""
        subscriptions = int(shape["readers"])
        count = max(CALL, self._count // subscriptions // CALL * CALL)
        workspace = open_workspace(project(self.name(), **shape), environ={}, trusted=True)
        await workspace.start()
        seconds = await pump(workspace, count)
        await workspace.close()
        return count * subscriptions / seconds

    async def others(self, synchronous: Synchronous) -> None:
        """Measures raw sqlite3 once for each setting, best of some."""
        payloads = self.payloads(self._count)
        self._raw[synchronous] = max(
            peers.raw_log(self.name(), payloads, synchronous) for _ in range(self._rounds)
        )

    async def publish_subscribe(self, synchronous: Synchronous) -> None:
        """One, four and sixteen subscriptions, handlers async and plain."""
        one = 0.0
        for handler, suffix in (("async", ""), ("plain", "_plain")):
            for count in (1, 4, 16):
                rate = max(
                    [
                        await self._run(readers=count, handler=handler, sync=synchronous)
                        for _ in range(self._rounds)
                    ]
                )
                one = rate if count == 1 else one
                ratios = {"raw": rate / self._raw[synchronous]}
                if count == 1 and synchronous == "full" and handler == "async":
                    ratios |= await self._to_libraries(rate)
                if count > 1:
                    ratios["one subscription"] = rate / one
                self._report.add(f"queue_{count}_sub_{synchronous}_asyncio{suffix}", rate, "/s", **ratios)

    async def _to_libraries(self, rate: float) -> dict[str, float]:
        payloads = self.payloads(1_000 if self._quick else 5_000)
        ratios = {"asyncio.Queue": rate / await peers.in_memory(self.payloads(self._count))}
        for name in peers.present():
            ratios[name] = rate / peers.LIBRARIES[name][1](self.name(), payloads)
        return ratios

    async def point_to_point(self, synchronous: Synchronous) -> None:
        """A queue with four competing workers."""
        payloads = self.payloads(self._count)
        rates: list[float] = []
        raw: list[float] = []
        for _ in range(self._rounds + 2):  # in turns: a busy moment hits both
            raw.append(peers.raw_rows(self.name(), payloads, synchronous))
            rates.append(await self._run(readers=1, mode="point_to_point", sync=synchronous))
        ratio = max(rates) / max(raw)
        self._report.add(f"point_to_point_{synchronous}_asyncio", max(rates), "/s", **{"raw-rows": ratio})

    async def backlog(self, mode: str) -> None:
        """What a claim costs where little waits and where very much does."""
        sizes = (1_000, 100_000 if self._quick else 1_000_000)
        costs = []
        for size in sizes:
            workspace = open_workspace(
                project(self.name(), readers=1, mode=mode, sync="normal"), environ={}, trusted=True
            )
            await workspace.start()
            engine = workspace.running()
            await engine.writer.write(_paused(workspace, paused=True))
            runner = readers(workspace)[0]
            runner.paused = True
            for first in range(0, size, 1_000):
                drafts = [
                    OutgoingMessage(topic="work", data=payload(number))
                    for number in range(first, first + 1_000)
                ]
                await engine.publisher.publish_many(drafts)
            if mode == "point_to_point":  # all rows stand before the first is claimed
                while await runner._claims.into_rows():
                    await asyncio.sleep(0)
            await engine.settle()
            started, done = time.perf_counter(), 0
            while done < 1_000:
                await runner.work(50)
                done += 50
            costs.append((time.perf_counter() - started) / done * 1e6)
            self._report.add(f"claim_{mode}_backlog_{size}", costs[-1], "us")
            await workspace.close()
        self._report.add(f"claim_{mode}_growth", costs[1] / costs[0], "times")

    async def run(self) -> None:
        """Measures everything that needs no window."""
        settings: tuple[Synchronous, ...] = ("full", "normal")
        for synchronous in settings:
            await self.others(synchronous)
            await self.publish_subscribe(synchronous)
            await self.point_to_point(synchronous)
        for mode in ("publish_subscribe", "point_to_point"):
            await self.backlog(mode)

    # -- with a window ------------------------------------------------------------------------------------

    def windowed(self) -> None:
        """The same work inside Qt's loop with the real window, and how long the window ever waited."""
        asyncio_rate = next(
            one.value for one in self._report.figures if one.name == "queue_1_sub_full_asyncio"
        )
        rate, pauses = max(
            (flat_out(project(self.name(), readers=1), self._count) for _ in range(self._rounds)),
            key=lambda pair: pair[0],
        )
        raw = self._raw["full"]
        self._report.add("queue_1_sub_full_qasync", rate, "/s", raw=rate / raw, asyncio=rate / asyncio_rate)
        self._report.add("window_pause_p99_ms", percentile(pauses, 0.99), "ms")
        self._report.add("window_pause_max_ms", max(pauses), "ms")


def _paused(workspace: Workspace, *, paused: bool) -> Any:
    from workbench.store.operations import ConfigureSubscription

    return ConfigureSubscription(subscription=readers(workspace)[0].name, paused=paused)


def flat_out(folder: Path, count: int) -> tuple[float, list[float]]:
    """Opens a project in the window and runs it flat out; returns messages a second and pauses in ms."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QSettings, Qt, QTimer

    from workbench.gui.application import prepare, run_on_loop
    from workbench.gui.main_window import MainWindow
    from workbench.gui.session import Session

    app = prepare([sys.argv[0]], "light")
    out: list[tuple[float, list[float]]] = []
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(str(Path(scratch) / "bench.ini"), QSettings.Format.IniFormat)

        async def main() -> int:
            window = MainWindow(settings)
            session = Session(window, {"WORKBENCH_DATA": scratch, "WORKBENCH_CONFIG": scratch}, settings)
            window.resize(1440, 900)
            window.show()
            await session.open((folder, ""), trust=True)
            window.arrange((("board",), ("subscriptions",), ("log",)))
            await asyncio.sleep(1.0)
            ticks: list[float] = []
            timer = QTimer()
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
            timer.start(TICK)
            assert session.workspace is not None
            seconds = await pump(session.workspace, count)
            timer.stop()
            # A tick that comes late by so much has waited for something: nobody could have clicked meanwhile.
            pauses = [(after - before) * 1000 - TICK for before, after in pairwise(ticks)]
            out.append((count / seconds, pauses))
            session.quit()
            await session.ended()
            return 0

        run_on_loop(app, main)
    return out[0]


def main() -> None:
    """Prints the figures."""
    options = arguments(__doc__ or "")
    report = Report()
    missing = set(peers.LIBRARIES) - set(peers.present())
    if missing:
        print(f"Not installed, no ratios to: {', '.join(sorted(missing))}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), report, quick=options.quick)
        asyncio.run(bench.run())
        bench.windowed()
    report.write(options.json)


if __name__ == "__main__":
    main()

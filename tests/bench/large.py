"""A large store in every view: how soon first rows show, how long the loop is held, memory, rest.

Run ``python -m tests.bench.large``, with ``--quick`` for a short form; without a display it is offscreen.
Each size is made and looked at in processes of its own: events of which a quarter are in one stream and the
others in a tenth as many, a read model with as many rows, and a twentieth of the events dead letters. Held
is how late a beat of Qt's loop came at the most, for which a key or the mouse would have waited; the
processor's time is that of the loop's thread in the longest turn, which other programs on the machine do not
lengthen. Traffic is sent at a fixed rate, by callers who wait for their answers: where fewer are done,
that is what the machine does beside three views that show it. Rest is measured once the file is tidied.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments

if TYPE_CHECKING:
    from workbench.gui.desk import Desk, Selection
    from workbench.gui.table import FastTableView
    from workbench.gui.view import View
    from workbench.services.workspace import Workspace
    from workbench.store.operations import Append

SIZES = (10_000, 1_000_000)
STEPS = 120
BEAT = 0.002
CALLERS, RATE, BUSY_SECONDS = 1_000, 5_000, 5.0
TIDY_SECONDS, REST_SECONDS = 10.0, 20.0
PROJECT = """
[project]
name: "large"

[aggregate.thing]

[event.thing.made]
fields { amount: "integer", note: "string" }

[event.thing.moved]
fields { amount: "integer", note: "string" }

[event.thing.sold]
fields { amount: "integer", note: "string" }

[command.make_thing]
creates: "thing"
fields { thing_id: "string", amount: "integer", note: "string" }
emit: "thing.made"

[projection.things]
columns { id: "text", amount: "integer", note: "text" }
on {
    "thing.made": { put { amount: "event.amount", note: "event.note" } }
    "thing.moved": { put { amount: "event.amount", note: "event.note" } }
}

[topics]
sales {}
done {}

[routing]
sold { pattern: "thing.sold", topics: "sales" }

[subscriptions]
mail { topic: "sales", handler: "mail", max_attempts: 1 }

[handler.mail]
event: "thing.sold"
fail { down { when: "true", message: "the server of {data.note} is down", error: "ServerDown" } }
publish: "done"
"""


def new_event(number: int, events: int, now: int) -> Append:
    """Returns the n-th event with its stream; every 20th has a stream of its own, and its mail dies."""
    from workbench.model.event import NewEvent
    from workbench.model.ids import derived_id
    from workbench.store.operations import Append

    kind, stream = ("made", "moved")[number // 2 % 2], f"thing-{number % (events // 10)}"
    if number % 20 == 1:
        kind, stream = "sold", f"thing-sold-{number}"
    elif number % 4 == 0:
        stream = "thing-busy"
    data = json.dumps({"amount": number % 1000, "note": f"lorem ipsum dolor {number % 40}"})
    at = now - (events - number) * 1_000
    event = NewEvent(id=derived_id(number), type=f"thing.{kind}", data=data, occurred_at=at)
    return Append(stream=stream, events=(event,))


async def make(events: int, folder: Path) -> dict[str, Any]:
    """Appends the events and lets the engine work through them; returns rates a second."""
    from workbench.model.clock import SystemClock
    from workbench.services.project.open_project import open_target

    (folder / "project.tsk").write_text(PROJECT)
    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(folder)})
    now = SystemClock().now()
    begun = time.perf_counter()
    for first in range(0, events, 2_000):
        appends = [new_event(number, events, now) for number in range(first, min(first + 2_000, events))]
        workspace.world.store.write(appends)
    appended = time.perf_counter() - begun
    await workspace.start()
    begun = time.perf_counter()
    while workspace.dead_letters.counts().get("open", 0) < events // 20:
        await asyncio.sleep(0.05)
    await workspace.drain.settle(3600)
    worked = time.perf_counter() - begun
    await workspace.close()
    return {"append": events / appended, "work": events / worked}


class Heart:
    """Beats in Qt's loop, and remembers how late it was: milliseconds of the clock, and of the processor."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late = self.worked = 0.0
        self._at = time.perf_counter(), time.thread_time()
        self._timer = QTimer(interval=round(BEAT * 1000), timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        (begun, worked), self._at = self._at, (time.perf_counter(), time.thread_time())
        self.late = max(self.late, (self._at[0] - begun - BEAT) * 1000)
        self.worked = max(self.worked, (self._at[1] - worked) * 1000)

    def stop(self) -> dict[str, float]:
        """Beats no more; returns what it remembers."""
        self._timer.stop()
        return {"held": self.late, "held_cpu": self.worked}


class Looker:
    """Opens views of one store and uses them; what each took is in `found`."""

    def __init__(self, workspace: Workspace, desk: Desk) -> None:
        self._workspace, self._desk = workspace, desk
        self.found: dict[str, float] = {}

    async def timed(self, name: str, work: Awaitable[object]) -> None:
        """Does some work, and notes its milliseconds and how the loop was held."""
        heart = Heart()
        await asyncio.sleep(2 * BEAT)
        heart.late, heart.worked, begun = 0.0, 0.0, time.perf_counter()
        await work
        self.found[name] = (time.perf_counter() - begun) * 1000
        await asyncio.sleep(2 * BEAT)
        self.found |= {f"{name}_{key}": value for key, value in heart.stop().items()}

    async def look(self, key: str, word: str, selection: Selection | None = None) -> None:
        """Opens a view, scrolls, filters and closes it.

        Args:
            word: What its filter is asked for.
            selection: What is chosen in it so that there is something to see.
        """
        from workbench.gui.view_catalog import VIEWS

        (kind,) = (one.load() for one in VIEWS if one.key == key)
        gc.collect()
        gc.freeze()  # as the window does with what it has read
        view = kind(self._desk)
        view.resize(1300, 800)
        await self.timed(f"{key}_open", self._open(view, selection))
        table = _longest(view)
        assert table is not None
        await self.timed(f"{key}_scroll", self._scroll(table))
        await self.timed(f"{key}_filter", self._filter(view, word))
        view.close()
        view.deleteLater()
        await asyncio.sleep(0)

    async def _open(self, view: View, selection: Selection | None) -> None:
        view.show()
        view.catch_up()
        if selection is not None:
            self._desk.select(selection)
        await until(lambda: _rows(view))
        view.grab()

    async def _scroll(self, table: FastTableView) -> None:
        """Rows, pages and jumps over the whole length, each painted at once."""
        bar = table.verticalScrollBar()
        whole = max(bar.maximum(), 1)
        for step in range(STEPS):
            bar.setValue((step * 3) % whole if step % 3 else (step * 7919 * 97) % whole)
            table.viewport().repaint()
            await asyncio.sleep(BEAT)

    async def _filter(self, view: View, word: str) -> None:
        from workbench.gui.widgets import SearchBox

        before = _rows(view)
        line = next(one for one in view.findChildren(SearchBox) if one.isVisible())
        line.setText(word)
        line.returnPressed.emit()
        await until(lambda: 0 < _rows(view) < before)
        view.grab()

    async def traffic(self) -> None:
        """Commands at a rate while log, streams and subscriptions are in sight; then rest."""
        from workbench.gui.view_catalog import VIEWS

        shown = [one.load()(self._desk) for one in VIEWS if one.key in {"log", "streams", "subscriptions"}]
        for view in shown:
            view.resize(1300, 800)
            view.show()
            view.catch_up()
        await until(lambda: all(map(_rows, shown)))
        begun, done = time.perf_counter(), 0

        async def call(caller: int) -> None:
            nonlocal done
            due = begun + caller / RATE
            while due < begun + BUSY_SECONDS:
                await asyncio.sleep(due - time.perf_counter())
                values = {"thing_id": f"new-{caller}-{done}", "amount": 1, "note": "traffic"}
                await self._workspace.commands.issue("make_thing", values)
                due, done = max(due + CALLERS / RATE, time.perf_counter()), done + 1

        async def calls() -> None:
            await asyncio.gather(*map(call, range(CALLERS)))

        await self.timed("traffic", calls())
        self.found["traffic_per_s"] = done / self.found["traffic"] * 1000
        await self._workspace.drain.settle(60)
        await asyncio.sleep(TIDY_SECONDS)
        before, begun = time.process_time(), time.perf_counter()
        await asyncio.sleep(REST_SECONDS)
        share = (time.process_time() - before) / (time.perf_counter() - begun)
        self.found["idle_percent"] = 100 * share
        for view in shown:
            view.close()


async def until(found: Callable[[], object]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(120):
        while not found():
            await asyncio.sleep(BEAT)


def _longest(view: View) -> FastTableView | None:
    from workbench.gui.table import FastTableView

    tables = [one for one in view.findChildren(FastTableView) if one.isVisible()]
    return max(tables, key=lambda one: one.model().rowCount(), default=None)


def _rows(view: View) -> int:
    """Returns how many rows its longest table has, once the first of them is read."""
    table = _longest(view)
    model: Any = table.model() if table is not None else None
    read = model is not None and model.rowCount() and model.row(0) is not None
    return int(model.rowCount()) if read else 0


def memory() -> float:
    """Returns the resident size of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def look(events: int, folder: Path) -> dict[str, float]:
    """Opens and uses the views over what was made."""
    from workbench.gui.desk import Desk, Selection
    from workbench.services.project.open_project import open_target

    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(folder)})
    await workspace.start()
    desk = Desk(workspace)
    looker = Looker(workspace, desk)
    await looker.look("streams", "thing-77")
    await looker.look("timeline", '"dolor 8"', Selection(stream="thing-busy"))
    await looker.look("log", "sold")
    await looker.look("projections", "dolor 7", Selection(projection="things"))
    await looker.look("letters", "dolor 7")
    looker.found["memory"] = memory()
    await looker.traffic()
    looker.found["memory_later"] = memory()
    await desk.close()
    await workspace.close()
    return looker.found


def measure(events: int) -> dict[str, float]:
    """Makes and looks, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return run("make", events, folder) | run("look", events, folder)


def run(part: str, events: int, folder: str) -> dict[str, float]:
    """Runs one part in a process of its own, under the window's loop."""
    environ = os.environ | {"QT_API": "pyside6"}
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        environ["QT_QPA_PLATFORM"] = "offscreen"
    script = (
        "import json, sys; from pathlib import Path\n"
        "from workbench.gui.application import prepare, run_on_loop\n"
        f"from tests.bench.large import {part}\n"
        "app = prepare(['bench'], 'light')\n"
        "async def main():\n"
        f"    print('FOUND', json.dumps(await {part}({events}, Path({folder!r}))))\n"
        "    return 0\n"
        "sys.exit(run_on_loop(app, main))\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environ)
    line = next(line for line in done.stdout.splitlines() if line.startswith("FOUND "))
    found: dict[str, float] = json.loads(line.removeprefix("FOUND "))
    return found


def main() -> None:
    """Measures both sizes."""
    options = arguments(__doc__ or "")
    report = Report()
    sizes = (2_000, 20_000) if options.quick else SIZES
    small, large = (measure(events) for events in sizes)
    print(f"{sizes[1]:,} events; ratios to {sizes[0]:,}")
    for name, value in large.items():
        unit = "/s" if name in {"append", "work", "traffic_per_s"} else "MB" if "memory" in name else "ms"
        report.add(name, value, "%" if name == "idle_percent" else unit, small=value / max(small[name], 1e-9))
    report.write(options.json)


if __name__ == "__main__":
    main()

"""Streams, timeline and log over many imported events: how soon they show and scroll, and their memory.

Run ``python -m tests.bench.large``; without a display it measures offscreen. Each size, 10,000 events and
200,000 with a quarter of them in one stream, is imported and looked at in processes of their own.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.report import Report, arguments, percentile

SIZES = (10_000, 200_000)
STEPS = 240


def write_log(path: Path, events: int) -> None:
    """Writes a file of events: a quarter in one stream, the others over many."""
    with path.open("w") as file:
        for number in range(events):
            stream = "busy" if number % 4 == 0 else f"thing-{number % (events // 10)}"
            value = {
                "id": f"e{number}",
                "stream": stream,
                "type": f"thing.{('made', 'moved', 'sold')[number % 3]}",
                "time": 1_700_000_000 + number,
                "amount": number,
                "note": "lorem ipsum dolor sit amet " * 3,
            }
            file.write(json.dumps(value) + "\n")


async def pauses(act: Callable[[int], object]) -> list[float]:
    """Does something in every turn of the loop; returns how long each turn took, in milliseconds."""
    turns = []
    for step in range(STEPS):
        begin = time.perf_counter()
        act(step)
        await asyncio.sleep(0.001)
        turns.append((time.perf_counter() - begin) * 1000)
    return turns


def memory() -> float:
    """Returns the resident size of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def bring_in(events: int, folder: Path) -> dict[str, Any]:
    """Imports a file of events; returns events per second."""
    from workbench.services.project.open_project import open_target

    log = folder / "log.ndjson"
    write_log(log, events)
    (folder / "project.tsk").write_text('[project]\nname: "large"\n')
    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(folder)})
    await workspace.start()
    begin = time.perf_counter()
    preview = workspace.event_import.preview(log)
    assert preview.mapping is not None
    report = await workspace.event_import.bring_in(log, preview.mapping)
    took = time.perf_counter() - begin
    await workspace.close()
    return {"import": report.stored / took}


async def look(events: int, folder: Path) -> dict[str, Any]:
    """Opens the views over what was imported, and scrolls through them."""
    from PySide6.QtWidgets import QApplication

    from workbench.gui.desk import Desk, Selection
    from workbench.gui.views.log_view import LogView
    from workbench.gui.views.streams_view import StreamsView
    from workbench.gui.views.timeline_view import TimelineView
    from workbench.services.project.open_project import open_target

    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(folder)})
    await workspace.start()
    found: dict[str, Any] = {}
    assert workspace.streams.head() == events
    desk = Desk(workspace)
    gc.collect()
    gc.freeze()  # as the window does with what it has read
    busy = next(name for name in ("stream-busy", "imported-busy", "busy") if workspace.streams.get(name))
    for name, make in (("streams", StreamsView), ("timeline", TimelineView), ("log", LogView)):
        begin = time.perf_counter()
        view = make(desk)
        view.resize(1000, 700)
        if name == "timeline":
            desk.select(Selection(stream=busy))
        view.show()
        view.catch_up()
        await asyncio.gather(*desk.running())  # what a thread finds
        view.grab()
        QApplication.processEvents()
        found[f"{name}_open"] = (time.perf_counter() - begin) * 1000
        found[f"{name}_scroll"] = await pauses(_scroller(view.table, view.table.verticalScrollBar()))
        if isinstance(view, TimelineView):
            found["timeline_slide"] = await pauses(_slider(view.slider))
        view.close()
        view.deleteLater()
    found["memory"] = memory()
    await desk.close()
    await workspace.close()
    return found


def _scroller(table: Any, bar: Any) -> Callable[[int], object]:
    def scroll(step: int) -> None:
        # Rows, pages and jumps over the whole length, each painted at once.
        whole = bar.maximum()
        place = (step * 3) % whole if step % 3 else (step * 7919 * 97) % whole
        bar.setValue(place)
        table.viewport().repaint()

    return scroll


def _slider(slider: Any) -> Callable[[int], object]:
    return lambda step: slider.setValue(1 + step * slider.maximum() // STEPS)


def measure(events: int) -> dict[str, Any]:
    """Imports and looks, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return run("bring_in", events, folder) | run("look", events, folder)


def run(part: str, events: int, folder: str) -> dict[str, Any]:
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
    found: dict[str, Any] = json.loads(line.removeprefix("FOUND "))
    return found


def main() -> None:
    """Measures both sizes."""
    options = arguments(__doc__ or "")
    report = Report()
    sizes = (2_000, 20_000) if options.quick else SIZES
    small, large = (measure(events) for events in sizes)
    print(f"{sizes[1]:,} events; ratios to {sizes[0]:,}")
    report.add("import_per_s", large["import"], "events/s", small=large["import"] / small["import"])
    for name in ("streams", "timeline", "log"):
        key = f"{name}_open"
        report.add(f"{key}_ms", large[key], "ms", small=large[key] / small[key])
    for key in ("streams_scroll", "timeline_scroll", "timeline_slide", "log_scroll"):
        turns, others = large[key], small[key]
        report.add(f"{key}_median_ms", percentile(turns, 0.5), "ms")
        report.add(f"{key}_p99_ms", percentile(turns, 0.99), "ms")
        report.add(f"{key}_max_ms", max(turns), "ms", small=max(turns) / max(others))
    grown = large["memory"] - small["memory"]
    report.add("memory_mb", large["memory"], "MB", small=large["memory"] / small["memory"])
    report.add("memory_grown_mb", grown, "MB")
    report.write(options.json)


if __name__ == "__main__":
    main()

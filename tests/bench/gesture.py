"""How long a gesture on the board takes until it is written, until its model runs, and until it is drawn.

Run ``python -m tests.bench.gesture``, with ``--quick`` for a short form. In a window, an event is added and
a field of it, by turns: in the users sample, and in a project with 500 event types and 200 commands; each in
both pictures. The ratios are those of the large project to the small one, of the same run.
What holds the loop longest meanwhile is measured, too; and the processor's time, which other programs on the
machine do not lengthen: of the whole program until it is drawn, and of the loop's longest turn.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.declared import large_project
from tests.bench.report import Report, arguments
from workbench.assets import asset
from workbench.services.design import gestures
from workbench.services.design.gestures import DesignNode

if TYPE_CHECKING:
    from workbench.gui.views.board_view import BoardView

STAGES = ("written", "compiled", "drawn", "held", "processor", "held_processor")
"""Held is the longest turn of the window's loop from the gesture until it is drawn."""
SMALL, LARGE = "user", "thing0"
"""The aggregate that gets events."""


class Turns:
    """The longest turn of the loop, in seconds of the clock and of the processor."""

    def __init__(self) -> None:
        self.longest = self.longest_processor = 0.0
        self._task = asyncio.get_running_loop().create_task(self._count())

    async def _count(self) -> None:
        while True:
            begun, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - begun)
            self.longest_processor = max(self.longest_processor, time.thread_time() - worked)

    def end(self) -> dict[str, float]:
        """Stops counting."""
        self._task.cancel()
        return {"held": self.longest, "held_processor": self.longest_processor}


async def until(found: Callable[[], object]) -> None:
    """Waits until something is so."""
    while not found():
        await asyncio.sleep(0.001)


async def one(board: BoardView, label: str, change: Any, compiled: Any, drawn: Any) -> dict[str, float]:
    """Does a gesture as the board does; returns the seconds of each stage."""
    desk, turns = board.desk, Turns()
    begun, worked = time.perf_counter(), time.process_time()
    state = await asyncio.to_thread(desk.workspace.design.apply, label, change)
    assert not state.problems, state.problems
    written = time.perf_counter() - begun
    desk.project_saved.emit()
    await until(compiled)
    taken = {"written": written, "compiled": time.perf_counter() - begun}
    await until(drawn)
    board.canvas.viewport().repaint()
    taken |= {"drawn": time.perf_counter() - begun, "processor": time.process_time() - worked}
    return taken | turns.end()


async def measured(board: BoardView, picture: str, owner: str, rounds: int) -> list[Any]:
    """Adds events and fields, by turns."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    board.show_picture(picture)
    workspace, found = board.desk.workspace, []
    for number in range(rounds):
        QTest.keyClick(
            board.window().windowHandle(), Qt.Key.Key_Shift
        )  # a person is at work: the loop tidies up later
        name = f"{owner}.{picture.lower()}{number}"
        node = DesignNode("event", name)
        add = partial(gestures.made, kind="event", name=name, after=DesignNode("aggregate", owner))
        has = partial(_has, board, f"event:{name}")
        found.append(await one(board, f"Add {name}", add, lambda n=name: n in workspace.registry.events, has))
        fill = partial(gestures.with_field, node=node, line="amount: money min 0")
        before = workspace.registry
        drawn = board.pictures.drawn
        found.append(
            await one(
                board,
                "Add field",
                fill,
                lambda b=before: workspace.registry is not b,
                lambda d=drawn: board.pictures.drawn is not d,
            )
        )
        await asyncio.sleep(0.2)
    return found


def _has(board: BoardView, card: str) -> bool:
    return card in board.scene.cards()


def in_window(folder: Path, owner: str, rounds: int) -> dict[str, list[Any]]:
    """Opens a project in a window and measures in both pictures."""
    from PySide6.QtCore import QSettings

    from workbench.gui.application import prepare, run_on_loop, warm_up
    from workbench.gui.main_window import MainWindow
    from workbench.gui.session import Session
    from workbench.gui.views.board_view import BoardView

    app = prepare([sys.argv[0]], "light")
    found: dict[str, list[Any]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(str(Path(scratch) / "bench.ini"), QSettings.Format.IniFormat)

        async def main() -> int:
            window = MainWindow(settings)
            session = Session(window, {"WORKBENCH_DATA": scratch, "WORKBENCH_CONFIG": scratch}, settings)
            window.resize(1440, 900)
            window.show()
            warm_up()
            await session.open((folder, ""))
            window.show_perspective("Design")
            (board,) = window.findChildren(BoardView)
            await until(board.scene.cards)
            for picture in ("Blueprint", "Topology"):
                found[picture] = await measured(board, picture, owner, rounds)
            session.quit()
            await session.ended()
            return 0

        run_on_loop(app, main)
    return found


def main() -> None:
    """Prints the figures."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    options = arguments(__doc__ or "")
    rounds = 4 if options.quick else 15
    report = Report()
    with tempfile.TemporaryDirectory() as scratch:
        small, large = Path(scratch) / "small", Path(scratch) / "large"
        large.mkdir()
        (large / "project.tsk").write_text(large_project())
        shutil.copytree(asset("samples", "users-declared"), small)
        of_small = in_window(small, SMALL, rounds)
        of_large = in_window(large, LARGE, rounds)
    for picture in of_large:
        for stage in STAGES:
            less, more = ([one[stage] for one in found[picture]] for found in (of_small, of_large))
            name = f"{picture.lower()}_{stage}"
            report.add(
                f"{name}_small_ms",
                statistics.median(less) * 1000,
                "ms",
                worst=max(less) / statistics.median(less),
            )
            ratio = statistics.median(more) / statistics.median(less)
            report.add(f"{name}_ms", statistics.median(more) * 1000, "ms", small=ratio)
            report.add(f"{name}_worst_ms", max(more) * 1000, "ms", median=max(more) / statistics.median(more))
    report.write(options.json)


if __name__ == "__main__":
    main()

"""Many dead letters: how soon they are found, grouped and patched, and how long the loop is held meanwhile.

Run ``python -m tests.bench.letters --letters 50000``; it makes them first, by mails that cannot be sent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from workbench.project.samples import copy_sample
from workbench.services.dead_letters.letter_index import LetterQuery
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.services.project.open_project import open_target
from workbench.services.workspace import Workspace

BEAT = 0.004
GROUPED = LetterQuery(by="message", then="data.email.split('@')[1]")
PATCH = LetterPatch(
    changes=[FieldChange(way="expression", field="email", value="data.email.replace('.invalid', '.example')")]
)


async def make(workspace: Workspace, count: int) -> None:
    """Has mails to three servers die."""
    room = asyncio.Semaphore(64)

    async def one(number: int) -> None:
        server = ("mail", "mail", "old", f"m{number % 40}")[number % 4]
        values = {"user_id": f"u{number}", "username": "Some Body", "email": f"u{number}@{server}.invalid"}
        async with room:
            await workspace.commands.issue("create_user", values)

    await asyncio.gather(*map(one, range(count)))
    await workspace.drain.settle(3600)


class Heart:
    """Beats on the loop, and remembers how late it was."""

    def __init__(self) -> None:
        self.late = 0.0
        self._task = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        while True:
            due = time.perf_counter() + BEAT
            await asyncio.sleep(BEAT)
            self.late = max(self.late, (time.perf_counter() - due) * 1000)

    def stop(self) -> None:
        """Beats no more."""
        self._task.cancel()


async def timed(name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Does some work; says how long it took, and how long the loop was held at the most."""
    heart, begun = Heart(), time.perf_counter()
    await asyncio.sleep(2 * BEAT)
    heart.late = 0.0
    await work()
    took = (time.perf_counter() - begun) * 1000
    heart.stop()
    print(f"{name:40} {took:9,.0f} ms   longest pause {heart.late:6.1f} ms", flush=True)


async def view(workspace: Workspace) -> None:
    """Opens the view, groups otherwise, and selects everything."""
    from workbench.gui.desk import Desk
    from workbench.gui.views.letters_view import LettersView

    desk = Desk(workspace)
    shown = LettersView(desk)
    shown.resize(1400, 850)

    async def rows() -> None:
        shown.show()
        shown.catch_up()
        while not shown.table.model().rowCount():
            await asyncio.sleep(BEAT)
        shown.grab()

    async def groups() -> None:
        shown.finder.by.say("message")
        shown.finder.asked.emit()
        while shown.groups.model().rowCount() < 4:
            await asyncio.sleep(BEAT)
        shown.grab()

    await timed("first rows of the view", rows)
    await timed("grouped by message in the view", groups)
    shown.close()
    await desk.close()


async def main(count: int, folder: Path, *, made: bool) -> None:
    """Makes letters and measures."""
    project = folder if made else copy_sample("users", folder / "users")
    workspace = open_target(project, "", environ={"WORKBENCH_CONFIG": str(folder)})
    await workspace.start()
    if not made:
        await make(workspace, count)
    repair = workspace.dead_letters.repair
    numbers = workspace.dead_letters.numbers_of(("open",))
    print(f"{len(numbers):,} letters")
    await timed("grouped on two levels, the first time", lambda: repair.found(GROUPED))
    await timed("grouped once more", lambda: repair.found(GROUPED))
    await timed("words in all of them", lambda: repair.found(LetterQuery(words="u123@")))
    await timed("CEL over all of them", lambda: repair.found(LetterQuery(where="data.email.contains('u99')")))
    await timed("patch tried on all of them", lambda: repair.check(PATCH, numbers))
    await view(workspace)
    await workspace.close()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=5_000)
    parser.add_argument("--project", type=Path, help="one that has its letters already")
    options = parser.parse_args()
    from PySide6.QtWidgets import QApplication

    from workbench.gui.loop import WorkbenchLoop

    application = QApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        place = options.project or Path(scratch)
        loop = WorkbenchLoop(application)
        asyncio.set_event_loop(loop)
        loop.run_until_complete(main(options.letters, place, made=options.project is not None))

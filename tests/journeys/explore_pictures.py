"""The README's pictures of exploring: ``python -m tests.journeys.explore_pictures [FOLDER]`` makes them.

The sample of orders without its care is explored, which shows the order in which a cancelled order is
charged; then the sample as it is shipped, with the same scenario.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSettings

from tests.services.worlds.race import without_care
from workbench.gui.application import prepare, run_on_loop
from workbench.gui.main_window import MainWindow
from workbench.gui.session import Session
from workbench.project.samples import copy_sample

if TYPE_CHECKING:
    from workbench.gui.views.explore_view import ExploreView

PICTURES = Path(__file__).resolve().parents[2] / "resources" / "pictures"
SCENARIO = "What has left is not cancelled"
SIZE = (1440, 760)
PAINT = 0.5
"""Seconds until all is read and painted."""


async def explored(session: Session, project: Path) -> ExploreView:
    """Opens a project and explores its scenario with up to two deviations."""
    await session.open((project, ""))
    assert session.desk is not None
    window = session.window
    window.resize(*SIZE)
    window.arrange((("explore",),))
    view = cast("ExploreView", window.views["explore"])
    await asyncio.sleep(PAINT)
    scenarios = session.desk.workspace.scenarios
    await scenarios.look()
    (title,) = [one.title for one in scenarios.all() if one.name == SCENARIO]
    view.begin_with(title, "")
    view.start()
    while view.busy:
        await asyncio.sleep(PAINT)
    await asyncio.sleep(PAINT)
    return view


def main(folder: Path) -> int:
    """Drives the window; returns the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = prepare([sys.argv[0]], "light")
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(str(Path(scratch) / "pictures.ini"), QSettings.Format.IniFormat)

        async def drive() -> int:
            window = MainWindow(settings)
            session = Session(window, {"WORKBENCH_DATA": scratch, "WORKBENCH_CONFIG": scratch}, settings)
            window.show()
            try:
                view = await explored(session, without_care(Path(scratch) / "orders"))
                print(view.told())
                window.grab().save(str(folder / "explore-order.png"))
                view.tables.grab().save(str(folder / "explore-ends.png"))
                view = await explored(session, copy_sample("orders-declared", Path(scratch) / "fixed"))
                print(view.told())
                window.grab().save(str(folder / "explore-fixed.png"))
            finally:
                session.quit()
                await session.ended()
            return 0

        return run_on_loop(app, drive)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES))

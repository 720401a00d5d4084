"""A window in which a person designs the README's flow: by events, or by xdotool at a real X server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QSettings

from tests.journeys.hands import XHands
from workbench.gui.application import prepare, run_on_loop
from workbench.gui.design_tour import PARCEL, Act, Designer, DirectHands
from workbench.gui.main_window import MainWindow
from workbench.gui.session import Session
from workbench.services.project.new_project import create


def main(folder: Path, hands: str) -> int:
    """Makes an empty project in a folder, and designs the flow there."""
    create(folder)
    app = prepare(["design"], "light")
    settings = QSettings(str(folder.parent / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(settings)
    session = Session(window, os.environ, settings)

    async def shown(act: Act) -> None:
        sys.stdout.write(f"{act.label}\n")

    async def work() -> int:
        window.resize(1440, 900)
        window.show()
        window.activateWindow()
        await session.open((folder, ""))
        try:
            await Designer(session, XHands() if hands == "xdotool" else DirectHands(), shown).play(PARCEL)
        finally:
            session.quit()
            await session.ended()
        return 0

    return run_on_loop(app, work)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))

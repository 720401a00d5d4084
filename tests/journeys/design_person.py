"""A window in which a person designs the README's flow: by events, or by xdotool at a real X server."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QSettings
from PySide6.QtWidgets import QWidget

from workbench.gui.application import prepare, run_on_loop
from workbench.gui.design_tour import PARCEL, Act, Designer, DirectHands
from workbench.gui.main_window import MainWindow
from workbench.gui.session import Session
from workbench.services.project.new_project import create

NAMES = {"Esc": "Escape", "Ctrl": "ctrl", ".": "period"}
"""What X calls a key, where that is another name."""


class XHands:
    """Gives gestures to the X server."""

    async def press(self, key: str) -> None:
        await _do(
            "key", "+".join(NAMES.get(one, one.lower() if len(one) == 1 else one) for one in key.split("+"))
        )

    async def write(self, text: str) -> None:
        await _do("type", "--delay", "2", text)

    async def click(self, widget: QWidget, place: QPoint) -> None:
        there = widget.mapToGlobal(place)
        await _do("mousemove", "--sync", str(there.x()), str(there.y()))
        await _do("click", "1")


async def _do(*words: str) -> None:
    await asyncio.to_thread(subprocess.run, ["xdotool", *words], check=True)


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

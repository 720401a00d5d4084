"""The desktop program: shows the window first, then opens the project, and closes in stages."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from workbench.gui.crash_log import TOLD, CrashLog
from workbench.gui.error_log import ErrorLog
from workbench.gui.main_window import MainWindow
from workbench.gui.opened_file import show_file
from workbench.gui.recent_projects import remember
from workbench.gui.theme import TEXT_SIZE, theme
from workbench.gui.window_keys import WindowKeys
from workbench.project.samples import samples_folder
from workbench.tusk.scratch import remove_left

if TYPE_CHECKING:
    import argparse

    from workbench.gui.desk import Notice

GRAPHS = "pyqtgraph"
"""Takes a third of a second: later it would hold a window at work, and in a thread it crashes Qt."""


def prepare(arguments: list[str], mode: str | None = None) -> QApplication:
    """Makes the application with its theme; once per process."""
    existing = QApplication.instance()
    # As an argument: the answer of `setStyle` would cost making every name of QStyle known to Python.
    app = existing if isinstance(existing, QApplication) else QApplication([*arguments, "-style", "fusion"])
    app.setApplicationName("Event Workbench")
    app.setOrganizationName("event-workbench")
    app.setQuitOnLastWindowClosed(False)
    chosen = mode or str(QSettings().value("theme", "system"))
    if chosen in ("light", "dark", "system"):
        theme().set_mode(chosen)  # type: ignore[arg-type]  # narrowed by the line above
    with contextlib.suppress(ValueError):
        theme().set_text_size(float(str(QSettings().value("text-size", TEXT_SIZE))))
    theme().install(app)
    if app.findChild(WindowKeys) is None:
        WindowKeys(app)
    return app


def first_window(app: QApplication, settings: QSettings) -> MainWindow:
    """Shows the window with empty docks, before anything heavy is imported."""
    window = MainWindow(settings)
    window.come_back()
    window.show()
    app.processEvents()
    return window


def run_on_loop(app: QApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Runs the program's main coroutine on Qt's loop; returns the exit code."""
    import asyncio

    from workbench.gui.loop import WorkbenchLoop

    with asyncio.Runner(loop_factory=lambda: WorkbenchLoop(app)) as runner:
        return runner.run(main())


def show(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Opens the window and works until it is closed; returns the exit code."""
    app = prepare([sys.argv[0]], options.theme)
    settings = QSettings()
    window = first_window(app, settings)
    crashes = CrashLog(folder := samples_folder(environ) / "crashes")
    crashed = crashes.begin()
    errors = ErrorLog(folder, lambda *said: QTimer.singleShot(0, window, lambda: _tell(window, *said)))
    errors.begin()

    async def main() -> int:
        import asyncio

        from workbench.gui.loop import WorkbenchLoop
        from workbench.gui.session import Session
        from workbench.services.worlds.fork import MARK

        session = Session(window, environ, settings)
        loop = asyncio.get_running_loop()
        if isinstance(loop, WorkbenchLoop):
            loop.on_interrupt(session.end)
        left = await asyncio.to_thread(remove_left, MARK)
        for folder in left:
            remember(settings, folder)
        await asyncio.to_thread(warm_up)
        importlib.import_module(GRAPHS)
        await session.open(target(options), trust=options.trust, fresh=options.fresh)
        session.tell_left(left)
        if crashed is not None:
            _tell(window, TOLD.format(crashed), crashed)
        return await session.ended()

    try:
        return run_on_loop(app, main)
    finally:
        errors.end()
        crashes.end()


def _tell(window: MainWindow, said: str, file: Path) -> None:
    window.notices.show_notice(file_notice(window, said, file))


def file_notice(window: QWidget, said: str, file: Path) -> Notice:
    """Warns of something, and shows the file that holds more."""
    from workbench.gui.desk import Notice

    return Notice(kind="warning", text=said, actions=(("Show the file", partial(show_file, window, file)),))


def target(options: argparse.Namespace) -> tuple[Path | None, str]:
    """Returns the folder to open, or the sample to copy."""
    if options.sample:
        return None, str(options.sample)
    if options.project is not None:
        return Path(options.project), ""
    last = QSettings().value("last-project")
    if isinstance(last, str) and Path(last).exists():
        return Path(last), ""
    return None, "users"


def warm_up() -> None:
    """Imports what is heavy while the window already shows; nothing of Qt, which must not be in a thread."""
    for name in (
        "numpy",
        "workbench.project.project",
        "workbench.services.workspace",
    ):
        importlib.import_module(name)

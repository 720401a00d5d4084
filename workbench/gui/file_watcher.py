"""Notices that files of a project changed, however an editor saves them; tells it once it is quiet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QFileSystemWatcher, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from workbench.gui.ticker import pause_timer

QUIET_MS = 150
"""A file is looked at when nothing happened to it for so long: an editor may write it in pieces."""
LONGEST_MS = 1000
"""But not later than this after the first change."""
EMPTY_MS = 2000
"""So long is waited for the text of a file that was emptied."""


class Watch(QObject):
    """Watches files and folders.

    Folders are watched since an editor that saves safely puts another file in the place of the first, which
    is then no longer watched. Where a system tells nothing, as some network drives do, changes are looked for
    when the person comes back to the window.

    Signals:
        settled: Something may have changed, and then nothing more did.
    """

    settled = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._touched)
        self._watcher.directoryChanged.connect(self._touched)
        self._since = QElapsedTimer()
        self._timer = pause_timer(self, 0, self._settle)
        self._filled: set[str] = set()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._came_back)

    def watch(self, paths: Iterable[Path]) -> None:
        """Watches these and no others; called again after each change, since replaced files are lost."""
        wanted = {str(path) for path in paths}
        present = {*self._watcher.files(), *self._watcher.directories()}
        if gone := present - wanted:
            self._watcher.removePaths(sorted(gone))
        if new := wanted - present:
            self._watcher.addPaths(sorted(new))
        self._filled = {one for one in wanted if one in self._filled or _has_text(one)}

    def close(self) -> None:
        """Stops watching, and emits nothing more."""
        self.watch(())
        self._timer.stop()
        self.blockSignals(True)

    def _touched(self) -> None:
        if self.signalsBlocked():  # closed: what was noticed before comes yet
            return
        if not self._timer.isActive():
            self._since.restart()
        self._timer.start(max(0, min(QUIET_MS, LONGEST_MS - self._since.elapsed())))

    def _settle(self) -> None:
        """Tells of a change, unless a file is empty now that was not: it is being written."""
        emptied = {one for one in self._filled if _is_empty(one)}
        if emptied and self._since.elapsed() < EMPTY_MS:
            self._timer.start(QUIET_MS)
            return
        self._filled -= emptied
        self.settled.emit()

    def _came_back(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive and self._watcher.directories():
            self._touched()


def _has_text(path: str) -> bool:
    return Path(path).is_file() and not _is_empty(path)


def _is_empty(path: str) -> bool:
    """Whether a file is there with nothing in it."""
    try:
        return Path(path).is_file() and not Path(path).stat().st_size
    except OSError:  # it is put aside at this moment
        return False

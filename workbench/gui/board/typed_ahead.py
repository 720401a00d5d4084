"""Keys that are pressed while a step is being done: typed in the line that comes next, if one does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

LOOK_MS = 10


class TypedAhead(QObject):
    """Keeps keys for a line.

    Args:
        waits: Returns whether a step is being done.
    """

    def __init__(self, line: QWidget, waits: Callable[[], bool]) -> None:
        super().__init__(line)
        self._line, self._waits = line, waits
        self._keys: list[QKeyEvent] = []

    def keep(self, event: QKeyEvent) -> bool:
        """Keeps a key that was pressed, if a step is being done; one that is held down counts once."""
        if self._waits() and not event.isAutoRepeat():
            self._keys.append(QKeyEvent(event.type(), event.key(), event.modifiers(), event.text()))
        return self._waits()

    def play(self) -> None:
        """Presses in the line what was kept, as soon as nothing is being done any more."""
        while self._keys and not self._waits() and self._line.isVisible():
            QCoreApplication.sendEvent(self._line, self._keys.pop(0))
        if self._keys and self._waits():
            QTimer.singleShot(LOOK_MS, self, self.play)

    def forget(self) -> None:
        """Forgets what was kept, unless the step that is being done leads to another line."""
        if self._keys and self._waits():
            QTimer.singleShot(LOOK_MS, self, self.forget)
        elif not self._line.isVisible():
            self._keys.clear()

    def drop(self) -> None:
        """Forgets what was kept: what stands in the line is to be changed first."""
        self._keys.clear()

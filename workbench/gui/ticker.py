"""One beat a second for all that says how long ago something was (V3), and timers that run out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, SignalInstance
from PySide6.QtWidgets import QWidget

TICK_MS = 1000


def pause_timer(owner: QObject, pause: int, then: Callable[..., object] | SignalInstance) -> QTimer:
    """Returns a timer that does something once, when it was not started again for some milliseconds."""
    timer = QTimer(owner, singleShot=True, interval=pause)
    timer.timeout.connect(then)
    return timer


class TickingView(Protocol):
    """What says ages."""

    def tick(self) -> None:
        """Says again what time has changed; called about once a second while it is seen."""

    def isVisible(self) -> bool:
        """Whether it is shown."""

    def window(self) -> QWidget:
        """The window that it stands in."""


class Ticker(QObject):
    """Has everything that is seen say its ages again."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._seen: list[TickingView] = []
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.beat)

    def follow(self, one: TickingView) -> None:
        """Begins to call something that is shown now."""
        if one not in self._seen:
            self._seen.append(one)
            self._timer.start()

    def leave(self, one: TickingView) -> None:
        """Calls something no more that is hidden now."""
        if one in self._seen:
            self._seen.remove(one)
        if not self._seen:
            self._timer.stop()

    def beat(self) -> None:
        """Calls every view that can be seen; those of a minimized window cannot."""
        for one in list(self._seen):
            if one.isVisible() and not one.window().isMinimized():
                one.tick()

    @property
    def running(self) -> bool:
        """Whether it beats."""
        return self._timer.isActive()

    def close(self) -> None:
        """Stops for good."""
        self._seen.clear()
        self._timer.stop()

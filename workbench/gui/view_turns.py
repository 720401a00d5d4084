"""What views do for a change, spread over turns of the loop, so that none of them holds it for long (V4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject

from workbench.gui.ticker import pause_timer

FULL_MS = 8
"""Milliseconds after which a turn takes up nothing more; what is done in one turn is painted once."""


class ViewTurns(QObject):
    """Does what it is given, each once, in turns of the loop.

    Args:
        parent: Ends with it.
        do: Does one of them.
    """

    def __init__(self, parent: QObject, do: Callable[[Callable[[], object]], object]) -> None:
        super().__init__(parent)
        self._do = do
        self._acts: deque[Callable[[], object]] = deque()
        self._timer = pause_timer(self, 0, self.take)

    @property
    def waiting(self) -> bool:
        """Whether something is still to be done."""
        return bool(self._acts)

    def give(self, act: Callable[[], object], *, first: bool = False) -> None:
        """Has something done, unless it is to be done already.

        Args:
            first: It goes before what was given, not behind it.
        """
        if act not in self._acts:
            (self._acts.appendleft if first else self._acts.append)(act)
        if not self._timer.isActive():
            self._timer.start()

    def take(self) -> None:
        """Does what was given, in its order, until the turn is full."""
        lasted = QElapsedTimer()
        lasted.start()
        while self._acts:
            self._do(self._acts.popleft())
            if lasted.elapsed() >= FULL_MS:
                break
        if self._acts:
            self._timer.start()
        else:
            self._timer.stop()

    def close(self) -> None:
        """Does nothing any more."""
        self._timer.stop()
        self._acts.clear()

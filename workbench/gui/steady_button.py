"""A button whose words change under the pointer: it keeps its place, and takes no click meant for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QElapsedTimer, QSize
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton
from typing_extensions import override

DEAF = 500
"""Milliseconds, behind a change of what it says, in which a click was meant for what it said before."""


class SteadyButton(QPushButton):
    """A button that says one of a few words: as wide as the widest of them, whatever it says.

    Args:
        words: What it says by turns; the first one now.
        run: What a click does.
    """

    def __init__(self, words: Sequence[str], run: Callable[[], object]) -> None:
        super().__init__(words[0])
        self._words = tuple(words)
        self._since = QElapsedTimer()
        self._since.start()
        self.clicked.connect(lambda _checked=False: run())

    def say(self, word: str) -> None:
        """Says another of its words; clicks that come just behind that do nothing."""
        if word != self.text():
            self.setText(word)
            self._since.start()

    @override
    def sizeHint(self) -> QSize:
        """Returns what the widest of its words takes; a minimum width would be lost to the style sheet's."""
        self.ensurePolished()
        option, kind = QStyleOptionButton(), QStyle.ContentsType.CT_PushButton
        self.initStyleOption(option)
        found = QSize()
        for word in (*self._words, self.text()):
            option.text = word
            written = self.fontMetrics().size(0, word)
            found = found.expandedTo(self.style().sizeFromContents(kind, option, written, self))
        return found

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._since.start()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._end_press()
        super().mouseReleaseEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click is one click."""

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._end_press()
        super().keyReleaseEvent(event)

    def _end_press(self) -> None:
        if self._since.elapsed() < DEAF:
            self.setDown(False)  # so that the release clicks nothing

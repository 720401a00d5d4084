"""A strip below a text that takes one line of its room; a click shows all that it says."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QBoxLayout
from typing_extensions import override

from workbench.gui.widgets import Banner, Button, ElidedLabel

LEAST = 90
"""Pixels of its line that stand beside the buttons."""


class FoldingStrip(Banner):
    """Says what it has to say in one line, until one clicks it, or it says something else."""

    def __init__(self, kind: str) -> None:
        self.line = ElidedLabel()
        self.folded = True
        super().__init__(kind, "")
        self._layout.insertWidget(1, self.line, 1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.NoTextInteraction
        )  # a click is for all of it
        self._fold(folded=True)

    @override
    def set(self, kind: str, text: str, actions: Sequence[Button] = ()) -> None:
        fresh = text != self.text
        super().set(kind, text, actions)
        if fresh:
            self._fold(folded=True)

    def _fold(self, *, folded: bool) -> None:
        self.folded = folded
        self.line.setText(self.text)
        self.line.setVisible(folded)
        self._text.setVisible(not folded)
        self._layout.setStretch(0, 0 if folded else 1)
        self._lie()

    @override
    def _lie(self) -> None:
        super()._lie()
        needed = sum(one.sizeHint().width() + self._row.spacing() for one in self.buttons)
        if self.folded and needed + LEAST <= self.width():
            self._layout.setDirection(QBoxLayout.Direction.LeftToRight)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._fold(folded=not self.folded)

"""A menu in which letters choose: none of them reaches the window's own keys while it is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu
from typing_extensions import override


class LetterMenu(QMenu):
    """A menu whose entries are chosen by the letter with which they begin, one after the other."""

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().casefold()
        acts = [one for one in self.actions() if letter.strip() and one.text().casefold().startswith(letter)]
        if not acts:
            super().keyPressEvent(event)
            return
        here = acts.index(self.activeAction()) + 1 if self.activeAction() in acts else 0
        self.setActiveAction(acts[here % len(acts)])

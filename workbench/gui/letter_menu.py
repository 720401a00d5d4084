"""A menu in which letters choose: none of them reaches the window's own keys while it is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu
from typing_extensions import override


class LetterMenu(QMenu):
    """A menu whose entries are chosen by letters, one after the other.

    A letter is an entry's key as the menu shows it; else the first one of its text; else of a word in it.
    """

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().casefold()
        acts = self._beginning(letter) if letter.strip() else []
        if not acts:
            super().keyPressEvent(event)
            return
        here = acts.index(self.activeAction()) + 1 if self.activeAction() in acts else 0
        self.setActiveAction(acts[here % len(acts)])

    def _beginning(self, letter: str) -> list[QAction]:
        can = [one for one in self.actions() if one.isEnabled() and one.isVisible()]
        words = {one: [one.text().casefold(), *one.text().casefold().split()] for one in can}
        by_key = [one for one in can if one.shortcut().toString().casefold() == letter]
        first = [one for one in can if words[one][0].startswith(letter)]
        return by_key or first or [one for one in can if any(word.startswith(letter) for word in words[one])]

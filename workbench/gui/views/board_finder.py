"""Finds nodes on the board by what is typed, and goes through what was found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, WidgetKey, action
from workbench.gui.board.flow_view import FlowView
from workbench.gui.widgets import SearchBox

FIND_KEYS = ("Enter", "the next one"), ("Esc", "clear it, back to the board")


class BoardSearch(SearchBox):
    """The line to type in.

    Signals:
        told: Its keys with what they do while it has the keyboard, else none.
        left: Escape was pressed.
    """

    moves = (WidgetKey("Esc", "Clear what was typed, back to the board"),)
    told = Signal(object)
    left = Signal()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            self.left.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.told.emit(FIND_KEYS)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.told.emit(())


class BoardFinder:
    """A line to type in, and how many were found; its keys work in the whole view.

    Attributes:
        search: Where one types.
        matches: Says which of how many is shown.
    """

    def __init__(self, view: QWidget, canvas: FlowView) -> None:
        self._canvas = canvas
        self._found: list[str] = []
        self._taken = ""
        self.search, self.matches = BoardSearch("Find on the board"), QLabel()
        self.search.setToolTip("Enter shows the next one")
        self.search.setMinimumWidth(90)
        self.search.setMaximumWidth(320)
        self.search.settled.connect(self._find)
        self.search.left.connect(canvas.setFocus)
        self.search.returnPressed.connect(self._enter)
        self.matches.setProperty("role", "muted")
        self.acts = Actions(self, view)
        self.acts.offer()

    def _find(self, text: str) -> None:
        """Shows the best of what fits; Enter goes on to the others."""
        self._found = self._canvas.board.find(text)
        self._show(0)
        if not self._found:
            self.matches.setText("No match" if text.strip() else "")
        if text != self._taken:
            self._taken = ""

    def _enter(self) -> None:
        """Stays at what is shown with the first Enter, whether it was shown before that or with it."""
        if self.search.text() == self._taken:
            self.next_match()
        else:
            self._taken = self.search.text()
            self._show(max(self._place(), 0))

    def look_again(self) -> None:
        """Finds what is drawn later than it was looked for."""
        if not self._found:
            self._find(self.search.text())

    def other_picture(self) -> None:
        """Finds the same in another picture, and leaves what is seen of it."""
        self._found = self._canvas.board.find(self.search.text())
        self.matches.setText(f"{len(self._found)} found" if self._found else "")
        self.acts.refresh()

    def _nothing_found(self) -> str:
        return "" if self._found else "Nothing was looked for: Ctrl+F"

    @action("Next match", keys="F3", icon="search", why=_nothing_found)
    def next_match(self) -> None:
        """Shows the next of what was found."""
        self._show(self._place() + 1)

    @action("Previous match", keys="Shift+F3", icon="search", why=_nothing_found)
    def previous_match(self) -> None:
        """Shows the one before of what was found."""
        self._show(max(self._place(), 0) - 1)

    def _place(self) -> int:
        chosen = self._canvas.board.chosen
        return self._found.index(chosen) if chosen in self._found else -1

    def _show(self, place: int) -> None:
        if self._found:
            place %= len(self._found)
            self._canvas.reveal(self._found[place], near=True)
            self.matches.setText(f"{place + 1} of {len(self._found)}")
        self.acts.refresh()

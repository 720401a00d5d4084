"""Finds what is on the board, and steps through what is marked."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from workbench.gui.actions import action
from workbench.gui.board.flow_view import FlowView
from workbench.gui.board.picture import Picture
from workbench.gui.desk import Desk
from workbench.gui.view import View
from workbench.gui.widgets import SearchBox


class BoardSearch(View):
    """The part of the board that finds.

    Attributes:
        canvas: Shows a picture.
        search, matches: Where is typed what is looked for, and what is said of it.
    """

    canvas: FlowView

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: list[str] = []
        self._stepping = False
        self.search = SearchBox("Find a node")
        self.search.setToolTip("Enter shows the next one")
        self.search.setMaximumWidth(320)
        self.search.settled.connect(self._find)
        self.search.returnPressed.connect(self._find_next)
        self.matches = QLabel()
        self.matches.setProperty("role", "muted")

    @property
    def scene(self) -> Picture:
        """The picture that is seen."""
        return self.canvas.board

    def _find(self, text: str) -> None:
        """Shows the best of what fits; Enter goes on to the others."""
        self._found = self.scene.find(text)
        self._show_match(0)
        if not self._found:
            self.matches.setText("No match" if text.strip() else "")
        self._stepping = False
        QTimer.singleShot(0, self, self._allow_stepping)  # the Enter that asked must not step as well

    def _allow_stepping(self) -> None:
        self._stepping = True

    def _find_next(self) -> None:
        if self._stepping:
            self.next_match()

    def _nothing_found(self) -> str:
        return "" if self._found else "Nothing was looked for: Ctrl+F"

    @action("Next match", keys="F3", icon="search", why=_nothing_found)
    def next_match(self) -> None:
        """Shows the next of what was found."""
        self._show_match(self._place() + 1)

    @action("Previous match", keys="Shift+F3", icon="search", why=_nothing_found)
    def previous_match(self) -> None:
        """Shows the one before of what was found."""
        self._show_match(max(self._place(), 0) - 1)

    def _place(self) -> int:
        return self._found.index(self.scene.chosen) if self.scene.chosen in self._found else -1

    def _show_match(self, place: int) -> None:
        if self._found:
            place %= len(self._found)
            self.canvas.reveal(self._found[place])
            self.matches.setText(f"{place + 1} of {len(self._found)}")
        self.acts.refresh()

    @action(
        "Next problem",
        icon="warning",
        tip="Step through what is marked",
        why=lambda view: "" if view.scene.problems() else "Nothing is marked",
    )
    def next_problem(self) -> None:
        """Shows the next node with which something is wrong."""
        wrong = self.scene.problems()
        if wrong:
            here = wrong.index(self.scene.chosen) if self.scene.chosen in wrong else -1
            self.canvas.reveal(wrong[(here + 1) % len(wrong)])

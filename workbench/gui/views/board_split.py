"""The board with its details: beside it, or below it where the view is narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.ticker import pause_timer
from workbench.gui.views.board_details import DetailsPanel

NARROW = 680
"""Pixels of the view from which the details stand beside the board: 320 are left to the board."""
ROOMY = 900
"""Pixels of the view from which the details have their room unless a person hides them; elsewhere they come
when they are asked for."""
WIDE, TALL = 360, 260
"""Pixels of the details beside the board, and below it, until a person makes them another size."""
LEAST = 184
"""Pixels of both in height at least: what lies below them gets what it needs before they get more."""
LOW = 460
"""Pixels of both in height from which a board with the details below it has room for what lies over it."""
WATCHING = "Observe"
"""The arrangement in which the board has little room, so that the details come when they are asked for."""


class BoardSplit(QSplitter):
    """Shares the room, and remembers how a person left it.

    The details keep their room whether something is chosen or not: what is clicked stays under the mouse.

    Args:
        view: In all of it its key works.
    """

    def __init__(self, view: QWidget, board: QWidget, details: DetailsPanel) -> None:
        super().__init__()
        self._board, self._details = board, details
        self._settings: QSettings | None = None
        self._arranged = ""
        self._asked: dict[str, bool] = {}  # by where that is kept
        self._overlays: tuple[QWidget, ...] = ()
        self._later = pause_timer(self, 0, self._place)
        self.setChildrenCollapsible(False)
        self.setMinimumHeight(LEAST)
        self.addWidget(board)
        self.addWidget(details)
        self.setStretchFactor(0, 1)
        self.acts = Actions(self, view)
        self.acts.offer()
        self.splitterMoved.connect(lambda _at, _handle: self._keep())
        self._place()

    def remember(self, settings: QSettings, perspective: str) -> None:
        """Takes sizes and whether it is wanted in an arrangement from settings, and keeps them there."""
        self._settings, self._arranged = settings, perspective
        self._place()

    @property
    def wanted(self) -> bool:
        """Whether the details are shown: as a person left them, else where there is room enough."""
        key, usual = self._shown_key(), self.width() >= ROOMY and self._arranged != WATCHING
        kept = self._settings.value(key) if self._settings is not None else self._asked.get(key)
        return usual if kept is None else str(kept).lower() == "true"

    def _shown_key(self) -> str:
        return f"details/shown/{self._arranged}" + ("" if self.width() >= ROOMY else "/narrow")

    @action(
        "Details",
        keys="F4",
        icon="split",
        tip="Show or hide the details of what is chosen",
        checked=lambda split: split.wanted,
    )
    def show_details(self) -> None:
        """Shows or hides the details."""
        wanted = not self.wanted
        self._asked[self._shown_key()] = wanted
        if self._settings is not None:
            self._settings.setValue(self._shown_key(), wanted)
        self._place()

    def make_way_for(self, *overlays: QWidget) -> None:
        """Leaves the details' room to a low board while one of these lies over it: a line, or a form."""
        self._overlays = overlays
        for one in overlays:
            one.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Show, QEvent.Type.Hide}:
            self._later.start()
        return super().eventFilter(watched, event)

    def _gives_way(self) -> bool:
        low = not self.beside and self.height() < LOW
        return low and any(not one.isHidden() for one in self._overlays)

    @property
    def beside(self) -> bool:
        """Whether the details stand beside the board."""
        return self.width() >= NARROW

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        orientation = Qt.Orientation.Horizontal if self.beside else Qt.Orientation.Vertical
        shown = self.wanted and not self._gives_way()
        if orientation == self.orientation() and shown != self._details.isHidden() and self.sizes()[1]:
            return
        self.setOrientation(orientation)
        self._details.lie(wide=not self.beside)
        self._details.setVisible(shown)
        self.acts.refresh()
        if shown:
            size = self._size() if self.beside else min(self._size(), self.height() // 2)
            # However wide it is now: a view that is just made, or narrow for a while, gets its size later.
            self.setSizes([max(0, (self.width() if self.beside else self.height()) - size), size])

    def _size(self) -> int:
        usual = WIDE if self.beside else TALL
        found = self._settings.value(self._key(), usual) if self._settings is not None else usual
        return int(str(found)) if str(found).isdigit() else usual

    def _key(self) -> str:
        return "details/width" if self.beside else "details/height"

    def _keep(self) -> None:
        if self._settings is not None:
            self._settings.setValue(self._key(), self.sizes()[1])

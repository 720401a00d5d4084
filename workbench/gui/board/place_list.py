"""The list of the places that a rename, a removal or a move touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget
from typing_extensions import override

from workbench.gui.context_menu import Offering

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent

    from workbench.services.design.change_preview import ChangePlace

PLACE, TEXT, BELONGS = range(3)
"""The columns."""
DATA = Qt.ItemDataRole.UserRole
LEAST = 84
"""Pixels that it is high at least."""


class PlaceList(QTreeWidget):
    """The places, below what they are to the thing."""

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderLabels(["Place", "Text", "Belongs to"])
        self.setAccessibleName("Places")
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumHeight(LEAST)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        self.offering = Offering(
            self,
            self._current,
            named=lambda one: f"{one.reference.file}:{one.line}",
            nothing="No place is chosen",
            where=lambda: self.visualRect(self.currentIndex()).bottomLeft(),
        )
        self.currentItemChanged.connect(lambda *_: self.offering.refresh())

    def _current(self) -> ChangePlace | None:
        item = self.currentItem()
        return item.data(PLACE, DATA) if item is not None else None

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)

"""The list of places that a rename, a removal or a move would touch."""

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
LEAST = 84
"""Pixels that it has of height at least."""


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

    def share_width(self) -> None:
        """Gives the columns their room: what becomes of places is whole, up to a third of the width."""
        wide = self.viewport().width()
        self.header().resizeSection(PLACE, max(140, min(190, wide // 5)))
        needed = max(100, self.sizeHintForColumn(BELONGS))
        self.header().resizeSection(BELONGS, min(needed, max(100, wide // 3)))

    def _current(self) -> ChangePlace | None:
        item = self.currentItem()
        return item.data(PLACE, Qt.ItemDataRole.UserRole) if item is not None else None

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)

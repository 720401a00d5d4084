"""A strip in a table that says that its rows cannot be read, why, and what to do (contract V4)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from workbench.gui.paged_model import PagedModel
from workbench.gui.widgets import Banner, error_text

LEAST = 34


class TroubleStrip(Banner):
    """Stands at the foot of the rows while they cannot be read.

    Attributes:
        again: Asks once more.

    Args:
        moved: Called when it came or went.
    """

    def __init__(
        self, parent: QWidget, model: PagedModel, again: Callable[[], object], moved: Callable[[], object]
    ) -> None:
        super().__init__("error", "")
        self.setParent(parent)
        self.hide()
        self._model, self.again, self._moved = model, again, moved
        # Later, since it can come to light while Qt paints.
        model.failed.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def _tell(self) -> None:
        error = self._model.trouble
        self.setVisible(error is not None)
        if error is not None:
            self.set("error", f"The rows cannot be read: {error_text(error)}", [("Try again", self.again)])
        self._moved()

    def place(self, room: QRect) -> None:
        """Takes what it needs at the foot of a place."""
        height = min(room.height(), max(LEAST, self.heightForWidth(room.width())))
        self.setGeometry(room.left(), room.bottom() + 1 - height, room.width(), height)

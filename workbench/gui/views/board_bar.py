"""The toolbar of the board: what has no room in it goes, last what nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget
from typing_extensions import override

from workbench.gui.layouts import in_row
from workbench.gui.views.board_pictures import scale_button
from workbench.gui.widgets import show_words, toolbar_button

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor
    from workbench.gui.views.board_finder import BoardFinder

ROOMY, WIDE, MEDIUM, SMALL = 1180, 900, 640, 560
"""Pixels from which all is said of a draft, buttons have words, zooming and what menus do have buttons."""
GAP = 4
"""Pixels between its parts."""


class BoardBar(QWidget):
    """Buttons, the line that finds, and how the design stands.

    Args:
        pictures: Buttons that choose the picture.
        marks, details: Buttons for what is worth a second look, and for the details.

    Attributes:
        legend: The button that explains colours and marks.
    """

    def __init__(
        self,
        editor: BoardEditor,
        finder: BoardFinder,
        pictures: Sequence[QToolButton],
        marks: QToolButton,
        details: QToolButton,
    ) -> None:
        super().__init__()
        self._editor = editor
        self._worded = (*pictures, marks, editor.add_button)
        self.legend = toolbar_button("", "info", "Explain colours and marks")
        self.legend.setAccessibleName("Legend")
        self.legend.setCheckable(True)
        acts = editor.canvas.acts
        whole, smaller, larger = (acts.button(one, words=False) for one in _ZOOMS)
        zooming = (smaller, scale_button(editor.canvas), larger)
        further = (*(editor.acts.button(key, words=False) for key in ("undo", "redo")), self.legend)
        row = in_row(*pictures, of=self, margins=(8, 5, 8, 5), spacing=GAP)
        row.addSpacing(8)
        for one in (whole, *zooming):
            row.addWidget(one)
        row.addSpacing(GAP)
        row.addWidget(finder.search, 100)
        row.addWidget(finder.matches)
        row.addStretch(1)
        for part in (editor.stand, marks, editor.add_button, *further, details):
            row.addWidget(part)
        self._spared: Sequence[tuple[int, Sequence[QWidget]]] = (
            (0, (finder.matches,)),
            (0, (details, marks, editor.add_button, whole)),
            (SMALL, further),
            (MEDIUM, zooming),
        )
        """What goes, the last first, as keys do the same: from which width it may be there, and its parts."""
        editor.stand.widened.connect(self.fit)
        finder.search.settled.connect(lambda _text: self.fit())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._editor.set_roomy(roomy=self.width() >= ROOMY)
        self.fit()

    def fit(self) -> None:
        """Shows the buttons with their words, and what can be spared, where there is room."""
        show_words(self._worded, shown=self.width() >= WIDE)
        room = self.width() - self.minimumSizeHint().width()
        room += sum(_needed(one) for _, parts in self._spared for one in parts if not one.isHidden())
        for least, parts in self._spared:
            room -= sum(_needed(one) for one in parts)
            for one in parts:
                one.setVisible(self.width() >= least and room >= 0)


_ZOOMS = ("fit", "zoom_out", "zoom_in")


def _needed(part: QWidget) -> int:
    """Returns how many pixels of the width a part takes."""
    return part.minimumSizeHint().width() + GAP

"""Says in the details that several things are chosen, and offers what is done to all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from workbench.gui.actions import ActionButton, BoundAction
from workbench.gui.layouts import in_column
from workbench.gui.widgets import plain_label

MOST = 40
"""Names that are shown."""
ALONE = "What is done to one thing alone is offered once one is chosen (Esc, or a click)."


class SeveralPane(QScrollArea):
    """The names of what is chosen, and a button for each action."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Several things that are chosen")
        inner = QWidget()
        self._names, self._alone = plain_label("", wrap=True), plain_label(ALONE, "muted", wrap=True)
        self._names.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column = in_column(self._names, of=inner, margins=(12, 8, 12, 12), spacing=6)
        self._buttons: list[ActionButton] = []
        self._column.addWidget(self._alone)
        self._column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def show_several(self, titles: Sequence[str], acts: Sequence[BoundAction]) -> None:
        """Shows names, and buttons for actions, which are the same each time."""
        more = len(titles) - MOST
        self._names.setText(", ".join(titles[:MOST]) + (f" and {more:,} more" if more > 0 else ""))
        if not self._buttons:
            for at, one in enumerate(acts, 1):
                self._buttons.append(ActionButton(one))
                self._column.insertWidget(at, self._buttons[-1], 0, Qt.AlignmentFlag.AlignLeft)

"""Says in the details what is marked on the chosen node, and offers what could be done about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workbench.gui.board.mark_painter import SIGNS
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column
from workbench.gui.widgets import plain_label, plain_tip
from workbench.services.design.marks.mark import DesignMark, MarkFix

SEEN = 3
"""Marks that are told with their ways out; of more the number is told."""


class MarkList(QWidget):
    """What is marked on a node: each mark in a sentence, with a button for each way out.

    Signals:
        chosen: A `MarkFix` that is to be done.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.marks: tuple[DesignMark, ...] = ()
        self._inner = QWidget()
        self._column = in_column(self._inner, of=self, margins=(12, 0, 12, 6))
        self.hide()

    def show_marks(self, marks: Sequence[DesignMark]) -> None:
        """Shows the marks of a node; nothing where it has none."""
        self.setVisible(bool(marks))
        if tuple(marks) == self.marks:
            return
        self.marks = tuple(marks)
        self._inner.hide()
        self._inner.deleteLater()
        self._inner = QWidget()
        grid = QGridLayout(self._inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for mark in self.marks[:SEEN]:
            self._tell(grid, mark)
        if (more := len(self.marks) - SEEN) > 0:
            grid.addWidget(plain_label(f"and {more} more  (Ctrl+.)", "muted"), grid.rowCount(), 1)
        self._column.addWidget(self._inner)

    def _tell(self, grid: QGridLayout, mark: DesignMark) -> None:
        row, name = grid.rowCount(), SIGNS[mark.kind.severity]
        sign = QLabel()
        sign.setPixmap(icon(*name).pixmap(14, 14))
        sign.setToolTip(mark.kind.severity.capitalize())
        said = plain_label(mark.message, wrap=True)
        said.setToolTip(plain_tip(f"{mark.kind.why}. {mark.kind.way.capitalize()}."))
        grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(said, row, 1)
        for at, fix in enumerate(mark.fixes, 1):
            grid.addWidget(self._button(fix), row + at, 1, Qt.AlignmentFlag.AlignLeft)

    def _button(self, fix: MarkFix) -> QPushButton:
        button = QPushButton(fix.label)
        button.setToolTip(plain_tip(fix.effect))
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.chosen.emit(fix))
        return button

"""How the letters of a repair are sent: step by step, how many of them, and how fast."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from workbench.errors import InvalidValue
from workbench.gui.chooser import NumberBox
from workbench.gui.layouts import in_row
from workbench.gui.widgets import error_text, plain_label
from workbench.services.dead_letters.letter_ladder import USUAL, parse_ladder

BOX = 76
"""Pixels in width of a number at least."""


class RepairSteps(QWidget):
    """Ladder, number and pace of a repair.

    Signals:
        changed: Other letters would be sent, or in other steps.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ladder = QLineEdit(", ".join(map(str, USUAL)))
        self.ladder.setCursorPosition(0)  # where there is little room its first step is seen
        self.ladder.setAccessibleName("Ladder")
        self.ladder.setToolTip("Letters of each step, before the rest; it stops at the first new failure")
        self.ladder.textChanged.connect(lambda _text: self.changed.emit())
        self.first, self.pace = NumberBox(), NumberBox()
        for box, name, zero, most in (
            (self.first, "First", "all", 10_000_000),
            (self.pace, "Pace", "any", 1000),
        ):
            box.setRange(0, most)
            box.setMinimumWidth(BOX)
            box.setAccessibleName(name)
            box.setSpecialValueText(zero)
        self.pace.setSuffix(" / s")
        self.first.setToolTip("Only the oldest of them")
        self.first.valueChanged.connect(lambda _value: self.changed.emit())
        words = [plain_label(word, "muted") for word in ("Ladder", "first", "pace")]
        boxes = ((self.ladder, 2), (self.first, 1), (self.pace, 1))
        parts = [part for pair in zip(words, boxes, strict=True) for part in pair]
        in_row(*parts, of=self, margins=0, spacing=6)

    def trouble(self) -> str:
        """Returns why these are no steps; empty where they are."""
        try:
            parse_ladder(self.ladder.text())
        except InvalidValue as error:
            return error_text(error)
        return ""

"""A chooser whose list may change with each read; what is chosen stays so, wherever it stands then (V1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox
from typing_extensions import override

from workbench.model.json_values import visible

COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
ASIDE = 6
"""Pixels before a number: Qt takes those of the style sheet for the box around it only."""
LETTERS = range(Qt.Key.Key_Space, Qt.Key.Key_Escape)
"""Keys that write something; the arrows and others lie above them."""


class ChoiceBox(QComboBox):
    """A chooser that takes no letter pressed with Ctrl or Alt: it belongs to the window or a button.

    The wheel scrolls what is around it, and changes nothing.
    """

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & COMMANDS and event.key() in LETTERS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class TypedChoice(ChoiceBox):
    """A chooser in which one can type as well; what is typed is not added to what it offers."""

    def __init__(self) -> None:
        super().__init__()
        self.setLineEdit(_WholeLine(self))
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() == Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        else:  # the line takes Ctrl+A, C, V, X and Z, and leaves the others
            QComboBox.keyPressEvent(self, event)


class _WholeLine(QLineEdit):
    """What stands in it is replaced by typing where a click gave it the keyboard, as where Tab did."""

    _entered = False

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._entered = event.reason() == Qt.FocusReason.MouseFocusReason

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._entered and not self.hasSelectedText():
            self.selectAll()
        self._entered = False


class NumberBox(QSpinBox):
    """A number that the wheel does not change: it scrolls what is around it."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(ASIDE, 0, 0, 0)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Chooser(ChoiceBox):
    """As wide as the widest of what it offers now, such as a count that has grown."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def show_choices(self, choices: Sequence[tuple[str, Any]], icons: Sequence[QIcon] = ()) -> None:
        """Offers texts with what stands behind them; of what was chosen and left the first takes the place.

        No signal tells of it. Texts alone change in place, for a person may be choosing.
        """
        chosen, offered = self.currentData(), [data for _, data in choices]
        choices = [(visible(text), data) for text, data in choices]
        with QSignalBlocker(self):
            if self.offered() != offered:
                self.clear()
                for text, data in choices:
                    self.addItem(text, data)
                self.setCurrentIndex(offered.index(chosen) if chosen in offered else 0)
            for at, (text, _) in enumerate(choices):
                self.setItemText(at, text)
            for at, picture in enumerate(icons):
                self.setItemIcon(at, picture)

    def offered(self) -> list[Any]:
        """Returns what stands behind its texts."""
        return [self.itemData(at) for at in range(self.count())]

    def choose(self, data: object) -> None:
        """Shows something as chosen, if it is offered; no signal tells of it."""
        if data in (offered := self.offered()):
            with QSignalBlocker(self):
                self.setCurrentIndex(offered.index(data))

"""Asks to which position a subscription should go back, and says exactly what that delivers again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.icons import icon
from workbench.gui.widgets import plain_label

if TYPE_CHECKING:
    from workbench.services.observing import SubscriptionView


def consequence(subscription: SubscriptionView, position: int, head: int, again: int) -> tuple[str, str]:
    """Returns what a move of the cursor does, in words, and what its button says; empty for nothing.

    Args:
        again: How many waiting deliveries lie behind the position.
    """
    cursor = subscription.cursor
    if position > head:
        return f"The store ends at position {head:,}.", ""
    if position == cursor:
        return "The cursor stands there already.", ""
    if position > cursor:
        count = _positions(position - cursor)
        said = f"{count} from {cursor + 1:,} to {position:,} will be skipped and never be delivered."
        return said, f"Skip {count}"
    count = _positions(cursor - position)
    said = f"{count} from {position + 1:,} to {cursor:,} will be delivered again"
    said += ", as far as they pass the filter." if subscription.filter else "."
    if again:
        waits = "delivery that waits starts" if again == 1 else "deliveries that wait start"
        said += f" {again:,} {waits} anew."
    if subscription.dead:
        said += " Dead letters stay as they are."
    return said, f"Deliver {count} again"


class ResetDialog(QDialog):
    """Chooses a position for the cursor of one subscription; to be opened with ``open()``.

    Args:
        head: The highest position of the store.
        waiting: Positions of the deliveries that wait.

    Signals:
        chosen: The position that was confirmed.
    """

    chosen = Signal(object)

    def __init__(
        self, parent: QWidget, subscription: SubscriptionView, head: int, waiting: tuple[int, ...]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("reset-dialog")
        self.setWindowTitle(f"Reset {subscription.name}")
        self.setMinimumWidth(440)
        self._subscription, self._head, self._waiting = subscription, head, waiting
        title = plain_label(f"Move the cursor of {subscription.name}", "heading", wrap=True)
        stands = plain_label(
            f"It stands at position {subscription.cursor:,} of {head:,}.", "muted", wrap=True
        )
        self.position = QLineEdit()
        self.position.setObjectName("reset-position")
        self.position.setAccessibleName("Position")
        self.position.setPlaceholderText("0 delivers everything again")
        self.position.textChanged.connect(self._judge)
        line = QHBoxLayout()
        line.addWidget(self.position, 1)
        for said, value in (("Beginning", 0), ("Head", head)):
            button = QPushButton(said)
            button.setAutoDefault(False)
            button.setToolTip(f"Position {value:,}")
            button.clicked.connect(lambda _=False, value=value: self.position.setText(str(value)))
            line.addWidget(button)
        form = QFormLayout()
        form.addRow("After position", line)
        self.said = plain_label("", "muted", wrap=True)
        self.said.setMinimumHeight(self.said.fontMetrics().lineSpacing() * 3)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(title)
        layout.addWidget(stands)
        layout.addLayout(form)
        layout.addWidget(self.said)
        layout.addStretch(1)
        layout.addLayout(self._answers())
        self._judge()

    def _answers(self) -> QHBoxLayout:
        self.go = QPushButton()
        self.go.setObjectName("reset-go")
        self.go.setProperty("primary", True)
        self.go.setIcon(icon("skip", "on_accent"))
        self.go.clicked.connect(self._confirm)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        answers = QHBoxLayout()
        answers.addStretch(1)
        answers.addWidget(cancel)
        answers.addWidget(self.go)
        return answers

    def _value(self) -> int | None:
        text = self.position.text().strip().replace(",", "").replace(" ", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def _judge(self) -> None:
        value, text = self._value(), self.position.text().strip()
        said, label = "Give a position: everything after it is delivered again.", ""
        if value is not None:
            again = sum(position > value for position in self._waiting)
            said, label = consequence(self._subscription, value, self._head, again)
        elif text:
            said = "A position is a whole number from 0."
        self.position.setProperty("invalid", bool(text) and value is None)
        self.position.style().polish(self.position)
        self.said.setText(said)
        self.go.setText(label or "Reset")
        self.go.setEnabled(bool(label))

    def _confirm(self) -> None:
        value = self._value()
        if value is not None and self.isVisible():
            self.accept()
            self.chosen.emit(value)


def _positions(count: int) -> str:
    return f"{count:,} position" if count == 1 else f"{count:,} positions"

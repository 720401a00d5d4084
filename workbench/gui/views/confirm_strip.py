"""A strip that asks before something happens to many: in place, with the exact count and a few examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QLabel,
    QPushButton,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.chooser import NumberBox
from workbench.gui.icons import icon
from workbench.gui.layouts import clear, in_column, in_row, join, stand_by_width
from workbench.gui.theme import code_font, theme
from workbench.gui.widgets import give_keyboard, plain_label

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

NARROW = 560
"""Below this width in pixels the answers stand under the question."""
FASTEST = 1000
"""The highest pace that can be asked for, a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmChoice:
    """One button of a question."""

    label: str
    run: Callable[[], None]
    danger: bool = False


class ConfirmStrip(QFrame):
    """Asks above the list what shall happen to how many, and shows a few of them; Escape takes it back."""

    moves = (
        WidgetKey("Esc", "Leave the question"),
        WidgetKey("Enter", "Press the marked button"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self.setAccessibleName("Confirmation")
        self._kind = "info"
        self._asker: QWidget | None = None
        self._mark = QLabel()
        self._text = plain_label(wrap=True)
        self._text.setProperty("role", "heading")
        self._samples = plain_label(wrap=True)
        self._samples.setFont(code_font(8.5))
        self._buttons = in_row(spacing=6)
        self._offered: list[QPushButton] = []
        words = in_column(self._text, self._samples, self._pacing(), spacing=3)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(8)
        join(self._sides, words, 1)
        join(self._sides, self._buttons)
        in_row(
            (self._mark, 0, Qt.AlignmentFlag.AlignTop),
            (self._sides, 1),
            of=self,
            margins=(10, 8, 10, 8),
            spacing=8,
        )
        theme().changed.connect(self._dress)
        self.hide()

    def _pacing(self) -> QWidget:
        """Returns the line that asks how many a second it shall be."""
        self.pace = NumberBox()
        self.pace.setObjectName("pace")
        self.pace.setAccessibleName("Pace")
        self.pace.setRange(0, FASTEST)
        self.pace.setSpecialValueText("unlimited")
        self.pace.setSuffix(" per second")
        self.pace.setToolTip("How many per second; 0 for unlimited")
        self._paced = QWidget()
        in_row(plain_label("Pace"), self.pace, 1, of=self._paced, margins=(0, 3, 0, 0), spacing=6)
        return self._paced

    def ask(
        self, text: str, samples: Sequence[str], answers: Sequence[ConfirmChoice], *, paced: bool = False
    ) -> None:
        """Shows a question; its answers go away with the first one that is given.

        The keyboard stands on the answer if it can do no harm, on Cancel otherwise.

        Args:
            paced: Whether it is asked, too, how many a second it shall be; the answer stands in `pace`.
        """
        self._clear()
        self.pace.setValue(0)
        self._paced.setVisible(paced)
        self._kind = "warning" if any(answer.danger for answer in answers) else "info"
        self._text.setText(text)
        self._samples.setText("\n".join(samples))
        self._samples.setVisible(bool(samples))
        self._buttons.addStretch(1)
        first = cancel = QPushButton("Cancel")
        cancel.setObjectName("cancel")
        cancel.clicked.connect(self.dismiss)
        for answer in answers:
            button = QPushButton(answer.label)
            button.setObjectName("answer")
            button.setProperty("danger" if answer.danger else "primary", True)
            button.clicked.connect(partial(self._given, answer))
            self._buttons.addWidget(button)
            self._offered.append(button)
            if not answer.danger:
                first = button
        self._buttons.addWidget(cancel)
        self._offered.append(cancel)
        self._dress()
        self._asker = QApplication.focusWidget() if self.isHidden() else self._asker
        self.show()
        give_keyboard(first)

    def buttons(self) -> list[QPushButton]:
        """Returns the answers on offer, Cancel last."""
        return list(self._offered)

    def text(self) -> str:
        """Returns the question."""
        return self._text.text()

    def samples(self) -> str:
        """Returns the lines below the question."""
        return self._samples.text()

    def dismiss(self) -> None:
        """Takes the question back; the keyboard goes where it was."""
        asker, self._asker = self._asker, None
        if self.isVisible():
            if (
                asker is not None
                and isValid(asker)
                and self.isAncestorOf(QApplication.focusWidget() or asker)
            ):
                give_keyboard(asker)
            self.hide()
        self._clear()

    def _given(self, answer: ConfirmChoice) -> None:
        if self.isHidden():  # the second click of a double one
            return
        self.dismiss()
        answer.run()

    def _clear(self) -> None:
        self._offered.clear()
        clear(self._buttons)

    def _dress(self) -> None:
        colors = theme().colors
        mark = "warning" if self._kind == "warning" else "help"
        self._mark.setPixmap(icon(mark, self._kind).pixmap(16, 16))
        shape = f"background: {colors.tint(self._kind)}; border: none; border-left: 3px solid"
        self.setStyleSheet(f"#confirm {{ {shape} {colors.ink(self._kind)}; }}")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        stand_by_width(self._sides, self.width(), narrow=NARROW)

"""One notice as it is shown: icon, text, what it offers, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.theme import theme
from workbench.gui.whole_text import WholeText
from workbench.gui.widgets import plain_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.gui.desk import Notice

LINES = 3
"""Lines of a text that a card shows; of a longer one it shows the first, and opens the rest."""
SECONDS = {"ok": 6, "info": 10, "warning": 30}
"""Until it leaves by itself; what failed stays until it was seen."""
WITH_ACTION = 30
HELD_MS = 1000
"""Until it is looked at again whether it may leave."""
ICONS = {"ok": "ok", "info": "info", "warning": "warning", "error": "error"}
SHADOW, THOUSANDTHS = 18, 1000


class NoticeCard(QFrame):
    """One notice: a strip where it asks something, else a toast, with its buttons below its words.

    Signals:
        answered: What it offers under this label was done.
        closed: A person closed it.
    """

    moves = (WidgetKey("Esc", "Close the notice that has the keyboard"),)
    answered = Signal(str)
    closed = Signal()

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.setObjectName(f"notice-{notice.kind}")
        self.setAccessibleName(f"{notice.kind}: {notice.text}")
        self._kind = notice.kind
        self.notice = notice
        self.buttons: list[QPushButton] = []
        mark = QLabel()
        mark.setPixmap(icon(ICONS[notice.kind], notice.kind).pixmap(16, 16))
        self._text = text = plain_label(_first_lines(notice.text), wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for label, run in notice.actions:
            self._offer(label, run)
        if len(notice.text.splitlines()) > LINES:
            self.buttons.append(_button("Show all", self._open))
        close = _close_button()
        close.clicked.connect(self._close)
        if notice.asks:
            in_row(mark, (text, 1), *self.buttons, close, of=self, margins=(12, 5, 6, 5))
        else:
            words = in_row(mark, (text, 1), close, spacing=8)
            offered = [in_row(1, *self.buttons, spacing=6)] if self.buttons else []
            in_column(words, *self._progress(), *offered, of=self, margins=(12, 8, 8, 8), spacing=6)
        self._dress()
        theme().changed.connect(self._dress)
        stays = notice.asks or notice.share is not None
        seconds = 0 if stays else SECONDS.get(notice.kind, 0)
        if seconds:
            QTimer.singleShot(1000 * (WITH_ACTION if notice.actions else seconds), self, self.leave)

    def _progress(self) -> list[QProgressBar]:
        """Returns a bar where work is told of."""
        self._bar = QProgressBar()
        self._bar.setRange(0, THOUSANDTHS)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("How much is done")
        self._bar.setValue(round(THOUSANDTHS * (self.notice.share or 0)))
        return [self._bar] if self.notice.share is not None else []

    def goes_on(self, notice: Notice) -> bool:
        """Takes what is told of the same work further on, with the same buttons; False for anything else."""
        same = self.notice.topic == notice.topic and self.notice.kind == notice.kind
        if notice.share is None or self.notice.share is None or not same:
            return False
        self.notice = notice
        self._text.setText(_first_lines(notice.text))
        self._bar.setValue(round(THOUSANDTHS * notice.share))
        self.setAccessibleName(f"{notice.kind}: {notice.text}")
        return True

    def _offer(self, label: str, run: Callable[[], object]) -> None:
        def answer() -> None:
            self.deleteLater()
            self.answered.emit(label)
            run()

        self.buttons.append(_button(label, answer))

    def _open(self) -> None:
        WholeText(self, self.notice.text).open()

    def _close(self) -> None:
        self.deleteLater()
        self.closed.emit()

    def take_keyboard(self, _widget: QWidget | None = None) -> None:
        """Gives the keyboard to the first thing that it offers."""
        self.buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self) -> None:
        """Goes, but not from under the mouse, or with the keyboard: both would fall on what lies below."""
        if self.underMouse() or any(button.hasFocus() for button in self.findChildren(QWidget)):
            QTimer.singleShot(HELD_MS, self, self.leave)
        else:
            self.deleteLater()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def _dress(self) -> None:
        colors = theme().colors
        ground, edge = colors.tint(self._kind), getattr(colors, self._kind)
        corners = "0" if self.notice.asks else "8px"
        self.setStyleSheet(
            f"NoticeCard {{ background: {ground}; border: 1px solid {edge}; border-left: 3px solid {edge};"
            f" border-radius: {corners}; }}"
        )
        if not self.notice.asks:
            shadow = QGraphicsDropShadowEffect(self, blurRadius=SHADOW, xOffset=0, yOffset=3)
            shadow.setColor(QColor(0, 0, 0, 90))
            self.setGraphicsEffect(shadow)


def _button(label: str, run: Callable[[], object]) -> QPushButton:
    button = QPushButton(label)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it is
    button.clicked.connect(lambda _checked=False: run())
    button.setAutoDefault(True)  # Enter presses it, too
    return button


def _close_button() -> QToolButton:
    close = QToolButton()
    close.setIcon(icon("close"))
    close.setIconSize(QSize(16, 16))
    close.setAutoRaise(True)
    close.setToolTip("Close  (Esc)")
    close.setAccessibleName("Close")
    close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return close


def _first_lines(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= LINES:
        return text
    return "\n".join([*lines[: LINES - 1], f"and {len(lines) - LINES + 1} more"])

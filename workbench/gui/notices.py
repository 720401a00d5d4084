"""Strips above the status bar that tell the person something until it is closed or has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QMainWindow,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.theme import theme
from workbench.gui.ticker import pause_timer
from workbench.gui.whole_text import WholeText
from workbench.gui.widgets import plain_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.gui.desk import Notice

SHOWN = 3
LINES = 3
"""Lines of a text that a strip shows; of a longer one it shows the first, and opens the rest."""
HELD_MS = 40
"""While a mouse button is down nothing moves under it; milliseconds until it is looked at again."""
SECONDS = {"ok": 6, "info": 10}
"""Good news leaves by itself; with an action it stays longer, warnings and errors stay until closed."""
WITH_ACTION = 30
ICONS = {"ok": "ok", "info": "info", "warning": "warning", "error": "error"}


class Strip(QFrame):
    """One notice: icon, text, actions, close."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.setObjectName(f"notice-{notice.kind}")
        self._kind = notice.kind
        self.notice = notice
        self.buttons: list[QPushButton] = []
        mark = QLabel()
        mark.setPixmap(icon(ICONS[notice.kind], notice.kind).pixmap(16, 16))
        text = plain_label(_first_lines(notice.text), wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = in_row(mark, (text, 1), of=self, margins=(12, 5, 6, 5))
        for label, run in (*notice.actions, *self._rest()):
            button = QPushButton(label)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it is
            button.clicked.connect(run)
            if run != self._open:
                button.clicked.connect(self.deleteLater)
            button.setAutoDefault(True)  # Enter presses it, too
            self.buttons.append(button)
            layout.addWidget(button)
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setAutoRaise(True)
        close.setToolTip("Close")
        close.clicked.connect(self.deleteLater)
        layout.addWidget(close)
        self._dress()
        theme().changed.connect(self._dress)
        seconds = SECONDS.get(notice.kind, 0)
        if seconds:
            QTimer.singleShot(1000 * (WITH_ACTION if notice.actions else seconds), self, self.leave)

    def _rest(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        return (("Show all", self._open),) if len(self.notice.text.splitlines()) > LINES else ()

    def _open(self) -> None:
        WholeText(self, self.notice.text).open()

    def take_keyboard(self, _widget: QWidget | None = None) -> None:
        """Gives the keyboard to the first thing that it offers."""
        self.buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self) -> None:
        """Goes, but not from under the mouse, or with the keyboard: both would fall on what lies below."""
        if self.underMouse() or any(button.hasFocus() for button in self.buttons):
            QTimer.singleShot(1000, self, self.leave)
        else:
            self.deleteLater()

    def _dress(self) -> None:
        colors = theme().colors
        ground, edge = colors.tint(self._kind), getattr(colors, self._kind)
        self.setStyleSheet(
            f"Strip {{ background: {ground}; border: 1px solid {edge}; border-left: 3px solid {edge}; }}"
        )


def _first_lines(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= LINES:
        return text
    return "\n".join([*lines[: LINES - 1], f"and {len(lines) - LINES + 1} more"])


class Notices(QWidget):
    """The newest strips, one below the other, between the views and the status bar of a window.

    They take room there, so that they cover nothing that a person may want to click, and they never take the
    keyboard. Those that offer something stand lowest: when a plain one comes or goes, their buttons stay
    where they are. The room is the upper part of the status bar, which no arrangement of the views knows of.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._shown: list[Strip] = []
        self._layout = in_column(of=self, margins=0, spacing=1)
        self._held = pause_timer(self, HELD_MS, self._place)
        self.hide()
        window.installEventFilter(self)
        window.statusBar().installEventFilter(self)

    def show_notice(self, notice: Notice) -> None:
        """Adds a strip, unless it says nothing; what is outdated by it and the oldest ones leave."""
        for strip in self.strips():
            outdated = notice.topic and strip.property("topic") == notice.topic
            if outdated or strip.property("said") == (notice.kind, notice.text):
                self._drop(strip)
        if not notice.text:
            self._place()
            return
        strip = Strip(notice)
        strip.setProperty("said", (notice.kind, notice.text))
        strip.setProperty("topic", notice.topic)
        strip.destroyed.connect(self._gone)
        plain = sum(not one.notice.actions for one in self.strips())
        self._layout.insertWidget(plain, strip)
        self._shown.append(strip)
        for old in self.strips()[:-SHOWN]:
            self._drop(old)
        self._place()

    def _place(self) -> None:
        """Takes the height that the texts need, or gives it back; not under a mouse button that is down."""
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._held.start()
            return
        bar = self._window.statusBar()
        room = self._layout.totalHeightForWidth(self._window.width()) if self.strips() else 0
        bar.setContentsMargins(0, room, 0, 0)
        self.setVisible(bool(room))
        self._cover()

    def _cover(self) -> None:
        """Lies where the status bar leaves room."""
        bar = self._window.statusBar()
        self.setGeometry(0, bar.y(), self._window.width(), bar.contentsMargins().top())
        self.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            self._place() if watched is self._window else self._cover()
        return super().eventFilter(watched, event)

    @override
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return done

    def forget(self) -> None:
        """Takes all away: the project of which they tell is closed."""
        for strip in self.strips():
            self._drop(strip)
        self._place()

    def _drop(self, strip: Strip) -> None:
        self._shown.remove(strip)
        self._layout.removeWidget(strip)
        strip.hide()
        strip.deleteLater()

    def _gone(self) -> None:
        if isValid(self):
            self._place()

    def strips(self) -> list[Strip]:
        """Returns what is shown, the oldest first."""
        self._shown = [one for one in self._shown if isValid(one)]
        return list(self._shown)

    def offers(self) -> list[Notice]:
        """Returns the notices that offer something, the newest first."""
        return [one.notice for one in reversed(self.strips()) if one.buttons]

    def stops(self) -> list[Strip]:
        """Returns those that the keyboard can be given to: those that offer something."""
        return [one for one in self.strips() if one.buttons]

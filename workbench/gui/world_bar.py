"""Says in a coloured strip and frame that a window shows a fork, and not the project itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QSizePolicy, QToolBar, QWidget
from typing_extensions import override

from workbench.gui.icons import icon
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme
from workbench.gui.widgets import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from workbench.gui.actions import Actions
    from workbench.services.worlds.fork import Fork

EDGE = 3
"""Pixels of the frame."""
OFFERED = ("compare", "keep-fork", "discard-fork")


class WorldBar(QToolBar):
    """A strip over all views, with a frame around the window; both are there only while a fork is shown."""

    def __init__(self, window: QMainWindow, acts: Actions) -> None:
        super().__init__("World", window)
        self.setObjectName("world")
        self.setMovable(False)
        self._frame = _Frame(window)
        self._mark, self._name, self._told = PlainLabel(), PlainLabel(), ElidedLabel()
        self._mark.setPixmap(icon("fork", "on_policy").pixmap(16, 16))
        self._told.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for part in (self._mark, self._name, self._told):
            self.addWidget(part)
        for key in OFFERED:
            self.addWidget(acts.button(key))
        window.addToolBarBreak()
        window.addToolBar(self)
        theme().changed.connect(self._dress)
        self.show_world(None)

    def show_world(self, fork: Fork | None) -> None:
        """Shows which world is shown; without a fork it is the project itself, and nothing is said."""
        self.setVisible(fork is not None)
        self._frame.show_in(fork is not None)
        if fork is not None:
            self._name.setText(fork.name)
            self._told.setText(_told(fork))
            self._dress()

    def _dress(self) -> None:
        colors = theme().colors
        self.setStyleSheet(
            f"QToolBar#world {{ background: {colors.policy}; border: none; padding: 3px 8px; spacing: 8px; }}"
            f" QToolBar#world QLabel {{ color: {colors.on_policy}; background: transparent; }}"
            f" QToolBar#world QToolButton {{ color: {colors.on_policy}; background: {colors.surface};"
            f" border: 1px solid {colors.policy_ink}; border-radius: 5px; padding: 3px 10px; }}"
            f" QToolBar#world QToolButton:hover {{ background: {colors.hover}; }}"
            f" QToolBar#world QToolButton:disabled {{ color: {colors.faint}; }}"
        )
        self._name.setStyleSheet("font-weight: 600;")


def _told(fork: Fork) -> str:
    """Says what a world is, and of a bundle what was made up in it and what its maker says."""
    if not fork.bundled:
        said = f"a world of its own: own store and clock; nothing here touches {fork.trunk}"
        return "; ".join(filter(None, (said, fork.told)))
    masked = f"made up: {', '.join(fork.masked)}" if fork.masked else "nothing is masked"
    return "; ".join(filter(None, ("a world of its own, begun paused", masked, fork.note)))


class _Frame(QWidget):
    """Drawn over the edges of a window, which gets room for it; the mouse goes through it."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        window.installEventFilter(self)

    def show_in(self, shown: bool) -> None:  # what it is about is in the name
        """Comes or goes."""
        edge = EDGE if shown else 0
        self._window.setContentsMargins(edge, edge, edge, edge)
        self.setVisible(shown)
        self._lie()

    def _lie(self) -> None:
        self.setGeometry(self._window.rect())
        self.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._lie()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        width, height = self.width(), self.height()
        with painting(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme().colors.policy_ink))
            for edge in (
                (0, 0, width, EDGE),
                (0, height - EDGE, width, EDGE),
                (0, 0, EDGE, height),
                (width - EDGE, 0, EDGE, height),
            ):
                painter.drawRect(*edge)

"""Says in a coloured strip and frame that a window shows a fork, and not the project itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QSizePolicy, QToolBar, QWidget
from typing_extensions import override

from workbench.gui.icons import icon
from workbench.gui.layouts import in_column
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme
from workbench.gui.widgets import ElidedLabel, PlainLabel, plain_label, toolbar_button

if TYPE_CHECKING:
    from workbench.gui.actions import Actions
    from workbench.services.worlds.fork import Fork

EDGE = 3
"""Pixels of the frame."""
WHOLE = 560
"""Pixels of width of all that is said of it."""
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
        self._more = toolbar_button("", "info", "Show all that is said of it")
        self._more.clicked.connect(lambda _checked=False: self._show_whole())
        self._lines: list[str] = []
        for part in (self._mark, self._name, self._told, self._more):
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
            self._lines = _told(fork)
            self._told.setText("; ".join(self._lines))
            self._dress()

    def _show_whole(self) -> None:
        """Shows below the strip what is cut in it, a line each; a click elsewhere or Escape closes that."""
        popup = QDialog(self.window(), Qt.WindowType.Popup)  # no child: the strip has colours of its own
        popup.setObjectName("world-whole")
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        said = plain_label("\n\n".join(self._lines), wrap=True)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        said.setFixedWidth(min(WHOLE, self.width() - 2 * EDGE))
        in_column(said, of=popup, margins=12)
        popup.adjustSize()
        popup.move(self.mapToGlobal(QPoint(max(0, self.width() - popup.width() - EDGE), self.height())))
        popup.show()

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


def _told(fork: Fork) -> list[str]:
    """Says what a world is; of a bundle first what its maker says and what was made up, which may be cut."""
    if not fork.bundled:
        said = f"a world of its own: own store and clock; nothing here touches {fork.trunk}"
        return [*filter(None, (said, fork.told, fork.whose))]
    masked = f"made up: {', '.join(fork.masked)}" if fork.masked else "nothing is masked"
    return [*filter(None, (fork.note, masked, "a world of its own, begun paused"))]


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

"""A view that is no part of the arrangement: where it comes, and that it goes where it was only visited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from workbench.gui.main_window import MainWindow

BARE = {Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_Escape}
"""Keys that are no work."""


class VisitedView(QObject):
    """One slot for a view to which something leads: it is closed when another one is visited.

    It stays where a person opened it, pressed a key or a button in it, took it out of the window, or typed
    something in it that is not saved.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._key = ""
        window.perspective_changed.connect(self.let_stay)

    def where(self) -> str:
        """Returns the view that has the keyboard; empty for none."""
        pane = self._window.pane()
        return pane.key if pane is not None else ""

    def lead(self, key: str) -> None:
        """Brings a view to which something leads; what was visited before goes."""
        away = self._window.docks[key].isHidden()
        last, self._key = self._key, ""
        self._window.bring(key)
        self._key = last
        if away:
            self._close(last if last != key else "")
            self._key = key
            for widget in self._widgets(key):
                widget.installEventFilter(self)

    def keep(self, key: str) -> None:
        """Lets a view stay, if it is the one that was visited."""
        if key and key == self._key:
            self._key = ""
            for widget in self._widgets(key):
                widget.removeEventFilter(self)

    def let_stay(self) -> None:
        """Lets the view that was visited stay, if it is still there."""
        self.keep(self._key)

    def lasting(self, keys: Iterable[str]) -> list[str]:
        """Returns the views that belong to the arrangement."""
        return [key for key in keys if key != self._key]

    def _close(self, key: str) -> None:
        if not key:
            return
        self.keep(key)
        view, dock = self._window.views.get(key), self._window.docks[key]
        if not dock.isFloating() and not (view is not None and view.unsaved()):
            dock.hide()

    def _widgets(self, key: str) -> list[QWidget]:
        view = self._window.views.get(key)
        return [view, *view.findChildren(QWidget)] if view is not None else []

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        key = (
            isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() not in BARE
        )
        if key or event.type() == QEvent.Type.MouseButtonPress:
            self.let_stay()
        return False


def place_late(window: MainWindow, key: str) -> None:
    """Tabs a view that the arrangement does not show onto the widest one that it shows."""
    shown = [dock for dock in window.docks.values() if not dock.isHidden() and not dock.isFloating()]
    if shown:
        widest = max(shown, key=lambda dock: dock.width() * dock.height())
        window.tabifyDockWidget(widest, window.docks[key])

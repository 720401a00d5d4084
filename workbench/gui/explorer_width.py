"""Keeps the explorer as wide as a person made it, whatever size the window takes meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow
from typing_extensions import override

from workbench.gui.ticker import pause_timer

SHARE = 5
"""The part of the window that it gets at most: a fifth."""
NEAR = 16
"""Pixels by which it may differ: nothing moves for less."""
KEY = "explorer-width"


class ExplorerWidth(QObject):
    """Gives the explorer its width back after the window was resized or arranged.

    Qt shares room in proportion to what docks have by then: one that cannot become as narrow as its share
    would be wider each time that a window becomes small and large again.

    Args:
        usual: Its width, in pixels, until a person drags its edge.
    """

    def __init__(self, window: QMainWindow, dock: QDockWidget, settings: QSettings, usual: int) -> None:
        super().__init__(window)
        self._window, self._dock, self._settings = window, dock, settings
        kept = settings.value(KEY, usual)
        self._wanted = int(kept) if isinstance(kept, int | str) and str(kept).isdigit() else usual
        self._later = pause_timer(self, 0, self.give_back)
        window.installEventFilter(self)
        dock.installEventFilter(self)

    def give_back(self) -> None:
        """Makes it as wide as it was made, or as there is room for."""
        if self._dock.isVisible() and not self._dock.isFloating():
            width = min(self._wanted, self._window.width() // SHARE)
            if abs(width - self._dock.width()) > NEAR:
                self._window.resizeDocks([self._dock], [width], Qt.Orientation.Horizontal)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            if watched is self._window:
                self._later.start(0)
            elif QApplication.mouseButtons() == Qt.MouseButton.LeftButton and not self._dock.isFloating():
                self._wanted = self._dock.width()  # its edge is dragged
                self._settings.setValue(KEY, self._wanted)
        return super().eventFilter(watched, event)

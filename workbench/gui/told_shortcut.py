"""Keys of an action of the window that cannot be done: they say why, and reach nothing else."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QMainWindow

from workbench.gui.actions import BoundAction

REFUSED = "refused key"
"""What is told of keys whose action cannot be done now."""


class ToldShortcut(QShortcut):
    """Has the keys of an action as long as that cannot be done: a tree would take Alt+Left for Left.

    Args:
        tell: Is told why it cannot be done.
    """

    def __init__(self, window: QMainWindow, bound: BoundAction, tell: Callable[[str], object]) -> None:
        super().__init__(bound.shortcut(), window)
        self._bound, self._tell = bound, tell
        bound.changed.connect(self._follow)
        self.activated.connect(lambda: self._tell(f"{bound.text()}: {bound.toolTip()}."))
        self._follow()

    def _follow(self) -> None:
        self.setEnabled(not self._bound.isEnabled())

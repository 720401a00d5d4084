"""Says why a key does nothing on the board, and keeps what is typed after it from doing something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from typing_extensions import override

from workbench.gui.actions import BoundAction

if TYPE_CHECKING:
    from workbench.gui.board.flow_view import FlowView
LEAVE = QKeySequence.StandardKey.Cancel


class RefusedKeys(QObject):
    """Watches the keys of a canvas.

    Who presses F2 and types a name would make things by its letters, where nothing can be renamed: until
    another key, or the mouse, the letters do nothing.

    Signals:
        told: What the key would do, and why it cannot be done.
    """

    told = Signal(str)

    def __init__(self, canvas: FlowView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._refused = False
        canvas.installEventFilter(self)
        canvas.viewport().installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent | QFocusEvent):
            self._refused = self._refused and event.type() == QEvent.Type.MouseMove
        if not isinstance(event, QKeyEvent) or event.type() == QEvent.Type.KeyRelease:
            return False
        if self._refused and event.text().isprintable() and event.text():
            event.accept()
            return True
        if event.type() == QEvent.Type.ShortcutOverride:
            self._refused = False
            return False
        return self._refuse(event)

    def _refuse(self, event: QKeyEvent) -> bool:
        pressed = QKeySequence(event.keyCombination())
        for one in self._canvas.actions():
            if not isinstance(one, BoundAction) or one.isEnabled() or event.matches(LEAVE):
                continue
            if pressed in one.shortcuts():
                self._refused = True
                self.told.emit(f"{one.text().removesuffix(' …')}: {one.toolTip()}")
                return True
        return False

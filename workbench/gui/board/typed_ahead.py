"""Keys that are pressed while a step is being done: typed in the next line, or done on the board."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import BoundAction
from workbench.gui.board.refused_keys import ASKS, LEAVE, is_typing

LOOK_MS = 10
PATIENCE = 200
"""So often it is looked whether what was made is drawn, for which keys may be meant."""
NO_LETTER = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class TypedAhead(QObject):
    """Keeps keys for a line, and for the canvas below it where that line is left.

    A letter that asks for another line opens it, and what follows is typed there. Other letters in a row were
    meant for a line that did not come: they do nothing (V2).

    Args:
        waits: Returns whether a step is being done.
        comes: Returns whether what was made is not drawn yet.

    Signals:
        lost: What was typed did nothing: what is typed on shall do nothing either.
    """

    lost = Signal()

    def __init__(
        self, line: QWidget, canvas: QWidget, waits: Callable[[], bool], comes: Callable[[], bool]
    ) -> None:
        super().__init__(line)
        self._line, self._canvas, self._waits, self._comes = line, canvas, waits, comes
        self._keys: list[QKeyEvent] = []
        self._left = PATIENCE
        self._timer = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._timer.timeout.connect(self.play)
        canvas.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps what is typed on the canvas while a step is done, or while what was typed then is not."""
        if not isinstance(event, QKeyEvent) or event.type() == QEvent.Type.KeyRelease:
            return False
        if self._line.isVisible() or not (self._waits() or self._keys) or not self._is_kept(event):
            return False
        if event.type() == QEvent.Type.KeyPress:
            self._add(event)
            self._timer.start()
        event.accept()
        return True

    def _is_kept(self, event: QKeyEvent) -> bool:
        if self._keys and is_typing(event):
            return True
        letter = event.text().isprintable() and bool(event.text()) and not event.modifiers() & NO_LETTER
        return letter or event.matches(LEAVE)

    def _add(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._keys.append(QKeyEvent(event.type(), event.key(), event.modifiers(), event.text()))

    def keep(self, event: QKeyEvent) -> bool:
        """Keeps a key that was pressed, if a step is being done; one that is held down counts once."""
        if self._waits():
            self._add(event)
        return self._waits()

    def play(self) -> None:
        """Presses what was kept, as soon as nothing is being done any more."""
        while self._keys and not self._waits():
            if self._line.isVisible():
                QCoreApplication.sendEvent(self._line, self._keys.pop(0))
            elif self._comes() and self._left:
                self._left -= 1
                break
            else:
                self._do(self._keys.pop(0))
        if self._keys:
            self._timer.start()
        else:
            self._left = PATIENCE

    def _do(self, key: QKeyEvent) -> None:
        """Does on the canvas what a key stands for, if it asks for a line, or no other key follows."""
        pressed = QKeySequence(key.keyCombination())
        acts = (one for one in self._canvas.actions() if isinstance(one, BoundAction) and one.refresh())
        found = next((one for one in acts if pressed in one.shortcuts()), None)
        if key.matches(LEAVE):
            return
        if found is not None and (not self._keys or found.text().endswith(ASKS)):
            found.trigger()
            return
        while self._keys and not self._keys[0].matches(LEAVE):
            self._keys.pop(0)
        self.lost.emit()

    def drop(self) -> None:
        """Forgets what was kept: what stands in the line is to be changed first."""
        self._keys.clear()

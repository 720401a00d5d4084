"""Says why a key does nothing on the board, and keeps what is typed after it from doing something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from typing_extensions import override

from workbench.gui.actions import BoundAction

if TYPE_CHECKING:
    from workbench.gui.board.flow_view import FlowView
    from workbench.gui.board.typed_ahead import TypedAhead
LEAVE = QKeySequence.StandardKey.Cancel
ASKS = " …"
"""How the name of an action ends that asks for a line."""
PRESSED = frozenset(
    {
        *(Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta),
        *(Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_unknown),
    }
)
"""Keys that do something with another one alone."""
EDITING = PRESSED | {
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Backspace, Qt.Key.Key_Delete),
}
"""Keys that a person presses in a line, beside letters."""
CLIPBOARD = tuple(getattr(QKeySequence.StandardKey, one) for one in ("SelectAll", "Cut", "Paste"))
ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
PAUSE = 2500
"""Milliseconds after the last key, after which a person is not typing any more."""
LOST = "No line is open. Not taken, until Esc: {}"
SHOWN = 6000
"""Milliseconds that a reason is shown, unless another key is pressed."""


class RefusedKeys(QObject):
    """Watches the keys of a canvas.

    Who presses F2 and types a name would make things by its letters, where nothing can be renamed: until
    Enter, Esc, a key that writes and edits nothing, the mouse or a pause, what is typed does nothing.

    Signals:
        told: What the key would do, and why it cannot be done; empty when that was shown for long enough.
    """

    told = Signal(str)

    def __init__(self, canvas: FlowView) -> None:
        super().__init__(canvas)
        self._canvas, self._lost = canvas, ""
        self.pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.shown = QTimer(self, singleShot=True, interval=SHOWN)
        self.shown.timeout.connect(lambda: self.told.emit(""))
        canvas.installEventFilter(self)
        canvas.viewport().installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent | QFocusEvent) and event.type() != QEvent.Type.MouseMove:
            self.pause.stop()
        if not isinstance(event, QKeyEvent) or event.type() == QEvent.Type.KeyRelease:
            return False
        if self.pause.isActive() and is_typing(event):
            self.pause.start()
            if event.type() == QEvent.Type.KeyPress:
                self._lose_on(event)
            event.accept()
            return True
        if event.type() == QEvent.Type.ShortcutOverride:
            self.pause.stop()
            self._forget()
            return False
        self._forget()
        return self._refuse(event)

    def stand_behind(self, ahead: TypedAhead) -> None:
        """Looks at keys behind what keeps them, and keeps from the board what was meant for a line."""
        ahead.lost.connect(self.lose)
        ahead.come_first()

    def lose(self, typed: str, goes_on: bool) -> None:
        """Is told that no line came for what was typed: what is typed on does nothing, either."""
        self._lost = typed
        self.shown.start()
        self.told.emit(LOST.format(typed))
        if goes_on:
            self.pause.start()

    def _lose_on(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.pause.stop()
        elif self._lost and event.text().isprintable():
            self.lose(self._lost + event.text(), goes_on=True)

    def _forget(self) -> None:
        self._lost = ""
        if self.shown.isActive():
            self.shown.stop()
            self.told.emit("")

    def _refuse(self, event: QKeyEvent) -> bool:
        pressed = QKeySequence(event.keyCombination())
        for one in self._canvas.actions():
            if not isinstance(one, BoundAction) or one.isEnabled() or event.matches(LEAVE):
                continue
            opens = one.act.default and event.key() in ENTER and not event.modifiers()
            if opens or pressed in one.shortcuts():
                if one.text().endswith(ASKS):
                    self.pause.start()
                self.shown.start()
                self.told.emit(f"{one.text().removesuffix(ASKS)}: {one.toolTip()}")
                return True
        return False


def is_typing(event: QKeyEvent) -> bool:
    """Whether a key writes or edits something, where a line is typed."""
    letter = bool(event.text()) and event.text().isprintable()
    return letter or event.key() in EDITING | ENTER or any(event.matches(one) for one in CLIPBOARD)

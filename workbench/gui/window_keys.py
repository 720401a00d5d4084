"""Keys that mean the same in all windows: Enter that is held down, and Ctrl+Y in a text."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit
from typing_extensions import override

ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
USES = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
}
"""What a window is told when it is used."""
PRESSES = {QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress}
"""How a key arrives at a window: the first alone where it is one of an action."""
REST_MS = 5_000
"""How long no window was used before what would be felt is done."""


class WindowKeys(QObject):
    """Is given the keys of all windows before what has the keyboard.

    An Enter that is held down confirms one thing, not also what comes into sight behind that; in a text that
    is written it makes lines as ever. Ctrl+Y does again what was undone in a text, as it does elsewhere: Qt
    has it so on some systems only.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.repeats = False
        self._unused = QElapsedTimer()
        self._unused.start()
        app.focusWindowChanged.connect(self._watch)
        self._watch(app.focusWindow())

    def unused_for(self) -> int:
        """Returns for how many milliseconds keyboard and mouse have not been used."""
        return self._unused.elapsed()

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in USES:
            self._unused.start()
        if isinstance(event, QKeyEvent) and event.type() in PRESSES:
            self.repeats = event.isAutoRepeat()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            return _redo()
        return event.isAutoRepeat() and event.key() in ENTER and not _writes()


def rests(app: QCoreApplication) -> bool:
    """Whether no window has been used for a while: what would be felt can be done now."""
    keys = app.findChild(WindowKeys)
    return keys is None or keys.unused_for() > REST_MS


def is_held(app: QCoreApplication | None) -> bool:
    """Whether the key that came last comes again and again, as it is held down."""
    keys = app.findChild(WindowKeys) if app is not None else None
    return keys is not None and keys.repeats


def _redo() -> bool:
    focused = QApplication.focusWidget()
    if not isinstance(focused, QLineEdit | QPlainTextEdit | QTextEdit) or focused.isReadOnly():
        return False
    focused.redo()
    return True


def _writes() -> bool:
    focused = QApplication.focusWidget()
    return isinstance(focused, QPlainTextEdit | QTextEdit) and not focused.isReadOnly()

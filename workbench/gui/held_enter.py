"""An Enter that is held down confirms one thing: not also what comes into sight behind that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit
from typing_extensions import override

ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class HeldEnter(QObject):
    """Keeps what Enter repeats from all windows; in a text that is written it makes lines as ever."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusWindowChanged.connect(self._watch)
        self._watch(app.focusWindow())

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        return event.isAutoRepeat() and event.key() in ENTER and not _writes()


def _writes() -> bool:
    focused = QApplication.focusWidget()
    return isinstance(focused, QPlainTextEdit | QTextEdit) and not focused.isReadOnly()

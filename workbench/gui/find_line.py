"""Finds words in a text that is only read, such as a payload: a line over its upper edge (Ctrl+F)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.layouts import in_row

WIDEST = 320
_BACK = QTextDocument.FindFlag.FindBackward


class FindLine(QFrame):
    """A line for what is looked for in a text, upper or lower case.

    Args:
        text: Over which it lies.
    """

    own_keys = (
        WidgetKey("Enter / Shift+Enter", "Find the next one, the one before"),
        WidgetKey("Esc", "Close the search"),
    )

    def __init__(self, text: QPlainTextEdit) -> None:
        super().__init__(text)
        self._text = text
        self.setAutoFillBackground(True)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Find in this text")
        self.line.setAccessibleName("Find in this text")
        self.line.setClearButtonEnabled(True)
        in_row((self.line, 1), of=self, margins=(4, 4, 4, 4))
        self.line.textChanged.connect(lambda _typed: self._find_first())
        self.hide()

    def open(self) -> None:
        """Shows itself, with what is selected in the text."""
        selected = self._text.textCursor().selectedText()
        if selected and "\u2029" not in selected:
            self.line.setText(selected)
        self.place()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def place(self) -> None:
        """Lies at the right of the upper edge of the text."""
        room = self._text.contentsRect()
        wide = min(WIDEST, room.width())
        self.setGeometry(room.right() + 1 - wide, room.top(), wide, self.sizeHint().height())

    def _find_first(self) -> None:
        cursor = self._text.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._find(cursor)

    def _find(self, begin: QTextCursor, *, back: bool = False) -> None:
        wanted, document = self.line.text(), self._text.document()
        flags = _BACK if back else QTextDocument.FindFlag(0)
        found = document.find(wanted, begin, flags)
        if found.isNull():  # round the end
            edge = QTextCursor(document)
            edge.movePosition(QTextCursor.MoveOperation.End if back else QTextCursor.MoveOperation.Start)
            found = document.find(wanted, edge, flags)
        self.line.setProperty("invalid", bool(wanted) and found.isNull())
        self.line.style().polish(self.line)
        self.line.setToolTip("It does not stand here" if wanted and found.isNull() else "")
        if not found.isNull():
            self._text.setTextCursor(found)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._text.setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._find(self._text.textCursor(), back=shifted)
        else:
            super().keyPressEvent(event)

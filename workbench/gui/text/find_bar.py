"""Finds and replaces in a text pane."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.layouts import in_column, in_row
from workbench.gui.text.tsk_editor import TskEditor
from workbench.gui.widgets import plain_label, push_button, toolbar_button

_LINE = re.compile(r":(\d{1,7})")
"""What goes to a line instead of finding a text."""
_BACK = QTextDocument.FindFlag.FindBackward


class FindBar(QWidget):
    """A line for what is looked for, and one for what takes its place; hidden until it is wanted."""

    own_keys = (
        WidgetKey("Enter / Shift+Enter", "Find the next one, the one before"),
        WidgetKey("Ctrl+H", "Replace what is found"),
        WidgetKey("Esc", "Close the search"),
    )

    def __init__(self, editor: TskEditor) -> None:
        super().__init__()
        self._editor = editor
        self.line, self.other = _line("Find in the text"), _line("Replace with")
        self.said = plain_label("", "muted")
        self.line.textChanged.connect(lambda _text: self._typed())
        self.line.returnPressed.connect(self.next)
        self.other.returnPressed.connect(self.replace)
        self._second = QWidget()
        before = _tool("chevron-up", "Find the one before", self.before)
        after = _tool("chevron-down", "Find the next one", self.next)
        first = in_row((self.line, 1), before, after, self.said, _tool("close", "Close", self.leave))
        second = in_row((self.other, 1), of=self._second, margins=0)
        for text, act in (("Replace", self.replace), ("Replace all", self.replace_all)):
            button = push_button(text, lambda _checked=False, act=act: act())
            second.addWidget(button)
        in_column(first, self._second, of=self, margins=(8, 4, 8, 4), spacing=6)
        self.setTabOrder(self.line, self.other)
        self.hide()

    def open(self, *, replace: bool = False) -> None:
        """Shows the bar with what is selected in it."""
        selected = self._editor.textCursor().selectedText()
        if selected and "\u2029" not in selected:
            self.line.setText(selected)
        self._second.setVisible(replace)
        self.show()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
        self._count()

    def ask_line(self) -> None:
        """Asks for a line to go to: a number behind a colon."""
        self.open()
        self.line.setText(":")
        self.line.deselect()
        self.said.setText("number of a line")

    def leave(self) -> None:
        """Hides it and goes back to the text."""
        self.hide()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def next(self) -> None:
        """Selects the next place."""
        self._find(self._editor.textCursor(), back=False)

    def before(self) -> None:
        """Selects the place before."""
        self._find(self._editor.textCursor(), back=True)

    def replace(self) -> None:
        """Replaces the place that is selected, and goes on to the next one."""
        cursor = self._editor.textCursor()
        if self._editor.isReadOnly():
            self.said.setText("This text is read-only")
            return
        if self.line.text() and cursor.selectedText().casefold() == self.line.text().casefold():
            cursor.insertText(self.other.text())
        self.next()

    def replace_all(self) -> None:
        """Replaces every place, as one step that can be undone."""
        text, wanted = self._editor.text(), self.line.text()
        if self._editor.isReadOnly():
            self.said.setText("This text is read-only")
            return
        spans = _places(text, wanted)
        self._editor.replace_pieces([(at, at + len(wanted), self.other.text()) for at in reversed(spans)])
        self.said.setText(f"{len(spans):,} replaced")

    def _typed(self) -> None:
        cursor = self._editor.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._find(cursor, back=False)

    def _find(self, begin: QTextCursor, *, back: bool) -> None:
        if (asked := _LINE.fullmatch(self.line.text())) is not None:
            last = self._editor.first_line + self._editor.blockCount() - 1
            self._editor.go_to_line(int(asked[1]) - self._editor.first_line + 1)
            self.said.setText(f"line {asked[1]} of {last:,}")
            return
        self._count()
        document, wanted = self._editor.document(), self.line.text()
        if not wanted:
            return
        flags = _BACK if back else QTextDocument.FindFlag(0)
        found = document.find(wanted, begin, flags)
        if found.isNull():  # round the end
            edge = QTextCursor(document)
            if back:
                edge.movePosition(QTextCursor.MoveOperation.End)
            found = document.find(wanted, edge, flags)
        if not found.isNull():
            self._editor.setTextCursor(found)

    def _count(self) -> None:
        count = len(_places(self._editor.text(), self.line.text()))
        self.said.setText(f"{count:,} found" if self.line.text() else "")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() == Qt.Key.Key_H and control:
            self._second.show()
            self.other.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shifted:
            self.before()
        else:
            super().keyPressEvent(event)


def _places(text: str, wanted: str) -> list[int]:
    """Returns where a text stands in another, upper or lower case."""
    if not wanted:
        return []
    found, whole, part = [], text.lower(), wanted.lower()
    if len(whole) != len(text):  # some letters are longer in lower case
        whole, part = text, wanted
    at = whole.find(part)
    while at >= 0:
        found.append(at)
        at = whole.find(part, at + len(part))
    return found


def _line(words: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(words)
    line.setAccessibleName(words)
    return line


def _tool(icon: str, tip: str, act: object) -> QToolButton:
    button = toolbar_button("", icon, tip)
    button.clicked.connect(act)
    return button

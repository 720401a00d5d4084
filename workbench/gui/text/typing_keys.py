"""Does what keys do otherwise in an editor of TuskLang than in other texts."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.gui.actions import WidgetKey
from workbench.gui.text.line_changes import change_lines
from workbench.gui.text.typing_help import (
    PAIRS,
    closing,
    indentation,
    moved,
    new_line,
    steps_over,
    taken_back,
)

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_INDENT = 4
"""Columns between the places where Tab leads."""


class TypingKeys:
    """The keys of an editor."""

    own_keys = (
        WidgetKey("Tab / Shift+Tab", "Indent more or less"),
        WidgetKey("Home / Shift+Home", "Go or select to the first word of the line, then to its begin"),
        WidgetKey("Backspace", "Remove a sign, an empty pair, a step of indentation"),
    )

    def __init__(self, editor: QPlainTextEdit) -> None:
        self._editor = editor

    def take(self, event: QKeyEvent) -> bool:
        """Does what a key does here otherwise; returns whether it did."""
        if not event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier) and self._moves(event):
            return True
        return bool(event.text()) and self._types(event.text())

    def _moves(self, event: QKeyEvent) -> bool:
        editor, cursor, key = self._editor, self._editor.textCursor(), event.key()
        shift, (before, behind) = bool(event.modifiers() & _SHIFT), _around(cursor)
        if key in _ENTER and not shift:
            _insert(editor, *new_line(before, behind))
        elif key == Qt.Key.Key_Backtab:
            change_lines(editor, partial(moved, back=True))
        elif key == Qt.Key.Key_Tab and cursor.hasSelection():
            change_lines(editor, partial(moved, back=False))
        elif key == Qt.Key.Key_Tab:
            _insert(editor, " " * (_INDENT - len(before) % _INDENT), 0)
        elif key == Qt.Key.Key_Home:
            _go_home(editor, len(indentation(before + behind)), keep=shift)
        elif key == Qt.Key.Key_Backspace and not cursor.hasSelection():
            return _take_back(editor, *taken_back(before, behind))
        else:
            return False
        return True

    def _types(self, typed: str) -> bool:
        editor = self._editor
        before, behind = _around(editor.textCursor())
        if editor.textCursor().hasSelection():
            return typed in PAIRS and _enclose(editor, typed, PAIRS[typed])
        if steps_over(before, behind, typed):
            editor.moveCursor(QTextCursor.MoveOperation.Right)
        elif mark := closing(before, behind, typed):
            _insert(editor, typed + mark, 1)
        else:
            return False
        return True


def _around(cursor: QTextCursor) -> tuple[str, str]:
    line, column = cursor.block().text(), cursor.positionInBlock()
    return line[:column], line[column:]


def _insert(editor: QPlainTextEdit, written: str, back: int) -> None:
    cursor = editor.textCursor()
    cursor.insertText(written)
    cursor.setPosition(cursor.position() - back)
    editor.setTextCursor(cursor)
    editor.ensureCursorVisible()


def _go_home(editor: QPlainTextEdit, indent: int, *, keep: bool) -> None:
    """Goes to the first word of the line; from there to its begin."""
    cursor = editor.textCursor()
    mode = QTextCursor.MoveMode.KeepAnchor if keep else QTextCursor.MoveMode.MoveAnchor
    column = 0 if cursor.positionInBlock() == indent else indent
    cursor.setPosition(cursor.block().position() + column, mode)
    editor.setTextCursor(cursor)


def _take_back(editor: QPlainTextEdit, before: int, behind: int) -> bool:
    cursor, at = editor.textCursor(), editor.textCursor().position()
    cursor.setPosition(at - before)
    cursor.setPosition(at + behind, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    return before > 0


def _enclose(editor: QPlainTextEdit, begin: str, end: str) -> bool:
    """Writes marks around what is selected, which stays so."""
    cursor = editor.textCursor()
    first, last = cursor.selectionStart(), cursor.selectionEnd()
    cursor.beginEditBlock()
    cursor.setPosition(last)
    cursor.insertText(end)
    cursor.setPosition(first)
    cursor.insertText(begin)
    cursor.endEditBlock()
    cursor.setPosition(first + 1)
    cursor.setPosition(last + 1, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    return True

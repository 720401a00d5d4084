"""Changes whole lines of an editor: those in which something is selected, or else the one of the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.gui.text.tsk_highlighter import units


def change_lines(editor: QPlainTextEdit, change: Callable[[Sequence[str]], list[str]]) -> None:
    """Exchanges the lines for as many others; what was selected is all of them then."""
    first, last = _chosen(editor)
    lines = _texts(first, last)
    changed = change(lines)
    if changed == lines or editor.isReadOnly():
        return
    cursor, begin = editor.textCursor(), first.position()
    if cursor.hasSelection():
        anchor, at = begin, begin + units("\n".join(changed))
    else:
        column = cursor.positionInBlock() + units(changed[0]) - units(lines[0])
        anchor = at = begin + max(0, min(column, units(changed[0])))
    _exchange(editor, first, last, changed, (anchor, at))


def move_lines(editor: QPlainTextEdit, *, down: bool) -> None:
    """Exchanges the lines with the one before or behind them; the selection goes along."""
    first, last = _chosen(editor)
    other = last.next() if down else first.previous()
    if editor.isReadOnly() or not other.isValid():
        return
    lines, by = _texts(first, last), other.length() if down else -other.length()
    lines = [other.text(), *lines] if down else [*lines, other.text()]
    place = editor.textCursor().anchor() + by, editor.textCursor().position() + by
    _exchange(editor, first if down else other, other if down else last, lines, place)


def double_lines(editor: QPlainTextEdit) -> None:
    """Writes the lines once more behind themselves; the selection is in the copy."""
    first, last = _chosen(editor)
    if editor.isReadOnly():
        return
    lines, by = _texts(first, last), last.position() + last.length() - first.position()
    place = editor.textCursor().anchor() + by, editor.textCursor().position() + by
    _exchange(editor, first, last, [*lines, *lines], place)


def remove_lines(editor: QPlainTextEdit) -> None:
    """Takes the lines away; the cursor stands in what comes behind them."""
    first, last = _chosen(editor)
    if editor.isReadOnly():
        return
    cursor, begin = editor.textCursor(), first.position()
    end = last.position() + last.length()
    if not last.next().isValid():  # nothing is behind it: the end of the line before goes
        begin, end = max(0, begin - 1), end - 1
    cursor.setPosition(begin)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    editor.setTextCursor(cursor)


def _chosen(editor: QPlainTextEdit) -> tuple[QTextBlock, QTextBlock]:
    cursor, document = editor.textCursor(), editor.document()
    first = document.findBlock(cursor.selectionStart())
    return first, document.findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - 1))


def _texts(first: QTextBlock, last: QTextBlock) -> list[str]:
    found = [first]
    while found[-1] != last:
        found.append(found[-1].next())
    return [block.text() for block in found]


def _exchange(
    editor: QPlainTextEdit, first: QTextBlock, last: QTextBlock, lines: Sequence[str], place: tuple[int, int]
) -> None:
    """Writes lines in the place of others as one step, and selects from one position to the other."""
    cursor = editor.textCursor()
    cursor.setPosition(first.position())
    cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText("\n".join(lines))
    end = editor.document().characterCount() - 1
    cursor.setPosition(min(place[0], end))
    cursor.setPosition(min(place[1], end), QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)

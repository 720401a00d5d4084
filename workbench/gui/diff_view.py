"""Shows what differs between two JSON values, path by path: added, removed, changed."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from workbench.gui.theme import code_font, theme
from workbench.model.differences import Difference, differences
from workbench.model.secrets import masked

LONGEST = 2_000
"""Characters of one value, and lines of a whole difference, that are shown."""


class DiffView(QPlainTextEdit):
    """Two values compared; each line says in a sign and a colour what became of its path."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(code_font())
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setMinimumHeight(40)
        self._values: tuple[Any, Any] = (None, None)
        theme().changed.connect(self._show)

    def set_values(self, before: Any, after: Any) -> None:
        """Compares two values; None stands for nothing at all."""
        self._values = (before, after)
        self._show()

    def _show(self) -> None:
        before, after = (masked({} if value is None else value) for value in self._values)
        self.clear()
        cursor = self.textCursor()
        lines = list(differences(before, after))
        for line in lines[:LONGEST]:
            self._write(cursor, line)
        if not lines:
            self._plain(cursor, "Nothing differs." if self._values != (None, None) else "")
        elif len(lines) > LONGEST:
            self._plain(cursor, f"… and {len(lines) - LONGEST:,} more")
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write(self, cursor: QTextCursor, line: Difference) -> None:
        colors = theme().colors
        sign, role = {
            "added": ("+", colors.ok),
            "removed": ("−", colors.error),
            "changed": ("~", colors.warning),
        }[line.kind]
        if cursor.position():
            cursor.insertText("\n")
        cursor.insertText(f"{sign} ", _format(role, bold=True))
        cursor.insertText(f"{line.path or 'value'}: ", _format(colors.muted))
        if line.kind == "changed":
            cursor.insertText(_text(line.before), _format(colors.error))
            cursor.insertText(" → ", _format(colors.muted))
        cursor.insertText(_text(line.before if line.kind == "removed" else line.after), _format(role))

    def _plain(self, cursor: QTextCursor, text: str) -> None:
        lead = "\n" if cursor.position() else ""
        cursor.insertText(lead + text, _format(theme().colors.muted))


def _format(color: str, *, bold: bool = False) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setForeground(QColor(color))
    if bold:
        shape.setFontWeight(QFont.Weight.Bold)
    return shape


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

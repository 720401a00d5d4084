"""What is marked in a text: mistakes, and brackets that belong together."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workbench.gui.theme import theme


def wave(span: QTextCursor, role: str = "error") -> QTextEdit.ExtraSelection:
    """Returns the line under a mistake, or under a warning."""
    mark = QTextEdit.ExtraSelection()
    mark.cursor = span
    mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    mark.format.setUnderlineColor(QColor(theme().colors.ink(role)))
    return mark


def paired(span: QTextCursor) -> QTextEdit.ExtraSelection:
    """Returns the mark of one of two brackets that belong together."""
    mark = QTextEdit.ExtraSelection()
    mark.cursor = span
    mark.format.setBackground(QColor(theme().colors.tint("accent", 0.3)))
    return mark

"""Shows the text of a file with one line marked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QShowEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget
from typing_extensions import override

from workbench.gui.theme import code_font, theme
from workbench.tusk import read_file


class FileText(QPlainTextEdit):
    """A file to read, select and copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(code_font())
        self.setTabChangesFocus(True)
        self.setAccessibleName("Text of the file")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setMinimumHeight(40)
        theme().changed.connect(self._mark)

    def show_file(self, path: Path, line: int) -> None:
        """Reads a file and goes to a line of it, counted from 1."""
        try:
            written = read_file(path).decode(errors="replace")
        except OSError as error:
            written = f"{path} cannot be read: {error.strerror or error}"
        if written != self.toPlainText():
            self.setPlainText(written)
        self._go(QTextCursor(self.document().findBlockByLineNumber(line - 1)))
        self._mark()

    def _go(self, place: QTextCursor) -> None:
        """Comes from the end upwards, so that the line comes to stand at the top."""
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.setTextCursor(place)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._go(self.textCursor())  # it had another height while it was hidden

    def _mark(self) -> None:
        line = QTextEdit.ExtraSelection()
        line.cursor = self.textCursor()
        line.format.setBackground(QColor(theme().colors.selection))
        line.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([line])

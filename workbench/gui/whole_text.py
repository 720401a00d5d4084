"""Shows a text of any length piece by piece."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton, QWidget

from workbench.gui.layouts import in_column, in_row
from workbench.gui.long_text import CHARACTERS, LINES
from workbench.gui.theme import code_font
from workbench.model.json_values import visible_lines


class WholeText(QDialog):
    """A window over one text; goes forward and back by pieces that are laid out at once."""

    def __init__(self, parent: QWidget, text: str) -> None:
        super().__init__(parent)
        self.setObjectName("whole-text")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Whole text")
        self.resize(760, 560)
        self._text = text
        self._starts = [0]
        self.area = QPlainTextEdit()
        self.area.setReadOnly(True)
        self.area.setFont(code_font())
        self.area.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.area.setAccessibleName("Piece of the text")
        self.said = QLabel()
        self.back, self.on = QPushButton("Previous"), QPushButton("Next")
        self.back.clicked.connect(lambda _checked=False: self._go_back())
        self.on.clicked.connect(lambda _checked=False: self._go_on())
        foot = in_row((self.said, 1), self.back, self.on)
        in_column((self.area, 1), foot, of=self)
        self._show()

    def _show(self) -> None:
        start = self._starts[-1]
        self._end = piece_end(self._text, start)
        self.area.setPlainText(visible_lines(self._text[start : self._end]))
        self.said.setText(f"Characters {start + 1:,} to {self._end:,} of {len(self._text):,}")
        self.back.setEnabled(start > 0)
        self.on.setEnabled(self._end < len(self._text))

    def _go_on(self) -> None:
        self._starts.append(self._end)
        self._show()

    def _go_back(self) -> None:
        self._starts.pop()
        self._show()


def piece_end(text: str, start: int) -> int:
    """Returns where the piece ends that begins at a place: few lines, few characters."""
    piece = text[start : start + CHARACTERS]
    lines = piece.split("\n", LINES)
    return start + len(piece) - (len(lines[LINES]) if len(lines) > LINES else 0)

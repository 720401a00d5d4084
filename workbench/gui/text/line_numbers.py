"""The numbers of an editor's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

if TYPE_CHECKING:
    from workbench.gui.text.tsk_editor import TskEditor


class LineNumbers(QWidget):
    """The numbers of the lines; those with mistakes have a mark."""

    def __init__(self, editor: TskEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    def wanted(self) -> int:
        """Returns how wide it is, in pixels."""
        digits = max(3, len(str(self._editor.blockCount() + self._editor.first_line)))
        return self._editor.fontMetrics().horizontalAdvance("9") * digits + 20

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.wanted(), 0)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        editor = self._editor
        editor.setTextCursor(editor.cursorForPosition(QPoint(0, event.position().toPoint().y())))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        editor, colors = self._editor, theme().colors
        wrong, here = editor.lines_with_mistakes(), editor.textCursor().blockNumber()
        block, last = editor.seen_lines()
        height = editor.fontMetrics().lineSpacing()
        with painting(self) as painter:
            painter.fillRect(event.rect(), QColor(colors.surface))
            painter.setFont(editor.font())
            while block.isValid() and block.blockNumber() <= last.blockNumber():
                number, top = block.blockNumber(), round(editor.top_of(block))
                role = wrong.get(number) or ("text" if number == here else "muted")
                painter.setPen(QColor(getattr(colors, role)))
                room = QRect(0, top, self.width() - 10, height)
                painter.drawText(room, Qt.AlignmentFlag.AlignRight, str(number + editor.first_line))
                if number in wrong:
                    painter.fillRect(QRect(0, top, 3, height), QColor(getattr(colors, role)))
                block = block.next()

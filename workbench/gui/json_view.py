"""Shows JSON values readably: colours, secrets masked, only the beginning of what is very long."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.json_folds import WIDTH, JsonFolds
from workbench.gui.json_outline import Outline, outline, outline_of_text
from workbench.gui.long_view import LongText, Whole
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b')


class JsonColors(QSyntaxHighlighter):
    """Colours keys, texts, numbers and words of JSON."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        theme().changed.connect(self.rehighlight)

    @override
    def highlightBlock(self, text: str) -> None:
        colors = theme().colors
        for found in _TOKENS.finditer(text[:2000]):
            word = found[0]
            if word.startswith('"'):
                role = colors.command_ink if found[1] else colors.ok
            else:
                role = colors.policy_ink if word[0].isalpha() else colors.event_ink
            shape = QTextCharFormat()
            shape.setForeground(QColor(role))
            end = len(word) - len(found[1] or "")
            self.setFormat(found.start(), end, shape)


class JsonView(LongText):
    """A value as indented JSON, to read, fold, select and copy."""

    own_keys = (WidgetKey("1 … 9", "Fold to this level"),)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(48)
        self._colors = JsonColors(self.document())
        self.folds = JsonFolds(self)
        self.folds.acts.offer()
        self.updateRequest.connect(lambda _room, _moved: self.folds.signs.update())

    def set_value(self, value: Any, rest: Callable[[], Any] | None = None) -> None:
        """Shows a value; place and selection stay where nothing changed.

        Args:
            rest: Returns the whole value where this one is shortened; it is called in a thread.
        """
        if value is None:
            self.show_text("", None)
            return
        found = outline(value)
        self._show(found, lambda: outline(value if rest is None else rest(), most=None).text)

    def set_json(self, text: str, *, unseen: int = 0, rest: Whole | None = None) -> None:
        """Shows what a JSON text says, without decoding it; what is no JSON is shown as it is.

        Args:
            unseen: How much more there is than the text.
            rest: Returns all of it where the text is only the beginning; it is called in a thread.
        """
        read = rest if unseen and rest is not None else lambda: text
        self._show(outline_of_text(text, unseen=unseen), lambda: outline_of_text(read(), most=None).text)

    def _show(self, found: Outline, whole: Whole) -> None:
        self.show_text(found.text, None if found.whole else whole)

    @override
    def show_text(self, shown: str, whole: Whole | None) -> None:
        other = shown != self._shown
        super().show_text(shown, whole)
        if other:
            self.folds.renew(shown)
            self.beside = WIDTH if self.folds.lines.ends else 0
            self._place_strip()
            self._place_signs()

    # -- folds --------------------------------------------------------------------------------------------

    def seen_lines(self) -> Iterator[tuple[int, QRectF]]:
        """Yields the numbers of the lines in sight, and where each stands in the view."""
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        while block.isValid():
            room = self.blockBoundingGeometry(block).translated(offset)
            if room.top() > self.viewport().height():
                return
            if block.isVisible():
                yield block.blockNumber(), room
            block = block.next()

    def hide_lines(self, hidden: Collection[int]) -> None:
        """Hides some lines and shows all others."""
        document = self.document()
        block = document.begin()
        while block.isValid():
            shown = block.blockNumber() not in hidden
            if block.isVisible() != shown:
                block.setVisible(shown)
                block.setLineCount(1 if shown else 0)
            block = block.next()
        document.markContentsDirty(0, document.characterCount())
        layout = document.documentLayout()
        layout.documentSizeChanged.emit(layout.documentSize())
        self.viewport().update()

    def go_to_line(self, line: int) -> None:
        """Sets the cursor to the beginning of a line."""
        cursor = self.textCursor()
        cursor.setPosition(self.document().findBlockByNumber(line).position())
        self.setTextCursor(cursor)

    def _place_signs(self) -> None:
        room = self.contentsRect()
        self.folds.signs.setGeometry(room.left(), room.top(), WIDTH, self.viewport().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_signs()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with painting(self.viewport()) as painter:
            painter.setFont(self.font())
            painter.setPen(QColor(theme().colors.muted))
            for line, room in self.seen_lines() if self.folds.folded else ():
                if line in self.folds.folded:
                    begun = self.fontMetrics().horizontalAdvance(self.folds.lines.lines[line])
                    place = QPointF(room.left() + begun, room.top() + self.fontMetrics().ascent())
                    painter.drawText(place, self.folds.said(line))

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        self.folds.clicked = self.cursorForPosition(event.pos()).blockNumber() if mouse else -1
        menu = self.createStandardContextMenu(event.pos())
        menu.addSeparator()
        self.folds.acts.refresh()
        menu.addActions([*self.folds.acts])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.aboutToHide.connect(lambda: QTimer.singleShot(0, self, self._forget_click))
        menu.popup(event.globalPos())

    def _forget_click(self) -> None:
        self.folds.clicked = -1

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in tuple("123456789") and not event.modifiers():
            self.folds.to_level(int(event.text()))
        else:
            super().keyPressEvent(event)

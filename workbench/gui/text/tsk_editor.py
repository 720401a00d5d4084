"""Edits TuskLang: numbered and coloured lines, mistakes under their characters, help while typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.text.kept_undo import KeptUndo
from workbench.gui.text.line_numbers import LineNumbers
from workbench.gui.text.text_marks import paired, wave
from workbench.gui.text.tsk_highlighter import IsExpression, TskHighlighter, units
from workbench.gui.text.typing_help import pair_at
from workbench.gui.text.typing_keys import TypingKeys
from workbench.gui.theme import code_font, theme
from workbench.gui.widgets import exact_text, plain_tip
from workbench.model.hints import sentences
from workbench.services.design.line_merge import changed_spans, place_behind
from workbench.tusk import Problem

LINES = 6
"""Lines that it asks room for; what it gets above that is the layout's."""
KEPT = 200
"""Mistakes that are underlined."""
PAUSE_MS = 1_500
"""What is typed after such a pause is undone by itself."""
NOTCH = 120
"""What a wheel turns by at a time, in eighths of a degree."""
BRACKETS = frozenset("{[()]}")
KEYS = QKeySequence.StandardKey


class TskEditor(QPlainTextEdit):
    """The editor; offsets count characters, whatever Qt counts.

    Attributes:
        first_line: Number of its first line, where it is a piece of a file.
        helps: Is given keys first, such as a list of completions that is open; says whether it took one.

    Signals:
        edited: The text is another; what was typed, if one character was.
        followed: A place was clicked on with Ctrl: an offset.
    """

    edited = Signal(str)
    followed = Signal(int)
    own_keys = (
        WidgetKey("F8 / Shift+F8", "Next and previous mistake"),
        WidgetKey("Ctrl+Click", "Go to the definition"),
        WidgetKey("Ctrl+Wheel", "Larger or smaller text"),
    )

    def __init__(self, is_expression: IsExpression, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.helps: Callable[[QKeyEvent], bool] = lambda _event: False
        self._keys = TypingKeys(self)
        self.kept = KeptUndo(self, partial(self.take_text, of_others=True))
        self._mistakes: list[tuple[QTextCursor, Problem]] = []
        self._shown = self._typed = self._text = ""
        self._revision, self._typed_at, self._turned = -1, 0, 0
        self.first_line = 1
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("Text")
        self.setMouseTracking(True)
        self.numbers = LineNumbers(self)
        self._colors = TskHighlighter(self.document(), is_expression)
        self.updateRequest.connect(self._scrolled)
        self.blockCountChanged.connect(lambda _count: self._make_room())
        self.cursorPositionChanged.connect(self._mark)
        self.textChanged.connect(self._changed)
        theme().changed.connect(self._dress)
        theme().resized.connect(self._take_size)
        self._take_size()

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), LINES * self.fontMetrics().lineSpacing())

    # -- the text -----------------------------------------------------------------------------------------

    def show_text(self, text: str) -> None:
        """Shows another text, without mistakes; it cannot be undone."""
        self._mistakes = []
        self._shown = text
        self.kept.forget()
        self.setPlainText(text)
        self._mark()

    def text(self) -> str:
        """Returns the text, sign by sign; lines end with a line feed."""
        revision = self.document().revision()
        if revision != self._revision:
            self._revision, self._text = revision, exact_text(self)
        return self._text

    def offset(self, cursor: QTextCursor | None = None) -> int:
        """Returns where the cursor stands."""
        at = (cursor or self.textCursor()).position()
        text = self.text()
        return at if len(text) == self.document().characterCount() - 1 else characters(text, at)

    def cursor_at(self, offset: int, end: int | None = None) -> QTextCursor:
        """Returns a cursor at an offset, or over a span."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._position(offset))
        if end is not None:
            cursor.setPosition(self._position(end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _position(self, offset: int) -> int:
        text, last = self.text(), self.document().characterCount() - 1
        return min(offset if len(text) == last else units(text[:offset]), last)

    def go_to(self, offset: int, end: int | None = None) -> None:
        """Puts the cursor to an offset, or selects a span, and shows it in the middle."""
        self.setTextCursor(self.cursor_at(offset, end))
        self.centerCursor()

    def go_to_line(self, line: int, column: int = 1) -> None:
        """Puts the cursor to a line and column, from 1."""
        block = self.document().findBlockByNumber(line - 1)
        cursor = QTextCursor(block if block.isValid() else self.document().lastBlock())
        cursor.setPosition(cursor.block().position() + units(cursor.block().text()[: column - 1]))
        self.setTextCursor(cursor)
        self.centerCursor()

    def replace_pieces(self, pieces: Sequence[tuple[int, int, str]]) -> None:
        """Exchanges pieces of the text, the last first, as one step that can be undone."""
        whole = self.textCursor()  # undo puts the cursor back to where this one was
        cursors = [(self.cursor_at(start, end), written) for start, end, written in pieces]
        whole.beginEditBlock()
        for cursor, written in cursors:
            cursor.insertText(written)
        whole.endEditBlock()

    def take_text(self, text: str, *, of_others: bool = False) -> None:
        """Shows another text as a step that can be undone; the cursor stays behind what it stands behind.

        Args:
            of_others: It was not typed here: undoing leaves what others wrote, and takes back what was typed.
        """
        was = self.text()
        if was == text:
            return
        if of_others:
            self.kept.keep()
        cursor = self.textCursor()
        at = self.offset(cursor)
        cursor.setPosition(cursor.anchor())
        places = [place_behind(one, was, text) for one in (self.offset(cursor), at)]
        self.replace_pieces(changed_spans(was, text)[::-1])
        self.setTextCursor(self.cursor_at(*places))
        if of_others:
            self.document().clearUndoRedoStacks()

    @override
    def undo(self) -> None:
        if self.document().isUndoAvailable():
            super().undo()
        else:
            self.kept.undo()

    @override
    def redo(self) -> None:
        if self.document().isRedoAvailable():
            super().redo()
        elif self.kept.has(back=False):
            self.kept.redo()

    def _changed(self) -> None:
        text = self.text()
        if text != self._shown:
            self._shown = text
            typed, self._typed = self._typed, ""
            self.edited.emit(typed)

    # -- mistakes -----------------------------------------------------------------------------------------

    @property
    def mistakes(self) -> list[Problem]:
        """What is underlined."""
        return [problem for _, problem in self._mistakes]

    def show_mistakes(self, problems: Sequence[Problem]) -> None:
        """Underlines what is wrong, and nothing else; each mark moves with its text."""
        self._mistakes = [(self._span(one), one) for one in problems[:KEPT]]
        self._mark()
        self.numbers.update()

    def mistakes_here(self) -> list[Problem]:
        """Returns what is wrong at the cursor, or else in its line."""
        at, line = self.textCursor().position(), self.textCursor().blockNumber()
        found = [one for span, one in self._mistakes if span.selectionStart() <= at <= span.selectionEnd()]
        return found or [one for span, one in self._mistakes if _line(span) == line]

    def go_to_mistake(self, *, back: bool = False) -> bool:
        """Goes to the next mistake, or the one before, round the end; returns whether there is one."""
        at = self.textCursor().position()
        spans = sorted((span for span, _ in self._mistakes), key=lambda one: one.selectionStart())
        if not spans:
            return False
        before = [one for one in spans if one.selectionStart() < at]
        behind = [one for one in spans if one.selectionStart() > at]
        found = (before[-1] if before else spans[-1]) if back else (behind[0] if behind else spans[0])
        cursor = self.textCursor()
        cursor.setPosition(found.selectionStart())
        self.setTextCursor(cursor)
        self.centerCursor()
        return True

    def lines_with_mistakes(self) -> dict[int, str]:
        """Returns ``warning`` or ``error`` by the numbers of lines in which something is wrong, from 0."""
        found = sorted(self._mistakes, key=lambda one: not one[1].warning)
        return {_line(span): "warning" if one.warning else "error" for span, one in found}

    def _span(self, problem: Problem) -> QTextCursor:
        block = self.document().findBlockByNumber(problem.line - 1)
        cursor = QTextCursor(block if block.isValid() else self.document().lastBlock())
        text, begin = cursor.block().text(), cursor.block().position()
        start = min(units(text[: problem.column - 1]), units(text))
        end = min(max(start + 1, units(text[: problem.end_column - 1])), units(text))
        cursor.setPosition(begin + (start if end > start else max(0, end - 1)))
        cursor.setPosition(begin + end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _mark(self) -> None:
        colors = theme().colors
        line = QTextEdit.ExtraSelection()
        line.cursor = self.textCursor()
        line.cursor.clearSelection()
        line.format.setBackground(QColor(colors.alternate))
        line.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        pair = self._pair() or ()
        marks = [line, *(paired(self.cursor_at(at, at + 1)) for at in pair)]
        marks += [wave(span, "warning" if one.warning else "error") for span, one in self._mistakes]
        self.setExtraSelections(marks)

    def _pair(self) -> tuple[int, int] | None:
        at, document = self.textCursor().position(), self.document()
        near = {document.characterAt(at), document.characterAt(at - 1)}
        return pair_at(self.text(), self.offset()) if near & BRACKETS else None

    def _tip(self, event: QHelpEvent) -> None:
        at = self.cursorForPosition(event.pos()).position()
        said = [
            sentences(one.message, one.hint)
            for span, one in self._mistakes
            if span.selectionStart() <= at <= span.selectionEnd()
        ]
        if said:
            QToolTip.showText(event.globalPos(), plain_tip("\n".join(said)), self)
        else:
            QToolTip.hideText()

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tip(event)
            return True
        return super().viewportEvent(event)

    # -- keys ---------------------------------------------------------------------------------------------

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {KEYS.Undo: self.undo, KEYS.Redo: self.redo}
        step = next((do for key, do in steps.items() if event.matches(key)), None)
        self._typed = event.text() if event.text().isprintable() and step is None else ""
        if self._typed and self._begins_step(self._typed, event.timestamp()):
            self.document().setModified(False)  # Qt joins what is typed behind a change with it, if not so
        if self.helps(event):
            event.accept()
        elif step is not None and not self.isReadOnly():
            step()
        elif event.key() == Qt.Key.Key_F8:
            self.go_to_mistake(back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif self.isReadOnly() or not self._keys.take(event):
            super().keyPressEvent(event)
        self._typed = ""  # also where the text stays as it is

    def _begins_step(self, typed: str, at: int) -> bool:
        """Whether undo stops before what is typed now: at a word, and at what is typed after a pause."""
        paused, self._typed_at = at - self._typed_at > PAUSE_MS, at
        here = self.textCursor().position()
        return paused or (not typed.isspace() and self.document().characterAt(here - 1).isspace())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._turned += event.angleDelta().y()
            steps = int(self._turned / NOTCH)  # a touchpad sends parts of one
            self._turned -= steps * NOTCH
            theme().set_text_size(theme().text_size + steps)
            event.accept()
        else:
            super().wheelEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.followed.emit(self.offset(self.cursorForPosition(event.position().toPoint())))

    # -- painting -----------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._colors.show(*self.seen_lines()) and event.rect() != self.viewport().rect():
            self.viewport().update()  # lines that are not painted now have other colours, too
        super().paintEvent(event)

    def seen_lines(self) -> tuple[QTextBlock, QTextBlock]:
        """Returns the first and the last line that are seen."""
        first = self.firstVisibleBlock()
        count = self.viewport().height() // max(1, self.fontMetrics().lineSpacing()) + 1
        last = self.document().findBlockByNumber(first.blockNumber() + count)
        return first, last if last.isValid() else self.document().lastBlock()

    def top_of(self, block: QTextBlock) -> float:
        """Returns where a line begins in the viewport, in pixels."""
        return self.blockBoundingGeometry(block).translated(self.contentOffset()).top()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        line, was = self.cursorRect(), event.oldSize().height()
        super().resizeEvent(event)
        self._place_numbers()
        if 0 <= line.top() < line.bottom() < was:  # what takes room beside the text does not cover the caret
            self.ensureCursorVisible()

    def _place_numbers(self) -> None:
        room = self.contentsRect()
        self.numbers.setGeometry(QRect(room.left(), room.top(), self.numbers.wanted(), room.height()))

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers.wanted(), 0, 0, 0)

    def _take_size(self) -> None:
        self.setFont(code_font(theme().text_size))
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * 4)
        self._make_room()
        self._place_numbers()

    def _scrolled(self, rect: QRect, by: int) -> None:
        if by:
            self.numbers.scroll(0, by)
        else:
            self.numbers.update(0, rect.y(), self.numbers.width(), rect.height())

    def _dress(self) -> None:
        self._mark()
        self.viewport().update()
        self.numbers.update()


def _is_own(event: QKeyEvent) -> bool:
    """Whether a key that the window has another meaning for is one of the editor: F8 is its next mistake."""
    return event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_F8


def _line(span: QTextCursor) -> int:
    return span.document().findBlock(span.selectionStart()).blockNumber()


def characters(text: str, length: int) -> int:
    """Returns how many characters of a text Qt takes for so long."""
    return len(text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", errors="ignore"))

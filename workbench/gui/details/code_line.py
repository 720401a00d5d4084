"""A line of a form that is typed as in the text: it grows with what stands in it, and completes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QTextEdit, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.text.completion_list import CompletionList
from workbench.gui.text.text_marks import wave
from workbench.gui.text.tsk_editor import characters
from workbench.gui.text.tsk_highlighter import expression_ranges, units
from workbench.gui.theme import code_font, theme, ui_font
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import exact_text
from workbench.services.design.completions import Completion, Completions

PADDING = 8
"""Pixels of a line's height that are not its text."""
Completes = Callable[[str, int], Completions]
"""Returns what can stand at a place of a line."""


class CodeLine(QPlainTextEdit):
    """A text of few lines.

    Args:
        name: What it is, for those who do not see it.
        completes: Returns what can stand at its cursor; None where nothing is offered.
        code: Whether it is written in the code's letters.
        colored: Whether it is an expression, whose words have their colours.
        cell: Whether it stands in a table, without a frame of its own.

    Attributes:
        is_pending: Whether something else stands in it than in the text.

    Signals:
        committed: What was typed, once it is meant: Enter, or the keyboard goes elsewhere.
        taken_back: What was typed was taken back.
        typed: Something is typed that is not taken yet, or that is over.
        contested: What stands there now: it was changed elsewhere while something refused stood in the line.
    """

    committed = Signal(str)
    taken_back = Signal()
    typed = Signal()
    contested = Signal(str)
    own_keys = (
        WidgetKey("Enter", "Take what was typed"),
        WidgetKey("Shift+Enter", "Begin another line"),
        WidgetKey("Ctrl+Space", "Show what can stand here"),
        WidgetKey("Esc", "Undo what was typed"),
    )

    def __init__(
        self,
        name: str,
        completes: Completes | None = None,
        *,
        code: bool = True,
        colored: bool = False,
        cell: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._completes, self._colored = completes, colored
        self._list: CompletionList | None = None
        self._shown = self._typed_on = ""
        self._told: str | None = None
        self._refused = self._contested = self._restored = self.is_pending = False
        self._mistakes: Sequence[tuple[int, int]] = ()
        self._role = "error"
        self.setFont(code_font() if code else ui_font())
        self.setAccessibleName(name)
        self.setProperty("cell", cell)
        self.setProperty("invalid", False)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(3)
        self._asking = pause_timer(self, 0, self._ask)
        self.textChanged.connect(self._changed)
        theme().changed.connect(self._dress)
        self._fit()

    # -- the text -----------------------------------------------------------------------------------------

    def show_text(self, text: str) -> None:
        """Shows what stands there, unless something else is typed and not taken yet."""
        was, self._shown, now = self._shown, text, self.text()
        own = self._told is not None and not self._refused  # what stands there now was typed here before
        if now != text and (now == was or (now == self._told and own)):
            self._put(text)
        elif now != text != was and not own:
            self._contest(was)
        typed, self.is_pending = self.is_pending, self.text() != text
        if not self.is_pending:
            self._contested = False
        if not self.is_pending or (own and text != was):
            self._told = None
        if typed and not self.is_pending:
            self.typed.emit()

    def _put(self, text: str) -> None:
        """Shows a text with the cursor and the selection where they were."""
        cursor, most = self.textCursor(), units(text)
        anchor, at = min(cursor.anchor(), most), min(cursor.position(), most)
        self.setPlainText(text)
        cursor = self.textCursor()
        cursor.setPosition(anchor)
        cursor.setPosition(at, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def type_in(self, was: str, text: str, *, meant: bool) -> None:
        """Has something typed again; if something else stands there than before it is asked about.

        Args:
            meant: It was taken before, and is taken again; else it waits until one is here and goes on.
        """
        self.setPlainText(text)
        self._restored = not meant
        if was == self._shown:
            self._told = None
            self.commit()
        else:
            self._contest(was)

    def _contest(self, was: str) -> None:
        """Takes what is typed only when it is meant once more, by Enter.

        Args:
            was: What stood there when it was typed.
        """
        if not self._contested:
            self._typed_on = was
        self._contested, self._told = True, None
        self.contested.emit(self._shown)

    def refuse(self) -> None:
        """Is told that what was typed cannot be taken; it stays until it is changed, or taken back."""
        self._refused = True
        self.show_mistakes(self._mistakes, self._role)
        if self.is_pending:
            self.typed.emit()  # it is kept as one that was meant

    @property
    def is_refused(self) -> bool:
        """Whether something stands in it that could not be taken."""
        return self.is_pending and (self._refused or self._contested)

    @property
    def is_meant(self) -> bool:
        """Whether what stands in it was taken, or refused: it is not half typed."""
        return self.is_refused or self.text() == self._told

    @property
    def typed_on(self) -> str:
        """What stood in the text when this was typed, or stands there still."""
        return self._typed_on if self._contested else self._shown

    def take_back(self) -> None:
        """Shows what stands in the text in place of what was typed."""
        self._told, self._contested, self._restored = None, False, False
        self.setPlainText(self._shown)
        self.show_mistakes(self._mistakes, self._role)

    def text(self) -> str:
        """Returns what stands in it."""
        return exact_text(self)

    def show_mistakes(self, spans: Sequence[tuple[int, int]], role: str = "error") -> None:
        """Underlines characters in a colour, from the first to behind the last, and nothing else."""
        changed, invalid = spans != self._mistakes or role != self._role, bool(spans) and role == "error"
        self._mistakes, self._role = spans, role
        if (invalid or self.is_refused) != self.property("invalid"):
            self.setProperty("invalid", invalid or self.is_refused)
            self.style().polish(self)
        if changed:
            self._dress()

    def commit(self) -> None:
        """Says what was typed, if it is another text."""
        waits = self.isReadOnly() or self._contested or self._restored
        if self.text() not in (self._shown, self._told) and not waits:
            self._told, self._refused = self.text(), False
            self.committed.emit(self._told)

    def _changed(self) -> None:
        self._fit()
        self._dress()
        was, self.is_pending = self.is_pending, self.text() != self._shown
        if was or self.is_pending:
            self.typed.emit()

    def _dress(self) -> None:
        """Colours and underlines; a line has few words, all are dressed again."""
        text, colors, marks = self.text(), theme().colors, []
        for start, end, role in expression_ranges(text) if self._colored else ():
            mark = QTextEdit.ExtraSelection()
            mark.cursor = self._cursor(start, end)
            mark.format.setForeground(QColor(colors.ink(role)))
            marks.append(mark)
        for start, end in self._mistakes:
            marks.append(wave(self._cursor(start, max(end, start + 1)), self._role))
        self.setExtraSelections(marks)

    def _cursor(self, start: int, end: int) -> QTextCursor:
        text, most = self.text(), self.document().characterCount() - 1
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(units(text[:start]), most))
        cursor.setPosition(min(units(text[:end]), most), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    # -- its size -----------------------------------------------------------------------------------------

    @override
    def sizeHint(self) -> QSize:
        return QSize(60, self.height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = max(1, round(self.document().size().height()))
        self.setFixedHeight(max(26, lines * self.fontMetrics().lineSpacing() + PADDING + 2))

    # -- keys ---------------------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, pressed = event.key(), event.modifiers()
        if self._list is not None and self._list.take_key(event):
            event.accept()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not pressed & Qt.KeyboardModifier.ShiftModifier:
            self._contested = self._restored = False
            self._told = None if self._refused else self._told
            self.commit()
        elif key == Qt.Key.Key_Escape and self.is_pending and (self._refused or self.text() != self._told):
            self.take_back()
            self.taken_back.emit()
        elif key == Qt.Key.Key_Space and pressed & Qt.KeyboardModifier.ControlModifier:
            self._ask()
        elif key == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
            self._typed(event.text())

    @override
    def focusNextPrevChild(self, next: bool) -> bool:  # Qt's own name
        """Leaves Tab to the list while something is chosen there."""
        listed = self._list
        chosen = next and listed is not None and listed.isVisible() and listed.current_row() >= 0
        return not chosen and super().focusNextPrevChild(next)

    def _typed(self, text: str) -> None:
        if text and (text.isalnum() or text in "_.'") and not self.isReadOnly():
            self._asking.start()
        elif self._list is not None and text:
            self._list.hide()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._restored = False

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._asking.stop()
        closing = not self.window().isEnabled()  # the person did not leave the line: it stays a draft
        if event.reason() != Qt.FocusReason.PopupFocusReason and not closing:
            self.commit()

    # -- completions --------------------------------------------------------------------------------------

    def _ask(self) -> None:
        found = self._found()
        if self._list is None:
            self._list = CompletionList(self)
            self._list.taken.connect(self._take)
        if [one.name for one in found.found] == [found.typed]:
            self._list.hide()
        else:
            self._list.offer(found)

    def _found(self) -> Completions:
        at = characters(self.text(), self.textCursor().position())
        return (
            self._completes(self.text(), at) if self._completes is not None else Completions(start=at, end=at)
        )

    def _take(self, one: Completion) -> None:
        found = self._found()
        cursor = self._cursor(found.start, found.end)
        written = one.insert if one.kind == "function" else one.name
        cursor.insertText(written)
        cursor.setPosition(cursor.position() - (one.back if one.kind == "function" else 0))
        self.setTextCursor(cursor)

"""The base of all editors that are one line of text: reading, completion, steps by arrow key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCompleter, QLineEdit
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.forms.editor import Editor, Kit, Suggest
from workbench.gui.forms.json_schema import ABSENT, Loc, Shape, sample_of

NARROW = 260
"""Pixels to which the line of a short value grows at most."""
_BACK = {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}
"""Why the keyboard comes back to a line that had it."""


class LineInput(QLineEdit):
    """A line that tells of the arrow keys and cuts nothing off; what was filled in is replaced by typing."""

    moves = (WidgetKey("Up / Down", "Make the number larger, smaller"),)
    stepped = Signal(int)
    """+1 for the arrow up, -1 for the arrow down."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(2**31 - 1)  # Qt's own limit would silently drop the rest of a pasted text
        self._entered = False
        self._left = ""

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selects what was filled in: an example, or a value as it is; not where the caret was left in it."""
        super().focusInEvent(event)
        given_back = event.reason() == Qt.FocusReason.OtherFocusReason and self._left == self.text()
        if not self.isModified() and not given_back and event.reason() not in _BACK:
            self._entered = event.reason() == Qt.FocusReason.MouseFocusReason
            self.selectAll()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remembers in what the caret was left."""
        super().focusOutEvent(event)
        self._left = self.text()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        entered, self._entered = self._entered, False
        if entered and not self.hasSelectedText():
            self.selectAll()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)


class LineEditor(Editor):
    """A value that is written in one line.

    A subclass implements `parse` and, where a value is not simply its text, `text_of`.

    Attributes:
        narrow: Whether its values are short, so that the line stays so in a wide form.
    """

    narrow: ClassVar[bool] = False

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line = LineInput()
        self.line.setPlaceholderText(sample_of(shape.schema))
        self.line.textChanged.connect(self.edited)
        self.line.stepped.connect(self.step)
        self.row.addWidget(self.line, 1)
        self.input = self.line
        if self.narrow:
            self.line.setMaximumWidth(NARROW)
            self.row.addStretch(0)
        suggest = kit.suggest.get(tuple(step for step in loc if isinstance(step, str)))
        if suggest is not None:
            _complete(self.line, suggest)

    def parse(self, text: str) -> Any:
        """Returns the value that the text means.

        Raises:
            ValueError: It means none; says what it must be.
        """
        raise NotImplementedError

    def text_of(self, value: Any) -> str:
        """Returns the text that a person reads and edits."""
        return str(value)

    def step(self, by: int) -> None:
        """Answers an arrow key: up is +1."""

    @override
    def show_value(self, value: Any) -> None:
        self.line.setText("" if value is None else self.text_of(value))
        self.line.setCursorPosition(0)

    @override
    def typed(self) -> dict[str, Any]:
        return {"text": self.line.text()} if self._given is ABSENT else super().typed()

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        text = typed.get("text")
        if text is None:
            return super().type_in(typed)
        self.line.setText(text)
        return True

    @override
    def reshape(self, shape: Shape) -> bool:
        self.line.setPlaceholderText(sample_of(shape.schema))
        return super().reshape(shape)

    @override
    def read(self) -> Any:
        text = self.line.text().strip()
        if not text:
            return None
        try:
            return self.parse(text)
        except ValueError:
            return text

    @override
    def problem(self) -> str:
        text = self.line.text().strip()
        try:
            if text:
                self.parse(text)
        except ValueError as error:
            return str(error)
        return ""


def _complete(line: QLineEdit, suggest: Suggest) -> None:
    model = QStringListModel(line)
    completer = QCompleter(model, line)
    completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    line.setCompleter(completer)

    def offer(found: list[str]) -> None:
        model.setStringList([] if found == [line.text()] else found)  # a list would eat the next click
        if line.hasFocus():
            completer.complete()  # where it came late the line itself asked its completer before

    line.textEdited.connect(suggest(line, offer))

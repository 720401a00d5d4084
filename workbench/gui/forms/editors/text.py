"""Edits text: in one line, in several, or hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from typing_extensions import override

from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.editors.line import LineEditor
from workbench.gui.forms.json_schema import ABSENT, Loc, Schema, Shape, sample_of
from workbench.gui.forms.parts import tool
from workbench.gui.long_text import shortened
from workbench.gui.widgets import exact_text

EMPTY = "empty text"
"""What stands where a text is empty, and is meant to be."""
WAY = "For an empty text, press Backspace here"
LONG = 20_000
"""Characters from which on a text is too long to be edited in a form: laying it out takes too long (V4)."""
TOO_LONG = "Too long to be edited here: this is the beginning, the whole is kept. Backspace takes it out."


class BlankText(Editor):
    """Text that is required stays blank, which is no value, until something is typed (V3).

    What was written and taken out again is an empty text, as is a blank that Backspace was pressed in; the
    placeholder says so. Of a `LONG` one the beginning is shown, which cannot be edited; the value is all
    of it. A subclass implements `written` and `put`.
    """

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self._blank = True

    def written(self) -> str:
        """Returns the text that stands in the widget."""
        raise NotImplementedError

    def put(self, text: str) -> None:
        """Has the widget show a text."""
        raise NotImplementedError

    @override
    def show_value(self, value: Any) -> None:
        text, long = "" if value is None else str(value), len(str(value)) > LONG
        self._set_long(long)
        self.put(shortened(text) if long else text)
        self._blank = value is None
        self._hint()

    def _set_long(self, long: bool) -> None:
        if isinstance(self.input, QLineEdit | QPlainTextEdit):
            self.input.setReadOnly(long)

    @override
    def read(self) -> str | None:
        return None if self.is_blank else self.written()

    @property
    def is_blank(self) -> bool:
        """Whether it has no text, not even an empty one."""
        return self._blank and not self.shape.optional

    @override
    def problem(self) -> str:
        return "is required" if self.is_blank else ""

    @override
    def edited(self) -> None:
        self._blank = False
        self._hint()
        super().edited()

    def _hint(self) -> None:
        if isinstance(self.input, QLineEdit | QPlainTextEdit):
            self.input.setPlaceholderText(sample_of(self.shape.schema) if self.is_blank else EMPTY)
            may_be_empty = self.is_blank and not self.shape.schema.get("minLength")
            self.input.setToolTip(TOO_LONG if self.input.isReadOnly() else WAY if may_be_empty else "")

    @override
    def typed(self) -> dict[str, Any]:
        return {"value": None} if self.is_blank else super().typed()

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        done = super().type_in(typed)
        if typed.get("text") == "":  # an empty text that was meant, in a widget that was empty already
            self.edited()
        return done

    @override
    def reshape(self, shape: Shape) -> bool:
        done = super().reshape(shape)
        self._hint()
        return done

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = event.key() if isinstance(event, QKeyEvent) else None
        if pressed in {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}:
            if not self.is_blank and isinstance(self.input, QLineEdit | QPlainTextEdit):
                self._take_out(self.input)
            elif self.is_blank:
                self.edited()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not self.written():
            pasted = event.matches(QKeySequence.StandardKey.Paste) and QGuiApplication.clipboard().text()
            if pasted and len(pasted) > LONG:
                self.set_value(pasted)
                self.changed.emit()
                return True
        return super().eventFilter(watched, event)

    def _take_out(self, shown: QLineEdit | QPlainTextEdit) -> None:
        if shown.isReadOnly():
            self._set_long(False)
            shown.clear()


class TextEditor(BlankText, LineEditor):
    """One line of text, taken as it is: spaces count, and empty is a text too."""

    takes: ClassVar[tuple[str, ...]] = ("string",)

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line.installEventFilter(self)
        self._hint()

    @override
    def parse(self, text: str) -> str:
        return text

    @override
    def written(self) -> str:
        return self.line.text()

    @override
    def put(self, text: str) -> None:
        self.line.setText(text)
        self.line.setCursorPosition(0)


class SecretEditor(TextEditor):
    """Text that is hidden until the eye is pressed."""

    takes = ("string", "password")

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        eye = tool("eye", checkable=True)
        eye.setToolTip("Show what is written")
        eye.setAccessibleName(f"Show {shape.title}")
        eye.toggled.connect(self._reveal)
        self.row.addWidget(eye)

    @override
    def typed(self) -> dict[str, Any]:
        return {"secret": self.value()}

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        return super().type_in({"value": typed.get("secret")} if "secret" in typed else typed)

    def _reveal(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)


class AreaEditor(Editor):
    """The base of editors of several lines; the tab key goes on to the next field."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.area = QPlainTextEdit()
        self.area.setTabChangesFocus(True)
        self.area.setPlaceholderText(self.example(shape.schema))
        self.area.textChanged.connect(self.edited)
        self.row.addWidget(self.area)
        self.input = self.area

    def example(self, schema: Schema) -> str:
        """Returns what an empty area shows."""
        return sample_of(schema)

    @override
    def typed(self) -> dict[str, Any]:
        return {"text": exact_text(self.area)} if self._given is ABSENT else super().typed()

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        text = typed.get("text")
        if text is None:
            return super().type_in(typed)
        self.area.setPlainText(text)
        return True

    @override
    def reshape(self, shape: Shape) -> bool:
        self.area.setPlaceholderText(self.example(shape.schema))
        return super().reshape(shape)


class LongTextEditor(BlankText, AreaEditor):
    """Text of several lines."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.area.installEventFilter(self)
        self._hint()
        self.area.setFixedHeight(self.area.fontMetrics().lineSpacing() * 4 + 14)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        said = {"format", "pattern"} & set(schema)
        long = schema.get("maxLength", 0) > 200 and not said
        return schema.get("type") == "string" and (long or schema.get("format") == "multiline")

    @override
    def put(self, text: str) -> None:
        self.area.setPlainText(text)

    @override
    def written(self) -> str:
        return exact_text(self.area)

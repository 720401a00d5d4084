"""Edits text: in one line, in several, or hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from typing_extensions import override

from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.editors.line import LineEditor
from workbench.gui.forms.parts import tool
from workbench.gui.forms.schema import ABSENT, Loc, Schema, Shape, sample_of
from workbench.gui.widgets import exact_text


class TextEditor(LineEditor):
    """One line of text, taken as it is: spaces count, and empty is a text too."""

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return schema.get("type") == "string"

    @override
    def parse(self, text: str) -> str:
        return text

    @override
    def read(self) -> str:
        return self.line.text()


class SecretEditor(TextEditor):
    """Text that nobody looking on shall read, until the eye is pressed."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        eye = tool("eye", checkable=True)
        eye.setToolTip("Show what is written")
        eye.setAccessibleName(f"Show {shape.title}")
        eye.toggled.connect(self._reveal)
        self.row.addWidget(eye)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return schema.get("type") == "string" and schema.get("format") == "password"

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


class LongTextEditor(AreaEditor):
    """Text of several lines."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.area.setFixedHeight(self.area.fontMetrics().lineSpacing() * 4 + 14)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        said = {"format", "pattern"} & set(schema)
        long = schema.get("maxLength", 0) > 200 and not said
        return schema.get("type") == "string" and (long or schema.get("format") == "multiline")

    @override
    def show_value(self, value: Any) -> None:
        self.area.setPlainText("" if value is None else str(value))

    @override
    def read(self) -> str:
        return exact_text(self.area)

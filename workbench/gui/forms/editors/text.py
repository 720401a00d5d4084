"""Edits text: in one line, in several, or hidden."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from typing_extensions import override

from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.editors.line import LineEditor
from workbench.gui.forms.parts import tool
from workbench.gui.forms.schema import Loc, Schema, Shape, sample_of
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

    def _reveal(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)


class LongTextEditor(Editor):
    """Text of several lines; the tab key goes on to the next field."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.area = QPlainTextEdit()
        self.area.setTabChangesFocus(True)
        self.area.setPlaceholderText(sample_of(shape.schema))
        self.area.setFixedHeight(self.area.fontMetrics().lineSpacing() * 4 + 14)
        self.area.textChanged.connect(self.edited)
        self.row.addWidget(self.area)
        self.input = self.area

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

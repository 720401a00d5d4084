"""Edits a choice of a few values, and shows a value that leaves no choice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel
from typing_extensions import override

from workbench.gui.chooser import ChoiceBox
from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.json_schema import Loc, Schema, Shape


class ChoiceEditor(Editor):
    """One of a list of values; none is chosen beforehand."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.box = ChoiceBox()
        self.box.setPlaceholderText("Choose…")
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self._fill()
        self.box.currentIndexChanged.connect(self.edited)
        self.row.addWidget(self.box, 1)
        self.input = self.box

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return bool(schema.get("enum"))

    def _fill(self) -> None:
        for value in self.shape.schema["enum"]:
            self.box.addItem(_words(value))
            self.box.setItemData(self.box.count() - 1, (value,), Qt.ItemDataRole.UserRole)
        self.box.setCurrentIndex(-1)

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        self.show_value(typed.get("value"))
        return self.read() is not None or typed.get("value") is None

    @override
    def reshape(self, shape: Shape) -> bool:
        typed, same = self.typed(), shape.schema["enum"] == self.shape.schema["enum"]
        self.shape = shape
        if same:
            return True
        self.box.clear()
        self._fill()
        return self.type_in(typed)

    @override
    def show_value(self, value: Any) -> None:
        found = (self.box.itemData(index)[0] for index in range(self.box.count()))
        same = (index for index, one in enumerate(found) if one == value and type(one) is type(value))
        self.box.setCurrentIndex(next(same, -1))  # 1 is not true

    @override
    def read(self) -> Any:
        data = self.box.currentData()
        return None if data is None else data[0]


class ConstEditor(Editor):
    """The only value there can be."""

    takes_text = False

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.label = QLabel(_words(shape.schema["const"]))
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.row.addWidget(self.label, 1)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return "const" in schema

    @override
    def show_value(self, value: Any) -> None:
        """Another value than the only one is not shown: the validation will tell."""

    @override
    def reshape(self, shape: Shape) -> bool:
        self.label.setText(_words(shape.schema["const"]))
        return super().reshape(shape)

    @override
    def read(self) -> Any:
        return self.shape.schema["const"]


def _words(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)

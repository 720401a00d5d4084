"""Edits an object by a field for each of its properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout
from typing_extensions import override

from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.parts import INDENT
from workbench.gui.forms.schema import ABSENT, Loc, Schema, Shape, properties_of
from workbench.gui.painting import painting
from workbench.gui.theme import theme

if TYPE_CHECKING:
    from workbench.gui.forms.field import Field


class GroupEditor(Editor):
    """The fields of an object, one beneath the other, along a line that shows where they end."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self._fields = [kit.field(part, (*loc, part.name)) for part in properties_of(shape)]
        self._others: dict[str, Any] = {}
        column = QVBoxLayout()
        column.setSpacing(14)
        column.setContentsMargins(INDENT if loc else 0, 2 if loc else 0, 0, 0)
        for field in self._fields:
            field.changed.connect(self.edited)
            column.addWidget(field)
        self.row.addLayout(column)

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return "properties" in schema

    @override
    def value(self) -> Any:
        if self._given is not ABSENT:
            return self._given
        found = {str(field.loc[-1]): field.value() for field in self._fields}
        return {name: value for name, value in found.items() if value is not ABSENT} | self._others

    @override
    def set_value(self, value: Any) -> None:
        fits = isinstance(value, Mapping)
        given = dict(value) if fits else {}
        for field in self._fields:
            field.set_value(given.pop(str(field.loc[-1]), field.shape.initial))
        keeps = self.shape.schema.get("additionalProperties") is not False
        self._others = given if keeps else {}  # what the form cannot show is not lost
        self._given = ABSENT if fits or value is None else value  # no object: kept, and called wrong

    @override
    def problem(self) -> str:
        return "" if self._given is ABSENT else "must be an object"

    @override
    def clear(self) -> None:
        self.set_value({})

    @override
    def fields(self) -> Sequence[Field]:
        return self._fields

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.loc:
            with painting(self) as painter:
                painter.fillRect(QRect(4, 0, 2, self.height()), QColor(theme().colors.border))

"""Edits an object by a field for each of its properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPaintEvent
from typing_extensions import override

from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.json_schema import ABSENT, Loc, Schema, Shape, properties_of
from workbench.gui.forms.parts import INDENT, follow_each_other
from workbench.gui.layouts import in_column, join
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

if TYPE_CHECKING:
    from workbench.gui.forms.form_field import FormField


class GroupEditor(Editor):
    """The fields of an object, one beneath the other, along a line that shows where they end."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self._others: dict[str, Any] = {}
        self._column = in_column(margins=(INDENT if loc else 0, 2 if loc else 0, 0, 0), spacing=14)
        self._fields = [self._made(part) for part in properties_of(shape)]
        for field in self._fields:
            self._column.addWidget(field)
        join(self.row, self._column)

    def _made(self, part: Shape) -> FormField:
        field = self.kit.field(part, (*self.loc, part.name))
        field.changed.connect(self.edited)
        return field

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
    def typed(self) -> dict[str, Any]:
        if self._given is not ABSENT:
            return super().typed()
        return {"fields": {str(one.loc[-1]): one.typed() for one in self._fields}, "others": self._others}

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        if "fields" not in typed:
            return isinstance(typed.get("value"), Mapping) and super().type_in(typed)
        self._others = dict(typed.get("others") or {})
        own = {str(field.loc[-1]): field for field in self._fields}
        fits = [name in own and own[name].type_in(part) for name, part in typed["fields"].items()]
        return all(fits)

    @override
    def reshape(self, shape: Shape) -> bool:
        self.shape = shape
        before, self._fields = {str(field.loc[-1]): field for field in self._fields}, []
        for place, part in enumerate(properties_of(shape)):
            old = before.get(part.name)
            if old is not None and old.reshape(part):
                field = before.pop(part.name)
            else:
                field = self._made(part)
                if old is not None and old.value() not in (old.shape.initial, None, "", [], {}):
                    field.type_in(old.typed())
            self._fields.append(field)
            if self._column.indexOf(field) != place:
                self._column.insertWidget(place, field)
        for old in before.values():
            self._column.removeWidget(old)
            old.setParent(None)
            old.deleteLater()
        follow_each_other(self._fields)
        return True

    @override
    def problem(self) -> str:
        return "" if self._given is ABSENT else "must be an object"

    @override
    def clear(self) -> None:
        self.set_value({})

    @override
    def fields(self) -> Sequence[FormField]:
        return self._fields

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.loc:
            with painting(self) as painter:
                painter.fillRect(QRect(4, 0, 2, self.height()), QColor(theme().colors.border))

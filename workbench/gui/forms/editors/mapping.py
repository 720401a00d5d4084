"""Edits a map: entries are added and removed, each a key and its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt
from typing_extensions import override

from workbench.gui.forms.editors.line import LineInput
from workbench.gui.forms.editors.sequence import Item, ListEditor
from workbench.gui.forms.json_schema import Loc, Schema
from workbench.gui.forms.parts import follow_each_other

if TYPE_CHECKING:
    from workbench.gui.forms.form_field import FormField

KEY_WIDTH = 140


class MapEditor(ListEditor):
    """The entries of a map, in their order; the place of a value ends with its key."""

    most = "maxProperties"
    word = "an object"
    whole: ClassVar[type[list[Any] | dict[str, Any]]] = dict

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        inner = schema.get("additionalProperties")
        return schema.get("type") == "object" and isinstance(inner, Mapping) and bool(inner)

    @override
    def parts_of(self, value: Any) -> Sequence[Any] | None:
        return list(value.items()) if isinstance(value, Mapping) else None

    @override
    def made(self, field: FormField) -> Item:
        entry = MapEntry(field)
        entry.key.textChanged.connect(self._renumber)
        entry.key.textChanged.connect(self.edited)
        return entry

    @override
    def problem(self) -> str:
        keys = [str(field.loc[-1]) for field in self.fields()]
        twice = next((key for key in keys if keys.count(key) > 1), "")
        if "" in keys:
            return "has an entry without a key"
        return f"has the key {twice} twice" if twice else super().problem()


class MapEntry(Item):
    """A value's field with its key before it."""

    def __init__(self, field: FormField) -> None:
        super().__init__(field)
        self.key = LineInput()
        self.key.setPlaceholderText("Key")
        self.key.setMinimumWidth(60)
        self.key.setMaximumWidth(KEY_WIDTH)
        self.row.insertWidget(0, self.key, 1, Qt.AlignmentFlag.AlignTop)
        self.row.insertSpacing(1, 4)
        for button in (self.up, self.down):  # their order means nothing
            button.hide()

    @override
    def value(self) -> Any:
        return self.key.text(), self.field.value()

    @override
    def set_value(self, value: Any) -> None:
        key, inner = value
        self.key.setText(str(key))
        self.field.set_value(inner)

    @override
    def typed(self) -> Any:
        return [self.key.text(), self.field.typed()]

    @override
    def type_in(self, typed: Any) -> bool:
        if not isinstance(typed, list):
            return False
        key, inner = typed
        self.key.setText(str(key))
        return self.field.type_in(inner)

    @override
    def step(self, index: int) -> str | int:
        return self.key.text()

    @override
    def begin(self) -> None:
        self.key.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def number(self, title: str, loc: Loc) -> None:
        super().number(title, loc)
        self.key.setAccessibleName(f"Key of {title}")
        follow_each_other([self])

"""Edits a list: items are added, removed and put into another order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.json_schema import ABSENT, Loc, Schema, Shape, item_of
from workbench.gui.forms.parts import place_tabs, tool
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row, join
from workbench.gui.widgets import push_button

if TYPE_CHECKING:
    from workbench.gui.forms.form_field import FormField


class ListEditor(Editor):
    """The items of a list, each with its own editor; Alt with an arrow key moves one."""

    moves = (WidgetKey("Alt+Up / Alt+Down", "Move the item up, down"),)
    most: ClassVar[str] = "maxItems"
    """In a schema: how many there may be."""
    word: ClassVar[str] = "a list"
    whole: ClassVar[type[list[Any] | dict[str, Any]]] = list
    """Makes the value of what its items give."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self._items: list[Item] = []
        self._add = push_button("", self._append, sign=icon("plus"))
        self._column = in_column(
            (self._add, 0, Qt.AlignmentFlag.AlignLeft), spacing=14 if self.spreads(shape) else 4
        )
        join(self.row, self._column)
        self.input = self._add
        self._renumber()

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        return schema.get("type") == "array" and bool(schema.get("items"))

    @override
    @classmethod
    def spreads(cls, shape: Shape) -> bool:
        return item_of(shape, 0).schema.get("type") in {"object", "array"}

    @override
    def value(self) -> Any:
        return self._given if self._given is not ABSENT else self.whole(item.value() for item in self._items)

    @override
    def set_value(self, value: Any) -> None:
        while self._items:
            self._drop(self._items[-1])
        parts = self.parts_of(value)
        for part in parts or ():
            self._insert().set_value(part)
        self._renumber()
        self._given = ABSENT if parts is not None or value is None else value  # else kept, and called wrong

    def parts_of(self, value: Any) -> Sequence[Any] | None:
        """Returns what each item shows of a value; None where it is of a wrong type."""
        return value if isinstance(value, list | tuple) else None

    @override
    def typed(self) -> dict[str, Any]:
        if self._given is not ABSENT:
            return super().typed()
        return {"items": [item.typed() for item in self._items]}

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        if "items" not in typed:
            return isinstance(typed.get("value"), self.whole) and super().type_in(typed)
        self.set_value([])
        fits = [self._insert().type_in(part) for part in typed["items"]]
        self._renumber()
        self.edited()
        return all(fits)

    @override
    def reshape(self, shape: Shape) -> bool:
        if self.spreads(shape) != self.spreads(self.shape):
            return False
        self.shape = shape
        fits = [item.field.reshape(item_of(shape, at)) for at, item in enumerate(self._items)]
        if not all(fits):
            return False
        self._renumber()
        return True

    @override
    def problem(self) -> str:
        return "" if self._given is ABSENT else f"must be {self.word}"

    @override
    def clear(self) -> None:
        self.set_value([])

    @override
    def fields(self) -> Sequence[FormField]:
        return [item.field for item in self._items]

    @override
    def typing_place(self) -> QWidget:
        if self._add.isEnabled():
            self._append()
        else:
            self._items[-1].begin()
        return self.focusWidget() or self.input

    @override
    def move_to(self, loc: Loc) -> None:
        self.loc = loc
        self._renumber()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        focused = self.focusWidget()
        held = next((item for item in self._items if focused and item.isAncestorOf(focused)), None)
        if by and held and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move(held, by)
        else:
            super().keyPressEvent(event)

    def _append(self) -> None:
        self._insert()
        self._renumber()
        self.edited()
        self._items[-1].begin()

    def made(self, field: FormField) -> Item:
        """Makes the item around a field."""
        return Item(field)

    def _insert(self) -> Item:
        index = len(self._items)
        item = self.made(self.kit.field(item_of(self.shape, index), (*self.loc, index)))
        item.field.changed.connect(self.edited)
        item.up.clicked.connect(lambda: self._move(item, -1))
        item.down.clicked.connect(lambda: self._move(item, 1))
        item.remove.clicked.connect(lambda: self._remove(item))
        self._items.append(item)
        self._column.insertWidget(index, item)
        return item

    def _move(self, item: Item, by: int) -> None:
        index = self._items.index(item) + by
        if not 0 <= index < len(self._items):
            return
        focused = item.focusWidget()
        self._items.remove(item)
        self._items.insert(index, item)
        self._column.insertWidget(index, item)
        self._renumber()
        self.edited()
        if focused is not None:
            (focused if focused.isEnabled() else item.remove).setFocus()

    def _remove(self, item: Item) -> None:
        index = self._items.index(item)
        self._drop(item)
        self._renumber()
        self.edited()
        beside = self._items[min(index, len(self._items) - 1) :][:1]
        (beside[0].remove if beside else self._add).setFocus()

    def _drop(self, item: Item) -> None:
        self._items.remove(item)
        self._column.removeWidget(item)
        item.setParent(None)
        item.deleteLater()

    def _renumber(self) -> None:
        most = self.shape.schema.get(self.most)
        full = most is not None and len(self._items) >= most
        self._add.setText(f"Add to {self.shape.title[:1].lower()}{self.shape.title[1:]}")
        self._add.setEnabled(not full)
        self._add.setToolTip(f"There can be no more than {most}" if full else "")
        place_tabs(self._add, self._items)
        for index, item in enumerate(self._items):
            item.number(f"{self.shape.title} {index + 1}", (*self.loc, item.step(index)))
            item.up.setEnabled(index > 0)
            item.down.setEnabled(index < len(self._items) - 1)


class Item(QWidget):
    """An item's field with the buttons that move and remove it."""

    def __init__(self, field: FormField) -> None:
        super().__init__()
        self.field = field
        self.up = tool("chevron-up")
        self.down = tool("chevron-down")
        self.remove = tool("close")
        self.row = in_row((field, 1), of=self, margins=0, spacing=2)
        for button in (self.up, self.down, self.remove):
            if field.bare:
                self.row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            else:
                field.head.addWidget(button)

    def value(self) -> Any:
        """Returns its part of the value."""
        return self.field.value()

    def set_value(self, value: Any) -> None:
        """Shows its part of the value."""
        self.field.set_value(value)

    def typed(self) -> Any:
        """Returns what stands in it, finished or not, as JSON."""
        return self.field.typed()

    def type_in(self, typed: Any) -> bool:
        """Shows what `typed` gave; says whether all of it fits."""
        return self.field.type_in(typed)

    def step(self, index: int) -> str | int:
        """Returns what its place ends with."""
        return index

    def begin(self) -> None:
        """Puts the cursor where typing begins."""
        self.field.focus_input()

    def number(self, title: str, loc: Loc) -> None:
        """Takes another place in the list."""
        self.field.move_to(loc, title=title)
        for button, words in (
            (self.up, "Move {} up"),
            (self.down, "Move {} down"),
            (self.remove, "Remove {}"),
        ):
            button.setAccessibleName(words.format(title))
            button.setToolTip(words.format(title))

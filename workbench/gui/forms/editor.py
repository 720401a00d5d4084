"""What every editor of a form is: a widget that shows one value and gives it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.gui.forms.json_schema import ABSENT, Loc, Schema, Shape
from workbench.gui.layouts import in_row

if TYPE_CHECKING:
    from workbench.gui.forms.form_field import FormField

Suggest = Callable[[QObject, Callable[[list[str]], object]], Callable[[str], object]]
"""Given a line and what offers something there, returns what asks what a text typed so far may mean.

The answer is offered at once or later, never once the line is gone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What a form gives to all of its editors.

    Attributes:
        field: Makes the field for a part of a value.
        now: Returns the present time as RFC 3339; without it no editor offers it.
        new_uuid: Returns a fresh id; without it no editor offers one.
        suggest: Completions by place; indices of lists are left out of the place.
    """

    field: Callable[[Shape, Loc], FormField]
    now: Callable[[], str] | None
    new_uuid: Callable[[], str] | None
    suggest: Mapping[Loc, Suggest]


class Editor(QWidget):
    """Shows one value and lets it be edited.

    A value that was given and not edited is given back as it was, whatever the widget can show of it.
    A subclass sets `takes` or overrides `accepts`, sets `input`, implements `show_value` and `read`, and
    calls `edited`.
    """

    takes: ClassVar[tuple[str, ...]] = ()
    """Type and format of the schemas that it accepts; where there is no format any, empty for all schemas."""

    takes_text: ClassVar[bool] = True
    """Whether letters that are typed mean something in it."""

    changed = Signal()
    """A person edited the value, or it was set."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__()
        self.shape = shape
        self.loc = loc
        self.kit = kit
        self.input: QWidget = self
        self.row = in_row(of=self, margins=0, spacing=4)
        self._given: Any = ABSENT

    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        """Says whether it can edit the values of a schema (references followed, null taken out)."""
        return all(
            schema.get(key) == value for key, value in zip(("type", "format"), cls.takes, strict=False)
        )

    @classmethod
    def build(cls, shape: Shape, loc: Loc, kit: Kit) -> Editor:
        """Makes the editor for a field that it accepts."""
        return cls(shape, loc, kit)

    @classmethod
    def spreads(cls, shape: Shape) -> bool:
        """Says whether it needs the whole width beneath its title, also where the form is wide."""
        return "properties" in shape.schema

    def value(self) -> Any:
        """Returns the value, a JSON value; where the text cannot be read, the text."""
        return self.read() if self._given is ABSENT else self._given

    def set_value(self, value: Any) -> None:
        """Shows a value."""
        self.show_value(value)
        self._given = value

    def clear(self) -> None:
        """Shows what an untouched form shows."""
        self.show_value(None)
        self._given = ABSENT

    def show_value(self, value: Any) -> None:
        """Puts a value, of whatever type, into the widget."""
        raise NotImplementedError

    def read(self) -> Any:
        """Returns the value that stands in the widget; ``None`` where it is empty."""
        raise NotImplementedError

    def problem(self) -> str:
        """Says why what stands here cannot be read as a value at all; empty where it can."""
        return ""

    def edited(self) -> None:
        """Called when the widget's content becomes the value."""
        self._given = ABSENT
        self.changed.emit()

    def typed(self) -> dict[str, Any]:
        """Returns what stands here, as JSON of which `type_in` makes the same again, finished or not (V2)."""
        return {"value": self.value()}

    def type_in(self, typed: Mapping[str, Any]) -> bool:
        """Shows again what `typed` gave, also that of another editor; says whether it can."""
        if "value" not in typed:
            return False
        self.set_value(typed["value"])
        return True

    def reshape(self, shape: Shape) -> bool:
        """Takes another schema and leaves what was typed untouched; says whether it can."""
        self.shape = shape
        return True

    def fields(self) -> Sequence[FormField]:
        """Returns the fields of which the value is made."""
        return ()

    def typing_place(self) -> QWidget:
        """Returns what takes text that is typed."""
        fields = self.fields()
        return fields[0].typing_place() if fields else self.input

    def set_invalid(self, invalid: bool) -> None:
        """Outlines the widget, or no longer."""
        if self.input is not self and self.input.property("invalid") is not invalid:
            self.input.setProperty("invalid", invalid)
            self.input.style().unpolish(self.input)
            self.input.style().polish(self.input)

    def dress(self, name: str, description: str) -> None:
        """Names the widget for tests and for screen readers.

        Args:
            name: What it is called, such as ``"Username, required"``.
            description: What is to be known of it: its meaning, its limits, what is wrong.
        """
        self.input.setObjectName(dotted(self.loc))
        self.input.setAccessibleName(name)
        self.input.setAccessibleDescription(description)

    def move_to(self, loc: Loc) -> None:
        """Takes another place, since its list was reordered."""
        self.loc = loc
        for field in self.fields():
            field.move_to((*loc, field.loc[-1]))


def dotted(loc: Loc) -> str:
    """Writes a place as text: ``lines.0.sku``."""
    return ".".join(map(str, loc))

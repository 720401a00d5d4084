"""What a person holds while a form takes another schema: the place of the cursor, and what was typed (V2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from workbench.gui.forms.json_schema import title_of

if TYPE_CHECKING:
    from workbench.gui.forms.schema_form import SchemaForm

SHOWN = 80
"""Characters that are told of a text that does not fit any more."""
HIDDEN = "••••"


@dataclass(frozen=True, slots=True)
class HeldState:
    """Where the keyboard is in a form: the field, and in a line the cursor and what is selected."""

    path: str
    cursor: int
    selection: tuple[int, int]
    widget: QWidget | None

    @classmethod
    def here(cls, form: SchemaForm) -> HeldState:
        """Notes where the keyboard is now."""
        path, widget = form.focused(), QApplication.focusWidget()
        if not path or not isinstance(widget, QLineEdit):
            return cls(path, 0, (-1, 0), widget)
        start = widget.selectionStart()
        return cls(path, widget.cursorPosition(), (start, len(widget.selectedText())), widget)

    def give_back(self, form: SchemaForm) -> None:
        """Returns the keyboard to the field, should its editor be another one now."""
        if not self.path or QApplication.focusWidget() is self.widget:
            return
        form.focus(self.path)
        widget = QApplication.focusWidget()
        if isinstance(widget, QLineEdit) and form.focused() == self.path:
            widget.setCursorPosition(self.cursor)
            if self.selection[0] >= 0:
                widget.setSelection(*self.selection)


def covers(now: Any, before: Any) -> bool:
    """Whether all that was typed is still there; more may have come."""
    if isinstance(now, dict) and isinstance(before, dict):
        if "fields" in before:
            inner = now.get("fields", {})
            return all(
                part is None or covers(inner.get(name), part) for name, part in before["fields"].items()
            )
        return before == now
    return before is None or before == now


def in_words(left: Mapping[str, Any]) -> list[str]:
    """Says what does not fit: ``Nick: Ada``."""
    found = []
    for name, typed in left.items():
        kind, said = next(iter(typed.items()), ("", "")) if isinstance(typed, Mapping) else ("", "")
        shown = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        found.append(f"{title_of(name, {})}: {HIDDEN if kind == 'secret' else shown[:SHOWN]}")
    return found

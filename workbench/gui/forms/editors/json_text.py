"""Edits any JSON value as text, and says where it cannot be read."""

from __future__ import annotations

import json
from typing import Any

from typing_extensions import override

from workbench.errors import InvalidValue
from workbench.gui.forms.editor import Kit
from workbench.gui.forms.editors.text import AreaEditor
from workbench.gui.forms.json_schema import Loc, Schema, Shape
from workbench.gui.theme import code_font
from workbench.gui.widgets import exact_text


class JsonEditor(AreaEditor):
    """The editor of last resort: it accepts every schema."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.area.setFont(code_font())
        self.area.textChanged.connect(self._grow)
        self._grow()

    @override
    def example(self, schema: Schema) -> str:
        examples = schema.get("examples")
        shown = examples[0] if isinstance(examples, list) and examples else {"key": [1, "text", True]}
        return "JSON such as " + json.dumps(shown, ensure_ascii=False)

    @override
    def show_value(self, value: Any) -> None:
        if value is None:
            self.area.setPlainText(_BLANK.get(str(self.shape.schema.get("type")), ""))
            return
        line = as_text(value)
        self.area.setPlainText(line if len(line) < 48 else as_text(value, indent=2))

    @override
    def read(self) -> Any:
        text = exact_text(self.area)
        try:
            return json.loads(text) if text.strip() else None
        except (ValueError, RecursionError):
            return text

    @override
    def problem(self) -> str:
        from workbench.model.json_values import ForeignJsonError, parse_foreign_json

        text = exact_text(self.area)
        if not text.strip():
            return "" if self.shape.optional else "is required"
        try:
            json.loads(text)
            parse_foreign_json(text)
        except json.JSONDecodeError as error:
            said = error.msg.removesuffix(" starting at")
            return f"is not JSON: {said} at line {error.lineno}, column {error.colno}"
        except (ForeignJsonError, InvalidValue, RecursionError) as error:
            return f"cannot be stored: {error}"
        except ValueError as error:  # an integer of more digits than Python reads
            return f"is not JSON: {error}"
        return ""

    def _grow(self) -> None:
        lines = min(max(self.area.blockCount(), 2), 12)
        self.area.setFixedHeight(lines * self.area.fontMetrics().lineSpacing() + 14)


def as_text(value: Any, indent: int | None = None) -> str:
    """Writes JSON for a text editor, which would take some signs within strings for ends of lines."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


_BLANK = {"object": "{}", "array": "[]"}

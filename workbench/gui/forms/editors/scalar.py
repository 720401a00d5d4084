"""Edits a value that may be text, number or yes-or-no, in one line."""

from __future__ import annotations

import json
import math
from typing import Any

from typing_extensions import override

from workbench.gui.forms.editor import Kit
from workbench.gui.forms.editors.line import LineEditor
from workbench.gui.forms.json_schema import Loc, Schema, Shape

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class ScalarEditor(LineEditor):
    """A value of one of several plain types: what reads as a number is one, unless it stands in quotes."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line.setToolTip('5 and true are a number and a yes; "5" in quotes is text')

    @override
    @classmethod
    def accepts(cls, schema: Schema) -> bool:
        options = schema.get("anyOf", ())
        return bool(options) and all(option.get("type") in _KINDS for option in options)

    @property
    def _kinds(self) -> set[type]:
        return {kind for option in self.shape.schema["anyOf"] for kind in _KINDS[option["type"]]}

    @override
    def parse(self, text: str) -> Any:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
        if type(value) in self._kinds and not (isinstance(value, float) and not math.isfinite(value)):
            return value
        if str in self._kinds:
            return text
        raise ValueError("must be a number" if int in self._kinds else "must be true or false")

    @override
    def text_of(self, value: Any) -> str:
        try:
            plain = isinstance(value, str) and value.strip() == value != "" and self.parse(value) == value
        except ValueError:  # it is none of the kinds: shown as it is, and called wrong
            plain = True
        return value if plain else json.dumps(value, ensure_ascii=False)

"""Edits ids, and makes new ones."""

from __future__ import annotations

import uuid

from typing_extensions import override

from workbench.gui.forms.editor import Kit
from workbench.gui.forms.editors.line import LineEditor
from workbench.gui.forms.json_schema import Loc, Shape
from workbench.gui.theme import code_font
from workbench.gui.widgets import push_button


class UuidEditor(LineEditor):
    """A UUID, with a button for a new one where the form has a source of them."""

    takes = ("string", "uuid")

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.line.setFont(code_font())
        if kit.new_uuid is not None:
            button = push_button("New", self._renew, tip="Write a new id here", said=f"New {shape.title}")
            self.row.addWidget(button)

    @override
    def parse(self, text: str) -> str:
        try:
            uuid.UUID(text)
        except ValueError:
            raise ValueError("must be a UUID: 32 hexadecimal digits, in groups of 8-4-4-4-12") from None
        return text

    def _renew(self) -> None:
        if self.kit.new_uuid is not None:
            self.line.setText(self.kit.new_uuid())
            self.line.setCursorPosition(0)

"""Opens the schema of an event, to change its fields and try them on what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.actions import Actions, action
from workbench.gui.details.schema_dialog import SchemaDialog

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor


class BoardSchema:
    """Offers it on the cards of events."""

    def __init__(self, editor: BoardEditor) -> None:
        self._editor, self.canvas = editor, editor.canvas
        self.acts = Actions(self, editor.canvas)
        self.acts.offer()

    def _no_event(self, identity: str) -> str:
        node = self._editor.node(identity)
        return "" if node is not None and node.kind == "event" else "No event of the project file is chosen"

    @action(
        "Change the schema …",
        keys="Shift+F",
        icon="table",
        on="canvas",
        tip="Change its fields, and see at once which stored events still fit",
        group=3,
        why=_no_event,
    )
    def change_schema(self, identity: str) -> None:
        """Opens the schema of an event."""
        node = self._editor.node(identity)
        if node is not None and node.kind == "event":
            self.open(node.name)

    def open(self, event: str, typed: str = "") -> SchemaDialog:
        """Opens the schema of an event, with a text that was begun elsewhere or as it is."""
        editor = self._editor
        dialog = SchemaDialog(
            editor.canvas, editor.desk, event, editor.state.text, typed, lambda _state: editor.follow()
        )
        dialog.show()
        return dialog

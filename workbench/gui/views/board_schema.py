"""Tries on what is stored what is designed: the fields of one event, or all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.actions import Actions, action
from workbench.gui.details.schema_dialog import SchemaDialog
from workbench.gui.views.deploy_dialog import DeployDialog

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor


class BoardSchema:
    """Offers it on the canvas and the cards of events."""

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

    @action(
        "What would it do to what is stored? …",
        key="rehearse",
        icon="diff",
        tip="Rehearse what is designed, or what a Git revision or another folder says, on all that is stored",
        group=3,
        anyway=True,
    )
    def rehearse(self, _node: object = None) -> None:
        """Opens what compares two models on all that is stored; one of them is the draft, if there is one."""
        state = self._editor.state
        draft = state.text.project.dump() if state.text.project != state.written.project else None
        DeployDialog(self.canvas, self._editor.desk, draft).show()

    def open(self, event: str, typed: str = "") -> SchemaDialog:
        """Opens the schema of an event, with a text that was begun elsewhere or as it is."""
        editor = self._editor
        dialog = SchemaDialog(
            editor.canvas, editor.desk, event, editor.state.text, typed, lambda _state: editor.follow()
        )
        dialog.show()
        return dialog

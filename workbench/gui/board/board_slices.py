"""The order of the slices on the board: one is shown earlier or later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.gui.actions import Actions, action
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.services.design.flow_gestures import with_steps

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor


class BoardPart(QObject):
    """A part of the board's editor with actions of its own, which the canvas offers."""

    def __init__(self, editor: BoardEditor) -> None:
        super().__init__(editor)
        self.editor, self.canvas = editor, editor.canvas
        self.acts = Actions(self, self.canvas)
        self.acts.offer()


class BoardSlices(BoardPart):
    """Moves slices; their order is written as the steps of ``[flow.main]``."""

    def _no_slice(self, _identity: str) -> str:
        board = self.canvas.board
        if not isinstance(board, BlueprintScene):
            return "Only the blueprint has slices"
        return "" if board.slice_of(board.here) else "No slice is chosen"

    @action(
        "Show the slice earlier", keys="Ctrl+Shift+Left", icon="back", on="canvas", group=3, why=_no_slice
    )
    def earlier(self, _identity: str) -> None:
        """Moves the slice of the chosen card one to the left."""
        self._step(-1)

    @action(
        "Show the slice later", keys="Ctrl+Shift+Right", icon="forward", on="canvas", group=3, why=_no_slice
    )
    def later(self, _identity: str) -> None:
        """Moves the slice of the chosen card one to the right."""
        self._step(2)

    def _step(self, by: int) -> None:
        board = self.canvas.board
        if isinstance(board, BlueprintScene) and (here := board.slice_of(board.here)):
            ids = [one.id for one in board.blueprint.slices]
            self.move(here, max(0, ids.index(here) + by))

    def move(self, identity: str, before: int) -> None:
        """Shows a slice before another one.

        Args:
            before: Number of that one as they stand now; one behind the last for the end.
        """
        board = self.canvas.board
        if not isinstance(board, BlueprintScene):
            return
        ids = [one.id for one in board.blueprint.slices]
        order = [*ids[:before], identity, *ids[before:]]
        at = ids.index(identity)
        del order[at if at < before else at + 1]
        if order != ids:
            names = [one.partition(":")[2] for one in order]
            name = identity.partition(":")[2]
            self.editor.wanted = board.chosen
            self.editor.do(f"Move the slice {name}", partial(with_steps, names=names), lambda: None)

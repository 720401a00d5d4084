"""A card of the board becomes part of a scenario: an event is given or expected, a command is done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.design_steps import POINTED
from workbench.gui.scenario_pointing import use
from workbench.project.scenarios import write_item
from workbench.services.scenarios.step_forms import StepKind, begun, kinds

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.views.board_pictures import BoardPictures
    from workbench.project.scenarios import UnreadScenario
    from workbench.services.scenarios.scenario_edits import WrittenStep

PARTS = {"event": ("given", "then"), "command": ("when",)}


class BoardScenarios(QObject):
    """Offers to use a card in a scenario, filled with examples, and shows where one of its slice is wrong."""

    def __init__(self, desk: Desk, pictures: BoardPictures) -> None:
        super().__init__(pictures.canvas)
        self._desk, self.canvas, self._blueprint = desk, pictures.canvas, pictures.blueprint
        pictures.frame.heads.note_clicked.connect(self._show)
        canvas = self.canvas
        canvas.installEventFilter(self)
        self.acts = Actions(self, canvas)
        self.acts.offer()

    def _no_use(self, node: str) -> str:
        fits = node.partition(":")[0] in PARTS
        return "" if fits else "A scenario is given events, and issues commands"

    @action("Use in a scenario", keys="G", icon="scenario", on="canvas", group=3, why=_no_use)
    def use(self, node: str) -> None:
        """Puts a command into a scenario as what is done, an event as given before or expected after it."""
        head, _, name = node.partition(":")
        found = (one for part in PARTS[head] for one in kinds(self._desk.workspace.registry, part))
        parts = {one.part: partial(self._item, one) for one in found if one.facts == {head: name}}
        if parts:
            use(self._desk, name, parts)

    def _mistakes(self, place: str) -> Sequence[UnreadScenario]:
        note = self._blueprint.note_of(place)
        return note.unread if note is not None else ()

    @property
    def _slice(self) -> str:
        """The slice with the keyboard; empty where the other picture is seen."""
        return self._blueprint.slice_of(self._blueprint.here) if self.canvas.board is self._blueprint else ""

    def _no_mistake(self, _node: str) -> str:
        return "" if self._mistakes(self._slice) else "The scenarios of its slice have no mistake"

    @action(
        "Show the mistake in its scenario",
        icon="error",
        tip="Show where the text of a scenario of this slice does not load",
        on="canvas",
        group=3,
        why=_no_mistake,
    )
    def show_mistake(self, _node: str) -> None:
        """Shows the line for which a scenario of the slice of a card does not load."""
        self._show(self._slice)

    def _show(self, place: str) -> None:
        for one in self._mistakes(place)[:1]:
            self._desk.text_wanted.emit(one.problem.file, one.problem.line)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:  # what was told does not follow to other views
            self._desk.notice("ok", "", topic=POINTED)
        return super().eventFilter(watched, event)

    def _item(self, kind: StepKind, steps: Sequence[WrittenStep]) -> str:
        return write_item(begun(self._desk.workspace.registry, kind, steps))

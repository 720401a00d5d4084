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
    from workbench.gui.board.flow_view import FlowView
    from workbench.gui.desk import Desk
    from workbench.services.scenarios.scenario_edits import WrittenStep

PARTS = {"event": ("given", "then"), "command": ("when",)}


class BoardScenarios(QObject):
    """Offers on the canvas to use a card in a scenario, filled with examples."""

    def __init__(self, desk: Desk, canvas: FlowView) -> None:
        super().__init__(canvas)
        self._desk, self.canvas = desk, canvas
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

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:  # what was told does not follow to other views
            self._desk.notice("ok", "", topic=POINTED)
        return super().eventFilter(watched, event)

    def _item(self, kind: StepKind, steps: Sequence[WrittenStep]) -> str:
        return write_item(begun(self._desk.workspace.registry, kind, steps))

"""A card of the board becomes part of a scenario: an event is given, a command is done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.actions import Actions, action
from workbench.gui.scenario_pointing import use
from workbench.project.scenarios import write_item
from workbench.services.scenarios.step_forms import StepKind, begun, kinds

if TYPE_CHECKING:
    from workbench.gui.board.flow_view import FlowView
    from workbench.gui.desk import Desk
    from workbench.services.scenarios.scenario_edits import WrittenStep

PARTS = {"event": "given", "command": "when"}


class BoardScenarios:
    """Offers on the canvas to use a card in a scenario, filled with examples."""

    def __init__(self, desk: Desk, canvas: FlowView) -> None:
        self._desk, self.canvas = desk, canvas
        self.acts = Actions(self, canvas)
        self.acts.offer()

    def _no_use(self, node: str) -> str:
        fits = node.partition(":")[0] in PARTS
        return self._desk.read_only() or ("" if fits else "A scenario is given events, and issues commands")

    @action("Use in a scenario", keys="G", icon="scenario", on="canvas", group=3, why=_no_use)
    def use(self, node: str) -> None:
        """Puts an event into a scenario as given, a command as what is done."""
        head, _, name = node.partition(":")
        found = kinds(self._desk.workspace.registry, PARTS[head])
        kind = next((one for one in found if one.facts == {head: name}), None)
        if kind is not None:
            use(self._desk, kind.part, name, partial(self._item, kind))

    def _item(self, kind: StepKind, steps: Sequence[WrittenStep]) -> str:
        return write_item(begun(self._desk.workspace.registry, kind, steps))

"""Steps a scenario by hand: what is possible now, one of it done, taken back, kept as a scenario."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column, in_row
from workbench.gui.paged_model import ListSource
from workbench.gui.table import FastTableView
from workbench.gui.views.explore_lists import POSSIBLE, possible_rows
from workbench.gui.widgets import plain_label
from workbench.model.counts import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.gui.desk import Desk
    from workbench.gui.table_actions import ChosenRows
    from workbench.gui.views.order_pair import OrderPair
    from workbench.model.scenario import Scenario
    from workbench.project.project import Project
    from workbench.services.worlds.explored import Choices
    from workbench.services.worlds.told_schedule import Standing


class StepPanel(QWidget):
    """Lists the moves that are possible; each is made in a world that is built again, beside the loop.

    Args:
        orders: Shows what was done, beside what the engine does by itself.

    Signals:
        moved: Another order is shown.
    """

    moved = Signal()

    def __init__(self, desk: Desk, orders: OrderPair) -> None:
        super().__init__()
        self._desk, self._orders = desk, orders
        self._project: Project | None = None
        self.scenario: Scenario | None = None
        self._faults: Mapping[str, int] = {}
        self.standing: Standing | None = None
        self._task: asyncio.Task[Any] | None = None
        self.said = plain_label(role="heading", wrap=True)
        self.table = FastTableView(POSSIBLE)
        self.table.setAccessibleName("Moves that are possible now")
        self.table.set_empty("Nothing is left to do", "Take a move back, or keep the order as a scenario.")
        self.made = orders.order
        self.acts = Actions(self, self)
        buttons = [self.acts.button(key) for key in ("make", "take_back")]
        in_column(self.said, in_row(*buttons, 1, spacing=4), (self.table, 1), of=self, margins=0, spacing=4)
        self.acts.offer()

    def begin(self, scenario: Scenario, faults: Mapping[str, int]) -> None:
        """Begins with a scenario; nothing of it is done yet."""
        self._project, self.scenario, self._faults = self._desk.workspace.project, scenario, faults
        self.standing = None
        self._step(())

    def end(self) -> None:
        """Steps no more."""
        self.scenario = self.standing = None
        self.table.refresh(ListSource([]))
        self.acts.refresh()

    def _step(self, choices: Choices) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self._desk.run(self._stepped(choices), "Step")

    async def _stepped(self, choices: Choices) -> None:
        project, scenario = self._project, self.scenario
        if project is None or scenario is None:
            return
        explorations = self._desk.workspace.explorations
        found = await explorations.stepped(project, scenario, choices, self._faults)
        if isValid(self) and self.scenario is scenario:
            self._show(found)

    def _show(self, found: Standing) -> None:
        self.standing = found
        made = f"{counted(len(found.told.moves), 'move')} made, {len(found.possible):,} possible"
        self.said.setText(f"{self.scenario.name}: {made}" if self.scenario is not None else made)
        self.table.refresh(ListSource(possible_rows(found.possible)))
        self.table.choose_index(0)
        self._orders.show_order(found.told, "; ".join(f"{name} does not hold" for name in found.told.broken))
        self._orders.go(len(found.told.moves) - 1)
        self.acts.refresh()
        self.moved.emit()

    # -- what can be done ---------------------------------------------------------------------------------

    def _no_step(self, _rows: object = None) -> str:
        return "" if self.standing is not None else "No scenario is stepped"

    @action(
        "Make this move",
        icon="step",
        word="Make",
        on="table",
        default=True,
        why=_no_step,
    )
    def make(self, rows: ChosenRows) -> None:
        """Makes the chosen move."""
        if self.standing is not None:
            self._step((*self._made(), rows.row[0] - 1))

    def _no_back(self, _rows: object = None) -> str:
        made = self.standing is not None and bool(self.standing.told.moves)
        return self._no_step() or ("" if made else "No move was made")

    @action(
        "Take the last move back",
        keys="Backspace",
        icon="undo",
        word="Back",
        on="table",
        anyway=True,
        why=_no_back,
    )
    def take_back(self, _rows: object = None) -> None:
        """Builds the world again, up to before the last move."""
        self._step(self._made()[:-1])

    @action(
        "Go back to this move",
        icon="rewind",
        on="made",
        tip="Build the world again, up to behind this move",
        shown=lambda own, _rows: own.standing is not None,
        why=_no_back,
    )
    def rewind(self, rows: ChosenRows) -> None:
        """Builds the world again, up to behind the chosen move."""
        self._step(self._made()[: rows.row[0]])

    def _made(self) -> Choices:
        return self.standing.choices if self.standing is not None else ()

"""Other beginnings than written scenarios: commands that are generated, and conditions that are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.errors import InvalidValue
from workbench.gui.actions import Actions, action
from workbench.gui.invariant_actions import open_since

if TYPE_CHECKING:
    from workbench.gui.views.explore_view import ExploreView


class ExploreBeginnings(QObject):
    """Offers them in the view that explores."""

    def __init__(self, view: ExploreView) -> None:
        super().__init__(view)
        self._view = view
        self.acts = Actions(self, view)
        self.acts.offer()

    @action(
        "Generate commands",
        key="generate",
        icon="workers",
        tip="Explore commands that are generated from their forms; the seed says which",
        group=2,
    )
    def generate(self) -> None:
        """Chooses a scenario of generated commands."""
        from workbench.services.worlds.generated_scenario import GENERATED, generated_scenario, told_of

        view = self._view
        try:
            made = generated_scenario(view.desk.workspace.registry, GENERATED, view.plan.plan().seed)
        except InvalidValue as error:
            view.desk.fail("Generate commands", error)
        else:
            view.begin_with_own(made)
            said = told_of(made, view.desk.workspace.registry)
            view.desk.notice("info", f"{said[0].upper()}{said[1:]}.", topic="generated")

    @property
    def unfolded(self) -> bool:
        """Whether the fields of how it is explored are shown."""
        return not self._view.plan.isHidden()

    def fold(self) -> None:
        """Hides the fields of how it is explored: what was found needs the room."""
        self._view.plan.hide()
        self.acts.refresh()

    @action(
        "Plan",
        key="plan",
        icon="settings",
        tip="Show how it is explored: deviations, time, seed, faults; again to hide that",
        checked=lambda own: own.unfolded,
        group=2,
    )
    def show_plan(self) -> None:
        """Shows the fields of how it is explored, or hides them."""
        self._view.plan.setVisible(not self.unfolded)
        self.acts.refresh()

    @action(
        "Since when a condition …",
        key="since",
        icon="hourglass",
        tip="Type a condition, and find the first commit of the store behind which it did not hold",
        group=2,
    )
    def since(self) -> None:
        """Asks since when a condition does not hold in the project's own store."""
        open_since(self._view, self._view.desk)

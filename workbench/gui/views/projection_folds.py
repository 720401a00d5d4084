"""Folds a read model by hand: compares its rows with the log or with rebuilt ones, and steps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.actions import Actions, action
from workbench.gui.views.folded_dialog import FoldedDialog
from workbench.gui.views.step_dialog import StepDialog

if TYPE_CHECKING:
    from workbench.gui.views.projections_view import ProjectionsView


class ProjectionFolds:
    """Offers it on the view of read models."""

    def __init__(self, view: ProjectionsView) -> None:
        self.view = view
        self.acts = Actions(self, view)
        self.acts.offer()
        view.detail.rebuild_wanted.connect(self.acts["rebuild_beside"].do)

    def read_only(self) -> str:
        """Returns why nothing can be changed here; empty where it can."""
        return self.view.read_only()

    def _by_hand(self) -> str:
        name = self.view.picker.currentText()
        model = self.view.desk.workspace.registry.projections.get(name)
        if model is None:
            return "No read model is chosen"
        return "Handlers write its rows: there is no fold of them" if model.by_handlers else ""

    @action(
        "Fold again and compare …",
        icon="diff",
        tip="Show the rows as of any position or time, beside those that are stored",
        about=lambda own: own.view.picker.currentText(),
    )
    def compare(self) -> None:
        """Shows the rows as the log makes them up to any position or time, beside those that are stored."""
        dialog = FoldedDialog(self.view, self.view.desk, self.view.shown())
        dialog.rebuild_wanted.connect(self.view.rebuild_rows)
        dialog.open()

    @action(
        "Step through its events …",
        icon="step",
        tip="Fold one event after the other, and see the rows before and after it",
        why=_by_hand,
        about=lambda own: own.view.picker.currentText(),
    )
    def step(self) -> None:
        """Shows each event, and the rows that it changed."""
        StepDialog(self.view, self.view.desk, self.view.shown()).show()

    @action(
        "Rebuild to compare",
        icon="projection",
        tip="Rebuild all rows beside the live ones, which stay until you switch to the new ones",
        writes=True,
        why=_by_hand,
        about=lambda own: own.view.picker.currentText(),
    )
    def rebuild_beside(self) -> None:
        """Rebuilds the rows beside the live ones, to look at both (J10)."""
        self.view.banner.rebuild_beside()

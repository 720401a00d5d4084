"""The lists of what was explored: scenarios, ends with their shares, invariants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from workbench.gui.layouts import in_column, in_panes
from workbench.gui.paged_model import ListSource
from workbench.gui.table import FastTableView
from workbench.gui.views.explore_lists import (
    ENDS,
    INVARIANTS,
    SCENARIOS,
    end_rows,
    invariant_rows,
    scenario_rows,
)

if TYPE_CHECKING:
    from workbench.services.worlds.explored import Exploration


class ExploreTables(QWidget):
    """Three lists, below each other or, where the view is narrow, beside each other.

    Signals:
        scenario_chosen: The number of one that was explored, from 0.
        end_chosen: The choices of a schedule that ended so.
        invariant_chosen: Its name.
    """

    scenario_chosen = Signal(int)
    end_chosen = Signal(object)
    invariant_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.scenarios, self.ends = FastTableView(SCENARIOS), FastTableView(ENDS)
        self.invariants = FastTableView(INVARIANTS)
        for table, name in (
            (self.scenarios, "Explored scenarios"),
            (self.ends, "Ends with their shares"),
            (self.invariants, "Invariants"),
        ):
            table.setAccessibleName(name)
        self.ends.set_empty("No end yet", "Start, and each different end stands here with its share.")
        self.scenarios.row_chosen.connect(lambda row: self.scenario_chosen.emit(row[3]))
        self.ends.row_chosen.connect(lambda row: self.end_chosen.emit(row[4]))
        self.invariants.row_chosen.connect(lambda row: self.invariant_chosen.emit(row[0]))
        way, parts = Qt.Orientation.Vertical, ((self.scenarios, 2), (self.ends, 3), (self.invariants, 3))
        self.panes = in_panes(way, *parts, name="explore-lists")
        in_column(self.panes, of=self, margins=0)

    def stand(self, *, beside: bool) -> None:
        """Stands the lists beside or below each other; there the words of an end get all the room."""
        self.panes.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        self.ends.setColumnHidden(1, not beside)

    def show_explored(
        self,
        explored: Sequence[tuple[Exploration, bool]],
        at: int,
        one: Exploration | None,
        names: Sequence[str],
        *,
        duplicates: bool,
    ) -> None:
        """Shows how it stands.

        Args:
            explored: With whether each is over.
            at: The number of the one that is chosen.
            one: That one; None while there is none.
            names: Of the invariants of the model.
            duplicates: Whether deliveries may come twice.
        """
        self.scenarios.refresh(ListSource(scenario_rows(explored), lambda row: row[3]))
        self.scenarios.choose_key(at)
        rows = end_rows(one) if one is not None else []
        self.ends.refresh(ListSource(rows, lambda row: row[4]))
        self.invariants.refresh(ListSource(invariant_rows(names, one, duplicates=duplicates)))

"""What no scenario tries yet: commands, the events that they lead to, and why they are refused."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.widgets import ElidedLabel
from workbench.services.scenarios.coverage import Try, summary

COLUMNS = (
    TableColumn("Tried", width=96, badge={True: ("ok", "tried"), False: ("warning", "not yet")}.get),
    TableColumn("What", width=200, stretch=True),
)
KINDS = {"command": "command", "event": "event", "refusal": "refusal"}


class UntriedList(QWidget):
    """A line each, what is not tried first.

    Signals:
        wanted: A `Try` of which a scenario is to be written.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.summary = ElidedLabel("muted")
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("What scenarios try")
        self.table.set_empty("Nothing to try", "The model has no commands.")
        self.acts = Actions(self, self)
        in_column(self.summary, (self.table, 1), of=self, margins=(0, 4, 0, 0), spacing=4)
        self.setFocusProxy(self.table)
        self.acts.offer()

    def show_tries(self, found: Sequence[Try]) -> None:
        """Shows what can be tried, and whether it is."""
        said = (summary(found, kind, word) for kind, word in KINDS.items())
        self.summary.setText(", ".join(one for one in said if one))
        rows = [(one.tried, one.words, one) for one in sorted(found, key=lambda one: one.tried)]
        self.table.refresh(ListSource(rows, lambda row: (row[2].kind, row[1])))

    @action("Write a scenario of it", icon="plus", on="table", default=True)
    def write(self, rows: ChosenRows) -> None:
        """Has a scenario written that tries it."""
        self.wanted.emit(rows.row[2])

"""The operations log: what operators did, when, on how many things, and its undo."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.filter_row import FilterRow, rows_with
from workbench.gui.layouts import in_column, in_row
from workbench.gui.news_strip import NewsStrip
from workbench.gui.paged_model import ListSource, Row, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import SHORT_WIDTH, absolute, short
from workbench.gui.widgets import ElidedLabel
from workbench.model.counts import counted
from workbench.model.operator_acts import undo_said

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.services.operations_log import LoggedAct

CAN = undo_said("")


def _pill(why: str) -> tuple[str, str]:
    return ("ok", why) if why == CAN else ("neutral", undo_said(why))


COLUMNS = (
    TableColumn("When", width=SHORT_WIDTH, mono=True, text=short, tip=absolute, zoned=True),
    TableColumn("What", width=112),
    TableColumn("On", width=116),
    TableColumn(
        "Count",
        width=58,
        mono=True,
        align_right=True,
        text=lambda count: f"{count:,}" if count else "",
        about="On how many it took effect so far: a job that is under way counts on",
    ),
    TableColumn("Undo", width=264, badge=_pill),
    TableColumn("Who", width=56),
    TableColumn("Detail", width=80, stretch=True),
)
WHY, NUMBER = 4, 7


class OperationList(QWidget):
    """A table of operators' acts with a filter, and a button that undoes the chosen one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._stale, self._wanted = True, 0
        self.filter = FilterRow("operations")
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Operations")
        self.news = NewsStrip(self.table)
        self.said = ElidedLabel("muted")
        self.acts = Actions(self, self)
        foot = in_row((self.said, 1), self.acts.button("undo-this"))
        in_column(self.filter, (self.table, 1), foot, of=self, margins=(8, 4, 8, 4), spacing=4)
        self._reading = Question(self, desk, self._show, self.table.fail)
        desk.changed.connect(self._changed)
        self.filter.settled.connect(lambda _words: self._ask(again=True))
        self.table.row_chosen.connect(lambda _row: self.acts.refresh())
        self.acts.offer()

    def _changed(self, changes: Changes) -> None:
        self._stale |= changes.operations or changes.dead_letters or changes.everything
        self._ask()

    def _ask(self, *, again: bool = False) -> None:
        """Reads the acts again, if they changed, or others are wanted, and they are seen."""
        if (self._stale or again) and self.isVisible():
            self._stale, words = False, self.filter.asked()
            self._reading.ask(partial(self._read, words), words)

    def _read(self, words: str) -> tuple[ListSource, int, str]:
        """Returns the rows that fit, and of how many; there can be many, so not on the loop (V4)."""
        takes_time()
        rows = ListSource([_row(one) for one in self.desk.workspace.operations.list()], itemgetter(NUMBER))
        return rows_with(words, rows, COLUMNS), rows.count(), words

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def choose(self, number: int) -> None:
        """Chooses an act, as soon as it is listed."""
        self._wanted = number
        self.filter.clear()
        self._choose_wanted()

    def _choose_wanted(self) -> None:
        if self._wanted and self.table.choose_key(self._wanted):
            self._wanted = 0
            self.acts.refresh()

    def _show(self, answer: tuple[ListSource, int, str]) -> None:
        found, total, words = answer
        self.news.refresh(found, words)
        self.filter.show_count(found.count(), total)
        self.said.setText(counted(total, "operation"))
        if words:
            self.table.set_empty("No operation fits", f"All of them were searched for “{words}”.")
        else:
            self.table.set_empty("No operations yet", "Pauses, replays and purges are noted here.")
        self._choose_wanted()
        self.acts.refresh()

    def read_only(self) -> str:
        """Returns why nothing can be changed here."""
        return self.desk.read_only()

    @action(
        "Undo this",
        key="undo-this",
        icon="undo",
        keys="U",
        tip="Undo the chosen operation, as far as nothing has changed since",
        on="table",
        writes=True,
        why=lambda _list, rows: "" if rows.row[WHY] == CAN else f"It cannot be undone: {rows.row[WHY]}",
    )
    def undo(self, rows: ChosenRows) -> None:
        """Undoes the chosen act."""
        self.desk.undo.undo(rows.row[NUMBER])


def _row(one: LoggedAct) -> Row:
    of = one.of
    return of.at, of.action, of.subject, of.count, one.why_not or CAN, of.who, of.detail, of.number

"""What scenarios try of the model, and what of it ever happened in the store; gaps get a scenario."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QProgressBar, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.chooser import Chooser
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource
from workbench.gui.reads import takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.view import View
from workbench.gui.views.coverage_list import COLUMNS, MISTAKEN, SHOWN, TITLES, is_shown, rows_of, titles_of
from workbench.gui.views.gap_writing import write_scenario_of
from workbench.gui.widgets import ElidedLabel, SearchBox, plain_label, show_words
from workbench.model.counts import counted
from workbench.model.text_folding import folded
from workbench.services.scenarios.coverage import ModelCoverage, coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.model.registry import Registry
    from workbench.project.scenarios import UnreadScenario
    from workbench.services.scenarios.coverage import Run, Try

WORDS = 700
"""Pixels of width from which on buttons have words; below, their tool tips say them."""
NONE_CHOSEN = "Choose a line", "The scenarios that try it stand here then."
NOT_TRIED = "No scenario tries it", "Enter on the line above writes one."


class CoverageView(View):
    """A line for each outcome of a command and each branch of what reacts, the exceptions coloured."""

    key = "coverage"
    title = "Coverage"
    icon_name = "check"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._verdicts = desk.workspace.scenarios
        self._found: ModelCoverage | None = None
        self._looked = False
        self.summary, self.looked = plain_label(role="heading"), ElidedLabel("muted")
        self.share = QProgressBar()
        self.share.setTextVisible(False)
        self.share.setMaximumSize(160, 6)
        self.share.setAccessibleName("Part that scenarios try")
        self.which = Chooser()
        self.which.setAccessibleName("What is listed")
        self.which.show_choices(SHOWN)
        self.which.currentIndexChanged.connect(lambda _at: self._list())
        self.filter = SearchBox("Filter by name or words")
        self.filter.settled.connect(lambda _text: self._list())
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("What scenarios try")
        self.table.set_empty("Nothing to try", "The model has no commands, policies, processes or handlers.")
        self.table.row_chosen.connect(lambda _row: self._show_chosen())
        self._reading = self.question(self._show, self.table.fail)
        self._compose()
        self.acts.offer()
        self.destroyed.connect(self._verdicts.listen(self._told))

    def _compose(self) -> None:
        self.words, below = plain_label(wrap=True), QWidget()
        self.titles = FastTableView(TITLES)
        self.titles.setAccessibleName("Scenarios that try it")
        in_column(self.words, (self.titles, 1), of=below, margins=(0, 4, 0, 0), spacing=4)
        panes = in_panes(Qt.Orientation.Vertical, (self.table, 4), (below, 1), name="coverage")
        panes.setSizes([460, 120])
        self.buttons = [self.acts.button("write", primary=True), self.acts.button("run")]
        head = in_row(self.summary, self.share, (self.looked, 1), *self.buttons, spacing=8)
        line = in_row(self.which, (self.filter, 1), spacing=6)
        in_column(head, line, (panes, 1), of=self, margins=(8, 6, 8, 8), spacing=6)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        show_words(self.buttons, shown=self.width() >= WORDS)
        self.share.setVisible(self.width() >= WORDS)

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        return bool(
            changes.head or changes.commands or changes.dead_letters or changes.model or changes.everything
        )

    # -- what there is --------------------------------------------------------------------------------------

    @override
    def refresh(self) -> None:
        """Counts what came since; the first time it has the scenarios read."""
        if not self._looked:
            self._looked = True
            self.desk.run(self._verdicts.look(), "Read the scenarios")
        runs, unread = self._verdicts.runs(), self._verdicts.unread()
        self._reading.ask(partial(self._read, self.desk.workspace.registry, runs, unread))

    def _told(self) -> None:
        if not self.isVisible():
            self._stale = True
        elif not self._verdicts.busy:
            self.refresh()
        self.acts.refresh()

    def _read(
        self, registry: Registry, runs: Sequence[Run], unread: Sequence[UnreadScenario]
    ) -> ModelCoverage:
        takes_time()
        deeds = self.desk.workspace.deeds.read(lambda _done, _of: not self.desk.closed)
        return coverage(registry, runs, deeds.times(), deeds.upto, unread)

    def _show(self, found: ModelCoverage) -> None:
        self._found = found
        never = len(found.never())
        gaps = f", {counted(found.gaps, 'gap')}" if found.gaps else ""
        self.summary.setText(f"{found.tried:,} of {len(found.tries):,} tried{gaps}")
        self.share.setRange(0, max(1, len(found.tries)))
        self.share.setValue(found.tried)
        tally = self._verdicts.tally()
        wrong = counted(tally.mistakes, "mistake")
        said = [
            f"{wrong} in scenarios, which do not load" if tally.mistakes else "",
            f"{never:,} never happened either" if never and found.upto else "",
            f"the store up to position {found.upto:,}" if found.upto else "nothing is stored yet",
            f"{counted(tally.unsure, 'scenario')} not run: what they expect counts" if tally.unsure else "",
        ]
        self.looked.setText(", ".join(one for one in said if one))
        self._list()

    def _list(self) -> None:
        words = folded(self.filter.text()).split()
        rows = [
            row
            for row in (rows_of(self._found) if self._found is not None else ())
            if is_shown(row, str(self.which.currentData() or ""))
            and all(word in folded(f"{row[1]} {row[2]}") for word in words)
        ]
        self.table.refresh(ListSource(rows, lambda row: row[1:3]))
        self._show_chosen()

    def _show_chosen(self) -> None:
        row = self.table.current_row()
        one: Try | None = row[5] if row is not None else None
        self.words.setText(f"{row[1]} {row[2]}" if row is not None else "")
        self.titles.set_empty(*(NONE_CHOSEN if row is None else NOT_TRIED))
        self.titles.refresh(
            ListSource(list(titles_of(one)) if one is not None else [], lambda each: each[:2])
        )
        self.acts.refresh()

    # -- what can be done -----------------------------------------------------------------------------------

    def _no_write(self, rows: ChosenRows | None) -> str:
        if rows is None:
            return "Choose a line"
        return "" if rows.row[5] is not None else "Read it in a read model or a policy, on the board"

    def _written(self, rows: ChosenRows | None) -> tuple[str, str]:
        wrong = rows is not None and rows.row[0] == MISTAKEN
        return ("Show the mistake", "code") if wrong else ("Write a scenario of it", "plus")

    @action(
        "Write a scenario of it",
        key="write",
        icon="plus",
        tip="Write a scenario that comes to it, and open it: recorded where it happened, else drafted",
        on="table",
        default=True,
        look=_written,
        why=_no_write,
    )
    def write(self, rows: ChosenRows) -> None:
        """Writes a scenario that tries what is chosen, and opens it; where one does not load, shows why."""
        one: Try = rows.row[5]
        if rows.row[0] == MISTAKEN:
            self._show_mistake(one.unread[0])
            return
        self.desk.run(write_scenario_of(self, self.desk, one, self._file_of(one)), "Write a scenario")

    def _file_of(self, one: Try) -> str:
        """Returns the file in which most scenarios of the same command or consumer stand, else of all."""
        tries = self._found.tries if self._found is not None else ()
        own = [each for each in tries if each.doer == one.doer and each.tried]
        files = [title.partition(": ")[0] for each in own or tries for title in each.scenarios]
        return max(files, key=files.count, default="")

    @action("Open the scenario", keys="O", icon="scenario", on="titles")
    def open_scenario(self, rows: ChosenRows) -> None:
        """Shows a scenario that tries what is chosen; of one that does not load the line with the mistake."""
        if rows.row[2] is not None:
            self._show_mistake(rows.row[2])
            return
        file, _, name = str(rows.row[1]).partition(": ")
        self.desk.scenario = (file, name)
        self.desk.wanted.emit("scenarios")
        self.desk.scenario = ("", "")

    def _show_mistake(self, one: UnreadScenario) -> None:
        self.desk.text_wanted.emit(one.problem.file, one.problem.line)

    def _no_run(self) -> str:
        if self._verdicts.busy:
            return "Scenarios are running"
        return "" if self._verdicts.tally().unsure else "All scenarios were run on the model as it is"

    @action(
        "Run the scenarios",
        key="run",
        icon="play",
        tip="Run those that were not run as they are",
        why=_no_run,
    )
    def run_scenarios(self) -> None:
        """Runs the scenarios of which it is not known to what they come."""
        due = [one.title for one in self._verdicts.all() if not self._verdicts.holds(one)]
        self._verdicts.run(due)

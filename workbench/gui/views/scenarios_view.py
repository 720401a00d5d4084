"""The project's scenarios: run one or all, and see what was expected beside what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.opened_file import open_file
from workbench.gui.paged_model import ListSource, Row
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.view import View
from workbench.gui.views.scenario_detail import ScenarioDetail
from workbench.gui.views.scenario_lines import COLUMNS, ScenarioLine, entries_of, row_of
from workbench.gui.views.scenario_text import drafted_files
from workbench.gui.views.scenario_writing import ScenarioWriting
from workbench.gui.widgets import (
    Badge,
    SearchBox,
    show_words,
)
from workbench.model.text_folding import folded
from workbench.project.scenarios import FOLDER, ScenarioFile

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.scenarios.scenario_status import ScenarioRun

NARROW = 700
"""Below this width in pixels the panes stand below each other."""
TIGHT = 460
"""Below this width the buttons show no words, and the list only states and sentences."""
HINT = (
    f"A scenario says what was given, what is done and what must follow; it stands in {FOLDER}/*.tsk. "
    "Choose an event in the timeline and record the first one from it."
)


class ScenariosView(View):
    """Lists, runs and explains the scenarios of the project's files."""

    key = "scenarios"
    title = "Scenarios"
    icon_name = "scenario"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._verdicts = desk.workspace.scenarios
        self._entries: list[ScenarioLine] = []
        self._listed: list[ScenarioLine] = []
        self._files: tuple[ScenarioFile, ...] = ()
        self._asked_to_run = False
        self._looked = False
        self._went_to = self._shown = ""
        self._drafted = drafted_files(desk)
        self._fill_page()
        self.acts.offer()
        self.new = self.writing.acts.button("new")
        self._buttons.insertWidget(0, self.new)
        self.table.head.columns_reset.connect(self._leave_out)
        desk.wanted.connect(self._wanted)
        desk.drafted.connect(self._show_drafts)
        self.destroyed.connect(self._verdicts.listen(self._told))

    # -- parts --------------------------------------------------------------------------------------------

    def _fill_page(self) -> None:
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Scenarios that were run")
        self.progress.setFormat("%v of %m")
        self.progress.hide()
        self.summary = Badge("neutral", "")
        bar = in_row(self.summary, (self.progress, 1), 1)
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Scenarios")
        self.table.set_multi()
        self.table.row_chosen.connect(lambda _row: self._show())
        self.writing = ScenarioWriting(self.desk, self, self.table)
        self.detail = ScenarioDetail(self.desk, self.writing)
        for key in ("undo", "redo"):  # a step that is done in its lines is taken back there, too
            self.detail.steps.table.addAction(self.writing.acts[key])
        self.detail.steps.asking.connect(lambda asks: self.table.setHidden(asks and self.width() < NARROW))
        self.panes = in_panes(Qt.Orientation.Horizontal, (self.table, 5), (self.detail, 6), name="scenarios")
        self.panes.setSizes([500, 600])
        in_column(self._bar(), bar, (self.panes, 1), of=self, margins=(8, 6, 8, 8), spacing=6)

    def _bar(self) -> QHBoxLayout:
        self.run_all = self.acts.button("run-all", primary=True)
        self.run_chosen, self.stop = self.acts.button("run-chosen"), self.acts.button("stop_running")
        self.filter = SearchBox("Filter scenarios")
        self.filter.settled.connect(lambda _text: self._narrow())
        bar = in_row(self.run_all, self.run_chosen, self.stop, spacing=4)
        bar.addSpacing(6)
        bar.addWidget(self.filter, 1)
        self._buttons = bar
        return bar

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.panes.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        self._leave_out()
        show_words((self.new, self.run_all, self.run_chosen, self.stop), shown=self.width() >= TIGHT)

    def _leave_out(self) -> None:
        room = self.width() if self.width() < NARROW else self.width() * 5 // 11
        for column in (2, 3):
            self.table.setColumnHidden(column, room < TIGHT - 30)

    # -- what there is --------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.model

    def _wanted(self, key: str) -> None:
        """Goes to the scenario that was written elsewhere, else to one that does not pass."""
        if key != self.key:
            return
        file, name = self.desk.scenario
        title = f"{file}: {name}"
        if name and title != self._went_to:
            self._went_to = self.writing.wanted = title
            self.table.choose_key(title)
        elif self._verdicts.tally().failed:
            self._to_first_failure()
        self._show()
        if name and title in {self._went_to, self.writing.wanted}:  # what is next is done in its lines
            self.detail.tabs.setCurrentWidget(self.detail.steps)
            self.take_keyboard(self.detail.steps.table)
        self._look()

    def _look(self) -> None:
        self._looked = True
        self.desk.run(self._verdicts.look(), "Read the scenarios")

    def _told(self) -> None:
        if not self.isVisible():
            self._stale = True
        elif self._verdicts.trouble or self._files is not self._verdicts.files:
            self.refresh()
        else:
            self._fill()
            self._show_progress()
            self._show()

    @override
    def refresh(self) -> None:
        """Shows the scenarios and their verdicts as they are now; the first time it has them read."""
        if not self._looked:
            self._look()
        if self._verdicts.trouble:
            said = self._verdicts.trouble
            self._say_nothing("There is no model to run", f"{said[0].upper()}{said[1:]}.")
            return
        self.writing.follow()
        before = {entry.title for entry in self._entries}
        self._files = self._verdicts.files
        self._entries = [entry for file in self._files for entry in entries_of(file)]
        if not self._entries and not self.detail.keeps():
            self._say_nothing("No scenarios yet", HINT)
            return
        self.table.set_empty("Nothing fits", "No scenario has these words in its sentence or its file.")
        self.detail.show()
        at = self.table.currentIndex().row()
        self._list()
        wanted = self.writing.wanted or (self._shown if self._current() is None else "")
        new = [entry for entry in self._listed if entry.title == wanted]
        new = new or [entry for entry in self._listed if entry.title not in before]
        if not before or len(new) == 1:
            self.table.choose_index(self._listed.index(new[0]) if new else 0)
            self._went_to, self.writing.wanted = self.writing.wanted or self._went_to, ""
        elif self._listed and self._current() is None and not self.detail.keeps():
            self.table.choose_index(min(max(0, at), len(self._listed) - 1))
        self._show_progress()
        self._show()

    def _say_nothing(self, title: str, hint: str) -> None:
        """Says why none is listed; the keyboard stays in the list, where one is made and undone."""
        self.table.set_empty(title, hint, "Show the timeline", self._to_timeline)
        self.detail.hide()
        self._entries = []
        self._list()
        self._show_progress()

    def _to_timeline(self) -> None:
        self.desk.wanted.emit("timeline")

    def _narrow(self) -> None:
        self._list()
        if self.table.current_row() is None:
            self.table.choose_index(0)
            self._show()

    def _list(self) -> None:
        words = folded(self.filter.text()).split()
        self._listed = [
            one for one in self._entries if all(word in folded(f"{one.title} {one.name}") for word in words)
        ]
        self._fill()
        self._show()

    def _fill(self) -> None:
        rows = [self._row(entry) for entry in self._listed]
        self.table.refresh(ListSource(rows, lambda row: row[4].title))
        self._summarize()

    def _row(self, entry: ScenarioLine) -> Row:
        verdict = self._verdict(entry)
        running = entry.scenario is not None and entry.title == self._verdicts.running
        result = verdict.result if verdict is not None else None
        drafted = entry.file.name in self._drafted
        return row_of(entry, result, old=self._is_old(entry), running=running, drafted=drafted)

    def _show_drafts(self) -> None:
        """Says which files have a text that is typed and not written."""
        before, self._drafted = self._drafted, drafted_files(self.desk)
        if self._drafted != before:
            self._fill()
            self.detail.show_place()

    def _verdict(self, entry: ScenarioLine) -> ScenarioRun | None:
        return self._verdicts.of(entry.scenario) if entry.scenario is not None else None

    def _is_old(self, entry: ScenarioLine) -> bool:
        return entry.scenario is not None and not self._verdicts.holds(entry.scenario)

    def _summarize(self) -> None:
        tally = self._verdicts.tally()
        self.summary.set("neutral" if tally.role == "muted" else tally.role, tally.said)

    # -- what is chosen -------------------------------------------------------------------------------------

    def _current(self) -> ScenarioLine | None:
        row = self.table.current_row()
        return row[4] if row is not None else None

    def _show(self) -> None:
        """Shows the chosen scenario, its verdict and its text."""
        entry = self._current()
        self._shown = entry.title if entry is not None else self._shown
        verdict = self._verdict(entry) if entry is not None else None
        self.detail.show_entry(entry, verdict, old=entry is not None and self._is_old(entry))

    @action("Show its text", icon="code", on="table", default=True, group=1)
    def show_text(self, _rows: ChosenRows | None = None) -> None:
        """Shows the text of the file at the scenario's place."""
        self.detail.show_text()

    # -- running --------------------------------------------------------------------------------------------

    def _runs(self) -> str:
        return "Scenarios are running" if self._verdicts.busy else ""

    def _no_run(self, rows: ChosenRows) -> str:
        one_fits = len(rows.keys) > 1 or rows.row[4].scenario is not None
        return self._runs() or ("" if one_fits else "Its file has mistakes")

    @action(
        "Run",
        key="run-chosen",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="step",
        tip="Run the chosen scenarios",
        on="table",
        why=_no_run,
    )
    def run_selected(self, rows: ChosenRows) -> None:
        """Runs the chosen scenarios."""
        self.run([entry for entry in self._listed if entry.title in rows.keys])

    def _no_run_here(self) -> str:
        entry = self._current()
        if entry is None:
            return "No scenario is chosen"
        return self._runs() or ("" if entry.scenario is not None else "Its file has mistakes")

    @action("Run this scenario", keys="Ctrl+R", icon="step", tip="Run what is shown", why=_no_run_here)
    def run_shown(self) -> None:
        """Runs the scenario that is shown, wherever in this view the keyboard is."""
        self.run([entry for entry in [self._current()] if entry is not None])

    @action("Run all", key="run-all", icon="play", tip="Run every scenario of the project", why=_runs)
    def run_everything(self) -> None:
        """Runs every scenario."""
        self.run(self._entries)

    @action(
        "Stop",
        icon="stop",
        tip="Stop after the running scenario",
        why=lambda view: "" if view.busy else "No scenario is running",
    )
    def stop_running(self) -> None:
        """Lets the running scenario end, and begins no further one."""
        self._verdicts.stop()

    @property
    def busy(self) -> bool:
        """Whether scenarios are running."""
        return self._verdicts.busy

    def _no_exploring(self, rows: ChosenRows) -> str:
        one = rows.row[4].scenario
        return "Its file has mistakes" if one is None else str(one.fixed)

    @action(
        "Explore its orders",
        keys="E",
        icon="split",
        tip="Look for an order of its steps and deliveries in which it goes wrong",
        on="table",
        why=_no_exploring,
    )
    def explore(self, rows: ChosenRows) -> None:
        """Shows the view that explores, with this scenario."""
        self.desk.explore_wanted.emit(rows.row[4].scenario.title, "")

    @action("Only this file", icon="filter", on="table", group=1)
    def narrow(self, rows: ChosenRows) -> None:
        """Lists the scenarios of the same file alone."""
        self.filter.setText(rows.row[4].file.name)

    @action("Open the file", icon="external", on="table", group=1)
    def open_file(self, rows: ChosenRows) -> None:
        """Opens the file in the editor that the system has for it."""
        open_file(self, rows.row[4].file.path)

    def run(self, entries: Sequence[ScenarioLine]) -> None:
        """Runs scenarios, one after the other; their results show as they come."""
        self._asked_to_run = not self._verdicts.busy
        self._verdicts.run(entry.title for entry in entries if entry.scenario is not None)

    def _show_progress(self) -> None:
        busy = self._verdicts.busy
        done, total = self._verdicts.progress
        self.progress.setVisible(busy)
        self.progress.setRange(0, max(1, total))
        self.acts.refresh()
        if self._asked_to_run and not busy:
            self._asked_to_run = False
            self._to_first_failure()
        self.progress.setValue(done)

    def _to_first_failure(self) -> None:
        """Goes to a scenario that did not pass, unless one is chosen already."""
        bad = [
            number
            for number, entry in enumerate(self._listed)
            if (verdict := self._verdict(entry)) is not None and not verdict.result.passed
        ]
        current = self._current()
        if bad and (current is None or self._listed.index(current) not in bad):
            self.table.choose_index(bad[0])

"""The project's scenarios: run one or all, and see what was expected beside what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSplitter,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workbench.errors import WorkbenchError
from workbench.gui.desk import Desk
from workbench.gui.paging import ListSource
from workbench.gui.table import FastTableView
from workbench.gui.view import View
from workbench.gui.views.scenario_list import COLUMNS, Entry, entries_of, row_of
from workbench.gui.views.scenario_result import ResultView
from workbench.gui.views.scenario_text import FileText
from workbench.gui.widgets import (
    Badge,
    ElidedLabel,
    EmptyState,
    SearchBox,
    plain_label,
    show_words,
    toolbar_button,
)
from workbench.model.scenarios import ScenarioResult, Verdict
from workbench.model.searching import folded
from workbench.project.scenarios import FOLDER
from workbench.services.scenarios import Scenarios

if TYPE_CHECKING:
    from workbench.model.changes import Changes

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
        self._service = Scenarios(desk.workspace.project, desk.workspace.clock)
        self._entries: list[Entry] = []
        self._listed: list[Entry] = []
        self._results: dict[str, ScenarioResult] = {}
        self._running = ""
        self._cancel: asyncio.Event | None = None
        self._pages = QStackedLayout(self)
        self._nothing = QVBoxLayout()
        holder = QWidget()
        holder.setLayout(self._nothing)
        self._pages.addWidget(holder)
        self._pages.addWidget(self._page())
        desk.wanted.connect(self._wanted)

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(8, 6, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(self._bar())
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Scenarios that were run")
        self.progress.setFormat("%v of %m")
        self.progress.hide()
        self.summary = Badge("neutral", "")
        standing = QHBoxLayout()
        standing.addWidget(self.summary)
        standing.addWidget(self.progress, 1)
        standing.addStretch(1)
        layout.addLayout(standing)
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Scenarios")
        self.table.set_multi()
        self.table.set_empty("Nothing fits", "No scenario has these words in its sentence or its file.")
        self.table.row_chosen.connect(lambda _row: self._show())
        self.table.row_activated.connect(lambda _row: self.show_text())
        self.panes.addWidget(self.table)
        self.panes.addWidget(self._detail())
        self.panes.setStretchFactor(0, 5)
        self.panes.setStretchFactor(1, 6)
        self.panes.setSizes([500, 600])
        self.panes.setChildrenCollapsible(False)
        layout.addWidget(self.panes, 1)
        return page

    def _bar(self) -> QHBoxLayout:
        self.run_all = toolbar_button("Run all", "play", "Run every scenario of the project", primary=True)
        self.run_chosen = toolbar_button("Run", "step", "Run the chosen scenarios")
        self.stop = toolbar_button("Stop", "stop", "Let the running scenario end, begin no further one")
        self.stop.setEnabled(False)
        self.run_all.clicked.connect(lambda: self.run([one for one in self._entries if one.scenario]))
        self.run_chosen.clicked.connect(lambda: self.run(self._chosen()))
        self.stop.clicked.connect(self._stop)
        self.filter = SearchBox("Filter scenarios")
        self.filter.settled.connect(lambda _text: self._narrow())
        bar = QHBoxLayout()
        bar.setSpacing(4)
        for widget in (self.run_all, self.run_chosen, self.stop):
            bar.addWidget(widget)
        bar.addSpacing(6)
        bar.addWidget(self.filter, 1)
        return bar

    def _detail(self) -> QWidget:
        self.name = ElidedLabel("heading")
        self.place = plain_label("", "muted")
        self.result = ResultView()
        self.text = FileText()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.result, "Result")
        self.tabs.addTab(self.text, "Text")
        detail = QWidget()
        layout = QVBoxLayout(detail)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.name)
        layout.addWidget(self.place)
        layout.addWidget(self.tabs, 1)
        return detail

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.panes.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        room = self.width() if narrow else self.width() * 5 // 11
        for column in (2, 3):
            self.table.setColumnHidden(column, room < TIGHT - 30)
        show_words((self.run_all, self.run_chosen, self.stop), shown=self.width() >= TIGHT)

    # -- what there is --------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.model

    def _wanted(self, key: str) -> None:
        if key == self.key and self._cancel is None:
            self.refresh()

    @override
    def refresh(self) -> None:
        """Reads the files again; results of scenarios that are as they were stay."""
        try:
            files = self._service.files()
        except WorkbenchError as error:
            self._say_nothing("There is no model to run", f"{error.message[0].upper()}{error.message[1:]}.")
            return
        before = {entry.title for entry in self._entries}
        self._entries = [entry for file in files for entry in entries_of(file)]
        if not self._entries:
            self._say_nothing("No scenarios yet", HINT)
            return
        self._results = {
            entry.title: result
            for entry in self._entries
            if (result := self._results.get(entry.title)) is not None and result.scenario == entry.scenario
        }
        self._pages.setCurrentIndex(1)
        self._list()
        new = [entry for entry in self._listed if entry.title not in before]
        if not before or len(new) == 1:
            self.table.choose_index(self._listed.index(new[0]) if new else 0)
        self._show()

    def _say_nothing(self, title: str, hint: str) -> None:
        while (item := self._nothing.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        wanted = self.desk.wanted
        self._nothing.addWidget(
            EmptyState("scenario", title, hint, "Show the timeline", lambda: wanted.emit("timeline"))
        )
        self._pages.setCurrentIndex(0)

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
        rows = [
            row_of(entry, self._results.get(entry.title), running=entry.title == self._running)
            for entry in self._listed
        ]
        self.table.refresh(ListSource(rows, lambda row: row[4].title))
        self._summarize()

    def _summarize(self) -> None:
        verdicts = [result.verdict for result in self._results.values()]
        bad = len(verdicts) - verdicts.count(Verdict.PASSED)
        mistakes = sum(1 for entry in self._entries if entry.scenario is None)
        total = len(self._entries) - mistakes
        parts = (
            [f"{verdicts.count(Verdict.PASSED):,} of {total:,} passed"]
            if verdicts
            else [f"{total:,} not run"]
        )
        parts += [f"{bad:,} failed"] if bad else []
        parts += [f"{mistakes:,} with mistakes"] if mistakes else []
        done = len(verdicts) == total and not mistakes
        kind = "error" if bad else "warning" if mistakes else "ok" if verdicts and done else "neutral"
        self.summary.set(kind, ", ".join(parts))

    # -- what is chosen -------------------------------------------------------------------------------------

    def _current(self) -> Entry | None:
        row = self.table.current_row()
        return row[4] if row is not None else None

    def _chosen(self) -> list[Entry]:
        return [row[4] for row in self.table.selected_rows() if row[4].scenario is not None]

    def _show(self) -> None:
        entry = self._current()
        self.run_chosen.setEnabled(self._cancel is None and entry is not None)
        self.name.setText(entry.name if entry is not None else "")
        self.place.setText(f"{entry.file.name}, line {entry.line:,}" if entry is not None else "")
        if entry is None:
            self.result.say()
            self.text.clear()
            return
        if (result := self._results.get(entry.title)) is not None:
            self.result.show_result(result)
        elif entry.scenario is not None:
            self.result.say("This scenario was not run yet.")
        else:
            self.result.say(*map(str, entry.file.problems))
        self.text.show_file(entry.file.path, entry.line)

    def show_text(self) -> None:
        """Shows the text of the file at the scenario's place."""
        self.tabs.setCurrentWidget(self.text)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- running --------------------------------------------------------------------------------------------

    def run(self, entries: Sequence[Entry]) -> None:
        """Runs scenarios, one after the other; their results show as they come."""
        if self._cancel is None and entries:
            self._cancel = asyncio.Event()
            self._started(len(entries))
            self.desk.run(self._run(entries, self._cancel), "Run scenarios")

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.set()

    async def _run(self, entries: Sequence[Entry], cancel: asyncio.Event) -> None:
        try:
            for number, entry in enumerate(entries):
                if cancel.is_set() or entry.scenario is None:
                    break
                self._running = entry.title
                self._fill()
                self._results[entry.title] = await self._service.run_one(entry.scenario)
                self.progress.setValue(number + 1)
                if entry == self._current():
                    self._show()
                await asyncio.sleep(0)
        finally:
            self._ended()

    def _started(self, count: int) -> None:
        self.progress.setRange(0, count)
        self.progress.setValue(0)
        self.progress.show()
        self.tabs.setCurrentWidget(self.result)
        self._enable(running=True)

    def _ended(self) -> None:
        self._cancel = None
        self._running = ""
        self.progress.hide()
        self._enable(running=False)
        self._fill()
        self._to_first_failure()
        self._show()

    def _to_first_failure(self) -> None:
        """Goes to a scenario that did not pass, unless one is chosen already."""
        bad = [
            number
            for number, entry in enumerate(self._listed)
            if (result := self._results.get(entry.title)) is not None and not result.passed
        ]
        current = self._current()
        if bad and (current is None or self._listed.index(current) not in bad):
            self.table.choose_index(bad[0])

    def _enable(self, *, running: bool) -> None:
        self.run_all.setEnabled(not running)
        self.run_chosen.setEnabled(not running)
        self.stop.setEnabled(running)

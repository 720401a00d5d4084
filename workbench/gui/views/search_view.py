"""One search over everything that is stored, narrowed by what it counts and by time, and acted on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.errors import WorkbenchError
from workbench.gui.actions import action
from workbench.gui.desk import Desk
from workbench.gui.layouts import Panes, join
from workbench.gui.paged_model import TableColumn
from workbench.gui.prepared_rows import PreparedRows, prepared
from workbench.gui.reads import takes_time
from workbench.gui.table import FastTableView
from workbench.gui.time_format import shown_zone
from workbench.gui.view import View
from workbench.gui.views.saved_list import SavedList
from workbench.gui.views.search_acts import SearchActs
from workbench.gui.views.search_bar import SearchBar
from workbench.gui.views.search_counts import Narrowing, SearchCounts, counts_of
from workbench.gui.views.search_facets import SearchFacets
from workbench.gui.views.search_histogram import SearchHistogram
from workbench.gui.views.search_rows import PLACE, RECORD, TIME, SearchRows, columns
from workbench.gui.views.search_start import SearchStart
from workbench.gui.views.search_task import SearchTask
from workbench.gui.views.search_told import failures_of, selection_of, timeless, told_of
from workbench.gui.widgets import ElidedLabel, plain_label, show_words
from workbench.model.counts import counted
from workbench.services.search.found import FoundList
from workbench.services.search.search_query import SearchQuery
from workbench.services.search.where_completions import where_completions

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from workbench.gui.table_selection import HeldRows
    from workbench.model.changes import Changes
    from workbench.services.design.completions import Completions
    from workbench.services.search.search import Search
    from workbench.services.search.search_run import SearchState
    from workbench.store.search_port import FoundRecord

OLD = "found by the search before"
COUNTED_MS = 500
"""Between two looks at what was found so far."""
NARROW, ROOMY, SIDE = 620, 720, 190
"""Pixels of the view below which what narrows the list stands on request only, and of the list below which it
has fewer columns; and of what narrows it."""


class SearchView(View):
    """Asks, shows how far the search is, what it found over time and by kind, and the records."""

    key = "search"
    title = "Search"
    icon_name = "search"
    asks_in = "bar"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asked = SearchQuery()
        self._found: FoundList | None = None
        self._counted = QElapsedTimer()
        self._rows: SearchRows | None = None
        self.task = SearchTask(self, desk)
        self._narrowing = self.question(self._show_list)
        self._counting = self.question(self._tell_news)
        self.bar = SearchBar(self._completions)
        self.facets, self.histogram = SearchFacets(), SearchHistogram()
        self.saved = SavedList(desk)
        self.start = SearchStart(desk)
        marks = TableColumn("What matched", width=240, stretch=True, marks=self._words)
        self.table = FastTableView(columns(marks), desk=desk)
        self.found_acts = SearchActs(self)
        self._build()
        self._connect()
        self.acts.offer()
        self.found_acts.acts.offer()
        self.progress.hide()
        self._show_results(False)

    def _completions(self, text: str, offset: int) -> Completions:
        return where_completions(self.desk.workspace.registry, text, offset)

    # -- parts --------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.table.setAccessibleName("Found records")
        self.table.set_multi()
        self.bar.add(self.acts.button("save"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 6)
        layout.setSpacing(6)
        layout.addWidget(self.bar)
        join(layout, self._status())
        self.split = Panes(Qt.Orientation.Horizontal, "search")
        self.split.addWidget(self._side())
        self.split.addWidget(self._results())
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([SIDE, 800])
        layout.addWidget(self.split, 1)

    def _status(self) -> QHBoxLayout:
        self.said, self.news = ElidedLabel("muted"), plain_label("", "warning")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setMaximumWidth(140)
        self.progress.setAccessibleName("How far the search is")
        self.stop, self.again_button = self.acts.button("cancel"), self.acts.button("again")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.progress)
        row.addWidget(self.said, 1)
        for widget in (self.news, self.stop, self.again_button, self.acts.button("toggle_side")):
            row.addWidget(widget)
        return row

    def _side(self) -> QWidget:
        self.side = QWidget()
        layout = QVBoxLayout(self.side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.facets, 3)
        layout.addWidget(self.saved, 1)
        self.side.setMinimumWidth(150)
        return self.side

    def _results(self) -> QWidget:
        self.count = ElidedLabel()
        self.clear_mark = self.acts.button("clear_time")
        self.letters_button = self.found_acts.acts.button("show-letters")
        self.export_button = self.found_acts.acts.button("export")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.count, 1)
        head.addWidget(self.clear_mark)
        head.addWidget(self.letters_button)
        head.addWidget(self.export_button)
        lists = QWidget()
        lower = QVBoxLayout(lists)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(4)
        join(lower, head)
        lower.addWidget(self.table, 1)
        self.found = Panes(Qt.Orientation.Vertical, "found")
        self.found.setChildrenCollapsible(False)
        self.found.addWidget(self.histogram)
        self.found.addWidget(lists)
        self.found.setStretchFactor(1, 1)
        right = QWidget()
        layout = QVBoxLayout(right)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.found, 1)
        layout.addWidget(self.start, 1)
        return right

    def _connect(self) -> None:
        self.bar.asked.connect(self._ask)
        self.bar.come_back.connect(self.show_query)
        self.bar.flawed.connect(self._tell_old)
        self.bar.flawed.connect(self.keep_typed)
        self.task.moved.connect(self._moved)
        self.task.failed.connect(self._stopped)
        self.facets.narrowed.connect(self._narrow)
        self.histogram.marked.connect(self._narrow)
        self.saved.chosen.connect(self.show_query)
        self.start.chosen.connect(self.show_query)
        self.table.row_chosen.connect(lambda row: self._select(row[RECORD]))

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.bar.words

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.head > 0 or changes.model or changes.everything

    @override
    def refresh(self) -> None:
        self.saved.refresh()
        state = self.task.state
        if state is not None and state.done and self._found is not None:
            self._counting.ask(lambda: (state, self.desk.workspace.search.news(state)), state.head)

    @override
    def renew(self) -> None:
        if self._asked != SearchQuery():
            self.again()

    def _tell_news(self, told: tuple[SearchState, int]) -> None:
        state, count = told
        if state is self.task.state:
            came = counted(count, "event or message", "events or messages")
            self.news.setText(f"stale: {came} came since" if count else "")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= NARROW
        self.side.setVisible(wide or self._side_wanted)
        room = self.width() - (0 if self.side.isHidden() else SIDE)
        self.table.setColumnHidden(TIME, room < ROOMY)  # what matched is seen rather than this: where stays
        self.table.setColumnHidden(PLACE, room < NARROW - 80)
        show_words((self.stop, self.again_button, self.letters_button, self.export_button), shown=wide)

    _side_wanted = False

    # -- asking -------------------------------------------------------------------------------------------

    def show_query(self, query: SearchQuery) -> None:
        """Asks something, as a person would."""
        self.bar.show_query(query)
        self._ask()

    def _ask(self) -> None:
        query = self.bar.query()
        if query == self._asked or self.bar.is_wrong:
            return
        self._asked = query
        self.facets.forget()
        self.histogram.clear_mark()
        if query == SearchQuery():
            self.task.cancel()
            self._show_results(False)
            return
        self._begin(query)

    def _tell_old(self, wrong: bool) -> None:
        """Says of what is listed that it is not what is asked, where that is wrong."""
        old = wrong and not self.found.isHidden()
        if old or self.news.text() == OLD:
            self.news.setText(OLD if old else "")

    def _begin(self, query: SearchQuery) -> None:
        try:
            terms = self.desk.workspace.search.read(query, shown_zone().zone)
        except WorkbenchError as error:
            self.bar.show_flaw(f"{error.message}{f': {error.hint}' if error.hint else ''}")
            return
        self.bar.show_flaw("")
        self.news.setText("")
        self._found = self._rows = None
        self.found_acts.whole = False
        self.table.set_source(SearchRows(self.desk.workspace.search, FoundList(()), None))
        self.table.set_empty("Searching …", "")
        self._counted.invalidate()
        self._show_results(True)
        self.task.begin(terms)
        self._refresh_acts()

    def _show_results(self, shown: bool) -> None:
        self.found.setVisible(shown)
        self.start.setVisible(not shown)
        self.facets.setVisible(shown)
        if not shown:
            self.said.setText("")
            self.news.setText("")
            self.progress.hide()
            self.start.refresh()
        self._refresh_acts()

    def _words(self) -> Sequence[str]:
        return self.task.state.wanted.words if self.task.state is not None else ()

    # -- showing ------------------------------------------------------------------------------------------

    def _moved(self, state: SearchState) -> None:
        self.progress.setVisible(not state.done)
        self.progress.setMaximum(max(1, state.total))
        self.progress.setValue(state.looked)
        self.said.setText(told_of(state))
        self.said.setToolTip(failures_of(state))
        if state.done:
            self._found = state.found
            if not state.cancelled:
                self.saved.note_seen(state)
        first = bool(state.count) and self.listed() is None
        if first or state.done or self._counted.hasExpired(COUNTED_MS) or not self._counted.isValid():
            self._narrow()
            self._counted.start()
        self._refresh_acts()

    def _stopped(self, error: Exception) -> None:
        self.progress.hide()
        self.said.setText(f"Stopped: {error}")
        self._refresh_acts()

    def _narrow(self) -> None:
        """Shows what is ticked and marked, of all that was found."""
        state = self.task.state
        if state is None:
            return
        since, until = self.histogram.stretch()
        narrowing = Narrowing(left_out=self.facets.left_out(), since=since, until=until)
        search, held = self.desk.workspace.search, self.table.held()
        self._narrowing.ask(partial(_narrowed, search, state, narrowing, held), (id(state.wanted), narrowing))

    def _show_counts(self, state: SearchState, counts: SearchCounts) -> None:
        self.histogram.show_bars(counts.bars, counts.unit)
        self.facets.show_counts(counts.facets)
        self.found_acts.counts, self.found_acts.whole = counts.kinds, state.done
        marked = f" in {said}" if (said := self.histogram.said()) else ""
        of = f"{counts.shown:,} of {state.count:,} found{marked}"
        self.count.setText(of if counts.shown != state.count or marked else f"{state.count:,} found")
        self.clear_mark.setVisible(bool(marked))

    def _refresh_acts(self) -> None:
        self.acts.refresh()
        self.found_acts.acts.refresh()

    def _show_list(self, found: tuple[SearchState, SearchCounts, PreparedRows, str]) -> None:
        state, counts, rows, lacks = found
        if self.task.state is None:
            return
        self._show_counts(state, counts)
        if state.done:
            looked = f"All of {counted(state.total, 'record')} were looked at{timeless(state)}"
            said = f"{looked}. {lacks or failures_of(state)}"
            self.table.set_empty("Nothing fits", said)
        self._rows = rows.source if isinstance(rows.source, SearchRows) else None
        self.table.refresh(rows)
        self._refresh_acts()

    def _select(self, record: FoundRecord) -> None:
        self.desk.select(selection_of(record))

    # -- what can be done ---------------------------------------------------------------------------------

    @action(
        "Stop", key="cancel", icon="stop", why=lambda view: "" if view.task.runs else "No search is under way"
    )
    def cancel(self) -> None:
        """Ends the search; what it found stays."""
        self.task.cancel()

    @action(
        "Search again",
        key="again",
        word="Again (F5)",
        icon="refresh",
        why=lambda view: "" if view.task.state is not None else "Nothing was searched for",
    )
    def again(self) -> None:
        """Looks at everything once more, with what came since."""
        self._begin(self._asked)

    @action(
        "Save search …",
        key="save",
        word="Save",
        icon="star",
        tip="Keep this search with your own files, for this project",
        keys="Ctrl+D",
        why=lambda view: "" if view.bar.query() != SearchQuery() else "Nothing is asked",
    )
    def save(self) -> None:
        """Asks for a name and keeps the search."""
        self.saved.ask_name(self.bar.query(), self.task.state)

    @action(
        "All times",
        key="clear_time",
        icon="close",
        why=lambda view: "" if view.histogram.stretch()[0] is not None else "No stretch of time is marked",
    )
    def clear_time(self) -> None:
        """Marks no stretch of time any more."""
        self.histogram.clear_mark()

    def listed(self) -> FoundList | None:
        """Returns what the list shows; None where that is nothing."""
        return self._rows.found if self._rows is not None and len(self._rows.found) else None

    @action("Narrow", key="toggle_side", icon="filter", tip="Show or hide what narrows the list")
    def toggle_side(self) -> None:
        """Shows or hides the counts by kind, type and stream, and the saved searches."""
        self._side_wanted = not self.side.isVisible()
        self.side.setVisible(self._side_wanted)


def _narrowed(
    search: Search, state: SearchState, narrowing: Narrowing, held: HeldRows
) -> tuple[SearchState, SearchCounts, PreparedRows, str]:
    """Returns what is left of what was found, counted, and the field that nothing has; for a thread."""
    takes_time()
    counts, found, wanted = counts_of(state, narrowing), state.found, narrowing.wanted(state.groups)
    if wanted is not None or narrowing.since is not None:
        found = found.narrowed(wanted, narrowing.since, narrowing.until)
    lacks = search.missing_field(state) if state.done and not state.count else ""
    return state, counts, prepared(SearchRows(search, found, state.wanted), held, 0), lacks

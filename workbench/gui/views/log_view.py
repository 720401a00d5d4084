"""The live log: every event and message in the store's order, and what operators did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import event_actions
from workbench.gui.filter_row import ASKED, FilterRow
from workbench.gui.found_keys import FoundKeys
from workbench.gui.layouts import Tabs, in_column, in_row
from workbench.gui.news_strip import NewsStrip
from workbench.gui.operator_undo import undo_action
from workbench.gui.paged_model import Key, Row, TableColumn, first_of
from workbench.gui.prepared_rows import PreparedRows, prepared
from workbench.gui.reads import takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute
from workbench.gui.view import View
from workbench.gui.views.log_positions import LogPositions
from workbench.gui.views.operation_list import OperationList
from workbench.gui.views.traffic_dialog import TrafficDialog
from workbench.gui.widgets import ElidedLabel, toolbar_button
from workbench.model.counts import counted
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.gui.table_selection import HeldRows
    from workbench.model.changes import Changes
    from workbench.services.streams import Streams
    from workbench.store.stored_values import LogEntry

KINDS = {"event": ("event", "event"), "message": ("topic", "message"), "withdrawn": ("neutral", "withdrawn")}
COLUMNS = (
    TableColumn("Position", width=84, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Kind", width=106, badge=KINDS.get),
    TableColumn("Type", width=180),
    TableColumn("Stream or topic", width=130, stretch=True),
    TableColumn("Version", width=72, mono=True, align_right=True, text=lambda at: f"{at:,}" if at else ""),
    TableColumn(
        "Recorded",
        width=ABSOLUTE_WIDTH,
        mono=True,
        text=lambda at: absolute(at) if at is not None else "",
        zoned=True,
    ),
)


class LogSource:
    """Rows of the store's common order, as many as there were when it was made.

    Args:
        positions: Of the rows; what is added to them behind the last is not shown.

    Attributes:
        last: The highest position that is shown, 0 for none.
    """

    key = staticmethod(first_of)

    def __init__(self, streams: Streams, positions: LogPositions | FoundKeys) -> None:
        self._streams = streams
        self._positions = positions
        self._count, self.last = positions.count, positions.last

    def same_as(self, other: LogSource) -> bool:
        """Whether both show the same rows; where some were removed, all positions are read again."""
        return self._positions is other._positions and self._count == other._count

    def count(self) -> int:
        """Returns how many rows are shown."""
        return self._count

    def page(self, first: int, limit: int) -> Sequence[Row]:
        """Returns rows."""
        places = self.keys(first, limit)
        found = self._streams.log_at(places)
        there = {entry.position: entry for entry in found}
        return [_row(position, there.get(position)) for position in places]

    def keys(self, first: int, limit: int) -> Sequence[int]:
        """Returns positions."""
        return self._positions.some(first, min(limit, self._count - first))

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers."""
        rows = {key: self._positions.row(key) for key in keys if isinstance(key, int)}
        return {key: row for key, row in rows.items() if row is not None and row < self._count}


def _row(position: int, entry: LogEntry | None) -> Row:
    if entry is None:
        return position, "", "no longer stored", "", 0, None
    kind = "event" if entry.event else "withdrawn" if entry.withdrawn else "message"
    return position, kind, entry.type, entry.stream, entry.version, entry.recorded_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLog:
    """The log as it is.

    Attributes:
        total: Entries that there are, those that a filter leaves out with them.
    """

    source: LogSource
    total: int
    rows: PreparedRows


def _gone(_view: object, rows: ChosenRows) -> str:
    return "" if rows.row[1] else "It is no longer stored"


def _opened(_view: object, rows: ChosenRows | None) -> tuple[str, str]:
    """Says what opening a row does."""
    is_message = rows is not None and rows.row[1] in {"message", "withdrawn"}
    return ("Open message", "inspector") if is_message else ("Show in timeline", "timeline")


class LogView(View):
    """What happens, as it happens; can be held still while new things arrive."""

    key = "log"
    title = "Log"
    icon_name = "log"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._positions = LogPositions()
        self._source = LogSource(desk.workspace.streams, self._positions)
        self._ends = False
        self._found: FoundKeys | None = None
        self.filter = FilterRow("the whole log", ASKED)
        self.table = FastTableView(COLUMNS, desk=desk)
        self.table.setAccessibleName("Log")
        self.table.set_multi()
        self.table.set_empty("Nothing has happened yet", "Events and messages appear here in their order.")
        self.operations = OperationList(desk)
        self._reading = self.question(self._show, self.filter.failing(self.table.fail))
        self.table.trouble.again = self.refresh
        self.hold = toolbar_button("Hold", "pause", "Pause scrolling while new entries arrive")
        self.hold.setCheckable(True)
        self.news = NewsStrip(self.table, newest_last=True, go=self._to_end)
        self.said = ElidedLabel("muted")
        self.tabs = Tabs("log")
        self.tabs.addTab(self._log_page(), "Log")
        self.tabs.addTab(self.operations, "Operations")
        in_column(self.tabs, of=self, margins=0, spacing=0)
        self.filter.settled.connect(lambda _words: self._ask_words())
        self.hold.toggled.connect(self._held)
        self.table.row_chosen.connect(self._chosen)
        self.acts.offer()

    def _log_page(self) -> QWidget:
        page = QWidget()
        foot = in_row(self.hold, (self.said, 1))
        in_column(self.filter, (self.table, 1), foot, of=page, margins=(8, 4, 8, 4), spacing=4)
        return page

    @override
    def first_widget(self) -> QWidget:
        return self.table if self.tabs.currentIndex() == 0 else self.operations.table

    @override
    def concerns(self, changes: Changes) -> bool:
        if changes.removed:
            self._positions = LogPositions()  # the next answer begins at the beginning
            self._found = None
        return changes.head > 0 or changes.removed or changes.everything

    @override
    def refresh(self) -> None:
        held, words = self.table.held(), self.filter.asked()
        self._reading.ask(lambda: self._read(held, words), words)

    def _ask_words(self) -> None:
        self._ends = True
        self.refresh()

    def _read(self, held: HeldRows, words: str) -> FoundLog:
        workspace = self.desk.workspace
        self._positions.extend(workspace.streams.log_runs(self._positions.last))
        total = self._positions.count
        source = LogSource(workspace.streams, self._with_words(words) if words else self._positions)
        return FoundLog(source=source, total=total, rows=prepared(source, held, -1))

    def _with_words(self, words: str) -> FoundKeys:
        """Returns the positions of what fits, those that came since with it."""
        takes_time()
        found = self._found
        if found is None or found.asked != words:
            found = FoundKeys(words, RecordKind.EVENT, RecordKind.MESSAGE)
        found.extend(self.desk.workspace.search)
        self._found = found
        return found

    def _show(self, found: FoundLog) -> None:
        if self._ends or not self.hold.isChecked():
            if self._ends or not found.source.same_as(self._source):
                self._show_log(found)
            self._say(found)
        self._tell_news()

    @override
    def follow(self, selection: Selection) -> None:
        if selection.position:
            self.table.choose_key(selection.position)
        if selection.operation:
            self.tabs.setCurrentWidget(self.operations)
            self.operations.choose(selection.operation)

    def _show_log(self, found: FoundLog) -> None:
        bar = self.table.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - bar.singleStep() and not self.table.selected_keys()
        at_end = self._ends or follows
        self._source, self._ends = found.source, False
        self.news.refresh(found.rows, self.filter.asked())
        if at_end:
            self.table.scrollToBottom()

    def _say(self, found: FoundLog) -> None:
        words, count = self.filter.asked(), found.source.count()
        total = counted(found.total, "entry", "entries")
        self.filter.show_count(count, found.total)
        if words:
            self.said.setText(f"{count:,} of {total} (the whole store was searched)")
            self.table.set_empty("No entry fits", f"The whole store was searched for “{words}”.")
        else:
            self.said.setText(total)
            self.table.set_empty(
                "Nothing has happened yet", "Events and messages appear here in their order."
            )

    def _tell_news(self) -> None:
        shown = self._found if self.filter.asked() and self._found is not None else self._positions
        self.news.waiting = shown.after(self._source.last)
        self.news.tell()

    def _held(self, held: bool) -> None:  # a signal's argument
        self.hold.setText("Held" if held else "Hold")
        if not held:
            self._to_end()

    def _to_end(self) -> None:
        self._ends = True
        self.table.clearSelection()
        self.table.scrollToBottom()
        self.refresh()

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self.desk.select(self._selection(row))

    @action("Show in timeline", icon="timeline", on="table", default=True, why=_gone, look=_opened)
    def open(self, rows: ChosenRows) -> None:
        """Shows an event among the others of its stream, and of a message all that is known."""
        view = "timeline" if rows.row[1] == "event" else "inspector"
        self.desk.select(self._selection(rows.row), view=view)

    of_operators = undo_action()
    of_event = event_actions("table", lambda view, rows: view.place_of(rows), "inspector", group=0)

    def place_of(self, rows: ChosenRows) -> Selection:
        """Returns which event a row is about."""
        return self._selection(rows.row) if rows.row[1] else Selection()

    @action(
        "Run this traffic again …",
        on="table",
        icon="replay",
        tip="Have what came from outside in the chosen rows, or from the one row on, happen again in a copy",
        anyway=True,
        several=True,
        group=1,
    )
    def run_traffic(self, rows: ChosenRows | None) -> None:
        """Opens the dialog in which the traffic of a range is run again."""
        chosen = [key for key in rows.keys if isinstance(key, int)] if rows is not None else []
        upto = max(chosen) if len(chosen) > 1 else self._source.last
        TrafficDialog(self, self.desk, min(chosen, default=0), upto).show()

    @action("Go to the newest", on="table", icon="last", anyway=True, group=1)
    def go_to_end(self, _rows: ChosenRows | None) -> None:
        """Shows the newest entries, and follows when newer ones come."""
        self.hold.setChecked(False)
        self._to_end()

    @staticmethod
    def _selection(row: tuple[Any, ...]) -> Selection:
        if row[1] == "event":
            return Selection(stream=row[3], version=row[4], position=row[0])
        return Selection(position=row[0])

"""The live log: every event and message in the store's order, and what operators did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import event_actions
from workbench.gui.paged_model import Key, ListSource, Row, TableColumn, first_of
from workbench.gui.prepared_rows import PreparedRows, prepared
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import Rows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute
from workbench.gui.view import View
from workbench.gui.widgets import plain_label, toolbar_button

if TYPE_CHECKING:
    from workbench.gui.table_selection import HeldRows
    from workbench.model.changes import Changes
    from workbench.services.streams import Streams
    from workbench.store.stored_values import LogEntry, OperatorAction

COLUMNS = (
    TableColumn("Position", width=84, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Kind", width=92, badge={True: ("ok", "event"), False: ("info", "message")}.get),
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
ACTIONS = (
    TableColumn("Time", width=ABSOLUTE_WIDTH, mono=True, text=absolute, zoned=True),
    TableColumn("Action", width=120),
    TableColumn("On", width=160),
    TableColumn("Detail", width=200, stretch=True),
)


class LogSource:
    """Rows of the store's common order: one for each position, also where nothing stands any more (I3)."""

    key = staticmethod(first_of)

    def __init__(self, browse: Streams, head: int) -> None:
        self._browse = browse
        self.head = head

    def count(self) -> int:
        """Returns how many positions are shown."""
        return self.head

    def page(self, first: int, limit: int) -> Sequence[Row]:
        """Returns rows."""
        limit = min(limit, self.head - first)
        there = {entry.position: entry for entry in self._browse.log(first + 1, limit)}
        return [_row(position, there.get(position)) for position in self.keys(first, limit)]

    def keys(self, first: int, limit: int) -> Sequence[int]:
        """Returns positions."""
        return range(first + 1, min(first + limit, self.head) + 1)

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers."""
        return {key: key - 1 for key in keys if isinstance(key, int) and 1 <= key <= self.head}


def _row(position: int, entry: LogEntry | None) -> Row:
    if entry is None:
        return position, None, "nothing is stored here", "", 0, None
    return position, entry.event, entry.type, entry.stream, entry.version, entry.recorded_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLog:
    """The log as it is, and the newest acts of operators."""

    source: LogSource
    rows: PreparedRows
    actions: Sequence[OperatorAction]


def _no_event(_view: object, rows: Rows) -> str:
    return "" if rows.row[1] else "It is not an event of a stream"


class LogView(View):
    """What happens, as it happens; can be held still while new things arrive."""

    key = "log"
    title = "Log"
    icon_name = "log"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._source = LogSource(desk.workspace.streams, 0)
        self._ends = False
        self.table = FastTableView(COLUMNS, desk=desk)
        self.table.setAccessibleName("Log")
        self.table.set_empty("Nothing has happened yet", "Events and messages appear here in their order.")
        self.actions_table = FastTableView(ACTIONS)
        self.actions_table.setAccessibleName("Operations")
        self.actions_table.set_empty("No operations yet", "Pauses, replays and purges are noted here.")
        self._reading = self.question(self._show, self.table.fail)
        self.table.trouble.again = self.refresh
        self.hold = toolbar_button("Hold", "pause", "Pause scrolling while new entries arrive")
        self.hold.setCheckable(True)
        self.news = QPushButton()
        self.news.setFlat(True)
        self.news.hide()
        self.said = plain_label(role="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._log_page(), "Log")
        self.tabs.addTab(self.actions_table, "Operations")
        layout.addWidget(self.tabs)
        self.hold.toggled.connect(self._held)
        self.news.clicked.connect(self._to_end)
        self.table.row_chosen.connect(self._chosen)
        self.acts.offer()

    def _log_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        foot = QHBoxLayout()
        foot.addWidget(self.hold)
        foot.addWidget(self.said)
        foot.addStretch(1)
        foot.addWidget(self.news)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
        return page

    @override
    def first_widget(self) -> QWidget:
        return self.table if self.tabs.currentIndex() == 0 else self.actions_table

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.head > 0 or changes.operations or changes.everything

    @override
    def refresh(self) -> None:
        held = self.table.held()
        self._reading.ask(lambda: self._read(held))

    def _read(self, held: HeldRows) -> FoundLog:
        workspace = self.desk.workspace
        source = LogSource(workspace.streams, workspace.streams.head())
        actions = workspace.monitor.actions()
        return FoundLog(source=source, rows=prepared(source, held, -1), actions=actions)

    def _show(self, found: FoundLog) -> None:
        actions = [(one.at, one.action, one.subject, one.detail, one.number) for one in found.actions]
        self.actions_table.refresh(ListSource(actions, itemgetter(4)))
        if self._ends or (found.source.head != self._source.head and not self.hold.isChecked()):
            self._show_log(found)
        self._tell_news(found.source.head)

    @override
    def follow(self, selection: Selection) -> None:
        if 0 < selection.position <= self._source.head:
            self.table.choose_key(selection.position)

    def _show_log(self, found: FoundLog) -> None:
        bar = self.table.verticalScrollBar()
        at_end = self._ends or bar.value() >= bar.maximum() - bar.singleStep()
        self._source, self._ends = found.source, False
        self.table.refresh(found.rows)
        if at_end:
            self.table.scrollToBottom()
        self.said.setText(f"{found.source.head:,} entries")

    def _tell_news(self, head: int) -> None:
        new = head - self._source.head
        self.news.setText(f"{new:,} new")
        self.news.setVisible(new > 0)

    def _held(self, held: bool) -> None:  # a signal's argument
        self.hold.setText("Held" if held else "Hold")
        if not held:
            self._to_end()

    def _to_end(self) -> None:
        self._ends = True
        self.table.scrollToBottom()
        self.refresh()

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self.desk.select(self._selection(row))

    @action("Show in timeline", icon="timeline", on="table", default=True, why=_no_event)
    def show_timeline(self, rows: Rows) -> None:
        """Shows the event among the others of its stream."""
        self.desk.select(self._selection(rows.row), view="timeline")

    of_event = event_actions("table", lambda view, rows: view.place_of(rows), "inspector", group=0)

    def place_of(self, rows: Rows) -> Selection:
        """Returns which event a row is about."""
        return self._selection(rows.row) if rows.row[1] else Selection()

    @action("Go to the newest", on="table", icon="last", anyway=True, group=1)
    def go_to_end(self, _rows: Rows | None) -> None:
        """Shows the newest entries, and follows when newer ones come."""
        self.hold.setChecked(False)
        self._to_end()

    @staticmethod
    def _selection(row: tuple[Any, ...]) -> Selection:
        if row[1]:
            return Selection(stream=row[3], version=row[4], position=row[0])
        return Selection(position=row[0])

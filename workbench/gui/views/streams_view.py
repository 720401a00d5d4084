"""Lists every stream of the store, found by name and category, in the order that is wanted."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.chooser import Chooser
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import event_actions
from workbench.gui.filter_row import FilterRow
from workbench.gui.layouts import in_column, in_row
from workbench.gui.news_strip import NewsStrip
from workbench.gui.operator_undo import undo_action
from workbench.gui.paged_model import Key, Row, TableColumn
from workbench.gui.prepared_rows import PreparedRows, prepared
from workbench.gui.row_sort import RowSort
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import SHORT_WIDTH, absolute, short
from workbench.gui.view import View
from workbench.gui.views.append_dialog import append_action
from workbench.gui.views.stream_order import CategoryCounts, StreamOrder
from workbench.gui.widgets import ElidedLabel
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.gui.table_selection import HeldRows
    from workbench.model.changes import Changes
    from workbench.services.streams import Streams
    from workbench.store.stored_values import StreamInfo

ALL = "All categories"
COLUMNS = (
    TableColumn("Stream", width=90, stretch=True),
    TableColumn("Version", width=72, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn(
        "Recorded",
        width=SHORT_WIDTH,
        mono=True,
        text=short,
        tip=absolute,
        zoned=True,
        about="When its last event was recorded",
    ),
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
)
ORDERS = ("name", "version", "updated", "updated")
"""How the store sorts by each column; positions grow with time."""


class StreamSource(RowSort):
    """Rows for an ordered array of stream numbers, which are the keys.

    Args:
        wanted: Numbers whose rows will be asked for.
    """

    def __init__(self, streams: Streams, numbers: array[int], wanted: Collection[Key] = ()) -> None:
        super().__init__(numbers, wanted)
        self._streams = streams

    def page(self, first: int, limit: int) -> Sequence[tuple[Any, ...]]:
        """Returns rows."""
        wanted = list(self.numbers[first : first + limit])
        return [
            (
                stream.name,
                stream.version,
                stream.updated_at,
                stream.last_position,
                stream.closed,
                stream.number,
            )
            for stream in self._streams.numbered(wanted)
        ]

    def key(self, row: Row) -> Key:
        """Returns the stream's number."""
        number: int = row[5]
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStreams:
    """What the store answered.

    Attributes:
        wanted: What was looked for.
        count: How many streams fit.
        categories: All of them with their counts, by name.
    """

    wanted: Mapping[str, str]
    rows: PreparedRows
    count: int
    categories: Counter[str]


class StreamsView(View):
    """All streams; choosing one moves every other view."""

    key = "streams"
    title = "Streams"
    icon_name = "stream"
    of_operators = undo_action()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._order = "-updated"
        self._looked: tuple[str, str] | None = None
        self._newest, self._counts = StreamOrder("", ""), CategoryCounts()
        self.search = FilterRow("streams", "a part of their name")
        self.categories = Chooser()
        self.categories.setMinimumContentsLength(len(ALL))  # a long name gives way in a narrow view
        self.categories.setAccessibleName("Category")
        self.categories.setToolTip("Show the streams of one category")
        self.categories.show_choices([(ALL, "")])
        self.said = ElidedLabel("muted")
        self.table = FastTableView(COLUMNS, desk=desk)
        self.table.setAccessibleName("Streams")
        self.table.set_sortable(True)
        self.table.show_sort(2, True)
        self.news = NewsStrip(self.table)
        self._finding = self.question(self._show, self.table.fail, begun=self._say_searching)
        self._following = self.question(self._mark)
        self.table.trouble.again = self.refresh
        head = in_row((self.search, 1), self.categories, spacing=6)
        in_column(head, (self.table, 1), self.said, of=self, margins=(8, 8, 8, 6), spacing=6)
        self.search.settled.connect(lambda _text: self._find())
        self.categories.currentIndexChanged.connect(lambda _index: self._find())
        self.table.sort_wanted.connect(self._sort)
        self.table.row_chosen.connect(self._chosen)
        self.acts.offer()

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.appended or changes.everything

    @override
    def refresh(self) -> None:
        self._find()

    @override
    def follow(self, selection: Selection) -> None:
        if selection.stream:
            name, streams = selection.stream, self.desk.workspace.streams
            self._following.ask(lambda: streams.get(name), name)

    def _mark(self, found: StreamInfo | None) -> None:
        self.table.choose_key(found.number if found is not None else 0)

    def _show_categories(self, found: Iterable[tuple[str, int]]) -> None:
        told = [(f"{name or '(no category)'}  ·  {count:,}", name) for name, count in found]
        self.categories.show_choices([(ALL, ""), *told])

    def _wanted(self) -> tuple[str, str]:
        """Returns which text and which category are looked for."""
        return self.search.text().strip(), self.categories.currentData() or ""

    def _say_searching(self) -> None:
        if self._wanted() != self._looked:
            self.said.setText("Searching …")

    def _find(self) -> None:
        text, category = self._wanted()
        wanted = {"text": text, "category": category, "order": self._order}
        if (self._newest.text, self._newest.category) != (text, category):
            self._newest = StreamOrder(text, category)
        newest, held = self._newest if self._order == "-updated" else None, self.table.held()
        self._finding.ask(lambda: self._read(wanted, newest, held), wanted)

    def _read(self, wanted: Mapping[str, str], newest: StreamOrder | None, held: HeldRows) -> FoundStreams:
        streams = self.desk.workspace.streams
        if newest is not None:
            numbers = newest.numbers(streams)
        else:
            numbers = streams.find(text=wanted["text"], category=wanted["category"], order=wanted["order"])
        source = StreamSource(streams, numbers, held.keys())
        return FoundStreams(
            wanted=wanted,
            rows=prepared(source, held, 0),
            count=source.count(),
            categories=self._counts.counted(streams),
        )

    def _show(self, found: FoundStreams) -> None:
        wanted, total, count = found.wanted, found.categories.total(), found.count
        self._show_categories(found.categories.items())
        self.news.refresh(found.rows, wanted["order"] == "-updated" and wanted)
        looked = wanted["text"], wanted["category"]
        if looked != self._looked:
            self._looked = looked
            self.table.scrollToTop()
        narrowed = wanted["text"] or wanted["category"]
        if narrowed and not count:
            what = f"“{wanted['text']}”" if wanted["text"] else wanted["category"]
            self.table.set_empty("No stream fits", f"The whole store was searched for {what}.")
        else:
            self.table.set_empty("No streams yet", "Issue a command, or import a file of events (Ctrl+I).")
        self.search.show_count(count, total)
        searched = f"{count:,} of {counted(total, 'stream')} (the whole store was searched)"
        self.said.setText(searched if narrowed else counted(total, "stream"))
        if self.table.current_row() is None:
            self.follow(self.desk.selection)

    def _sort(self, column: int, descending: bool) -> None:  # a signal's arguments
        self._order = ("-" if descending else "") + ORDERS[column]
        self.table.show_sort(column, descending)
        self._find()

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self.desk.select(Selection(stream=row[0]))

    # -- what can be done ---------------------------------------------------------------------------------

    @action("Show in timeline", icon="timeline", on="table", default=True)
    def show_timeline(self, rows: ChosenRows) -> None:
        """Shows the events of the stream."""
        self.desk.select(Selection(stream=rows.row[0]), view="timeline")

    of_last_event = event_actions(
        "table",
        lambda _view, rows: Selection(stream=rows.row[0], version=rows.row[1], position=rows.row[3]),
        "inspector",
        "log",
        group=0,
    )

    @action("Issue a command on it", icon="command", on="table", group=2)
    def issue_command(self, rows: ChosenRows) -> None:
        """Shows the form of a command, with the stream's id in it."""
        self.desk.select(Selection(stream=rows.row[0]), view="commands")

    append = append_action("table", lambda _view, rows: rows.row[0])

    @action("Only this category", icon="filter", on="table", group=2)
    def narrow(self, rows: ChosenRows) -> None:
        """Shows the streams of the same category."""
        self.categories.setCurrentIndex(self.categories.findData(rows.row[0].partition("-")[0]))

    @action(
        "Close, so that it takes no more events",
        key="close",
        on="table",
        group=3,
        writes=True,
        look=lambda _view, rows: _close_told(rows),
    )
    def change_closed(self, rows: ChosenRows) -> None:
        """Closes the stream, or opens it again."""
        self._close(rows.row[0], closed=not rows.row[4])

    def _close(self, name: str, *, closed: bool) -> None:
        what = "Close" if closed else "Open"
        self.desk.run(self.desk.workspace.streams.close(name, closed=closed), f"{what} {name}")


def _close_told(rows: ChosenRows | None) -> tuple[str, str]:
    if rows is not None and rows.row[4]:
        return "Open again, so that it takes events", "lock"
    return "Close, so that it takes no more events", "lock"

"""The read models: their rows as they are now, how far they have come, and which events made a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QStackedLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.chooser import Chooser
from workbench.gui.desk import Desk, Selection
from workbench.gui.filter_row import FilterRow
from workbench.gui.layouts import in_column, in_panes, in_row, join, share_room
from workbench.gui.operator_undo import undo_action
from workbench.gui.pausing import pause_projection
from workbench.gui.prepared_rows import PreparedRows
from workbench.gui.row_painter import FITTED
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.table_selection import NOTHING_HELD, HeldRows
from workbench.gui.view import View
from workbench.gui.views.projection_banner import ProjectionBanner, standing_of
from workbench.gui.views.projection_folds import ProjectionFolds
from workbench.gui.views.projection_foot import ProjectionFoot
from workbench.gui.views.row_detail import RowDetail
from workbench.gui.views.row_reads import FoundRows, Wanted, found_rows
from workbench.gui.views.row_source import RowsSource, cell_named, cell_text, column_of, is_shortened
from workbench.gui.widgets import Badge, EmptyState, show_words
from workbench.model.counts import counted
from workbench.model.search_words import as_words

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.monitor.monitor_values import ProjectionView

NARROW, TIGHT = 360, 260
"""Pixels below which buttons have no words, and below which pill and buttons stand under the name."""
EDGES = 16
"""Pixels at both sides of the view that stay free."""
WORDS, ICONS = 220, 100
"""Pixels that the buttons beside the name need, with words and without."""
LEAST_ROWS = 30
"""Pixels of the rows in height: in the lowest dock nothing lies over them."""
LONGEST_NAME = 180
"""Pixels up to which the picker is as wide as the names that it offers."""


class ProjectionsView(View):
    """One read model at a time."""

    key = "projections"
    title = "Projections"
    icon_name = "projection"
    of_operators = undo_action()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._name = self._order = ""
        self._table: FastTableView | None = None
        self._source: RowsSource | None = None
        self.stopped = False
        self._views: Mapping[str, ProjectionView] = {}
        self._unplaced, self._followed = "", ("", "")
        self._finding = self.question(self._found, self._cannot, begun=self._say_reading)
        self._placing = self.question(self._mark)
        self._fitted, self._shared = 0, False
        self._columns: tuple[tuple[str, str], ...] = ()
        self._rebuilding: dict[str, int] = {}
        self._pages = QStackedLayout(self)
        hint = "A projection of the model folds events into a table. This project's model declares none."
        self._pages.addWidget(self._page())
        self._pages.addWidget(EmptyState("projection", "No projections", hint))
        self.folds = ProjectionFolds(self)

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        page = QWidget()
        self.banner = ProjectionBanner(self.desk, self.rebuild_rows)
        self.search = FilterRow("rows")
        holder = QWidget()
        self._holder = in_column(of=holder, margins=0)
        self.detail = RowDetail(self)
        self.detail.hide()
        self.foot = ProjectionFoot()
        self.said, self.place = self.foot.said, self.foot.place
        self.split = in_panes(Qt.Orientation.Vertical, (holder, 3), (self.detail, 2), name="projections")
        in_column(
            self._head(),
            self.banner,
            self.search,
            (self.split, 1),
            self.foot,
            of=page,
            margins=(8, 4, 8, 2),
            spacing=4,
        )
        self.search.settled.connect(lambda _text: self.refresh())
        self.detail.event_wanted.connect(self._show_event)
        self.detail.opened.connect(self._share_room)
        self.detail.asked.connect(self._frame)
        return page

    def _head(self) -> QBoxLayout:
        self.picker = Chooser()
        self.picker.setAccessibleName("Projection")
        self.badge = Badge("neutral", "")
        self.pause, self.rebuild = self.acts.button("toggle"), self.acts.button("rebuild_rows")
        self._names = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._names.setSpacing(6)
        self._names.addWidget(self.picker)
        join(self._names, in_row(self.badge, 1, self.pause, self.rebuild, spacing=6), 1)
        self.picker.currentTextChanged.connect(self.show_projection)
        return self._names

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_head()

    def _share_head(self) -> None:
        """Shows the buttons with words, and all beside each other, where the name stays whole with it."""
        name = self.picker.sizeHint().width()
        names = name + self.badge.sizeHint().width()
        self.picker.setMinimumWidth(min(name, LONGEST_NAME, self.width() - EDGES))
        show_words((self.pause, self.rebuild), shown=self.width() >= max(NARROW, names + WORDS))
        ways = QBoxLayout.Direction
        beside = self.width() >= max(TIGHT, names + ICONS)
        self._names.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self._table or self.picker

    @override
    def concerns(self, changes: Changes) -> bool:
        moved = bool(changes.projections) or changes.head > 0 or changes.engine
        return moved or changes.model or changes.everything

    @override
    def refresh(self) -> None:
        self._find(self.picker.currentText())

    @override
    def follow(self, selection: Selection) -> None:
        if selection.projection and selection.projection != self._name:
            self.show_projection(selection.projection)
        key = selection.key or selection.stream.partition("-")[2]
        if (selection.projection, key) != self._followed:  # else the person may have chosen another row since
            self._followed = selection.projection, key
            self._place(key)

    def show_projection(self, name: str) -> None:
        """Shows the table of a projection."""
        self.picker.choose(name)
        self._find(name)

    def _place(self, key: str) -> None:
        """Marks the row with a key, as soon as its table is shown."""
        self._unplaced = key if self._finding.waits else ""
        if key and self._source is not None and not self._finding.waits:
            name, projections = self._name, self.desk.workspace.projections
            self._placing.ask(lambda: (name, projections.numbers(name, [key])), (name, key))

    def _mark(self, found: tuple[str, Mapping[Any, int]]) -> None:
        name, numbers = found
        if self._table is not None and name == self._name:
            self._table.choose_key(next(iter(numbers.values()), -1))
            self.detail.follow(name, self._table)

    def _tell_rebuilt(self, views: Mapping[str, ProjectionView]) -> None:
        """Says when a rebuild that was begun here is done."""
        for name, generation in list(self._rebuilding.items()):
            view = views.get(name)
            if view is None or view.generation == generation:
                continue
            del self._rebuilding[name]
            said = f"Rebuilt {name}: {counted(view.rows, 'row')}."
            self.desk.notice("ok", said, self.desk.way_to("projections", Selection(projection=name)))

    def _make_table(self, view: ProjectionView, order: str) -> HeldRows | None:
        """Makes a table with the columns of a read model; returns what the one before held of its rows."""
        same, before = view.name == self._name, self._table
        self._name, self._columns = view.name, view.columns
        self.detail.turn_to(view.columns)
        names = [name for name, _ in view.columns]
        columns = [column_of(name, kind, last=name == names[-1]) for name, kind in view.columns]
        table = FastTableView(columns, desk=self.desk)
        table.trouble.again = self.refresh
        table.setAccessibleName(f"Rows of {view.name}")
        table.set_sortable(sortable=True)
        table.show_sort(names.index(order.lstrip("-")) if order else 0, descending=order.startswith("-"))
        table.set_multi(multi=True)
        self._source, self._order = None, order
        table.selection_moved.connect(self._say_rows)
        table.sort_wanted.connect(self._sort)
        table.row_chosen.connect(self._chosen)
        table.setMinimumHeight(LEAST_ROWS)
        self._table, self._fitted = table, 0
        self.acts.offer()
        self._holder.addWidget(table)
        if before is None:
            return None
        held = before.held() if same else None
        table.show()  # at once, so that it can take the keyboard
        if before.hasFocus():
            table.setFocus()
        self._holder.removeWidget(before)
        before.deleteLater()
        return held

    def _find(self, name: str) -> None:
        """Asks how a projection is, which rows it has and in which order."""
        order = self._order if name == self._name else ""
        text, held = self.search.text(), self._table.held() if self._table is not None else NOTHING_HELD
        asked = Wanted(name=name, order=order, text=text, columns=self._columns, before=self._source)
        workspace = self.desk.workspace
        self._finding.ask(lambda: found_rows(workspace, asked, held), (name, order, text))

    def _say_reading(self) -> None:
        source = self._source
        if source is None or (source.name, source.text) != (
            self.picker.currentText(),
            self.search.text().strip(),
        ):
            self.said.setText("Reading …")

    def _cannot(self, error: Exception) -> None:
        def tell(error: Exception) -> None:
            if self._table is not None:
                self._table.fail(error)
            else:
                self.desk.fail(f"Showing {self.title}", error)

        self.search.failing(tell)(error)

    def _found(self, found: FoundRows) -> None:
        self._tell_rebuilt(found.views)
        self._views, view = found.views, found.view
        self._pages.setCurrentIndex(0 if found.views else 1)
        if view is None or found.source is None:
            return
        self.picker.show_choices([(name, name) for name in found.views])
        self._share_head()
        self.picker.choose(view.name)
        held = None
        if view.name != self._name or view.columns != self._columns:  # rebuilt with others
            held = self._make_table(view, found.order)
        self._show_state(view, found.head)
        self._show_rows(found.source, found.rows, view.rows, held)
        self._place(self._unplaced)

    def _show_rows(
        self, source: RowsSource, found: PreparedRows | None, total: int, held: HeldRows | None
    ) -> None:
        table, before = self._table, self._source
        if table is None:
            return
        self._source, self._total = source, total
        table.refresh(found, held)
        if before is not None and before.text != source.text:
            table.scrollToTop()
        rows = source.count()
        if self._fitted < min(rows, FITTED) and not table.head.arranged:
            self._fitted = rows
            table.head.fit()
        if source.text:
            table.set_empty("No row fits", f"The whole table was searched for “{source.text}”.")
        else:
            table.set_empty("No rows yet", "They appear when events come that this projection reads.")
        self._say_rows()

    def _say_rows(self) -> None:
        if self._source is None or self._table is None:
            return
        rows, text = self._source.count(), self._source.text
        self.search.show_count(rows, self._total)
        said = counted(rows, "row")
        if text:
            of = f"{rows:,} of {counted(self._total, 'row')}"
            said = f"{of} {'holds' if rows == 1 else 'hold'} “{text}” (all columns were searched)"
        selected = self._table.selection_text()
        self.said.setText(f"{said} · {selected}" if selected else said)
        self.detail.follow(self._name, self._table)

    def _show_state(self, view: ProjectionView, head: int) -> None:
        self.badge.set(*standing_of(view))
        for part in (self.place, self.pause, self.rebuild):
            part.setVisible(not view.by_handlers)
        self.foot.show_state(view, head)
        self.stopped = view.status in {"paused", "faulted"}
        self.acts.refresh()
        self.banner.show_state(view)

    # -- what the person does -----------------------------------------------------------------------------

    def _sort(self, column: int, descending: bool) -> None:  # a signal's arguments
        if self._table is not None:
            self._order = ("-" if descending else "") + self._columns[column][0]
            self._table.show_sort(column, descending)
            self.refresh()

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self.detail.show_row(self._name, row)

    def _share_room(self) -> None:
        """Gives table and details their parts of the height when these are first seen."""
        if not self._shared:
            self._shared = True
            share_room(self.split, 3, 2)

    @override
    def tell_why(self) -> None:
        if self._table is not None and self._table.hasFocus() and (rows := self._table.chosen()) is not None:
            self.why(rows)
        else:
            super().tell_why()

    def _frame(self, column: str) -> None:
        """Keeps a frame around the cell that is asked for, wherever the keyboard goes."""
        if self._table is not None:
            self._table.framed = [*dict(self._columns)].index(column) if column else -1
            self._table.viewport().update()

    @action(
        "Why this value",
        icon="trace",
        on="_table",
        look=lambda view, rows: view.why_told(rows),
        tip="Show which events set this cell, and which commands they came from (Alt+Enter)",
    )
    def why(self, rows: ChosenRows) -> None:
        """Shows the events that set the cell in which the person is, the newest first."""
        self.detail.show_row(self._name, rows.row, self._columns[rows.column][0])
        self.detail.events.setFocus()

    def why_told(self, rows: ChosenRows | None) -> tuple[str, str]:
        """Returns what asking about the cell is called."""
        told = cell_named(self._columns, rows)
        return (f"Why is it “{told}”?" if told else "Why this value"), "trace"

    @action("Show the events that made it", icon="trace", on="_table", default=True)
    def explain(self, rows: ChosenRows) -> None:
        """Shows the whole row, and the events that made it."""
        self._chosen(rows.row)

    @action(
        "Only rows with this value",
        icon="filter",
        on="_table",
        look=lambda view, rows: view.value_told(rows),
        shown=lambda _view, rows: rows is None or not is_shortened(rows.row[rows.column]),
    )
    def narrow(self, rows: ChosenRows) -> None:
        """Lists the rows that hold what stands in the cell."""
        self.search.setText(as_words(cell_text(self._columns, rows)))

    def value_told(self, rows: ChosenRows | None) -> tuple[str, str]:
        """Returns what narrowing is called."""
        told = cell_named(self._columns, rows)
        return (f"Only rows with “{told}”" if told else "Only rows with this value"), "filter"

    def _show_event(self, stream: str, version: int, position: int) -> None:
        place = Selection(stream=stream, version=version, position=int(position), projection=self._name)
        self.desk.select(place, view="timeline")

    @action(
        "Pause",
        icon="pause",
        tip="Stop folding events into this table",
        writes=True,
        about=lambda view: view.picker.currentText(),
        look=lambda view: ("Resume", "play") if view.stopped else ("Pause", "pause"),
    )
    def toggle(self) -> None:
        """Pauses the projection, or resumes it."""
        pause_projection(self.desk, self._name, paused=not self.stopped)

    def shown(self) -> str:
        """Returns the read model that is shown."""
        return self._name

    @action(
        "Rebuild",
        icon="refresh",
        tip="Rebuild all rows from the whole log; the old ones stay until it is done",
        writes=True,
        about=lambda view: view.picker.currentText(),
    )
    def rebuild_rows(self) -> None:
        """Makes all rows again, from the whole log."""
        name = self._name
        self._rebuilding[name] = self._views[name].generation
        self.desk.run(self.desk.workspace.projections.rebuild(name), f"Rebuild {name}")

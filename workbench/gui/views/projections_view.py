"""The read models: their rows as they are now, how far they have come, and which events made a row."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workbench.gui.desk import Desk, Selection
from workbench.gui.row_painter import FITTED
from workbench.gui.table import FastTableView
from workbench.gui.view import View
from workbench.gui.views.projection_banner import ProjectionBanner
from workbench.gui.views.row_detail import RowDetail
from workbench.gui.views.row_source import RowsSource, column_of, shows_of
from workbench.gui.widgets import (
    Badge,
    EmptyState,
    SearchBox,
    plain_label,
    show_words,
    toolbar_button,
)

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.monitor.monitor_values import ProjectionView

STATES = {
    "live": "ok",
    "paused": "warning",
    "engine paused": "warning",
    "faulted": "error",
    "rebuilding": "info",
}
"""Kinds of the pill by what is true of a projection; everything else is neutral."""
NARROW, TIGHT = 360, 260
"""Pixels below which buttons have no words, and below which the pill stands under the name."""
AT_ONCE = 5_000
"""Of tables with more rows than this the order is read in a thread."""


class ProjectionsView(View):
    """One read model at a time."""

    key = "projections"
    title = "Projections"
    icon_name = "projection"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._name = ""
        self._order = ""
        self._table: FastTableView | None = None
        self._source: RowsSource | None = None
        self._looking: asyncio.Task[Any] | None = None
        self._again = False
        self._fitted = self._total = 0
        self._columns: tuple[tuple[str, str], ...] = ()
        self._rebuilding: dict[str, int] = {}
        self._pages = QStackedLayout(self)
        hint = "A projection of the model folds events into a table. This project's model declares none."
        self._pages.addWidget(EmptyState("projection", "No projections", hint))
        self._pages.addWidget(self._page())

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(8, 8, 8, 6)
        layout.setSpacing(6)
        layout.addLayout(self._head())
        self.banner = ProjectionBanner(self.desk, self._rebuild)
        layout.addWidget(self.banner)
        self.search = SearchBox("Find in all rows")
        layout.addWidget(self.search)
        self._holder = QVBoxLayout()
        holder = QWidget()
        holder.setLayout(self._holder)
        self._holder.setContentsMargins(0, 0, 0, 0)
        self.detail = RowDetail()
        self.detail.hide()
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(holder)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setChildrenCollapsible(False)
        layout.addWidget(self.split, 1)
        layout.addLayout(self._foot())
        self.search.settled.connect(self._search)
        self.detail.event_wanted.connect(self._show_event)
        self.detail.closed.connect(self.detail.hide)
        return page

    def _head(self) -> QHBoxLayout:
        self.picker = QComboBox()
        self.picker.setAccessibleName("Projection")
        self.picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.badge = Badge("neutral", "")
        self.pause = toolbar_button("Pause", "pause", "Stop folding events into this table")
        self.rebuild = toolbar_button(
            "Rebuild", "refresh", "Rebuild all rows from the whole log; the old ones stay until it is done"
        )
        head = QHBoxLayout()
        head.setSpacing(6)
        self._names = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._names.setSpacing(6)
        for named in (self.picker, self.badge):
            self._names.addWidget(named)
        head.addLayout(self._names)
        head.addStretch(1)
        head.addWidget(self.pause)
        head.addWidget(self.rebuild)
        self.picker.currentTextChanged.connect(self.show_projection)
        self.pause.clicked.connect(self._toggle)
        self.rebuild.clicked.connect(self._rebuild)
        if self.desk.workspace.engine is None:
            for button in (self.pause, self.rebuild):
                button.setEnabled(False)
                button.setToolTip("Read-only: another process has the project open; do it there")
        return head

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        show_words((self.pause, self.rebuild), shown=self.width() >= NARROW)
        ways = QBoxLayout.Direction
        self._names.setDirection(ways.LeftToRight if self.width() >= TIGHT else ways.TopToBottom)

    def _foot(self) -> QHBoxLayout:
        self.said = plain_label(role="muted")
        self.progress = QProgressBar()
        self.progress.setMaximumWidth(120)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.place = plain_label(role="muted")
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.progress)
        foot.addWidget(self.place)
        return foot

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
        views = {view.name: view for view in self.desk.workspace.monitor.projections()}
        self._tell_rebuilt(views)
        self._pages.setCurrentIndex(1 if views else 0)
        if not views:
            return
        if [self.picker.itemText(at) for at in range(self.picker.count())] != list(views):
            with QSignalBlocker(self.picker):
                self.picker.clear()
                self.picker.addItems(list(views))
        if self._name not in views:
            self.show_projection(next(iter(views)))
            return
        if views[self._name].columns != self._columns:  # rebuilt with others
            self.show_projection(self._name)
            return
        self._show(views[self._name])

    @override
    def follow(self, selection: Selection) -> None:
        if selection.projection and selection.projection != self._name:
            self.show_projection(selection.projection)
        key = selection.key or self.desk.selection.stream.partition("-")[2]
        if key and self._table is not None and self._source is not None:
            for number in self.desk.workspace.monitor.numbers(self._name, [key]).values():
                self._table.choose_key(number)

    def show_projection(self, name: str) -> None:
        """Shows the table of a projection."""
        found = [view for view in self.desk.workspace.monitor.projections() if view.name == name]
        if not found:
            return
        view = found[0]
        self._name = name
        with QSignalBlocker(self.picker):
            self.picker.setCurrentText(name)
        self._make_table(view)
        self.detail.hide()
        self._show(view)

    def _tell_rebuilt(self, views: Mapping[str, ProjectionView]) -> None:
        """Says when a rebuild that was begun here is done."""
        for name, generation in list(self._rebuilding.items()):
            view = views.get(name)
            if view is None or view.generation == generation:
                continue
            del self._rebuilding[name]
            self.desk.notice("ok", f"Rebuilt {name}: {view.rows:,} rows.")

    def _make_table(self, view: ProjectionView) -> None:
        self._columns = view.columns
        names = [name for name, _ in view.columns]
        columns = [column_of(name, kind, last=name == names[-1]) for name, kind in view.columns]
        table = FastTableView(columns)
        table.setAccessibleName(f"Rows of {view.name}")
        table.set_sortable(sortable=True)
        table.show_sort(0, descending=False)
        table.set_multi(multi=True)
        self._source, self._order = None, ""
        table.selection_moved.connect(self._say_rows)
        table.sort_wanted.connect(self._sort)
        table.row_chosen.connect(self._chosen)
        table.row_activated.connect(self._chosen)
        self._fitted = 0
        if self._table is not None:
            self._holder.removeWidget(self._table)
            self._table.deleteLater()
        self._table = table
        self._holder.addWidget(table)

    def _show(self, view: ProjectionView) -> None:
        self._total = view.rows
        self._show_state(view)
        self._find()

    def _find(self) -> None:
        """Reads which rows there are and in which order; many in a thread, one question after the other."""
        if self._looking is not None:
            self._again = True
        elif self._total <= AT_ONCE:
            self._found(self._look())
        else:
            self.said.setText("Reading …")
            self._looking = self.desk.run(self._find_later(), f"Read {self._name}")

    def _look(self) -> RowsSource:
        text, shows = self.search.text().strip(), shows_of(self._columns, self.search.text())
        observe, name = self.desk.workspace.monitor, self._name
        found = observe.row_order(name, order=self._order, text=text, shows=shows)
        return RowsSource(observe, name, found, text, before=self._source)

    async def _find_later(self) -> None:
        try:
            held = self._table.held_keys() if self._table is not None else set()
            source = await asyncio.to_thread(self._look)
            await asyncio.to_thread(source.find, held)
            self._found(source)
        finally:
            self._looking = None
        if self._again:
            self._again = False
            self._find()

    def _found(self, source: RowsSource) -> None:
        table = self._table
        if table is None or source.name != self._name:
            return
        self._source = source
        table.refresh(source)
        rows = source.count()
        if self._fitted < min(rows, FITTED) and not table.head.arranged:
            self._fitted = rows
            table.head.fit_columns()
        if source.text:
            table.set_empty("No row fits", f"All {self._total:,} rows were searched for “{source.text}”.")
        else:
            table.set_empty("No rows yet", "They appear when events come that this projection reads.")
        self._say_rows()

    def _say_rows(self) -> None:
        if self._source is None or self._table is None:
            return
        rows, text = self._source.count(), self._source.text
        said = f"{rows:,} row" + ("" if rows == 1 else "s")
        if text:
            said = f"{rows:,} of {self._total:,} rows hold “{text}” (all columns were searched)"
        selected = self._table.selection_text()
        self.said.setText(f"{said} · {selected}" if selected else said)

    def _show_state(self, view: ProjectionView) -> None:
        self.badge.set(*standing_of(view))
        head = self.desk.workspace.streams.head()
        for part in (self.place, self.pause, self.rebuild):
            part.setVisible(not view.by_handlers)
        self.place.setText(f"checkpoint {view.checkpoint:,} · lag {view.lag:,}")
        self.place.setToolTip(f"The rows are the fold of all events up to here; the store is at {head:,}")
        behind = view.lag > 0 and view.condition == "live"
        self.progress.setVisible(behind)
        if behind:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * view.checkpoint // max(1, head))
        stopped = view.status in {"paused", "faulted"}
        self.pause.setText("Resume" if stopped else "Pause")
        self.banner.show_state(view)

    # -- what the person does -----------------------------------------------------------------------------

    def _search(self, _text: str) -> None:
        self.refresh()

    def _sort(self, column: int, descending: bool) -> None:  # a signal's arguments
        if self._table is not None:
            self._order = ("-" if descending else "") + self._columns[column][0]
            self._table.show_sort(column, descending)
            self._find()

    def _chosen(self, row: tuple[Any, ...]) -> None:
        observe = self.desk.workspace.monitor
        fields, rest = (
            observe.glance(self._name, row[0]) or {},
            partial(observe.row_apart, self._name, row[0]),
        )
        self.detail.show_row(str(row[0]), fields, observe.sources(self._name, row[0]), rest)
        self.detail.show()

    def _show_event(self, stream: str, version: int, position: int) -> None:
        self.desk.select(
            Selection(stream=stream, version=version, position=int(position), projection=self._name),
            view="timeline",
        )

    def _toggle(self) -> None:
        paused = self.pause.text() == "Pause"
        name = self._name
        self.desk.run(
            self.desk.workspace.projections.pause(name, paused=paused), f"{self.pause.text()} {name}"
        )

    def _rebuild(self) -> None:
        name = self._name
        views = {view.name: view for view in self.desk.workspace.monitor.projections()}
        self._rebuilding[name] = views[name].generation
        self.desk.run(self.desk.workspace.projections.rebuild(name), f"Rebuild {name}")


def standing_of(view: ProjectionView) -> tuple[str, str]:
    """Returns kind and words of the pill: a live table with a rebuild beside it is what its rebuild is."""
    rebuild = view.rebuild
    if view.condition == "live" and rebuild is not None:
        halted = "" if rebuild.condition == "rebuilding" else "rebuild "
        return STATES.get(rebuild.condition, "neutral"), f"{halted}{rebuild.condition}"
    if view.condition == "live" and view.stale:
        return "warning", "stale"
    return STATES.get(view.condition, "neutral"), view.condition

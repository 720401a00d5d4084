"""The read models: their rows as they are now, how far they have come, and which events made a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
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
from workbench.gui.paging import Column
from workbench.gui.table import FITTED, FastTableView
from workbench.gui.times import absolute
from workbench.gui.view import View
from workbench.gui.views.projection_banner import ProjectionBanner
from workbench.gui.views.row_detail import RowDetail
from workbench.gui.widgets import (
    Badge,
    EmptyState,
    SearchBox,
    plain_label,
    show_words,
    toolbar_button,
)
from workbench.model.secrets import masked

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.observing import Observing, ProjectionView

STATUS = {"live": ("ok", "live"), "paused": ("warning", "paused"), "faulted": ("error", "faulted")}
NARROW = 360
"""Pixels below which buttons have no words."""
NUMBERS = {"integer", "number"}


class RowsSource:
    """Rows of one read model, sorted and narrowed by the store."""

    def __init__(self, observe: Observing, name: str, columns: Sequence[str]) -> None:
        self._observe = observe
        self._name = name
        self._columns = tuple(columns)
        self.order = ""
        self.text = ""
        self.length = 0

    def count(self) -> int:
        """Returns how many rows fit."""
        self.length = self._observe.row_count(self._name, self.text)
        return self.length

    def page(self, first: int, limit: int) -> Sequence[tuple[Any, ...]]:
        """Returns rows."""
        rows = self._observe.rows(self._name, order=self.order, text=self.text, first=first, limit=limit)
        return [tuple(row[column] for column in self._columns) for row in rows]


class ProjectionsView(View):
    """One read model at a time."""

    key = "projections"
    title = "Projections"
    icon_name = "projection"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._name = ""
        self._table: FastTableView | None = None
        self._source: RowsSource | None = None
        self._fitted = 0
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
            "Rebuild", "refresh", "Make all rows anew from the whole log; the old ones stay until it is done"
        )
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.picker)
        head.addWidget(self.badge)
        head.addStretch(1)
        head.addWidget(self.pause)
        head.addWidget(self.rebuild)
        self.picker.currentTextChanged.connect(self.show_projection)
        self.pause.clicked.connect(self._toggle)
        self.rebuild.clicked.connect(self._rebuild)
        if self.desk.workspace.engine is None:
            for button in (self.pause, self.rebuild):
                button.setEnabled(False)
                button.setToolTip("This window only looks; the one that works on the store can do this")
        return head

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        show_words((self.pause, self.rebuild), shown=self.width() >= NARROW)

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
        return bool(changes.projections) or changes.head > 0 or changes.model or changes.everything

    @override
    def refresh(self) -> None:
        views = {view.name: view for view in self.desk.workspace.observe.projections()}
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
        if key and self._table is not None:
            self._table.choose(lambda row: str(row[0]) == key)

    def show_projection(self, name: str) -> None:
        """Shows the table of a projection."""
        found = [view for view in self.desk.workspace.observe.projections() if view.name == name]
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
        columns = [_column(name, kind, last=name == names[-1]) for name, kind in view.columns]
        table = FastTableView(columns)
        table.setAccessibleName(f"Rows of {view.name}")
        table.set_sortable(sortable=True)
        table.show_sort(0, descending=False)
        table.set_multi(multi=True)
        self._source = RowsSource(self.desk.workspace.observe, view.name, names)
        self._source.text = self.search.text().strip()
        table.set_source(self._source)
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
        table, source = self._table, self._source
        if table is None or source is None:
            return
        table.refresh()
        self._show_state(view)
        rows = source.length
        if self._fitted < min(rows, FITTED) and not table.arranged:
            self._fitted = rows
            table.fit_columns()
        if source.text:
            self.said.setText(
                f"{rows:,} of {view.rows:,} rows hold “{source.text}” (all columns were searched)"
            )
            table.set_empty("No row fits", f"All {view.rows:,} rows were searched for “{source.text}”.")
        else:
            self.said.setText(f"{rows:,} row" + ("" if rows == 1 else "s"))
            table.set_empty("No rows yet", "They appear when events come that this projection reads.")

    def _show_state(self, view: ProjectionView) -> None:
        kind, text = STATUS.get(view.status, ("neutral", view.status))
        self.badge.set(*(("warning", "stale") if view.stale and kind == "ok" else (kind, text)))
        head = self.desk.workspace.browse.head()
        self.place.setText(f"checkpoint {view.checkpoint:,} · lag {view.lag:,}")
        self.place.setToolTip(f"The rows are the fold of all events up to here; the store is at {head:,}")
        behind = view.lag > 0 and view.status == "live"
        self.progress.setVisible(behind)
        if behind:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * view.checkpoint // max(1, head))
        stopped = view.status in {"paused", "faulted"}
        self.pause.setText("Resume" if stopped else "Pause")
        self.banner.show_state(view)

    # -- what the person does -----------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        if self._source is not None:
            self._source.text = text.strip()
            self.refresh()

    def _sort(self, column: int, descending: bool) -> None:  # a signal's arguments
        if self._source is not None and self._table is not None:
            name = self._columns[column][0]
            self._source.order = ("-" if descending else "") + name
            self._table.show_sort(column, descending)
            self._table.refresh()

    def _chosen(self, row: tuple[Any, ...]) -> None:
        names = [name for name, _ in self._columns]
        events = self.desk.workspace.observe.sources(self._name, row[0])
        self.detail.show_row(str(row[0]), dict(zip(names, row, strict=False)), events)
        self.detail.show()

    def _show_event(self, stream: str, version: int, position: int) -> None:
        self.desk.select(
            Selection(stream=stream, version=version, position=int(position), projection=self._name),
            view="timeline",
        )

    def _toggle(self) -> None:
        control = self.desk.workspace.control
        paused = self.pause.text() == "Pause"
        name = self._name
        self.desk.run(control.pause_projection(name, paused=paused), f"{self.pause.text()} {name}")

    def _rebuild(self) -> None:
        name = self._name
        views = {view.name: view for view in self.desk.workspace.observe.projections()}
        self._rebuilding[name] = views[name].generation
        self.desk.run(self.desk.workspace.control.rebuild(name), f"Rebuild {name}")


def _column(name: str, kind: str, *, last: bool) -> Column:
    number = kind in NUMBERS
    shown = _time if kind == "time" else _number if kind == "integer" else _text
    return Column(
        name,
        width=186 if kind == "time" else 84 if number or kind == "boolean" else 130,
        mono=number or kind in {"time", "json"},
        align_right=number,
        stretch=last,
        text=lambda value: shown(masked({name: value})[name]),
    )


def _time(value: Any) -> str:
    return absolute(value) if isinstance(value, int) else _text(value)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else _text(value)


def _text(value: Any) -> str:
    return "—" if value is None else str(value)

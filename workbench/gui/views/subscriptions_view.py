"""The subscriptions at work: state, rate, lag, what waits, and live graphs of throughput and latency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workbench.gui.desk import Desk, Selection
from workbench.gui.paged_model import ListSource
from workbench.gui.rate_graph import RateGraph
from workbench.gui.table import FastTableView
from workbench.gui.view import View
from workbench.gui.views.reset_dialog import ResetDialog
from workbench.gui.views.subscription_table import FACTS, SubscriptionTable, facts_of, row_of
from workbench.gui.views.subscription_waiting import WaitingDeliveries
from workbench.gui.widgets import EmptyState, plain_label, plain_tip, show_words, toolbar_button
from workbench.model.clock import MICROSECONDS

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.monitor_values import SubscriptionView

NARROW, TALL = 720, 640
"""Pixels: below that width the graphs stand below each other; below that height as well, apart."""
THROUGHPUT = {"delivered": "ok", "to be retried": "warning", "dead": "error"}
LATENCY = {"p50": "info", "p95": "event", "p99": "policy"}
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class SubscriptionsView(View):
    """A table of all, the graphs and the waiting deliveries of the chosen one."""

    key = "subscriptions"
    title = "Subscriptions"
    icon_name = "subscription"
    ticks = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._views: dict[str, SubscriptionView] = {}
        self._listing = self.question(self._list)
        self._asking_reset = self.question(self._open_reset)
        self._name = ""
        self._pages = QStackedLayout(self)
        hint = "Subscriptions stand in the project file, policies in the model. This project has neither."
        self._pages.addWidget(EmptyState("subscription", "No subscriptions", hint))
        self._pages.addWidget(self._page())

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        self.table = SubscriptionTable()
        self.throughput = RateGraph("Throughput", "deliveries a second")
        self.throughput.set_series(THROUGHPUT)
        self.latency = RateGraph("Latency", "ms from publish to ack")
        self.latency.set_series(LATENCY)
        self.graphs = QSplitter(Qt.Orientation.Horizontal)
        self.graphs.addWidget(self.throughput)
        self.graphs.addWidget(self.latency)
        self.graphs.setChildrenCollapsible(False)
        self.graphs.setStretchFactor(0, 1)
        self.graphs.setStretchFactor(1, 1)
        self.graphs.setSizes([500, 500])
        self.waiting = WaitingDeliveries(self.desk)
        self.details = FastTableView(FACTS)
        self.details.setAccessibleName("Details")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.graphs, "Graphs")
        self.tabs.addTab(self.waiting, "Waiting")
        self.tabs.addTab(self.details, "Details")
        self.tabs.currentChanged.connect(lambda _index: self._turned())
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.table)
        self.split.addWidget(self.tabs)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(6)
        layout.addLayout(self._bar())
        layout.addWidget(self.split, 1)
        self.table.row_chosen.connect(self._chosen)
        self.table.row_activated.connect(lambda _row: self._show_letters())
        return page

    def _bar(self) -> QHBoxLayout:
        self.name = plain_label(role="heading")
        self.name.setMinimumWidth(30)
        self.pause = toolbar_button(
            "Pause", "pause", "Stop deliveries of this subscription; its backlog grows"
        )
        self.step = toolbar_button("Step", "step", "Do one delivery of this subscription; pauses the engine")
        self.reset = toolbar_button("Reset …", "undo", "Move the cursor: deliver again, or skip")
        self.dead = toolbar_button(
            "Dead letters", "dead-letter", "Show the dead letters of this subscription"
        )
        bar = QHBoxLayout()
        bar.setSpacing(2)
        bar.addWidget(self.name, 1)
        self._buttons: tuple[tuple[QToolButton, Callable[[], None]], ...] = (
            (self.pause, self._toggle),
            (self.step, self._step),
            (self.reset, self._reset),
            (self.dead, self._show_letters),
        )
        for button, act in self._buttons:
            button.clicked.connect(lambda _checked=False, act=act: act())
            bar.addWidget(button)
        return bar

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.graphs.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        self._tell_apart(apart=narrow and self.height() < TALL)
        show_words((button for button, _ in self._buttons), shown=not narrow)

    def _tell_apart(self, *, apart: bool) -> None:
        """Gives each graph a tab of its own where there is no room for both."""
        if apart == (self.tabs.indexOf(self.latency) >= 0):
            return
        graphs = self.tabs.currentWidget() not in {self.waiting, self.details}
        if apart:
            self.tabs.removeTab(self.tabs.indexOf(self.graphs))
            self.tabs.insertTab(0, self.throughput, "Throughput")
            self.tabs.insertTab(1, self.latency, "Latency")
        else:
            for graph in (self.throughput, self.latency):
                self.tabs.removeTab(self.tabs.indexOf(graph))
                self.graphs.addWidget(graph)
                graph.show()
            self.graphs.setSizes([500, 500])
            self.tabs.insertTab(0, self.graphs, "Graphs")
        if graphs:
            self.tabs.setCurrentIndex(0)

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        moved = changes.subscriptions or changes.head or changes.dead_letters
        return bool(moved) or changes.engine or changes.everything

    @override
    def refresh(self) -> None:
        self._listing.ask(self.desk.workspace.monitor.subscriptions)

    def _list(self, found: Sequence[SubscriptionView]) -> None:
        self._views = {view.name: view for view in found}
        self._pages.setCurrentIndex(1 if found else 0)
        if not found:
            return
        self.table.refresh(ListSource([row_of(view) for view in found]))
        if self._name not in self._views:
            self._name = found[0].name
            self._draw()
        self._mark()
        self._show_chosen()

    @override
    def follow(self, selection: Selection) -> None:
        if selection.subscription in self._views and selection.subscription != self._name:
            self._name = selection.subscription
            self._mark()
            self._show_chosen()
            self._draw()

    def _mark(self) -> None:
        self.table.choose_key(self._name)

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self._name = row[0]
        self.desk.select(Selection(subscription=row[0]))
        self._show_chosen()
        self._draw()

    def _show_chosen(self) -> None:
        view = self._views.get(self._name)
        if view is None:
            return
        self.name.setText(view.name)
        about = [view.doc, f"handler {view.handler}" if view.handler else "", view.filter]
        self.name.setToolTip(plain_tip("\n".join(part for part in about if part)))
        self.pause.setText("Resume" if view.paused or view.status == "faulted" else "Pause")
        self.dead.setText(f"{view.dead:,} dead" if view.dead else "Dead letters")
        writes = self.desk.workspace.engine is not None
        for button in (self.pause, self.step, self.reset):
            button.setEnabled(writes and view.status != "detached")
        self.dead.setEnabled(view.dead > 0)
        if self.tabs.currentWidget() is self.waiting:
            self.waiting.show_of(view.name, view.waiting)
        elif self.tabs.currentWidget() is self.details:
            self.details.refresh(ListSource(facts_of(view)))
        waits = view.waiting
        self.tabs.setTabText(self.tabs.indexOf(self.waiting), f"Waiting ({waits:,})" if waits else "Waiting")

    def _turned(self) -> None:
        self._show_chosen()
        self._draw()

    # -- graphs -------------------------------------------------------------------------------------------

    @override
    def tick(self) -> None:
        self._draw()  # a second is the width of its buckets
        if any(view.rate or view.oldest_us for view in self._views.values()):
            self.refresh()  # rates fall when nothing happens, ages grow, and what is due comes nearer

    def _draw(self) -> None:
        if self.tabs.currentWidget() in {self.waiting, self.details} or not self._name:
            return
        observe = self.desk.workspace.monitor
        times, delivered = observe.throughput("ok")
        if not times:
            return
        since = observe.counting_since() / MICROSECONDS
        none: Sequence[int] = [0] * len(times)
        self.throughput.update(
            times,
            {
                "delivered": delivered.get(self._name, none),
                "to be retried": observe.throughput("retry")[1].get(self._name, none),
                "dead": observe.throughput("dead")[1].get(self._name, none),
            },
            since,
        )
        self.latency.update(
            times,
            {
                name: [us / 1000 for us in observe.latency(self._name, quantile)]
                for name, quantile in QUANTILES.items()
            },
            since,
        )

    # -- what the person does -----------------------------------------------------------------------------

    def _toggle(self) -> None:
        name, paused = self._name, self.pause.text() == "Pause"
        work = self.desk.workspace.subscriptions.pause(name, paused=paused)
        self.desk.run(work, f"{self.pause.text()} {name}")

    def _step(self) -> None:
        self.desk.run(self._stepped(self._name), f"Step {self._name}")

    async def _stepped(self, name: str) -> None:
        moved = await self.desk.workspace.step(name)
        said = f"One delivery of {name} was done." if moved else f"Nothing to deliver to {name}."
        self.desk.notice("info", f"{said} The engine is paused.")

    def _reset(self) -> None:
        # Asked anew: what the table shows may be a tenth of a second old.
        self._asking_reset.ask(self.desk.workspace.monitor.subscriptions, self._name)

    def _open_reset(self, views: Sequence[SubscriptionView]) -> None:
        found = {one.name: one for one in views}
        view = found.get(self._name, self._views[self._name])
        dialog = ResetDialog(self, view, self.desk)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda position: self._reset_to(view.name, int(position)))
        dialog.open()

    def _reset_to(self, name: str, position: int) -> None:
        work = self.desk.workspace.subscriptions.reset(name, position)
        self.desk.run(work, f"Reset {name}")

    def _show_letters(self) -> None:
        view = self._views.get(self._name)
        if view is not None and view.dead:
            self.desk.select(Selection(subscription=view.name))
            self.desk.wanted.emit("letters")

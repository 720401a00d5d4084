"""The subscriptions at work: state, rate, lag, what waits, and live graphs of throughput and latency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedLayout,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.filter_row import FilterRow, rows_with
from workbench.gui.layouts import Scrolled, Tabs, in_column, in_panes, in_row
from workbench.gui.operator_undo import undo_action
from workbench.gui.paged_model import ListSource
from workbench.gui.pausing import RUNS, pause_subscription, step_engine
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.view import View
from workbench.gui.views.process_instances import ProcessInstances
from workbench.gui.views.reset_dialog import ResetDialog
from workbench.gui.views.subscription_graphs import SubscriptionGraphs
from workbench.gui.views.subscription_table import (
    COLUMNS,
    FACTS,
    SubscriptionTable,
    facts_of,
    row_of,
)
from workbench.gui.views.subscription_waiting import WaitingDeliveries
from workbench.gui.widgets import EmptyState, plain_label, plain_tip, show_words
from workbench.model.messaging import called

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from workbench.model.changes import Changes
    from workbench.services.monitor.monitor_values import SubscriptionView

NARROW, TALL = 720, 640
"""Pixels: below that width the graphs stand below each other; below that height as well, apart."""


class SubscriptionsView(View):
    """A table of all, the graphs and the waiting deliveries of the chosen one."""

    key = "subscriptions"
    title = "Subscriptions"
    icon_name = "subscription"
    ticks = True
    of_operators = undo_action()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._views: dict[str, SubscriptionView] = {}
        self._listing = self.question(self._list)
        self._resetting = self.question(self._open_reset)
        self.desk.reset_wanted.connect(self.ask_reset)
        self._name = ""
        self._followed = ("", "")
        self._pages = QStackedLayout(self)
        hint = "Subscriptions stand in the project file, policies in the model. This project has neither."
        self._pages.addWidget(Scrolled(self._page(), "Subscriptions and their figures"))
        self._pages.addWidget(EmptyState("subscription", "No subscriptions", hint))
        self.acts.offer()

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        self.table = SubscriptionTable()
        self.graphs = SubscriptionGraphs(self)
        self.history, self.latency = self.graphs.history, self.graphs.latency
        self.history.drawn.connect(self._list_rows)
        self.table.line_clicked.connect(self._switch_line)
        self.waiting = WaitingDeliveries(self.desk)
        self.instances = ProcessInstances(self.desk)
        self.details = FastTableView(FACTS)
        self.details.setAccessibleName("Details")
        self.tabs = Tabs("subscriptions")
        self.tabs.addTab(self.graphs.panes, "Graphs")
        self.tabs.addTab(self.waiting, "Waiting")
        self.tabs.addTab(self.instances, "Instances")
        self.tabs.addTab(self.details, "Details")
        self.tabs.currentChanged.connect(lambda _index: self._turned())
        listed, page = QWidget(), QWidget()
        in_column(self._bar(), (self.table, 1), of=listed, margins=0, spacing=6)
        self.split = in_panes(Qt.Orientation.Vertical, (listed, 1), (self.tabs, 1), name="subscriptions")
        in_column((self.split, 1), of=page, margins=(8, 6, 8, 6))
        self.table.row_chosen.connect(self._chosen)
        return page

    def _bar(self) -> QHBoxLayout:
        self.name = plain_label(role="heading")
        self.name.setMinimumWidth(30)
        self.filter = FilterRow("subscriptions")
        self.filter.settled.connect(lambda _words: self._list_rows())
        self.buttons = {key: self.acts.button(key) for key in ("pause", "step", "reset", "dead")}
        return in_row((self.name, 1), (self.filter, 1), *self.buttons.values(), spacing=2)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.graphs.panes.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        others = (self.waiting, self.instances, self.details)
        self.graphs.place(self.tabs, others, apart=narrow and self.height() < TALL)
        show_words(self.buttons.values(), shown=not narrow)

    @override
    def arranged(self, perspective: str, settings: QSettings) -> None:
        self.history.remember(settings)

    # -- following ----------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.table

    @override
    def concerns(self, changes: Changes) -> bool:
        moved = changes.subscriptions or changes.head or changes.dead_letters or changes.operations
        return bool(moved) or changes.engine or changes.everything

    @override
    def refresh(self) -> None:
        self.graphs.note()
        self._listing.ask(self.desk.workspace.monitor.subscriptions)

    def _list(self, found: Sequence[SubscriptionView]) -> None:
        self._views = {view.name: view for view in found}
        self._pages.setCurrentIndex(0 if found else 1)
        if not found:
            return
        self._list_rows()
        first = self._name not in self._views
        self._name = found[0].name if first else self._name
        self._mark()
        if first:
            self._draw()  # else once a second: what came in the present one is not drawn yet
            self.graphs.mark()
        self._show_chosen()

    def _list_rows(self) -> None:
        """Shows the rows that fit, with what the graph says of them."""
        drawn = self.graphs.lines([*self._views])
        rows = ListSource([row_of(view, drawn) for view in self._views.values()])
        words = self.filter.asked()
        kept = rows_with(words, rows, COLUMNS)
        if words:
            said = f"All {len(rows.rows):,} were searched for “{words}”."
            self.table.set_empty("No subscription fits", said)
        self.table.refresh(kept)
        self.table.show_faults(any(view.faults for view in self._views.values()))
        self.filter.show_count(len(kept.rows), len(rows.rows))

    @override
    def follow(self, selection: Selection) -> None:
        wanted = selection.subscription, selection.key
        if wanted == self._followed:  # the person may have chosen another one since
            return
        self._followed = wanted
        if selection.subscription and selection.subscription != self._name:
            self._name = selection.subscription
            self._mark()
            self._show_chosen()
            self._draw()
        if selection.subscription and selection.key:
            self.instances.choose(selection.key)
            self.tabs.setCurrentWidget(self.instances)
            self._show_chosen()

    def _mark(self) -> None:
        self.table.choose_key(self._name)
        self.history.set_names([*self._views], self._name)

    def _chosen(self, row: tuple[Any, ...]) -> None:
        self._name = row[0]
        self.history.set_names([*self._views], self._name)
        self.desk.select(Selection(subscription=row[0]))
        self._show_chosen()
        self._draw()

    def _show_chosen(self) -> None:
        view = self._views.get(self._name)
        if view is None:
            return
        self.name.setText(called(view.name))
        about = [view.doc, f"handler {view.handler}" if view.handler else "", view.filter]
        self.name.setToolTip(plain_tip("\n".join(part for part in about if part)))
        self.acts.refresh()
        if self.tabs.currentWidget() is self.waiting:
            self.waiting.show_of(view.name, view.waiting)
        elif self.tabs.currentWidget() is self.instances:
            self.instances.show_of(view.name)
        elif self.tabs.currentWidget() is self.details:
            self.details.refresh(ListSource(facts_of(view)))
        reactor = self.desk.workspace.registry.reactors.get(view.name)
        self.tabs.setTabVisible(self.tabs.indexOf(self.instances), reactor is not None and reactor.stateful)
        waits = view.waiting
        self.tabs.setTabText(self.tabs.indexOf(self.waiting), f"Waiting ({waits:,})" if waits else "Waiting")

    def _turned(self) -> None:
        self._show_chosen()
        self._draw()

    # -- graphs -------------------------------------------------------------------------------------------

    @override
    def tick(self) -> None:
        self._draw()  # a second is the width of its buckets
        self.history.look()
        if self.graphs.spark():
            self._list_rows()
        self.graphs.mark()
        if any(view.rate or view.oldest_us for view in self._views.values()):
            self.refresh()  # rates fall when nothing happens, ages grow, and what is due comes nearer

    def _draw(self) -> None:
        if self.tabs.currentWidget() not in {self.waiting, self.instances, self.details} and self._name:
            self.graphs.draw_latency(self._name)

    def _switch_line(self, name: str, alone: bool) -> None:  # a signal's argument
        self.graphs.switch_line(name, alone=alone)
        self._list_rows()

    # -- what can be done ---------------------------------------------------------------------------------

    def of(self, rows: ChosenRows) -> SubscriptionView | None:
        """Returns how a chosen subscription stands."""
        return self._views.get(str(rows.keys[0]))

    @action(
        "Pause",
        icon="pause",
        tip="Stop deliveries of this subscription; its backlog grows",
        on="table",
        writes=True,
        why=lambda view, rows: _detached(view.of(rows)),
        look=lambda view, rows: _pause_told(view.of(rows) if rows else None),
    )
    def pause(self, rows: ChosenRows) -> None:
        """Pauses a subscription, or resumes it."""
        paused = _pause_told(self.of(rows))[0] == "Pause"
        pause_subscription(self.desk, str(rows.keys[0]), paused=paused)

    @action(
        "Step",
        icon="step",
        tip="Do one delivery of this subscription while the engine is paused",
        on="table",
        writes=True,
        why=lambda view, rows: _detached(view.of(rows)) or view.why_no_step(),
    )
    def step(self, rows: ChosenRows) -> None:
        """Does one delivery of a subscription."""
        self.desk.run(step_engine(self.desk, str(rows.keys[0])), f"Step {rows.keys[0]}")

    def why_no_step(self) -> str:
        """Returns why no delivery can be done by hand; empty where one can."""
        return "" if self.desk.workspace.monitor.paused else RUNS

    @action(
        "Line in the graph",
        keys="H",
        on="table",
        group=2,
        look=lambda view, rows: (view.line_label(rows), ""),
    )
    def line(self, rows: ChosenRows) -> None:
        """Hides a subscription's line in the graph, or shows it."""
        self._switch_line(str(rows.keys[0]), alone=False)

    def line_label(self, rows: ChosenRows | None) -> str:
        """Returns what switching the line is called."""
        hidden = rows is not None and rows.keys[0] in self.history.hidden
        return "Show in the graph" if hidden else "Hide in the graph"

    @action("Only this in the graph", keys="Alt+H", on="table", group=2)
    def line_alone(self, rows: ChosenRows) -> None:
        """Shows a subscription's line alone; a second time all of them."""
        self._switch_line(str(rows.keys[0]), alone=True)

    @action(
        "Reset …",
        icon="rewind",
        tip="Move the cursor: deliver again, or skip",
        on="table",
        writes=True,
        why=lambda view, rows: _detached(view.of(rows)),
    )
    def reset(self, rows: ChosenRows) -> None:
        """Asks to which position a subscription shall go."""
        self.ask_reset(str(rows.keys[0]))

    def ask_reset(self, name: str) -> None:
        """Asks to which position the subscription of a name shall go."""
        # Asked again: what the table shows may be a tenth of a second old.
        monitor = self.desk.workspace.monitor
        self._resetting.ask(lambda: (name, monitor.subscriptions()), name)

    def _open_reset(self, answer: tuple[str, Sequence[SubscriptionView]]) -> None:
        name, found = answer[0], {one.name: one for one in answer[1]}
        dialog = ResetDialog(self, found[name] if name in found else self._views[name], self.desk)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda position: self._reset_to(name, int(position)))
        dialog.open()

    def _reset_to(self, name: str, position: int) -> None:
        self.desk.run(self._reset(name, position), f"Reset {name}")

    async def _reset(self, name: str, position: int) -> None:
        act = await self.desk.workspace.subscriptions.reset(name, position)
        self.desk.notice("ok", f"{name} goes on behind position {position:,}.", *self.desk.undo.offer(act))

    @action(
        "Dead letters",
        icon="dead-letter",
        tip="Show the dead letters of this subscription",
        on="table",
        default=True,
        group=1,
        why=lambda view, rows: "" if _dead(view.of(rows)) else "It has no dead letters",
        look=lambda view, rows: (_dead(view.of(rows) if rows else None) or "Dead letters", "dead-letter"),
    )
    def dead(self, rows: ChosenRows) -> None:
        """Shows the dead letters of a subscription."""
        self.desk.select(Selection(subscription=str(rows.keys[0])), view="letters")

    @action("Show on the board", icon="board", on="table", group=1)
    def show_on_board(self, rows: ChosenRows) -> None:
        """Shows where a subscription stands in the flow."""
        self.desk.select(Selection(subscription=str(rows.keys[0])), view="board")


def _detached(view: SubscriptionView | None) -> str:
    gone = view is None or view.status == "detached"
    return "Its handler is missing: the project's module is not loaded" if gone else ""


def _pause_told(view: SubscriptionView | None) -> tuple[str, str]:
    stands = view is not None and (view.paused or view.status == "faulted")
    return ("Resume", "play") if stands else ("Pause", "pause")


def _dead(view: SubscriptionView | None) -> str:
    return f"{view.dead:,} dead" if view is not None and view.dead else ""

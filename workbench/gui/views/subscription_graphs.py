"""The graphs of subscriptions: all over time, the latency of the chosen one; what rows tell of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QTabWidget, QWidget

from workbench.gui.desk import Selection
from workbench.gui.history_graph import HistoryGraph
from workbench.gui.layouts import in_panes
from workbench.gui.rate_graph import RateGraph
from workbench.gui.series_lines import SPARK, SPARKED
from workbench.gui.views.subscription_table import DrawnLines
from workbench.model.clock import MICROSECONDS
from workbench.services.monitor.rate_marks import RateMark, rate_marks
from workbench.services.monitor.rate_rings import REACH, Measure

if TYPE_CHECKING:
    from workbench.gui.view import View

LATENCY = {"p50": "info", "p95": "event", "p99": "policy"}
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
MARKED = 500
"""Acts of operators that are looked at for marks."""


class SubscriptionGraphs(QObject):
    """Both graphs beside each other, or each in a tab of its own.

    Attributes:
        history: All subscriptions over time.
        latency: Of the chosen one.
        panes: What has both.
    """

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._desk = view.desk
        self.history = HistoryGraph(view.desk)
        self.history.mark_chosen.connect(self._open_mark)
        self.latency = RateGraph("Latency", "ms from publish to ack")
        self.latency.set_series(LATENCY)
        self.panes = in_panes(Qt.Orientation.Horizontal, (self.history, 3), (self.latency, 2), name="graphs")
        self.panes.setSizes([600, 400])
        self._marking = view.question(self._show_marks)
        self._sparks: Mapping[str, Sequence[float]] = {}
        self._sparked = -1
        self._unmarked = True

    def place(self, tabs: QTabWidget, others: Collection[QWidget], *, apart: bool) -> None:
        """Gives each graph a tab of its own where there is no room for both.

        Args:
            others: The other tabs: one of them that is open stays so.
        """
        if apart == (tabs.indexOf(self.latency) >= 0):
            return
        seen = tabs.currentWidget() not in others
        if apart:
            tabs.removeTab(tabs.indexOf(self.panes))
            tabs.insertTab(0, self.history, "Over time")
            tabs.insertTab(1, self.latency, "Latency")
        else:
            for graph in (self.history, self.latency):
                tabs.removeTab(tabs.indexOf(graph))
                self.panes.addWidget(graph)
                graph.show()
            self.panes.setSizes([600, 400])
            tabs.insertTab(0, self.panes, "Graphs")
        if seen:
            tabs.setCurrentIndex(0)

    # -- what the rows tell -------------------------------------------------------------------------------

    def lines(self, names: Sequence[str]) -> DrawnLines:
        """Returns what is drawn of subscriptions; of read models the graph has a legend of its own."""
        if self.history.of_read_models:
            return DrawnLines(sparks=self._sparks)
        lines = {name: at for at, name in enumerate(names) if name not in self.history.hidden}
        return DrawnLines(lines=lines, sparks=self._sparks, figures=self.history.figures)

    def spark(self) -> bool:
        """Looks at the last ten minutes, if they have another point by now; returns whether they have."""
        rates = self._desk.workspace.rates
        end = rates.end
        if end // SPARK == self._sparked:
            return False
        self._sparked = end // SPARK
        self._sparks = rates.rings.window(Measure.RATE, end - SPARKED, end, SPARKED // SPARK).values
        return True

    def switch_line(self, name: str, *, alone: bool) -> None:
        """Hides a line or shows it; or shows it alone, a second time all, and all in place of read models."""
        if self.history.of_read_models:
            self.history.show_subscriptions()
            return
        hidden, others = self.history.hidden, {*self.history.names} - {name}
        if alone:
            self.history.hide_lines(() if hidden == others else others)
        else:
            self.history.hide_lines(hidden ^ {name})

    # -- following ----------------------------------------------------------------------------------------

    def draw_latency(self, name: str) -> None:
        """Draws the latencies of a subscription."""
        monitor = self._desk.workspace.monitor
        self.latency.update(
            monitor.seconds(),
            {
                told: [us / 1000 for us in monitor.latency(name, quantile)]
                for told, quantile in QUANTILES.items()
            },
            monitor.counting_since() / MICROSECONDS,
        )

    def note(self) -> None:
        """Notes that something happened which may be marked."""
        self._unmarked = True

    def mark(self) -> None:
        """Reads what is marked, if something happened since; once a second is enough."""
        if self._unmarked:
            self._unmarked = False
            self._marking.ask(self._marks)

    def _marks(self) -> list[RateMark]:
        workspace = self._desk.workspace
        now = workspace.clock.now() / MICROSECONDS
        deaths = workspace.rates.rings.deaths(now - REACH, now)
        return rate_marks(workspace.monitor.actions(MARKED), deaths, {*self.history.names})

    def _show_marks(self, marks: Sequence[RateMark]) -> None:
        self.history.set_marks(marks)

    def _open_mark(self, mark: RateMark) -> None:
        """Shows the letters that came of deaths, or what an operator did."""
        if mark.operation:
            self._desk.select(Selection(operation=mark.operation), view="log")
        else:
            self._desk.select(Selection(subscription=mark.subscription), view="letters")

"""Runs the traffic of a range again, in a copy of the store, and lays the lags of runs over each other."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QProgressBar, QWidget
from shiboken6 import isValid

from workbench.errors import WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.chooser import ChoiceBox, NumberBox
from workbench.gui.lag_graph import LagGraph
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.ticker import pause_timer
from workbench.gui.views.traffic_lists import RUNS, SUBSCRIPTIONS, run_rows, subscription_rows, told_of
from workbench.gui.widgets import error_text, plain_label
from workbench.model.clock import MICROSECONDS
from workbench.model.counts import counted
from workbench.services.worlds.traffic_run import TrafficRun

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.worlds.traffic import Traffic

MOST = 2**31 - 1
BOX = 110
"""Pixels of a number, and of a name at least."""
PAUSE = 250
"""Milliseconds without a change after which a range is looked at."""
PACES = {"1×, as fast as then": 1.0, "2×": 2.0, "10×": 10.0, "100×": 100.0, "as fast as it can": 0.0}
LATELY = {"positions": 0, "last minute": 60, "last 10 minutes": 600, "last hour": 3600, "last day": 86_400}
"""Seconds of what is chosen by time."""


class TrafficDialog(QDialog):
    """A range, a pace, how far a run is, and what runs came to; closing it ends a run that is under way.

    Args:
        first: Position with which the range begins; 0 for the last ten minutes.
        upto: Its last position.
    """

    def __init__(self, parent: QWidget, desk: Desk, first: int, upto: int) -> None:
        super().__init__(parent)
        self.setObjectName("traffic")
        self.setWindowTitle("Run traffic again")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 640)
        self._desk, self._runs_again = desk, desk.workspace.traffic
        self._traffic: Traffic | None = None
        self._then: TrafficRun | None = None
        self._running: TrafficRun | None = None
        self._halt: Event | None = None
        self._kept: list[TrafficRun] = []
        self._hidden, self._hidden_runs, self._chosen = frozenset[str](), set[str](), ""
        self._asked = 0
        self._looking = pause_timer(self, PAUSE, self._look)
        self._fields(first, upto)
        self._results()
        self.acts = Actions(self, self)
        self._compose()
        self.finished.connect(lambda _code: self._stop())
        self._choose_time()
        desk.run(self._read_runs(), "Read earlier runs")

    # -- parts --------------------------------------------------------------------------------------------

    def _fields(self, first: int, upto: int) -> None:
        self.lately, self.first, self.upto = ChoiceBox(), NumberBox(), NumberBox()
        for word, seconds in LATELY.items():
            self.lately.addItem(word, seconds)
        self.lately.setCurrentIndex(0 if first else self.lately.findData(600))
        self.lately.setAccessibleName("How the range is chosen")
        for box, value, said in ((self.first, first, "First position"), (self.upto, upto, "Last position")):
            box.setRange(1, MOST)
            box.setMaximumWidth(BOX)
            box.setValue(min(MOST, max(1, value)))
            box.setAccessibleName(said)
            box.valueChanged.connect(self._look_soon)
        self.lately.currentIndexChanged.connect(self._choose_time)
        self.pace, self.name = ChoiceBox(), QLineEdit()
        for word, pace in PACES.items():
            self.pace.addItem(word, pace)
        self.pace.setCurrentIndex(2)
        self.pace.setAccessibleName("How fast")
        self.name.setAccessibleName("What the run is called")
        self.name.setPlaceholderText("name of the run")
        self.name.setMaxLength(60)
        self.name.setMinimumWidth(BOX)

    def _results(self) -> None:
        self.range_said = plain_label(role="muted", wrap=True)
        self.said = plain_label(wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName("How much of the traffic came again")
        self.bar.setMaximum(1)
        keep = self.bar.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keep)
        self.bar.hide()
        self.graph = LagGraph()
        self.runs, self.table = FastTableView(RUNS), FastTableView(SUBSCRIPTIONS)
        self.runs.setAccessibleName("Runs")
        self.table.setAccessibleName("Subscriptions in the chosen run")
        self.runs.set_empty("No run yet", "Choose a range and how fast, and start.")
        self.table.set_empty("No figures", "What came of a run stands here.")
        self.runs.row_chosen.connect(self._choose)

    def _compose(self) -> None:
        buttons = [self.acts.button(key) for key in ("start", "stop")]
        lists = in_panes(Qt.Orientation.Horizontal, (self.runs, 1), (self.table, 2))
        lists.setSizes([270, 690])
        in_column(
            in_row(
                plain_label("Range"), self.lately, self.first, plain_label("to"), self.upto, 1,
                plain_label("Pace"), self.pace, self.name, *buttons,
            ),
            self.range_said,
            self.bar,
            (in_panes(Qt.Orientation.Vertical, (self.graph, 3), (lists, 2)), 1),
            self.said,
            of=self,
            margins=12,
            spacing=8,
        )  # fmt: skip
        self.acts.offer()

    # -- the range ----------------------------------------------------------------------------------------

    def _choose_time(self) -> None:
        by_position = not self.lately.currentData()
        for box in (self.first, self.upto):
            box.setEnabled(by_position)
        self._look_soon()

    def _look_soon(self) -> None:
        self._traffic = None
        self.range_said.setText("Looking at what came from outside …")
        self.acts.refresh()
        self._looking.start()

    def _look(self) -> None:
        self._asked += 1
        self._desk.run(self._looked(self._asked), "Look at the traffic")

    async def _looked(self, asked: int) -> None:
        world, seconds, runs = self._desk.workspace.world, int(self.lately.currentData()), self._runs_again
        first, upto, now = self.first.value(), self.upto.value(), self._desk.workspace.clock.now()

        def look() -> tuple[Traffic, TrafficRun | None]:
            since = now - seconds * MICROSECONDS
            found = runs.look(*(runs.between(since, now + MICROSECONDS) if seconds else (first, upto)))
            return found, runs.then(found)

        said, traffic, then = "", None, None
        try:
            traffic, then = await world.ask(look)
        except WorkbenchError as error:
            said = error_text(error)
        if not isValid(self) or asked != self._asked:
            return
        self._traffic, self._then = traffic, then
        self.range_said.setText(said if traffic is None else _range_text(traffic))
        self._show()

    async def _read_runs(self) -> None:
        kept = await self._desk.workspace.world.ask(self._runs_again.kept)
        if isValid(self):
            self._kept = kept
            self._hidden_runs |= {one.name for one in kept[1:]}
            self._show()

    # -- what is seen -------------------------------------------------------------------------------------

    def _all(self) -> list[TrafficRun]:
        running = [self._running] if self._running is not None else []
        others = [one for one in self._kept if not running or one.name != running[0].name]
        return [*running, *others, *([self._then] if self._then is not None else [])]

    def _show(self) -> None:
        runs = self._all()
        shown = [one for one in runs if one.name not in self._hidden_runs]
        names = sorted({name for one in runs for name in one.lags})
        self._chosen = (
            self._chosen if any(one.name == self._chosen for one in runs) else (runs or [_NONE])[0].name
        )
        chosen = next((one for one in runs if one.name == self._chosen), None)
        numbers = {one.name: at for at, one in enumerate(shown)}
        self.runs.refresh(ListSource(run_rows(runs, numbers)))
        self.runs.choose_key(self._chosen)
        self.table.refresh(ListSource(subscription_rows(chosen, names, self._hidden) if chosen else []))
        self.said.setText(told_of(chosen) if chosen is not None else "")
        self.graph.show_runs(shown, names, [name for name in names if name not in self._hidden])
        self.acts.refresh()

    def _choose(self, row: tuple[Any, ...]) -> None:
        if row[0] != self._chosen:
            self._chosen = str(row[0])
            self._show()

    # -- what can be done ---------------------------------------------------------------------------------

    def _no_start(self) -> str:
        if self._halt is not None:
            return "A run is under way"
        return "" if self._traffic is not None else "The range has no traffic that could be run"

    @action(
        "Start",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="play",
        tip="Copy the store as it was before the range, and have the traffic happen again in the copy",
        why=_no_start,
    )
    def start(self) -> None:
        """Has the traffic happen again."""
        traffic = self._traffic
        if traffic is not None and self._halt is None:
            self._halt = Event()
            self.bar.show()
            self._desk.run(self._run(traffic, self._halt), "Run traffic again")
            self.acts.refresh()

    @action(
        "Stop",
        icon="stop",
        tip="End the run, with what it came to by now",
        why=lambda own: own.idle(),
    )
    def stop(self) -> None:
        """Ends the run that is under way."""
        self._stop()

    def idle(self) -> str:
        """Returns why nothing can be stopped; empty where a run is under way."""
        return "" if self._halt is not None and not self._halt.is_set() else "Nothing runs"

    def _stop(self) -> None:
        if self._halt is not None:
            self._halt.set()

    async def _run(self, traffic: Traffic, halt: Event) -> None:
        pace, name = float(self.pace.currentData()), self.name.text().strip()
        try:
            found = await self._runs_again.run(
                traffic, self._tell, pace=pace, name=name, halt=halt, show=self._show_running
            )
        except BaseException:
            self._ended()
            raise
        kept = await self._desk.workspace.world.ask(self._runs_again.kept) if isValid(self) else []
        if isValid(self):
            self._kept, self._chosen = kept, found.name
            self._hidden_runs.discard(found.name)
            self.name.clear()
            self._ended()
        else:
            self._desk.notice("info", f"Traffic run {found.name}: {found.summary()}")

    def _ended(self) -> None:
        self._halt = self._running = None
        if isValid(self):
            self.bar.hide()
            self.range_said.setText(_range_text(self._traffic) if self._traffic is not None else "")
            self._show()

    def _tell(self, what: str, done: int, of: int) -> None:
        if isValid(self) and self._halt is not None:
            self.bar.setMaximum(max(1, of))
            self.bar.setValue(done)
            self.range_said.setText(f"{what}: {done:,} of {of:,}" if of > 1 else f"{what} …")

    def _show_running(self, run: TrafficRun) -> None:
        if isValid(self) and self._halt is not None:
            if self._running is None:
                self._chosen = run.name
                self._hidden_runs.discard(run.name)
            self._running = run
            self._show()

    @action("Hide or show in the graph", on="runs", icon="graph", keys="H", default=True)
    def switch_run(self, rows: ChosenRows) -> None:
        """Hides the lines of a run, or shows them."""
        self._hidden_runs ^= {str(rows.keys[0])}
        self._show()

    @action("Hide or show in the graph", on="table", icon="graph", keys="H", default=True)
    def switch_line(self, rows: ChosenRows) -> None:
        """Hides the lines of a subscription, or shows them."""
        self._hidden ^= {str(rows.keys[0])}
        self._show()


_NONE = TrafficRun(name="", first=0, upto=0, pace=0.0, at=0, begin=0)


def _range_text(traffic: Traffic) -> str:
    events = sum(traffic.types.values())
    return (
        f"Positions {traffic.first:,} to {traffic.upto:,}, {traffic.seconds:,.1f} s:"
        f" {counted(traffic.arrivals, 'arrival')} from outside, {traffic.events:,} of {events:,} events."
        " Only a copy is touched; handlers are told that it is a dry run."
    )

"""The lags of subscriptions in runs of traffic, laid over each other along the time of the traffic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.layouts import in_column, in_row
from workbench.gui.plot import CLOSEST, Frame, Plot, clock_text, number_text
from workbench.gui.rate_graph import nearest
from workbench.gui.series_lines import ROLES, STYLES
from workbench.gui.theme import theme
from workbench.gui.time_graph import TimeGraph
from workbench.gui.widgets import ElidedLabel, plain_label
from workbench.model.clock import MICROSECONDS
from workbench.services.worlds.traffic_run import TrafficRun, at_common_times

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

POINTS = 300
"""Points of a curve at most."""


class _Line(NamedTuple):
    """Which line of a graph it is: of a subscription in a run."""

    subscription: str
    run: str


class LagGraph(TimeGraph):
    """A line for each subscription in each run: its colour says which subscription, its dashes which run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Lag of subscriptions in runs of traffic", parent)
        self._runs: Sequence[TrafficRun] = ()
        self._names: Sequence[str] = ()
        self._shown: Sequence[str] = ()
        self._times: list[float] = []
        self._values: dict[str, list[float]] = {}
        self._lines: dict[str, _Line] = {}
        self._joined: dict[tuple[str, int, float, float], dict[str, list[float]]] = {}
        heading: QLabel = plain_label("Lag", "heading")
        unit = ElidedLabel("muted")
        unit.setText("positions to the head, along the time of the traffic")
        in_column(
            in_row(heading, (unit, 1), self._when, self._live, spacing=8),
            (self.stack, 1),
            of=self,
            margins=(10, 6, 10, 6),
            spacing=4,
        )
        self.acts.offer()

    def show_runs(self, runs: Sequence[TrafficRun], names: Sequence[str], shown: Sequence[str]) -> None:
        """Shows other runs, or other lines of them.

        Args:
            runs: Those that are seen, the most important first.
            names: All subscriptions, in an order that stays.
            shown: Those that have lines.
        """
        self._runs, self._names, self._shown = runs, names, shown
        self._lines = {
            f"{name} · {run.name}": _Line(name, run.name)
            for run in runs
            for name in names
            if name in shown and name in run.lags
        }
        if self._plot is not None:
            self._plot.set_series(self.pens())
        self.redraw()

    @override
    def pens(self) -> Mapping[str, QPen]:
        styles = {run.name: STYLES[at % len(STYLES)] for at, run in enumerate(self._runs)}
        found = {}
        for key, line in self._lines.items():
            role = ROLES[self._names.index(line.subscription) % len(ROLES)]
            pen = QPen(QColor(theme().colors.ink(role)), 1)
            pen.setCosmetic(True)
            pen.setStyle(styles[line.run])
            found[key] = pen
        return found

    @override
    def draw(self, plot: Plot) -> None:
        begin = self._runs[0].begin / MICROSECONDS if self._runs else 0.0
        end = max((run.times[-1] for run in self._runs if run.times), default=0.0)
        found = {run.name: self._common(run, end) for run in self._runs}
        self._values = {key: found[line.run][line.subscription] for key, line in self._lines.items()}
        self._times = [begin + end * at / POINTS for at in range(POINTS + 1)]
        span = max(end, CLOSEST)
        nothing = "Nothing lay behind" if self._runs else "Nothing ran yet"
        plot.draw(self._times, self._values, Frame(last=begin + span, span=span, reach=span, nothing=nothing))

    def _common(self, run: TrafficRun, end: float) -> dict[str, list[float]]:
        """Returns a run's curves; those of one that has ended are worked out once."""
        key = (run.name, run.at, run.seconds, end)
        if key not in self._joined:
            self._joined = {
                one: lags for one, lags in self._joined.items() if one[3] == end and one[:2] != key[:2]
            }
            self._joined[key] = at_common_times(run, end, POINTS)
        return self._joined[key]

    @override
    def tell(self) -> None:
        at = self._plot.pointed if self._plot is not None else None
        height = self._plot.height if self._plot is not None else 0.0
        index = nearest(self._times, at) if at is not None else -1
        known = {
            key: some[index]
            for key, some in self._values.items()
            if index >= 0 and not math.isnan(some[index])
        }
        line = min(known, key=lambda one: abs(known[one] - height), default="")
        when = clock_text(self._times[index], seconds=True) if index >= 0 else ""
        self._when.setText(f"{number_text(known[line])} · {line} · {when}" if line else when)
        self.setAccessibleDescription("; ".join(run.summary() for run in self._runs))

"""Draws a few series of the last ten minutes, with a legend that says their numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.layouts import in_column, in_row
from workbench.gui.line_legend import LineLegend
from workbench.gui.plot import SPANS, Frame, Plot, clock_text, nothing_text, number_text, span
from workbench.gui.series_lines import STYLES
from workbench.gui.theme import theme
from workbench.gui.time_graph import TimeGraph
from workbench.gui.widgets import ElidedLabel, plain_label

QUIET = 10
"""Seconds between two drawings while there is nothing to see but the time."""
SLIDE = 60
"""What is seen moves by such a part of the width at once, while nothing happens."""


class RateGraph(TimeGraph):
    """A graph of some series over the same seconds; pointing at one shows its values in the legend."""

    def __init__(self, title: str, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(f"{title}, {unit}", parent)
        self._times: Sequence[float] = ()
        self._values: Mapping[str, Sequence[float]] = {}
        self._since = self._drawn = 0.0
        self._roles: dict[str, str] = {}
        heading, measure = plain_label(title, "heading"), ElidedLabel("muted")
        measure.setText(unit)
        top = in_row(heading, (measure, 1), self._when, self._live, spacing=8)
        self._legend = LineLegend(self)
        in_column(top, (self.stack, 1), self._legend, of=self, margins=(10, 6, 10, 6), spacing=4)
        self.acts.offer()

    def set_series(self, roles: Mapping[str, str]) -> None:
        """Says which series there are.

        Args:
            roles: For each name the colour's role, such as ``"ok"`` or ``"subscription"``.
        """
        if dict(roles) == self._roles:
            return
        self._roles = dict(roles)
        self._legend.set_entries(self.pens())
        if self._plot is not None:
            self._plot.set_series(self.pens())
        self.redraw()

    def update(  # type: ignore[override]  # a graph is told its data; `repaint` and `update()` of its parts are Qt's
        self, times: Sequence[float], values: Mapping[str, Sequence[float]], since: float = 0.0
    ) -> None:
        """Shows new numbers; draws at most ten times a second, and nothing while hidden.

        Args:
            times: Seconds since 1970, rising.
            values: For each series its numbers at those seconds; a series may be absent.
            since: The second since 1970 from which on they were counted; 0 for all.
        """
        only_later = self._only_later(times, values) and since == self._since
        self._times, self._values, self._since = times, values, since
        if not only_later or times[-1] - self._drawn >= self._patience():
            self.redraw()
        elif self._plot is not None:
            self.tell()  # the newest second has other numbers, however little the picture moves

    def _only_later(self, times: Sequence[float], values: Mapping[str, Sequence[float]]) -> bool:
        """Whether all that is new are seconds without anything."""
        shift = round(times[-1] - self._times[-1]) if times and self._times else -1
        if not 0 <= shift < len(times) == len(self._times) or values.keys() != self._values.keys():
            return False
        kept = len(times) - shift
        return all(
            series[:kept] == self._values[name][shift:] and not any(series[kept:])
            for name, series in values.items()
        )

    def _patience(self) -> float:
        """Returns the seconds for which a picture will do that only moves."""
        seen = any(any(series) for series in self._values.values())
        return min(QUIET, self._frame().span / SLIDE) if seen else QUIET

    @override
    def draw(self, plot: Plot) -> None:
        self._drawn = self._times[-1] if self._times else 0.0
        plot.draw(self._times, self._values, self._frame())

    @override
    def _dress(self) -> None:
        self._legend.set_entries(self.pens())
        super()._dress()

    def _frame(self) -> Frame:
        times, nothing = self._times, nothing_text(self._times, self._since)
        if not times:
            return Frame(last=0.0, span=SPANS[0], nothing=nothing)
        shown = [self._values[name] for name in self._roles if name in self._values]
        return Frame(last=times[-1], span=span(times, shown), nothing=nothing)

    @override
    def tell(self) -> None:
        """Puts the numbers of the pointed-at second, or the newest, into the legend."""
        at = self._plot.pointed if self._plot is not None else None
        index = len(self._times) - 1 if at is None else nearest(self._times, at)
        pointed = at is not None and index >= 0
        self._when.setText(clock_text(self._times[index], seconds=True) if pointed else "")
        self._legend.set_values(
            {
                name: number_text(series[index])
                for name, series in self._values.items()
                if 0 <= index < len(series)
            }
        )

    @override
    def pens(self) -> dict[str, QPen]:
        used: dict[str, int] = {}
        pens = {}
        for name, role in self._roles.items():
            pen = QPen(QColor(theme().colors.ink(role)))
            pen.setCosmetic(True)
            pen.setStyle(STYLES[used.get(role, 0) % len(STYLES)])
            used[role] = used.get(role, 0) + 1
            pens[name] = pen
        return pens


def nearest(times: Sequence[float], at: float) -> int:
    """Returns the index of the time nearest to another, -1 if there are none."""
    right = bisect_left(times, at)
    if right == 0 or right == len(times):
        return min(right, len(times) - 1)
    return right if times[right] - at < at - times[right - 1] else right - 1

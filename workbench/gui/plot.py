"""Draws lines over time with pyqtgraph, which is imported when the first plot is made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QWidget
from typing_extensions import override

from workbench.gui.layouts import in_column
from workbench.gui.theme import theme
from workbench.gui.time_format import absolute

SPAN = 600.0
"""Seconds that the live plot shows."""
SPANS = (60.0, 120.0, 300.0, SPAN)
"""Seconds that it shows while less than that has happened: the shortest one that holds it."""
CLOSEST = 10.0
"""Seconds that the nearest zoom shows."""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
"""Seconds that may lie between two marks of the time axis."""
MARK_WIDTH, MARK_HEIGHT = 72, 20
"""Pixels that a mark of the time axis, and one of the other axis needs."""


class Plot(QObject):
    """Lines of some series over the same seconds, and what the mouse does to them.

    Signals:
        pointed_at: The second under the pointer, or None.
        live_changed: Whether the newest second is followed.

    Attributes:
        widget: What is put into a layout.
        live: Whether the newest second is followed.
        pointed: The second under the pointer, or None.
    """

    pointed_at = Signal(object)
    live_changed = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        import pyqtgraph

        self._library = pyqtgraph
        self.live = True
        self.pointed: float | None = None
        self._curves: dict[str, Any] = {}
        self._last = 0.0
        self._top = 0.0
        self._span = SPANS[0]
        self._view: Any = pyqtgraph.PlotWidget(parent=parent, enableMenu=False)
        self.widget: QWidget = self._view
        self._item = self._view.getPlotItem()
        self._box = self._item.getViewBox()
        self._cursor = pyqtgraph.InfiniteLine(movable=False)
        self._nothing = QLabel()
        self._set_up()
        self.dress()

    def _set_up(self) -> None:
        self._item.hideButtons()
        self._box.setMouseEnabled(x=True, y=False)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0)
        self._item.getAxis("left").setWidth(46)
        self._item.getAxis("left").enableAutoSIPrefix(False)
        self._item.getAxis("bottom").enableAutoSIPrefix(False)
        self._cursor.hide()
        self._item.addItem(self._cursor, ignoreBounds=True)
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the graph around it has the keyboard
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        in_column(self._nothing, of=self.widget, margins=(46, 0, 0, 20))
        self._viewport = self._view.viewport()
        self._viewport.setMouseTracking(True)
        self._viewport.installEventFilter(self)
        self._box.sigRangeChangedManually.connect(self._taken)
        self._box.sigXRangeChanged.connect(self._mark_times)
        self._box.sigResized.connect(self._mark_times)
        self._box.sigResized.connect(self._mark_rates)

    def dress(self) -> None:
        """Takes the colours of the look."""
        colors = theme().colors
        self._view.setBackground(QColor(colors.surface))
        for side in ("left", "bottom"):
            axis = self._item.getAxis(side)
            axis.setPen(QColor(colors.border))
            axis.setTextPen(QColor(colors.muted))
            axis.setStyle(tickLength=-3, tickFont=self.widget.font())
        self._cursor.setPen(QPen(QColor(colors.faint), 0))

    def set_series(self, pens: Mapping[str, QPen]) -> None:
        """Draws these series, each with its pen, which should be cosmetic and of width 1."""
        for name in [name for name in self._curves if name not in pens]:
            self._item.removeItem(self._curves.pop(name))
        for name, pen in pens.items():
            if name not in self._curves:
                self._curves[name] = self._library.PlotCurveItem(
                    antialias=False, skipFiniteCheck=True, clickable=False
                )
                self._item.addItem(self._curves[name])
            self._curves[name].setPen(pen)

    # -- drawing -------------------------------------------------------------------------------------------

    def draw(self, times: Sequence[float], values: Mapping[str, Sequence[float]], since: float = 0.0) -> None:
        """Shows new numbers at these seconds since 1970, counted from a second on."""
        import numpy as np

        seconds = np.asarray(times, dtype=float)
        top = 0.0
        for name, curve in self._curves.items():
            series = np.asarray(values.get(name, ()), dtype=float)[: len(seconds)]
            curve.setData(seconds[: len(series)], series, skipFiniteCheck=True)
            top = max(top, float(series.max()) if len(series) else 0.0)
        self._nothing.setVisible(not top)
        self._nothing.setText(nothing_text(times, since))
        self._rise(top)
        if len(seconds):
            self._last = float(seconds[-1])
            self._box.setLimits(xMin=self._last - SPAN, xMax=self._last, minXRange=CLOSEST, maxXRange=SPAN)
            self._span = span(times, [values[name] for name in self._curves if name in values])
        if self.live:
            self._box.setXRange(self._last - self._span, self._last, padding=0)

    def _rise(self, top: float) -> None:
        """Keeps the scale steady: it grows at once and shrinks only when half of it is not needed."""
        wanted = ceiling(top)
        if wanted > self._top or wanted <= self._top / 2:
            self._top = wanted
            self._box.setYRange(0, wanted * 1.1, padding=0)  # room for the upper mark's text
            self._mark_rates()

    def _mark_rates(self, *_: object) -> None:
        middle = (self._top / 2,) if self._box.height() >= 3 * MARK_HEIGHT else ()
        marks = [(part, number_text(part)) for part in (0.0, *middle, self._top)]
        self._item.getAxis("left").setTicks([marks if self._top else []])

    def _mark_times(self, *_: object) -> None:
        marks = time_marks(*self.shown(), max(1, int(self._box.width() // MARK_WIDTH)))
        self._item.getAxis("bottom").setTicks([marks if self._last else []])

    # -- moving --------------------------------------------------------------------------------------------

    def shown(self) -> tuple[float, float]:
        """Returns the first and last second in sight."""
        low, high = self._box.viewRange()[0]
        return float(low), float(high)

    def zoom(self, factor: float) -> None:
        """Shows less (below 1) or more of the time around the middle."""
        low, high = self.shown()
        half = max(CLOSEST, (high - low) * factor) / 2
        self._show((low + high) / 2 - half, (low + high) / 2 + half)

    def move(self, share: float) -> None:
        """Moves by a share of what is in sight; below 0 into the past."""
        low, high = self.shown()
        shift = (high - low) * share
        shift = min(max(shift, self._last - SPAN - low), self._last - high)
        self._show(low + shift, high + shift)

    def _show(self, low: float, high: float) -> None:
        self._box.setXRange(max(low, self._last - SPAN), min(high, self._last), padding=0)
        self._taken()

    def go_live(self) -> None:
        """Follows the newest second again."""
        self._box.setXRange(self._last - self._span, self._last, padding=0)
        self._set_live(True)

    def _taken(self, *_: object) -> None:
        low, high = self.shown()
        self._set_live(high - low > SPAN - 1)

    def _set_live(self, live: bool) -> None:
        if live != self.live:
            self.live = live
            self.live_changed.emit(live)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonDblClick:
            self.go_live()
            return True
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._point(float(self._box.mapSceneToView(self._view.mapToScene(event.pos())).x()))
        elif kind == QEvent.Type.Leave:
            self._point(None)
        return False

    def _point(self, at: float | None) -> None:
        low, high = self.shown()
        self.pointed = at if at is not None and low <= at <= high else None
        self._cursor.setVisible(self.pointed is not None)
        if self.pointed is not None:
            self._cursor.setValue(self.pointed)
        self.pointed_at.emit(self.pointed)


def span(times: Sequence[float], values: Sequence[Sequence[float]]) -> float:
    """Returns the shortest of `SPANS` that holds everything that happened."""
    firsts = [
        next((at for at, value in zip(times, series, strict=False) if value), times[-1]) for series in values
    ]
    first = min(firsts, default=times[-1])
    return next((some for some in SPANS if times[-1] - first < some - 1), SPAN)


def nothing_text(times: Sequence[float], since: float) -> str:
    """Says over which time nothing happened: what was before the counting began is not known.

    Args:
        times: Seconds since 1970 in which something was counted; none where another process counts.
    """
    if not times:
        return "Another process delivers: its rates are not known here"
    if since > times[0]:
        return f"Nothing since the start at {clock_text(since, seconds=True)}"
    return "Nothing in the last ten minutes"


def ceiling(top: float) -> float:
    """Returns the next higher of 1, 2, 4, 6, 8 times a power of ten; at least 1 for nothing."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= top * 0.999999)


def time_marks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Returns seconds since 1970 and what stands at them: round times, at most `most`."""
    step = next((step for step in STEPS if (high - low) / step <= most), STEPS[-1])
    marks = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
    return [(float(mark), clock_text(mark, seconds=step < 60)) for mark in marks]


def clock_text(at: float, *, seconds: bool) -> str:
    """Returns the time of day, in the zone of all times."""
    day_and_time = absolute(int(at) * 1_000_000)
    return day_and_time[11 : 19 if seconds else 16]


def number_text(value: float) -> str:
    """Returns a number short enough for a legend."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0") if abs(value) < 10 else f"{value:.1f}"

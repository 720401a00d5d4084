"""Draws lines over time with pyqtgraph, which is imported when the first plot is made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QWidget
from typing_extensions import override

from workbench.gui.layouts import in_column
from workbench.gui.theme import theme
from workbench.gui.time_format import absolute

if TYPE_CHECKING:
    from numpy import ndarray

SPAN = 600.0
"""Seconds that the live plot shows."""
SPANS = (60.0, 120.0, 300.0, SPAN)
"""Seconds that it shows while less than that has happened: the shortest one that holds it."""
CLOSEST = 10.0
"""Seconds that the nearest zoom shows."""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600)
"""Seconds that may lie between two marks of the time axis."""
MARK_WIDTH, MARK_HEIGHT = 72, 20
"""Pixels that a mark of the time axis, and one of the other axis needs."""
DOT = 4
"""Pixels across of a value between two gaps."""
AXIS, AXIS_GAP = 46, 14
"""Pixels in width of the other axis at least, and what it needs beside its widest number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Which time a plot is about.

    Attributes:
        last: The newest second, since 1970.
        span: Seconds that are in sight while the newest second is followed.
        reach: Seconds before the newest to which one can go back.
        nothing: What is said where there is nothing but zeros.
        log: Whether ten times as much is one step higher: the logarithm of 1 and the value.
    """

    last: float
    span: float
    reach: float = SPAN
    nothing: str = ""
    log: bool = False


class Plot(QObject):
    """Lines of some series over the same seconds, and what the mouse does to them.

    A value that is NaN is a gap; one between two gaps is a dot.

    Signals:
        pointed_at: The second under the pointer, or None.
        live_changed: Whether the newest second is followed.
        moved: Another time is in sight.

    Attributes:
        widget: What is put into a layout.
        live: Whether the newest second is followed.
        pointed: The second under the pointer, or None.
        height: The value at the pointer's height.
    """

    pointed_at = Signal(object)
    live_changed = Signal(bool)
    moved = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        import pyqtgraph

        self._library = pyqtgraph
        self.live = True
        self.pointed: float | None = None
        self._curves: dict[str, Any] = {}
        self._dots: dict[str, Any] = {}
        self.height = 0.0
        self._frame = Frame(last=0.0, span=SPANS[0])
        self._top = 0.0
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
        self._item.getAxis("left").setWidth(AXIS)
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
        in_column(self._nothing, of=self.widget, margins=(AXIS, 0, 0, 20))
        self.viewport: QWidget = self._view.viewport()
        self.viewport.setMouseTracking(True)
        self.viewport.installEventFilter(self)
        self._box.sigRangeChangedManually.connect(self._taken)
        self._box.sigXRangeChanged.connect(self._mark_times)
        self._box.sigXRangeChanged.connect(self.moved)
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
            for items in (self._curves, self._dots):
                self._item.removeItem(items.pop(name))
        for name, pen in pens.items():
            if name not in self._curves:
                self._curves[name] = self._library.PlotCurveItem(
                    antialias=False, skipFiniteCheck=True, clickable=False
                )
                self._dots[name] = self._library.ScatterPlotItem(size=DOT, pen=None)
                self._item.addItem(self._curves[name])
                self._item.addItem(self._dots[name])
            self._curves[name].setPen(pen)
            self._dots[name].setBrush(pen.color())

    # -- drawing -------------------------------------------------------------------------------------------

    def draw(self, times: Sequence[float], values: Mapping[str, Sequence[float]], frame: Frame) -> None:
        """Shows new numbers at these seconds since 1970; a series without numbers is not seen."""
        import numpy as np

        seconds = np.asarray(times, dtype=float)
        top = 0.0
        for name, curve in self._curves.items():
            series = np.asarray(values.get(name, ()), dtype=float)[: len(seconds)]
            known = series[np.isfinite(series)]
            top = max(top, float(known.max()) if len(known) else 0.0)
            drawn = np.log10(1 + series) if frame.log else series
            way, at = "all" if len(known) == len(series) else "finite", seconds[: len(series)]
            curve.setData(at, drawn, skipFiniteCheck=True, connect=way)
            alone = lone(series)
            self._dots[name].setData(at[alone], drawn[alone])
        self._nothing.setVisible(not top)
        self._nothing.setText(frame.nothing)
        before, self._frame = self._frame, frame
        self._rise(top, again=frame.log != before.log)
        if frame.last:
            low, reach = frame.last - frame.reach, frame.reach
            self._box.setLimits(xMin=low, xMax=frame.last, minXRange=CLOSEST, maxXRange=reach)
        if self.live:
            self._box.setXRange(frame.last - frame.span, frame.last, padding=0)

    def _rise(self, top: float, *, again: bool) -> None:
        """Keeps the scale steady: it grows at once and shrinks only when half of it is not needed."""
        wanted = ceiling(top)
        if again or wanted > self._top or wanted <= self._top / 2:
            self._top = wanted
            highest = math.log10(1 + wanted) if self._frame.log else wanted
            self._box.setYRange(0, highest * 1.1, padding=0)  # room for the upper mark's text
            self._mark_rates()

    def _mark_rates(self, *_: object) -> None:
        marks = value_marks(self._top, self._box.height() / MARK_HEIGHT, log=self._frame.log)
        widest = max(self.widget.fontMetrics().horizontalAdvance(said) for _, said in marks)
        self._item.getAxis("left").setWidth(max(AXIS, widest + AXIS_GAP))  # a wider number is not drawn
        self._item.getAxis("left").setTicks([marks if self._top else []])

    def _mark_times(self, *_: object) -> None:
        marks = time_marks(*self.shown(), max(1, int(self._box.width() // MARK_WIDTH)))
        self._item.getAxis("bottom").setTicks([marks if self._frame.last else []])

    # -- moving --------------------------------------------------------------------------------------------

    def shown(self) -> tuple[float, float]:
        """Returns the first and last second in sight."""
        low, high = self._box.viewRange()[0]
        return float(low), float(high)

    def area(self) -> tuple[QRectF, float, float]:
        """Returns where the lines are in the viewport, in pixels, and the first and last second in sight."""
        place = self._view.mapFromScene(self._box.sceneBoundingRect()).boundingRect()
        return QRectF(place), *self.shown()

    def zoom(self, factor: float) -> None:
        """Shows less (below 1) or more of the time around the middle."""
        low, high = self.shown()
        half = max(CLOSEST, (high - low) * factor) / 2
        self._show((low + high) / 2 - half, (low + high) / 2 + half)

    def move(self, share: float) -> None:
        """Moves by a share of what is in sight; below 0 into the past."""
        low, high = self.shown()
        shift = (high - low) * share
        first, last = self._frame.last - self._frame.reach, self._frame.last
        shift = min(max(shift, first - low), last - high)
        self._show(low + shift, high + shift)

    def _show(self, low: float, high: float) -> None:
        frame = self._frame
        self._box.setXRange(max(low, frame.last - frame.reach), min(high, frame.last), padding=0)
        self._taken()

    def go_live(self) -> None:
        """Follows the newest second again."""
        self._box.setXRange(self._frame.last - self._frame.span, self._frame.last, padding=0)
        self._set_live(True)

    def _taken(self, *_: object) -> None:
        low, high = self.shown()
        self._set_live(high - low > self._frame.reach - 1)

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
            place = self._box.mapSceneToView(self._view.mapToScene(event.pos()))
            self.height = 10 ** float(place.y()) - 1 if self._frame.log else float(place.y())
            self._point(float(place.x()))
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


def lone(series: ndarray) -> ndarray:
    """Returns for each value whether it is one with a gap, or nothing, on both sides."""
    import numpy as np

    known = np.pad(np.isfinite(series), 1)
    found: ndarray = known[1:-1] & ~known[:-2] & ~known[2:]
    return found


def ceiling(top: float) -> float:
    """Returns the next higher of 1, 2, 4, 6, 8 times a power of ten; at least 1 for nothing."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= top * 0.999999)


def value_marks(top: float, room: float, *, log: bool = False) -> list[tuple[float, str]]:
    """Returns where numbers stand at the other axis, and what they say.

    Args:
        room: How many of them there is room for.
    """
    if not log:
        return [(part, number_text(part)) for part in (0.0, *((top / 2,) if room >= 3 else ()), top)]
    powers = [10.0**power for power in range(math.ceil(math.log10(top + 1)) + 1) if 10.0**power <= top]
    step = max(1, math.ceil(len(powers) / max(1.0, room - 1)))
    return [(0.0, "0"), *((math.log10(1 + one), number_text(one)) for one in powers[::-1][::step])]


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
    if 0 < value < 0.005:
        return "<0.01"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}"

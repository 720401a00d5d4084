"""Draws rates and latencies of the last ten minutes: live, zoomable, and light enough to run all day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.context_menu import open_menu
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.plot import SPANS, Plot, clock_text, number_text
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import ElidedLabel, plain_label

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QHideEvent,
        QPaintEvent,
        QResizeEvent,
        QShowEvent,
    )

DRAW_MS = 100
"""Shortest time between two drawings (ux rule 3)."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Series of one colour differ by these, since colour must not stand alone."""


class RateGraph(QWidget):
    """A graph of some series over the same seconds.

    The wheel zooms around the pointer and dragging moves; then the graph stops until a double click,
    the button or the End key returns to what is live. Pointing at a second shows its values in the legend.
    The drawing library is loaded when the graph is first seen.
    """

    def __init__(self, title: str, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times: Sequence[float] = ()
        self._values: Mapping[str, Sequence[float]] = {}
        self._since = 0.0
        self._roles: dict[str, str] = {}
        self._plot: Plot | None = None
        self._due = False
        self._timer = pause_timer(self, DRAW_MS, self._draw_due)
        self._build(title, unit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(180, 130)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{title}, {unit}")
        theme().changed.connect(self._dress)
        self.acts = Actions(self, self)
        self.acts.offer()

    def _build(self, title: str, unit: str) -> None:
        heading, measure = plain_label(title, "heading"), ElidedLabel("muted")
        measure.setText(unit)
        self._when = plain_label(role="muted")
        self._live = QToolButton()
        self._live.setText("Live")
        self._live.setIcon(icon("last"))
        self._live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._live.setToolTip("Follow what is new again (double click, or End)")
        self._live.clicked.connect(self.go_live)
        keep = self._live.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._live.setSizePolicy(keep)
        self._live.hide()
        top = in_row(heading, (measure, 1), self._when, self._live, spacing=8)
        self._legend = _Legend(self)
        self._stack = QStackedLayout()
        self._waiting = QLabel("Loading the graph …", self)
        self._waiting.setProperty("role", "muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._waiting)
        in_column(top, (self._stack, 1), self._legend, of=self, margins=(10, 6, 10, 6), spacing=4)

    # -- what it shows -------------------------------------------------------------------------------------

    def set_series(self, roles: Mapping[str, str]) -> None:
        """Says which series there are.

        Args:
            roles: For each name the colour's role, such as ``"ok"`` or ``"subscription"``.
        """
        if dict(roles) == self._roles:
            return
        self._roles = dict(roles)
        self._legend.set_entries(self._pens())
        if self._plot is not None:
            self._plot.set_series(self._pens())
        self._redraw()

    def update(  # type: ignore[override]  # a graph is told its data; `repaint` and `update()` of its parts are Qt's
        self, times: Sequence[float], values: Mapping[str, Sequence[float]], since: float = 0.0
    ) -> None:
        """Shows new numbers; draws at most ten times a second, and nothing while hidden.

        Args:
            times: Seconds since 1970, rising.
            values: For each series its numbers at those seconds; a series may be absent.
            since: The second since 1970 from which on they were counted; 0 for all.
        """
        self._times, self._values, self._since = times, values, since
        self._redraw()

    @property
    def live(self) -> bool:
        """Whether the newest second is followed."""
        return self._plot is None or self._plot.live

    def go_live(self) -> None:
        """Follows the newest second again."""
        if self._plot is not None:
            self._plot.go_live()

    def visible_range(self) -> tuple[float, float]:
        """Returns the first and last second that the drawing shows."""
        if self._plot is not None:
            return self._plot.shown()
        last = self._times[-1] if self._times else 0.0
        return last - SPANS[0], last

    # -- drawing -------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        self._due = True
        if self.isVisible() and not self._timer.isActive():
            self._draw_due()

    def _draw_due(self) -> None:
        if self._due and self._plot is not None and self.isVisible():
            self._due = False
            self._timer.start()
            self._plot.draw(self._times, self._values, self._since)
            self._tell()

    def _tell(self) -> None:
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

    def _pens(self) -> dict[str, QPen]:
        used: dict[str, int] = {}
        pens = {}
        for name, role in self._roles.items():
            pen = QPen(QColor(theme().colors.ink(role)))
            pen.setCosmetic(True)
            pen.setStyle(STYLES[used.get(role, 0) % len(STYLES)])
            used[role] = used.get(role, 0) + 1
            pens[name] = pen
        return pens

    def _dress(self) -> None:
        self._legend.set_entries(self._pens())
        if self._plot is not None:
            self._plot.dress()
            self._plot.set_series(self._pens())
        self._redraw()

    # -- coming and going ----------------------------------------------------------------------------------

    def _make_plot(self) -> None:
        if self._plot is None and self.isVisible():
            self._plot = Plot(self)
            self._plot.pointed_at.connect(self._point)
            self._plot.live_changed.connect(self._follow)
            self._plot.set_series(self._pens())
            self._stack.addWidget(self._plot.widget)
            self._stack.setCurrentWidget(self._plot.widget)
            self._redraw()

    def _point(self, _at: object) -> None:
        self._tell()

    def _follow(self, live: bool) -> None:
        self._live.setVisible(not live)
        self._redraw()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._plot is None:
            QTimer.singleShot(0, self, self._make_plot)  # the frame is seen first
        else:
            self._draw_due()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    @action("Larger", keys="+ / =", icon="zoom-in")
    def closer(self) -> None:
        """Shows less time, larger."""
        if self._plot is not None:
            self._plot.zoom(0.8)

    @action("Smaller", keys="-", icon="zoom-out")
    def farther(self) -> None:
        """Shows more time, smaller."""
        if self._plot is not None:
            self._plot.zoom(1.25)

    @action("Earlier", keys="Left", icon="chevron-left", group=1)
    def earlier(self) -> None:
        """Shows what was before."""
        if self._plot is not None:
            self._plot.move(-0.1)

    @action("Later", keys="Right", icon="chevron-right", group=1)
    def later(self) -> None:
        """Shows what came after."""
        if self._plot is not None:
            self._plot.move(0.1)

    @action("Live", keys="End", icon="last", tip="Follow what is new again (double click, or End)", group=1)
    def follow_live(self) -> None:
        """Follows what is new again."""
        if self._plot is not None and not self._plot.live:
            self.go_live()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        super().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        super().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.accent if self.hasFocus() else colors.border))
            painter.setBrush(QColor(colors.surface))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def nearest(times: Sequence[float], at: float) -> int:
    """Returns the index of the time nearest to another, -1 if there are none."""
    right = bisect_left(times, at)
    if right == 0 or right == len(times):
        return min(right, len(times) - 1)
    return right if times[right] - at < at - times[right - 1] else right - 1


class _Legend(QWidget):
    """Names, line samples and values of the series; wraps where it is narrow."""

    SAMPLE, GAP, LINE = 18, 16, 20

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pens: dict[str, QPen] = {}
        self._values: dict[str, str] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_entries(self, pens: Mapping[str, QPen]) -> None:
        """Shows these series."""
        self._pens = dict(pens)
        self.updateGeometry()
        self.update()

    def set_values(self, values: Mapping[str, str]) -> None:
        """Shows these numbers beside the names."""
        if values != self._values:
            self._values = dict(values)
            self.setAccessibleDescription(", ".join(f"{name} {value}" for name, value in values.items()))
            self.update()

    def _places(self, width: int) -> list[tuple[str, QPointF, int]]:
        """Returns for each series where its entry begins and how wide it is."""
        metrics = self.fontMetrics()
        number = metrics.horizontalAdvance("00,000.0")  # so that nothing jumps as numbers change
        x, y, found = 0.0, 0.0, []
        for name in self._pens:
            wide = min(width, self.SAMPLE + 6 + metrics.horizontalAdvance(name) + 6 + number)
            if x and x + wide > width:
                x, y = 0.0, y + self.LINE
            found.append((name, QPointF(x, y), wide))
            x += wide + self.GAP
        return found

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return round(places[-1][1].y()) + self.LINE if places else 0

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 160)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = self.fontMetrics()
        with painting(self) as painter:
            colors = theme().colors
            for name, corner, wide in self._places(self.width()):
                pen = QPen(self._pens[name])
                pen.setWidth(2)
                painter.setPen(pen)
                middle = corner.y() + self.LINE / 2
                painter.drawLine(QPointF(corner.x(), middle), QPointF(corner.x() + self.SAMPLE, middle))
                value = self._values.get(name, "–")
                room = wide - self.SAMPLE - 12 - metrics.horizontalAdvance(value)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
                left = corner.x() + self.SAMPLE + 6
                base = corner.y() + (self.LINE + metrics.ascent() - metrics.descent()) / 2
                painter.setPen(QColor(colors.muted))
                painter.drawText(QPointF(left, base), text)
                painter.setPen(QColor(colors.text))
                painter.drawText(QPointF(left + metrics.horizontalAdvance(text) + 6, base), value)

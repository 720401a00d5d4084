"""Draws one stream's events along time: a mark for each, or their density where there are too many."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme, ui_font
from workbench.gui.time_format import absolute
from workbench.gui.views.event_times import NO_TIMES, EventTimes

MARKS = 2_000
"""More events than this are drawn as density."""
MARGIN = 14.0
AXIS = 22.0
MINUTE = 60_000_000


class TimeStrip(QWidget):
    """Marks along an axis of time; a click chooses the nearest event.

    Signals:
        chosen: The version of the event that was clicked.

    Attributes:
        times: Of the events that are drawn.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.times = NO_TIMES
        self._version = 0
        self._density: tuple[int, list[int]] = (0, [])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Events along time")
        self.setToolTip("Click to look at the nearest event")
        theme().changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, 64)

    def set_times(self, times: EventTimes) -> None:
        """Shows events at these times."""
        self.times, self._density = times, (0, [])
        self.update()

    def mark(self, version: int) -> None:
        """Marks the event of a version."""
        self._version = version
        self.update()

    def x_of(self, version: int) -> float:
        """Returns where the event of a version stands, in pixels."""
        first, span = self._span()
        return MARGIN + (self.width() - 2 * MARGIN) * (self.times.of(version) - first) / span

    def _span(self) -> tuple[int, int]:
        first, last = self.times.ends()
        if first == last:
            return first - MINUTE, 2 * MINUTE
        return first, last - first

    def nearest(self, x: float) -> int:
        """Returns the version whose event stands nearest to a place; of several, the newest."""
        first, span = self._span()
        wanted = first + span * (x - MARGIN) / max(1.0, self.width() - 2 * MARGIN)
        return self.times.nearest(wanted)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.times:
            self.chosen.emit(self.nearest(event.position().x()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.times and event.buttons():
            self.chosen.emit(self.nearest(event.position().x()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colors = theme().colors
            line = self.height() - AXIS
            painter.setPen(QPen(QColor(colors.border), 1))
            painter.drawLine(QPointF(0, line + 0.5), QPointF(self.width(), line + 0.5))
            if not self.times:
                return
            if len(self.times) > MARKS:
                self._draw_density(painter, line)
            else:
                self._draw_marks(painter, line)
            self._draw_chosen(painter, line)
            self._draw_axis(painter, line)

    def _draw_marks(self, painter: QPainter, line: float) -> None:
        colors = theme().colors
        past, future = QColor(colors.event_ink), QColor(colors.faint)
        for version in range(1, len(self.times) + 1):
            x = self.x_of(version)
            later = self._version and version > self._version
            painter.setPen(QPen(future if later else past, 2))
            painter.drawLine(QPointF(x, line - 18), QPointF(x, line))

    def _draw_density(self, painter: QPainter, line: float) -> None:
        counts = self._counts(max(1, round(self.width() - 2 * MARGIN)))
        most = max(counts) or 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().colors.event_ink))
        for column, count in enumerate(counts):
            if count:
                height = 3 + (line - 12) * count / most
                painter.drawRect(QRectF(MARGIN + column, line - height, 1, height))

    def _counts(self, width: int) -> list[int]:
        """Returns how many events fall on each pixel of a width; counted once per width."""
        if self._density[0] != width:
            first, span = self._span()
            ends = [first + span * (pixel + 1) // width + 1 for pixel in range(width)]
            self._density = (width, self.times.counts(ends))
        return self._density[1]

    def _draw_chosen(self, painter: QPainter, line: float) -> None:
        if not 1 <= self._version <= len(self.times):
            return
        x = self.x_of(self._version)
        accent = QColor(theme().colors.accent_ink)
        painter.setPen(QPen(accent, 2))
        painter.drawLine(QPointF(x, 8), QPointF(x, line))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawPolygon(QPolygonF([QPointF(x - 6, 2), QPointF(x + 6, 2), QPointF(x, 10)]))

    def _draw_axis(self, painter: QPainter, line: float) -> None:
        font = ui_font(8)
        painter.setFont(font)
        painter.setPen(QColor(theme().colors.muted))
        first, last = self.times.ends()
        metrics = QFontMetricsF(font)
        area = QRectF(2, line + 2, self.width() - 4, AXIS - 2)
        left, right = absolute(first), absolute(last)
        flags = Qt.AlignmentFlag.AlignVCenter
        if first == last:
            painter.drawText(area, flags | Qt.AlignmentFlag.AlignHCenter, left)
            return
        painter.drawText(area, flags | Qt.AlignmentFlag.AlignLeft, left)
        if metrics.horizontalAdvance(left) + metrics.horizontalAdvance(right) + 16 < area.width():
            painter.drawText(area, flags | Qt.AlignmentFlag.AlignRight, right)

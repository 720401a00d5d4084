"""What was found over time, stacked by kind, with a stretch that can be marked by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.plot import ceiling, number_text
from workbench.gui.safe_painter import painting
from workbench.gui.theme import Colors, theme
from workbench.gui.time_format import absolute
from workbench.gui.views.search_counts import Bars
from workbench.model.clock import MICROSECONDS
from workbench.store.search_port import RecordKind

ROLES = {
    RecordKind.EVENT: "event_ink",
    RecordKind.MESSAGE: "topic_ink",
    RecordKind.COMMAND: "command_ink",
    RecordKind.LETTER: "error",
}
"""The colours of the kinds, from the bottom of a bar to its top."""
FEWEST = 24
"""Stretches for which there is room at least."""
MARK_WIDTH = 110
LEFT, RIGHT, ABOVE, BELOW = 46, 10, 10, 22
"""Pixels around the bars."""
OUTSIDE = 0.35
"""How much of its colour a bar outside of the marked stretch has."""


class SearchHistogram(QWidget):
    """Bars over time; the marked stretch is the time that the list is narrowed to.

    Signals:
        marked: Another stretch, or none, is marked.
    """

    marked = Signal()
    own_keys = (
        WidgetKey("Left / Right", "Mark a stretch of time, or move it"),
        WidgetKey("Shift+Left / Shift+Right", "Make the marked stretch shorter or longer"),
        WidgetKey("Esc", "Mark no stretch"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What was found over time")
        self.setToolTip("Drag to mark a stretch of time")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._bars: Bars = ()
        self._unit = MICROSECONDS
        self._mark: tuple[int, int] | None = None
        self._from: int | None = None
        theme().changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, 128)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 90)

    # -- what it shows ------------------------------------------------------------------------------------

    def show_bars(self, bars: Bars, unit: int) -> None:
        """Shows how many records there are over time; bars of another length have no stretch marked."""
        if unit != self._unit:
            self._mark = None
        self._unit, self._bars = unit, bars
        self.update()

    def stretch(self) -> tuple[int | None, int | None]:
        """Returns the marked stretch, microseconds since 1970, its end exclusive; twice None for none."""
        return self._mark or (None, None)

    def clear_mark(self) -> None:
        """Marks no stretch."""
        self._set_mark(None)

    def said(self) -> str:
        """Says the marked stretch; empty for none."""
        if self._mark is None:
            return ""
        return f"{absolute(self._mark[0])[:16]} – {absolute(self._mark[1])[:16]}"

    def _set_mark(self, mark: tuple[int, int] | None) -> None:
        if mark != self._mark:
            self._mark = mark
            self.update()
            self.marked.emit()

    # -- drawing ------------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colors = theme().colors
        with painting(self) as painter:
            painter.fillRect(self.rect(), QColor(colors.surface))
            self._paint_scale(painter, colors)
            if self._mark is not None:
                self._paint_mark(painter, colors, self._mark)
            for at, counts in self._bars:
                self._paint_bar(painter, colors, at, counts)
            self._paint_times(painter, colors)
            if self.hasFocus():
                painter.setPen(QPen(QColor(colors.accent_ink), 1))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @property
    def _top(self) -> float:
        return ceiling(max((sum(counts.values()) for _, counts in self._bars), default=0))

    def _x(self, at: int) -> float:
        """Returns where a time stands, in pixels."""
        low, high = self._ends()
        return LEFT + (at - low) / (high - low) * (self.width() - LEFT - RIGHT)

    def _y(self, count: float) -> float:
        """Returns where a count stands, in pixels."""
        return self.height() - BELOW - count / self._top * (self.height() - BELOW - ABOVE)

    def _paint_scale(self, painter: QPainter, colors: Colors) -> None:
        for part in (0.0, self._top / 2, self._top) if self._bars else ():
            y = round(self._y(part))
            painter.setPen(QPen(QColor(colors.border), 1))
            painter.drawLine(LEFT, y, self.width() - RIGHT, y)
            painter.setPen(QColor(colors.muted))
            place = QRectF(0, y - 9, LEFT - 6, 18)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, side, number_text(part))

    def _paint_mark(self, painter: QPainter, colors: Colors, mark: tuple[int, int]) -> None:
        left, right = self._x(mark[0]), self._x(mark[1])
        place = QRectF(left, ABOVE / 2, right - left, self.height() - BELOW - ABOVE / 2)
        painter.fillRect(place, QColor(colors.tint("accent_ink", 0.12)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent_ink))
        for x in (left, right):
            painter.drawRect(QRectF(x - 1, place.top(), 2, place.height()))
            painter.drawRoundedRect(QRectF(x - 3, place.center().y() - 9, 6, 18), 3, 3)

    def _paint_bar(
        self, painter: QPainter, colors: Colors, at: int, counts: Mapping[RecordKind, int]
    ) -> None:
        left, right = self._x(at), self._x(at + self._unit)
        gap = min(1.0, (right - left) * 0.1)
        inside = self._mark is None or self._mark[0] <= at < self._mark[1]
        below = 0
        for kind, role in ROLES.items():
            if count := counts.get(kind, 0):
                top, bottom = self._y(below + count), self._y(below)
                color = QColor(colors.ink(role))
                color.setAlphaF(1.0 if inside else OUTSIDE)
                painter.fillRect(QRectF(left + gap, top, right - left - 2 * gap, bottom - top), color)
                below += count

    def _paint_times(self, painter: QPainter, colors: Colors) -> None:
        painter.setPen(QColor(colors.muted))
        low, high = self._ends()
        step = max(1, -(-(high - low) // max(1, self.width() // MARK_WIDTH)))
        step = -(-step // self._unit) * self._unit
        for at in range(low, high - step // 2, step) if self._bars else ():
            place = QRectF(self._x(at), self.height() - BELOW + 2, MARK_WIDTH, BELOW - 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, self._mark_text(at, high - low))

    def _ends(self) -> tuple[int, int]:
        if not self._bars:
            return 0, self._unit
        low, high = self._bars[0][0], self._bars[-1][0] + self._unit
        around = max(0, FEWEST - (high - low) // self._unit) // 2 * self._unit  # no bar fills all of it
        return low - around, high + around

    @staticmethod
    def _mark_text(at: int, length: int) -> str:
        said = absolute(at)
        if length > 3 * 86_400 * MICROSECONDS:
            return said[5:10] if length < 300 * 86_400 * MICROSECONDS else said[:10]
        return said[5:16] if length > 43_200 * MICROSECONDS else said[11:19]

    # -- mouse and keys -----------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._bars:
            self._from = self._at(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._drag(self._at(event))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        begun, self._from = self._from, None
        if begun is not None and self._at(event) == begun and not self._is_inside(begun):
            self._set_mark(None)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._set_mark(None)

    def _is_inside(self, at: int) -> bool:
        return self._mark is None or self._mark[0] <= at < self._mark[1]

    def _at(self, event: QMouseEvent) -> int:
        """Returns where the stretch under the pointer begins."""
        low, high = self._ends()
        share = (event.position().x() - LEFT) / max(1, self.width() - LEFT - RIGHT)
        at = min(max(round(low + share * (high - low)), low), high - 1)
        return at - at % self._unit

    def _drag(self, at: int) -> None:
        begin = self._from if self._from is not None else at
        self._set_mark((min(begin, at), max(begin, at) + self._unit))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, longer = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and self._bars:
            self._step(-1 if key == Qt.Key.Key_Left else 1, longer=longer)
        elif key == Qt.Key.Key_Escape and self._mark is not None:
            self._set_mark(None)
        else:
            super().keyPressEvent(event)

    def _step(self, way: int, *, longer: bool) -> None:
        low, high = self._ends()
        if self._mark is None:
            begin = self._bars[0 if way > 0 else -1][0]
            self._set_mark((begin, begin + self._unit))
            return
        begin, end = self._mark
        if longer:
            self._set_mark((begin, min(high, max(begin + self._unit, end + way * self._unit))))
        else:
            shift = min(max(way * self._unit, low - begin), high - end)
            self._set_mark((begin + shift, end + shift))

"""What was found over time, stacked by kind, with a stretch that can be marked by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.plot import ceiling, number_text
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme
from workbench.gui.time_format import absolute
from workbench.model.clock import MICROSECONDS
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from workbench.services.search.found import Group
    from workbench.services.search.time_counts import TimeCounts

ROLES = {
    RecordKind.EVENT: "event_ink",
    RecordKind.MESSAGE: "topic_ink",
    RecordKind.COMMAND: "command_ink",
    RecordKind.LETTER: "error",
}
"""The colours of the kinds, from the bottom of a bar to its top."""
BARS = 120
"""Bars that are drawn at most."""
FEWEST = 24
"""Stretches for which there is room at least."""
MARK_WIDTH = 110
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
        self._bars: Sequence[tuple[int, Mapping[RecordKind, int]]] = ()
        self._unit = MICROSECONDS
        self._mark: tuple[int, int] | None = None
        self._from: int | None = None
        self._view: Any = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(2, 2, 2, 2)
        theme().changed.connect(self._draw)

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, 128)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 90)

    # -- what it shows ------------------------------------------------------------------------------------

    def show_counts(self, counts: TimeCounts, groups: Sequence[Group], wanted: set[int] | None) -> None:
        """Shows how many records there are over time, of the groups that are wanted."""
        stretches = counts.stretches(wanted)
        first, last = min(stretches, default=0), max(stretches, default=0)
        joined = max(1, -(-((last - first) // counts.unit + 1) // BARS))
        unit = counts.unit * joined
        if unit != self._unit:
            self._mark = None
        self._unit = unit
        bars: dict[int, dict[RecordKind, int]] = {}
        for at, found in stretches.items():
            bar = bars.setdefault(at - at % unit, {})
            for number, count in found.items():
                kind = groups[number].kind
                bar[kind] = bar.get(kind, 0) + count
        self._bars = sorted(bars.items())
        self._draw()

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
            self._draw()
            self.marked.emit()

    # -- drawing ------------------------------------------------------------------------------------------

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._view is None:
            self._make()
            self._draw()

    def _make(self) -> None:
        import pyqtgraph

        view = self._view = pyqtgraph.PlotWidget(parent=self, enableMenu=False)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = view.getPlotItem()
        item.hideButtons()
        item.getViewBox().setMouseEnabled(x=False, y=False)
        item.getAxis("left").setWidth(46)
        for side in ("left", "bottom"):
            item.getAxis(side).enableAutoSIPrefix(False)
        view.viewport().installEventFilter(self)
        self._layout.addWidget(view)

    def _draw(self) -> None:
        if self._view is None:
            return
        import pyqtgraph

        item, colors = self._view.getPlotItem(), theme().colors
        item.clear()
        self._view.setBackground(QColor(colors.surface))
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(QColor(colors.border))
            axis.setTextPen(QColor(colors.muted))
            axis.setStyle(tickLength=-3, tickFont=self.font())
        if self._mark is not None:
            region = pyqtgraph.LinearRegionItem(
                [self._second(one) for one in self._mark],
                movable=False,
                brush=QColor(colors.tint("accent_ink", 0.12)),
                pen=QPen(QColor(colors.accent_ink), 0),
            )
            item.addItem(region)
        for kind, role in ROLES.items():
            for inside in (True, False):
                self._draw_kind(item, kind, QColor(colors.ink(role)), inside=inside)
        self._scale(item)

    def _draw_kind(self, item: Any, kind: RecordKind, color: QColor, *, inside: bool) -> None:
        import pyqtgraph

        order = list(ROLES)
        below = order[: order.index(kind)]
        bars = [
            (at, counts) for at, counts in self._bars if counts.get(kind) and self._is_inside(at) is inside
        ]
        if not bars:
            return
        color.setAlphaF(1.0 if inside else OUTSIDE)
        width = self._unit / MICROSECONDS
        item.addItem(
            pyqtgraph.BarGraphItem(
                x0=[self._second(at) + width * 0.08 for at, _ in bars],
                width=width * 0.84,
                y0=[sum(counts.get(one, 0) for one in below) for _, counts in bars],
                height=[counts[kind] for _, counts in bars],
                brush=color,
                pen=None,
            )
        )

    def _is_inside(self, at: int) -> bool:
        return self._mark is None or self._mark[0] <= at < self._mark[1]

    def _scale(self, item: Any) -> None:
        low, high = self._ends()
        top = ceiling(max((sum(counts.values()) for _, counts in self._bars), default=0))
        box = item.getViewBox()
        box.setRange(
            xRange=(self._second(low), self._second(high)),
            yRange=(0, top * 1.08),
            padding=0,
            disableAutoRange=True,
        )
        marks = [(part, number_text(part)) for part in (0.0, top / 2, top)]
        item.getAxis("left").setTicks([marks if self._bars else []])
        item.getAxis("bottom").setTicks([self._time_marks(low, high)])

    def _ends(self) -> tuple[int, int]:
        if not self._bars:
            return 0, self._unit
        low, high = self._bars[0][0], self._bars[-1][0] + self._unit
        around = max(0, FEWEST - (high - low) // self._unit) // 2 * self._unit  # no bar fills all of it
        return low - around, high + around

    def _time_marks(self, low: int, high: int) -> list[tuple[float, str]]:
        if not self._bars:
            return []
        most = max(2, self.width() // MARK_WIDTH)
        step = max(self._unit, -(-(high - low) // most // self._unit) * self._unit)
        places = range(low, high, step)
        return [(self._second(at), self._mark_text(at, high - low)) for at in places]

    @staticmethod
    def _mark_text(at: int, length: int) -> str:
        said = absolute(at)
        if length > 3 * 86_400 * MICROSECONDS:
            return said[5:10] if length < 300 * 86_400 * MICROSECONDS else said[:10]
        return said[5:16] if length > 43_200 * MICROSECONDS else said[11:19]

    @staticmethod
    def _second(at: int) -> float:
        return at / MICROSECONDS

    # -- mouse and keys -----------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent) or not self._bars:
            return False
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._from = self._at(event)
        elif kind == QEvent.Type.MouseMove and self._from is not None:
            self._drag(self._at(event))
        elif kind == QEvent.Type.MouseButtonRelease and self._from is not None:
            if self._at(event) == self._from and self._mark is not None and not self._is_inside(self._from):
                self._set_mark(None)
            self._from = None
        elif kind == QEvent.Type.MouseButtonDblClick:
            self._from = None
            self._set_mark(None)
        return False

    def _at(self, event: QMouseEvent) -> int:
        """Returns where the stretch under the pointer begins."""
        box = self._view.getPlotItem().getViewBox()
        second = box.mapSceneToView(self._view.mapToScene(event.position().toPoint())).x()
        low, high = self._ends()
        at: int = min(max(round(second * MICROSECONDS), low), high - 1)
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

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            with painting(self) as painter:
                painter.setPen(QPen(QColor(theme().colors.accent_ink), 1))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

"""Marks over a plot: a dashed line and a sign for what happened at a moment; several that touch are one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from workbench.gui.icons import draw_icon
from workbench.gui.plot import clock_text
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme
from workbench.gui.widgets import plain_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from workbench.services.monitor.rate_marks import RateMark

SIGNS = {
    "pause": ("pause", "warning"),
    "resume": ("play", "ok"),
    "reset": ("rewind", "info"),
    "skip": ("skip", "warning"),
    "undo": ("undo", "warning"),
    "died": ("dead-letter", "error"),
}
"""Icon and colour's role of each kind; whatever else there is was a replay."""
REPLAY = ("replay", "info")
SIZE = 16
"""Pixels of a sign; marks that are nearer to each other are drawn as one."""
FAINT = 0.5
"""How much of its sign's colour a line has, so that it covers no other."""
TOLD = 6
"""Marks that a tool tip names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMarks:
    """Marks that are drawn as one.

    Attributes:
        x: In pixels of the plot.
    """

    x: float
    marks: Sequence[RateMark]

    @property
    def sign(self) -> tuple[str, str]:
        """Icon and role: deaths are never hidden behind others."""
        kinds = [mark.kind for mark in self.marks]
        return SIGNS.get("died" if "died" in kinds else kinds[-1], REPLAY)

    def text(self) -> str:
        """Returns what happened, each with its time."""
        lines = [said(mark) for mark in self.marks[-TOLD:]]
        more = len(self.marks) - len(lines)
        return "\n".join([*([f"{more:,} earlier"] if more else []), *lines])


def said(mark: RateMark) -> str:
    """Returns when something happened, and what."""
    return f"{clock_text(mark.at, seconds=True)} {mark.text}"


def placed(marks: Sequence[RateMark], x_of: Callable[[float], float], width: float) -> list[PlacedMarks]:
    """Returns the marks that are in sight, those together that would touch.

    Args:
        marks: In the order of time.
        x_of: Returns where a second stands, in pixels.
        width: Pixels that are in sight.
    """
    found: list[tuple[float, list[RateMark]]] = []
    for mark in marks:
        x = x_of(mark.at)
        if not 0 <= x <= width:
            continue
        if found and x - found[-1][0] < SIZE:
            found[-1][1].append(mark)
        else:
            found.append((x, [mark]))
    return [PlacedMarks(x=x, marks=tuple(group)) for x, group in found]


class PlotMarks(QWidget):
    """Draws marks over the viewport of a plot, takes clicks on their signs, and tells what they are.

    Signals:
        chosen: The marks on whose sign was clicked.

    Args:
        viewport: Of the plot.
        area: Returns where the lines are drawn, in pixels of the viewport, and the seconds at its edges.
    """

    chosen = Signal(object)

    def __init__(self, viewport: QWidget, area: Callable[[], tuple[QRectF, float, float]]) -> None:
        super().__init__(viewport)
        self._area, self._viewport = area, viewport
        self.marks: Sequence[RateMark] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(viewport.size())
        viewport.installEventFilter(self)

    def set_marks(self, marks: Sequence[RateMark]) -> None:
        """Shows these, which are in the order of time."""
        if marks != self.marks:
            self.marks = marks
            self.update()

    def placed(self) -> list[PlacedMarks]:
        """Returns what is in sight."""
        area, low, high = self._area()
        scale = area.width() / max(1e-9, high - low)
        return placed(self.marks, lambda at: (at - low) * scale, area.width())

    def at(self, place: QPointF) -> PlacedMarks | None:
        """Returns the marks whose sign stands at a place."""
        area = self._area()[0]
        if not area.top() <= place.y() <= area.top() + SIZE + 4:
            return None
        x = place.x() - area.left()
        return next((one for one in self.placed() if abs(one.x - x) <= SIZE / 2 + 1), None)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Resize:
            self.resize(self._viewport.size())
        elif isinstance(event, QHelpEvent) and kind == QEvent.Type.ToolTip:
            here = self.at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tip(here.text()) if here else "", self)
            return here is not None
        elif isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseButtonPress:
            here = self.at(event.position())
            if here is not None and event.button() is Qt.MouseButton.LeftButton:
                self.chosen.emit(here.marks)
                return True
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        area = self._area()[0]
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for one in self.placed():
                self._paint(painter, one, area)

    def _paint(self, painter: QPainter, one: PlacedMarks, area: QRectF) -> None:
        colors, (sign, role) = theme().colors, one.sign
        x, top = area.left() + one.x, area.top()
        painter.setPen(QPen(QColor(colors.tint(role, FAINT)), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, top + SIZE), QPointF(x, area.bottom()))
        place = QRectF(x - SIZE / 2, top, SIZE, SIZE)
        painter.setPen(QPen(QColor(colors.ink(role)), 1))
        painter.setBrush(QColor(colors.tint(role)))
        painter.drawEllipse(place.adjusted(0.5, 0.5, -0.5, -0.5))
        draw_icon(painter, sign, place.adjusted(3, 3, -3, -3), colors.ink(role))

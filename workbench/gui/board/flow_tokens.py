"""Tokens that travel along the lines as messages flow: merged where they are many, moved by one timer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from workbench.gui.theme import theme, ui_font

MOST = 200
"""Tokens alive at the same time; what comes on top is added to those that travel."""
TICK_MS = 33
SPEED = 0.34
"""Pixels per millisecond."""
SHORTEST, LONGEST = 450.0, 1700.0
"""Milliseconds that a token is seen, whatever the length of its way."""
SPACING = 90.0
"""Milliseconds within which messages of the same way share a token."""
MARKS = {"ok": "circle", "retry": "diamond", "dead": "square"}


@dataclass(slots=True)
class FlowToken:
    """One mark that travels.

    Attributes:
        kind: ``ok``, ``retry`` or ``dead``.
        role: Colour of a token that is well.
        count: Messages that it stands for.
        place: Where it is.
        age: Milliseconds since it left.
    """

    track: Track
    kind: str
    role: str
    count: int
    place: QPointF
    age: float = 0.0

    def move(self, milliseconds: float) -> None:
        """Goes on for some time."""
        self.age += milliseconds
        self.place = self.track.at(self.age / self.track.lasts)


class Track:
    """A way along one line or several, measured once."""

    def __init__(self, paths: Sequence[QPainterPath]) -> None:
        self._points: list[QPointF] = []
        for path in paths:
            for line in path.toSubpathPolygons():
                self._points += line.toList()
        self._reach = [0.0]
        for here, there in pairwise(self._points):
            step = there - here
            self._reach.append(self._reach[-1] + (step.x() ** 2 + step.y() ** 2) ** 0.5)
        self.lasts = min(max(self._reach[-1] / SPEED, SHORTEST), LONGEST)

    def at(self, share: float) -> QPointF:
        """Returns the point after a share (0 to 1) of the way."""
        far = min(max(share, 0.0), 1.0) * self._reach[-1]
        index = min(bisect_right(self._reach, far), len(self._reach) - 1)
        before, after = self._reach[index - 1], self._reach[index]
        rest = (far - before) / (after - before) if after > before else 0.0
        return self._points[index - 1] + (self._points[index] - self._points[index - 1]) * rest


class FlowTokens(QObject):
    """All tokens of a board; its timer runs only while something moves.

    Args:
        touched: Is told which part of the board must be painted again.
    """

    def __init__(self, touched: Callable[[QRectF], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._touched = touched
        self._alive: list[FlowToken] = []
        self._font = ui_font(8.0)
        self._font.setBold(True)
        self._watch = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def alive(self) -> tuple[FlowToken, ...]:
        """Those that travel now."""
        return tuple(self._alive)

    @property
    def running(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def send(self, track: Track, kind: str, role: str, count: int) -> None:
        """Sends messages along a way; those that follow closely share a token."""
        same = [token for token in self._alive if token.track is track and token.kind == kind]
        if same and (same[-1].age < SPACING or len(self._alive) >= MOST):
            same[-1].count += count
        elif len(self._alive) < MOST:
            self._alive.append(FlowToken(track, kind, role, count, track.at(0)))
        if self._alive and not self._timer.isActive():
            self._watch.start()
            self._timer.start()

    def clear(self) -> None:
        """Forgets all tokens and stops."""
        for token in self._alive:
            self._touched(_around(token.place))
        self._alive.clear()
        self._timer.stop()

    def _tick(self) -> None:
        self.step(min(self._watch.restart(), 200))  # after a pause they go on from where they were

    def step(self, milliseconds: float) -> None:
        """Moves all tokens on; those that arrived vanish."""
        for token in self._alive:
            self._touched(_around(token.place))
            token.move(milliseconds)
        self._alive = [token for token in self._alive if token.age < token.track.lasts]
        for token in self._alive:
            self._touched(_around(token.place))
        if not self._alive:
            self._timer.stop()

    def paint(self, painter: QPainter, scale: float) -> None:
        """Draws the tokens; from afar they are drawn larger."""
        colors = theme().colors
        grow = min(max(1.0, 0.7 / scale), 2.4)
        painter.setFont(self._font)
        for token in self._alive:
            role = {"retry": "warning", "dead": "error"}.get(token.kind, token.role)
            painter.save()
            painter.translate(token.place)
            painter.scale(grow, grow)
            painter.setPen(QPen(QColor(colors.surface), 1.5))
            painter.setBrush(QColor(colors.ink(role)))
            draw_mark(painter, token.kind, 5.5)
            if token.count > 1:
                self._paint_count(painter, token.count)
            painter.restore()

    def _paint_count(self, painter: QPainter, count: int) -> None:
        colors, text = theme().colors, f"×{short(count)}"
        wide = QFontMetricsF(self._font).horizontalAdvance(text) + 8
        place = QRectF(8, -7.5, wide, 15)
        painter.setPen(QPen(QColor(colors.border), 1))
        painter.setBrush(QColor(colors.surface))
        painter.drawRoundedRect(place, 7, 7)
        painter.setPen(QColor(colors.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def draw_mark(painter: QPainter, kind: str, size: float) -> None:
    """Draws a token's shape around the origin: outcomes differ by shape as well as by colour."""
    shape = MARKS.get(kind, "circle")
    if shape == "circle":
        painter.drawEllipse(QPointF(), size, size)
    elif shape == "square":
        painter.drawRect(QRectF(-size, -size, 2 * size, 2 * size))
    else:
        far = size * 1.3
        painter.drawPolygon(QPolygonF([QPointF(0, -far), QPointF(far, 0), QPointF(0, far), QPointF(-far, 0)]))


def short(count: int) -> str:
    """Returns a number in at most four characters."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{letter}" if count < 10 * size else f"{count // size}{letter}"
    return str(count)


def _around(place: QPointF) -> QRectF:
    return QRectF(place.x() - 20, place.y() - 24, 120, 48)

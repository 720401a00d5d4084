"""How many lines are told from each other: pens by number, their samples, and small lines in cells."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from workbench.gui.theme import theme

ROLES = ("subscription", "event", "projection", "policy", "topic", "external", "aggregate", "command")
SPARK, SPARKED = 10, 600
"""Seconds of a point of the small lines, and of the whole of one."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Series of one colour differ by these, since colour must not stand alone."""


def pen_of(number: int, *, strong: bool = False) -> QPen:
    """Returns how a series is drawn: the first ones by colour, those after them also by their dashes."""
    pen = QPen(QColor(theme().colors.ink(ROLES[number % len(ROLES)])), 2 if strong else 1)
    pen.setCosmetic(True)
    pen.setStyle(STYLES[number // len(ROLES) % len(STYLES)])
    return pen


def draw_sample(painter: QPainter, place: QRectF, number: int, chosen: bool) -> None:  # a column's `draw`
    """Draws in a cell which line is a series'; below 0 a ring says that it is hidden."""
    colors, middle = theme().colors, place.center()
    if number < 0:
        painter.setPen(QPen(QColor(colors.on_selection if chosen else colors.faint), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, 4, 4)
        return
    pen = pen_of(number)
    pen.setWidth(2)
    painter.setPen(pen)
    painter.drawLine(QPointF(place.left() + 6, middle.y()), QPointF(place.right() - 6, middle.y()))


def draw_style(painter: QPainter, place: QRectF, number: int, chosen: bool) -> None:  # as above
    """Draws in a cell by which dashes a series is told where colours tell something else."""
    if number < 0:
        draw_sample(painter, place, number, chosen)
        return
    colors, middle = theme().colors, place.center()
    pen = QPen(QColor(colors.on_selection if chosen else colors.text), 2)
    pen.setStyle(STYLES[number % len(STYLES)])
    painter.setPen(pen)
    painter.drawLine(QPointF(place.left() + 6, middle.y()), QPointF(place.right() - 6, middle.y()))


def draw_spark(painter: QPainter, place: QRectF, values: Sequence[float], chosen: bool) -> None:  # as above
    """Draws values as a small line in a cell, on a scale of its own from 0; NaN is a gap."""
    colors, seen = theme().colors, any(one > 0 for one in values)
    ink = colors.on_selection if chosen else colors.accent_ink if seen else colors.faint
    draw_line(painter, place.adjusted(6, 5, -6, -6), values, QColor(ink))


def draw_line(painter: QPainter, area: QRectF, values: Sequence[float], ink: QColor) -> None:
    """Draws values as a small line, on a scale of its own from 0; NaN is a gap, one between two is a dot."""
    top = max((one for one in values if one == one), default=0.0)  # noqa: PLR0124  # without NaN
    step = area.width() / max(1, len(values) - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(ink, 1.2 if top else 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    line = QPolygonF()
    for at, value in enumerate([*values, float("nan")]):
        if value == value:  # noqa: PLR0124  # as above
            height = area.height() * value / top if top else 0.0
            line.append(QPointF(area.left() + step * at, area.bottom() - height))
        elif not line.isEmpty():
            if line.count() == 1:
                painter.setBrush(ink)
                painter.drawEllipse(line.at(0), 1, 1)
            painter.drawPolyline(line)
            line = QPolygonF()

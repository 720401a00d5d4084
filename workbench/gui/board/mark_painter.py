"""Paints what is marked on cards: how much it is in a ring on the corner, and a sign at each line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from workbench.gui.icons import draw_icon
from workbench.gui.theme import mix, theme
from workbench.services.design.marks.mark import DesignMark, Severity

SIGNS = {
    Severity.ADVICE: ("info", "accent_ink"),
    Severity.WARNING: ("warning", "warning"),
    Severity.ERROR: ("error", "error"),
}
"""Icon and colour of each severity."""
RING = 9.0
"""Radius of a ring in pixels of the screen."""
INSET = 20.0
"""Pixels from the right edge of a card to the middle of its ring: the corner is where its handle is."""


@dataclass(frozen=True, kw_only=True)
class CardMarks:
    """What is marked on a card.

    Attributes:
        severity: Of the gravest of it.
        lines: Severities by the names of fields.
        words: All of it, a sentence each.
    """

    count: int = 0
    severity: Severity = Severity.ADVICE
    lines: Mapping[str, Severity] = field(default_factory=dict)
    words: tuple[str, ...] = ()


UNMARKED = CardMarks()
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def card_marks(problems: Sequence[str], marks: Sequence[DesignMark]) -> CardMarks:
    """Returns what a card shows of what is wrong while it runs, and of the marks of its design."""
    if not problems and not marks:
        return UNMARKED
    said = [one.kind.severity for one in marks] + [Severity.WARNING] * len(problems)
    return CardMarks(
        count=len(said),
        severity=gravest(said),
        lines={one.line: one.kind.severity for one in marks if one.line},
        words=(*problems, *(one.message for one in marks)),
    )


def gravest(severities: Iterable[Severity]) -> Severity:
    """Returns the gravest of some severities; that of an advice where there are none."""
    return max(severities, key=_RANKS.__getitem__, default=Severity.ADVICE)


def ring_of(box: QRectF, scale: float) -> QPointF:
    """Returns the middle of the ring of a card, given where it stands in its picture."""
    return QPointF(box.right() - INSET / scale, box.top())


def paint_ring(painter: QPainter, middle: QPointF, marks: CardMarks, font: QFont | None, size: float) -> None:
    """Paints a ring with how much is marked in it.

    Args:
        font: Of the number; None from afar, where the ring stands alone, and full.
        size: Radius.
    """
    colors = theme().colors
    ink = QColor(getattr(colors, SIGNS[marks.severity][1]))
    full = marks.severity is Severity.ERROR or font is None
    painter.setPen(QPen(ink, size / 6))
    painter.setBrush(ink if full else QColor(colors.surface))
    painter.drawEllipse(middle, size, size)
    if font is not None:
        painter.setFont(font)
        painter.setPen(QColor(colors.surface) if full else ink)
        place = QRectF(middle.x() - size, middle.y() - size, 2 * size, 2 * size)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(marks.count))


def paint_line(painter: QPainter, place: QRectF, severity: Severity, fill: str) -> None:
    """Paints the ground of a marked line, and the sign at its end; its text comes over it."""
    name, role = SIGNS[severity]
    ink = str(getattr(theme().colors, role))
    painter.fillRect(place, QColor(mix(ink, fill, 0.16)))
    edge = min(13.0, place.height() - 4)
    corner = QPointF(place.right() - edge - 4, place.center().y() - edge / 2)
    draw_icon(painter, name, QRectF(corner.x(), corner.y(), edge, edge), ink)

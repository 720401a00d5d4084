"""Pills in the cells of tables: a dot and a word, so that colour never stands alone (ux rule 8)."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from workbench.gui.theme import Colors, ui_font

ROW_HEIGHT, PADDING = 26, 8
"""Of a table's cells, in pixels."""


def draw_badge(painter: QPainter, cell: QRect, kind: str, text: str, colors: Colors) -> None:
    """Draws a pill: a dot and a word in the kind's colour, so that colour never stands alone."""
    role = "muted" if kind == "neutral" else kind
    ink = QColor(getattr(colors, role))
    font = ui_font(8.5)
    metrics = QFontMetrics(font)
    room = cell.width() - 2 * PADDING
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room - 22))
    pill = QRectF(
        cell.x() + PADDING, cell.y() + 4, min(room, metrics.horizontalAdvance(shown) + 22), ROW_HEIGHT - 9
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.tint(role, 0.16)))
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setBrush(ink)
    painter.drawEllipse(QRectF(pill.x() + 6, pill.center().y() - 2.5, 5, 5))
    painter.setFont(font)
    painter.setPen(ink)
    base = pill.center().y() + (metrics.ascent() - metrics.descent()) / 2
    painter.drawText(round(pill.x() + 15), round(base), shown)

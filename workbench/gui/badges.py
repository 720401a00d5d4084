"""Pills in the cells of tables: a dot and a word, so that colour never stands alone (ux rule 8)."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from workbench.gui.theme import KINDS, Colors, ui_font

ROW_HEIGHT, PADDING = 26, 8
"""Of a table's cells, in pixels."""


QUIET = {"ok", "neutral", *KINDS}
"""What is no exception: its word stands there as others do, behind a dot in its colour, without a ground."""


def draw_badge(
    painter: QPainter, cell: QRect, kind: str, text: str, colors: Colors, *, chosen: bool = False
) -> None:
    """Draws a dot and a word, so that colour never stands alone; of an exception a pill in its colour.

    Args:
        chosen: It stands on the ground of what is selected.
    """
    role = "muted" if kind == "neutral" else kind
    ink = QColor(colors.ink(role))
    font = ui_font(8.5)
    metrics = QFontMetrics(font)
    room = cell.width() - 2 * PADDING
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room - 22))
    pill = QRectF(
        cell.x() + PADDING, cell.y() + 4, min(room, metrics.horizontalAdvance(shown) + 22), ROW_HEIGHT - 9
    )
    painter.setPen(Qt.PenStyle.NoPen)
    if kind in QUIET:
        pill.translate(-6, 0)
        said = QColor(colors.on_selection if chosen else colors.text)
    else:
        said = ink
        painter.setBrush(QColor(colors.tint(role, 0.16)))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setBrush(ink)
    painter.drawEllipse(QRectF(pill.x() + 6, pill.center().y() - 2.5, 5, 5))
    painter.setFont(font)
    painter.setPen(said)
    base = pill.center().y() + (metrics.ascent() - metrics.descent()) / 2
    painter.drawText(round(pill.x() + 15), round(base), shown)

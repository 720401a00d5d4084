"""Paints the words of a line of the board on a plate: when it flows and under which condition."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from workbench.gui.board.board_items import DIMMED, READABLE, SLACK, fonts
from workbench.gui.board.layout import Box
from workbench.gui.board.word_places import LINE
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import mix, theme
from workbench.gui.widgets import plain_tip
from workbench.model.json_values import visible

ROW = 15.0
PAD = 5.0
WIDEST = 190.0
MOST = 4
"""Lines of a plate; what is more is counted, and the tip says it."""


def shown_lines(words: str, most: int = MOST) -> list[str]:
    """Returns what stands on a plate: a line for each of several ways."""
    lines = words.splitlines()
    if len(lines) > 1 == most:
        return [f"{lines[0]} …"]
    return lines if len(lines) <= most else [*lines[: most - 1], f"and {len(lines) - most + 1} more"]


def size_of_words(words: str, widest: float = WIDEST) -> tuple[float, float]:
    """Returns how wide and tall the plate of a line's words wants to be."""
    metrics, lines = QFontMetricsF(fonts()["words"]), shown_lines(words)
    wanted = max(map(metrics.horizontalAdvance, [*lines, *shown_lines(words, 1)])) + 2 * PAD + SLACK
    return min(wanted, widest), LINE + ROW * (len(lines) - 1)


class WordItem(QGraphicsItem):
    """The plate of one line's words; from afar, where they could not be read, it is not shown."""

    def __init__(self, words: str, box: Box, role: str, tip: str) -> None:
        super().__init__()
        self.words = words
        self.box = box
        self._role = role
        self._lit = self._dimmed = False
        self.setPos(box.x, box.y)
        self.setZValue(1)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setToolTip(plain_tip(tip))

    def mark(self, *, lit: bool, dimmed: bool) -> None:
        """Shows whether its line belongs to what is chosen."""
        if (lit, dimmed) != (self._lit, self._dimmed):
            self._lit, self._dimmed = lit, dimmed
            self.setZValue(2 if lit else 1)
            self.update()

    @override
    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(), QSizeF(self.box.width, self.box.height))

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform()) >= READABLE:
            with drawing(painter):
                self._paint(painter, lit=self._lit, seen=DIMMED if self._dimmed else 1.0)

    def paint_plain(self, painter: QPainter) -> None:
        """Paints it for a file, as if nothing were chosen."""
        with drawing(painter):
            self._paint(painter, lit=False, seen=1.0)

    def _paint(self, painter: QPainter, *, lit: bool, seen: float) -> None:
        colors = theme().colors
        ink = colors.ink(self._role) if lit else colors.muted
        edge = mix(ink, colors.surface, 0.6) if lit else colors.border
        painter.setPen(QPen(QColor(mix(edge, colors.surface, seen)), 1))
        painter.setBrush(QColor(colors.surface))
        painter.drawRoundedRect(self.boundingRect().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(mix(ink, colors.surface, seen)))
        painter.setFont(fonts()["words"])
        metrics, room = QFontMetricsF(fonts()["words"]), self.box.width - 2 * PAD
        lines = shown_lines(self.words, 1 + round((self.box.height - LINE) / ROW))
        for index, line in enumerate(lines):
            shown = metrics.elidedText(visible(line), Qt.TextElideMode.ElideRight, room)
            place = QRectF(PAD, 1 + ROW * index, room + 2, ROW)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

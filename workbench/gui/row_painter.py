"""Draws the rows of a table: what stands in each cell is read first, then painted (contract V4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QTableView

from workbench.gui.badges import PADDING, ROW_HEIGHT, draw_badge
from workbench.gui.paged_model import PagedModel
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import Colors

WIDEST = 320
FITTED = 100
"""Rows that are looked at when columns are fitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a cell.

    Attributes:
        x: Left edge and width in pixels.
        badge: Kind and text of a pill; None for plain text.
        value: What stands in the row.
    """

    x: int
    width: int
    column: int
    text: str
    badge: tuple[str, str] | None
    value: Any


@lru_cache(16)
def widths_in(font: QFont) -> Callable[[str], int]:
    """Returns what measures texts in pixels; it remembers them, as each refresh paints nearly the same."""
    metrics = QFontMetrics(font)
    # Through a partial: a cache asks what it wraps for its signature, and Qt's methods would have the
    # binding read all of theirs for that, some 40 ms in the first paint.
    return lru_cache(8_192)(partial(metrics.horizontalAdvance))


def cells_of(model: PagedModel, number: int, places: Sequence[tuple[int, int, int]]) -> list[Cell]:
    """Reads a row; none where it cannot be read.

    Args:
        places: Number, left edge and width of the columns that are in sight.
    """
    row = model.row(number)
    if row is None:
        return []
    found = []
    for column, x, width in places:
        badge = model.badge_of(row, column)
        text = "" if badge else model.text_of(row, column)
        found.append(Cell(x=x, width=width, column=column, text=text, badge=badge, value=row[column]))
    return found


def places_of(table: QTableView, columns: int) -> list[tuple[int, int, int]]:
    """Returns number, left edge and width in pixels of the columns of a table that are in sight."""
    found = []
    for column in range(columns):
        x, width = table.columnViewportPosition(column), table.columnWidth(column)
        if not table.isColumnHidden(column) and x + width > 0 and x < table.viewport().width():
            found.append((column, x, width))
    return found


def cut_numbers(model: PagedModel, rows: Sequence[Sequence[Cell]], fonts: Sequence[QFont]) -> dict[int, int]:
    """Returns the widths in pixels of columns in which a number would be cut, and be read as another one."""
    wide_of = tuple(map(widths_in, fonts))
    found: dict[int, int] = {}
    for cell in (cell for cells in rows for cell in cells if model.columns[cell.column].align_right):
        wide = wide_of[int(model.columns[cell.column].mono)](cell.text) + 2 * PADDING
        if min(WIDEST, wide) > max(cell.width, found.get(cell.column, 0)):
            found[cell.column] = min(WIDEST, wide)
    return found


class RowPainter:
    """Paints rows with one pair of fonts, proportional and fixed."""

    def __init__(self, painter: QPainter, model: PagedModel, fonts: Sequence[QFont], colors: Colors) -> None:
        self._painter = painter
        self._model = model
        self._fonts = fonts
        self._metrics = tuple(QFontMetrics(font) for font in fonts)
        self._widths = tuple(map(widths_in, fonts))
        self._colors = colors

    def ground(self, y: int, width: int, *, chosen: bool, hovered: bool) -> None:
        """Paints what lies under a row."""
        if chosen or hovered:
            ground = QColor(self._colors.selection if chosen else self._colors.hover)
            self._painter.fillRect(QRect(0, y, width, ROW_HEIGHT), ground)
        self._painter.setPen(QPen(QColor(self._colors.hover), 1))
        self._painter.drawLine(0, y + ROW_HEIGHT - 1, width, y + ROW_HEIGHT - 1)

    def row(self, cells: Sequence[Cell], y: int, *, chosen: bool) -> None:
        """Paints the cells of a row."""
        ink = QColor(self._colors.on_selection if chosen else self._colors.text)
        for cell in cells:
            draw = self._model.columns[cell.column].draw
            if draw is not None:
                with drawing(self._painter):
                    draw(self._painter, QRectF(cell.x, y, cell.width, ROW_HEIGHT), cell.value, chosen)
            elif cell.badge is not None:
                place = QRect(cell.x, y, cell.width, ROW_HEIGHT)
                draw_badge(self._painter, place, *cell.badge, self._colors, chosen=chosen)
            elif cell.text:
                self._text(cell, y, ink)

    def frame(self, y: int, left: int, width: int) -> None:
        """Paints the frame of the row on which the keyboard stands, or of a cell that is asked for."""
        self._painter.setPen(QPen(QColor(self._colors.accent_ink), 1))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(QRectF(left + 0.5, y + 0.5, width - 1, ROW_HEIGHT - 2))

    def _text(self, cell: Cell, y: int, ink: QColor) -> None:
        described = self._model.columns[cell.column]
        metrics, wide_of = self._metrics[int(described.mono)], self._widths[int(described.mono)]
        room, text = cell.width - 2 * PADDING, cell.text
        wide = wide_of(text)
        if wide > room:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            wide = wide_of(text)
        left = cell.x + cell.width - PADDING - wide if described.align_right else cell.x + PADDING
        if described.marks is not None:
            self._mark(text, described.marks(), metrics, left, y)
        self._painter.setFont(self._fonts[int(described.mono)])
        self._painter.setPen(ink)
        self._painter.drawText(left, y + (ROW_HEIGHT + metrics.ascent() - metrics.descent()) // 2, text)

    def _mark(self, text: str, words: Sequence[str], metrics: QFontMetrics, left: int, y: int) -> None:
        """Paints a ground below words, wherever they stand in a text."""
        looked = text.lower()
        for word in words if len(looked) == len(text) else ():
            at = looked.find(word)
            while at >= 0:
                begin = metrics.horizontalAdvance(text[:at])
                wide = metrics.horizontalAdvance(text[: at + len(word)]) - begin
                place = QRectF(left + begin - 1, y + 4, wide + 2, ROW_HEIGHT - 9)
                self._painter.setPen(Qt.PenStyle.NoPen)
                self._painter.setBrush(QColor(self._colors.tint("warning", 0.28)))
                self._painter.drawRoundedRect(place, 3, 3)
                at = looked.find(word, at + len(word))


def fitting(model: PagedModel, fonts: Sequence[QFont]) -> list[int]:
    """Returns the widths in pixels that the columns need for their heads and first rows, within reason."""
    wide_of = tuple(map(widths_in, fonts))
    rows = [row for row in map(model.row, range(FITTED)) if row is not None]
    found = []
    for number, column in enumerate(model.columns):
        texts = [model.text_of(row, number)[:80] for row in rows]
        widest = max(map(wide_of[int(column.mono)], texts), default=0)
        head = wide_of[0](column.title) + 18
        found.append(min(WIDEST, max(widest, head) + 2 * PADDING + 2))
    return found

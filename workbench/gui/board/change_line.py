"""Draws a line of a file with the name that goes struck out on red, and the one that comes bold on green."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from workbench.gui.safe_painter import drawing
from workbench.gui.theme import code_font, theme
from workbench.services.design.change_preview import TAKEN
from workbench.services.design.gestures import new_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from workbench.services.design.change_preview import ChangePlace
    from workbench.services.design.gestures import DesignNode

TALL, ROOM = 26, 6
"""Pixels of a row, and beside its text."""
LEAD = 24
"""Characters before the name that are always shown; of a longer beginning only the end is."""


class ChangeLine(QStyledItemDelegate):
    """Paints lines; what stands behind a row's first column is its `ChangePlace`.

    Attributes:
        node: What is renamed or removed.
        new: The name that it gets; empty where it goes.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.node: DesignNode | None = None
        self.new = ""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, TALL)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        place: ChangePlace | None = index.sibling(index.row(), 0).data(Qt.ItemDataRole.UserRole)
        if place is None:
            super().paint(painter, option, index)
            return
        ticked = index.sibling(index.row(), 0).data(Qt.ItemDataRole.CheckStateRole)
        goes = Qt.CheckState(ticked) == Qt.CheckState.Checked if ticked is not None else place.fate == TAKEN
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        rect, colors = option.rect, theme().colors
        with drawing(painter):
            painter.setClipRect(rect)
            if chosen:
                painter.fillRect(rect, QColor(colors.selection))
            x = rect.left() + ROOM
            new = new_name(self.node, place.reference, self.new) if self.node is not None and self.new else ""
            new = place.new or new
            for text, role in _pieces(place, new, goes=goes):
                x = _draw(painter, rect, x, text, role, colors.on_selection if chosen else colors.text)


def _pieces(place: ChangePlace, new: str, *, goes: bool) -> Iterator[tuple[str, str]]:
    """Yields the parts of a line, with the role of each: ``""`` plain, ``error`` goes, ``ok`` comes."""
    begin, old, end = place.text[: place.start], place.text[place.start : place.end], place.text[place.end :]
    if place.start == place.end:  # a line that comes
        yield place.text, "ok"
        return
    yield (f"… {begin[-LEAD:]}" if len(begin) > 2 * LEAD else begin), ""
    yield old, "error" if goes else ""
    if goes and new:
        one = place.reference
        written = one.renamed(new)
        yield written[len(one.before) : len(written) - len(one.behind)], "ok"
    elif place.new:
        yield f" → {place.new}", ""
    yield end, ""


def _draw(painter: QPainter, rect: QRect, x: int, text: str, role: str, plain: str) -> int:
    """Draws a part of a line; returns where the next one begins."""
    font = code_font()
    font.setStrikeOut(role == "error")
    font.setWeight(QFont.Weight.DemiBold if role == "ok" else QFont.Weight.Normal)
    wide = QFontMetrics(font).horizontalAdvance(text)
    if role:
        ground = QRect(x - 1, rect.top() + 4, wide + 2, rect.height() - 8)
        painter.fillRect(ground, QColor(theme().colors.tint(role, 0.16)))
    painter.setFont(font)
    painter.setPen(QColor(theme().colors.ink(role) if role else plain))
    place = QRect(x, rect.top(), wide + 2, rect.height())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)
    return x + wide + (3 if role else 0)

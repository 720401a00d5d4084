"""Draws a row of the palette: what it is in the colour of its kind, its name, its kind, its keys."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from workbench.gui.icons import draw_icon
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import KINDS, Colors, theme, ui_font
from workbench.gui.tree import DATA

HEIGHT, ICON, EDGE, GAP = 30, 16, 10, 10
"""Pixels: of a row, of its icon, from its edges, and between its parts."""
PARTS = ("text", "kind", "keys", "why", "icon")
LEAST = 0.45
"""Share of a row that its name gets at least."""
INKS = {"query": "projection", "process": "policy"}
"""Icons that stand for a kind of another name."""


def ink_of(icon: str, colors: Colors) -> str:
    """Returns the colour of an icon: that of its kind, if it stands for one."""
    name = INKS.get(icon, icon)
    return colors.ink(name if name in KINDS else "muted")


class TargetDelegate(QStyledItemDelegate):
    """Draws targets; what is shown as one text stays what assistive tools read."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, HEIGHT)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        with drawing(painter):
            _draw(painter, QRectF(option.rect), index.data(DATA), chosen=_is_chosen(option))


def _is_chosen(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def _draw(painter: QPainter, place: QRectF, target: object, *, chosen: bool) -> None:
    text, kind, keys, why, icon = (
        str(getattr(target, one)) for one in ("text", "kind", "keys", "why", "icon")
    )
    colors = theme().colors
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if chosen:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.selection))
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 6, 6)
    strong = colors.on_selection if chosen else colors.faint if why else colors.text
    quiet = colors.on_selection if chosen else colors.muted
    middle = place.center().y()
    sign = QRectF(place.left() + EDGE, middle - ICON / 2, ICON, ICON)
    draw_icon(painter, icon or "chevron-right", sign, strong if why else ink_of(icon, colors))
    right = place.right() - EDGE
    for key in reversed(keys.split(" / ") if keys else []):
        right = _keycap(painter, right, middle, key, colors)
    left = sign.right() + GAP
    beside = f"{kind} · {why}" if why else kind
    room = right - left
    wide = min(room * (1 - LEAST), QFontMetrics(ui_font(9)).horizontalAdvance(beside) + 4)
    said = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    _text(painter, QRectF(right - wide, place.top(), wide, place.height()), beside, quiet, ui_font(9), said)
    begin = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    name = QRectF(left, place.top(), room - wide - GAP, place.height())
    _text(painter, name, text, strong, ui_font(weight=QFont.Weight.Medium), begin)


def _text(
    painter: QPainter, place: QRectF, text: str, color: str, font: QFont, where: Qt.AlignmentFlag
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, int(place.width()))
    painter.drawText(place, int(where), shown)


def _keycap(painter: QPainter, right: float, middle: float, key: str, colors: Colors) -> float:
    """Draws a key that ends at a place; returns where what stands before it ends."""
    font = ui_font(8.25)
    wide = QFontMetrics(font).horizontalAdvance(key) + 12
    cap = QRectF(right - wide, middle - 9.5, wide, 19)
    painter.setPen(QPen(QColor(colors.faint), 1))
    painter.setBrush(QColor(colors.surface))
    painter.drawRoundedRect(cap, 4, 4)
    painter.setFont(font)
    painter.setPen(QColor(colors.text))
    painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), key)
    return cap.left() - GAP / 2

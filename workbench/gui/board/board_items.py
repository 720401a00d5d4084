"""Draws nodes and lines of the board: cards in the colours of event modelling, each with icon and word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from workbench.gui.board.board_graph import ARMED, DRAFT, DRAWN, BoardNode, kind_of
from workbench.gui.board.card_painter import FAULT, paint_badge, paint_fault, paint_plate
from workbench.gui.board.layout import Box, Point
from workbench.gui.board.mark_painter import INSET, RING, UNMARKED, CardMarks, paint_ring, ring_of
from workbench.gui.icons import draw_icon
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import code_font, mix, theme, ui_font
from workbench.gui.widgets import plain_tip
from workbench.model.json_values import visible

NARROWEST, WIDEST = 148.0, 216.0
PAD = 10.0
HEAD, TITLE, LINE, ROW, STRIP, LAG = 24.0, 20.0, 16.0, 15.0, 21.0, 12.0
"""Heights of a card's parts: kind and badge, title, subtitle, field, problem, a subscription's lag."""
SLACK = 3.0
"""Pixels that a text may be wider when it is drawn than when it was measured."""
RADIUS = 8.0
READABLE = 0.6
"""Scale below which a card shows only its title, as large as it fits."""
BLOCK = 0.14
"""Scale below which it shows nothing but its colour."""
SEEN = 1.5
"""Pixels on the screen below which round corners and arrow heads are left out: a large model has many."""
BEND = 9.0
"""Radius of a line's corners."""
DIMMED = 0.32
FAR_SIZES = (12, 11, 10, 9, 8, 7)
"""Heights in pixels of the screen of titles that are seen from afar."""
ICON_ABOVE = 44.0
"""Pixels of the screen from which a card is tall enough for an icon above its title."""
LEAST_ICON = 9.0
"""Pixels of the screen below which an icon cannot be recognised and is left out."""
LEAST_TITLE = 10.5
"""Pixels of the screen below which a title has the room of its icon as well."""
WRAPPED = Qt.TextFlag.TextWordWrap.value


@cache
def fonts() -> dict[str, QFont]:
    """Returns the fonts of a card's parts."""
    heavy = QFont.Weight.DemiBold
    made = {
        "kind": ui_font(7.75, QFont.Weight.Medium),
        "badge": ui_font(8.0, heavy),
        "title": ui_font(10.5, heavy),
        "subtitle": ui_font(8.5),
        "row": code_font(8.25),
        "problem": ui_font(8.25, QFont.Weight.Medium),
        "words": ui_font(8.5),
    }
    for font in made.values():
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # the same at every scale
    return made


def size_of(node: BoardNode, widest: float = WIDEST) -> tuple[float, float]:
    """Returns how wide and tall a node's card is; texts that are too long are cut."""
    measured = [("title", node.title, 0.0), ("kind", kind_of(node.kind).word, 76.0)]
    measured += [("subtitle", node.subtitle, 0.0), *(("row", row, 0.0) for row in node.rows)]
    measured += [("problem", problem, 17.0) for problem in node.problems]
    wanted = max(_advance(part, text) + more for part, text, more in measured) + 2 * PAD + SLACK
    height = HEAD + TITLE + LINE * bool(node.subtitle) + ROW * len(node.rows) + PAD
    height += LAG * node.id.startswith("subscription:")
    return round(min(max(wanted, NARROWEST), widest)), height + STRIP * len(node.problems)


def _advance(part: str, text: str) -> float:
    return QFontMetricsF(fonts()[part]).horizontalAdvance(visible(text))


class NodeItem(QGraphicsItem):
    """The card of one node.

    Attributes:
        node: What it shows.
        box: Where it stands.
        body: The card in its own coordinates.
        marks: What is marked on it.
    """

    def __init__(self, node: BoardNode, box: Box) -> None:
        super().__init__()
        self.node = node
        self.box = box
        self.body = QRectF(QPointF(), QSizeF(box.width, box.height))
        self._bounds = self.body.adjusted(-6, -10, 6, 6)
        self.badge = node.badge
        self.marks = UNMARKED
        self.chosen = self.focused = False
        self.setPos(box.x, box.y)
        self.setZValue(2)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_node(node)

    def set_node(self, node: BoardNode) -> None:
        """Shows other words on a card of the same size."""
        self.node = node
        self._tell()

    def set_marks(self, marks: CardMarks) -> None:
        """Shows how much is marked on it; the tool tip says what."""
        if marks != self.marks:
            self.marks = marks
            self._tell()

    def _tell(self) -> None:
        node = self.node
        lines = [f"{kind_of(node.kind).word} {node.title}", node.subtitle, *node.rows, *node.problems]
        lines += [DRAWN[node.draft]] if node.draft else []
        self.setToolTip(plain_tip("\n".join(line for line in (*lines, *self.marks.words) if line)))
        self.update()

    def set_badge(self, text: str) -> None:
        """Shows another short text in the corner."""
        if text != self.badge:
            self.badge = text
            self.update()

    def mark(self, *, chosen: bool, focused: bool, dimmed: bool) -> None:
        """Shows whether it is chosen, has the keyboard, or has nothing to do with what is chosen."""
        if (chosen, focused) != (self.chosen, self.focused):
            self.chosen, self.focused = chosen, focused
            self.update()
        self.setOpacity(DIMMED if dimmed else 1.0)

    @override
    def boundingRect(self) -> QRectF:
        return self._bounds

    @override
    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.body)
        return path

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        with drawing(painter):
            self._paint(painter, self.marks, chosen=self.chosen, draft=bool(self.node.draft))

    def paint_plain(self, painter: QPainter) -> None:
        """Paints it for a file, without marks and as if nothing were chosen."""
        with drawing(painter):
            self._paint(painter, UNMARKED, chosen=False)

    def _paint(self, painter: QPainter, marks: CardMarks, *, chosen: bool, draft: bool = False) -> None:
        scale = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        colors, role = theme().colors, kind_of(self.node.kind).role
        fill, ink = str(getattr(colors, role)), colors.ink(role)
        if chosen:
            painter.setPen(QPen(QColor(colors.accent), 2.5 if self.focused else 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.body.adjusted(-3.5, -3.5, 3.5, 3.5), RADIUS + 3, RADIUS + 3)
        if RADIUS * scale < SEEN:
            painter.fillRect(self.body, QColor(fill))
        else:
            line = Qt.PenStyle.DashLine if draft else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(mix(ink, fill, 0.45)), 1, line))
            painter.setBrush(QColor(fill))
            painter.drawRoundedRect(self.body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        if scale >= READABLE:
            self._paint_card(painter, fill, str(getattr(colors, f"on_{role}")), marks)
        elif scale >= BLOCK:
            self._paint_title(painter, scale, str(getattr(colors, f"on_{role}")))
        if draft and scale >= READABLE:
            paint_plate(painter, DRAFT, colors.warning, right=self.box.width)
        if scale < READABLE and self.badge.endswith(ARMED):
            paint_fault(painter, self.body, FAULT / scale)
        if marks.count:
            font = fonts()["problem"] if scale >= READABLE else None
            paint_ring(painter, ring_of(self.body, 1.0), marks, font, RING - 1)

    def _paint_card(self, painter: QPainter, fill: str, on: str, marks: CardMarks) -> None:
        soft = mix(on, fill, 0.78)
        y = 4.0
        self._paint_head(painter, y, fill, on, self.box.width - 6 - bool(marks.count) * (INSET + RING - 2))
        y += HEAD - 4
        self._text(painter, "title", self.node.title, y, TITLE, on)
        y += TITLE
        if self.node.subtitle:
            self._text(painter, "subtitle", self.node.subtitle, y, LINE, soft)
            y += LINE
        for row in self.node.rows:
            self._text(painter, "row", row, y, ROW, soft)
            y += ROW
        self._paint_problems(painter)

    def _paint_head(self, painter: QPainter, y: float, fill: str, on: str, right: float) -> None:
        kind = kind_of(self.node.kind)
        draw_icon(painter, kind.icon, QRectF(PAD - 1, y + 3, 14, 14), on)
        wide = _advance("badge", self.badge) + 12 if self.badge else 0
        room = QRectF(PAD + 18, y, right - wide - PAD - 20, HEAD - 4)
        painter.setFont(fonts()["kind"])
        painter.setPen(QColor(mix(on, fill, 0.78)))
        word = painter.fontMetrics().elidedText(kind.word, Qt.TextElideMode.ElideRight, int(room.width()) + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, word)
        if self.badge:
            painter.setFont(fonts()["badge"])
            paint_badge(painter, QRectF(right - wide, y + 2, wide, 16), self.badge, fill, on)

    def _text(self, painter: QPainter, part: str, text: str, y: float, tall: float, color: str) -> None:
        room = self.box.width - 2 * PAD
        painter.setFont(fonts()[part])
        painter.setPen(QColor(color))
        shown = QFontMetricsF(fonts()[part]).elidedText(visible(text), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(PAD, y, room + 2, tall), Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_problems(self, painter: QPainter) -> None:
        if not self.node.problems:
            return
        colors, tall = theme().colors, STRIP * len(self.node.problems)
        strip, rest = QPainterPath(), QPainterPath()
        strip.addRoundedRect(self.body.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        rest.addRect(QRectF(0, self.box.height - tall, self.box.width, tall))
        painter.fillPath(strip.intersected(rest), QColor(colors.surface))
        room = self.box.width - 2 * PAD - 17
        painter.setFont(fonts()["problem"])
        painter.setPen(QColor(colors.warning))
        for index, problem in enumerate(self.node.problems):
            y = self.box.height - tall + STRIP * index
            draw_icon(painter, "warning", QRectF(PAD - 1, y + 4, 13, 13), colors.warning)
            shown = painter.fontMetrics().elidedText(visible(problem), Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(PAD + 16, y, room + 2, STRIP), Qt.AlignmentFlag.AlignVCenter, shown)

    # -- far -----------------------------------------------------------------------------------------------

    def _paint_title(self, painter: QPainter, scale: float, on: str) -> None:
        """Draws icon and title large enough to be read when zoomed out; words may break at their joints."""
        below = 4 + LAG * self.node.id.startswith("subscription:")
        edge, inside = min(14 / scale, self.box.height * 0.34), self.body.adjusted(7, 4, -7, -below)
        above = self.box.height * scale >= ICON_ABOVE
        room = inside.adjusted(0, edge + 2, 0, 0) if above else inside.adjusted(edge + 5, 0, 0, 0)
        text = re.sub(r"([._\-])", "\\1\u200b", visible(self.node.title))
        font = _largest(text, room, scale) if edge * scale >= LEAST_ICON else None
        painter.setPen(QColor(on))
        if font is None or font.pixelSize() * scale < LEAST_TITLE:
            self._paint_words(painter, inside, text, scale)
            return
        painter.setFont(font)
        words = QFontMetricsF(font).boundingRect(room, WRAPPED, text)
        if above:
            top = inside.center().y() - (edge + 2 + words.height()) / 2
            place = QRectF(inside.center().x() - edge / 2, top, edge, edge)
            target = QRectF(inside.left(), top + edge + 2, inside.width(), words.height())
        else:
            place = QRectF(inside.left(), inside.center().y() - edge / 2, edge, edge)
            target = room
        name = "warning" if self.node.problems else kind_of(self.node.kind).icon
        draw_icon(painter, name, place, on)
        side = Qt.AlignmentFlag.AlignHCenter if above else Qt.AlignmentFlag.AlignLeft
        painter.drawText(target, WRAPPED | int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_words(self, painter: QPainter, inside: QRectF, text: str, scale: float) -> None:
        """Draws a title where there is no room for an icon: the kind is in the tool tip then."""
        font = _largest(text, inside, scale)
        if font is None:
            font = _far_font(FAR_SIZES[-1], scale)
            text = QFontMetricsF(font).elidedText(
                visible(self.node.title), Qt.TextElideMode.ElideRight, inside.width()
            )
        painter.setFont(font)
        painter.drawText(inside, WRAPPED | int(Qt.AlignmentFlag.AlignCenter), text)


def _far_font(pixels: int, scale: float) -> QFont:
    """Returns the font of titles of a height in pixels on the screen."""
    font = QFont(fonts()["title"])
    font.setPixelSize(max(1, round(pixels / scale)))
    return font


def _largest(text: str, room: QRectF, scale: float) -> QFont | None:
    """Returns the largest font in which a text fits, None if none does."""
    for pixels in FAR_SIZES:
        font = _far_font(pixels, scale)
        found = QFontMetricsF(font).boundingRect(room, WRAPPED, text)
        if found.width() <= room.width() and found.height() <= room.height():
            return font
    return None


class EdgeItem(QGraphicsPathItem):
    """One line, with an arrow at its end."""

    def __init__(self, points: Sequence[Point], role: str, tip: str, *, returning: bool) -> None:
        super().__init__(path_of(points))
        self._role = role
        self._returning = returning
        self._lit = False
        self._end = QPointF(*points[-1])
        self._bounds = self.path().controlPointRect().adjusted(-8, -8, 8, 8)
        self._colors: dict[tuple[bool, bool], QColor] = {}
        self.setZValue(0)
        self.setToolTip(plain_tip(tip))

    def mark(self, *, lit: bool, dimmed: bool) -> None:
        """Shows whether it belongs to what is chosen."""
        self.setOpacity(DIMMED if dimmed else 1.0)
        if lit != self._lit:
            self._lit = lit
            self.setZValue(1 if lit else 0)
            self.update()

    @override
    def boundingRect(self) -> QRectF:
        return self._bounds

    @override
    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(9)
        return stroker.createStroke(self.path())

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        with drawing(painter):
            self._paint(painter, lit=self._lit)

    def paint_plain(self, painter: QPainter) -> None:
        """Paints it for a file, as if nothing were chosen."""
        with drawing(painter):
            self._paint(painter, lit=False)

    def _paint(self, painter: QPainter, *, lit: bool) -> None:
        color = self._color(lit=lit)
        scale = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        width = max(2.2 if lit else 1.3, 0.9 / scale)
        painter.setPen(QPen(color, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path())
        if 7.0 * scale < SEEN:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        long = 7.0 + width
        x, y = self._end.x(), self._end.y()
        painter.drawPolygon([QPointF(x, y), QPointF(x - long, y - long / 2), QPointF(x - long, y + long / 2)])

    def _color(self, *, lit: bool) -> QColor:
        """Returns its colour, worked out once for each look: lines are painted whenever a token passes."""
        state = (theme().dark, lit)
        if state not in self._colors:
            colors = theme().colors
            ink = colors.ink(self._role)
            plain = mix(ink, colors.border, 0.45) if self._returning else colors.faint
            self._colors[state] = QColor(ink if lit else mix(plain, colors.surface, 0.75))
        return self._colors[state]


def path_of(points: Sequence[Point]) -> QPainterPath:
    """Draws a route: straight along x or y, else swinging; corners between straight parts are round."""
    path = QPainterPath(QPointF(*points[0]))
    for index, (here, there) in enumerate(pairwise(points), start=1):
        if not _straight(here, there):
            middle = (here[0] + there[0]) / 2
            path.cubicTo(middle, here[1], middle, there[1], *there)
            continue
        after = points[index + 1] if index + 1 < len(points) else None
        if after is None or not _straight(there, after):
            path.lineTo(*there)
            continue
        bend = min(BEND, _distance(here, there) / 2, _distance(there, after) / 2)
        path.lineTo(*_towards(there, here, bend))
        path.quadTo(QPointF(*there), QPointF(*_towards(there, after, bend)))
    return path


def _straight(here: Point, there: Point) -> bool:
    return here[0] == there[0] or here[1] == there[1]


def _distance(here: Point, there: Point) -> float:
    return abs(here[0] - there[0]) + abs(here[1] - there[1])


def _towards(here: Point, there: Point, far: float) -> Point:
    long = _distance(here, there) or 1.0
    return here[0] + (there[0] - here[0]) / long * far, here[1] + (there[1] - here[1]) / long * far

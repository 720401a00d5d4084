"""Paints a card of the blueprint: one size of text at each scale, names only from afar, then blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTransform

from workbench.gui.board.blueprint import Card
from workbench.gui.board.blueprint_layout import HEAD, head_of, line_of
from workbench.gui.board.board_graph import ARMED, kind_of
from workbench.gui.board.layout import Box
from workbench.gui.board.mark_painter import RING, CardMarks, paint_line, paint_ring, ring_of
from workbench.gui.icons import draw_icon
from workbench.gui.theme import mix, theme, ui_font
from workbench.model.json_values import visible
from workbench.services.design.marks.mark import Severity
from workbench.services.documents.card_fields import CardField

FIELDS, NAMES = 0.75, 0.3
"""Scales below which cards list no fields, and have no names."""
LARGE = 1.5
"""Scale above which texts grow with the cards."""
FAULT = 16.0
"""Pixels of the sign of a fault, where words have no room."""
"""What a card says that is not saved, or does not run as it is drawn."""
RADIUS = 6.0
PAD = 9.0
ICON, NAME = 14.0, 29.0
"""Edge of a card's icon, and where its name begins."""
SIZES = {"name": 13, "field": 12, "type": 12, "far": 12}
"""Heights of texts in pixels of the screen."""
SMALLEST, STEP = 0.3, 0.05
"""How small a text becomes at least that is to be read whole, and by what it becomes smaller, of its size."""
READABLE = 0.65
"""How small a line becomes, of its size, before it is broken in two."""
ROW = 13.0
"""Pixels from one line of a name that is broken to the next."""
SMALLER = (1.0, 0.9, 0.8)
"""Sizes of a name, of its usual one, until it is read whole."""
FEW = 12
"""Letters of a name below which its beginning says more than both of its ends."""
LEVEL = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@cache
def font_of(part: str, grow: float = 1.0) -> tuple[QFont, QFontMetricsF]:
    """Returns the font of a card's part, and its measures."""
    heavy = {"name": QFont.Weight.DemiBold, "far": QFont.Weight.DemiBold, "field": QFont.Weight.Medium}
    font = ui_font(weight=heavy.get(part, QFont.Weight.Normal))
    font.setPixelSize(round(SIZES[part] * grow))
    return font, QFontMetricsF(font)


def paint_name(
    painter: QPainter, text: str, place: QRectF, *, part: str = "far", level: bool = False
) -> None:
    """Draws a name on as many lines as have room in a place, broken at its joints, smaller if need be.

    What has no room then is shortened: where few letters are seen, at its end.

    Args:
        part: Which font, one of `SIZES`.
        level: In the middle of the place, else from its upper left corner.
    """
    text = visible(text)
    for grow in SMALLER:
        (font, measures), row = font_of(part, grow), ROW * grow
        most = max(1, int((place.height() + 1) / row))
        lines = name_lines(text, measures, place.width(), most)
        if all(measures.horizontalAdvance(one) <= place.width() for one in lines):
            break
    else:
        few = level or place.width() < FEW * measures.averageCharWidth()
        if few and most == 1 and "." in text:  # its lane says the first part
            text = f"…{text.partition('.')[2]}"
            lines = [text]
        elide = Qt.TextElideMode.ElideRight if few else Qt.TextElideMode.ElideMiddle
        # One beginning that is read says more than two.
        lines = [measures.elidedText(one, elide, place.width() + 1) for one in ([text] if level else lines)]
    painter.setFont(font)
    top = place.center().y() - row * len(lines) / 2
    if not level:
        top = min(top, place.top() + 4)
    flags = Qt.AlignmentFlag.AlignHCenter if level else Qt.AlignmentFlag.AlignLeft
    for number, line in enumerate(lines):
        where = QRectF(place.left(), top + number * row, place.width(), row)
        painter.drawText(where, flags | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, line)


def halves_of(text: str) -> tuple[str, str]:
    """Returns a text on two lines, between words and about equally long."""
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    middle = min(spaces, key=lambda place: abs(2 * place - len(text)), default=len(text))
    return text[:middle], text[middle + 1 :]


def name_lines(text: str, measures: QFontMetricsF, width: float, most: int) -> list[str]:
    """Returns a name in lines of a width in pixels, at most some; the last one has what is left."""
    lines = [""]
    for word in re.findall(r"[^._\-\s]+[._\-\s]*|[._\-\s]+", text):
        if len(lines) < most and lines[-1] and measures.horizontalAdvance(lines[-1] + word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def on_screen(painter: QPainter) -> tuple[float, float]:
    """Lets a painter draw in whole pixels of the screen from where an item stands; returns both scales."""
    matrix = painter.worldTransform()
    painter.setWorldTransform(QTransform.fromTranslate(round(matrix.dx()), round(matrix.dy())))
    return matrix.m11(), matrix.m22()


def paint_card(
    painter: QPainter,
    card: Card,
    box: Box,
    scale: float,
    marks: CardMarks,
    *,
    more: bool = False,
    due: str = "",
    whole: bool = False,
) -> None:
    """Paints a card in pixels of the screen, its upper left corner at the origin.

    Args:
        box: Where it stands in the picture.
        scale: How large the picture is.
        marks: What is wrong with it, or marked.
        more: It has a line that adds a field.
        due: When the next of what it issued for later is due, or how many faults are armed, in words.
        whole: What has no room is written smaller, as in a file; else it is shortened.
    """
    made = _CardPainter(painter, card, Box(0, 0, box.width, box.height), scale, whole=whole)
    made.shape()
    if scale >= FIELDS:
        made.head()
        made.fields(marks.lines)
        if more:
            made.more()
        made.rules(below=len(card.fields) + more)
    elif scale >= NAMES:
        made.name()
    if card.draft and scale >= FIELDS:  # from afar it would hide the name, and the card's edge says it
        paint_plate(painter, card.draft, theme().colors.warning)
    elif due and scale >= FIELDS:
        paint_plate(painter, due, theme().colors.error if due.endswith(ARMED) else theme().colors.muted)
    elif due.endswith(ARMED):
        paint_fault(painter, made.area, FAULT)
    if card.leaves and scale >= FIELDS:
        made.leaves(below=more or bool(card.rules))
    if marks.count:
        made.ring(marks)


def paint_badge(painter: QPainter, place: QRectF, words: str, fill: str, on: str) -> None:
    """Says in a pill on a node's head what changes while it is shown; what goes wrong on purpose in red."""
    colors = theme().colors
    ground, ink = (mix(on, fill, 0.14), on)
    if words.endswith(ARMED):
        ground, ink = colors.error, colors.surface
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
    painter.setPen(QColor(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)


def paint_fault(painter: QPainter, card: QRectF, size: float) -> None:
    """Marks the corner of a card on which something goes wrong on purpose, where it has no room for words.

    It stands within the card: what is painted around one is bounded, however small that is drawn.
    """
    colors, size = theme().colors, min(size, card.width(), card.height())
    place = QRectF(card.right() - size, card.top(), size, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.error))
    painter.drawEllipse(place)
    draw_icon(painter, "bug", place.adjusted(size / 5, size / 5, -size / 5, -size / 5), colors.surface)


def paint_plate(painter: QPainter, words: str, color: str, *, right: float = 0.0) -> None:
    """Says on the upper edge of a card that it does not run as it is drawn, or what it waits for.

    Args:
        right: Where the card ends, to say it there.
    """
    font, measures = font_of("type")
    wide = measures.horizontalAdvance(words) + 12
    place = QRectF(right - wide - 4 if right else 8, -9, wide, 17)
    painter.setPen(QPen(QColor(color), 1))
    painter.setBrush(QColor(theme().colors.surface))
    painter.drawRoundedRect(place, 8, 8)
    painter.setFont(font)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)


class _CardPainter:
    """Paints the parts of one card at one scale."""

    def __init__(self, painter: QPainter, card: Card, box: Box, scale: float, *, whole: bool) -> None:
        self._whole = whole
        self._painter, self._card, self._box, self._scale = painter, card, box, scale
        colors, self._kind = theme().colors, kind_of(card.kind)
        role = self._kind.role
        fill, ink = str(getattr(colors, role)), colors.ink(role)
        self._edge = mix(ink, fill, 0.45)
        self._fill = colors.surface if card.ghost else fill
        self._on = ink if card.ghost else str(getattr(colors, f"on_{role}"))
        self._grow = max(1.0, scale / LARGE)

    def _place(self, box: Box) -> QRectF:
        scale = self._scale
        return QRectF(box.x * scale, box.y * scale, box.width * scale, box.height * scale)

    @property
    def area(self) -> QRectF:
        """Where the card is painted."""
        return self._place(self._box)

    def shape(self) -> None:
        draft = self._card.draft and self._scale < FIELDS
        pen = QPen(QColor(theme().colors.warning if draft else self._edge), 2 if draft else 1)
        if self._card.ghost or self._card.draft:
            pen.setDashPattern([4, 3])
        self._painter.setPen(pen)
        self._painter.setBrush(QColor(self._fill))
        radius = RADIUS * min(1.0, self._scale)
        place = self._place(self._box).adjusted(0.5, 0.5, -0.5, -0.5)
        self._painter.drawRoundedRect(place, radius, radius)

    def head(self) -> None:
        place, grow = self._place(head_of(self._box)), self._grow
        edge = ICON * grow
        middle = round(place.center().y() - edge / 2)
        draw_icon(self._painter, self._kind.icon, QRectF(PAD * grow, middle, edge, edge), self._on)
        self._text("name", self._card.title, place.adjusted(NAME * grow, 0, -PAD, 0), self._on)
        if self._card.fields or self._card.rules:
            self._painter.setPen(QPen(QColor(self._edge), 1))
            y = round(HEAD * self._scale) + 0.5
            self._painter.drawLine(QPointF(1, y), QPointF(place.right() - 1, y))

    def fields(self, marked: Mapping[str, Severity]) -> None:
        """Draws the fields, a line each.

        Args:
            marked: What is marked of them, by their names.
        """
        for number, one in enumerate(self._card.fields):
            line = self._place(line_of(self._box, number))
            severity = marked.get(one.name.removesuffix("?"))
            if severity is not None:
                paint_line(self._painter, line.adjusted(4, 0, -4, 0), severity, self._fill)
                line.adjust(0, 0, -18, 0)
            place = line.adjusted(PAD * self._grow, 0, -PAD / 2, 0)
            self._field(one, place)

    def more(self) -> None:
        """Draws the line that adds a field."""
        place = self._place(line_of(self._box, len(self._card.fields)))
        self._text(
            "type", "+ field", place.adjusted(PAD * self._grow, 0, 0, 0), mix(self._on, self._fill, 0.78)
        )

    def rules(self, *, below: int) -> None:
        """Draws when what follows does, and for what it is refused, below the fields."""
        ink = mix(self._on, self._fill, 0.9)
        for number, one in enumerate(self._card.rules, below):
            line = self._place(line_of(self._box, number))
            mark = line.adjusted(5 * self._grow, 4 * self._grow, 0, -4 * self._grow)
            mark.setWidth(2 * self._grow)
            self._painter.fillRect(mark, QColor(self._edge))
            self._rule(one.text, line.adjusted((PAD + 3) * self._grow, 0, -PAD / 2, 0), ink)

    def _rule(self, text: str, place: QRectF, ink: str) -> None:
        """Draws one of them; one that is to be read whole and is long on two small lines."""
        if self._fitting(place.width(), ("type", text)) >= READABLE * self._grow:
            self._text("type", text, place, ink)
            return
        halves = halves_of(text)
        small = min(READABLE * self._grow, *(self._fitting(place.width(), ("type", one)) for one in halves))
        for number, one in enumerate(halves):
            half = QRectF(place.left(), place.top(), place.width(), place.height() / 2)
            self._text("type", one, half.translated(0, number * half.height()), ink, small)

    def _field(self, one: CardField, place: QRectF) -> None:
        grow = self._fitting(place.width() - 4 * self._grow, ("field", one.name), ("type", one.type))
        wide = self._text("field", one.name, place, self._on, grow) + 4 * self._grow
        if wide < place.width():
            self._text("type", one.type, place.adjusted(wide, 0, 0, 0), mix(self._on, self._fill, 0.78), grow)

    def _fitting(self, width: float, *texts: tuple[str, str]) -> float:
        """Returns how large texts beside each other are written: smaller where all of them are to be read."""
        grow = self._grow
        while self._whole and grow > SMALLEST * self._grow:
            if sum(font_of(part, grow)[1].horizontalAdvance(text) for part, text in texts) <= width:
                break
            grow -= STEP * self._grow
        return grow

    def _text(self, part: str, text: str, place: QRectF, color: str, grow: float | None = None) -> float:
        """Draws one line, shortened where it has no room; returns how wide it is."""
        font, measures = font_of(part, grow or self._fitting(place.width(), (part, text)))
        name = Qt.TextElideMode.ElideMiddle if part == "name" else Qt.TextElideMode.ElideRight
        text = visible(text)
        wide = measures.horizontalAdvance(text)
        if wide > place.width():
            text = measures.elidedText(text, name, place.width())
        self._painter.setFont(font)
        self._painter.setPen(QColor(color))
        self._painter.drawText(place.adjusted(0, 0, 2, 0), LEVEL, text)
        return wide

    def name(self) -> None:
        """Draws the name alone."""
        self._painter.setPen(QColor(self._on))
        paint_name(self._painter, self._card.title, self._place(self._box).adjusted(4, 0, -3, 0))

    def leaves(self, *, below: bool) -> None:
        """Says on the lower edge, or right below it, by which events a row or an instance goes."""
        word, _, names = self._card.leaves.partition(" by ")
        many = names.count(",") + 1
        short = names.rpartition(".")[2] if many == 1 else f"{many} events"
        place, said = self._place(self._box), f"− {word} by {names}"
        if not self._whole or font_of("type")[1].horizontalAdvance(said) > place.width() - 28:
            said = f"− {word} by {short}"
        font, measures = font_of("type", self._fitting(place.width() - 28, ("type", said)))
        said = measures.elidedText(said, Qt.TextElideMode.ElideRight, place.width() - 28)
        tall = measures.height() + 2
        plate = QRectF(8, place.bottom() - (4 if below else 6), measures.horizontalAdvance(said) + 12, tall)
        self._painter.setPen(QPen(QColor(theme().colors.muted), 1))
        self._painter.setBrush(QColor(theme().colors.surface))
        self._painter.drawRoundedRect(plate, tall / 2, tall / 2)
        self._painter.setFont(font)
        self._painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, said)

    def ring(self, marks: CardMarks) -> None:
        """Draws how much is marked in a ring on the corner; from afar the ring alone, beside the name."""
        near = self._scale >= FIELDS
        middle = ring_of(QRectF(0, 0, self._box.width * self._scale, 0), 1.0)
        paint_ring(self._painter, middle, marks, font_of("far")[0] if near else None, RING if near else 4.0)

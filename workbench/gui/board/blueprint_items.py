"""The cards, wires and rings of a blueprint as items of its scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from workbench.gui.board.blueprint import Card
from workbench.gui.board.blueprint_layout import FOOT, LINE, line_of
from workbench.gui.board.board_graph import ARMED, DRAFT, DRAWN, kind_of
from workbench.gui.board.board_items import path_of
from workbench.gui.board.card_painter import RADIUS, on_screen, paint_card
from workbench.gui.board.layout import Box, Point
from workbench.gui.board.mark_painter import UNMARKED, CardMarks
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import Colors, mix, theme
from workbench.gui.widgets import plain_tip

RING, AWAY = 2.0, 4.0
"""Width of the ring around what is chosen, and its distance from the card, in pixels of the screen."""
AROUND = 60.0
"""Pixels of the picture around a card in which its ring is, at every scale."""
ARROW, DOT = 5.0, 3.2
THIN, CHOSEN = 1.5, 2.0
"""Widths of wires."""


class CardItem(QGraphicsItem):
    """One card.

    Attributes:
        card: What it shows.
        box: Where it stands.
        open: Whether it has a line that adds a field.
    """

    def __init__(self, card: Card, box: Box) -> None:
        super().__init__()
        self.card, self.box = card, box
        self._marks = UNMARKED
        self._typed = False
        self._due = ""
        self.open = False
        self._bounds = self.body.adjusted(-1, -18, 18, 1 + LINE + FOOT + 8 * bool(card.leaves))
        self.place(box)
        self.setZValue(2)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._tell()

    def place(self, box: Box) -> None:
        """Stands in another place, in the same size."""
        self.box = box
        self.setPos(box.x, box.y)

    @property
    def body(self) -> QRectF:
        """The card in its own coordinates."""
        return QRectF(0, 0, self.box.width, self.box.height)

    @property
    def whole(self) -> Box:
        """Where it stands with the line that adds a field."""
        lines = len(self.card.fields) + len(self.card.rules)
        more = line_of(self.box, lines + 1).y + FOOT / 2 - self.box.y
        return replace(self.box, height=more) if self.open else self.box

    def set_open(self, *, open: bool) -> None:
        """Shows a line that adds a field, over what stands below it; nothing moves."""
        if open is not self.open:
            self.open = open
            self.setZValue(2.5 if open else 2)
            self.update()

    def set_typed(self, *, typed: bool) -> None:
        """Shows whether its text is typed and not saved."""
        if typed is not self._typed:
            self._typed = typed
            self._tell()
            self.update()

    def set_due(self, due: str) -> None:
        """Shows when the next of what it issued for later is due, or how many faults are armed, in words."""
        if due != self._due:
            self._due = due
            self._tell()
            self.update()

    def set_marks(self, marks: CardMarks) -> None:
        """Shows how much is wrong with it, and where; the tool tip says what."""
        if marks != self._marks:
            self._marks = marks
            self._tell()
            self.update()

    def _tell(self) -> None:
        again = ", shown again" if self.card.ghost else ""
        lines = [f"{kind_of(self.card.kind).word} {self.card.title}{again}"]
        lines += [DRAWN[self.card.draft]] if self.card.draft else []
        lines += ["Draft: its text is typed and not saved"] if self._typed else []
        told = "Goes wrong on purpose" if self._due.endswith(ARMED) else "What it issued for later"
        lines += [f"{told}: {self._due}"] if self._due else []
        lines += [f"{self.card.title} {self.card.leaves}"] if self.card.leaves else []
        lines += [one.whole for one in self.card.rules]
        lines += [f"{one.name} {one.type}" for one in self.card.fields]
        self.setToolTip(plain_tip("\n".join([*lines, *self._marks.words])))

    @override
    def boundingRect(self) -> QRectF:
        return self._bounds

    @override
    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(0, 0, self.whole.width, self.whole.height))
        return path

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        with drawing(painter):
            card = replace(self.card, draft=DRAFT) if self._typed else self.card
            scale, tall = on_screen(painter)
            box = replace(self.whole, height=self.whole.height * tall / scale)
            paint_card(painter, card, box, scale, self._marks, more=self.open, due=self._due)

    def paint_plain(self, painter: QPainter) -> None:
        """Paints it for a file, without marks, as if it were saved, with all words whole."""
        with drawing(painter):
            card, (scale, _tall) = replace(self.card, draft=""), on_screen(painter)
            paint_card(painter, card, self.box, scale, UNMARKED, whole=True)


class CardRing(QGraphicsItem):
    """What is drawn around a card, and cannot be clicked."""

    def __init__(self, box: Box) -> None:
        super().__init__()
        self._place = QRectF(0, 0, box.width, box.height)
        self.setPos(box.x, box.y)
        self.setZValue(1.5)  # below the cards, whose marks stand over their edges

    @override
    def boundingRect(self) -> QRectF:
        return self._place.adjusted(-AROUND, -AROUND, AROUND, AROUND)

    @override
    def shape(self) -> QPainterPath:
        return QPainterPath()


class RingItem(CardRing):
    """The ring around a card that is chosen; around cards that repeat it a thin one."""

    def __init__(self, box: Box, *, here: bool, focused: bool) -> None:
        super().__init__(box)
        self._here, self._focused = here, focused

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        with drawing(painter):
            (scale, tall), colors = on_screen(painter), theme().colors
            away = (AWAY if self._here else 2.0) * min(1.0, scale) + 1
            place = QRectF(0, 0, self._place.width() * scale, self._place.height() * tall)
            role = "accent" if self._focused or not self._here else "accent_ink"
            painter.setPen(QPen(QColor(getattr(colors, role)), RING if self._here else 1))
            painter.drawRoundedRect(place.adjusted(-away, -away, away, away), RADIUS + 3, RADIUS + 3)


class WireItem(QGraphicsPathItem):
    """One wire, with an arrow at its end.

    Attributes:
        words: What it means.
        joints: Where others meet it, which a dot says.
    """

    def __init__(self, points: Sequence[Point], tip: str, *, dashed: bool) -> None:
        super().__init__(path_of(points))
        self.words = tip
        self.points = tuple(points)
        self.joints: tuple[Point, ...] = ()
        self._bounds = self.path().controlPointRect().adjusted(-8, -8, 8, 8)
        self._dashed, self._lit = dashed, False
        self.setToolTip(plain_tip(tip))

    def light(self, *, lit: bool) -> None:
        """Shows whether it belongs to what is chosen."""
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
        stroker.setWidth(7)
        return stroker.createStroke(self.path())

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self._paint(painter, lit=self._lit)

    def paint_plain(self, painter: QPainter) -> None:
        """Paints it for a file, as if nothing were chosen."""
        self._paint(painter, lit=False)

    def _paint(self, painter: QPainter, *, lit: bool) -> None:
        with drawing(painter):
            scale, color = painter.worldTransform().m11(), _ink(theme().colors, lit=lit)
            pen = QPen(color, max(CHOSEN if lit else THIN, 1.0 / scale))
            if self._dashed:
                pen.setDashPattern([5, 4])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self.path())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPolygon(self._arrow(ARROW + pen.widthF()))
            for x, y in self.joints:
                painter.drawEllipse(QPointF(x, y), DOT, DOT)

    def _arrow(self, long: float) -> list[QPointF]:
        """Returns the corners of the arrow, which points right or down."""
        (x, y), level = self.points[-1], self.points[-1][1] == self.points[-2][1]
        back, aside = ((-long, 0.0), (0.0, long * 0.6)) if level else ((0.0, -long), (long * 0.6, 0.0))
        sides = [QPointF(x + back[0] + way * aside[0], y + back[1] + way * aside[1]) for way in (1, -1)]
        return [QPointF(x, y), *sides]


@cache
def _ink(colors: Colors, *, lit: bool) -> QColor:
    """Returns the colour of a wire."""
    return QColor(colors.accent if lit else mix(colors.faint, colors.surface, 0.92))

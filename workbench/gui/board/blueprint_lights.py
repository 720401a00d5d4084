"""What a hand on the blueprint shows: handles of cards, targets that are lit, and the wire that is drawn."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from workbench.gui.board.blueprint_items import AROUND, CardRing
from workbench.gui.board.blueprint_layout import REACH, handle_of
from workbench.gui.board.board_graph import kind_of
from workbench.gui.board.card_painter import RADIUS, on_screen
from workbench.gui.board.layout import Box
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import theme
from workbench.gui.widgets import plain_tip

if TYPE_CHECKING:
    from workbench.gui.board.blueprint_scene import BlueprintScene

DIM = 0.3
"""How much is left of what no wire can lead to."""


class HandleItem(QGraphicsItem):
    """The round handle at a card's right edge, from which a wire is drawn."""

    def __init__(self, box: Box) -> None:
        super().__init__()
        self.setPos(*handle_of(box))
        self.setZValue(4)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip(plain_tip("Click for something new that follows, or drag to what follows"))

    @override
    def boundingRect(self) -> QRectF:
        return QRectF(-AROUND, -AROUND, 2 * AROUND, 2 * AROUND)

    @override
    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addEllipse(QPointF(0, 0), REACH, REACH)
        return path

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        with drawing(painter):
            size, colors = 7.0 * min(1.0, on_screen(painter)[0]), theme().colors
            painter.setPen(QPen(QColor(colors.accent_ink), 1.5))
            painter.setBrush(QColor(colors.surface))
            painter.drawEllipse(QPointF(0, 0), size, size)
            painter.drawLine(QPointF(-size / 2, 0), QPointF(size / 2, 0))
            painter.drawLine(QPointF(0, -size / 2), QPointF(0, size / 2))


class TargetItem(CardRing):
    """The dashed ring around a card to which a wire can lead."""

    def __init__(self, box: Box, kind: str) -> None:
        super().__init__(box)
        self._role = kind_of(kind).role

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        with drawing(painter):
            scale, tall = on_screen(painter)
            pen = QPen(QColor(theme().colors.ink(self._role)), 2)
            pen.setDashPattern([2, 2])
            painter.setPen(pen)
            place = QRectF(0, 0, self._place.width() * scale, self._place.height() * tall)
            painter.drawRoundedRect(place.adjusted(-4, -4, 4, 4), RADIUS + 2, RADIUS + 2)


class DrawnItem(QGraphicsItem):
    """A wire while it is drawn from a handle to the pointer."""

    def __init__(self, start: QPointF, end: QPointF) -> None:
        super().__init__()
        self._start, self._end = start, end
        self.setZValue(5)

    @override
    def boundingRect(self) -> QRectF:
        return QRectF(self._start, self._end).normalized().adjusted(-AROUND, -8, AROUND, 8)

    @override
    def shape(self) -> QPainterPath:
        return QPainterPath()

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        with drawing(painter):
            pen = QPen(QColor(theme().colors.accent), 2)
            pen.setCosmetic(True)
            pen.setDashPattern([5, 4])
            painter.setPen(pen)
            aside = QPointF(min(max(abs(self._end.x() - self._start.x()) / 2, 10.0), AROUND), 0)
            path = QPainterPath(self._start)
            path.cubicTo(self._start + aside, self._end - aside, self._end)
            painter.drawPath(path)
            painter.setBrush(QColor(theme().colors.accent))
            painter.drawEllipse(self._end, 3, 3)


class BlueprintLights:
    """Shows on a scene what a hand can take, and to what it can lead.

    Attributes:
        source: Id of the node from which a wire would lead; empty where everything is shown alike.
        targets: Ids of the nodes to which it could.
    """

    def __init__(self, scene: BlueprintScene) -> None:
        self._scene = scene
        self.source = ""
        self.targets: frozenset[str] = frozenset()
        self._rings: list[TargetItem] = []
        self._handles: dict[str, HandleItem] = {}
        self._drawn: DrawnItem | None = None

    def show_handles(self, keys: Collection[str]) -> None:
        """Shows the handles of some cards alone."""
        cards = self._scene.cards()
        for key, item in list(self._handles.items()):
            if key not in keys or key not in cards or item.pos().toTuple() != handle_of(cards[key].box):
                self._scene.removeItem(self._handles.pop(key))
        for key in keys:
            if key in cards and key not in self._handles:
                self._handles[key] = HandleItem(cards[key].box)
                self._scene.addItem(self._handles[key])

    def light(self, source: str, targets: Collection[str]) -> None:
        """Dims all but one node and those to which it can lead; empty: nothing."""
        if (source, frozenset(targets)) != (self.source, self.targets):
            self.source, self.targets = source, frozenset(targets)
            self.again()

    def again(self) -> None:
        """Shows on the cards that are there now what is lit."""
        for ring in self._rings:
            self._scene.removeItem(ring)
        cards, lit = self._scene.cards(), {self.source, *self.targets}
        for item in cards.values():
            item.setOpacity(1.0 if not self.source or item.card.node in lit else DIM)
        for wire in self._scene.wires.values():
            wire.setOpacity(DIM if self.source else 1.0)
        self._rings = [
            TargetItem(item.box, item.card.kind) for item in cards.values() if item.card.node in self.targets
        ]
        for ring in self._rings:
            self._scene.addItem(ring)
        for view in self._scene.views():  # cards that are kept as pictures are not all painted again by Qt
            view.viewport().update()

    def draw(self, key: str, end: QPointF | None) -> None:
        """Draws a wire from a card's handle to a place; None takes it away."""
        if self._drawn is not None:
            self._scene.removeItem(self._drawn)
            self._drawn = None
        if end is not None and key in self._scene.cards():
            self._drawn = DrawnItem(QPointF(*handle_of(self._scene.cards()[key].box)), end)
            self._scene.addItem(self._drawn)

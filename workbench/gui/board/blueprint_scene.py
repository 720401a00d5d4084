"""The blueprint as a scene: cards, wires and lanes, of which one card is chosen with all that repeat it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from typing_extensions import override

from workbench.gui.board.blueprint import Blueprint, Wire
from workbench.gui.board.blueprint_items import CardItem, RingItem, WireItem
from workbench.gui.board.blueprint_layout import (
    REACH,
    WIDTH,
    BlueprintLayout,
    LanePlace,
    SlicePlace,
    line_of,
    part_of,
)
from workbench.gui.board.blueprint_lights import BlueprintLights
from workbench.gui.board.board_graph import ARMED, DRAFT, NOT_RUNNING, BoardGraph, Pair, kind_of
from workbench.gui.board.card_painter import FIELDS
from workbench.gui.board.mark_painter import card_marks
from workbench.gui.board.picture import Picture
from workbench.gui.board.slice_coverage import Coverage
from workbench.gui.theme import mix, theme
from workbench.services.design.marks.mark import DesignMark

STEPS = (0.06, 0.1, 0.15, 0.25, 0.33, 0.5, 0.67, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
"""Scales that zooming goes through."""


class BlueprintScene(Picture):
    """The picture of a blueprint.

    Attributes:
        blueprint: What is drawn.
        layout: Where everything stands.
        wires: The wires by the keys of their ends.
        wire: The keys of the ends of the wire that is chosen, if one is.
        lights: Shows what a hand can take, and to what it can lead.
        coverage: How the scenarios of each slice stand, by its id.

    Signals:
        drafts_changed: Other cards than before have a text that is typed and not saved.
    """

    drafts_changed = Signal()
    name = "Blueprint"
    steps = STEPS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.blueprint, self.layout = Blueprint(), BlueprintLayout()
        self.wires: dict[Pair, WireItem] = {}
        self.wire: Pair | None = None
        self.lights = BlueprintLights(self)
        self.coverage: Mapping[str, Coverage] = {}
        self._cards: dict[str, CardItem] = {}
        self._at: dict[str, tuple[int, int]] = {}
        self._here = ""
        self._rings: list[RingItem] = []
        self._badges: Mapping[str, str] = {}

    # -- building ------------------------------------------------------------------------------------------

    def show_blueprint(self, blueprint: Blueprint, layout: BlueprintLayout, graph: BoardGraph) -> None:
        """Draws another blueprint; what stays the same is not made again.

        Args:
            graph: What is known of the nodes, such as what is wrong with them.
        """
        moves, before = layout != self.layout, self.place_now()
        self.graph = graph
        if moves or blueprint != self.blueprint:
            self.blueprint, self.layout = blueprint, layout
            self._show_cards()
            self._show_wires()
            self.lights.again()
            self.setSceneRect(self.content())
            self.invalidate()
        self.show_marks(self.marks)
        if self._here not in self._cards:
            self._here = ""  # an aggregate's card went, and its lane came
        self.keep_choice()
        self.mark()
        if moves:
            self._know_move(before)
            self.rebuilt.emit()

    @override
    def set_badges(self, badges: Mapping[str, str]) -> None:
        """Says on cards that their text is typed and not saved, or is due; counters are the topology's."""
        before, self._badges = self._badges, badges
        if badges == before:
            return
        if _drafts(badges) != _drafts(before):
            self.drafts_changed.emit()
        for item in self._cards.values():
            self._tell(item)

    def _tell(self, item: CardItem) -> None:
        said = "" if item.card.ghost else self._badges.get(item.card.node, "")
        item.set_typed(typed=said == DRAFT)
        item.set_due(said if said.startswith("due ") or said.endswith(ARMED) else "")

    @override
    def show_marks(self, marks: Mapping[str, tuple[DesignMark, ...]]) -> None:
        super().show_marks(marks)
        for item in self._cards.values():
            node = self.graph.by_id.get(item.card.node)
            if node is not None and not item.card.ghost:
                item.set_marks(card_marks(node.problems, marks.get(node.id, ())))

    @override
    def node_of(self, key: str) -> str:
        card = self._cards[key].card
        return "" if card.ghost else card.node

    @override
    def thing_of(self, key: str) -> str:
        return self._cards[key].card.node if key in self._cards else key

    def _show_cards(self) -> None:
        boxes, cards = self.layout.boxes, self.blueprint.cards
        for key, item in list(self._cards.items()):
            box = boxes.get(key)
            if box is None or cards.get(key) != item.card or box.size != item.box.size:
                self.removeItem(self._cards.pop(key))
            elif box != item.box:
                item.place(box)
        for key, card in cards.items():
            if key not in self._cards:
                self._cards[key] = CardItem(card, boxes[key])
                self._tell(self._cards[key])
                self.addItem(self._cards[key])
        self._at = {
            card.key: (column, row)
            for column, one in enumerate(self.blueprint.slices)
            for row, cell in enumerate(one.cells)
            for card in cell
        }

    def _show_wires(self) -> None:
        for item in self.wires.values():
            self.removeItem(item)
        self.wires = {}
        if self.wire not in self.layout.routes:
            self.wire = None
        for wire in self.blueprint.wires:
            pair = wire.source, wire.target
            made = WireItem(self.layout.routes[pair], self._tip(wire), dashed=self._is_loose(wire))
            made.joints = self.layout.joints.get(pair, ())
            self.wires[pair] = made
            self.addItem(made)

    def _is_loose(self, wire: Wire) -> bool:
        """Whether it is not known which event a wire leads to, or an end of it does not run yet."""
        ends = [self._cards[key].card for key in (wire.source, wire.target) if key in self._cards]
        return len(ends) < 2 or any(card.draft for card in ends)

    def _tip(self, wire: Wire) -> str:
        source, target = self._cards[wire.source].card, self._cards.get(wire.target)
        if target is None:
            return f"{source.title} emits one of these"
        if wire.kind == "reads":
            return f"{target.card.title} reads {source.title}"
        return "\n".join([f"{source.title} {wire.kind} {target.card.title}", *wire.words.splitlines()])

    # -- the picture ---------------------------------------------------------------------------------------

    @override
    def cards(self) -> Mapping[str, CardItem]:
        return self._cards

    @override
    def has(self, key: str) -> bool:
        """Whether a card has a key, or a lane: that of an aggregate stands for it."""
        return key in self._cards or self.lane_of(key) is not None

    def lane_of(self, key: str) -> LanePlace | None:
        """Returns the lane of an aggregate; None for anything else."""
        lanes = self.layout.lanes if key.startswith("aggregate:") else ()
        return next((lane for lane in lanes if lane.id == key), None)

    @override
    def box_of(self, key: str) -> QRectF:
        """Returns where a card stands; for a lane the first card in it, or where it begins."""
        if key not in self._cards and (lane := self.lane_of(key)) is not None:
            empty = QRectF(self.content().left(), lane.top, WIDTH, lane.bottom - lane.top)
            return next((self.box_of(one) for one in self._cards_in(lane.id)), empty)
        return self._cards[key].body.translated(self._cards[key].pos())

    @override
    def content(self) -> QRectF:
        bounds = self.layout.bounds
        return QRectF(bounds.x, bounds.y, bounds.width, bounds.height)

    @override
    def reach(self, port: QSizeF) -> QRectF:
        """Keeps the upper left corner where the board begins; the other sides can be moved to the middle."""
        content = self.content()
        wide, tall = port.width(), port.height()
        return content.adjusted(
            0, 0, max(wide / 2, wide - content.width()), max(tall / 2, tall - content.height())
        )

    @override
    def kinds(self) -> set[str]:
        return {item.card.kind for item in self._cards.values()}

    @override
    def blocks(self) -> Iterator[tuple[QRectF, str]]:
        wrong = {node.id for node in self.graph.nodes if node.problems}
        for item in self._cards.values():
            role = "error" if item.card.node in wrong else kind_of(item.card.kind).role
            yield item.body.translated(item.pos()), role

    @override
    def card_at(self, place: QPointF) -> str:
        found = next((item for item in self.items(place) if isinstance(item, CardItem)), None)
        return found.card.key if found is not None else ""

    def part_at(self, place: QPointF) -> tuple[str, str, int]:
        """Returns the key of the card at a place, which part of it is there, and the number of a field.

        The parts are those of `part_of`, and ``more`` for the line that adds a field; all is empty where no
        card is.
        """
        inside = self.card_at(place)
        key = inside or self.card_at(place - QPointF(REACH, 0))  # half of a handle is beside its card
        if key:
            item = self._cards[key]
            part, number = part_of(item.card, item.box, (place.x(), place.y()))
            line = line_of(item.box, len(item.card.fields))
            if inside and item.open and line.y <= place.y() < line.bottom:
                return key, "more", number
            if inside or part == "handle":
                return key, part, number
        return "", "", 0

    def has_lines(self, key: str, scale: float) -> bool:
        """Whether a card is there and shows its fields at a scale."""
        return key in self._cards and scale >= FIELDS

    def line_box(self, key: str, number: int) -> QRectF:
        """Returns where a card has its field of a number, or the line behind the last one."""
        box = line_of(self._cards[key].box, number)
        return QRectF(box.x, box.y, box.width, box.height)

    def wire_at(self, place: QPointF) -> Pair | None:
        """Returns the keys of the ends of the wire at a place, where no card is."""
        found = next((item for item in self.items(place) if isinstance(item, CardItem | WireItem)), None)
        return next((pair for pair, one in self.wires.items() if one is found), None)

    def choose_wire(self, pair: Pair | None) -> None:
        """Chooses a wire, or none."""
        self.wire = pair
        self.mark()

    def slice_of(self, key: str) -> str:
        """Returns the id of the slice in which a card stands, or empty."""
        return self.layout.slices[self._at[key][0]].id if key in self._at else ""

    def note_of(self, place: str) -> Coverage | None:
        """Returns how the scenarios of a slice stand; of one with a draft that they were not run."""
        found = self.coverage.get(place)
        cards = next((one.cards for one in self.blueprint.slices if one.id == place), iter(()))
        stands = {card.draft or self._badges.get(card.node, "") for card in cards if not card.ghost}
        draft = next((one for one in (DRAFT, NOT_RUNNING) if one in stands), "")
        return replace(found, draft=draft) if found is not None else None

    def slices_between(self, left: float, right: float) -> tuple[SlicePlace, ...]:
        """Returns the slices of which a part is between two places."""
        places = self.layout.slices
        first = max(0, bisect_right(places, left, key=lambda place: place.x) - 1)
        last = bisect_right(places, right, key=lambda place: place.x)
        return places[first:last]

    # -- choosing ------------------------------------------------------------------------------------------

    @property
    @override
    def here(self) -> str:
        return self._here

    @override
    def _stand_on(self, key: str) -> None:
        before = self.chosen
        self.wire, self._here = None, key if key in self._cards else ""
        self.chosen = self.thing_of(key)
        if self.chosen != before:
            self.update()

    @override
    def light(self, source: str, targets: Collection[str]) -> None:
        self.lights.light(source, targets)

    @override
    def mark(self) -> None:
        for ring in self._rings:
            self.removeItem(ring)
        chosen = set(self.several)
        same = {key for key, item in self._cards.items() if item.card.node in chosen}
        for key, item in self._cards.items():
            item.set_open(
                open=key == self._here and not item.card.ghost and self.takes_fields(item.card.node)
            )
        self._rings = [
            RingItem(self._cards[key].whole, here=key in {self._here, *self.others}, focused=self._focused)
            for key in same
        ]
        for ring in self._rings:
            self.addItem(ring)
        for pair, wire in self.wires.items():
            wire.light(lit=pair == self.wire or not same.isdisjoint(pair))

    @override
    def first(self) -> str:
        return next(iter(self._cards_in_order()), "")

    @override
    def last(self) -> str:
        return next(iter(reversed(self._cards_in_order())), "")

    def _cards_in_order(self) -> list[str]:
        return list(self.blueprint.cards)

    @override
    def towards(self, x: int, y: int) -> str:
        """Goes along a lane to the next slice that has something in it, or along a slice to the next lane.

        Left of the first card of an aggregate's lane is its name, which stands for the aggregate.
        """
        if self._here not in self._at:
            return self._from_lane(x, y) if self.lane_of(self.chosen) is not None else self.first()
        column, row = self._at[self._here]
        slices = self.blueprint.slices
        if y:
            keys = [card.key for card in slices[column].cards]
            place = keys.index(self._here) + y
            return keys[place] if 0 <= place < len(keys) else ""
        ahead = range(column + 1, len(slices)) if x > 0 else range(column - 1, -1, -1)
        for number in ahead:
            if slices[number].cells[row]:
                return self._level(card.key for card in slices[number].cells[row])
        if x < 0 and self.lane_of(lane := self.blueprint.lanes[row].id) is not None:
            return lane
        return self._level(chain.from_iterable([card.key for card in slices[one].cards] for one in ahead[:1]))

    def _from_lane(self, x: int, y: int) -> str:
        """Goes from the name of a lane to its first card, or to the name above or below."""
        if x:
            return next(self._cards_in(self.chosen), "") if x > 0 else ""
        lanes = [one.id for one in self.layout.lanes if self.lane_of(one.id) is not None]
        place = lanes.index(self.chosen) + y
        return lanes[place] if 0 <= place < len(lanes) else ""

    def _cards_in(self, lane: str) -> Iterator[str]:
        """Yields the cards of a lane from left to right."""
        return (key for key, (_, row) in self._at.items() if self.blueprint.lanes[row].id == lane)

    def _level(self, keys: Iterator[str]) -> str:
        """Returns the card that stands most nearly as high as the one with the keyboard."""
        high = self.layout.boxes[self._here].y
        return min(keys, key=lambda key: abs(self.layout.boxes[key].y - high), default="")

    # -- the ground ----------------------------------------------------------------------------------------

    @override
    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        if isinstance(rect, QRectF):
            painter.fillRect(rect, QColor(theme().colors.surface))
            for number, lane in enumerate(self.layout.lanes):
                if lane.top <= rect.bottom() and lane.bottom >= rect.top():
                    self.paint_lane(painter, number, rect.left(), rect.right())
                if lane.id == self.chosen:
                    place = QRectF(rect.left(), lane.top, rect.width(), lane.bottom - lane.top)
                    painter.fillRect(place, QColor(theme().colors.tint("accent", 0.1)))

    def paint_lane(self, painter: QPainter, number: int, left: float, right: float) -> None:
        """Paints the ground of a lane and the lines at its edges, from one place to another."""
        colors, lane = theme().colors, self.layout.lanes[number]
        place = QRectF(left, lane.top, right - left, lane.bottom - lane.top)
        if not number % 2:
            painter.fillRect(place, QColor(colors.alternate))
        painter.setPen(QPen(QColor(mix(colors.border, colors.surface, 0.6)), 0))
        painter.drawLine(place.topLeft(), place.topRight())
        painter.drawLine(place.bottomLeft(), place.bottomRight())


def _drafts(badges: Mapping[str, str]) -> set[str]:
    return {node for node, said in badges.items() if said == DRAFT}

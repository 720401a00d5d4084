"""Gives every slice, lane and card of a blueprint its place, so that little moves what stands.

Slices have one width, so that no name moves anything. A lane grows by steps of several lines, so that a new
field moves what stands below only where its lane is full.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.gui.board.blueprint import Blueprint, Card
from workbench.gui.board.blueprint_joints import joints_of
from workbench.gui.board.blueprint_routes import Course, Height, Level, Tracks, courses_of
from workbench.gui.board.board_graph import Pair
from workbench.gui.board.layout import Box, Point
from workbench.services.design.field_gestures import FIELDED

WIDTH = 162.0
HEAD, LINE, FOOT, BARE = 32.0, 18.0, 8.0, 34.0
"""Heights of a card's head, of a field, of what is below them, and of a card without fields."""
PAD, GAP = 14.0, 10.0
"""Pixels between a lane's edges and its cards, and between cards that stand below each other."""
ROOM = 3 * LINE
"""By how much a lane grows behind the first field."""
IN, ALSO = 13.0, 24.0
"""How far below a card's upper edge what comes enters it, and what leaves it leaves it."""
BELOW, ENDING = 30.0, 8.0
"""Pixels below a card into which it grows by a line that adds a field while it is chosen, so that it covers
neither card nor wire; and how many more where a label below that says what ends it."""
TAG = 16.0
"""Pixels between such a label and the card below, whose upper edge may have a tag: both keep their size."""
ENDED = ("projection", "process")
"""Kinds of cards that may have such a label."""
REACH = 8.0
"""Pixels around the middle of a handle that belong to it."""
NOWHERE = Box(0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePlace:
    """Where a lane stands.

    Attributes:
        top: Upper edge; wires that pass above its cards run below it.
        cards: Where its cards begin.
    """

    id: str
    title: str
    top: float
    cards: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicePlace:
    """Where a slice stands.

    Attributes:
        left: Where the gutter at its left begins.
        x: Left edge of its cards.
    """

    id: str
    title: str
    left: float
    x: float

    @property
    def right(self) -> float:
        """Right edge of its cards."""
        return self.x + WIDTH


@dataclass(frozen=True, kw_only=True)
class BlueprintLayout:
    """Where everything stands, in pixels; y grows downwards.

    Attributes:
        boxes: Of the cards, by their keys.
        routes: Points of the wires, by the keys of their ends; every part is level or upright.
        joints: Where a wire meets others that come from or lead to the same card.
    """

    lanes: tuple[LanePlace, ...] = ()
    slices: tuple[SlicePlace, ...] = ()
    boxes: Mapping[str, Box] = field(default_factory=dict)
    routes: Mapping[Pair, tuple[Point, ...]] = field(default_factory=dict)
    joints: Mapping[Pair, tuple[Point, ...]] = field(default_factory=dict)
    bounds: Box = NOWHERE


def height_of(card: Card) -> float:
    """Returns how tall a card is."""
    lines = len(card.fields) + len(card.rules)
    return HEAD + LINE * lines + FOOT if lines else BARE


def head_of(box: Box) -> Box:
    """Returns where a card has its icon and name."""
    return Box(box.x, box.y, box.width, min(HEAD, box.height))


def line_of(box: Box, number: int) -> Box:
    """Returns where a card has its field of a number, from 0."""
    return Box(box.x, box.y + HEAD + 4 + LINE * number, box.width, LINE)


def handle_of(box: Box) -> Point:
    """Returns the middle of the handle from which a wire is drawn."""
    return box.right, box.y + HEAD / 2


def part_of(card: Card, box: Box, place: Point) -> tuple[str, int]:
    """Returns what of a card is at a place: ``handle``, ``head``, ``field`` with its number, or ``rest``."""
    x, y = handle_of(box)
    if abs(place[0] - x) <= REACH and abs(place[1] - y) <= REACH:
        return "handle", 0
    if place[1] < head_of(box).bottom:
        return "head", 0
    number = int((place[1] - line_of(box, 0).y) // LINE)
    return ("field", number) if 0 <= number < len(card.fields) else ("rest", 0)


def lay_out_blueprint(blueprint: Blueprint) -> BlueprintLayout:
    """Finds all places."""
    if not blueprint.slices:
        return BlueprintLayout()
    courses = courses_of(blueprint)
    tracks = Tracks(courses)
    lanes = _lanes(blueprint, tracks)
    tops = _tops(blueprint, lanes)
    levels = {place.id: place for place in lanes}

    def level(one: Level) -> float:
        """Returns the height of a part of a course."""
        if one.kind == "run":
            return levels[one.name].top + tracks.run(one)
        if one.kind == "lane":
            return levels[one.name].cards
        top, tall = tops[one.name]
        known = {"top": 0.0, "in": IN, "also": ALSO, "out": max(tall / 2, ALSO), "bottom": tall}
        return top + known[one.kind]

    tracks.settle(level)
    slices = _slices(blueprint, tracks)
    columns = zip(blueprint.slices, slices, strict=True)
    left = {card.key: place.x for one, place in columns for card in one.cards}
    boxes = {key: Box(left[key], top, WIDTH, tall) for key, (top, tall) in tops.items()}
    routes = {pair: _points(course, boxes, slices, tracks, level) for pair, course in courses.items()}
    right = slices[-1].right + tracks.width(len(slices))
    return BlueprintLayout(
        lanes=lanes,
        slices=slices,
        boxes=boxes,
        routes=routes,
        joints=joints_of(routes),
        bounds=Box(0, 0, right, lanes[-1].bottom),
    )


def _lanes(blueprint: Blueprint, tracks: Tracks) -> tuple[LanePlace, ...]:
    """Stacks the lanes; one of events is only there if something stands in it or leads to it."""
    wanted = {wire.target for wire in blueprint.wires}
    places: list[LanePlace] = []
    top = 0.0
    for number, lane in enumerate(blueprint.lanes):
        cells = [one.cells[number] for one in blueprint.slices if one.cells[number]]
        if not cells and number > 1 and lane.id not in wanted:
            continue
        tall = max((_tall(cell) for cell in cells), default=BARE)
        one = HEAD + LINE + FOOT
        room = one + ROOM * math.ceil((tall - one) / ROOM) if tall > BARE else BARE
        cards = top + max(PAD, tracks.above(lane.id))
        places.append(
            LanePlace(
                id=lane.id,
                title=lane.title,
                top=top,
                cards=cards,
                bottom=cards + room + max(BELOW if number else PAD, *[_below(one[-1]) for one in cells], 0.0),
            )
        )
        top = places[-1].bottom
    return tuple(places)


def _tall(cell: tuple[Card, ...]) -> float:
    return sum(height_of(card) for card in cell) + sum(_gap(card) for card in cell[:-1])


def _gap(card: Card) -> float:
    """Returns how far below a card the next one stands."""
    below = _below(card)
    return max(GAP, below + 2 + TAG * (below > BELOW))


def _below(card: Card) -> float:
    """Returns how far a card may grow while it is chosen; by its kind alone, so that no draft moves any."""
    if card.kind not in FIELDED or card.ghost:
        return 0.0
    return BELOW + ENDING * (card.kind in ENDED)


def _tops(blueprint: Blueprint, lanes: tuple[LanePlace, ...]) -> dict[str, tuple[float, float]]:
    """Returns the upper edge and the height of every card."""
    known = {place.id: place.cards for place in lanes}
    begins = [known.get(lane.id, 0.0) for lane in blueprint.lanes]
    found: dict[str, tuple[float, float]] = {}
    for one in blueprint.slices:
        for begin, cell in zip(begins, one.cells, strict=True):
            y = begin
            for card in cell:
                found[card.key] = y, height_of(card)
                y += height_of(card) + _gap(card)
    return found


def _slices(blueprint: Blueprint, tracks: Tracks) -> tuple[SlicePlace, ...]:
    places: list[SlicePlace] = []
    left = 0.0
    for number, one in enumerate(blueprint.slices):
        x = left + tracks.width(number)
        places.append(SlicePlace(id=one.id, title=one.title, left=left, x=x))
        left = x + WIDTH
    return tuple(places)


def _points(
    course: Course,
    boxes: Mapping[str, Box],
    slices: tuple[SlicePlace, ...],
    tracks: Tracks,
    level: Height,
) -> tuple[Point, ...]:
    points: list[Point] = []
    for way, height in course:
        if way.kind == "gutter":
            begin = slices[way.number].left if way.number < len(slices) else slices[-1].right
            x = begin + tracks.way(way)
        else:
            box = boxes[way.name]
            x = {"left": box.x, "middle": box.x + WIDTH / 2, "right": box.right}[way.kind]
        points.append((x, level(height)))
    return tuple(points)

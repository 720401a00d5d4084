"""Leads the wires of a blueprint through gutters and above lanes, so that none crosses a card.

A wire runs upright in the gutters between the slices, and level above the cards of a lane. Wires that come
from one card, or lead to one read model, share their tracks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from workbench.gui.board.blueprint import TRIGGERS, Blueprint, Slice, Wire
from workbench.gui.board.board_graph import Pair

GUTTER, MOST = 20.0, 3
"""Pixels of a gutter, and how many tracks have room in it."""
SPACE = 5.0
"""Pixels between two tracks."""

Height = Callable[["Level"], float]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a part of a course is, from left to right.

    Attributes:
        kind: ``left``, ``middle`` or ``right`` of a card, or ``gutter``.
        name: Key of the card, or the track that is shared.
        number: Of the slice; of a gutter that of the slice at its right.
        coming: Whether the track leads into the slice; such tracks lie further right.
    """

    kind: str
    name: str
    number: int
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """Where a part of a course is, from top to bottom.

    Attributes:
        kind: ``top``, ``in``, ``also``, ``out`` or ``bottom`` of a card, ``lane`` where a lane's cards begin,
            or ``run`` above them.
        name: Key of the card, or the lane.
        track: What shares a run.
    """

    kind: str
    name: str
    track: str = ""


Course = tuple[tuple[Way, Level], ...]
"""The corners of a wire before they have places."""


def courses_of(blueprint: Blueprint) -> dict[Pair, Course]:
    """Returns the course of every wire."""
    return {(wire.source, wire.target): course for wire, course in _Plan(blueprint).courses()}


class _Plan:
    """Knows in which slice and lane every card is."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._slices = {card.key: number for number, one in enumerate(blueprint.slices) for card in one.cards}
        self._lanes = {
            card.key: lane.id
            for one in blueprint.slices
            for lane, cell in zip(blueprint.lanes, one.cells, strict=True)
            for card in cell
        }
        self._below = {_following(one)[0] for one in blueprint.slices if _following(one)}

    def courses(self) -> Iterator[tuple[Wire, Course]]:
        for wire in self._blueprint.wires:
            if wire.target not in self._slices:
                yield wire, self._down(wire, Level("lane", wire.target))
            elif wire.kind == "emits":
                yield wire, self._emits(wire)
            elif wire.kind == "issues":
                yield wire, self._issues(wire)
            else:
                yield wire, self._reads(wire)

    def _down(self, wire: Wire, end: Level) -> Course:
        middle = Way("middle", wire.source, self._slices[wire.source])
        return (middle, Level("bottom", wire.source)), (middle, end)

    def _emits(self, wire: Wire) -> Course:
        """Leads down to the first event, else around it through the gutter at the left."""
        here = self._slices[wire.source]
        if wire.target in self._below:
            return self._down(wire, Level("top", wire.target))
        gutter = Way("gutter", f"emits {wire.source}", here, coming=True)
        first = self._lanes[_following(self._blueprint.slices[here])[0]]
        run = Level("run", first, f"emits {wire.source}")
        middle = Way("middle", wire.source, here)
        down: Course = ((middle, Level("bottom", wire.source)), (middle, run), (gutter, run))
        return (*down, *self._enter(gutter, wire))

    def _enter(self, gutter: Way, wire: Wire) -> Course:
        end = Level("in", wire.target)
        return (gutter, end), (Way("left", wire.target, gutter.number), end)

    def _issues(self, wire: Wire) -> Course:
        """Leads down from the lowest trigger, from the others through the gutter at the left."""
        here = self._slices[wire.source]
        if self._blueprint.slices[here].cells[0][-1].key == wire.source:
            return self._down(wire, Level("top", wire.target))
        return self._beside(wire, f"issues {wire.target}")

    def _beside(self, wire: Wire, track: str) -> Course:
        """Leads from one card to another of the same slice through the gutter at their left."""
        here = self._slices[wire.source]
        gutter, begin = Way("gutter", track, here, coming=True), Level("also", wire.source)
        return ((Way("left", wire.source, here), begin), (gutter, begin), *self._enter(gutter, wire))

    def _reads(self, wire: Wire) -> Course:
        """Leads further right: to the next slice through the gutter, to others above the lane's cards."""
        here, there = self._slices[wire.source], self._slices[wire.target]
        if here == there:
            return self._beside(wire, f"to {wire.target}")
        out = Way("gutter", f"from {wire.source}", here + 1)
        begin = Level("out", wire.source)
        course: Course = ((Way("right", wire.source, here), begin), (out, begin))
        if there == here + 1:
            return (*course, *self._enter(out, wire))
        lane = self._lanes[wire.target]
        run = Level("run", lane, f"from {wire.source}" if lane == TRIGGERS else f"to {wire.target}")
        gutter = Way("gutter", f"to {wire.target}", there, coming=True)
        return (*course, (out, run), (gutter, run), *self._enter(gutter, wire))


def _following(one: Slice) -> list[str]:
    """Returns the keys of a slice's cards below its command or read model."""
    return [card.key for cell in one.cells[2:] for card in cell]


@dataclass(slots=True)
class _Lines:
    """Tracks beside each other: what overlaps is on different ones."""

    spans: dict[Hashable, tuple[float, float]] = field(default_factory=dict)
    numbers: dict[Hashable, int] = field(default_factory=dict)
    count: int = 0

    def add(self, name: Hashable, ends: tuple[float, float]) -> None:
        low, high = self.spans.get(name, ends)
        self.spans[name] = min(low, *ends), max(high, *ends)

    def settle(self) -> None:
        """Gives every span the first track that is free along all of it."""
        tracks: list[list[tuple[float, float]]] = []
        for name, (low, high) in self.spans.items():
            free = (
                number
                for number, track in enumerate(tracks)
                if all(high < other[0] or other[1] < low for other in track)
            )
            number = next(free, len(tracks))
            if number == len(tracks):
                tracks.append([])
            tracks[number].append((low, high))
            self.numbers[name] = number
        self.count = len(tracks)


class Tracks:
    """The tracks of all courses: those above the lanes, and, once heights are known, in the gutters."""

    def __init__(self, courses: Mapping[Pair, Course]) -> None:
        self._courses = courses
        self._runs: dict[str, _Lines] = {}
        self._gutters: dict[tuple[int, bool], _Lines] = {}
        for course in courses.values():
            for (way, level), (after, same) in pairwise(course):
                if level.kind == "run" and level == same:
                    ends = (_across(way), _across(after))
                    self._runs.setdefault(level.name, _Lines()).add(level.track, ends)
        for lines in self._runs.values():
            lines.settle()

    def settle(self, height: Height) -> None:
        """Finds the tracks in the gutters, from the heights of everything."""
        for course in self._courses.values():
            for (way, level), (same, after) in pairwise(course):
                if way.kind == "gutter" and way == same:
                    lines = self._gutters.setdefault((way.number, way.coming), _Lines())
                    lines.add(way.name, (height(level), height(after)))
        for lines in self._gutters.values():
            lines.settle()

    def above(self, lane: str) -> float:
        """Returns the room that runs need above a lane's cards; it grows by two tracks."""
        count = self._runs[lane].count if lane in self._runs else 0
        return 2 * SPACE * -(-count // 2) + 4

    def run(self, level: Level) -> float:
        """Returns how far a run is below its lane's upper edge."""
        return 4 + SPACE * self._runs[level.name].numbers[level.track]

    def width(self, gutter: int) -> float:
        """Returns the width of a gutter."""
        return max(GUTTER, GUTTER + SPACE * (self._count(gutter) - MOST))

    def _count(self, gutter: int) -> int:
        sides = ((gutter, False), (gutter, True))
        return sum(self._gutters[side].count for side in sides if side in self._gutters)

    def way(self, way: Way) -> float:
        """Returns how far a track is from its gutter's left edge."""
        number = self._gutters[way.number, way.coming].numbers[way.name]
        if way.coming and (way.number, False) in self._gutters:
            number += self._gutters[way.number, False].count
        return self.width(way.number) * (number + 1) / (self._count(way.number) + 1)


def _across(way: Way) -> float:
    return way.number if way.kind == "gutter" else way.number + 0.5

"""Finds a place for the words of every line of the board: on it, beside other words, never over a node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, product
from math import inf

from workbench.gui.board.board_graph import Pair
from workbench.gui.board.layout import Box, Layout, Point

LINE = 17.0
"""Height in pixels of one line of words, which is what they get where there is no more room."""
LEAST = 56.0
"""Pixels below which words are cut so short that they say nothing."""
CLEAR = 3.0
"""Pixels between words and a node, other words, or the point where a line bends."""
ENDS = 10.0
"""Pixels at both ends of a part of a line that stay in sight, with its bend or arrow."""
CELL = 96.0
"""Width and height in pixels of the squares by which it is known what stands where."""
STEP = 32.0
"""Pixels of a swinging line that are looked at as one piece."""
ALONG = (0.5, 0.35, 0.65, 0.2, 0.8)
"""Where on a part of a line words are tried, 0 its beginning and 1 its end."""
CROWDED = 60.0
"""Pixels of words that may rather be cut off than another line be covered."""

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a line: level, or swinging from one height to another."""

    start: Point
    end: Point

    def at(self, share: float) -> Point:
        """Returns the point at a share of the way, as `path_of` draws it."""
        (x, y), (to_x, to_y) = self.start, self.end
        if y == to_y or x == to_x:
            return x + (to_x - x) * share, y + (to_y - y) * share
        rest = 1 - share
        across = 1.5 * rest * rest * share + 1.5 * rest * share * share + share**3
        return x + (to_x - x) * across, y + (to_y - y) * (3 * share * share - 2 * share**3)

    def pieces(self) -> Iterator[Box]:
        """Yields boxes around its pieces: one where it is straight, else several that follow it."""
        (x, y), (to_x, to_y) = self.start, self.end
        straight = y == to_y or x == to_x
        count = 1 if straight else round((abs(to_x - x) + abs(to_y - y)) / STEP) + 1
        for here, there in pairwise(self.at(step / count) for step in range(count + 1)):
            left, top = min(here[0], there[0]), min(here[1], there[1])
            yield Box(left, top, abs(there[0] - here[0]), abs(there[1] - here[1]))


class _Ground:
    """What stands where: boxes that nothing may cover, and lines that had better not be covered.

    Attributes:
        shared: How many lines go along each part.
    """

    def __init__(self, layout: Layout) -> None:
        self._boxes: dict[Cell, list[Box]] = {}
        for box in layout.boxes.values():
            self.take(box)
        self._pieces: list[tuple[Box, int]] = []
        self._lines: dict[Cell, list[int]] = {}
        self.shared = Counter(chain.from_iterable(map(pairwise, layout.routes.values())))
        for part, count in self.shared.items():
            for piece in _Stretch(*part).pieces():
                for cell in _cells(piece):
                    self._lines.setdefault(cell, []).append(len(self._pieces))
                self._pieces.append((piece, count))

    def take(self, box: Box) -> None:
        """Lets nothing else stand there."""
        for cell in _cells(box):
            self._boxes.setdefault(cell, []).append(box)

    def free(self, box: Box) -> bool:
        """Whether nothing stands there, or too near."""
        return not any(_near(box, other) for cell in _cells(box) for other in self._boxes.get(cell, ()))

    def crowd(self, box: Box) -> int:
        """Returns how many lines pass there."""
        numbers = {number for cell in _cells(box) for number in self._lines.get(cell, ())}
        return sum(count for piece, count in map(self._pieces.__getitem__, numbers) if _near(box, piece))


def place_words(layout: Layout, sizes: Mapping[Pair, tuple[float, float]]) -> dict[Pair, Box]:
    """Returns where the words of each line stand; none where there is no room for them.

    They never stand on a part along which other lines go, too: they might be theirs.

    Args:
        layout: Where nodes and lines are.
        sizes: Width and height that the words of a line want; a place may be narrower, or a line high.
    """
    if not sizes:
        return {}
    ground, found = _Ground(layout), dict[Pair, Box]()
    for pair, (wanted, tall) in sizes.items():
        best, least = None, inf
        for box, lost in _on_route(ground, layout.routes[pair], wanted, tall):
            if lost < least and ground.free(box):
                cost = lost + CROWDED * ground.crowd(box)
                best, least = (box, cost) if cost < least else (best, least)
            if least <= CROWDED:  # whole, in the middle, and over no other line
                break
        if best is not None:
            found[pair] = best
            ground.take(best)
    return found


def _on_route(
    ground: _Ground, route: Sequence[Point], wanted: float, tall: float
) -> Iterator[tuple[Box, float]]:
    """Yields places on what a line has for itself, each with what speaks against it, in pixels."""
    for part in pairwise(route):
        if ground.shared[part] == 1:
            for height in (tall, LINE) if tall > LINE else (tall,):
                for box, aside in _candidates(part, wanted, height):
                    yield box, wanted - box.width + 2 * (tall - height) + aside


def _candidates(part: tuple[Point, Point], wanted: float, tall: float) -> Iterator[tuple[Box, float]]:
    """Yields places on a part of a line, each with how far it is from the middle, in tens of pixels."""
    (here, _), (there, _) = part
    left, right = min(here, there) + ENDS, max(here, there) - ENDS
    wide = min(wanted, right - left)
    if wide >= min(LEAST, wanted):
        for share in ALONG:
            x, y = _Stretch(*part).at(share)
            x = min(max(x - wide / 2, left), right - wide)
            yield Box(x, y - tall / 2, wide, tall), 10 * abs(share - 0.5)


def _cells(box: Box) -> Iterator[Cell]:
    columns = range(int((box.x - CLEAR) // CELL), int((box.right + CLEAR) // CELL) + 1)
    rows = range(int((box.y - CLEAR) // CELL), int((box.bottom + CLEAR) // CELL) + 1)
    return product(columns, rows)


def _near(box: Box, other: Box) -> bool:
    return (
        box.x < other.right + CLEAR
        and other.x < box.right + CLEAR
        and box.y < other.bottom + CLEAR
        and other.y < box.bottom + CLEAR
    )

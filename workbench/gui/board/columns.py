"""Orders what stands in neighbouring columns so that few lines cross, and moves it so that they run straight.

Works on cells, which are numbers: nodes, and lanes that lines need to pass a column. Crossings are reduced by
barycentres and exchanges of neighbours (Sugiyama, Tagawa, Toda 1981); places are the least squares that keep
order and distance, found by pooling adjacent violators.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

SWEEPS = 10
NODE_GAP = 26
"""Pixels between two nodes of a column."""
LANE_GAP = 14
"""Pixels between a node and a line that passes it, and between two such lines."""
STRAIGHT = 6.0
"""How much more a line between two lanes wants to be straight than one that ends at a node."""
ALONE = 0.05
"""How much a cell without neighbours wants to stay where it is."""
KNOWN = 512
"""Blocks of which it is remembered how they are arranged."""
_Numbers = tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class Cells:
    """Cells in columns, and what connects neighbouring columns.

    Attributes:
        columns: For each column its cells from top to bottom.
        heights: Of each cell; a lane has none.
        kept: Cells that stay in the order in which they were added, among those of their column.
        left: For each cell its neighbours in the column before; lists of the same length as `heights`.
        right: Those in the column after.
    """

    columns: list[list[int]]
    heights: list[float] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    left: list[list[int]] = field(default_factory=list)
    right: list[list[int]] = field(default_factory=list)

    def add(self, column: int, height: float) -> int:
        """Adds a cell at the foot of a column and returns its number."""
        cell = len(self.heights)
        self.columns[column].append(cell)
        self.heights.append(height)
        self.left.append([])
        self.right.append([])
        return cell

    def link(self, here: int, there: int) -> None:
        """Connects a cell with one of the next column."""
        if there not in self.right[here]:
            self.right[here].append(there)
            self.left[there].append(here)


def arrange(cells: Cells) -> tuple[float, ...]:
    """Returns the height at which each cell's middle stands once every column is in order."""
    columns, left, right = (tuple(map(tuple, one)) for one in (cells.columns, cells.left, cells.right))
    return _arranged(columns, tuple(cells.heights), frozenset(cells.kept), left, right)


@lru_cache(KNOWN)
def _arranged(
    columns: _Numbers, heights: tuple[float, ...], kept: frozenset[int], left: _Numbers, right: _Numbers
) -> tuple[float, ...]:
    """Arranges what is not as it was when the board was drawn last: a step changes few of its blocks."""
    cells = Cells([*map(list, columns)], [*heights], {*kept}, [*map(list, left)], [*map(list, right)])
    reduce_crossings(cells)
    return tuple(settle(cells))


# --- order


def reduce_crossings(cells: Cells) -> None:
    """Changes the order in the columns so that few lines cross."""
    rank = [0] * len(cells.heights)
    _number(cells.columns, rank)
    best, fewest = [list(column) for column in cells.columns], crossings(cells)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        _sweep(cells, rank, rightwards=sweep % 2 == 0)
        if sweep > 1:
            _exchange(cells, rank)
        found = crossings(cells)
        if found < fewest:
            best, fewest = [list(column) for column in cells.columns], found
    cells.columns[:] = best


def crossings(cells: Cells) -> int:
    """Returns how many pairs of lines cross."""
    rank = [0] * len(cells.heights)
    _number(cells.columns, rank)
    total = 0
    for column in cells.columns:
        seen: list[int] = []
        for cell in column:
            ends = sorted(rank[other] for other in cells.right[cell])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _number(columns: list[list[int]], rank: list[int]) -> None:
    for column in columns:
        for place, cell in enumerate(column):
            rank[cell] = place


def _sweep(cells: Cells, rank: list[int], *, rightwards: bool) -> None:
    """Sorts each column by the mean place of the neighbours in the one that was sorted before it."""
    neighbours = cells.left if rightwards else cells.right
    for column in cells.columns if rightwards else reversed(cells.columns):
        keys = {cell: _mean([rank[other] for other in neighbours[cell]], rank[cell]) for cell in column}
        column.sort(key=keys.__getitem__)
        if kept := sorted(cells.kept.intersection(column)):
            order = iter(kept)
            column[:] = [next(order) if cell in cells.kept else cell for cell in column]
        _number([column], rank)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _exchange(cells: Cells, rank: list[int]) -> None:
    """Exchanges neighbours wherever that alone removes crossings."""
    for column in cells.columns:
        for place in range(len(column) - 1):
            upper, lower = column[place], column[place + 1]
            if cells.kept.issuperset((upper, lower)):
                continue
            if _gain(cells.left, rank, upper, lower) + _gain(cells.right, rank, upper, lower) > 0:
                column[place], column[place + 1] = lower, upper
                rank[upper], rank[lower] = place + 1, place


def _gain(neighbours: list[list[int]], rank: list[int], upper: int, lower: int) -> int:
    """Returns how many crossings vanish when two neighbours of a column change places."""
    above, below = neighbours[upper], neighbours[lower]
    if not above or not below:
        return 0
    gain = 0
    for one in above:
        place = rank[one]
        for other in below:
            gain += (place > rank[other]) - (place < rank[other])
    return gain


# --- places


def settle(cells: Cells) -> list[float]:
    """Returns for every cell the height of its middle: lines run straight as far as order and gaps allow."""
    gaps = [_distances(cells, column) for column in cells.columns]
    middle = [0.0] * len(cells.heights)
    for column, distances in zip(cells.columns, gaps, strict=True):
        start = -distances[-1] / 2 if distances else 0.0
        for cell, distance in zip(column, distances, strict=True):
            middle[cell] = start + distance
    both = [before + after for before, after in zip(cells.left, cells.right, strict=True)]
    places = range(len(cells.columns))
    for neighbours in (cells.left, cells.right) * 3 + (both, both) * 2:
        for index in places:
            _pull(cells, cells.columns[index], gaps[index], middle, neighbours)
        places = places[::-1]
    return middle


def _distances(cells: Cells, column: list[int]) -> list[float]:
    """Returns how far below the first cell each cell of a column must stand at least."""
    found, total = [], 0.0
    for place, cell in enumerate(column):
        if place:
            before = cells.heights[column[place - 1]]
            gap = NODE_GAP if before and cells.heights[cell] else LANE_GAP
            total += before / 2 + gap + cells.heights[cell] / 2
        found.append(total)
    return found


def _pull(
    cells: Cells, column: list[int], distances: list[float], middle: list[float], neighbours: list[list[int]]
) -> None:
    """Moves the cells of one column towards their neighbours."""
    aims, weights = [], []
    for cell, distance in zip(column, distances, strict=True):
        wish, weight = _wish(cells, cell, middle, neighbours[cell])
        aims.append(wish - distance)
        weights.append(weight)
    for cell, start, distance in zip(column, _rising(aims, weights), distances, strict=True):
        middle[cell] = start + distance


def _wish(cells: Cells, cell: int, middle: list[float], others: list[int]) -> tuple[float, float]:
    """Returns the wanted place of a cell, and its weight."""
    if not others:
        return middle[cell], ALONE
    total = weight = 0.0
    lane = not cells.heights[cell]
    for other in others:
        pull = STRAIGHT if lane and not cells.heights[other] else 1.0
        total += middle[other] * pull
        weight += pull
    return total / weight, weight


def _rising(aims: list[float], weights: list[float]) -> list[float]:
    """Returns the never falling sequence that is nearest to the aims, by weighted least squares."""
    pools: list[list[float]] = []  # value, weight, how many
    for aim, weight in zip(aims, weights, strict=True):
        pools.append([aim, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value, heavy, many = pools.pop()
            last = pools[-1]
            last[0] = (last[0] * last[1] + value * heavy) / (last[1] + heavy)
            last[1] += heavy
            last[2] += many
    return [value for value, _, many in pools for _ in range(int(many))]

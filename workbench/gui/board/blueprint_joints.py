"""Finds where wires meet that come from one card or lead to one, so that they are not taken for one wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from workbench.gui.board.board_graph import Pair
from workbench.gui.board.layout import Point

Line = tuple[str, float]
"""A level line by its height, or an upright one by its distance from the left."""


def joints_of(routes: Mapping[Pair, Sequence[Point]]) -> dict[Pair, tuple[Point, ...]]:
    """Returns the corners of each wire with which it comes to, or leaves, the way of another."""
    ends: dict[tuple[int, str], list[Pair]] = {}
    for pair in routes:
        for number, key in enumerate(pair):
            ends.setdefault((number, key), []).append(pair)
    found: dict[Pair, dict[Point, None]] = {}
    for pairs in ends.values():
        if len(pairs) > 1:
            lines = _lines([routes[pair] for pair in pairs])
            for pair in pairs:
                met = (corner for corner in routes[pair][1:-1] if _is_within(corner, lines))
                found.setdefault(pair, {}).update(dict.fromkeys(met))
    return {pair: tuple(points) for pair, points in found.items() if points}


def _lines(routes: Sequence[Sequence[Point]]) -> dict[Line, tuple[float, float]]:
    """Returns from where to where the lines of several wires reach; those on one line overlap."""
    found: dict[Line, tuple[float, float]] = {}
    for route in routes:
        for (x, y), (to_x, to_y) in pairwise(route):
            line, ends = (("level", y), (x, to_x)) if y == to_y else (("upright", x), (y, to_y))
            low, high = found.get(line, ends)
            found[line] = min(low, *ends), max(high, *ends)
    return found


def _is_within(corner: Point, lines: Mapping[Line, tuple[float, float]]) -> bool:
    x, y = corner
    level, upright = lines.get(("level", y), (x, x)), lines.get(("upright", x), (y, y))
    return level[0] < x < level[1] or upright[0] < y < upright[1]

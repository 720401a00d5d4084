"""Says through which columns each line runs, and which lines share their way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from workbench.gui.board.board_graph import BoardGraph, Pair
from workbench.gui.board.columns import Cells

Key = str | tuple[str, str, int]
"""A node's id; or a lane: its bundle, its hub, and the column that it passes."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The way of one line.

    A line to a later column of the same strip runs forward through `ahead` alone. Any other one leaves its
    strip on the right, goes around, and comes in again from the left through `back`.

    Attributes:
        hub: The end at which several such lines meet; they share their way.
        strips: Those of the source and the target.
        block: Inside which the line goes around; None if it goes around everything.
    """

    pair: Pair
    ahead: tuple[Key, ...]
    back: tuple[Key, ...] = ()
    hub: str = ""
    strips: tuple[int, int] = (0, 0)
    block: int | None = None


@dataclass(slots=True)
class Block:
    """Nodes of one strip that are connected, drawn as one piece."""

    strip: int
    nodes: list[str]
    cells: Cells
    of: dict[Key, int]

    def place(self, key: Key, column: int, height: float) -> int:
        """Returns the cell of a node or lane, made when first asked for."""
        if key not in self.of:
            self.of[key] = self.cells.add(column, height)
        return self.of[key]


def blocks_of(graph: BoardGraph, strips: Sequence[Sequence[str]]) -> list[list[str]]:
    """Returns for every strip and in its order the pieces that hang together; loose nodes are one piece."""
    strip_of = {node: index for index, strip in enumerate(strips) for node in strip}
    parent = {node.id: node.id for node in graph.nodes}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    alone: dict[int, str] = {}
    for node in graph.nodes:
        if not graph.sources[node.id] and not graph.targets[node.id]:
            parent[node.id] = root(alone.setdefault(strip_of[node.id], node.id))
    for source, target in graph.pairs:
        if strip_of[source] == strip_of[target]:
            parent[root(target)] = root(source)
    pieces: dict[str, list[str]] = {}
    for index in range(len(strips)):
        for node in graph.nodes:
            if strip_of[node.id] == index:
                pieces.setdefault(root(node.id), []).append(node.id)
    return list(pieces.values())


def make_threads(
    graph: BoardGraph,
    columns: Mapping[str, int],
    block_of: Mapping[str, int],
    strip_of: Mapping[str, int],
    worded: Container[Pair],
) -> list[Thread]:
    """Returns the way of every pair of the graph; one that has words goes alone for a part of it."""
    last = max(columns.values())
    around = [
        pair
        for pair in graph.pairs
        if strip_of[pair[0]] != strip_of[pair[1]] or columns[pair[1]] <= columns[pair[0]]
    ]
    leaving = Counter(source for source, _ in around)
    coming = Counter(target for _, target in around)
    threads = []
    for pair in graph.pairs:
        source, target = pair
        begin, end = columns[source], columns[target]
        alone = f"{source} {target}" if pair in worded else ""
        strips = (strip_of[source], strip_of[target])
        if strips[0] == strips[1] and begin < end:
            own = alone or target
            lanes = [_lane("to", own, block_of[source], column) for column in range(begin + 1, end)]
            threads.append(Thread(pair, (source, *lanes, target), strips=strips))
            continue
        hub = source if leaving[source] >= coming[target] else target
        left, joined = (hub, alone or hub) if hub == source else (alone or hub, hub)
        out = [_lane("out", left, block_of[source], column) for column in range(begin + 1, last + 1)]
        into = [_lane("in", joined, block_of[target], column) for column in range(end)]
        same = block_of[source] == block_of[target]
        block = block_of[source] if same else None
        threads.append(Thread(pair, (source, *out), (*into, target), hub, strips, block))
    return threads


def _lane(way: str, hub: str, block: int, column: int) -> Key:
    return (f"{way} {block}", hub, column)

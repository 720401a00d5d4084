"""Divides a model that is too tall to be read as one board into strips that stand side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from workbench.gui.board.board_graph import BoardGraph
from workbench.gui.board.columns import NODE_GAP

VIEW = (1400.0, 840.0)
"""Width and height in pixels of the view for which strips are made."""
READABLE = 0.45
"""Scale down to which titles can be read; above it a board stays in one piece."""
MOST = 8


def divide(
    graph: BoardGraph, columns: Mapping[str, int], heights: Mapping[str, float], width: float
) -> list[list[str]]:
    """Returns the nodes of each strip, from left to right.

    What belongs to one aggregate stays together, and what is connected stays near.

    Args:
        graph: What to divide.
        columns: Of every node.
        heights: Of every node.
        width: Of a strip, with the room beside it.
    """
    nodes = [node.id for node in graph.nodes]
    whole = _height([nodes], columns, heights)
    if _scale(width, whole) >= READABLE:
        return [nodes]
    clusters = _in_line(graph, _clusters(graph, columns))
    candidates = [_cut(clusters, count, columns, heights) for count in range(1, MOST + 1)]
    return max(
        candidates,
        key=lambda strips: _scale(
            width * len(strips), max(_height([strip], columns, heights) for strip in strips)
        ),
    )


def _scale(width: float, height: float) -> float:
    return min(1.0, VIEW[0] / width, VIEW[1] / max(height, 1.0))


def _height(
    clusters: Sequence[Sequence[str]], columns: Mapping[str, int], heights: Mapping[str, float]
) -> float:
    """Returns how tall the tallest column of some clusters is."""
    tall: Counter[int] = Counter()
    for cluster in clusters:
        for node in cluster:
            tall[columns[node]] += round(heights[node] + NODE_GAP)
    return max(tall.values(), default=0)


def _clusters(graph: BoardGraph, columns: Mapping[str, int]) -> list[list[str]]:
    """Returns groups of nodes: an aggregate and what is connected with it more than with others."""
    group = {node.id: node.id for node in graph.nodes if node.kind == "aggregate"}
    _join_near(graph, group, [node.id for node in graph.nodes if node.kind in {"command", "event"}])
    rest = [node.id for node in graph.nodes if node.id not in group]
    _join_near(graph, group, sorted(rest, key=columns.__getitem__))
    clusters: dict[str, list[str]] = {}
    for node in graph.nodes:
        clusters.setdefault(group[node.id], []).append(node.id)
    return list(clusters.values())


def _join_near(graph: BoardGraph, group: dict[str, str], nodes: Sequence[str]) -> None:
    """Gives each node the group of most of its neighbours; one without any begins a group of its own."""
    for node in nodes:
        near = [*graph.sources[node], *graph.targets[node]]
        known = Counter(group[other] for other in near if other in group)
        group[node] = known.most_common(1)[0][0] if known else node


def _in_line(graph: BoardGraph, clusters: list[list[str]]) -> list[list[str]]:
    """Returns the clusters so that each follows those with which it has most to do."""
    index = {node: place for place, cluster in enumerate(clusters) for node in cluster}
    shared: Counter[tuple[int, int]] = Counter()
    for source, target in graph.pairs:
        one, other = index[source], index[target]
        shared[one, other] += 1
        shared[other, one] += 1
    waiting, line = dict.fromkeys(range(len(clusters))), list[int]()
    attraction: Counter[int] = Counter()
    while waiting:
        chosen = max(waiting, key=lambda place: (attraction[place], -place))
        del waiting[chosen]
        line.append(chosen)
        for place in waiting:
            attraction[place] += shared[chosen, place]
    return [clusters[place] for place in line]


def _cut(
    clusters: list[list[str]], count: int, columns: Mapping[str, int], heights: Mapping[str, float]
) -> list[list[str]]:
    """Cuts a line of clusters into at most `count` strips of about the same height."""
    tall = [_height([cluster], columns, heights) for cluster in clusters]
    total, passed = sum(tall), 0.0
    strips: list[list[str]] = [[] for _ in range(count)]
    for cluster, height in zip(clusters, tall, strict=True):
        strips[min(count - 1, int(count * (passed + height / 2) / total))].extend(cluster)
        passed += height
    return [strip for strip in strips if strip]

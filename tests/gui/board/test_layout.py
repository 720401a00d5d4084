"""The layout: nothing overlaps, every line is attached, no line runs through a node."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from workbench.gui.board import columns
from workbench.gui.board.board_graph import BoardEdge, BoardGraph, BoardNode
from workbench.gui.board.layout import Box, Layout, lay_out

SIZE = (160.0, 70.0)
WORDS = (150.0, 62.0)


def laid_out(graph: BoardGraph, worded: int = 0) -> Layout:
    """Lays a graph out; of every so many lines one has words."""
    words = dict.fromkeys(graph.declared.pairs[::worded], WORDS) if worded else {}
    return lay_out(graph, {node.id: SIZE for node in graph.nodes}, words)


def apart(one: Box, other: Box) -> bool:
    return one.right < other.x or other.right < one.x or one.bottom < other.y or other.bottom < one.y


def crosses(route: tuple[tuple[float, float], ...], box: Box) -> bool:
    """Whether a straight part of a route enters a box; what swings stays between the columns."""
    for (left, top), (right, bottom) in pairwise(route):
        straight = left == right or top == bottom
        if (
            straight
            and min(left, right) < box.right
            and box.x < max(left, right)
            and min(top, bottom) < box.bottom
            and box.y < max(top, bottom)
        ):
            return True
        if straight and left == right and box.x < left < box.right:
            return not (max(top, bottom) <= box.y or box.bottom <= min(top, bottom))
    return False


@pytest.mark.parametrize("worded", [0, 1, 3])
def test_nodes_do_not_overlap(tangle: BoardGraph, worded: int) -> None:
    boxes = laid_out(tangle, worded).boxes
    assert set(boxes) == set(tangle.by_id)
    assert all(apart(one, other) for one, other in combinations(boxes.values(), 2))


def test_every_line_begins_and_ends_at_its_nodes(tangle: BoardGraph) -> None:
    layout = laid_out(tangle)
    assert set(layout.routes) == set(tangle.pairs)
    for (source, target), route in layout.routes.items():
        assert route[0] == (layout.boxes[source].right, layout.boxes[source].middle)
        assert route[-1] == (layout.boxes[target].x, layout.boxes[target].middle)


@pytest.mark.parametrize("worded", [0, 1, 3])
def test_no_line_runs_through_a_node(tangle: BoardGraph, worded: int) -> None:
    layout = laid_out(tangle, worded)
    for pair, route in layout.routes.items():
        for node, box in layout.boxes.items():
            if node not in pair:
                assert not crosses(route, box), f"{pair} crosses {node}"


@pytest.mark.parametrize("worded", [0, 1, 3])
def test_everything_is_inside_the_bounds(tangle: BoardGraph, worded: int) -> None:
    layout = laid_out(tangle, worded)
    bounds = layout.bounds
    for route in layout.routes.values():
        assert all(bounds.x <= x <= bounds.right and bounds.y <= y <= bounds.bottom for x, y in route)


def test_the_flow_runs_from_left_to_right(shop: BoardGraph) -> None:
    layout = laid_out(shop)
    places = [
        layout.boxes[name].x
        for name in ("command:order", "aggregate:cart", "event:ordered", "topic:carts", "subscription:mail")
    ]
    assert places == sorted(places)
    assert layout.returning == {("subscription:bill", "command:pay")}


def test_the_same_graph_always_looks_the_same(tangle: BoardGraph) -> None:
    assert laid_out(tangle) == laid_out(tangle)


def test_only_the_block_in_which_something_changed_is_arranged_anew() -> None:
    nodes = [BoardNode(f"{kind}:{one}", kind, one) for one in "abc" for kind in ("command", "event")]
    edges = tuple(BoardEdge(f"command:{one}", f"event:{one}", "emits") for one in "abc")
    graph, sizes = BoardGraph(tuple(nodes), edges), {node.id: (90.0, 41.0) for node in nodes}
    before = lay_out(graph, sizes)
    known = columns._arranged.cache_info().misses
    after = lay_out(graph, sizes | {"event:b": (90.0, 59.0)})
    assert columns._arranged.cache_info().misses == known + 1
    assert after.boxes["event:b"].height == 59.0
    assert after.boxes["event:a"] == before.boxes["event:a"]


def test_an_empty_graph_needs_no_room() -> None:
    assert laid_out(BoardGraph()) == Layout()


def test_what_is_only_seen_moves_nothing_and_runs_through_no_node(tangle: BoardGraph) -> None:
    late = tangle.edges[:: max(2, len(tangle.edges) // 8)]
    edges = tuple(replace(edge, seen=edge in late) for edge in tangle.edges)
    before = laid_out(BoardGraph(tangle.nodes, tuple(edge for edge in edges if not edge.seen)))
    graph = BoardGraph(tangle.nodes, edges)
    after = laid_out(graph)
    assert after.boxes == before.boxes
    assert before.routes.items() <= after.routes.items()
    assert set(after.routes) == set(graph.pairs)
    for (source, target), route in after.routes.items():
        ends = after.boxes[source], after.boxes[target]
        assert (route[0], route[-1]) == ((ends[0].right, ends[0].middle), (ends[1].x, ends[1].middle))
        assert not any(crosses(route, box) for box in after.boxes.values() if box not in ends)
        assert all(after.bounds.x <= x <= after.bounds.right for x, _ in route)
        assert all(after.bounds.y <= y <= after.bounds.bottom for _, y in route)


def test_commands_and_events_keep_the_order_of_time_even_where_lines_cross() -> None:
    ids = ("command:a", "command:b", "event:first", "event:second")
    nodes = tuple(BoardNode(name, name.partition(":")[0], name) for name in ids)
    pairs = (("command:a", "event:second"), ("command:b", "event:first"), ("command:b", "event:second"))
    boxes = laid_out(BoardGraph(nodes, tuple(BoardEdge(*pair, "emits") for pair in pairs))).boxes
    assert boxes["command:a"].bottom < boxes["command:b"].y
    assert boxes["event:first"].bottom < boxes["event:second"].y

"""Words of lines: on their own line, over no node, over no other words; room is made for them."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from workbench.gui.board.board_graph import BoardGraph, Pair
from workbench.gui.board.layout import Box, Layout, lay_out
from workbench.gui.board.word_places import LINE, place_words

SIZE = (160.0, 70.0)
WORDS = (130.0, 17.0)


def laid_out(graph: BoardGraph, words: dict[Pair, tuple[float, float]]) -> Layout:
    return lay_out(graph, {node.id: SIZE for node in graph.nodes}, words)


def apart(one: Box, other: Box) -> bool:
    return one.right < other.x or other.right < one.x or one.bottom < other.y or other.bottom < one.y


def touches(route: tuple[tuple[float, float], ...], box: Box) -> bool:
    """Whether a box lies within what a line's parts span, one of them."""
    return any(
        min(x, to_x) <= box.x + box.width / 2 <= max(x, to_x)
        and min(y, to_y) <= box.y + box.height / 2 <= max(y, to_y)
        for (x, y), (to_x, to_y) in pairwise(route)
    )


def test_words_stand_on_their_line_and_cover_no_node_and_no_other_words(tangle: BoardGraph) -> None:
    words = dict.fromkeys(tangle.pairs[::3], WORDS)
    layout = laid_out(tangle, words)
    found = place_words(layout, words)
    assert found
    for pair, box in found.items():
        assert touches(layout.routes[pair], box), pair
        assert all(apart(box, node) for node in layout.boxes.values()), pair
    assert all(apart(one, other) for one, other in combinations(found.values(), 2))


@pytest.mark.parametrize(
    "pair",
    [
        ("event:ordered", "topic:carts"),
        ("event:ordered", "subscription:bill"),
        ("subscription:bill", "command:pay"),
    ],
    ids=["to the next column", "past a column", "around"],
)
def test_there_is_room_for_the_words_of_a_line(shop: BoardGraph, pair: Pair) -> None:
    words = {pair: WORDS}
    assert place_words(laid_out(shop, words), words)[pair].width == WORDS[0]


def test_lines_that_share_their_way_part_where_they_have_words(shop: BoardGraph) -> None:
    pairs = [("event:ordered", "subscription:bill"), ("event:paid", "subscription:bill")]
    graph = BoardGraph(shop.nodes, (*shop.edges, type(shop.edges[0])(*pairs[1], kind="consumes")))
    words = dict.fromkeys(pairs, WORDS)
    one, other = (place_words(laid_out(graph, words), words)[pair] for pair in pairs)
    assert one.y != other.y


def test_words_stand_where_their_line_goes_alone(shop: BoardGraph) -> None:
    """One policy issues two commands: their lines part before the commands."""
    edge = type(shop.edges[0])("subscription:bill", "command:order", kind="issues")
    graph = BoardGraph(shop.nodes, (*shop.edges, edge))
    words = {("subscription:bill", name): WORDS for name in ("command:order", "command:pay")}
    layout = laid_out(graph, words)
    for (_, target), box in place_words(layout, words).items():
        assert box.y + box.height / 2 == layout.boxes[target].middle


def test_several_lines_become_one_where_there_is_no_more_room() -> None:
    nodes = {"command:a": Box(0, 0, *SIZE), "event:b": Box(SIZE[0] + 200, 0, *SIZE)}
    nodes |= {f"aggregate:{y}": Box(SIZE[0] + 20, y, *SIZE) for y in (-60, 60)}
    pair = ("command:a", "event:b")
    layout = Layout(nodes, {pair: ((SIZE[0], 35), (SIZE[0] + 200, 35))})
    assert place_words(layout, {pair: (WORDS[0], 62.0)})[pair].height == LINE


def test_words_for_which_there_is_no_room_are_left_out() -> None:
    nodes = {"command:a": Box(0, 0, *SIZE), "aggregate:b": Box(SIZE[0] + 60, 0, *SIZE)}
    pair = ("command:a", "aggregate:b")
    layout = Layout(nodes, {pair: ((SIZE[0], 35), (SIZE[0] + 60, 35))})
    assert place_words(layout, {pair: WORDS}) == {}
    assert place_words(layout, {pair: (20.0, 17.0)})[pair].width == 20

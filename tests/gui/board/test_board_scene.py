"""The drawn board: built from a graph, marked by what is chosen, moved through by tokens."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QTransform
from pytestqt.qtbot import QtBot

from tests.gui.board.test_blueprint_scene import extent_of
from workbench.gui.board.board_graph import ARMED, BoardEdge, BoardGraph
from workbench.gui.board.board_items import path_of
from workbench.gui.board.board_scene import BoardScene
from workbench.gui.board.card_painter import FAULT
from workbench.gui.board.flow_view import FlowView
from workbench.gui.board.word_item import size_of_words
from workbench.gui.theme import theme


@pytest.fixture
def scene(shop: BoardGraph, qtbot: QtBot) -> Iterator[BoardScene]:
    made = BoardScene()
    made.show_graph(shop)
    view = FlowView(made)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    yield made
    made.tokens.clear()


def with_problem(graph: BoardGraph, name: str, *problems: str) -> BoardGraph:
    nodes = tuple(replace(node, problems=problems) if node.id == name else node for node in graph.nodes)
    return BoardGraph(nodes, graph.edges)


def test_every_node_and_line_is_drawn(scene: BoardScene, shop: BoardGraph) -> None:
    assert set(scene.nodes) == set(shop.by_id)
    assert set(scene.edges) == set(shop.pairs)
    assert len(scene.items()) == len(shop.nodes) + len(shop.pairs)


def test_a_line_ends_at_the_edge_of_its_node(scene: BoardScene) -> None:
    path = scene.edges["command:order", "aggregate:cart"].path()
    target = scene.nodes["aggregate:cart"]
    assert path.currentPosition().x() == target.pos().x()
    assert target.body.translated(target.pos()).top() < path.currentPosition().y()


def test_choosing_marks_what_is_connected(scene: BoardScene, qtbot: QtBot) -> None:
    with qtbot.waitSignal(scene.node_chosen) as said:
        scene.choose("event:paid")
    assert said.args == ["event:paid"]
    faint = {name for name, item in scene.nodes.items() if item.opacity() < 1}
    assert faint == {
        "event:ordered",
        "topic:carts",
        "subscription:mail",
        "subscription:bill",
        "projection:carts",
    }
    assert scene.edges["command:pay", "aggregate:cart"].opacity() == 1
    assert scene.edges["topic:carts", "subscription:mail"].opacity() < 1
    scene.choose("")
    assert all(item.opacity() == 1 for item in scene.nodes.values())


def test_words_change_without_anything_moving(scene: BoardScene, shop: BoardGraph) -> None:
    before = dict(scene.nodes)
    scene.choose("event:paid")
    scene.show_graph(with_problem(shop, "event:paid", "Nobody hears it"))
    assert scene.nodes == before
    assert scene.nodes["event:paid"].node.problems == ("Nobody hears it",)


def test_a_line_that_is_seen_is_drawn_without_anything_moving(scene: BoardScene, shop: BoardGraph) -> None:
    (view,) = scene.views()
    nodes, edges, shown, moved = dict(scene.nodes), dict(scene.edges), view.viewportTransform(), list[int]()
    places = {name: item.scenePos() for name, item in scene.nodes.items()}
    scene.rebuilt.connect(lambda: moved.append(1))
    line = BoardEdge("subscription:mail", "command:order", "issues", seen=True)
    scene.show_graph(BoardGraph(shop.nodes, (*shop.edges, line)))
    assert ("subscription:mail", "command:order") in scene.edges
    assert scene.nodes == nodes
    assert scene.edges.items() > edges.items()
    assert {name: item.scenePos() for name, item in scene.nodes.items()} == places
    assert (view.viewportTransform(), moved) == (shown, [])
    scene.show_graph(shop)
    assert (scene.nodes, scene.edges) == (nodes, edges)


def test_a_new_problem_makes_room_and_keeps_what_is_chosen(scene: BoardScene, shop: BoardGraph) -> None:
    scene.choose("topic:carts")
    before = scene.nodes["topic:carts"].box.height
    scene.show_graph(with_problem(shop, "topic:carts", "Nobody listens"))
    assert scene.nodes["topic:carts"].box.height > before
    assert scene.nodes["topic:carts"].chosen
    assert scene.problems() == ["event:paid", "topic:carts"]


def test_what_is_gone_is_no_longer_chosen(scene: BoardScene, shop: BoardGraph) -> None:
    scene.choose("projection:carts")
    kept = tuple(node for node in shop.nodes if node.id != "projection:carts")
    scene.show_graph(
        BoardGraph(kept, tuple(edge for edge in shop.edges if edge.target != "projection:carts"))
    )
    assert scene.chosen == ""
    assert "projection:carts" not in scene.nodes


def test_badges_outlive_a_new_drawing(scene: BoardScene, shop: BoardGraph) -> None:
    scene.set_badges({"event:paid": "12"})
    scene.show_graph(with_problem(shop, "event:paid"))
    assert scene.nodes["event:paid"].badge == "12"
    scene.set_badges({})
    assert scene.nodes["event:paid"].badge == ""


def test_tool_tips_show_texts_as_they_are(scene: BoardScene, shop: BoardGraph) -> None:
    scene.show_graph(with_problem(shop, "event:paid", "<b>bold</b>"))
    tip = scene.nodes["event:paid"].toolTip()
    assert "&lt;b&gt;bold&lt;/b&gt;" in tip
    assert "Event cart.paid" in tip


@pytest.mark.parametrize(
    ("here", "x", "y", "there"),
    [
        ("command:order", 1, 0, "aggregate:cart"),
        ("aggregate:cart", -1, 0, "command:order"),
        ("command:order", 0, 1, "command:pay"),
        ("command:order", -1, 0, ""),
        ("", 1, 0, "command:order"),
    ],
)
def test_arrows_lead_to_what_stands_there(scene: BoardScene, here: str, x: int, y: int, there: str) -> None:
    scene.choose(here)
    assert scene.towards(x, y) == there


def test_finding_puts_titles_first(scene: BoardScene) -> None:
    assert scene.find("cart") == [
        "aggregate:cart",
        "event:ordered",
        "event:paid",
        "topic:carts",
        "projection:carts",
    ]
    assert scene.find("paid")[0] == "event:paid", "a whole part of a name before its beginning"
    assert scene.find("SEND_mail") == ["subscription:mail"]
    assert scene.find("polic") == ["subscription:bill"]
    assert scene.find("  ") == scene.find("nonsense") == []


def test_a_pulse_travels_along_its_lines(scene: BoardScene) -> None:
    way = (("event:ordered", "topic:carts"), ("topic:carts", "subscription:mail"))
    scene.pulse(way, "ok", 3)
    (token,) = scene.tokens.alive
    assert token.count == 3
    assert token.role == "topic"
    assert token.place.x() == scene.nodes["event:ordered"].box.right
    token.move(token.track.lasts)
    assert token.place.x() == scene.nodes["subscription:mail"].box.x


def test_a_pulse_along_a_line_that_is_not_there_is_nothing(scene: BoardScene) -> None:
    scene.pulse((("event:paid", "topic:carts"),), "ok", 1)
    assert not scene.tokens.alive
    assert not scene.tokens.running


def test_nothing_moves_on_a_board_that_nobody_sees(scene: BoardScene) -> None:
    way = (("event:ordered", "topic:carts"),)
    scene.pulse(way, "ok", 1)
    scene.views()[0].hide()
    assert not scene.tokens.running
    scene.pulse(way, "ok", 1)
    assert not scene.tokens.alive


def test_corners_are_round_and_ends_are_kept() -> None:
    path = path_of([(0, 0), (50, 0), (50, 80), (120, 200)])
    assert path.currentPosition().toTuple() == (120, 200)
    assert not path.contains(path.pointAtPercent(0)) or path.elementCount() > 4
    line = path.toSubpathPolygons()[0]
    assert all(abs(point.x() - 50) + abs(point.y()) > 2 for point in line.toList())


async def test_for_a_file_cards_and_lines_have_room_for_all_of_their_words(
    scene: BoardScene, shop: BoardGraph
) -> None:
    long = "a_name_that_is_longer_than_any_card_is_wide_on_the_screen"
    nodes = tuple(replace(node, title=long) if node.id == "topic:carts" else node for node in shop.nodes)
    edges = tuple(
        replace(one, words=f"when {long}") if one.target == "projection:carts" else one for one in shop.edges
    )
    scene.show_graph(BoardGraph(nodes, edges))
    before = scene.nodes["topic:carts"].box.width
    made = await scene.whole()
    pair = ("event:ordered", "projection:carts")
    assert made.nodes["topic:carts"].box.width > before + 100
    assert made.words[pair].box.width >= size_of_words(f"when {long}", math.inf)[0]
    assert scene.nodes["topic:carts"].box.width == before, "the board itself stays"


@pytest.mark.parametrize("scale", [0.2, 0.3, 0.55])
def test_W12_the_sign_of_a_fault_is_whole_on_a_card_seen_from_afar(scene: BoardScene, scale: float) -> None:
    (view,), item = scene.views(), scene.nodes["subscription:mail"]
    view.setTransform(QTransform.fromScale(scale, scale))
    item.set_badge(f"1 fault {ARMED}")
    view.centerOn(item)
    wide, high = extent_of(view.grab().toImage(), theme().colors.error)
    assert min(wide, high) >= min(FAULT, item.body.height() * scale) - 2

"""The topology shows the lag of each subscription: nothing moves for it, and a turn looks at a part (V4)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from workbench.gui.board.board_graph import BoardGraph, BoardNode
from workbench.gui.board.board_scene import BoardScene
from workbench.gui.board.flow_view import LEGIBLE
from workbench.gui.board.lag_lines import FEW, PARTS, LagLine, LagLines
from workbench.services.monitor.rate_rings import RateRings, Sample

MANY = 60


def graph_of(count):
    nodes = [BoardNode(f"subscription:s{n:02}", "subscription", f"s{n:02}") for n in range(count)]
    return BoardGraph(nodes=(BoardNode("event:made", "event", "made"), *nodes))


@pytest.fixture
def rings():
    made = RateRings()
    for second in range(1_000, 1_600):
        made.add(second, {f"s{n:02}": Sample(lag=second % 7 + n) for n in range(MANY)})
    return made


class Rates:
    """A history that ends with what was counted last."""

    def __init__(self, rings):
        self.rings = rings

    @property
    def end(self):
        return self.rings.last + 1


@pytest.fixture
def shown(qtbot, rings):
    """A topology of a number of subscriptions, and what keeps their lines."""

    def show(count):
        scene = BoardScene()
        scene.show_graph(graph_of(count))
        return scene, LagLines(scene, Rates(rings))

    return show


def lines_of(scene):
    return {
        name: child
        for name, card in scene.nodes.items()
        for child in card.childItems()
        if isinstance(child, LagLine)
    }


def test_V4_each_turn_looks_at_a_part_and_all_have_their_turn(shown):
    scene, lines = shown(MANY)
    seen = []
    for _ in range(PARTS):
        lines.turn()
        seen.append(len(lines_of(scene)))
    assert seen == [MANY // PARTS * (turn + 1) for turn in range(PARTS)]
    assert FEW < MANY // PARTS
    assert "event:made" not in lines_of(scene)
    found = lines_of(scene)["subscription:s03"]
    assert found.values[-1] == max(second % 7 + 3 for second in range(1_590, 1_600))
    assert found.toolTip() == "Lag in the last ten minutes: at most 9, last 9"


def test_few_have_their_line_at_once(shown):
    scene, lines = shown(3)
    lines.turn()
    assert len(lines_of(scene)) == 3


def test_nothing_moves_and_only_what_changed_is_drawn_again(shown, rings, monkeypatch):
    scene, lines = shown(2)
    before = {name: card.sceneBoundingRect() for name, card in scene.nodes.items()}
    lines.turn()
    assert {name: card.sceneBoundingRect() for name, card in scene.nodes.items()} == before
    for name, line in lines_of(scene).items():
        assert scene.nodes[name].body.contains(line.boundingRect())
    drawn = []
    monkeypatch.setattr(LagLine, "update", lambda line: drawn.append(line.card.node.id))
    lines.turn()
    assert drawn == []
    rings.add(1_601, {"s00": Sample(lag=500), "s01": Sample(lag=1_601 % 7)})
    rings.add(1_602, {"s00": Sample(lag=500)})
    lines.turn()
    assert set(drawn) == {"subscription:s00", "subscription:s01"}


def test_a_card_that_is_drawn_again_elsewhere_gets_its_line_again(shown):
    scene, lines = shown(2)
    lines.turn()
    scene.show_graph(graph_of(4))
    lines.turn()
    assert len(lines_of(scene)) == 4


def test_what_was_not_watched_says_so(shown):
    scene, lines = shown(MANY + 1)
    for _ in range(PARTS + 1):
        lines.turn()
    last = lines_of(scene)[f"subscription:s{MANY:02}"]
    assert last.values == ()


def test_a_line_is_seen_as_far_off_as_the_board_comes_up_and_no_farther(shown):
    scene, lines = shown(1)
    lines.turn()
    line = lines_of(scene)["subscription:s00"]

    def inked(scale):
        image = QImage(300, 120, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.scale(scale, scale)
        line.paint(painter, QStyleOptionGraphicsItem())
        painter.end()
        return any(image.pixelColor(x, y) != Qt.GlobalColor.white for x in range(300) for y in range(120))

    assert inked(LEGIBLE)
    assert not inked(LEGIBLE / 2)

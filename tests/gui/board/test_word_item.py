"""The plates on lines: what stands on them, near and from afar, in both looks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from workbench.gui.board.board_graph import BoardGraph, Pair
from workbench.gui.board.board_items import READABLE
from workbench.gui.board.board_scene import BoardScene
from workbench.gui.board.card_painter import paint_name
from workbench.gui.board.word_item import MOST, WIDEST, shown_lines, size_of_words
from workbench.gui.theme import theme

PAIR: Pair = ("subscription:bill", "command:pay")


@pytest.fixture
def worded(shop: BoardGraph, qtbot: QtBot) -> BoardScene:
    scene = BoardScene()
    scene.show_graph(saying(shop, "after 24h\nwhen state.open"))
    return scene


def saying(graph: BoardGraph, words: str) -> BoardGraph:
    edges = [replace(edge, words=words if (edge.source, edge.target) == PAIR else "") for edge in graph.edges]
    return BoardGraph(graph.nodes, tuple(edges))


def colors_of(scene: BoardScene, scale: float) -> set[str]:
    """Returns the colours that the plate's place shows."""
    place = scene.words[PAIR].sceneBoundingRect()
    image = QImage(round(place.width() * scale), round(place.height() * scale), QImage.Format.Format_RGB32)
    image.fill(QColor("#123456"))
    painter = QPainter(image)
    scene.render(painter, QRectF(image.rect()), place)
    painter.end()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_line_says_when_it_flows_and_its_tip_says_all(worded: BoardScene) -> None:
    assert worded.words[PAIR].words == "after 24h\nwhen state.open"
    assert "when state.open" in worded.words[PAIR].toolTip()
    assert set(worded.words) == {PAIR}


@pytest.mark.parametrize("scale", [1.0, 0.4])
def test_what_hides_in_the_names_of_cards_is_drawn_as_escapes(
    shop: BoardGraph, qtbot: QtBot, scale: float
) -> None:
    """A card whose title turns its text round would look like another one."""
    first = shop.nodes[0]
    drawn = []
    for title in ("a\u202ebcd", r"a\u202ebcd", "abcd"):
        named = replace(first, title=title, subtitle=title, rows=(title,), problems=(title,))
        scene = BoardScene()
        scene.show_graph(BoardGraph((named,), ()))
        image = QImage(300, 160, QImage.Format.Format_RGB32)
        image.fill(QColor("#123456"))
        painter = QPainter(image)
        painter.scale(scale, scale)
        scene.render(painter, QRectF(0, 0, 300, 160), QRectF(-10, -10, 300, 160))
        painter.end()
        drawn.append(image)
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


@pytest.mark.parametrize("level", [True, False])
def test_what_hides_in_a_name_of_the_blueprint_is_drawn_as_escapes(qtbot: QtBot, level: bool) -> None:
    drawn = []
    for name in ("a\u202eb", r"a\u202eb", "ab"):
        image = QImage(200, 40, QImage.Format.Format_RGB32)
        image.fill(QColor("#ffffff"))
        painter = QPainter(image)
        paint_name(painter, name, QRectF(0, 0, 200, 40), level=level)
        painter.end()
        drawn.append(image)
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_the_name_of_an_event_without_room_leaves_out_what_its_lane_says(qtbot: QtBot) -> None:
    drawn = []
    for name in ("trip.booked", "…booked", "trip.failed"):
        image = QImage(60, 16, QImage.Format.Format_RGB32)
        image.fill(QColor("#ffffff"))
        painter = QPainter(image)
        paint_name(painter, name, QRectF(0, 0, 56, 15))
        painter.end()
        drawn.append(image)
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_words_that_change_are_written_again(worded: BoardScene, shop: BoardGraph) -> None:
    worded.show_graph(saying(shop, "at event.closes_at"))
    assert worded.words[PAIR].words == "at event.closes_at"
    worded.show_graph(shop)
    assert not worded.words


@pytest.mark.parametrize("look", ["light", "dark"])
def test_words_have_a_plate_of_the_boards_ground_and_are_gone_from_afar(
    worded: BoardScene, look: str
) -> None:
    theme().set_mode(look)  # type: ignore[arg-type]
    try:
        near, far = colors_of(worded, 1.0), colors_of(worded, READABLE * 0.9)
        assert {theme().colors.surface, theme().colors.muted} <= near
        assert theme().colors.muted not in far
    finally:
        theme().set_mode("light")


def test_many_ways_are_counted() -> None:
    ways = [f"when state.n == {number}" for number in range(MOST + 2)]
    assert shown_lines("\n".join(ways)) == [*ways[: MOST - 1], "and 3 more"]
    assert shown_lines("\n".join(ways[:MOST])) == ways[:MOST]
    assert shown_lines("\n".join(ways), 1) == [f"{ways[0]} …"]
    assert shown_lines(ways[0], 1) == ways[:1]


def test_a_plate_is_never_wider_than_can_be_read(qtbot: QtBot) -> None:
    wide, tall = size_of_words("when " + "x" * 500)
    assert wide == WIDEST
    assert tall < size_of_words("a\nb")[1]

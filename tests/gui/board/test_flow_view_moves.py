"""The window onto the board: it fits, zooms around the pointer, is dragged, and works by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.gui.board.board_graph import BoardGraph, BoardNode
from workbench.gui.board.board_scene import BoardScene
from workbench.gui.board.flow_view import LEGIBLE, READ, FlowView
from workbench.gui.board.picture import CLOSEST, FARTHEST
from workbench.gui.views.board_pictures import scale_button


@pytest.fixture
def view(shop: BoardGraph, qtbot: QtBot) -> FlowView:
    scene = BoardScene()
    scene.show_graph(shop)
    made = FlowView(scene)
    scene.setParent(made)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def in_sight(view: FlowView, node: str) -> bool:
    inside = view.mapToScene(view.viewport().rect()).boundingRect()
    return inside.contains(view.board.box_of(node))


def turn(
    view: FlowView, place: QPoint, by: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    event = QWheelEvent(
        QPointF(place),
        QPointF(view.mapToGlobal(place)),
        QPoint(),
        QPoint(0, by),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def drag(view: FlowView, start: QPoint, end: QPoint) -> None:
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, (start + end) / 2)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_it_comes_up_fitted(view: FlowView) -> None:
    assert all(in_sight(view, node) for node in view.board.cards())
    assert view.scale_now <= 1


def test_it_fits_again_until_a_person_zooms(view: FlowView) -> None:
    view.resize(700, 500)
    assert all(in_sight(view, node) for node in view.board.cards())
    view.zoom_in()
    scale = view.scale_now
    view.resize(900, 600)
    assert view.scale_now == scale
    QTest.keyClick(view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert all(in_sight(view, node) for node in view.board.cards())


def test_where_it_could_not_be_read_it_begins_at_the_left(view: FlowView) -> None:
    view.resize(300, 400)
    assert view.scale_now == pytest.approx(LEGIBLE)
    assert in_sight(view, "command:order")
    assert not in_sight(view, "projection:carts")
    view.fit()
    assert in_sight(view, "projection:carts")


@pytest.mark.parametrize("by", [120, -120])
def test_the_wheel_zooms_around_the_pointer(view: FlowView, by: int) -> None:
    place = QPoint(200, 150)
    scale, under = view.scale_now, view.mapToScene(place)
    turn(view, place, by)
    assert (view.scale_now > scale) == (by > 0)
    moved = view.mapFromScene(under) - place
    assert moved.manhattanLength() <= 2


def test_zooming_ends_somewhere(view: FlowView) -> None:
    for _ in range(30):
        view.zoom_in()
    assert view.scale_now == pytest.approx(CLOSEST)
    for _ in range(60):
        view.zoom_out()
    assert view.scale_now == pytest.approx(FARTHEST)


def test_fitting_shows_everything_however_large_it_is_and_once_more_what_can_be_read(view: FlowView) -> None:
    long = BoardGraph(nodes=tuple(BoardNode(f"event:e{one}", "event", f"e{one}") for one in range(4000)))
    assert isinstance(view.board, BoardScene)
    view.board.show_graph(long)
    assert view.scale_now >= LEGIBLE, "it comes up with its beginning"
    view.fit()
    assert view.scale_now < FARTHEST
    port = view.viewport().rect().adjusted(-1, -1, 1, 1)
    assert port.contains(view.mapFromScene(view.board.content()).boundingRect())
    fitted = view.scale_now
    view.zoom_out()
    assert view.scale_now == pytest.approx(fitted), "smaller does not make it larger"
    view.resize(880, 600)
    assert view.scale_now == pytest.approx(fitted), "it is left as a person wanted it"
    view.fit()
    assert view.scale_now == pytest.approx(READ)
    view.fit()
    assert view.scale_now < FARTHEST


def test_zooming_by_keys_keeps_the_chosen_card_where_it_is(view: FlowView) -> None:
    view.reveal("projection:carts")
    for zoom in (view.zoom_in, view.zoom_in, view.own_size, view.zoom_out, view.own_size):
        before = view.mapFromScene(view.board.box_of("projection:carts").center())
        zoom()
        moved = view.mapFromScene(view.board.box_of("projection:carts").center()) - before
        assert moved.manhattanLength() <= 2
    view.choose_nothing("")
    middle = view.mapToScene(view.viewport().rect().center())
    view.zoom_in()
    assert (view.mapFromScene(middle) - view.viewport().rect().center()).manhattanLength() <= 2


def test_what_is_found_from_far_away_comes_so_near_that_it_can_be_read(view: FlowView) -> None:
    view.zoom(0.1)
    view.reveal("event:paid")
    assert view.scale_now < LEGIBLE
    view.reveal("event:paid", near=True)
    assert view.scale_now == pytest.approx(READ)
    assert in_sight(view, "event:paid")


def test_keys_zoom(view: FlowView) -> None:
    scale = view.scale_now
    QTest.keyClick(view, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert view.scale_now > scale
    QTest.keyClick(view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert view.scale_now == pytest.approx(scale)


def test_dragging_moves_the_board_and_chooses_nothing(view: FlowView) -> None:
    start = view.mapFromScene(view.board.box_of("aggregate:cart").center())
    under = view.mapToScene(start)
    drag(view, start, start + QPoint(60, 40))
    assert (view.mapFromScene(under) - start - QPoint(60, 40)).manhattanLength() <= 2
    assert view.board.chosen == ""


def test_a_click_chooses_and_a_click_beside_chooses_nothing(view: FlowView) -> None:
    place = view.mapFromScene(view.board.box_of("event:paid").center())
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.board.chosen == "event:paid"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert view.board.chosen == ""


def test_the_keyboard_walks_confirms_and_lets_go(view: FlowView, qtbot: QtBot) -> None:
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.board.chosen == "command:order"
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.board.chosen == "aggregate:cart"
    with qtbot.waitSignal(view.node_activated) as said:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert said.args == ["aggregate:cart"]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.board.chosen == ""


def test_a_node_that_is_out_of_sight_is_brought_in(view: FlowView) -> None:
    view.resize(300, 400)
    view.reveal("projection:carts")
    assert in_sight(view, "projection:carts")
    assert view.board.chosen == "projection:carts"


def test_double_click_activates(view: FlowView, qtbot: QtBot) -> None:
    place = view.mapFromScene(view.board.box_of("topic:carts").center())
    with qtbot.waitSignal(view.node_activated) as said:
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert said.args == ["topic:carts"]


def test_the_figure_is_that_of_the_scale_though_it_changes_while_it_is_told(view: FlowView) -> None:
    view.zoomed.connect(lambda scale: view.own_size() if scale > 2 else None)
    button = scale_button(view)
    for _ in range(12):
        view.zoom_in()
        assert button.text() == f"{view.scale_now:.0%}"
    button.deleteLater()

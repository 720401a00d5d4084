"""The blueprint on a canvas: cards are chosen with all that repeat them, keys walk, zooming has steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QTransform
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.conftest import ROOT
from tests.gui.board.test_flow_view_moves import in_sight, turn
from workbench.gui.board.blueprint import blueprint_of
from workbench.gui.board.blueprint_frame import BlueprintFrame
from workbench.gui.board.blueprint_items import CardItem, RingItem
from workbench.gui.board.blueprint_layout import lay_out_blueprint
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.board_graph import ARMED, BoardGraph
from workbench.gui.board.card_painter import FAULT, FIELDS, NAMES, font_of, name_lines
from workbench.gui.board.flow_view import READ, FlowView
from workbench.gui.board.slice_coverage import Coverage
from workbench.gui.theme import theme
from workbench.gui.views.board_model import model_graph
from workbench.model.registry import Registry
from workbench.project.project import load_project

ORDERS = ROOT / "resources" / "samples" / "orders-declared"
AGAIN = "event:payment.requested@command:retry_payment"
"""Key of the ghost of an event."""


@pytest.fixture(scope="module")
def orders() -> Registry:
    return load_project(ORDERS, environ={}, trusted=True).registry


def show(scene: BlueprintScene, registry: Registry, graph: BoardGraph) -> None:
    blueprint = blueprint_of(registry)
    scene.show_blueprint(blueprint, lay_out_blueprint(blueprint), graph)


@pytest.fixture
def view(orders: Registry, qtbot: QtBot) -> FlowView:
    scene = BlueprintScene()
    show(scene, orders, model_graph(orders, {}))
    made = FlowView(scene)
    scene.setParent(made)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


@pytest.fixture
def scene(view: FlowView) -> BlueprintScene:
    assert isinstance(view.board, BlueprintScene)
    return view.board


def ringed(scene: BlueprintScene) -> set[str]:
    """Keys of the cards with a ring around them."""
    rings = {item.pos().toTuple() for item in scene.items() if isinstance(item, RingItem)}
    return {key for key, card in scene.cards().items() if card.pos().toTuple() in rings}


def lit(scene: BlueprintScene) -> set[tuple[str, str]]:
    return {pair for pair, wire in scene.wires.items() if wire.zValue() == 1}


def press(view: FlowView, *keys: Qt.Key) -> str:
    for key in keys:
        QTest.keyClick(view, key)
    return view.board.here


def test_it_begins_at_its_own_size_at_the_upper_left(view: FlowView) -> None:
    assert view.scale_now == 1.0
    assert view.mapToScene(0, 0) == QPointF(0, 0)
    assert in_sight(view, "command:place_order")


def test_a_click_rings_every_card_of_the_node_and_lights_its_wires(
    view: FlowView, scene: BlueprintScene, qtbot: QtBot
) -> None:
    place = view.mapFromScene(scene.box_of("event:payment.requested").center())
    view.ensureVisible(scene.box_of("event:payment.requested"))
    place = view.mapFromScene(scene.box_of("event:payment.requested").center())
    with qtbot.waitSignal(scene.node_chosen) as said:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert said.args == ["event:payment.requested"]
    assert ringed(scene) == {"event:payment.requested", AGAIN}
    assert ("command:retry_payment", AGAIN) in lit(scene)
    assert ("event:payment.requested", "projection:orders") in lit(scene)
    assert ("command:place_order", "event:order.placed") not in lit(scene)


def test_choosing_moves_no_card(scene: BlueprintScene) -> None:
    before = {key: item.sceneBoundingRect() for key, item in scene.cards().items()}
    scene.choose("command:place_order")
    assert {key: item.sceneBoundingRect() for key, item in scene.cards().items()} == before


def test_a_ghost_is_chosen_as_what_it_repeats(scene: BlueprintScene) -> None:
    said: list[str] = []
    scene.node_chosen.connect(said.append)
    scene.choose(AGAIN)
    assert (scene.chosen, scene.here) == ("event:payment.requested", AGAIN)
    scene.choose("event:payment.requested")
    assert said == ["event:payment.requested"]
    scene.choose("")
    assert (scene.chosen, scene.here, ringed(scene)) == ("", "", set())


def test_arrows_go_along_slices_and_lanes(view: FlowView) -> None:
    view.setFocus()
    right, left, up, down = Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down
    assert press(view, right) == "command:place_order"
    assert press(view, down) == "event:order.placed"
    assert press(view, down) == "event:order.placed"
    assert press(view, up, right) == "command:request_payment"
    assert press(view, up) == "subscription:fulfilment"
    assert press(view, right) == "subscription:card-terminal"
    assert press(view, left, down, down) == "event:payment.requested"
    assert press(view, right) == "event:payment.confirmed"
    assert press(view, Qt.Key.Key_Home) == "command:place_order"
    assert press(view, Qt.Key.Key_End) == "query:list_orders"
    assert in_sight(view, "query:list_orders")


def test_left_of_a_lane_is_its_aggregate(view: FlowView) -> None:
    view.setFocus()
    right, left, up, down = Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down
    view.reveal("event:payment.confirmed")
    press(view, left, left)
    assert (view.board.chosen, view.board.here) == ("aggregate:payment", "")
    press(view, up)
    assert view.board.chosen == "aggregate:order"
    press(view, up, down)
    assert view.board.chosen == "aggregate:payment"
    assert press(view, right) == "event:payment.requested"


def test_right_of_the_last_card_of_a_lane_the_next_slice_is_reached(view: FlowView) -> None:
    view.setFocus()
    view.reveal("event:order.shipped")
    assert press(view, Qt.Key.Key_Right).startswith("subscription:fulfilment@")


def test_enter_activates_what_a_ghost_repeats(view: FlowView, qtbot: QtBot) -> None:
    view.setFocus()
    view.reveal(AGAIN)
    with qtbot.waitSignal(view.node_activated) as said:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert said.args == ["event:payment.requested"]


def test_zooming_goes_in_steps_around_the_pointer(view: FlowView) -> None:
    place = QPoint(300, 200)
    under = view.mapToScene(place)
    view.zoom(1.25, place)
    assert view.scale_now == 1.25
    assert (view.mapFromScene(under) - place).manhattanLength() <= 2
    view.zoom_out()
    view.zoom_out()
    assert view.scale_now == 0.75
    for _ in range(30):
        view.zoom_out()
    assert view.scale_now == BlueprintScene.steps[0]
    for _ in range(30):
        view.zoom_in()
    assert view.scale_now == BlueprintScene.steps[-1]


def test_a_key_leads_back_to_its_own_size(view: FlowView) -> None:
    view.setFocus()
    view.zoom_out()
    QTest.keyClick(view, Qt.Key.Key_1)
    assert view.scale_now == 1.0


def test_what_a_person_looks_at_stays_when_the_model_changes(
    view: FlowView, scene: BlueprintScene, orders: Registry
) -> None:
    view.reveal("event:order.paid")
    place = scene.box_of("event:order.paid").topLeft()
    seen = view.mapFromScene(place)
    show(scene, replace(orders, projections={}, queries={}), scene.graph)
    now = scene.box_of("event:order.paid").topLeft()
    assert now != place, "the lane above got lower"
    assert view.mapFromScene(now) == seen


def test_the_wheel_moves_and_with_ctrl_zooms_a_step_a_notch(view: FlowView) -> None:
    turn(view, QPoint(100, 100), -120)
    assert view.mapToScene(0, 0) == QPointF(0, 120)
    turn(view, QPoint(100, 100), -60, Qt.KeyboardModifier.ShiftModifier)
    assert view.mapToScene(0, 0) == QPointF(60, 120)
    turn(view, QPoint(100, 100), 60, Qt.KeyboardModifier.ControlModifier)
    assert view.scale_now == 1.0
    turn(view, QPoint(100, 100), 60, Qt.KeyboardModifier.ControlModifier)
    assert view.scale_now == 1.25


def test_the_whole_board_is_seen_as_wide_as_there_is_room(view: FlowView) -> None:
    view.resize(1600, 900)
    view.fit()
    assert view.scale_now == pytest.approx(view.viewport().width() / view.board.content().width())
    assert in_sight(view, "command:place_order")
    assert in_sight(view, "query:list_orders")


def test_the_whole_board_is_seen_however_small_its_cards_become(view: FlowView) -> None:
    view.resize(500, 400)
    view.reveal("query:list_orders")
    for _ in range(2):
        view.fit()
        assert view.scale_now < NAMES
        assert in_sight(view, "command:place_order")
        assert in_sight(view, "query:list_orders")
        view.fit()
        assert view.scale_now == READ, "its names can be read"
        assert in_sight(view, "query:list_orders")
        assert not in_sight(view, "command:place_order")
    view.own_size()
    view.fit()
    assert in_sight(view, "command:place_order"), "pressed once it shows all, from any size"


@pytest.mark.parametrize("height", [500, 700, 2000])
def test_a_whole_board_of_names_takes_the_height_that_there_is(
    view: FlowView, scene: BlueprintScene, height: int
) -> None:
    frame = BlueprintFrame(view, scene)
    view.resize(round(scene.content().width() * 0.4), height)
    view.fit()
    wide, tall, port = view.scale_now, view.tall_now, view.viewport()
    assert wide < FIELDS
    assert wide <= tall == pytest.approx(max(wide, min(2 * wide, port.height() / scene.content().height())))
    assert in_sight(view, "command:place_order")
    assert in_sight(view, "query:list_orders")
    place = view.mapFromScene(scene.box_of("command:place_order")).boundingRect()
    seen = port.grab(place).toImage()
    fill = seen.pixelColor(seen.width() // 2, 2)
    assert seen.pixelColor(seen.width() // 2, seen.height() - 5) == fill, "its card is as tall"
    for lane, spot in frame.gutter._places():
        assert spot.top() == pytest.approx(view.mapFromScene(0, lane.top).y(), abs=1)
        assert spot.height() == pytest.approx((lane.bottom - lane.top) * tall)
    view.zoom_in()
    assert view.scale_now == view.tall_now > wide, "who zooms sees it in its own proportions"


def test_a_whole_board_that_lists_fields_is_drawn_in_its_own_proportions(view: FlowView) -> None:
    view.resize(round(view.board.content().width() * 0.9), 3000)
    view.fit()
    assert FIELDS < view.scale_now == view.tall_now


def test_a_board_that_can_be_read_whole_is_shown_whole_at_once(view: FlowView) -> None:
    view.resize(round(view.board.content().width() * 0.45), 900)
    view.fit()
    assert view.scale_now < READ
    assert in_sight(view, "command:place_order")
    assert in_sight(view, "query:list_orders")


@pytest.mark.parametrize(
    ("text", "width", "most", "lines"),
    [
        ("place_order", 200, 2, ["place_order"]),
        ("payment.requested", 60, 3, ["payment.", "requested"]),
        ("retry-or-cancel", 60, 2, ["retry-or-", "cancel"]),
        ("Commands, read models", 80, 2, ["Commands,", "read models"]),
        ("payment.requested", 60, 1, ["payment.requested"]),
    ],
)
def test_a_name_is_broken_at_its_joints(text: str, width: float, most: int, lines: list[str]) -> None:
    assert name_lines(text, font_of("far")[1], width, most) == lines


def test_finding_knows_what_is_drawn_only(scene: BlueprintScene) -> None:
    assert scene.find("confirm")[:2] == ["command:confirm_payment", "event:payment.confirmed"]
    assert scene.find("topic") == []


def test_what_is_wrong_is_told_on_the_card(scene: BlueprintScene, orders: Registry) -> None:
    graph = scene.graph
    nodes = tuple(
        replace(node, problems=("It is odd",)) if node.id == "event:order.paid" else node
        for node in graph.nodes
    )
    before = dict(scene.cards())
    show(scene, orders, BoardGraph(nodes, graph.edges))
    assert scene.problems() == ["event:order.paid"]
    assert "It is odd" in scene.cards()["event:order.paid"].toolTip()
    assert dict(scene.cards()) == before


def test_what_stays_the_same_is_not_made_again(scene: BlueprintScene, orders: Registry) -> None:
    before = dict(scene.cards())
    scene.choose("event:order.paid")
    fewer = replace(orders, projections={}, queries={})
    show(scene, fewer, scene.graph)
    assert set(before) - set(scene.cards()) == {"projection:orders", "query:list_orders"}
    same = [key for key, card in scene.cards().items() if card.box == before[key].box]
    assert "command:place_order" in same
    assert all(scene.cards()[key] is before[key] for key in same)
    assert scene.chosen == "event:order.paid"
    shown = [item for item in scene.items() if isinstance(item, CardItem)]
    assert len(shown) == len(scene.cards())


def test_what_is_chosen_and_goes_is_chosen_no_more(scene: BlueprintScene, orders: Registry) -> None:
    scene.choose("projection:orders")
    show(scene, replace(orders, projections={}, queries={}), scene.graph)
    assert (scene.chosen, scene.here) == ("", "")


def test_each_part_of_a_card_is_found_where_it_is_seen(scene: BlueprintScene) -> None:
    key = "command:place_order"
    box = scene.box_of(key)
    left, top, right = box.left() + 20, box.top(), box.right()
    found = {
        "head": scene.part_at(QPointF(left, top + 5)),
        "first field": scene.part_at(QPointF(left, top + 40)),
        "last field": scene.part_at(QPointF(left, box.bottom() - 10)),
        "rest": scene.part_at(QPointF(left, box.bottom() - 1)),
        "handle": scene.part_at(QPointF(right - 3, top + 16)),
        "handle beside": scene.part_at(QPointF(right + 5, top + 16)),
        "gutter": scene.part_at(QPointF(right + 5, top + 60)),
    }
    assert found == {
        "head": (key, "head", 0),
        "first field": (key, "field", 0),
        "last field": (key, "field", 6),
        "rest": (key, "rest", 0),
        "handle": (key, "handle", 0),
        "handle beside": (key, "handle", 0),
        "gutter": ("", "", 0),
    }


def test_a_slice_of_a_typed_draft_is_not_told_as_run_and_what_is_due_is_said(scene: BlueprintScene) -> None:
    told: list[None] = []
    scene.drafts_changed.connect(lambda: told.append(None))
    scene.coverage = {"command:place_order": Coverage(passed=1)}
    for badges, said in (
        ({}, "1 pass"),
        ({"command:place_order": "draft"}, "not run: draft"),
        ({}, "1 pass"),
    ):
        scene.set_badges({**badges, "subscription:fulfilment": "due 12:00:00"})
        found = scene.note_of("command:place_order")
        assert found is not None
        assert found.told[2] == said
    assert len(told) == 2
    assert scene.note_of("command:nothing") is None
    assert "due 12:00:00" in scene.cards()["subscription:fulfilment"].toolTip()


def extent_of(picture: QImage, color: str) -> tuple[int, int]:
    """Width and height of all that has a colour."""
    wanted = QColor(color).rgb()
    spots = [
        (x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixel(x, y) == wanted
    ]
    return (
        max(x for x, _ in spots) - min(x for x, _ in spots) + 1,
        max(y for _, y in spots) - min(y for _, y in spots) + 1,
    )


@pytest.mark.parametrize("scale", [0.25, 0.45, 0.6])
def test_W12_the_sign_of_a_fault_is_whole_on_a_card_seen_from_afar(view, scene, scale):
    item = scene._cards["command:place_order"]
    view.setTransform(QTransform.fromScale(scale, scale))
    item.set_due(f"1 fault {ARMED}")
    view.centerOn(item)
    wide, high = extent_of(view.grab().toImage(), theme().colors.error)
    assert wide >= FAULT - 2
    assert high >= min(FAULT, item.body.height() * scale) - 2

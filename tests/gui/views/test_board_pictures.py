"""Two pictures on one board: which one is shown where, what is chosen in both, and what lies around them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.board.designing import board_of
from tests.gui.board.test_draft_parts import TEXTS
from tests.gui.board.test_flow_view_moves import in_sight
from workbench.errors import ReadTooLong
from workbench.gui.board.blueprint import blueprint_from
from workbench.gui.board.board_items import NodeItem
from workbench.gui.board.board_scene import BoardScene, lay_out_graph
from workbench.gui.board.draft_parts import with_draft
from workbench.gui.board.hint_line import fitting
from workbench.gui.desk import Desk, Selection
from workbench.gui.theme import theme
from workbench.gui.views.board_details import Live
from workbench.gui.views.board_pictures import NOTHING, Drawn, drawn
from workbench.gui.views.board_view import BoardView
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.services.design.design_state import DesignState
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, linked
from workbench.services.workspace import Workspace
from workbench.tusk import parse

STILL = Live(flow={}, subscriptions={}, projections={})


@pytest.fixture
def board(desk: Desk, qtbot: QtBot) -> BoardView:
    return board_of(desk, qtbot, 900, 600)


@pytest.fixture
def settings(tmp_path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def test_it_begins_with_the_blueprint_and_a_key_shows_the_other(board: BoardView) -> None:
    assert board.scene.name == "Blueprint"
    assert board.acts["picture-blueprint"].isChecked()
    QTest.keyClick(board.canvas, Qt.Key.Key_F7)
    assert board.scene.name == "Topology"
    assert board.acts["picture-topology"].isChecked()
    assert not board.acts["picture-blueprint"].isChecked()
    assert "topic:mail" in board.scene.cards()
    QTest.keyClick(board.canvas, Qt.Key.Key_F7)
    assert board.scene.name == "Blueprint"


def test_each_arrangement_begins_with_its_picture_and_remembers_another(
    board: BoardView, settings: QSettings
) -> None:
    shown = {}
    for name in ("Design", "Run", "Observe", "Test"):
        board.arranged(name, settings)
        shown[name] = board.scene.name
    assert shown == {"Design": "Blueprint", "Run": "Topology", "Observe": "Topology", "Test": "Blueprint"}
    board.arranged("Observe", settings)
    board.acts["picture-blueprint"].trigger()
    board.arranged("Design", settings)
    board.arranged("Observe", settings)
    assert board.scene.name == "Blueprint"


def test_what_is_chosen_stays_so_in_the_other_picture_where_it_is_drawn(board: BoardView) -> None:
    board.canvas.reveal("projection:users")
    board.show_picture("Topology")
    assert board.scene.chosen == "projection:users"
    board.canvas.reveal("topic:mail")
    board.show_picture("Blueprint")
    assert board.scene.chosen == ""
    assert board.details._title.text() == "Details"


def test_each_picture_comes_back_as_it_was_left(board: BoardView) -> None:
    board.canvas.zoom_in()
    board.canvas.look_at(board.scene.box_of("projection:outages").center())
    left = board.canvas.scale_now, board.canvas.mapToScene(QPoint(100, 100))
    board.show_picture("Topology")
    assert board.canvas.scale_now != left[0]
    board.show_picture("Blueprint")
    moved = board.canvas.mapToScene(QPoint(100, 100)) - left[1]
    assert board.canvas.scale_now == left[0]
    assert moved.manhattanLength() < 4
    board.resize(900, 900)
    board.canvas.fit()
    tall = board.canvas.tall_now
    assert tall > board.canvas.scale_now, "names alone take the height that there is"
    board.show_picture("Topology")
    assert board.canvas.tall_now == board.canvas.scale_now
    board.show_picture("Blueprint")
    assert board.canvas.tall_now == tall


def test_what_is_selected_elsewhere_is_chosen_in_the_blueprint(board: BoardView, desk: Desk) -> None:
    desk.select(Selection(subscription="notices"))
    assert board.scene.chosen == "subscription:notices"
    assert in_sight(board.canvas, "subscription:notices")


def test_finding_goes_on_and_back_by_keys(board: BoardView) -> None:
    QTest.keyClicks(board.finder.search, "outage")
    QTest.keyClick(board.finder.search, Qt.Key.Key_Return)
    found = [board.scene.chosen]
    for _ in range(2):
        QTest.keyClick(board.canvas, Qt.Key.Key_F3)
        found.append(board.scene.chosen)
    assert len(set(found)) == 3
    QTest.keyClick(board.canvas, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert board.scene.chosen == found[1]
    QTest.keyClicks(board.finder.search, "nonsense")
    QTest.keyClick(board.finder.search, Qt.Key.Key_Return)
    assert not board.finder.acts["next_match"].isEnabled()


def test_gutter_and_heads_stay_while_the_blueprint_moves(board: BoardView) -> None:
    frame, port = board.pictures.frame, board.canvas.viewport()
    assert not frame.heads.isHidden()
    assert (port.x(), port.y()) == (frame.gutter.width(), frame.heads.height())
    board.canvas.look_at(board.scene.box_of("projection:outages").center())
    assert (port.x(), port.y()) == (frame.gutter.width(), frame.heads.height())
    board.show_picture("Topology")
    assert frame.heads.isHidden()
    assert frame.gutter.isHidden()
    assert (port.x(), port.y()) == (0, 0)


def test_a_click_on_a_head_chooses_what_its_slice_is_about(board: BoardView) -> None:
    heads = board.pictures.frame.heads
    place = board.pictures.blueprint.layout.slices[1]
    across = board.canvas.mapFromScene(place.x + 20, 0).x() + board.canvas.viewport().x()
    QTest.mouseClick(heads, Qt.MouseButton.LeftButton, pos=QPoint(across, 10))
    assert board.scene.chosen == place.id


def test_the_minimap_is_there_while_not_all_is_seen_and_leads_there(board: BoardView) -> None:
    minimap = board.pictures.minimap
    board.resize(1200, 700)
    assert minimap.isVisible()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() - 12, 30))
    middle = board.canvas.mapToScene(board.canvas.viewport().rect().center())
    assert middle.x() > board.scene.content().width() / 2
    board.show_picture("Topology")
    board.canvas.fit()
    assert minimap.isHidden()


def test_the_minimap_stands_where_it_covers_no_card(board: BoardView) -> None:
    minimap, canvas = board.pictures.minimap, board.canvas
    board.resize(1200, 510)
    places = set()
    for box, _ in board.scene.blocks():
        canvas.look_at(box.center() + QPointF(-300, 0))
        seen = [canvas.mapFromScene(one).boundingRect() for one, _ in board.scene.blocks()]
        seen = [one.translated(canvas.viewport().pos()) for one in seen]
        assert not any(minimap.geometry().intersects(one) for one in seen), box
        assert minimap.geometry().top() >= canvas.viewport().y(), "the heads of slices stay in sight"
        places.add((minimap.x(), minimap.y()))
    assert len(places) > 1


def test_the_minimap_leaves_a_small_board_alone(board: BoardView) -> None:
    for room in (QSize(699, 600), QSize(900, 399)):
        board.canvas.resize(room)
        assert board.pictures.minimap.isHidden()
    board.canvas.resize(700, 400)
    assert board.pictures.minimap.isVisible()


def test_what_is_brought_into_sight_is_not_below_the_minimap(board: BoardView) -> None:
    for card in board.scene.cards():
        board.canvas.reveal(card)
        shown = board.canvas.mapFromScene(board.scene.box_of(card)).boundingRect()
        shown.translate(board.canvas.viewport().pos())
        minimap = board.pictures.minimap
        assert minimap.isHidden() or not minimap.geometry().intersects(shown), (card, board.canvas.size())


def test_keys_that_do_something_now_are_told(board: BoardView) -> None:
    hints = board.pictures.hints
    assert "Ctrl+0: Fit the whole board" in hints.accessibleDescription()
    assert "F7: Show the topology" in hints.accessibleDescription()
    board.canvas.reveal("command:create_user")
    assert "Enter: Open its form" in hints.accessibleDescription()
    assert "Dead letters" not in hints.accessibleDescription()


def test_the_legend_explains_what_the_picture_has(board: BoardView) -> None:
    said = board.legend.accessibleDescription()
    assert "Handler" in said
    assert "Shown again" in said
    assert "Messages that move" not in said
    board.show_picture("Topology")
    said = board.legend.accessibleDescription()
    assert "Handler" not in said
    assert "Messages that move" in said


async def test_slices_say_how_their_scenarios_stand(board: BoardView, desk: Desk, until: Any) -> None:
    scenarios, scene = desk.workspace.scenarios, board.pictures.blueprint
    await scenarios.look()
    await until(lambda: scene.coverage["command:create_user"].told[2].endswith(" not run"))
    (first, *_) = [one for one in scenarios.all() if "create_user" in str(one.when)]
    scenarios.run([first.title])
    await until(lambda: scene.coverage["command:create_user"].passed == 1)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("scale", [0.1, 0.5, 1.0, 2.0])
def test_every_scale_and_look_can_be_painted(board: BoardView, qtbot: QtBot, mode: str, scale: float) -> None:
    theme().set_mode(mode)  # type: ignore[arg-type]  # one of its modes
    board.canvas.reveal("event:user.created")
    board.canvas.zoom(1.0)
    board.canvas._set_scale(scale)
    picture = board.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(0, 900, 7) for y in range(0, 500, 7)}) > 3
    theme().set_mode("system")


def test_a_large_model_is_drawn_beside_the_loop(desk: Desk) -> None:
    registry = desk.workspace.registry
    kind = next(iter(registry.events.values()))
    many = replace(registry, events={f"user.e{number}": kind for number in range(100)})

    async def on_the_loop() -> Drawn:
        return drawn(many, STILL, NOTHING, topology=False)

    import asyncio

    with asyncio.Runner() as runner, pytest.raises(ReadTooLong):
        runner.run(on_the_loop())


async def test_a_large_topology_is_shown_once_it_is_drawn_piece_by_piece(
    board: BoardView, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.gui.views.board_pictures.QUICK", 0)
    before = board.pictures.drawn
    pieces = list(BoardScene().building(before.graph, lay_out_graph(before.graph)))
    assert len(pieces) > len(before.graph.nodes)
    QTest.keyClick(board.canvas, Qt.Key.Key_F7)
    assert board.scene.name == "Blueprint"
    await until(lambda: board.scene.name == "Topology")
    assert (before.topology, board.pictures.drawn.topology is None) == (None, False)
    assert "topic:mail" in board.scene.cards()


def test_what_did_not_change_is_not_drawn_again(desk: Desk) -> None:
    registry = desk.workspace.registry
    first = drawn(registry, STILL, NOTHING, topology=False)
    assert drawn(registry, STILL, first, topology=False) is first
    seen = drawn(registry, replace(STILL, flow={"publish:audit-trail:audit": 1}), first, topology=False)
    assert seen.graph != first.graph
    assert seen.blueprint is first.blueprint
    assert drawn(Registry(), STILL, first, topology=False).blueprint.slices == ()
    assert QApplication.instance() is not None


@pytest.mark.parametrize("size", [(820, 531), (1226, 731)])
def test_a_card_stays_under_the_mouse_that_clicks_it(board: BoardView, size: tuple[int, int]) -> None:
    board.resize(*size)
    canvas, hidden = board.canvas, board.details.isHidden()
    for card in board.scene.cards():
        board.scene.choose("")
        place = canvas.mapFromScene(board.scene.box_of(card)).boundingRect().topLeft() + QPoint(20, 12)
        if canvas.viewport().rect().contains(place):
            QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
            assert board.scene.here == card
            assert board.scene.card_at(canvas.mapToScene(place)) == card
            assert board.details.isHidden() is hidden


def test_what_is_designed_is_drawn_in_the_topology_too(workspace: Workspace, qtbot: QtBot) -> None:
    state = workspace.design.state()
    more = '\n[event.basket.left]\n\n[command.leave_basket]\nchanges: "basket"\nemit: "basket.left"\n'
    draft = replace(state, text=state.text.with_project(parse(f"{state.text.project.text}{more}")))
    registry = workspace.registry
    before = drawn(registry, STILL, NOTHING, topology=True)
    found = drawn(registry, STILL, before, topology=True, draft=draft)
    new = [one for one in found.graph.nodes if one.draft]
    assert {one.id for one in new} == {"event:basket.left", "command:leave_basket", "aggregate:basket"}
    lines = {(one.source, one.target) for one in found.graph.edges if "basket" in one.source}
    assert ("command:leave_basket", "event:basket.left") in lines
    assert ("command:leave_basket", "aggregate:basket") in lines
    scene = BoardScene()
    scene.show_graph(found.graph, found.topology)
    item = next(one for one in scene.items() if isinstance(one, NodeItem) and one.node.id == new[0].id)
    assert "Draft: it does not run as it is drawn" in item.toolTip()


def test_no_draft_of_a_wire_moves_a_slice_that_is_shown(tmp_path: Path) -> None:
    (tmp_path / "project.tsk").write_text(TEXTS["users-declared"])
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    text = DesignText(project=parse(TEXTS["users-declared"], "project.tsk"))
    first = drawn(registry, STILL, NOTHING, topology=False)
    shown = [one.id for one in first.blueprint.slices]
    moved = 0
    for command, event in product(registry.commands, registry.events):
        designed = linked(text, DesignNode("command", command), DesignNode("event", event))
        draft = DesignState(text=designed, written=text, problems=("it does not load",))
        if [one.id for one in blueprint_from(with_draft(first.parts, draft)).slices] == shown:
            continue
        moved += 1
        for before in (first, NOTHING):
            found = drawn(registry, STILL, before, topology=False, draft=draft)
            assert [one.id for one in found.blueprint.slices] == shown
        assert drawn(registry, STILL, found, topology=False).blueprint.slices == first.blueprint.slices
    assert moved, "without what is shown some would move"


def test_where_not_all_hints_have_room_those_of_few_words_come_first_and_last_the_sign_of_more(
    board: BoardView,
) -> None:
    hints = [("Ctrl+Enter", "Add what comes next"), ("F2", "Rename"), ("Tab", "Add fields"), ("L", "Link to")]
    assert fitting(hints, 1000) == hints
    assert fitting(hints, 220) == [("F2", "rename"), ("Tab", "fields"), ("", "…")]

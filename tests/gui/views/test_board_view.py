"""The flow board of a running project: what it draws, marks, moves, and where it leads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.conftest import take_turn
from workbench.gui.desk import Desk, Selection
from workbench.gui.views.board_view import BoardView
from workbench.gui.views.publish_dialog import PublishDialog
from workbench.model.changes import Changes
from workbench.model.registry import Registry

ANN = {"user_id": "018f0000-0000-7000-8000-000000000001", "username": "ann", "email": "ann@example.com"}


@pytest.fixture
def board(desk: Desk, qtbot: QtBot) -> BoardView:
    made = BoardView(desk)
    made.show_picture("Topology")
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


async def create(desk: Desk, **values: Any) -> None:
    result = await desk.workspace.commands.issue("create_user", ANN | values)
    assert result.outcome == "accepted", result.message


def test_it_draws_the_whole_model(board: BoardView, desk: Desk) -> None:
    registry = desk.workspace.registry
    drawn = set(board.topology.nodes)
    assert {f"command:{name}" for name in registry.commands} <= drawn
    assert {f"event:{name}" for name in registry.events} <= drawn
    assert {f"projection:{name}" for name in registry.projections} <= drawn
    assert {f"subscription:{name}" for name in registry.subscriptions} <= drawn
    assert ("event:user.created", "topic:mail") in board.topology.edges


async def test_what_was_looked_for_before_it_was_drawn_is_found(desk: Desk, qtbot: QtBot, until: Any) -> None:
    board = BoardView(desk)
    qtbot.addWidget(board)
    board.finder.search.setText("create_user")
    board.finder._find("create_user")
    assert board.finder.matches.text() == "No match"
    board.show()
    await until(lambda: board.finder.matches.text().startswith("1 of "))
    assert board.scene.chosen == "command:create_user"


async def test_what_happens_is_counted_and_travels(board: BoardView, desk: Desk, until: Any) -> None:
    assert not board.topology.tokens.running
    await create(desk)
    await until(lambda: board.topology.nodes["event:user.created"].badge == "1")
    assert board.topology.nodes["command:create_user"].badge == "1"
    await until(lambda: board.topology.tokens.running)
    assert {token.kind for token in board.topology.tokens.alive} <= {"ok", "retry", "dead"}


async def test_what_happened_before_it_was_seen_does_not_travel(desk: Desk, qtbot: QtBot, until: Any) -> None:
    await create(desk)
    await until(lambda: desk.workspace.monitor.flow().get("event:user.created") == 1)
    board = BoardView(desk)
    board.show_picture("Topology")
    qtbot.addWidget(board)
    board.show()
    board.catch_up()
    assert board.topology.nodes["event:user.created"].badge == "1"
    assert not board.topology.tokens.alive


async def test_a_line_appears_when_something_was_seen_to_move_there(
    board: BoardView, desk: Desk, until: Any
) -> None:
    assert ("subscription:audit-trail", "topic:audit") not in board.topology.edges
    await create(desk)
    await until(lambda: ("subscription:audit-trail", "topic:audit") in board.topology.edges)


def test_choosing_tells_what_it_is(board: BoardView) -> None:
    assert board.details._title.text() == "Details"
    board.scene.choose("event:user.status_changed")
    assert board.details._title.text() == "user.status_changed"
    assert "activated, deactivated or suspended" in board.details.about.parts["doc"].text()
    assert board.details._kind.text() == "Event  ·  0 recorded since the project was opened"
    assert board.details.about.parts["around"].text() == "From user\nTo user-events, users"
    board.details._close.click()
    assert board.details.isHidden()


def test_a_subscription_tells_how_it_stands(board: BoardView) -> None:
    board.scene.choose("subscription:welcome-mail")
    assert board.details._letters.isHidden()
    assert board.details._kind.text() == "Subscription  ·  running  ·  0 delivered  ·  lag 0"


@pytest.mark.parametrize(
    ("node", "view", "selection"),
    [
        ("aggregate:user", "streams", Selection()),
        ("event:user.created", "streams", Selection()),
        ("subscription:notices", "subscriptions", Selection(subscription="notices")),
        ("projection:users", "projections", Selection(projection="users")),
    ],
)
def test_the_details_lead_on(
    board: BoardView, desk: Desk, qtbot: QtBot, node: str, view: str, selection: Selection
) -> None:
    board.scene.choose(node)
    with qtbot.waitSignal(desk.wanted) as wanted:
        board.details._act.click()
    assert wanted.args == [view]
    assert desk.selection == selection


def test_a_node_is_opened_in_the_text(board: BoardView, desk: Desk) -> None:
    asked: list[tuple[str, object]] = []
    desk.text_wanted.connect(lambda file, place: asked.append((file, place)))
    board.scene.choose("subscription:welcome-mail")
    board.acts["open_text"].do()
    board.scene.choose("event:user.created")
    board.details.text_wanted.emit()
    assert asked == [
        ("project.tsk", ("consumer", "welcome-mail")),
        ("project.tsk", ("event", "user.created")),
    ]


async def test_what_a_module_brings_says_where_it_stands(board: BoardView, until: Any) -> None:
    board.scene.choose("event:user.created")
    await until(lambda: not board.details.about.open.isHidden())
    file, _, line = board.details.about.open.text().removeprefix("Open ").partition(":")
    lines = (board.desk.workspace.project.root / file).read_text().splitlines()
    assert "user.created" in lines[int(line) - 1]
    assert not board.details.tabs.isTabEnabled(0)
    assert board.details.about.parts["elsewhere"].text()


def test_enter_on_a_command_opens_its_form(board: BoardView, desk: Desk, qtbot: QtBot) -> None:
    board.canvas.reveal("command:update_user")
    with qtbot.waitSignal(desk.command_wanted) as command, qtbot.waitSignal(desk.wanted) as view:
        QTest.keyClick(board.canvas, Qt.Key.Key_Return)
    assert (command.args, view.args) == (["update_user"], ["commands"])


def test_a_topic_leads_to_the_form_that_publishes(board: BoardView) -> None:
    board.scene.choose("topic:mail")
    assert board.details._act.accessibleName() == "Publish a message"
    board.details._act.click()
    dialog = board.findChild(PublishDialog)
    assert dialog is not None
    assert dialog.form.value()["topic"] == "mail"
    dialog.close()


def test_Enter_stays_at_what_was_found_while_one_typed(board: BoardView, qtbot: QtBot) -> None:
    QTest.keyClicks(board.finder.search, "outage.reported")
    qtbot.waitUntil(lambda: board.scene.chosen == "event:outage.reported")
    QTest.keyClick(board.finder.search, Qt.Key.Key_Return)
    assert (board.scene.chosen, board.finder.matches.text()[:5]) == ("event:outage.reported", "1 of ")
    QTest.keyClicks(board.finder.search, "x")
    QTest.keyClick(board.finder.search, Qt.Key.Key_Return)
    assert board.finder.matches.text() == "No match"


def test_finding_steps_through_what_fits(board: BoardView) -> None:
    QTest.keyClicks(board.finder.search, "outage")
    QTest.keyClick(board.finder.search, Qt.Key.Key_Return)
    assert (board.scene.chosen, board.finder.matches.text()) == ("aggregate:outage", "1 of 6")
    QTest.keyClick(board.finder.search, Qt.Key.Key_Return)
    assert (board.scene.chosen, board.finder.matches.text()) == ("event:outage.reported", "2 of 6")
    board.scene.choose("")
    board.finder.previous_match()
    assert board.finder.matches.text() == "6 of 6", "before the first is the last"
    board.finder.search.setFocus()
    QTest.keyClick(board.finder.search, Qt.Key.Key_Escape)
    assert board.finder.search.text() == ""
    assert board.canvas.hasFocus(), "one Esc is enough"
    QTest.keyClicks(board.finder.search, "nonsense")
    QTest.keyClick(board.finder.search, Qt.Key.Key_Return)
    assert board.finder.matches.text() == "No match"


async def test_problems_are_counted_and_stepped_through(
    board: BoardView, desk: Desk, until: Any, qtbot: QtBot
) -> None:
    assert board.marks.button.text() == "No marks"
    assert not board.marks.button.isEnabled()
    await create(desk, email="ann@nowhere.invalid")
    await until(lambda: board.marks.button.text() == "1 mark", within=20.0)
    board.marks.button.click()
    assert board.scene.chosen == "subscription:welcome-mail"
    assert board.details.about.parts["problems"].text() == "⚠ 1 dead letter"
    with qtbot.waitSignal(desk.wanted) as wanted:
        board.details._letters.click()
    assert wanted.args == ["letters"]
    assert desk.selection == Selection(subscription="welcome-mail")


async def test_a_paused_subscription_says_so(board: BoardView, desk: Desk, until: Any) -> None:
    await desk.workspace.subscriptions.pause("notices", paused=True)
    await until(lambda: board.topology.nodes["subscription:notices"].badge == "paused")


def test_what_is_selected_elsewhere_is_chosen_here(board: BoardView, desk: Desk) -> None:
    desk.select(Selection(projection="outages"))
    assert board.scene.chosen == "projection:outages"


def test_an_empty_model_says_what_would_fill_it(board: BoardView, desk: Desk) -> None:
    desk.workspace.world.model = replace(desk.workspace.project, registry=Registry())
    desk.changed.emit(Changes(model=True))
    take_turn(desk)
    assert board.pages.currentIndex() == 0
    assert board.editor.begin.isVisible()
    assert not board.topology.nodes
    desk.workspace.world.model = replace(desk.workspace.project, registry=Registry(), restricted=True)
    desk.changed.emit(Changes(model=True))
    take_turn(desk)
    assert board.pages.currentIndex() == 1


def test_the_legend_explains_the_kinds_that_are_there(board: BoardView) -> None:
    assert board.legend.isHidden()
    board.key_button.click()
    assert board.legend.isVisible()
    said = board.legend.accessibleDescription()
    assert "Command" in said
    assert "Policy" not in said
    assert board.canvas.rect().contains(board.legend.geometry())


@pytest.mark.parametrize("width", [460, 700, 1000])
def test_tools_stand_whole_beside_each_other_in_any_width(board: BoardView, width: int) -> None:
    board.resize(width, 600)
    QCoreApplication.processEvents()
    tools = [board.finder.search, board.editor.stand, board.editor.add_button, board.marks.button]
    assert board.finder.search.width() >= 120
    places = [one.geometry() for one in tools]
    assert all(one.right() < other.left() for one, other in pairwise(sorted(places, key=QRect.left)))
    assert all(one.width() >= one.sizeHint().width() for one in tools[1:])

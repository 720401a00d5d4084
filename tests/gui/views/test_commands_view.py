"""Commands by their forms: sent by keyboard, refused at their field, repeated, copied; queries asked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.gui.conftest import turn_wheel
from workbench.gui.desk import Selection
from workbench.gui.views.command_result import TIMELINE
from workbench.gui.views.commands_view import TALL, CommandsView
from workbench.model.model_flow import ModelFlow
from workbench.model.registry import Registry

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(desk, qtbot):
    made = CommandsView(desk)
    qtbot.addWidget(made)
    made.resize(440, 760)
    made.show()
    made.activateWindow()
    return made


def fill(view, **texts):
    for name, text in texts.items():
        line = view._form.findChild(QLineEdit, name)
        line.setFocus()
        line.clear()
        QTest.keyClicks(line, text)


def outcomes(view):
    model = view.history.table.model()
    return [model.row(index)[:3] for index in range(model.rowCount())]


async def test_a_command_is_filled_in_and_sent_by_keyboard(workspace, desk, view, until):
    assert view.picker.currentText() == "create_user"
    fill(view, user_id="ada", username="Ada Lovelace", email="ada@example.org")
    assert view.target.text() == "user-ada · new"
    QTest.keyClick(view._form.findChild(QLineEdit, "email"), Qt.Key.Key_Return, CONTROL)
    await until(view.result.isVisible)
    assert "accepted" in view.result.badge.text()
    assert view.result.said.text() == "1 event appended to user-ada, now at version 1"
    assert desk.selection == Selection(stream="user-ada")
    await until(lambda: "Read models caught up: users after" in view.result.more.text())
    await until(lambda: outcomes(view) == [("accepted", "create_user", "user-ada")])


async def test_it_says_why_a_command_refuses_and_in_the_tip_what_follows(desk, view, monkeypatch):
    told = (
        ModelFlow(verb="refuses", name="late", words="when now > state.end: it is over"),
        ModelFlow(verb="emits", name="user.created"),
    )
    monkeypatch.setattr(Registry, "told_of", lambda _registry, source: told if "create" in source else ())
    registry = replace(
        desk.workspace.registry,
        actors={"clerk": ""},
        flows={"external:clerk": (ModelFlow(verb="issues", name="create_user"),)},
    )
    monkeypatch.setattr(type(desk.workspace), "registry", property(lambda _workspace: registry))
    view.show_command("change_status")
    assert "Refused" not in view.about.text()
    view.show_command("create_user")
    assert view.about.text().splitlines()[-2:] == ["By: clerk", "Refused when now > state.end: it is over"]
    assert "emits user.created" in view.about.toolTip()


async def test_of_many_reasons_the_first_are_said_and_how_many_more_there_are(desk, view, monkeypatch):
    told = tuple(ModelFlow(verb="refuses", name=f"r{n}", words=f"when {n}: no") for n in range(5))
    monkeypatch.setattr(Registry, "told_of", lambda _registry, _source: told)
    view.show_command("create_user")
    view._dress("command")
    assert view.about.text().splitlines()[-2:] == ["Refused when 2: no", "and 2 more reasons"]
    assert "refuses r4" in view.about.toolTip()


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (
            ModelFlow(verb="lists", name="users", words="where row.age > least, ordered by age"),
            "Lists rows of users where row.age > least, ordered by age",
        ),
        (ModelFlow(verb="gets", name="users", words="by user_id"), "Gets one row of users by user_id"),
        (ModelFlow(verb="lists", name="users"), "Lists rows of users"),
    ],
)
async def test_the_form_of_a_query_says_which_rows_it_gives(view, monkeypatch, flow, said):
    monkeypatch.setattr(Registry, "told_of", lambda _registry, _source: (flow,))
    view.show_command("list_users")
    assert view.about.text().splitlines()[-1] == said


async def test_alt_enter_tells_the_story_of_what_was_just_sent_from_the_form_on(workspace, desk, view, until):
    wanted = []
    desk.wanted.connect(wanted.append)
    fill(view, user_id="ada", username="Ada Lovelace", email="ada@example.org")
    view.tell_why()
    assert wanted == [], "nothing was sent yet"
    view.send()
    await until(view.result.story.isVisible)
    view.tell_why()
    record = workspace.commands.history(limit=1)[0]
    told = Selection(stream="user-ada", command=str(record.command_id))
    assert (wanted, desk.selection) == (["story"], told)
    desk.select(Selection())
    view.result.story.click()
    assert (wanted, desk.selection) == (["story"] * 2, told)

    fill(view, user_id="ada", username="Somebody Else", email="else@example.org")
    view.send()
    await until(lambda: "exists" in view.result.said.text())
    view.tell_why()
    assert desk.selection.command == str(workspace.commands.history(limit=1)[0].command_id) != told.command
    await until(lambda: view.history.table.model().rowCount() == 2)
    QTest.mouseClick(view.history.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(view, 1))
    view.tell_why()
    assert desk.selection.command == told.command, "in the history the chosen one is meant"
    view._ask({"user_id": "ada"})
    view._show_answer(("get_user", None, 1.0))
    assert not view.result.story.isVisible(), "a query has no story"
    assert not view.result.tell_story()


def cell(view, row):
    table = view.history.table
    return table.visualRect(table.model().index(row, 1)).center()


async def test_the_foot_and_the_result_shorten_their_words_in_a_narrow_view(view):
    for width, word, button in ((440, "Expected version", TIMELINE), (255, "At version", "")):
        view.resize(width, 760)
        QApplication.processEvents()
        assert (view.check.text(), view.result.timeline.text()) == (word, button)
    view.version.shorten(200)  # in a dock that is narrower than the view alone can be
    assert view.check.text() == ""
    assert view.check.accessibleName() == "Expected version"
    assert view.result.timeline.accessibleName() == TIMELINE


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_sent(workspace, view):
    fill(view, user_id="A!", username="x")
    view.send()
    assert "must" in view._form.field("user_id").error().lower()
    assert view._form.field("email").error() == "Is required"
    assert view._form.field("username").error() == "Must be at least 3 characters"
    assert not view.result.isVisible()
    assert workspace.commands.history() == []


async def test_a_rule_that_refuses_is_a_result_and_stands_at_its_field(workspace, view, until):
    values = {"user_id": "ada", "username": "Ada Byron", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    view.show_command("change_status")
    view._form.set_value({"user_id": "ada", "status": "suspended"})
    view.send()
    await until(view.result.isVisible)
    assert "rejected" in view.result.badge.text()
    assert view.result.said.text() == "a suspension needs a reason"
    assert view._form.field("reason").error() == "A suspension needs a reason"


async def test_a_conflict_shows_both_versions(workspace, view, until):
    values = {"user_id": "ada", "username": "Ada Byron", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    view.show_command("update_user")
    view._form.set_value({"user_id": "ada", "username": "Ada Lovelace"})
    view.check.setChecked(True)
    assert view.expected.text() == "1"
    view.expected.setText("7")
    view.send()
    await until(view.result.isVisible)
    assert "conflict" in view.result.badge.text()
    assert view.result.said.text() == "user-ada is at version 1, you expected 7"


async def test_an_expected_version_must_be_a_number(view, desk):
    told = []
    desk.noticed.connect(told.append)
    fill(view, user_id="ada", username="Ada Lovelace", email="ada@example.org")
    view.check.setChecked(True)
    view.expected.setText("soon")
    view.send()
    assert "must be a whole number" in told[0].text


async def test_history_can_be_repeated_and_copied(workspace, view, until):
    fill(view, user_id="ada", username="Ada Lovelace", email="ada@example.org")
    view.send()
    await until(lambda: len(outcomes(view)) == 1)
    view.history.table.setFocus()
    QTest.keyClick(view.history.table, Qt.Key.Key_Home)
    view.history.repeat.click()
    await until(lambda: [row[0] for row in outcomes(view)] == ["rejected", "accepted"])
    view.show_command("change_status")
    QTest.keyClick(view, Qt.Key.Key_Return, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert view.picker.currentText() == "create_user"
    assert view._form.value()["username"] == "Ada Lovelace"


async def test_letters_and_wheel_do_not_swap_a_form_that_holds_something(view, until):
    fill(view, user_id="ada")
    view.picker.setFocus()
    QTest.keyClicks(view.picker, "r")
    turn_wheel(view.picker)
    assert view._name == "create_user"
    assert view.picker.view().isVisible()
    chosen = view.picker.view().currentIndex().data()
    assert chosen.startswith("r")
    QTest.keyClick(view.picker.view(), Qt.Key.Key_Return)
    await until(lambda: view._name == chosen)
    assert not view.unsaved()
    turn_wheel(view.picker)
    assert view._name == chosen


async def test_a_form_keeps_what_was_typed_while_another_is_shown(view):
    fill(view, user_id="ada")
    view.show_command("update_user")
    view.show_command("create_user")
    assert view._form.value()["user_id"] == "ada"


async def test_the_chosen_stream_is_offered_where_nothing_was_typed(workspace, desk, view):
    view.show_command("update_user")
    desk.select(Selection(stream="user-grace"))
    assert view._form.value()["user_id"] == "grace"
    desk.select(Selection(stream="user-ada"))
    assert view._form.value()["user_id"] == "grace"
    desk.select(Selection(stream="outage-x.example"))
    assert view._form.value()["user_id"] == "grace"


async def test_a_query_shows_its_answer(workspace, view, until):
    values = {"user_id": "ada", "username": "Ada Byron", "email": "ada@example.org"}
    result = await workspace.commands.issue("create_user", values)
    await workspace.commands.wait_for("users", result.last_position)
    view.show_command("get_user")
    view._form.set_value({"user_id": "ada"})
    view.send()
    assert '"username": "Ada Byron"' in view.result.answer.toPlainText()
    assert view.button.text() == "Ask"


async def test_where_there_is_little_room_what_is_asked_at_the_foot_keeps_whole_words(view):
    view.resize(255, 600)
    QApplication.processEvents()
    assert view.check.text() == "At version"
    assert view.check.width() >= view.check.sizeHint().width()
    view.resize(440, 600)
    assert view.check.text() == "Expected version"


async def test_where_there_is_little_room_the_history_gives_way_to_a_result(view, until):
    view.resize(440, TALL - 1)
    assert view.history.isVisible()
    fill(view, user_id="ada", username="Ada Lovelace", email="ada@example.org")
    view.send()
    await until(view.result.isVisible)
    assert not view.history.isVisible()
    view.result.hide()
    assert view.history.isVisible()
    view.result.show()
    view.resize(440, TALL)
    assert view.history.isVisible()


async def test_what_is_copied_is_said_where_no_command_is_chosen(workspace, view, until):
    fill(view, user_id="ada", username="Ada Lovelace", email="ada@example.org")
    view.acts["send"].trigger()
    await until(lambda: view.history.table.model().rowCount() == 1)
    act = view.acts["edit_copy"]
    act.refresh()
    assert (act.text(), act.isEnabled()) == ("Edit a copy of the newest", True)
    view.history.table.choose_index(0)
    act.refresh()
    assert act.text() == "Edit a copy of the chosen"


@pytest.fixture
def without(workspace, view, monkeypatch):
    """Has the model lose a command, or call it something else, while the view shows it."""
    return partial(_without, workspace, view, monkeypatch)


def _without(workspace, view, monkeypatch, name, called=""):
    registry = workspace.registry
    commands = {key: one for key, one in registry.commands.items() if key != name}
    if called:
        commands[called] = replace(registry.commands[name], name=called)
    changed = replace(registry, commands=commands)
    monkeypatch.setattr(type(workspace), "registry", property(lambda _workspace: changed))
    monkeypatch.setattr(workspace.commands, "target", lambda _name, _values: ("", 0))
    view.refresh()


@pytest.mark.parametrize("shown", ["change_status", "get_user"])
async def test_V1_the_chooser_names_the_form_that_is_shown_whatever_stands_before_it(
    workspace, view, monkeypatch, shown
):
    view.show_command(shown)
    registry = workspace.registry
    called = "get_user" if shown == "get_user" else "aa_first"  # a command may be called like the query
    first = {called: replace(registry.commands["create_user"], name=called)}
    changed = replace(registry, commands={**first, **registry.commands})
    monkeypatch.setattr(type(workspace), "registry", property(lambda _workspace: changed))
    view.refresh()
    assert view.picker.currentData() == (view.kind, view._name) == (view.kind, shown)
    view.picker.setCurrentIndex(0)
    assert (view.kind, view._name) == view.picker.currentData() == ("command", called)


async def test_V2_what_was_typed_into_a_form_that_is_gone_is_kept_and_offered(workspace, desk, view, without):
    notices = []
    desk.noticed.connect(notices.append)
    fill(view, user_id="ada", username="Ada Lov")
    without("create_user", "open_user")
    assert view.picker.currentText() == "open_user"
    assert view._form.typed() == {}
    assert "no create_user any more" in notices[0].text
    assert workspace.drafts.find("command/create_user") is not None
    fill(view, username="Bob")
    ((label, take_over),) = notices[0].actions
    assert label == "Take it over into open_user"
    take_over()
    assert view._form.typed() == {"user_id": {"text": "ada"}, "username": {"text": "Bob"}}
    assert workspace.drafts.find("command/create_user") is None
    assert view.unsaved() == "the form of open_user"


async def test_what_is_offered_of_a_form_that_is_gone_names_what_is_there_now(workspace, desk, view, without):
    notices = []
    desk.noticed.connect(notices.append)
    fill(view, user_id="ada")
    for name, now in (("create_user", "open_user"), ("open_user", "enter_user")):
        without(name, now)
        assert [label for label, _ in notices[-1].actions] == [f"Take it over into {now}"]
    assert len({one.topic for one in notices if one.text}) == 1
    assert "no create_user any more" in notices[-1].text
    notices[-1].actions[0][1]()
    assert view.picker.currentText() == "enter_user"
    assert view._form.typed() == {"user_id": {"text": "ada"}}


async def test_what_is_offered_of_a_form_goes_when_the_form_is_back(workspace, desk, view, without):
    notices = []
    desk.noticed.connect(notices.append)
    fill(view, user_id="ada")
    without("create_user", "open_user")
    without("open_user", "create_user")
    assert (notices[-1].text, notices[-1].topic) == ("", notices[0].topic)
    view.show_command("create_user")
    assert view._form.typed() == {"user_id": {"text": "ada"}}


async def test_a_form_that_is_gone_is_told_only_where_something_was_typed(workspace, desk, view, without):
    notices = []
    desk.noticed.connect(notices.append)
    without("create_user")
    assert view.picker.currentText() == next(iter(workspace.registry.commands))
    assert notices == []


async def test_the_id_of_the_shown_stream_is_typed_over(desk, view, until):
    desk.select(Selection(stream="user-ada"))
    desk.command_wanted.emit("update_user")
    line = view._form.findChild(QLineEdit, "user_id")
    await until(line.hasFocus)
    assert line.selectedText() == line.text() == "ada"

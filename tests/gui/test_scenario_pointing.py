"""What is pointed at is put into a scenario: events as given, commands as what is done, refusals whole."""

from __future__ import annotations

import pytest

from tests.services.conftest import full_disk
from workbench.gui.desk import Selection
from workbench.gui.scenario_pointing import use
from workbench.gui.views.commands_view import CommandsView
from workbench.gui.views.log_view import LogView
from workbench.gui.views.record_dialog import RecordDialog
from workbench.gui.views.timeline_view import TimelineView
from workbench.project.scenarios import read_scenarios

ADA = {"user_id": "ada", "username": "Ada Byron", "email": "ada@x.invalid"}


@pytest.fixture
async def told(workspace, desk, until):
    """A store with a few commands, and the notices of the desk."""
    await workspace.commands.issue("create_user", ADA)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    found = []
    desk.noticed.connect(found.append)
    yield found
    await until(lambda: not workspace.scenarios.busy)


def shown(qtbot, view):
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    return view


def written(workspace, name):
    text = (workspace.project.root / "scenarios" / name).read_text()
    return read_scenarios(text, f"scenarios/{name}", workspace.registry)


async def test_events_and_a_command_make_a_scenario(workspace, desk, qtbot, until, told):
    log, commands = shown(qtbot, LogView(desk)), shown(qtbot, CommandsView(desk))
    await until(lambda: log.table.model().rowCount() and commands.history.table.model().rowCount())
    event = workspace.reader.read_log(0, 1)[0]
    selected = Selection(stream=event.stream, version=event.version, position=event.position)
    rows = log.table.model()
    at = next(row for row in range(rows.rowCount()) if rows.shown(row, 0) == str(event.position))
    log.table.choose_index(at)
    assert log.place_of(log.table.chosen()) == selected
    log.acts["use-as-given"].trigger()
    await until(lambda: told)
    begins = ", which begins here: what is used next goes there, too, until it has a name."
    assert told[-1].text == f"user.created is given in “New scenario”{begins}"
    commands.show_command("update_user")
    commands._form.set_value({"user_id": "ada", "username": "Eve Adams"})
    commands.scenarios.use_form()
    await until(lambda: len(told) == 2)
    (made,) = written(workspace, "new-scenario.tsk")
    assert [(one.type, one.at) for one in made.given] == [("user.created", event.occurred_at)]
    assert [step.act.data["username"] for step in made.when] == ["Eve Adams"]
    wanted = []
    desk.wanted.connect(wanted.append)
    told[-1].actions[0][1]()
    assert wanted == ["scenarios"]
    await until(lambda: not workspace.scenarios.busy)
    assert workspace.scenarios.of(made) is not None  # it ran by itself


async def test_a_scenario_that_was_removed_is_no_place_any_more(workspace, desk, until, told):
    for place in ("scenarios/gone.tsk", "scenarios/new-scenario.tsk"):
        desk.scenario = (place, "Gone")
        use(desk, "x", {"when": lambda _steps: '{ after: "1h" }'})
        count = len(told) + 1
        await until(lambda count=count: len(told) == count)
    folder = workspace.project.root / "scenarios"
    assert (folder / "new-scenario.tsk").exists()
    assert (folder / "new-scenario-2.tsk").read_text().startswith('"New scenario (2)" {')


async def test_what_cannot_be_written_is_a_draft_that_the_next_item_joins(
    workspace, desk, until, told, monkeypatch
):
    folder = workspace.project.root / "scenarios"
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        for _ in range(2):
            use(desk, "x", {"when": lambda _steps: '{ after: "1h" }'})
            await until(lambda: told and not desk.running())
    assert {one.text[:31] for one in told} == {"Not saved, but kept as a draft:"}
    assert list(folder.glob("new-scenario*.tsk")) == []
    told[-1].actions[0][1]()
    await until(lambda: not desk.running())
    (file,) = folder.glob("new-scenario*.tsk")
    assert file.read_text().count("1h") == 2


async def test_a_refusal_in_the_history_is_recorded(workspace, desk, qtbot, until, told):
    view = shown(qtbot, CommandsView(desk))
    await until(lambda: view.history.table.model().rowCount() == 3)
    view.history.table.choose_index(1)
    assert not view.scenarios.acts["record"].isEnabled()
    view.history.table.choose_index(0)
    assert view.scenarios.acts["record"].isEnabled()
    view.scenarios.acts["record"].trigger()
    await until(lambda: view.findChildren(RecordDialog))
    (dialog,) = view.findChildren(RecordDialog)
    assert dialog.banner.text == "Its first run passed."
    assert 'rejected: "update_user", message: "nothing would change"' in dialog.text.toPlainText()
    dialog.save.click()
    await until(lambda: told)
    assert (
        told[-1].text == "The scenario is kept in scenarios/update-user-is-refused-nothing-would-change.tsk."
    )
    assert workspace.design.state().undo.startswith("Record scenario “update_user is refused")
    assert desk.scenario == ("", "")
    await until(lambda: not desk.running())


async def test_a_range_of_a_timeline_is_recorded(workspace, desk, qtbot, until, told):
    desk.select(Selection(stream="user-ada", version=1))
    view = shown(qtbot, TimelineView(desk))
    await until(lambda: view.table.model().rowCount() == 2)
    view.table.selectAll()
    view.acts["record_scenario"].trigger()
    await until(lambda: view.findChildren(RecordDialog))
    (dialog,) = view.findChildren(RecordDialog)
    assert dialog.name.text() == "create_user and update_user leads to user.created, user.updated"
    dialog.reject()
    await until(lambda: not desk.running())


async def test_the_orders_of_chosen_events_and_commands_are_explored(workspace, desk, qtbot, until, told):
    wanted = []
    desk.explore_scenario.connect(wanted.append)
    desk.select(Selection(stream="user-ada", version=1))
    timeline, view = shown(qtbot, TimelineView(desk)), shown(qtbot, CommandsView(desk))
    await until(lambda: timeline.table.model().rowCount() == 2 and view.history.table.model().rowCount() == 3)
    timeline.table.selectAll()
    timeline.acts["explore-orders"].trigger()
    await until(lambda: len(wanted) == 1)
    view.history.table.choose_index(0)
    view.history.table.selectAll()
    explore = view.scenarios.acts["explore-orders"]
    assert explore.refresh(), explore.toolTip()
    explore.trigger()
    await until(lambda: len(wanted) == 2)
    issued = ["create_user", "update_user"]
    assert [[step.act.command for step in one.when] for one in wanted] == [issued, [*issued, "update_user"]]

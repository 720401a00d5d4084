"""From an event in the timeline to a scenario in a file."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialog

from tests.services.conftest import full_disk
from workbench.gui.desk import Selection
from workbench.gui.views.record_dialog import RecordDialog
from workbench.gui.views.timeline_view import TimelineView
from workbench.model.scenario import FilePlace, Scenario, ScenarioResult, ScenarioVerdict
from workbench.services.scenarios import Recorded, Scenarios


@pytest.fixture
async def timeline(workspace, desk, qtbot):
    issue = workspace.commands.issue
    await issue("create_user", {"user_id": "ada", "username": "Ada Byron", "email": "ada@x.invalid"})
    await issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    made = TimelineView(desk)
    qtbot.addWidget(made)
    made.show()
    desk.select(Selection(stream="user-ada", version=1))
    return made


async def opened(timeline, until):
    timeline.record.click()
    await until(lambda: timeline.findChildren(RecordDialog))
    (dialog,) = timeline.findChildren(RecordDialog)
    return dialog


async def test_what_is_recorded_is_shown_named_and_kept(timeline, until, workspace, desk):
    notices, wanted = [], []
    desk.noticed.connect(notices.append)
    desk.wanted.connect(wanted.append)
    dialog = await opened(timeline, until)
    assert 'command: "create_user"' in dialog.text.toPlainText()
    assert dialog.banner.text == "Its first run passed."
    dialog.name.setText("Nobody is welcomed at an address that cannot exist")
    assert "scenarios/nobody-is-welcomed-at-an-address" in dialog.file.text()
    assert dialog.text.toPlainText().startswith('"Nobody is welcomed')
    dialog.save.click()
    await until(lambda: notices)
    assert wanted == ["scenarios"]
    files = Scenarios(workspace.project, workspace.clock).files()
    (kept,) = [one for file in files for one in file.scenarios if one.name.startswith("Nobody is welcomed")]
    assert (await Scenarios(workspace.project, workspace.clock).run_one(kept)).passed


async def test_what_cannot_be_written_is_a_draft_and_written_once(
    timeline, until, workspace, desk, monkeypatch
):
    notices, folder = [], workspace.project.root / "scenarios"
    desk.noticed.connect(notices.append)
    dialog = await opened(timeline, until)
    dialog.name.setText("Mine is recorded")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        dialog.save.click()
        await until(lambda: notices and not desk.running())
    (said,) = [one for one in notices if not one.text.startswith("Drafts cannot be kept")]  # on a full disk
    assert said.text.startswith("Not saved, but kept as a draft:")
    assert list(folder.glob("mine*.tsk")) == []
    said.actions[0][1]()
    await until(lambda: not desk.running())
    assert [one.name for one in folder.glob("mine*.tsk")] == ["mine-is-recorded.tsk"]


async def test_a_sentence_is_one_line_that_is_not_empty(timeline, until):
    dialog = await opened(timeline, until)
    dialog.name.setText(" ")
    assert not dialog.save.isEnabled()
    assert dialog.file.text().startswith("The sentence must have")
    dialog.reject()
    await until(lambda: not timeline.findChildren(RecordDialog))


async def test_nothing_is_kept_when_it_is_cancelled(timeline, until, workspace):
    before = sorted((workspace.project.root / "scenarios").iterdir())
    dialog = await opened(timeline, until)
    assert isinstance(dialog, QDialog)
    dialog.reject()
    await until(lambda: not timeline.desk.running())
    assert sorted((workspace.project.root / "scenarios").iterdir()) == before


async def test_what_no_command_made_says_why(timeline, workspace, desk, until, tmp_path):
    notices = []
    desk.noticed.connect(notices.append)
    file = tmp_path / "log.ndjson"
    file.write_text('{"id":"1","type":"pushed","stream":"r"}\n')
    await workspace.event_import.bring_in(file, workspace.event_import.preview(file).mapping)
    stream = workspace.streams.find(text="r", order="-number", limit=1)
    desk.select(Selection(stream=workspace.streams.numbered(list(stream))[0].name))
    timeline.record.click()
    await until(lambda: notices)
    assert "no command of this store made pushed" in notices[0].text


async def test_what_the_store_denies_is_said_before_how_the_run_went(timeline, desk):
    place = FilePlace(file="scenarios", line=1, column=1)
    scenario = Scenario(name="x", place=place)
    result = ScenarioResult(scenario=scenario, verdict=ScenarioVerdict.PASSED)
    said = "In the store lend was accepted; in the run it is a dead letter of commands of policies: gone"
    dialog = RecordDialog(timeline, Recorded(scenario=scenario, result=result, differs=(said,)), desk, "l1")
    assert dialog.banner.text.startswith(said)
    assert dialog.banner._kind == "warning"


async def test_its_orders_are_explored_without_keeping_it(timeline, until, workspace, desk):
    wanted = []
    desk.explore_scenario.connect(wanted.append)
    before = sorted((workspace.project.root / "scenarios").iterdir())
    dialog = await opened(timeline, until)
    dialog.name.setText("Ada joins")
    dialog.explore.click()
    await until(lambda: wanted)
    assert wanted[0].name == "Ada joins"
    assert wanted[0].when[0].act.command == "create_user"
    assert sorted((workspace.project.root / "scenarios").iterdir()) == before

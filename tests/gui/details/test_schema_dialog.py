"""The fields of an event are changed in sight of what is stored; nothing is saved before that is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.gui.dialog_keys import dead_keys
from tests.services.conftest import full_disk, running, written
from workbench.gui.desk import Desk
from workbench.gui.details.schema_dialog import SchemaDialog
from workbench.gui.views.board_view import BoardView
from workbench.services.workspace import Workspace

TEXT = """\
[project]
name: "shop"

[aggregate.parcel]

# What left the house
[event.parcel.sent]
fields { to: "string" }

[command.send]
creates: "parcel"
fields { parcel_id: "string", to: "string" }
emit: "parcel.sent"
with { to: "command.to" }
"""


@pytest.fixture
async def workspace(tmp_path, stores, by_hand):
    async with running(written(tmp_path / "shop", TEXT)) as opened:
        for number in "12":
            await opened.commands.issue("send", {"parcel_id": number, "to": "Ada"})
        yield opened


@pytest.fixture
async def dialog(desk: Desk, qtbot: QtBot, until: Any) -> SchemaDialog:
    board = BoardView(desk)
    qtbot.addWidget(board)
    board.show()
    await until(lambda: board.editor.node("event:parcel.sent") is not None)
    made = board.tools.schema.open("parcel.sent")
    await until(lambda: "fit" in made.stand.text())
    return made


async def change(dialog: SchemaDialog, old: str, new: str, until: Any) -> None:
    editor = dialog.pane.editor
    assert old in editor.text()
    editor.take_text(editor.text().replace(old, new))
    dialog._pause.timeout.emit()
    await until(lambda: "reading" not in dialog.stand.text())


async def test_it_begins_with_the_text_as_it_is_and_nothing_to_save(dialog: SchemaDialog) -> None:
    assert dialog.pane.editor.text().startswith("# What left the house\n[event.parcel.sent]\n")
    assert dialog.stand.text() == "✓ 2 of 2 fit"
    assert dialog.said.text() == "2 events of version 1 are stored."
    assert not dialog.save.isEnabled()


async def test_what_does_not_fit_is_counted_with_an_example_and_what_else_has_to_follow(
    dialog: SchemaDialog, until: Any
) -> None:
    await change(dialog, '{ to: "string" }', '{ to: "string", weight: "integer" }', until)
    assert dialog.stand.text() == "✕ 0 of 2 fit"
    assert dialog.save.text() == "Keep as a draft, though 2 events do not fit"
    assert not dialog.save.property("primary")
    assert "2 events of version 1: " in dialog.found.toPlainText()
    assert 'position 1: {"to":"Ada"}' in dialog.found.toPlainText()
    assert "has to follow: " in dialog.said.text()
    dialog.draft_upcast()
    await until(lambda: "reading" not in dialog.stand.text())
    assert dialog.stand.text() == "✓ 2 of 2 fit"
    assert (dialog.save.text(), dialog.save.property("primary")) == ("Keep as a draft", True)
    assert 'is  {"to":"Ada","weight":0}' in dialog.found.toPlainText()


async def test_a_draft_makes_them_fit_and_is_saved_as_one_step(
    dialog: SchemaDialog, workspace: Workspace, until: Any
) -> None:
    before = (workspace.project.root / "project.tsk").read_text()
    await change(dialog, '{ to: "string" }', '{ to: "string", code: "string?" }', until)
    assert dialog.stand.text() == "✓ 2 of 2 fit"
    dialog.draft_upcast()
    await until(lambda: "reading" not in dialog.stand.text())
    text = dialog.pane.editor.text()
    assert "version: 2\n" in text
    assert (workspace.project.root / "project.tsk").read_text() == before, "nothing is saved yet"
    dialog.save.click()
    await until(lambda: workspace.design.state().undo == "Change the schema of parcel.sent")
    assert "version: 2\n" in (workspace.project.root / "project.tsk").read_text()
    workspace.design.undo()
    assert (workspace.project.root / "project.tsk").read_text() == before


async def test_what_cannot_be_written_is_kept_and_written_when_tried_again(
    dialog: SchemaDialog, desk: Desk, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    desk.noticed.connect(told.append)
    file = desk.workspace.project.root / "project.tsk"
    await change(dialog, "What left the house", "What has left", until)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        dialog.save.click()
        await until(lambda: told and not desk.running())
    assert told[0].text.startswith("Not saved, but kept as a draft: ")
    assert (isValid(dialog), "What has left" in file.read_text()) == (False, False)
    told[0].actions[0][1]()
    await until(lambda: "What has left" in file.read_text())


async def test_a_text_that_is_wrong_is_not_tried(dialog: SchemaDialog, until: Any) -> None:
    await change(dialog, '"string"', '"strong"', until)
    assert dialog.stand.text() == "✕ 1 mistake"
    assert not dialog.save.isEnabled()


async def elsewhere(dialog: SchemaDialog, old: str, new: str) -> None:
    """Has another program change the file."""
    place = dialog.desk.workspace.project.root / "project.tsk"
    assert old in place.read_text()
    place.write_text(place.read_text().replace(old, new))
    await dialog.desk.workspace.model_reload.check()
    dialog.desk.files_read.emit()


async def test_another_line_that_was_changed_elsewhere_is_joined_and_saved(
    dialog: SchemaDialog, workspace: Workspace, until: Any
) -> None:
    await change(dialog, '{ to: "string" }', '{ to: "string", code: "string?" }', until)
    await elsewhere(dialog, "# What left the house", "# What left the shop")
    await until(lambda: "# What left the shop" in dialog.pane.editor.text())
    assert 'code: "string?"' in dialog.pane.editor.text()
    await until(dialog.save.isEnabled)
    dialog.save.click()
    await until(lambda: 'code: "string?"' in (workspace.project.root / "project.tsk").read_text())
    assert "# What left the shop" in (workspace.project.root / "project.tsk").read_text()


@pytest.mark.parametrize(("answer", "left"), [(0, "string?"), (1, "integer?")])
async def test_the_same_line_changed_elsewhere_is_asked(
    dialog: SchemaDialog, until: Any, answer: int, left: str
) -> None:
    await change(dialog, '{ to: "string" }', '{ to: "string", title: "string?" }', until)
    other = '[event.parcel.sent]\nfields { to: "string"'
    await elsewhere(dialog, other, other + ', title: "integer?"')
    await until(dialog.banner.isVisible)
    assert "integer?" in dialog.banner.difference.toPlainText()
    await until(lambda: "reading" not in dialog.stand.text())
    assert not dialog.save.isEnabled()
    dialog.banner.buttons[answer].click()
    await until(lambda: "reading" not in dialog.stand.text())
    assert dialog.banner.isHidden()
    assert f'title: "{left}"' in dialog.pane.editor.text()
    assert dialog.save.isEnabled() == (answer == 0)


async def test_an_event_that_is_gone_is_told_and_its_text_can_be_copied(
    dialog: SchemaDialog, until: Any
) -> None:
    await elsewhere(dialog, "parcel.sent", "parcel.gone")
    await until(dialog.banner.isVisible)
    assert "not in the project file any more" in dialog.banner.text
    dialog.banner.buttons[0].click()
    assert QApplication.clipboard().text() == dialog.pane.editor.text()


async def test_leaving_asks_only_when_something_was_changed(dialog: SchemaDialog, until: Any) -> None:
    await change(dialog, '{ to: "string" }', '{ to: "string", code: "string?" }', until)
    dialog.reject()
    await until(lambda: dialog.findChild(QMessageBox))
    box = dialog.findChild(QMessageBox)
    assert box is not None
    next(one for one in box.buttons() if one.text() == "Stay").click()
    await until(lambda: dialog.findChild(QMessageBox) is None)
    assert dialog.isVisible()
    await change(dialog, ', code: "string?"', "", until)
    dialog.reject()
    await until(lambda: not isValid(dialog) or not dialog.isVisible())


async def test_each_key_of_it_works_from_each_of_its_fields(dialog: SchemaDialog, until: Any) -> None:
    await change(dialog, '{ to: "string" }', '{ to: "string", weight: "integer" }', until)
    await until(dialog.found.isVisible)
    before = dialog.pane.editor.text()
    assert dead_keys(dialog, dialog.acts) == []
    assert dialog.pane.editor.text() == before


async def test_what_is_wrong_with_the_file_now_takes_the_place_of_what_was_and_goes_with_it(
    dialog: SchemaDialog, desk: Desk, until: Any
) -> None:
    told: list[Any] = []
    desk.noticed.connect(told.append)
    file = desk.workspace.project.root / "project.tsk"
    whole = file.read_text()
    await change(dialog, "What left the house", "What has left", until)
    for wrong, said in (('name: "', "E-STRING"), ("[[second", "E-SECTION")):
        file.write_text(f"{whole}{wrong}\n")
        desk.files_read.emit()
        await until(lambda said=said: said in dialog.found.toPlainText())
        await until(lambda: not desk.running())
    file.write_text(whole)
    desk.files_read.emit()
    await until(lambda: "fit" in dialog.stand.text())
    assert dialog.found.isHidden()
    assert told == []

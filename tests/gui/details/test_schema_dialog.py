"""The fields of an event are changed in sight of what is stored; nothing is saved before that is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
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


async def test_what_the_draft_leaves_out_is_said_beside_that_all_fit(
    dialog: SchemaDialog, until: Any
) -> None:
    await change(dialog, '{ to: "string" }', '{ weight: "integer" }', until)
    dialog.draft_upcast()
    await until(lambda: "reading" not in dialog.stand.text())
    assert dialog.stand.text().endswith("2 of 2 fit, without to")
    assert dialog.save.isEnabled()


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


async def test_V7_what_is_typed_at_the_end_joins_no_other_section(
    dialog: SchemaDialog, workspace: Workspace, until: Any
) -> None:
    await change(dialog, 'fields { to: "string" }\n', 'fields { to: "string" }\n# why', until)
    dialog.save.click()
    await until(lambda: workspace.design.state().undo == "Change the schema of parcel.sent")
    said = (workspace.project.root / "project.tsk").read_text()
    assert said == TEXT.replace("\n\n[command.send]", "\n# why\n\n[command.send]")


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
    event = '# What left the house\n[event.parcel.sent]\nfields { to: "string" }\n'
    await elsewhere(dialog, event, "")
    await until(dialog.banner.isVisible)
    assert "not in the project file any more" in dialog.banner.text
    dialog.banner.buttons[0].click()
    assert QApplication.clipboard().text() == dialog.pane.editor.text()


def kept(desk: Desk) -> str:
    found = desk.workspace.drafts.find("schema/parcel.sent")
    return str(found.content["now"]) if found is not None else ""


async def again(dialog: SchemaDialog, desk: Desk, until: Any, typed: str = "") -> SchemaDialog:
    """Leaves the dialog and opens it once more, as after a restart."""
    board, name = dialog.parentWidget(), dialog.name
    assert board is not None
    dialog.reject()
    await until(lambda: not isValid(dialog))
    made = SchemaDialog(board, desk, name, desk.workspace.design.state().text, typed, lambda _state: None)
    made.show()
    await until(lambda: "reading" not in made.stand.text())
    return made


async def test_V2_what_is_typed_and_not_saved_is_kept_and_there_again(
    dialog: SchemaDialog, desk: Desk, until: Any
) -> None:
    drafts, key = desk.workspace.drafts, "schema/parcel.sent"
    await change(dialog, '{ to: "string" }', '{ to: "string", code: "string?" }', until)
    assert 'code: "string?"' in kept(desk)
    dialog = await again(dialog, desk, until)
    assert 'code: "string?"' in dialog.pane.editor.text()
    assert dialog.drafts.isVisible()
    assert dialog.save.isEnabled()
    dialog.save.click()
    await until(lambda: drafts.find(key) is None)


async def test_V2_what_is_typed_is_joined_with_what_changed_since_and_can_be_discarded(
    dialog: SchemaDialog, desk: Desk, until: Any
) -> None:
    await change(dialog, '{ to: "string" }', '{ to: "string", code: "string?" }', until)
    await elsewhere(dialog, "# What left the house", "# What left the shop")
    dialog = await again(dialog, desk, until)
    assert "# What left the shop" in dialog.pane.editor.text()
    assert "code" in dialog.pane.editor.text()
    dialog.drafts.discard()
    assert (dialog.pane.dirty, desk.workspace.drafts.find("schema/parcel.sent")) == (False, None)


@pytest.mark.parametrize(("answer", "left"), [(0, "code"), (1, "title")])
async def test_V2_of_what_was_typed_here_and_in_the_details_one_is_taken_when_that_is_wanted(
    dialog: SchemaDialog, desk: Desk, until: Any, answer: int, left: str
) -> None:
    typed = dialog.pane.editor.text().replace('"string" }', '"string", title: "string?" }')
    await change(dialog, '{ to: "string" }', '{ to: "string", code: "string?" }', until)
    dialog = await again(dialog, desk, until, typed)
    assert not dialog.save.isEnabled()
    dialog.banner.buttons[answer].click()
    await until(dialog.save.isEnabled)
    assert left in dialog.pane.editor.text()
    assert left in kept(desk)


async def test_V2_what_is_typed_follows_the_event_to_another_name(
    dialog: SchemaDialog, desk: Desk, until: Any
) -> None:
    await change(dialog, '{ to: "string" }', '{ to: "string", code: "string?" }', until)
    await elsewhere(dialog, "parcel.sent", "parcel.posted")
    await until(lambda: dialog.windowTitle() == "Schema of parcel.posted")
    assert dialog.banner.isHidden()
    assert '[event.parcel.posted]\nfields { to: "string", code' in dialog.pane.editor.text()
    drafts = desk.workspace.drafts
    await until(lambda: drafts.find("schema/parcel.posted") is not None)
    assert drafts.find("schema/parcel.sent") is None
    dialog = await again(dialog, desk, until)
    assert "code" in dialog.pane.editor.text()
    await until(dialog.save.isEnabled)


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

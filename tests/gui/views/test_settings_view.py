"""The settings view: forms for all that a file can say, errors at fields, and saving that keeps the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMessageBox, QPushButton

from tests.gui.tree_rows import index_of, rows_of
from tests.services.conftest import full_disk
from workbench.gui.views.settings_view import SettingsView
from workbench.project.samples import PROJECT_FILE
from workbench.project.settings import Flags, Settings
from workbench.tusk import parse


@pytest.fixture
async def view(desk, qtbot):
    made = SettingsView(desk)
    qtbot.addWidget(made)
    made.resize(700, 700)
    made.show()
    return made


@pytest.fixture
def file(workspace):
    return workspace.project.root / "project.tsk"


def rows(view):
    return rows_of(view.outline)


def line(view, name):
    return next(one for one in view.part.form.findChildren(QLineEdit) if one.objectName() == name)


def type_into(view, name, text):
    widget = line(view, name)
    widget.setFocus()
    widget.selectAll()
    QTest.keyClicks(widget, text)


def press(widget, text):
    next(one for one in widget.findChildren(QPushButton) if one.text() == text).click()


async def ended(view):
    """Waits until what was given to be saved was loaded as it would be, and written or refused."""
    while view.saving:
        await asyncio.sleep(0.002)


async def answered(view, until, text):
    """Answers the question whether what was typed may be lost."""
    await until(lambda: view.findChild(QMessageBox))
    press(view.findChild(QMessageBox), text)
    await until(lambda: view.findChild(QMessageBox) is None)


async def saved(view):
    view.button.click()
    await ended(view)


async def test_it_lists_every_section_and_its_entries(view):
    shown = rows(view)
    assert list(shown) == [
        "Project", "Event store", "Message queue", "Topics", "Subscriptions", "Routing", "Routes", "CQRS",
    ]  # fmt: skip
    always = [
        name
        for name, field in Settings.model_fields.items()
        if field.annotation != dict[str, str] and not issubclass(getattr(Settings(), name).__class__, Flags)
    ]
    assert len(always) + 1 == len(shown)
    assert shown["Topics"] == ["user_events", "mail", "audit"]
    assert shown["Routes"] == ["created_users"]
    assert view.part.title.text() == "Project"
    assert not view.button.isEnabled()


async def test_it_shows_what_is_written_and_what_holds_where_nothing_is(view):
    view.outline.choose_path(("message_queue",))
    form = view.part.form
    assert line(view, "retry_delay").text() == "500ms"
    assert form.field("max_attempts").is_set
    assert not form.field("in_flight").is_set
    assert form.field("in_flight")._none.text() == "default: 16"
    assert view.part.place.text() == "project.tsk, line 11"


async def test_a_value_is_typed_looked_at_and_saved_without_touching_anything_else(view, file, desk, until):
    await until(view.isActiveWindow)
    before, saved = file.read_text(), []
    desk.project_saved.connect(lambda: saved.append(True))
    view.outline.choose_path(("event_store",))
    type_into(view, "snapshot_every", "25")
    assert view.said.text() == "Not saved: 1 line added, 1 removed."
    view.show_changes.setChecked(True)
    assert view.changes.isVisible()
    assert "+snapshot_every: 25" in view.changes.toPlainText().splitlines()
    QTest.keyClick(line(view, "snapshot_every"), Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await ended(view)
    assert file.read_text() == before.replace("snapshot_every: 10", "snapshot_every: 25")
    assert saved == [True]
    assert view.part.form.focused() == "snapshot_every", "one types on where one was"
    assert view.said.text() == "All changes are saved."
    assert not view.changes.isVisible()


async def test_V5_what_was_saved_is_undone_and_done_again_in_the_outline(view, file, until):
    before = file.read_text()
    view.outline.choose_path(("event_store",))
    type_into(view, "snapshot_every", "25")
    await saved(view)
    written = file.read_text()
    assert written != before
    undo, redo = view.steps.acts["undo"], view.steps.acts["redo"]
    await until(undo.refresh)
    undo.do()
    await until(lambda: file.read_text() == before)
    view.refresh()  # in a window the reload of the model leads to that
    await until(lambda: line(view, "snapshot_every").text() != "25")
    await until(redo.refresh)
    redo.do()
    await until(lambda: file.read_text() == written)


async def test_what_is_wrong_shows_at_its_field_and_is_not_saved(view, file):
    before = file.read_text()
    view.outline.choose_path(("message_queue",))
    type_into(view, "max_delay", "soon")
    view.outline.choose_path(("event_store",))
    assert view.said.text().endswith("1 thing is wrong.")
    await saved(view)
    assert file.read_text() == before
    assert view.outline.path() == ("message_queue",)
    assert view.part.form.field("max_delay").error().startswith("Should be a duration such as")
    type_into(view, "max_delay", "7s")
    await saved(view)
    assert file.read_text() == before.replace('max_delay: "5s"', 'max_delay: "7s"')


async def test_switching_a_setting_off_takes_its_line_away(view, file):
    before = file.read_text()
    view.outline.choose_path(("message_queue",))
    view.part.form.field("jitter")._toggle.click()
    await saved(view)
    assert file.read_text() == before.replace("jitter: 0.1\n", "")


async def test_a_topic_is_added_used_renamed_and_removed(view, file):
    before = file.read_text()
    view.outline.choose_path(("topics",))
    view.part.name.setText("news")
    view.part.add.click()
    assert view.outline.path() == ("topics", "news")
    view.outline.choose_path(("routing", "routes", "created_users"))
    view.part.form.set_value({"pattern": "user.created", "topics": ["user-events", "news"]})
    assert view._draft.problems == []
    view.outline.choose_path(("topics", "news"))
    view.part.key.setText("letters")
    view.part.rename.click()
    assert view.outline.path() == ("topics", "letters")
    await saved(view)
    after = before.replace('"user-events", "mail"]', '"user-events", "letters"]')
    assert file.read_text() == after.replace('name: "audit"\n}\n', 'name: "audit"\n}\nletters {}\n')
    view.outline.choose_path(("topics", "letters"))
    view.part.remove.click()
    assert rows(view)["Topics"] == ["user_events", "mail", "audit"]
    assert "the topic letters is not declared" in str(view._draft.problems[0])


async def test_a_name_that_is_taken_is_refused_in_words(view):
    view.outline.choose_path(("topics",))
    view.part.name.setText("mail")
    view.part.add.click()
    assert "topics.mail is there already" in view.banner.text
    assert not view._draft.dirty


async def test_a_mark_goes_with_the_mistake_that_was_discarded(view):
    view.outline.choose_path(("subscriptions", "welcome_mail"))
    type_into(view, "handler", "nobody")
    assert (
        index_of(view.outline, "welcome_mail").data(Qt.ItemDataRole.ToolTipRole) == "Something is wrong here"
    )
    view.discard.click()
    assert not index_of(view.outline, "welcome_mail").data(Qt.ItemDataRole.ToolTipRole)


async def test_changes_can_be_discarded(view, file):
    view.outline.choose_path(("project",))
    type_into(view, "name", "people")
    assert view.button.isEnabled()
    view.discard.click()
    assert line(view, "name").text() == "users"
    assert not view.button.isEnabled()


async def test_what_another_program_changed_elsewhere_stays(view, file):
    view.outline.choose_path(("project",))
    type_into(view, "name", "people")
    theirs = file.read_text() + "# theirs\n"
    file.write_text(theirs)
    view.refresh()
    assert not view.banner.isVisible()
    await saved(view)
    assert file.read_text() == theirs.replace('"users"', '"people"')
    assert not view.banner.isVisible()
    assert view._draft.original == file.read_bytes()


async def test_what_another_program_changed_in_the_same_section_is_not_overwritten(view, file, until):
    view.outline.choose_path(("project",))
    type_into(view, "name", "people")
    theirs = file.read_text().replace("[project]\n", "[project]\n# theirs\n").replace('"users"', '"theirs"')
    file.write_text(theirs)
    await saved(view)
    assert file.read_text() == theirs
    assert (
        "Nothing was written: project.tsk: [project] name changed in the file, and here" in view.banner.text
    )
    shown = view.banner.difference
    assert shown.isVisible()
    assert {'− name: "people"', '+ name: "theirs"'} <= set(shown.toPlainText().splitlines())
    press(view.banner, "Reload")
    await answered(view, until, "Discard")
    assert line(view, "name").text() == "theirs"
    assert not view.banner.isVisible()
    type_into(view, "name", "people")
    await saved(view)
    assert file.read_text() == theirs.replace('"theirs"', '"people"')


async def test_another_line_of_the_same_section_is_joined_and_shown_in_its_form(view, file):
    view.outline.choose_path(("project",))
    type_into(view, "name", "people")
    theirs = file.read_text().replace("format: 1\n", 'format: 1\ndescription: "theirs"\n')
    file.write_text(theirs)
    view.refresh()
    assert (line(view, "name").text(), view.banner.isVisible()) == ("people", False)
    type_into(view, "name", "persons")
    await saved(view)
    assert file.read_text() == theirs.replace('"users"', '"persons"')


@pytest.mark.parametrize("answer", ["Keep mine", "Take the other"])
async def test_V5_a_section_in_which_both_changed_a_key_is_asked_for_and_one_counts_as_a_whole(
    view, file, answer
):
    view.outline.choose_path(("project",))
    type_into(view, "name", "people")
    view.outline.choose_path(("event_store",))
    type_into(view, "snapshot_every", "20")
    theirs = file.read_text().replace("every: 10", "every: 30").replace('"full"', '"normal"')
    file.write_text(theirs)
    view.refresh()
    assert "project.tsk: [event_store] snapshot_every changed in the file, and here." in view.banner.text
    press(view.banner, answer)
    await asyncio.gather(*view.desk.running())
    assert not view.banner.isVisible()
    await saved(view)
    both = theirs.replace('"users"', '"people"')
    mine = both.replace("every: 30", "every: 20").replace('"normal"', '"full"')
    assert file.read_text() == (mine if answer == "Keep mine" else both)


async def test_who_changed_the_file_is_said(view, file, workspace):
    view.outline.choose_path(("project",))
    type_into(view, "name", "people")

    def change(text):
        return text.with_project(parse(text.project.text.replace('"users"', '"ours"'), PROJECT_FILE))

    await asyncio.to_thread(workspace.design.apply, "Change", change)
    view.refresh()
    assert view.banner.text.startswith("Another view of this window changed project.tsk")
    file.write_text(file.read_text().replace('"ours"', '"theirs"'))
    view.refresh()
    assert view.banner.text.startswith("Another program changed project.tsk")


async def test_it_follows_the_file_unless_something_was_typed(view, file):
    file.write_text(file.read_text().replace('"users"', '"people"'))
    view.refresh()
    assert line(view, "name").text() == "people"
    type_into(view, "name", "mine")
    file.write_text(file.read_text().replace('"people"', '"theirs"'))
    view.refresh()
    assert line(view, "name").text() == "mine"
    assert view.banner.isVisible()


async def test_a_model_that_is_loaded_anew_leaves_the_form_alone(view):
    form = view.part.form
    view.refresh()
    assert view.part.form is form


async def test_a_file_that_cannot_be_read_is_told_with_its_places(view, file):
    before = file.read_text()
    file.write_text("[project\n")
    view.refresh()
    said = [label.text() for label in view._broken.findChildren(type(view.part.place))]
    assert any("project.tsk:1:1: E-SECTION the closing ] is missing" in text for text in said)
    file.write_text(before)
    press(view._broken, "Try again")
    assert view.part.title.text() == "Project"


def offered(view, text):
    """The action of the outline that its menu calls so, for what is chosen; None where it has none."""
    found = [one for one in view.outline.actions() if one.text() == text and one.isVisible()]
    return found[0] if found else None


async def test_the_outline_adds_renames_and_removes_blocks(view):
    view.outline.choose_path(("subscriptions",))
    assert offered(view, "Rename …") is None
    assert offered(view, "Remove") is None
    offered(view, "Add …").trigger()
    assert view.part.name.hasFocus()
    QTest.keyClicks(view.part.name, "extra")
    QTest.keyClick(view.part.name, Qt.Key.Key_Return)
    assert view.outline.path() == ("subscriptions", "extra")
    view.outline.setFocus()
    QTest.keyClick(view.outline, Qt.Key.Key_F2)
    assert (view.part.key.hasFocus(), view.part.key.selectedText()) == (True, "extra")
    view.outline.setFocus()
    offered(view, "Add …").trigger()
    assert (view.outline.path(), view.part.name.hasFocus()) == (("subscriptions",), True)
    view.outline.choose_path(("subscriptions", "extra"))
    view.outline.setFocus()
    QTest.keyClick(view.outline, Qt.Key.Key_Delete)
    assert "extra" not in rows(view)["Subscriptions"]


async def test_a_section_of_the_outline_has_nothing_to_add_or_remove(view):
    view.outline.choose_path(("subscriptions",))
    view.outline.choose_path(("project",))
    assert view.outline.path() == ("project",)
    assert [offered(view, text) for text in ("Add …", "Rename …", "Remove")] == [None] * 3
    assert offered(view, "Copy text")


async def test_where_a_scenario_cannot_be_written_the_rest_of_the_settings_is_a_draft(
    view, file, desk, until, monkeypatch
):
    told, replaced = [], Path.replace
    desk.noticed.connect(told.append)

    def full(path, target):
        if "scenarios" in str(target):
            full_disk()
        return replaced(path, target)

    topic = ("topics", "audit")
    view._draft = view._draft.changed(topic, {**view._draft.part(topic).values, "name": "ledger"})
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", full)
        view._write(insist=True)
        await ended(view)
    (said,) = told
    assert said.text.startswith(
        "Not saved, but kept as a draft: project.tsk is written, scenarios/mail.tsk is not: "
    )
    assert "ledger" in file.read_text()
    assert 'topic: "audit"' in (file.parent / "scenarios" / "mail.tsk").read_text()
    assert not view._draft.dirty
    said.actions[0][1]()
    await until(lambda: 'topic: "ledger"' in (file.parent / "scenarios" / "mail.tsk").read_text())
    assert desk.workspace.design.state().undo == "Change settings"

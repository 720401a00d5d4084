"""Saving settings: what would not open is not written, what is stored is accounted for, typing goes on."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.views.test_settings_view import answered, ended, file, line, press, saved, type_into, view
from tests.services.conftest import running
from workbench.gui.views import setting_drafts
from workbench.project.samples import copy_sample

__all__ = ["file", "view"]  # fixtures


@pytest.fixture
async def workspace(tmp_path):
    async with running(copy_sample("users-declared", tmp_path / "declared")) as made:
        yield made


async def test_what_would_not_open_is_shown_with_its_places_and_not_written(view, file):
    before = file.read_bytes()
    view.outline.choose_path(("topics", "audit"))
    view.part.remove.click()
    view.outline.choose_path(("subscriptions", "audit_file"))
    type_into(view, "topic", "mail")
    await saved(view)
    assert "Nothing was written" in view.banner.text
    assert "there is no topic audit" in view.banner.text
    assert "project.tsk:" in view.banner.text
    assert file.read_bytes() == before
    assert view.unsaved()


async def test_a_topic_is_renamed_for_all_who_publish_to_it(view, file, workspace):
    view.outline.choose_path(("topics", "audit"))
    type_into(view, "name", "book")
    await saved(view)
    text = file.read_text()
    assert text.count('publish: "book"') == 3
    assert 'publish: "audit"' not in text
    assert 'topic: "book"' in (file.parent / "scenarios" / "mail.tsk").read_text()
    await workspace.model_reload.check()
    assert "book" in workspace.registry.topics


async def test_what_is_stored_under_the_old_name_is_said_before_it_is_saved(view, file, workspace):
    values = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    await workspace.running().settle()
    before = file.read_bytes()
    view.outline.choose_path(("topics", "audit"))
    type_into(view, "name", "book")
    await saved(view)
    assert "Topic audit: 2 messages published to it stay" in view.banner.text
    assert file.read_bytes() == before
    press(view.banner, "Save anyway")
    await ended(view)
    assert file.read_bytes() != before
    assert not view.banner.isVisible()


async def test_scenarios_that_would_break_are_said_and_one_can_insist(view, file):
    before = file.read_bytes()
    view.outline.choose_path(("subscriptions", "welcome_mail"))
    view.part.remove.click()
    assert "Subscription welcome-mail: its cursor" in view.banner.text
    await saved(view)
    assert "scenarios/mail.tsk:" in view.banner.text
    assert file.read_bytes() == before
    press(view.banner, "Save anyway")
    await ended(view)
    assert file.read_bytes() != before


async def test_V2_one_types_on_while_it_is_saved(view, file, until):
    await until(view.isActiveWindow)
    view.outline.choose_path(("project",))
    type_into(view, "name", "Ada Love")
    widget = line(view, "name")
    QTest.keyClick(widget, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert view.saving
    QTest.keyClicks(widget, "la")
    await ended(view)
    assert 'name: "Ada Love"' in file.read_text()
    assert line(view, "name") is widget
    QTest.keyClicks(widget, "ce")
    assert widget.text() == "Ada Lovelace"
    assert view.said.text() == "Not saved: 1 line added, 1 removed."
    await saved(view)
    assert 'name: "Ada Lovelace"' in file.read_text()
    assert (widget.hasFocus(), widget.cursorPosition()) == (True, 12)
    assert view.unsaved() == ""


async def test_V2_what_another_program_saved_does_not_touch_where_one_types(view, file, desk, until):
    await until(view.isActiveWindow)
    view.outline.choose_path(("project",))
    widget = line(view, "name")
    widget.setFocus()
    widget.setCursorPosition(2)
    file.write_text(file.read_text() + "\n# theirs\n")
    view.refresh()
    assert line(view, "name") is widget
    assert (widget.hasFocus(), widget.cursorPosition()) == (True, 2)
    assert view._draft.original == file.read_bytes()


async def test_V2_a_draft_of_an_older_file_is_shown_and_keeps_what_the_newer_one_says(desk, file, qtbot):
    from workbench.gui.views.settings_view import SettingsView

    first = SettingsView(desk)
    qtbot.addWidget(first)
    first.show()
    first.catch_up()
    first.outline.choose_path(("project",))
    type_into(first, "name", "mine")
    first.hide()
    theirs = file.read_text() + "\n# theirs\n"
    file.write_text(theirs)
    again = SettingsView(desk)
    qtbot.addWidget(again)
    again.show()
    again.catch_up()
    assert again.drafts.isVisible()
    assert line(again, "name").text() == "mine"
    assert not again.banner.isVisible(), "it is joined with what the file says now"
    await saved(again)
    assert file.read_text() == theirs.replace('"users-declared"', '"mine"')


async def test_V2_loading_the_file_anew_asks_before_what_was_typed_is_lost(view, file, workspace, until):
    view.outline.choose_path(("project",))
    type_into(view, "name", "mine")
    view.outline.choose_path(("topics", "audit"))
    view.part.key.setText("")
    QTest.keyClicks(view.part.key, "people")
    file.write_text(file.read_text().replace('name: "users', 'name: "theirs'))
    view.refresh()
    press(view.banner, "Reload")
    await answered(view, until, "Stay")
    assert view.part.key.text() == "people"
    assert workspace.drafts.find("settings") is not None
    press(view.banner, "Reload")
    await answered(view, until, "Discard")
    assert view.part.key.text() == "audit"
    assert workspace.drafts.find("settings") is None


async def test_V2_what_was_typed_is_discarded_where_the_file_is_gone(view, file, workspace):
    type_into(view, "name", "mine")
    assert workspace.drafts.find("settings") is not None
    file.unlink()
    view.discard.click()
    assert workspace.drafts.find("settings") is None


async def test_V2_a_name_that_is_not_applied_is_not_called_saved(view):
    view.outline.choose_path(("topics", "audit"))
    view.part.key.setText("")
    QTest.keyClicks(view.part.key, "people")
    assert view.unsaved()
    assert view.said.text() == "1 name is typed and not applied."
    view.discard.click()
    assert not view.unsaved()
    assert view.said.text() == "All changes are saved."


async def test_V4_what_becomes_of_what_is_stored_is_read_beside_the_loop(view, monkeypatch):
    threads, read = [], setting_drafts.consequences

    def noted(*args):
        threads.append(threading.get_ident())
        return read(*args)

    monkeypatch.setattr(setting_drafts, "consequences", noted)
    view.outline.choose_path(("topics", "audit"))
    type_into(view, "name", "book")
    view.part.renamed.emit("other")
    while view.desk.running():
        await asyncio.gather(*view.desk.running())
        await asyncio.sleep(0)  # what has ended is taken from the list in a turn of its own
    await saved(view)
    assert len(threads) == 2
    assert threading.get_ident() not in threads

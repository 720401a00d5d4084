"""A window whose project changes on the disk: what it shows, asks and keeps."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit

from tests.gui.test_session import notices, press, settings, start
from workbench.errors import StoreFull
from workbench.gui.live_project import STOPPED
from workbench.project.samples import copy_sample
from workbench.services.design import gestures
from workbench.services.design.gestures import DesignNode

__all__ = ["settings", "start"]  # fixtures


@pytest.fixture
async def window(start, tmp_path):
    folder = copy_sample("users", tmp_path / "mine")
    session = await start((folder, ""))
    session.folder = folder
    return session


def change(session, name, old, new):
    path = session.folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


async def test_a_saved_project_file_takes_over_by_itself(window, until):
    engine = window.workspace.engine
    change(window, "project.tsk", 'name: "users"\n', 'name: "people"\n')
    await until(lambda: window.workspace.engine is not engine)
    await until(lambda: notices(window) == ["The project was reloaded."])
    assert window.window.windowTitle() == "people — Event Workbench"


async def test_a_step_on_the_board_is_taken_over_without_a_word(window, until):
    board, engine = window.window.views["board"], window.workspace.engine
    changed = partial(gestures.made, kind="topic", name="news")
    board.editor.do("Add topic news", changed, lambda: None)
    await until(lambda: "news" in window.workspace.registry.topics)
    await until(lambda: not window.desk.running())
    assert window.workspace.engine is not engine
    assert notices(window) == []


async def test_what_is_wrong_is_shown_where_it_is_and_goes_when_it_is_mended(window, until):
    engine = window.workspace.engine
    change(
        window,
        "project.tsk",
        'topic: "mail"\n    handler: "send_welcome"',
        'topic: "male"\n    handler: nobody',
    )
    await until(lambda: notices(window))
    (said,) = notices(window)
    assert said.splitlines() == [
        "The project was not reloaded; the previous model keeps running.",
        'project.tsk:34:14: E-QUOTES nobody needs quotes (write "nobody")',
    ]
    assert window.workspace.engine is engine
    window.window.notices.cards()[0].leave()
    await until(lambda: notices(window) == [])
    sign = window._status.older  # it stays, whatever becomes of the notice
    assert sign.isVisible()
    assert sign.text().startswith("Older model runs since ")
    assert sign.text().endswith(": 1 mistake")
    sign.click()
    assert notices(window) == [said]
    text = window.window.views["text"]
    await until(lambda: text.page is not None and text.page.editor.textCursor().blockNumber() == 33)
    change(
        window,
        "project.tsk",
        'topic: "male"\n    handler: nobody',
        'topic: "mail"\n    handler: "send_welcome"',
    )
    await until(lambda: notices(window) == ["The project was reloaded."])
    assert not sign.isVisible()


async def test_a_mistake_in_another_file_than_the_texts_is_opened_with_what_the_system_has(
    window, until, monkeypatch
):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    change(window, "domain.py", "class CreateUser(Command):", "class CreateUser(Nobody):")
    await until(lambda: notices(window))
    press(window, "Trust and reload")
    await until(lambda: any("Nobody" in said for said in notices(window)))
    press(window, "Open domain.py")
    assert opened == [QUrl.fromLocalFile(str(window.folder / "domain.py"))]


async def test_changed_python_asks_and_the_form_is_made_anew_with_what_was_typed(window, until):
    view = window.window.views["commands"]
    window.bring("commands")
    window.desk.command_wanted.emit("create_user")

    def field(name):
        return next((line for line in view.findChildren(QLineEdit) if line.objectName() == name), None)

    await until(lambda: field("username") is not None)
    field("username").setText("Ada")
    change(
        window,
        "domain.py",
        "class CreateUser(Command):",
        "class CreateUser(Command):\n    nickname: str = ''\n",
    )
    await until(lambda: notices(window))
    assert notices(window) == [
        "domain.py changed what Python would run. Until you trust it, the previous model keeps running."
    ]
    assert field("nickname") is None
    assert window._status.older.text().endswith(": not trusted")
    press(window, "Trust and reload")
    await until(lambda: field("nickname") is not None)
    assert field("username").text() == "Ada"
    assert notices(window) == ["The project was reloaded."]


async def test_changes_are_trusted_without_a_question_only_if_the_person_says_so(window, until):
    change(window, "domain.py", '"""Users', '"""Users, one')
    await until(lambda: notices(window))
    engine = window.workspace.engine
    press(window, "Trust changes while open")
    await until(lambda: window.workspace.engine is not engine)
    engine = window.workspace.engine
    change(window, "domain.py", '"""Users, one', '"""Users, two')
    await until(lambda: window.workspace.engine is not engine)
    await until(lambda: notices(window) == ["The project was reloaded."])


async def test_another_store_waits_until_it_is_opened_again(window, until):
    change(window, "project.tsk", "data/events.db", "data/other.db")
    await until(lambda: notices(window))
    (said,) = notices(window)
    assert said.endswith("The store is open, so the store's path will count when it is opened again.")
    first = window.workspace
    press(window, "Open again")
    await until(lambda: window.workspace not in (None, first))
    assert window.workspace.store.place.endswith("other.db")


async def test_a_closed_project_is_not_read_again(window, until):
    live = window.live
    await window.close_project()
    assert window.live is None
    assert isinstance(live, QObject)
    change(window, "project.tsk", 'name: "users"\n', 'name: "people"\n')
    assert notices(window) == []


async def test_V3_verdicts_stand_in_the_status_bar_and_follow_the_files(window, until):
    said = window._status.scenarios
    await until(lambda: said.text().endswith("not run"))
    said.click()
    view = window.window.views["scenarios"]
    await until(view.isVisible)
    view.run_all.click()
    await until(lambda: said.text() == "23 passed")
    scenarios = window.folder / "scenarios"
    first = min(scenarios.glob("*.tsk"))
    first.write_text(
        first.read_text().replace("then:", "then :", 1) + '\n"A new one" { when: [] then: [] }\n'
    )
    await until(lambda: said.text() != "23 passed")


async def test_F4_an_engine_that_a_reload_could_not_start_is_said_and_the_reload_is_done_later(
    window, until, monkeypatch
):
    store = window.workspace.store
    write = store.write

    def full(_operations):
        raise StoreFull("the disk is full")

    monkeypatch.setattr(store, "write", full)
    change(window, "project.tsk", 'name: "users"\n', 'name: "people"\n')
    await window.live.check()
    assert notices(window)[-1].splitlines() == [STOPPED, "the disk is full"]
    monkeypatch.setattr(store, "write", write)
    await window.workspace.resume()
    await until(lambda: notices(window)[-1] == "The project was reloaded.")
    assert window.workspace.project.name == "people"


NOTE = """

[aggregate.note]
[event.note.made]
[command.note_down]
creates: "note"
fields { id: "string", size: "integer?" }
refuse { large { when: "command.size > 9", message: "too large" } }
emit: "note.made"
"""


async def test_what_may_fail_for_some_data_is_told_and_the_new_model_runs(window, until):
    change(window, "project.tsk", "format: 1\n", f"format: 1\n{NOTE}")
    await until(lambda: "note_down" in window.workspace.registry.commands)
    await until(lambda: len(notices(window)) == 2)
    said = notices(window)[1]
    assert "command.size may be null, and > does not take null" in said
    assert not window._status.older.isVisible()
    press(window, "Open project.tsk")
    text = window.window.views["text"]
    await until(
        lambda: text.page is not None and [one.warning for one in text.page.editor.mistakes] == [True]
    )
    assert "1 warning" in text.said.text()
    change(window, "project.tsk", "command.size > 9", "command.size != null && command.size > 9")
    await until(lambda: "No warning is left." in notices(window))


async def test_what_is_designed_here_is_not_told_and_what_others_change_is(start, until, tmp_path):
    window = await start((copy_sample("users-declared", tmp_path / "mine"), ""))
    window.folder = tmp_path / "mine"
    workspace, before = window.workspace, window.workspace.registry
    user = DesignNode("aggregate", "user")
    made = partial(gestures.made, kind="event", name="user.greeted", after=user)
    await asyncio.to_thread(workspace.design.apply, "Add user.greeted", made)
    window.live.look()
    await until(lambda: workspace.registry is not before)
    assert workspace.design.is_running()
    assert notices(window) == []
    change(window, "project.tsk", "user.greeted", "user.welcomed")
    await until(lambda: "user.welcomed" in " ".join(notices(window)))
    assert not workspace.design.is_running()


async def test_J4_rows_of_an_older_definition_are_rebuilt_from_the_notice(start, until, tmp_path):
    window = await start((copy_sample("users-declared", tmp_path / "mine"), ""))
    window.folder, workspace = tmp_path / "mine", window.workspace
    values = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    await workspace.running().settle()
    change(window, "project.tsk", "[projection.users]\n", "[projection.users]\nversion: 2\n")
    said = "The project was reloaded: stale until rebuilt: projection users."
    await until(lambda: notices(window) == [said])
    assert any(view.stale for view in workspace.monitor.projections())
    press(window, "Rebuild")
    await until(lambda: not any(view.stale for view in workspace.monitor.projections()))


async def test_what_becomes_of_rows_is_told_also_where_it_is_designed_here(start, until, tmp_path):
    window = await start((copy_sample("users-declared", tmp_path / "mine"), ""))
    workspace = window.workspace

    async def add(line: str) -> None:
        made = partial(gestures.with_field, node=DesignNode("projection", "users"), line=line)
        before = workspace.registry
        await asyncio.to_thread(workspace.design.apply, "Add field", made)
        window.live.look()
        await until(lambda: workspace.registry is not before)

    await add("nickname: text")
    await until(lambda: not window.desk.running())
    assert notices(window) == [], "nothing is stored: there is nothing to rebuild"
    values = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    await workspace.running().settle()
    await add("title: text")
    said = "Read models: rebuilt, as their columns changed: projection users."
    await until(lambda: notices(window) == [said])

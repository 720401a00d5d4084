"""What a person typed and did not send: every way to lose it, in the whole window (V2)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QPushButton

from tests.gui.conftest import settle
from tests.gui.test_session import settings, start
from workbench.gui.desk import Selection
from workbench.gui.drafts import DraftKeeper
from workbench.gui.unsaved_design import offer_unsaved_design
from workbench.gui.views.letter_actions import EDIT
from workbench.gui.views.publish_dialog import PublishDialog, open_publish
from workbench.gui.views.record_dialog import RecordDialog
from workbench.gui.views.reset_dialog import ResetDialog
from workbench.project.samples import copy_sample
from workbench.services.project.draft_files import DraftFiles, KeptDraft
from workbench.services.search.search_query import SearchQuery

__all__ = ["settings", "start"]  # fixtures

FIXED = '{"email": "ann@example.org"}'


@pytest.fixture
async def session(start, tmp_path, until):
    folder = copy_sample("users", tmp_path / "mine")
    project = folder / "project.tsk"
    project.write_text(project.read_text().replace('retry_delay: "500ms"', 'retry_delay: "20ms"'))
    made = await start((folder, ""), trust=True)
    await made.workspace.commands.issue("report_outage", {"domain": "slow.example"})
    for name in ("ann", "bob"):
        values = {"user_id": name, "username": name * 2, "email": f"{name}@x.invalid"}
        await made.workspace.commands.issue("create_user", values)
        await settle(made.workspace)
    made.folder = folder
    made.window.activateWindow()
    await until(made.window.isActiveWindow)
    return made


def view(session, name):
    session.bring(name)
    return session.window.views[name]


class Letter:
    """The corrected copy of a dead letter."""

    key = "letters"

    @staticmethod
    def type(session):
        letters = view(session, "letters")
        letters.table.choose_index(0)
        letters.begin(EDIT)
        area = letters.detail.editor.area
        area.selectAll()
        QTest.keyClicks(area, FIXED)

    @staticmethod
    def typed(session):
        letters = view(session, "letters")
        letters.table.choose_index(0)
        letters.begin(EDIT)
        return letters.detail.editor.text()

    wanted = FIXED


class Form:
    """A command's form that is half filled in."""

    key = "commands"

    @staticmethod
    def type(session):
        commands = view(session, "commands")
        commands.show_command("create_user")
        line = commands.findChild(QLineEdit, "username")
        line.setFocus()
        QTest.keyClicks(line, "Ada Love")
        commands.check.click()

    @staticmethod
    def typed(session):
        commands = view(session, "commands")
        commands.show_command("create_user")
        line = commands.findChild(QLineEdit, "username")
        return line.text(), commands.check.isChecked(), commands.expected.text()

    wanted = ("Ada Love", True, "0")


class Settings:
    """A setting that is not saved, and a name that is not given."""

    key = "settings"

    @staticmethod
    def type(session):
        shown = view(session, "settings")
        shown.outline.choose_path(("event_store",))
        line = shown.part.form.findChild(QLineEdit, "snapshot_every")
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, "25")
        shown.outline.choose_path(("topics",))
        QTest.keyClicks(shown.part.name, "new")

    @staticmethod
    def typed(session):
        shown = view(session, "settings")
        shown.outline.choose_path(("topics",))
        name = shown.part.name.text()
        shown.outline.choose_path(("event_store",))
        return name, shown.part.form.findChild(QLineEdit, "snapshot_every").text(), shown.said.text()

    wanted = ("new", "25", "Not saved: 1 line added, 1 removed. 1 name is typed and not applied.")


PLACES = (Letter, Form, Settings)


async def another_project(session, until):
    await session.open((None, "orders"))
    await session.open((session.folder, ""), trust=True)


async def reopened(session, until):
    await session.open((session.folder, ""), trust=True)


async def reloaded(session, until):
    project = session.folder / "project.tsk"
    engine = session.workspace.engine
    project.write_text(project.read_text().replace('\nname: "users"\n', '\nname: "people"\n', 1))
    await until(lambda: session.workspace.engine is not engine)


async def refreshed(session, until):
    session.refresh()
    values = {"user_id": "eve", "username": "Eve Eve", "email": "eve@example.org"}
    await session.workspace.commands.issue("create_user", values)
    await settle(session.workspace)


async def arranged(session, until):
    for name in ("Design", "Test", "Repair", "Run"):
        session.window.show_perspective(name)


async def closed_dock(session, until):
    for dock in session.window.docks.values():
        dock.close()


async def other_things_chosen(session, until):
    letters, commands, shown = (view(session, name) for name in ("letters", "commands", "settings"))
    letters.table.choose_index(1)
    letters._chosen(letters.table.current_row())
    letters.statuses.setCurrentIndex(2)
    letters.statuses.setCurrentIndex(0)
    commands.show_command("change_status")
    shown.outline.choose_path(("project",))


async def escaped(session, until):
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)


WAYS = (
    another_project,
    reopened,
    reloaded,
    refreshed,
    arranged,
    closed_dock,
    other_things_chosen,
    escaped,
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", PLACES)
async def test_V2_what_was_typed_is_still_there(session, until, place, way):
    place.type(session)
    shown = session.window.views[place.key]
    assert shown.unsaved()
    assert session.window.docks[place.key].windowTitle().endswith(" •")
    await way(session, until)
    assert place.typed(session) == place.wanted


@pytest.mark.parametrize("place", PLACES)
async def test_V2_what_was_typed_outlives_a_kill(session, until, place):
    place.type(session)
    folder = session.workspace.drafts.folder
    await until(lambda: list(folder.glob("*.json")))
    # What a kill leaves is what stands on the disk now; nothing is written at the end.
    session.workspace.drafts.write = lambda: None
    await session.open((session.folder, ""), trust=True)
    assert place.typed(session) == place.wanted


async def test_V2_what_is_looked_for_and_the_chosen_cause_outlive_a_restart(session, until):
    letters, search = view(session, "letters"), view(session, "search")
    search.show_query(SearchQuery(words="ann", where="has(data.email)", since="-7d"))
    search.bar.where.setPlainText("data.email ==")  # not finished
    view(session, "letters")
    letters.finder.words.setText("invalid")
    letters.finder.where.setText("has(data.email)")
    letters.finder.then.say("size(data.email) > 3")
    letters.finder.by.setCurrentText("data.email")
    letters.finder.by.settled.emit()
    await until(lambda: len(letters.groups.model().nodes) == 5)
    letters.groups.setCurrentIndex(letters.groups.model().index(3))
    chosen = letters.groups.node()
    assert [chip[0] for chip in chosen.chips] == ["data.email"]
    session.desk.select(Selection(letter=chosen.numbers[0], subscription="welcome-mail"))
    await reopened(session, until)
    assert session.desk.selection == Selection(subscription="welcome-mail"), "the letter may be gone by then"
    letters, search = view(session, "letters"), view(session, "search")
    again = SearchQuery(words="ann", where="data.email ==", since="-7d")
    await until(lambda: search.bar.query() == again)
    view(session, "letters")
    await until(lambda: letters.groups.node() == chosen)
    assert (letters.finder.words.text(), letters.finder.where.text()) == ("invalid", "has(data.email)")
    assert (letters.finder.by.said(), letters.finder.then.said()) == ("data.email", "size(data.email) > 3")
    assert letters.replayable(chosen) == chosen.numbers
    session.desk.select(Selection(subscription="users"))
    session.desk.select(Selection(subscription="welcome-mail"))
    await until(lambda: letters.groups.node() != chosen)


async def test_V2_a_cause_that_was_chosen_is_not_widened_by_a_restart(session, until):
    letters = view(session, "letters")
    await until(lambda: len(letters.groups.model().nodes) > 2)
    letters.groups.setCurrentIndex(letters.groups.model().index(2))
    chosen = letters.groups.node()
    assert chosen.cause is not None
    session.desk.select(Selection(letter=chosen.numbers[0], subscription="welcome-mail"))
    await reopened(session, until)
    letters = view(session, "letters")
    await until(lambda: letters.groups.node().identity == chosen.identity)
    await until(lambda: letters.table.model().rowCount() == len(chosen.numbers))
    letters.groups.choose("welcome-mail")
    session.desk.select(Selection(subscription="users"))
    assert letters.groups.node().subscription == ""


@pytest.mark.parametrize("place", PLACES)
async def test_V2_a_restored_draft_says_so_and_can_be_discarded(session, until, place):
    place.type(session)
    await reopened(session, until)
    place.typed(session)
    shown = session.window.views[place.key]
    strip = (shown.detail.editor if place is Letter else shown).drafts
    assert strip.isVisible()
    assert strip.text.startswith("Draft of ")
    next(one for one in strip.findChildren(QPushButton) if one.text() == "Discard").click()
    assert not strip.isVisible()
    assert shown.unsaved() == ""
    assert not session.window.docks[place.key].windowTitle().endswith("•")
    assert place.typed(session) != place.wanted
    await session.desk.write_drafts()
    assert list(session.workspace.drafts.folder.glob("*.json")) == []


async def test_V2_the_mark_of_what_was_typed_is_that_of_the_form_that_is_shown(session, until):
    commands = view(session, "commands")
    commands.show_command("create_user")
    commands._form.set_value({"user_id": "eve"})
    dock = session.window.docks["commands"]
    assert dock.windowTitle().endswith("•")
    commands.show_command("change_status")
    assert not dock.windowTitle().endswith("•")
    commands.show_command("create_user")
    assert dock.windowTitle().endswith("•")


async def test_V2_what_was_sent_is_no_draft_any_more(session, until):
    commands = view(session, "commands")
    commands.show_command("create_user")
    commands._form.set_value({"user_id": "eve", "username": "Eve Eve", "email": "eve@example.org"})
    assert commands.unsaved()
    commands.send()
    await until(lambda: not commands.unsaved())
    assert commands._form.value()["user_id"] == "eve", "it stays, for the next one"


async def test_V2_what_was_refused_stays_a_draft(session, until):
    commands = view(session, "commands")
    commands.show_command("create_user")
    commands._form.set_value({"user_id": "ann", "username": "Ann Anna", "email": "ann@example.org"})
    commands.send()
    await until(commands.result.isVisible)
    assert commands.unsaved()


async def test_V2_a_copy_of_another_command_can_be_taken_back(session, until):
    Form.type(session)
    commands = session.window.views["commands"]
    record = next(one for one in session.workspace.commands.history(limit=9) if one.type == "create_user")
    commands.copy(record)
    assert commands.findChild(QLineEdit, "username").text() == "bobbob"
    (card,) = session.window.notices.stops()
    next(one for one in card.buttons if one.text() == "Bring it back").click()
    assert Form.typed(session) == Form.wanted


async def test_V2_a_stream_that_is_chosen_does_not_touch_what_one_types(session, until):
    commands = view(session, "commands")
    commands.show_command("change_status")
    line = commands.findChild(QLineEdit, "user_id")
    line.setFocus()
    session.desk.select(Selection(stream="user-ann"))
    assert line.text() == "", "one is just about to type there"
    QTest.keyClicks(line, "bo")
    session.desk.select(Selection(stream="user-bob"))
    QTest.keyClicks(line, "b")
    assert line.text() == "bob"


async def test_V2_a_letter_that_leaves_does_not_close_the_copy_that_is_edited(session, until):
    Letter.type(session)
    letters = session.window.views["letters"]
    editor = letters.detail.editor
    number, fixed = editor.number(), editor._letter.data.replace("x.invalid", "x.example")
    editor.area.setPlainText(fixed)
    await session.workspace.dead_letters.purge([number])
    letters.refresh()
    letters.detail.show_letter(None)
    assert letters.detail.editing()
    await until(lambda: not editor.send.isEnabled())
    assert editor.send.toolTip() != "", "it says why"
    assert letters.detail.editing()
    assert editor.text() == fixed


async def test_V2_a_copy_that_was_replayed_is_no_draft_any_more(session, until):
    Letter.type(session)
    letters = session.window.views["letters"]
    editor = letters.detail.editor
    editor.area.setPlainText(editor._letter.data.replace("x.invalid", "x.example"))
    assert letters.unsaved()
    editor._send()
    await until(lambda: not letters.unsaved())
    assert not letters.detail.editing()
    assert QApplication.focusWidget() is letters.table


async def test_V2_a_reset_of_the_copy_can_be_undone(session, until):
    Letter.type(session)
    editor = session.window.views["letters"].detail.editor
    editor._begin_again()
    assert editor.text() != FIXED
    editor.area.undo()
    assert editor.text() == FIXED


def open_reset(session):
    subscriptions = view(session, "subscriptions")
    subscriptions.table.choose_index(0)
    subscriptions._chosen(subscriptions.table.current_row())
    subscriptions.buttons["reset"].click()
    return subscriptions.findChild(ResetDialog)


async def test_V2_escape_in_the_dialog_that_publishes_loses_nothing(session, until):
    dialog = open_publish(session.window, session.desk, "mail")
    line = dialog.form.findChild(QLineEdit, "key")
    QTest.keyClicks(line, "half")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    await until(lambda: session.window.findChild(PublishDialog) is None)
    await reopened(session, until)
    again = open_publish(session.window, session.desk, "mail")
    assert again.form.findChild(QLineEdit, "key").text() == "half"
    assert again.drafts.isVisible()
    again.publish()
    await until(again.outcome.isVisible)
    assert not again.drafts.holds
    again.close()
    await until(lambda: session.window.findChild(PublishDialog) is None)
    other = open_publish(session.window, session.desk, "audit")
    assert other.form.findChild(QLineEdit, "key").text() == "", "each topic has its own"
    other.close()


async def test_V2_escape_in_the_dialog_that_resets_loses_nothing(session, until):
    dialog = open_reset(session)
    QTest.keyClicks(dialog.position, "1")
    QTest.keyClick(dialog.position, Qt.Key.Key_Escape)
    await until(lambda: session.window.findChild(ResetDialog) is None)
    again = open_reset(session)
    assert again.position.text() == "1"
    assert again.drafts.isVisible()
    QTest.keyClick(again.position, Qt.Key.Key_Escape)
    await until(lambda: session.window.findChild(ResetDialog) is None)


async def test_V2_escape_in_the_dialog_that_records_loses_nothing(session, until):
    timeline = view(session, "timeline")
    session.desk.select(Selection(stream="user-ann", version=1))
    for expected in ("", "A sentence"):
        timeline.acts["record_scenario"].trigger()
        await until(lambda: timeline.findChild(RecordDialog))
        dialog = timeline.findChild(RecordDialog)
        if expected:
            assert dialog.name.text() == expected
            assert dialog.drafts.isVisible()
        dialog.name.setText("A sentence")
        QTest.keyClick(dialog.name, Qt.Key.Key_Escape)
        await until(lambda: timeline.findChild(RecordDialog) is None)


def fail(monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.services.project.draft_files.replace_file", full)


async def box(session, until):
    await until(lambda: session.window.findChild(QMessageBox))
    return session.window.findChild(QMessageBox)


@pytest.mark.parametrize("leave", ["open", "quit"])
async def test_V2_where_nothing_can_be_kept_one_is_asked(session, until, monkeypatch, leave):
    Form.type(session)
    with monkeypatch.context() as patch:
        fail(patch)
        if leave == "open":
            session.open_sample("orders")
        else:
            session.quit()
        asked = await box(session, until)
        assert "the form of create_user" in asked.text()
        stay = next(one for one in asked.buttons() if one.text() == "Stay")
        assert asked.defaultButton() is stay
        stay.click()
        await until(lambda: session.window.findChild(QMessageBox) is None)
    assert session.workspace.project.root == session.folder
    assert Form.typed(session) == Form.wanted


async def test_V2_one_can_lose_it_all_the_same(session, until, monkeypatch):
    Form.type(session)
    fail(monkeypatch)
    session.open_sample("orders")
    asked = await box(session, until)
    monkeypatch.undo()
    next(one for one in asked.buttons() if one.text() == "Discard").click()
    await until(
        lambda: session.workspace is not None and session.workspace.project.name == "orders", within=10
    )


def test_V2_what_a_draft_changes_while_it_is_shown_is_nothing_typed(qapp, clock, tmp_path):
    """Texts that change under a draft that is shown or discarded say so like any other."""
    drafts = DraftFiles(tmp_path, {"WORKBENCH_CONFIG": str(tmp_path)}, clock)
    shown = {"text": ""}

    def change(text):
        for step in ("", text):  # emptied first, as a field does when its whole text is set
            shown["text"] = step
            keeper.note()
        return ["a field that is gone"]

    desk = SimpleNamespace(
        workspace=SimpleNamespace(drafts=drafts),
        drafted=SimpleNamespace(emit=lambda: None, connect=lambda _slot: None),
        keep=drafts.keep,
    )
    desk.forget = drafts.drop
    keeper = DraftKeeper(desk, lambda: shown["text"], change, lambda: change("as it was"))
    drafts.keep("place", "typed long ago", "a place")
    clock.advance(5)
    before = drafts.find("place")
    assert keeper.turn_to("place", "another word for it")
    assert shown["text"] == "typed long ago"
    assert drafts.find("place") is before
    assert keeper.isVisible(), "what no longer fits is said"
    keeper.discard()
    assert shown["text"] == "as it was"
    assert drafts.find("place") is None


def test_V2_what_another_window_left_of_the_same_place_is_told(desk):
    kept = KeptDraft(key="text", what="the text of project.tsk", at=0, content="typed")
    desk.workspace.drafts.doubled = lambda: [kept]
    said = []
    desk.noticed.connect(said.append)
    offer_unsaved_design(desk)
    assert [one.text.startswith("Another window left the text of project.tsk of") for one in said] == [True]


async def test_V2_a_draft_that_cannot_be_kept_is_told_while_one_works(desk, until, monkeypatch):
    said = []
    desk.noticed.connect(said.append)
    with monkeypatch.context() as patch:
        fail(patch)
        desk.workspace.drafts.keep("design/1", "made", "the unsaved design")
        desk.workspace.drafts.write()
        desk.keep("text", "typed", "the text")
        await until(lambda: said)
    assert "Drafts cannot be kept in" in said[0].text
    assert "the disk is full" in said[0].text
    said[0].actions[0][1]()
    await until(lambda: len(said) == 2)
    assert (said[1].text, said[1].topic) == ("", said[0].topic)

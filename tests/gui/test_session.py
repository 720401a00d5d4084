"""A whole window with a project: opening, what is wrong said in it, trust, observers, actions, closing."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QLineEdit, QMenu, QPushButton, QToolButton

from tests.gui.tree_rows import rows_of, table_of
from workbench.engine.engine import EngineState
from workbench.errors import StoreReadOnly
from workbench.gui.desk import Selection
from workbench.gui.explorer import Explorer
from workbench.gui.main_window import MainWindow
from workbench.gui.manual_window import ManualWindow
from workbench.gui.new_project_dialog import NewProjectDialog
from workbench.gui.palette import Palette
from workbench.gui.recent_projects import recent_projects
from workbench.gui.session import Session
from workbench.gui.theme import TEXT_SIZE, theme
from workbench.gui.tree import OfferingTree
from workbench.gui.view_catalog import VIEWS
from workbench.gui.views.subscription_table import TITLES
from workbench.project.samples import copy_sample
from workbench.project.zone_choice import chosen_zone
from workbench.services.dead_letters import DeadLetters

CONTROL = Qt.KeyboardModifier.ControlModifier


def letters_of(session):
    """What the explorer and the status bar say of dead letters."""
    explorer = session.window.findChild(Explorer)
    row = next(one for one in rows_of(explorer.findChild(OfferingTree)) if one.startswith("Dead letters"))
    return row, session.window.findChild(QToolButton, "dead-count").text()


async def test_V3_the_explorer_counts_dead_letters_as_the_status_bar_does(start, monkeypatch, until):
    session = await start()
    await until(lambda: letters_of(session) == ("Dead letters (0)", "No dead letters"))
    read = session.workspace.dead_letters.counts
    monkeypatch.setattr(DeadLetters, "counts", lambda *_: {**read(), "open": 9})
    values = {"user_id": "cyd", "username": "Cyd", "email": "cyd@x.invalid"}
    assert (await session.workspace.commands.issue("create_user", values)).accepted
    await until(lambda: letters_of(session)[1].startswith("1 dead letter"))
    assert letters_of(session)[0] == "Dead letters (1)"


def delivered(rows):
    at = TITLES.index("Delivered")
    return {rows.row(number)[0]: rows.row(number)[at] for number in range(rows.rowCount())}


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
async def start(tmp_path, settings):
    """Starts sessions on windows of their own; all are closed in stages at the end."""
    begun = []

    async def begin(target=(None, "users"), **options):
        window = MainWindow(settings)
        window.come_back()
        window.resize(1300, 800)
        window.show()
        window.activateWindow()
        environ = {"WORKBENCH_DATA": str(tmp_path / "data"), "WORKBENCH_CONFIG": str(tmp_path / "config")}
        session = Session(window, environ, settings)
        begun.append(session)
        await session.open(target, **options)
        for view in window.panes():
            view.catch_up()
        return session

    yield begin
    for session in begun:
        session.quit()
        assert await session.ended() == 0
        session.window.deleteLater()


def notices(session):
    return [
        next(label.text() for label in strip.findChildren(QLabel) if label.text())
        for strip in session.window.notices.cards()
    ]


def mistakes(session):
    """What the page says that stands in the place of a project that cannot be opened."""
    tree = session.window.centralWidget().list
    return ["  ".join(row) for row in table_of(tree)]


def press(session, label, inside=None):
    told = [button for card in session.window.notices.cards() for button in card.buttons]
    buttons = inside.findChildren(QPushButton) if inside else told
    next(one for one in buttons if one.text() == label).click()


MODULE = """
import pathlib
from workbench import Definitions
pathlib.Path(__file__).with_name("ran").touch()
DEFINITIONS = Definitions()
"""


async def key(window, which, until, modifiers=Qt.KeyboardModifier.NoModifier):
    window.activateWindow()
    await until(window.isActiveWindow)
    QTest.keyClick(window, which, modifiers)


def own_project(folder, module=MODULE):
    folder.mkdir()
    (folder / "project.tsk").write_text('[project]\nname = "mine"\n\n[cqrs]\nmodules = ["mine"]\n')
    (folder / "mine.py").write_text(module)
    return folder


async def test_a_sample_opens_with_every_view_and_says_so_in_the_title(start):
    session = await start()
    assert session.window.windowTitle() == "users — Event Workbench"
    assert set(session.window.views) == {entry.key for entry in VIEWS}
    assert session.window.statusBar().findChild(QLabel).text() == "users  ·  events.db"
    assert notices(session) == []


async def test_a_command_by_its_form_reaches_timeline_row_and_subscription(start, until):
    session = await start()
    window, views = session.window, session.window.views
    window.show_perspective("Run")
    form = views["commands"]
    for name, text in (("user_id", "ada"), ("username", "Ada Lovelace"), ("email", "ada@example.org")):
        line = next(one for one in form.findChildren(QLineEdit) if one.objectName() == name)
        line.setFocus()
        QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return, CONTROL)
    await until(lambda: views["timeline"].name.text() == "user-ada")
    table = views["projections"]._table
    await until(lambda: table.model().rowCount() == 1)
    assert table.model().row(0)[1] == "Ada Lovelace"
    window.bring("subscriptions")
    rows = views["subscriptions"].table.model()
    await until(lambda: delivered(rows)["welcome-mail"] == 1)


async def test_the_story_makes_dead_letters_that_the_status_line_counts(start, until):
    session = await start()
    await session.workspace.story.play(pace=0)
    said = session.window.statusBar().findChild(object, "dead-count")
    await until(lambda: said.text() == "4 dead letters")
    said.click()
    assert not session.window.docks["letters"].isHidden()


async def test_a_wrong_project_file_says_line_and_column_and_leaves_the_window_usable(start, tmp_path, until):
    folder = tmp_path / "wrong"
    folder.mkdir()
    (folder / "project.tsk").write_text('[project]\nname = "wrong"\n\n[topics]\nmail = {retntion = "7d"}\n')
    session = await start((folder, ""))
    (said,) = mistakes(session)
    assert "project.tsk:5:" in said
    assert "retntion" in said
    assert session.workspace is None
    assert session.window.windowTitle() == "Event Workbench"
    assert session.window.statusBar().findChild(QLabel).text() == "No project is open"
    assert not session.acts["import"].isEnabled()
    press(session, "Open the users sample", session.window.centralWidget())
    await until(lambda: session.workspace is not None)
    assert session.window.windowTitle() == "users — Event Workbench"
    assert session.acts["import"].isEnabled()


async def test_a_store_that_is_none_is_refused_with_a_sentence_and_left_untouched(start, tmp_path):
    folder = copy_sample("users", tmp_path / "mine")
    (folder / "data").mkdir()
    store = folder / "data" / "events.db"
    store.write_bytes(b"these are notes, not events\n" * 200)
    before = store.read_bytes()
    session = await start((folder, ""))
    (said,) = mistakes(session)
    assert "events.db" in said
    assert session.workspace is None
    assert store.read_bytes() == before


async def test_a_folder_that_is_not_there_is_named(start, tmp_path):
    session = await start((tmp_path / "nowhere", ""))
    assert "nowhere" in mistakes(session)[0]


async def test_a_folder_without_a_project_becomes_one_and_opens(start, settings, tmp_path, until):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "ideas.txt").write_text("mine")
    session = await start((folder, ""))
    press(session, "Make a project here …", session.window.centralWidget())
    dialog = session.window.findChild(NewProjectDialog)
    assert dialog.name.text() == "notes"
    dialog.make.click()
    await until(lambda: session.workspace is not None)
    assert session.workspace.project.root == folder
    assert session.window.windowTitle() == "notes — Event Workbench"
    assert session.window.perspective == "Design"
    assert session.window.docks["board"].isVisible()
    assert not notices(session)
    assert (folder / "ideas.txt").read_text() == "mine"
    assert recent_projects(settings) == [folder]


async def test_only_a_folder_without_a_project_is_offered_to_become_one(start, tmp_path):
    folder = own_project(tmp_path / "mine")
    (folder / "project.tsk").write_text("no project")
    session = await start((folder, ""))
    for target in (folder, tmp_path / "nowhere"):
        await session.open((target, ""))
        labels = {one.text() for one in session.window.centralWidget().findChildren(QPushButton)}
        assert "Open another project …" in labels
        assert "Make a project here …" not in labels


async def test_a_new_project_stands_beside_the_one_that_is_open_which_is_recent_then(start, tmp_path, until):
    session = await start((copy_sample("users-declared", tmp_path / "first"), ""))
    await key(session.window, Qt.Key.Key_N, until, CONTROL)
    dialog = session.window.findChild(NewProjectDialog)
    QTest.keyClicks(dialog.name, "second")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    await until(lambda: session.window.windowTitle() == "second — Event Workbench")
    assert session.workspace.project.root == tmp_path / "second"
    assert session.window.perspective == "Design"
    recent = session.window.findChild(QMenu, "recent")
    recent.aboutToShow.emit()
    (first,) = recent.actions()
    assert first.text() == str(tmp_path / "first")
    session.desk.notice("error", "something of the second project")
    first.trigger()
    await until(lambda: session.window.windowTitle() == "users-declared — Event Workbench")
    assert session.window.notices.cards() == [], "what was told of another project is gone"
    session.window.findChild(QMenu, "recent").aboutToShow.emit()
    texts = [one.text() for one in session.window.findChild(QMenu, "recent").actions()]
    assert texts == [str(tmp_path / "second")]


async def test_a_new_project_does_not_stand_among_the_copies_of_samples(start):
    session = await start()
    session.new_project()
    dialog = session.window.findChild(NewProjectDialog)
    assert dialog.around.text() == str(Path.home())
    dialog.reject()


async def test_a_project_that_is_opened_twice_at_a_time_can_be_written(start, tmp_path):
    folder = copy_sample("users-declared", tmp_path / "mine")
    session = await start((tmp_path / "nowhere", ""))
    await asyncio.gather(session.open((folder, "")), session.open((folder, "")))
    assert not session.workspace.observer
    assert not notices(session)


async def test_python_runs_only_once_it_is_trusted(start, tmp_path, until):
    folder = own_project(tmp_path / "mine")
    session = await start((folder, ""))
    assert not (folder / "ran").exists()
    assert notices(session) == ["This project contains Python (mine). None of it runs until you trust it."]
    first = session.workspace
    press(session, "Trust and reload")
    await until(lambda: session.workspace not in (None, first))
    assert (folder / "ran").exists()
    assert not session.workspace.project.restricted


async def test_T3_a_store_outside_the_project_is_used_only_once_it_is_allowed(start, tmp_path, until):
    folder = copy_sample("users", tmp_path / "mine")
    file = folder / "project.tsk"
    file.write_text(file.read_text().replace('"data/events.db"', '"../elsewhere/events.db"'))
    session = await start((folder, ""))
    store = tmp_path / "elsewhere" / "events.db"
    assert f"the store {store} lies outside the project's folder; nothing was opened" in mistakes(session)[0]
    assert not store.parent.exists()
    press(session, "Use that store", session.window.centralWidget())
    await until(lambda: session.workspace is not None)
    assert store.is_file()


async def test_a_second_window_on_the_store_only_looks(start, tmp_path, until):
    folder = copy_sample("users", tmp_path / "mine")
    first = await start((folder, ""))
    second = await start((folder, ""))
    assert notices(second)[0].startswith("Read-only: ")
    assert "files can be edited here" in notices(second)[0]
    assert not second.acts["import"].isEnabled()
    assert not second.acts["engine"].isEnabled()
    assert not second.window.views["commands"].button.isEnabled()
    values = {"user_id": "ada", "username": "Ada Lovelace", "email": "ada@example.org"}
    await first.workspace.commands.issue("create_user", values)
    second.refresh()
    second.window.bring("streams")
    table = second.window.views["streams"].table.model()
    await until(lambda: table.rowCount() == 1)
    assert table.row(0)[0] == "user-ada"


async def test_C8_scenarios_are_written_in_a_second_window_as_the_model_is(start, tmp_path, until):
    folder = copy_sample("users", tmp_path / "mine")
    await start((folder, ""))
    second = await start((folder, ""))
    second.window.bring("scenarios")
    view = second.window.views["scenarios"]
    await until(lambda: view._listed and view.writing.state.text.scenarios)
    assert view.new.isEnabled()
    view.writing._new("", "Written in a second window")
    await until(lambda: view._current() is not None and view._current().name == "Written in a second window")
    await until(view.detail.steps.acts["add_when"].isEnabled)
    await until(lambda: not second.workspace.scenarios.busy)
    found = (folder / "scenarios").glob("*.tsk")
    assert any("Written in a second window" in one.read_text() for one in found)
    assert "has it open" in second.desk.read_only()


async def test_the_menu_edit_of_the_window_is_filled_as_it_opens(start, tmp_path):
    session = await start((copy_sample("users", tmp_path / "mine"), ""))
    menu = session.window.menus["Edit"]
    menu.aboutToShow.emit()
    assert "Find in this view" in [one.text() for one in menu.actions()]


async def test_V3_a_second_window_follows_what_the_first_commits_its_status_bar_too(
    start, tmp_path, until, monkeypatch
):
    monkeypatch.setattr("workbench.services.maintenance.commit_watch.EVERY", 0.01)
    folder = copy_sample("users", tmp_path / "mine")
    first = await start((folder, ""))
    second = await start((folder, ""))
    second.window.bring("streams")
    values = {"user_id": "ada", "username": "Ada Lovelace", "email": "ada@example.org"}
    await first.workspace.commands.issue("create_user", values)
    table, bar = second.window.views["streams"].table.model(), second.window.statusBar()
    await until(lambda: table.rowCount() == 1)

    def told():  # what follows from the command may be on its way still
        said = f"Position {first.workspace.streams.head():,}"
        return said in [label.text() for label in bar.findChildren(QLabel)]

    await until(told)


async def test_C8_a_second_window_says_why_it_only_looks_and_takes_over_once_the_first_has_ended(
    start, tmp_path, until, monkeypatch
):
    monkeypatch.setattr("workbench.services.maintenance.commit_watch.EVERY", 0.01)
    folder = copy_sample("users", tmp_path / "mine")
    first = await start((folder, ""))
    second = await start((folder, ""))
    state = second.window.statusBar().findChild(QToolButton, "engine-state")
    await until(lambda: state.text() == "Read-only")
    assert state.toolTip() == f"Read-only: {second.workspace.observer}"
    assert "has it open" in state.toolTip()
    board, close, enabled = first.window.views["board"], first.desk.close, []

    async def closing():
        enabled.append(board.isEnabled())
        await close()

    monkeypatch.setattr(first.desk, "close", closing)
    await first.close_project()
    assert enabled == [False], "what closes takes nothing more"
    assert "Opening …" in [label.text() for label in first.window.statusBar().findChildren(QLabel)]
    told = "Read-only, but the process that wrote has ended: open the project again to write."
    await until(lambda: told in notices(second))
    with pytest.raises(StoreReadOnly) as refused:
        await second.workspace.pause()
    assert refused.value.hint == "open the project again"
    press(second, "Open again")
    await until(lambda: second.workspace is not None and not second.workspace.observer)
    await until(second.acts["engine"].isEnabled)


async def test_refresh_has_the_status_bar_asked_again_too(start, until, monkeypatch):
    session = await start()
    asked, status = [], session.workspace.monitor.status
    monkeypatch.setattr(session.workspace.monitor, "status", lambda: asked.append(True) or status())
    await key(session.window, Qt.Key.Key_F5, until)
    assert asked


async def test_the_engine_is_paused_stepped_and_resumed_by_keys(start, until):
    session = await start()
    window = session.window
    await key(window, Qt.Key.Key_F8, until)
    await until(lambda: session.workspace.monitor.paused)
    await until(lambda: session.acts["engine"].text() == "Resume")
    await until(lambda: "The engine is paused: nothing is delivered, and no rows change." in notices(session))
    values = {"user_id": "ada", "username": "Ada Lovelace", "email": "ada@example.org"}
    await session.workspace.commands.issue("create_user", values)
    assert session.workspace.projections.rows("users") == []
    for _ in range(8):
        await key(window, Qt.Key.Key_F10, until)
        await asyncio.gather(*session.desk.running())
    assert len(session.workspace.projections.rows("users")) == 1
    assert "One step: " in "".join(notices(session)) or "Nothing to deliver" in "".join(notices(session))
    await key(window, Qt.Key.Key_F8, until)
    await until(lambda: not session.workspace.monitor.paused)
    await until(lambda: "The engine runs again." in notices(session))
    assert not [one for one in notices(session) if "is paused: nothing" in one], "that is over"


async def test_the_log_comes_back_with_the_page_that_was_seen(start, until):
    session = await start()
    session.bring("log")
    log = session.window.views["log"]
    await until(log.tabs.isVisible)
    log.tabs.setCurrentWidget(log.operations)
    session.reopen()
    await until(lambda: session.window.views.get("log") not in (None, log))
    session.bring("log")
    again = session.window.views["log"]
    await until(again.tabs.isVisible)
    assert again.tabs.currentWidget() is again.operations


async def test_L10_the_notice_of_a_pause_leads_back(start, until):
    session = await start()
    await key(session.window, Qt.Key.Key_F8, until)
    await until(lambda: session.workspace.monitor.paused)
    await until(session.window.notices.offers)
    (notice,) = session.window.notices.offers()
    ((label, undo),) = notice.actions
    assert label == "Undo"
    undo()
    await until(lambda: not session.workspace.monitor.paused)
    await until(lambda: not session.window.notices.offers())


async def test_L5_the_key_of_a_step_delivers_one_letter_of_a_job_and_the_strip_follows(start, until):
    session = await start()
    for name in ("ann", "bob", "cyd"):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@x.invalid"}
        await session.workspace.commands.issue("create_user", values)
    letters = session.workspace.dead_letters
    await until(lambda: letters.counts() == {"open": 3})
    await session.workspace.pause()
    while await session.workspace.step():
        pass
    session.repair()
    job = await letters.repair.begin([one.number for one in letters.page()])
    session.desk.job_begun.emit(job)
    strip = session.window.views["letters"].jobs
    waits = "Replay 3 dead letters: running; it waits, the engine is paused (Step: F10)"
    await until(lambda: strip.cards and strip.cards[job].title.text() == waits)
    for given in (1, 2, 3):
        await key(session.window, Qt.Key.Key_F10, until)
        await until(lambda given=given: letters.counts().get("failed_again") == given)
        assert letters.jobs.get(job).step == given
    await until(lambda: strip.cards[job].title.text() == "Replay 3 dead letters: done")


async def test_the_documentation_opens_once_and_stays_beside_the_window(start):
    session = await start()
    session.acts["manual"].trigger()
    first = session.window.findChild(ManualWindow)
    session.acts["manual"].trigger()
    assert session.window.findChildren(ManualWindow) == [first]
    assert first.isVisible()
    assert not first.isModal()
    first.close()


async def test_the_palette_finds_a_stream_of_the_whole_store(start, until):
    session = await start()
    values = {"user_id": "ada", "username": "Ada Lovelace", "email": "ada@example.org"}
    await session.workspace.commands.issue("create_user", values)
    await key(session.window, Qt.Key.Key_K, until, CONTROL)
    palette = session.window.findChild(Palette)
    line = palette.findChild(QLineEdit)
    assert palette.focusWidget() is line
    QTest.keyClicks(line, "user-ada")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await until(lambda: session.desk.selection.stream == "user-ada")
    assert not session.window.docks["timeline"].isHidden()


async def test_the_palette_offers_scenarios_that_are_read_while_it_is_open(start, until):
    session = await start()
    scenarios = session.workspace.scenarios
    await until(lambda: scenarios.all() and not scenarios.busy)
    read, scenarios.files = scenarios.files, ()
    await key(session.window, Qt.Key.Key_K, until, CONTROL)
    palette = session.window.findChild(Palette)
    name = next(one.name for file in read for one in file.scenarios if not one.fixed)
    palette.findChild(QLineEdit).setText(name)
    offered = lambda: [one.text for one in palette._list.targets]  # noqa: E731
    await until(lambda: not palette._seeking)
    assert f"Explore: {name}" not in offered()
    scenarios.files = read
    scenarios._tell()
    await until(lambda: f"Explore: {name}" in offered())
    palette.close()


async def test_back_and_forward_walk_through_selections(start, until):
    session = await start()
    for name in ("ada", "bob"):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        await session.workspace.commands.issue("create_user", values)
        session.desk.select(Selection(stream=f"user-{name}"))
    back, forward = (session.acts[key] for key in ("back", "forward"))
    assert back.isEnabled()
    assert not forward.isEnabled()
    back.trigger()
    assert session.desk.selection.stream == "user-ada"
    assert forward.isEnabled()
    forward.trigger()
    assert session.desk.selection.stream == "user-bob"


async def test_V2_the_card_that_was_chosen_is_chosen_again_at_the_next_start(start, tmp_path, until):
    folder = copy_sample("users", tmp_path / "mine")
    first = await start((folder, ""))
    first.desk.select(Selection(projection="users"))
    first.window.bring("board")
    board = first.window.views["board"]
    await until(lambda: board.scene.has("command:create_user") and board.isVisible())
    board.canvas.reveal("command:create_user")
    first.quit()
    assert await first.ended() == 0
    again = await start((folder, ""))
    board = again.window.views["board"]
    await until(lambda: board.scene.chosen == "command:create_user")


async def test_find_gives_the_keyboard_to_the_filter_of_the_view_that_has_it(start, until):
    session = await start()
    session.window.bring("streams")
    view = session.window.views["streams"]
    session.window.activateWindow()
    await until(lambda: view.isVisible() and session.window.isActiveWindow())
    view.table.setFocus()
    session.acts["find"].trigger()
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    assert view.isAncestorOf(QApplication.focusWidget())


async def test_a_file_is_imported_through_its_dialog_and_a_second_time_adds_nothing(start, tmp_path, until):
    path = tmp_path / "log.ndjson"
    rows = [{"id": f"e{n}", "type": "hit", "repo": f"r{n % 3}", "n": 2**60 + n} for n in range(30)]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{broken\n")
    session = await start()
    for expected in ("30 events added, 0 already there, 1 line", "0 events added, 30 already there, 1 line"):
        task = session.desk.run(session.import_path(path), "Import")
        dialog = await shown_dialog(session, until)
        for name, field in (("stream", "repo"), ("type", "type"), ("id", "id")):
            dialog.findChild(object, f"import-{name}").setCurrentText(field)
        await until(lambda dialog=dialog: first_stream(dialog).endswith("r0"))
        dialog._table.selectRow(0)
        dialog._table.common.acts["copy_rows"].trigger()
        assert QApplication.clipboard().text() == f"1\t{first_stream(dialog)}\thit\ttime of import"
        start_button = dialog.findChild(object, "import-start")
        await until(start_button.isEnabled)
        start_button.click()
        await until(lambda expected=expected: any(expected in said for said in notices(session)))
        assert any("line 31" in line for line in dialog._problems.toPlainText().splitlines())
        dialog.reject()
        await task
    stream = next(one for one in session.workspace.streams.page(1, 10) if one.name.endswith("r0"))
    event = session.workspace.reader.read_stream(stream.name, 0, 1)[0]
    assert f'"n":{2**60}' in event.data.replace(" ", "")


async def test_enter_on_a_chooser_imports_once_who_receives_is_counted(start, tmp_path, until, monkeypatch):
    path = tmp_path / "log.ndjson"
    path.write_text("\n".join(json.dumps({"id": f"e{n}", "type": "hit", "repo": "r"}) for n in range(300)))
    session = await start()
    task = session.desk.run(session.import_path(path), "Import")
    dialog = await shown_dialog(session, until)
    said, say = [], dialog._receivers.setText
    monkeypatch.setattr(dialog._receivers, "setText", lambda text: (said.append(text), say(text)))
    for name, field in (("stream", "repo"), ("type", "type"), ("id", "id")):
        dialog.findChild(object, f"import-{name}").setCurrentText(field)
    await until(lambda: first_stream(dialog).endswith("r"))
    await until(dialog.findChild(object, "import-start").isEnabled)
    await until(lambda: said[-1].startswith("Received by: subscription"))
    assert "Who receives them is counted once the whole file is read." in said
    box = dialog.findChild(object, "import-stream")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Return)
    await until(lambda: any("300 events added" in said for said in notices(session)))
    await task


async def test_the_keyboard_reaches_what_a_notice_offers(start, until):
    session = await start()
    await until(session.window.isActiveWindow)
    done = []
    session.desk.notice("ok", "Purged 2 dead letters.", ("Undo", lambda: done.append(True)))
    (strip,) = session.window.notices.stops()
    stops = []
    for _ in range(len(session.window.panes()) + 1):
        session.next_pane()
        stops.append(strip.buttons[0].hasFocus())
    assert stops.count(True) == 1
    while not strip.buttons[0].hasFocus():
        session.previous_pane()
    QTest.keyClick(strip.buttons[0], Qt.Key.Key_Return)
    assert done == [True]


async def test_cloudevents_are_imported_without_a_choice_of_fields(start, tmp_path, until):
    path = tmp_path / "events.json"
    one = {"specversion": "1.0", "source": "/shop", "type": "sold", "subject": "book", "data": {"n": 1}}
    path.write_text(json.dumps([{**one, "id": str(n)} for n in range(3)], indent=1))
    session = await start()
    task = session.desk.run(session.import_path(path), "Import")
    dialog = await shown_dialog(session, until)
    assert not dialog.findChild(object, "import-stream").isVisible()
    await until(lambda: first_stream(dialog))
    assert first_stream(dialog) == "cloudevents-book"
    await until(dialog.findChild(object, "import-start").isEnabled)
    assert dialog._said.text() == (
        "CloudEvents 1.0: 3 events would be added, 0 already there, 0 lines with problems."
    )
    dialog.findChild(object, "import-start").click()
    await task
    assert session.workspace.reader.read_stream("cloudevents-book", 2, 1)[0].data == '{"n":1}'


async def test_B3_a_person_sees_who_receives_history_and_can_keep_it_from_those_that_act(
    start, tmp_path, until
):
    path = tmp_path / "old.ndjson"
    row = {"stream": "user-ada", "type": "user.created", "time": "2019-01-01T00:00:00"}
    path.write_text(json.dumps({**row, "data": {"username": "ada", "email": "a@x.org", "status": "active"}}))
    session = await start()
    task = session.desk.run(session.import_path(path), "Import")
    dialog = await shown_dialog(session, until)
    button = dialog.findChild(object, "import-start")
    assert "say no zone" in dialog._said.text()
    assert not button.isEnabled()
    zone = dialog.findChild(object, "import-zone")
    zone.lineEdit().selectAll()
    QTest.keyClicks(zone.lineEdit(), "UT")
    QTest.qWait(0)
    assert not button.isEnabled(), "what is half typed is no zone"
    QTest.keyClicks(zone.lineEdit(), "C")
    QTest.keyClick(zone.lineEdit(), Qt.Key.Key_Return)
    await until(button.isEnabled)
    assert dialog.isVisible()
    assert session.workspace.reader.head() == 0, "Enter takes a choice and stores nothing"
    said = dialog.findChild(object, "import-receivers").text()
    assert "subscription welcome-mail (up to 1)" in said
    assert "read model" in said
    only = dialog.findChild(object, "import-read-models-only")
    assert only.isVisible()
    only.click()
    button.click()
    await task
    event = session.workspace.reader.read_stream("user-ada", 0, 1)[0]
    assert json.loads(event.metadata)["history"] is True
    await session.workspace.running().settle()
    delivered = {one.name: one.delivered for one in session.workspace.monitor.subscriptions()}
    assert not any(delivered.values()), delivered
    assert session.workspace.projections.rows("users"), "read models know it"


async def test_V4_a_file_that_is_imported_is_read_beside_the_loop(start, tmp_path, until, monkeypatch):
    path, threads = tmp_path / "events.json", []
    one = {"specversion": "1.0", "source": "/shop", "type": "sold", "subject": "book", "data": {"n": 1}}
    path.write_text(json.dumps([{**one, "id": "1"}]))
    session = await start()
    preview = session.workspace.event_import.preview

    def noted(*args, **more):
        threads.append(threading.get_ident())
        return preview(*args, **more)

    monkeypatch.setattr(session.workspace.event_import, "preview", noted)
    task = session.desk.run(session.import_path(path), "Import")
    dialog = await shown_dialog(session, until)
    await until(lambda: first_stream(dialog))
    dialog.reject()
    await task
    assert len(threads) == 2
    assert threading.get_ident() not in threads


def first_stream(dialog):
    row = dialog._table.model().row(0)
    return row[1] if row is not None else ""


async def shown_dialog(session, until):
    from workbench.gui.import_dialog import ImportDialog

    await until(lambda: any(one.isVisible() for one in session.window.findChildren(ImportDialog)))
    return next(one for one in session.window.findChildren(ImportDialog) if one.isVisible())


async def test_it_comes_back_with_the_project_and_look_of_last_time(start, settings):
    session = await start()
    session.set_theme("dark")
    theme().set_text_size(TEXT_SIZE + 2)
    session.quit()
    await session.ended()
    assert settings.value("theme") == "dark"
    assert float(settings.value("text-size")) == TEXT_SIZE + 2
    assert settings.value("last-project").endswith("users")
    session.set_theme("light")
    theme().set_text_size(TEXT_SIZE)


async def test_V3_the_zone_is_chosen_in_the_window_and_remembered(start, tmp_path, until):
    session = await start()
    session.acts["zone"].trigger()
    menu = QApplication.activePopupWidget()
    assert "Another zone …" in [action.text() for action in menu.actions()]
    menu.close()
    session.zones.choose("+05:30")
    try:
        assert session._status.zone.text() == "+05:30"
        table = session.window.views["letters"].table
        titles = [table.model().headerData(at, Qt.Orientation.Horizontal) for at in range(7)]
        assert "Died · +05:30" in titles
        assert chosen_zone({"WORKBENCH_CONFIG": str(tmp_path / "config")}).key == "+05:30"
        session.zones.choose("Mars/Olympus")
        assert any("no time zone" in said for said in notices(session))
    finally:
        session.zones.choose("system")


async def test_V3_any_zone_can_be_named_in_a_dialog(start, until):
    session = await start()
    session.zones.ask()
    found = []
    await until(lambda: found.extend(session.window.findChildren(QInputDialog)) or found)
    found[0].setTextValue("UTC")
    found[0].accept()
    try:
        assert session._status.zone.text() == "UTC"
    finally:
        session.zones.choose("system")


async def test_V3_trouble_that_was_closed_is_not_said_again(start, until):
    session = await start()
    engine = session.workspace.running()
    engine.notifier.report("welcome-mail: the disk is full")
    await until(lambda: "welcome-mail: the disk is full" in notices(session))
    for strip in session.window.notices.cards():
        strip.deleteLater()
    await until(lambda: not session.window.notices.cards())
    session.toggle_engine()
    await until(lambda: session._status._engine.text() == "Paused")
    assert not [one for one in notices(session) if "disk" in one]
    engine.notifier.report("welcome-mail: something else")
    await until(lambda: "welcome-mail: something else" in notices(session))
    assert not [one for one in notices(session) if "disk" in one]


async def test_V3_the_status_bar_says_what_stands_still(start):
    session = await start()
    session.workspace.running()._scheduler.faults["welcome-mail"] = "KeyError: 'x'"
    session._changed(None)
    assert session._status._engine.text() == "Running, 1 faulted"
    assert session._status._engine.toolTip().endswith("welcome-mail faulted")


async def test_M3_a_pause_outlives_a_restart_and_is_told_with_the_way_back(start, tmp_path, until):
    folder = copy_sample("users-declared", tmp_path / "mine")
    first = await start((folder, ""))
    await first.workspace.pause()
    await first.close_project()
    second = await start((folder, ""))
    values = {"user_id": "cyd", "username": "Cyd", "email": "cyd@x.example"}
    assert (await second.workspace.commands.issue("create_user", values)).accepted
    assert second.workspace.engine.state is EngineState.PAUSED
    assert notices(second)[0].startswith("The engine is still paused, since ")
    press(second, "Resume")
    await until(lambda: second.workspace.engine.state is EngineState.RUNNING)
    await until(lambda: not any("still paused" in one for one in notices(second)))
    await second.close_project()
    third = await start((folder, ""))
    assert third.workspace.engine.state is EngineState.RUNNING
    assert not notices(third)


async def test_a_project_without_a_model_opens_where_one_is_made(start, tmp_path, until):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "project.tsk").write_text('[project]\nname: "shop"\n')
    session = await start()
    assert session.window.perspective == "Run"
    await session.open((tmp_path / "shop", ""))
    assert session.window.perspective == "Design"


async def test_back_with_nowhere_to_go_says_so_and_reaches_no_tree(start, until):
    session = await start()
    explorer = session.window.views["explorer"].first_widget()
    await until(lambda: explorer.model().rowCount())
    explorer.setCurrentIndex(explorer.model().index(0, 0))
    explorer.setFocus()
    assert explorer.isExpanded(explorer.currentIndex())
    await until(explorer.hasFocus)
    QTest.keyClick(explorer, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert explorer.isExpanded(explorer.currentIndex())
    await until(lambda: "Back: Nothing was selected before." in notices(session))

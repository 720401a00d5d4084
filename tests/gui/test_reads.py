"""Questions to a store that answers when it likes: nothing waits for it, and what is late is judged."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from shiboken6 import delete

from tests.gui.conftest import settle, take_turn
from workbench.engine.thread_readers import ThreadReaders
from workbench.errors import ReadTooLong, StoreBusy
from workbench.gui import view_turns
from workbench.gui.desk import Selection
from workbench.gui.reads import Question, takes_time
from workbench.gui.view_catalog import VIEWS
from workbench.gui.views import letter_editor
from workbench.gui.views.commands_view import CommandsView
from workbench.gui.views.letter_actions import PURGE, REPLAY
from workbench.gui.views.letter_editor import PayloadEditor
from workbench.gui.views.letters_view import LettersView
from workbench.gui.views.log_view import LogView
from workbench.gui.views.reset_dialog import ResetDialog
from workbench.gui.views.streams_view import StreamsView
from workbench.gui.views.timeline_view import TimelineView
from workbench.model.changes import Changes
from workbench.model.clock import rfc3339


class Gate:
    """Lets reads go on, or not.

    Attributes:
        asked: What was read beside the loop.
        caught: What was read on the loop with nobody minding how long it takes.
        fault: What reads raise.
    """

    def __init__(self):
        self.open = threading.Event()
        self.open.set()
        self.loop = threading.get_ident()
        self.asked, self.caught = [], []
        self.fault = None


class FarReader:
    """A reader of a store that is far away: what is asked of it on the loop is not answered there."""

    def __init__(self, reader, gate):
        self._reader, self._gate, self._bound = reader, gate, False

    @contextlib.contextmanager
    def within(self, seconds):
        self._bound = True
        try:
            yield
        finally:
            self._bound = False

    def __getattr__(self, name):
        read = getattr(self._reader, name)

        def far(*args, **more):
            gate = self._gate
            if threading.get_ident() == gate.loop:
                if self._bound:
                    raise ReadTooLong("far away")
                gate.caught.append(name)
                return read(*args, **more)
            gate.asked.append(name)
            gate.open.wait(10)
            if gate.fault is not None:
                raise gate.fault
            return read(*args, **more)

        return far


@pytest.fixture
def gate(workspace):
    made = Gate()
    near = workspace.world._readers
    workspace.world._readers = ThreadReaders(lambda: FarReader(workspace.store.reader(), made))
    yield made
    made.open.set()
    workspace.world._readers.close()
    workspace.world._readers = near


async def create(workspace, *names):
    for name in names:
        values = {"user_id": name, "username": "Some Body", "email": f"{name}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted


async def quiet(desk):
    """Waits until nothing is asked any more."""
    while desk.running():
        await asyncio.gather(*desk.running())
        await asyncio.sleep(0)  # what has ended is taken from the list in a turn of its own


def shown(view, desk, qtbot):
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    view.catch_up()
    return view


def names(view):
    return [view.table.model().shown(row, 0) for row in range(view.table.model().rowCount())]


async def test_V4_no_view_waits_for_a_store_that_is_far_away(broken, desk, gate, qtbot):
    await create(broken, "dan")
    await settle(broken)
    gate.caught.clear()
    gate.open.clear()
    views = [shown(entry.load()(desk), desk, qtbot) for entry in VIEWS]
    desk.select(Selection(stream="user-dan"))
    desk.select(Selection(letter=2, subscription="welcome-mail"))
    assert gate.caught == [], "the loop was held by reads"
    gate.open.set()
    await quiet(desk)
    by_key = {view.key: view for view in views}
    assert names(by_key["streams"])[0] == "user-dan"
    assert by_key["log"].table.model().rowCount() > 4
    assert by_key["letters"].table.model().rowCount() == 3
    assert by_key["letters"].detail.letter.number == 2
    assert by_key["subscriptions"].table.model().rowCount() > 0
    assert by_key["projections"].picker.count() > 0
    assert by_key["commands"].history.table.model().rowCount() > 0
    assert by_key["timeline"].name.text() == "user-dan"
    assert gate.caught == []


async def test_what_is_shown_stays_until_the_answer_is_there(workspace, desk, gate, qtbot):
    await create(workspace, "ada")
    view = shown(StreamsView(desk), desk, qtbot)
    await quiet(desk)
    gate.open.clear()
    await create(workspace, "bob")
    view.refresh()
    assert names(view) == ["user-ada"]
    gate.open.set()
    await quiet(desk)
    assert names(view) == ["user-bob", "user-ada"]


async def test_V1_the_selection_holds_through_a_late_answer(workspace, desk, gate, qtbot):
    await create(workspace, "ada", "bob")
    view = shown(StreamsView(desk), desk, qtbot)
    await quiet(desk)
    gate.open.clear()
    await create(workspace, "cyd")
    view.refresh()
    view.table.choose_index(1)
    gate.open.set()
    await quiet(desk)
    assert names(view)[view.table.currentIndex().row()] == "user-ada"
    assert view.table.selected_rows()[0][0] == "user-ada"


async def test_a_late_answer_to_an_old_selection_is_not_shown(workspace, desk, gate, qtbot, monkeypatch):
    await create(workspace, "ada", "bob")
    view = shown(TimelineView(desk), desk, qtbot)
    told = []
    monkeypatch.setattr(view, "_place", lambda version: told.append(view._stream))
    gate.open.clear()
    desk.select(Selection(stream="user-ada"))
    desk.select(Selection(stream="user-bob"))
    gate.open.set()
    await quiet(desk)
    assert set(told) == {"user-bob"}


async def test_while_one_answer_is_under_way_all_others_are_one(workspace, desk, gate, qtbot):
    desk._unlisten()  # nothing else has it ask
    view = shown(LogView(desk), desk, qtbot)
    await quiet(desk)
    gate.open.clear()
    gate.asked.clear()
    for _ in range(10):
        view.refresh()
    gate.open.set()
    await quiet(desk)
    assert gate.asked.count("log_runs") == 2


async def test_a_hidden_view_asks_nothing_and_asks_again_when_it_is_seen(workspace, desk, gate, qtbot):
    view = shown(StreamsView(desk), desk, qtbot)
    await quiet(desk)
    gate.open.clear()
    view.refresh()
    view.hide()
    await create(workspace, "ada")
    gate.open.set()
    await quiet(desk)
    assert names(view) == [], "it came while nobody saw it"
    gate.asked.clear()
    desk._emit()
    assert gate.asked == []
    view.show()
    view.catch_up()
    await quiet(desk)
    assert names(view) == ["user-ada"]


async def test_V4_rows_that_were_not_read_yet_are_blank_and_come(workspace, desk, gate, qtbot):
    view = shown(LogView(desk), desk, qtbot)
    for number in range(150):
        await create(workspace, f"u{number}")
    await settle(workspace)
    view.refresh()
    await quiet(desk)
    gate.open.clear()
    view.table.refresh()  # nothing of it is read
    chosen = []
    view.table.row_chosen.connect(chosen.append)
    assert view.table.model().row(0) is None
    view.table._select(view.table.model().index(0, 0))
    assert chosen == []
    gate.open.set()
    await quiet(desk)
    assert view.table.model().row(0)[0] == 1
    assert [row[0] for row in chosen] == [1], "what was chosen is told as soon as it is read"


async def test_V4_a_failed_answer_is_told_in_the_table_and_asked_again(workspace, desk, gate, qtbot, until):
    await create(workspace, "ada")
    view = shown(StreamsView(desk), desk, qtbot)
    await quiet(desk)
    gate.fault = StoreBusy("another program holds it")
    view.refresh()
    await quiet(desk)
    await until(view.table.trouble.isVisible)
    assert names(view) == ["user-ada"]
    gate.fault = None
    view.table.trouble.again()
    await quiet(desk)
    await until(lambda: not view.table.trouble.isVisible())


async def test_closing_waits_for_no_answer(workspace, desk, gate, qtbot):
    view = shown(StreamsView(desk), desk, qtbot)
    await quiet(desk)
    gate.open.clear()
    view.refresh()
    (waiting,) = desk.running()
    await desk.close()
    assert waiting.cancelled()


async def test_an_answer_of_another_model_is_asked_again(workspace, desk, gate):
    place = SimpleNamespace(
        registry=object(), reader=workspace.reader, clock=workspace.clock, world=workspace.world
    )
    answers, told = iter(["of the old model", "of the new one"]), []
    question = Question(
        desk, SimpleNamespace(workspace=place, run=desk.run, closed=False), told.append, told.append
    )

    def read():
        takes_time()
        gate.open.wait(10)
        return next(answers)

    gate.open.clear()
    question.ask(read)
    place.registry = object()
    gate.open.set()
    await quiet(desk)
    assert told == ["of the new one"]


async def test_what_fails_is_told_once_while_it_stays_the_same(workspace, desk, gate):
    gate.fault, told = StoreBusy("another program holds it"), []
    question = Question(desk, desk, told.append, lambda error: told.append(error.message))
    for _ in range(3):
        question.ask(workspace.streams.head)
        await quiet(desk)
    gate.fault = None
    question.ask(workspace.streams.head)
    await quiet(desk)
    assert told == ["another program holds it", 0]


async def test_C5_reads_that_take_long_leave_threads_for_everything_else(desk, gate, far):
    read, told = far("late"), []
    questions = [Question(desk, desk, told.append, told.append) for _ in range(40)]
    for question in questions:
        question.ask(read)
    await asyncio.sleep(0)  # now they are under way
    await asyncio.to_thread(read.__repr__)
    assert all(question.waits for question in questions)
    gate.open.set()
    await quiet(desk)
    assert told == ["late"] * 40


async def test_trouble_that_was_over_in_between_is_told_again(workspace, desk, gate):
    told = []
    question = Question(desk, desk, told.append, lambda error: told.append(error.message))
    for fault in (StoreBusy("held"), None, StoreBusy("held")):
        gate.fault = fault
        question.ask(workspace.streams.head)
        await quiet(desk)
    assert told == ["held", 0, "held"]


# --- however an answer ends, the question goes on


@pytest.fixture
def far(gate):
    """Makes reads that wait for the gate and answer with a word."""

    def made(word):
        def read():
            takes_time()
            gate.open.wait(10)
            if gate.fault is not None:
                raise gate.fault
            return word

        return read

    gate.open.clear()
    return made


@pytest.mark.parametrize("begun", [False, True])
async def test_an_answer_that_is_stopped_is_asked_again(desk, gate, far, begun):
    told = []
    question = Question(desk, desk, told.append, told.append)
    question.ask(far("first"), 1)
    if begun:
        await asyncio.sleep(0)
    (task,) = desk.running()
    task.cancel()
    await asyncio.wait({task})
    assert question.waits
    question.ask(far("second"), 2)
    gate.open.set()
    await quiet(desk)
    assert told == ["second"]
    assert not question.waits


async def test_what_waits_behind_an_answer_that_cannot_be_shown_is_asked(desk, gate, far):
    told, noticed = [], []

    def show(word):
        told.append(word)
        if word == "first":
            raise ValueError("it cannot be shown")

    desk.noticed.connect(lambda notice: noticed.append(notice.text))
    question = Question(desk, desk, show, told.append)
    question.ask(far("first"))
    question.ask(far("second"))
    gate.open.set()
    await asyncio.wait(desk.running())
    await quiet(desk)
    assert told == ["first", "second"]
    assert len(noticed) == 1
    assert "it cannot be shown" in noticed[0]


async def test_what_waits_behind_a_failure_is_asked_even_where_telling_it_fails(desk, gate, far):
    told = []

    def fail(error):
        gate.fault = None
        raise ValueError("it cannot be told")

    question = Question(desk, desk, told.append, fail)
    gate.fault = StoreBusy("another program holds it")
    question.ask(far("first"))
    question.ask(far("second"))
    gate.open.set()
    await asyncio.wait(desk.running())
    await quiet(desk)
    assert told == ["second"]


async def test_a_question_whose_beginning_cannot_be_shown_is_answered(desk, gate, far):
    told = []
    question = Question(desk, desk, told.append, told.append, begun=lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        question.ask(far("first"))
    gate.open.set()
    await quiet(desk)
    assert told == ["first"]


async def test_a_part_that_is_gone_is_told_nothing_and_asks_nothing(desk, gate, far):
    told, owner = [], QObject()
    question = Question(owner, desk, told.append, told.append)
    question.ask(far("first"), 1)
    question.ask(far("second"), 2)
    delete(owner)
    gate.open.set()
    await quiet(desk)
    assert told == []
    assert not question.waits


async def test_what_was_dropped_is_neither_shown_nor_asked_again(desk, gate, far):
    told = []
    question = Question(desk, desk, told.append, told.append)
    question.ask(far("first"), 1)
    question.drop()
    gate.open.set()
    await quiet(desk)
    question.again()
    await quiet(desk)
    assert told == []


async def test_of_a_closed_project_nothing_is_asked(desk, gate, far):
    told = []
    question = Question(desk, desk, told.append, told.append)
    question.ask(far("first"), 1)
    question.ask(far("second"), 2)
    await desk.close()
    gate.open.set()
    question.ask(lambda: "third", 3)
    assert told == []
    assert desk.running() == ()
    assert not question.waits


async def test_an_answer_that_came_while_nobody_looked_is_asked_again(workspace, desk, gate, qtbot):
    view = shown(CommandsView(desk), desk, qtbot)
    await quiet(desk)
    view.show_command("get_user")
    gate.open.clear()
    view._ask({"user_id": "ada"})
    view.hide()
    gate.open.set()
    await quiet(desk)
    assert not view.result.isVisibleTo(view)
    view.show()
    view.catch_up()
    await quiet(desk)
    assert view.result.isVisible()


async def test_a_version_whose_row_is_not_read_yet_is_selected_when_it_is(workspace, desk, gate, qtbot):
    await create(workspace, "ada")
    for number in range(600):
        values = {"user_id": "ada", "status": ("inactive", "active")[number % 2]}
        assert (await workspace.commands.issue("change_status", values)).accepted
    view = shown(TimelineView(desk), desk, qtbot)
    desk.select(Selection(stream="user-ada"))
    await quiet(desk)
    gate.open.clear()
    selected = []
    desk.selected.connect(selected.append)
    view.slider.setValue(300)
    assert selected == []
    gate.open.set()
    await quiet(desk)
    (found,) = selected
    assert found.version == 300
    assert workspace.reader.read_stream("user-ada", 299, 1)[0].position == found.position


@pytest.mark.parametrize("full", [True, False])
async def test_V4_views_ask_one_after_the_other_until_the_turn_is_full(desk, qtbot, monkeypatch, full):
    desk._unlisten()  # nothing else has them ask
    views = [shown(kind(desk), desk, qtbot) for kind in (StreamsView, LogView, CommandsView)]
    while desk._turns.waiting:
        take_turn(desk)
    asked = []
    for view in views:
        monkeypatch.setattr(view, "refresh", lambda view=view: asked.append(view))
    monkeypatch.setattr(view_turns, "FULL_MS", 0 if full else 60_000)
    for _ in range(2):
        desk.changed.emit(Changes(everything=True))
    seen = []
    while desk._turns.waiting:
        take_turn(desk)
        seen.append(list(asked))
    assert seen == ([views[:1], views[:2], views] if full else [views])
    desk.changed.emit(Changes(everything=True))
    views[0].hide()
    while desk._turns.waiting:
        take_turn(desk)
    assert asked == [*views, *views[1:]], "one is hidden, and asks when it is seen"
    assert views[0]._stale


async def test_a_view_that_is_gone_asks_nothing_in_its_turn(desk):
    view = StreamsView(desk)
    desk.changed.emit(Changes(everything=True))
    delete(view)
    take_turn(desk)
    assert not desk._turns.waiting


# --- dialogs and confirmations ask, too


async def test_V4_the_dialog_that_resets_says_what_it_does_when_it_is_read(broken, desk, gate, qtbot):
    (mail,) = (one for one in broken.monitor.subscriptions() if one.name == "welcome-mail")
    gate.caught.clear()
    gate.open.clear()
    dialog = ResetDialog(None, mail, desk)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.position.setText("1")
    dialog.position.setText("0")
    assert (dialog.said.text(), dialog.go.isEnabled(), dialog.head.isEnabled()) == ("Reading …", False, False)
    dialog._confirm()
    assert dialog.isVisible()
    gate.open.set()
    await quiet(desk)
    assert dialog.go.text() == f"Go back {mail.cursor:,} positions"
    assert dialog.head.toolTip() == f"Position {broken.streams.head():,}"
    gate.open.clear()
    dialog.to_time.setChecked(True)
    dialog.time.set_value({"time": rfc3339(broken.clock.now())})
    assert not dialog.go.isEnabled()
    gate.open.set()
    await quiet(desk)
    assert f"lies behind position {broken.streams.head():,}." in dialog.said.text()
    chosen = []
    dialog.chosen.connect(chosen.append)
    dialog._confirm()
    assert chosen == [dialog._place.value]
    assert gate.caught == ["head"] * 2, "what this test asks itself"


async def test_ux_enter_confirms_what_beginning_chose_in_the_dialog_that_resets(broken, desk, qtbot):
    (mail,) = (one for one in broken.monitor.subscriptions() if one.name == "welcome-mail")
    dialog = ResetDialog(None, mail, desk)
    qtbot.addWidget(dialog)
    chosen = []
    dialog.chosen.connect(chosen.append)
    dialog.show()
    (beginning,) = (one for one in dialog.findChildren(QPushButton) if one.text() == "Beginning")
    beginning.setFocus()
    beginning.click()
    await quiet(desk)
    QTest.keyClick(beginning, Qt.Key.Key_Return)
    assert (chosen, dialog.isVisible()) == ([0], False)


async def test_ux_the_dialog_that_resets_grows_with_what_it_says(broken, desk, qtbot):
    (mail,) = (one for one in broken.monitor.subscriptions() if one.name == "welcome-mail")
    dialog = ResetDialog(None, mail, desk)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog._say("As long as what it does can be. " * 20, "Go back")
    qtbot.wait(20)
    assert dialog.said.height() >= dialog.said.heightForWidth(dialog.said.width())
    assert dialog.rect().contains(dialog.go.geometry()), "the answers are in sight still"
    assert dialog.width() < 520


async def test_V4_a_place_that_cannot_be_judged_is_said_and_judged_again(broken, desk, gate, qtbot):
    (mail,) = (one for one in broken.monitor.subscriptions() if one.name == "welcome-mail")
    dialog = ResetDialog(None, mail, desk)
    qtbot.addWidget(dialog)
    for _ in range(2):
        gate.fault = StoreBusy("another program holds it")
        dialog.position.setText("0")
        await quiet(desk)
        assert dialog.said.text().startswith("another program holds it")
        assert not dialog.go.isEnabled()
        gate.fault = None
        dialog.position.setText("1")
        await quiet(desk)
        assert dialog.go.isEnabled()


async def test_V4_letters_are_read_before_it_is_asked_what_shall_be_done_with_them(broken, desk, gate, qtbot):
    view = shown(LettersView(desk), desk, qtbot)
    await quiet(desk)
    gate.caught.clear()
    gate.open.clear()
    view._repairs.begin(REPLAY, [1])
    view._repairs.begin(PURGE, [2])
    assert view.strip.isHidden()
    gate.open.set()
    await quiet(desk)
    assert view.strip.text().startswith("Purge 1 dead letter? ")
    assert view.strip.samples().startswith("#2  welcome-mail")
    assert gate.caught == []


async def test_V4_known_ids_are_offered_when_they_are_read(workspace, desk, gate, qtbot, until):
    await create(workspace, "ada", "adam", "bob")
    view = shown(CommandsView(desk), desk, qtbot)
    view.show_command("update_user")
    await quiet(desk)
    line = view._form.field("user_id").first_input
    offered = line.completer().model()
    view.activateWindow()
    await until(view.isActiveWindow)
    line.setFocus()
    gate.caught.clear()
    gate.open.clear()
    QTest.keyClicks(line, "ad")
    assert offered.stringList() == []
    gate.open.set()
    await quiet(desk)
    assert offered.stringList() == ["ada", "adam"]
    assert line.completer().popup().isVisible()
    assert gate.caught == []
    line.completer().popup().hide()


async def test_V4_an_edited_payload_is_checked_beside_the_loop(broken, desk, gate, qtbot):
    letter = broken.dead_letters.get(1)
    editor = PayloadEditor(desk, broken.dead_letters.check_edit)
    qtbot.addWidget(editor)
    gate.caught.clear()
    gate.open.clear()
    editor.edit(letter)
    editor.put(letter.data.replace("x.invalid", "example.org"))
    assert editor.said.text() == "Checking …"
    assert not editor.send.isEnabled()
    gate.open.set()
    await quiet(desk)
    assert editor.said.text().startswith("Valid.")
    assert editor.send.isEnabled()
    assert gate.caught == []


async def test_V4_a_large_payload_that_is_typed_in_is_not_called_valid_for_what_it_was(
    broken, desk, gate, qtbot, monkeypatch
):
    letter = broken.dead_letters.get(1)
    editor = PayloadEditor(desk, broken.dead_letters.check_edit)
    qtbot.addWidget(editor)
    editor.edit(letter)
    await quiet(desk)
    monkeypatch.setattr(letter_editor, "LARGE", 10)
    gate.open.clear()
    editor.put(letter.data.replace("x.invalid", "example.org"))
    editor._pause.timeout.emit()
    editor.area.appendPlainText("!")
    gate.open.set()
    await quiet(desk)
    assert not editor.send.isEnabled()
    editor._pause.timeout.emit()
    await quiet(desk)
    assert editor.said.text().startswith("Line 2, column 1: not JSON")
    editor._pause.stop()


async def test_a_notice_of_a_read_that_failed_leaves_with_the_next_answer(desk, until):
    told, shown = [], []
    desk.noticed.connect(told.append)
    question = Question(desk, desk, shown.append, "Reading the mail", view="log")

    def broken():
        raise StoreBusy("another program has it")

    for _ in range(2):
        question.ask(broken)
    (notice,) = told
    assert notice.text == "Reading the mail failed: another program has it"
    assert [label for label, _ in notice.actions] == ["Show"]
    for _ in range(2):
        question.ask(lambda: "mail")
    assert shown == ["mail", "mail"]
    assert [(one.text, one.topic) for one in told[1:]] == [("", notice.topic)]

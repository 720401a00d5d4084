"""The keyboard in every view: where one begins, in which order it goes, and that nobody else ever has it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QTreeView

from tests.gui.board.designing import is_active
from tests.gui.conftest import settle, turn_wheel
from tests.gui.test_session import key, settings, start
from workbench.gui.desk import Selection
from workbench.gui.palette import Palette
from workbench.gui.tab_order import reading_order
from workbench.gui.table import FastTableView
from workbench.gui.text.tsk_editor import TskEditor
from workbench.gui.view_catalog import PERSPECTIVES, VIEWS

__all__ = ["settings", "start"]  # fixtures

KEYS = [entry.key for entry in VIEWS]
FIRST = {
    "explorer": QTreeView,
    "commands": QComboBox,
    "settings": QTreeView,
    "streams": FastTableView,
    "timeline": FastTableView,
    "projections": FastTableView,
    "subscriptions": FastTableView,
    "letters": FastTableView,
    "scenarios": FastTableView,
    "log": FastTableView,
}
"""What has the keyboard in a view that shows something; in the board and the inspector what they show."""
MAIN = {"Design": "board", "Run": "commands", "Observe": "board", "Repair": "letters", "Test": "scenarios"}


@pytest.fixture
async def session(start, until):
    """A window with a stream, rows and a dead letter, everything shown once."""
    made = await start()
    await made.workspace.commands.issue("report_outage", {"domain": "slow.example"})
    values = {"user_id": "ann", "username": "Ann Anna", "email": "ann@x.invalid"}
    await made.workspace.commands.issue("create_user", values)
    await settle(made.workspace)
    made.desk.select(Selection(stream="user-ann", version=1))
    made.window.activateWindow()
    await until(made.window.isActiveWindow)
    return made


def pane(session):
    """Returns the view that has the keyboard; the window asks for it again where it was lost."""
    is_active(session.window)
    widget = QApplication.focusWidget()
    views = session.window.views.items()
    return next((key for key, view in views if widget is not None and view.isAncestorOf(widget)), None)


async def test_V2_no_view_holds_something_before_anybody_typed(session):
    assert {key: view.unsaved() for key, view in session.window.views.items()} == dict.fromkeys(KEYS, "")


async def test_the_wheel_over_a_choice_or_a_number_of_no_view_is_taken(session):
    session.window.views["board"].canvas.reveal("command:create_user")
    boxes = [*session.window.findChildren(QComboBox), *session.window.findChildren(QAbstractSpinBox)]
    assert len(boxes) > 10
    assert not [
        one.accessibleName() or one.objectName() for one in boxes for by in (120, -120) if turn_wheel(one, by)
    ]


@pytest.mark.parametrize("name", KEYS)
async def test_a_view_that_is_brought_has_the_keyboard_where_one_begins(session, until, name):
    session.bring(name)
    await until(lambda: pane(session) == name)
    focused = QApplication.focusWidget()
    assert isinstance(focused, FIRST.get(name, object))
    if isinstance(focused, FastTableView):
        await until(lambda: focused.currentIndex().isValid())
    if isinstance(focused, QTreeView):
        assert focused.currentIndex().isValid()


@pytest.mark.parametrize("name", KEYS)
async def test_an_empty_view_has_the_keyboard_too(start, until, tmp_path, name):
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "project.tsk").write_text('[project]\nname = "bare"\n')
    session = await start((folder, ""))
    session.window.activateWindow()
    await until(session.window.isActiveWindow)
    session.bring(name)
    view = session.window.views[name]
    await until(lambda: view.hasFocus() or pane(session) == name)


async def test_after_the_start_one_begins_in_the_view_of_the_arrangement(session, until):
    await until(lambda: pane(session) == MAIN["Run"])
    assert QApplication.focusWidget() is session.window.views["commands"].picker


@pytest.mark.parametrize(("number", "name"), list(enumerate(PERSPECTIVES, 1)))
async def test_an_arrangement_gives_the_keyboard_to_its_view(session, until, number, name):
    await key(session.window, Qt.Key.Key_0 + number, until, Qt.KeyboardModifier.ControlModifier)
    assert session.window.perspective == name
    await until(lambda: pane(session) == MAIN[name])


@pytest.mark.parametrize(("number", "name"), list(enumerate(PERSPECTIVES, 1)))
async def test_the_view_of_an_arrangement_comes_to_the_front_with_the_keyboard(session, until, number, name):
    window, home = session.window, MAIN[name]
    window.show_perspective(name)
    window.removeDockWidget(window.docks["log"])  # Qt may leave a tab where it is
    window.tabifyDockWidget(window.docks[home], window.docks["log"])
    session.bring("log")
    await until(lambda: pane(session) == "log" and not window.views[home].seen())
    window.show_perspective("Observe" if name != "Observe" else "Run")
    await key(window, Qt.Key.Key_0 + number, until, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: pane(session) == home)
    assert window.views[home].seen()
    assert not window.views["log"].seen()


async def test_a_view_that_goes_behind_another_hands_it_the_keyboard(session, until):
    session.repair()
    window = session.window
    window.tabifyDockWidget(window.docks["letters"], window.docks["commands"])
    for name in ("commands", "letters"):
        session.bring(name)
        await until(lambda name=name: pane(session) == name)
    await until(lambda: not window.views["commands"].seen())
    window.docks["commands"].raise_()  # as a click on its tab does
    await until(lambda: pane(session) == "commands")
    assert window.views["commands"].seen()


async def test_a_view_that_is_to_have_the_keyboard_waits_until_it_is_seen(session, until):
    session.repair()
    window = session.window
    window.tabifyDockWidget(window.docks["letters"], window.docks["commands"])
    for name in ("commands", "letters"):
        session.bring(name)
        await until(lambda name=name: pane(session) == name)
    await until(lambda: not window.views["commands"].seen())
    view = window.views["commands"]
    view.take_keyboard(view.button)
    assert pane(session) == "letters"
    window.docks["commands"].raise_()
    await until(lambda: QApplication.focusWidget() is view.button)


async def test_an_arrangement_gives_the_keyboard_back_to_the_caret_that_was_left(session, until):
    window, commands = session.window, session.window.views["commands"]
    commands.show_command("create_user")
    line = commands.findChild(QLineEdit, "user_id")
    line.setText("abcd")
    line.setFocus()
    line.setCursorPosition(2)
    window.show_perspective("Observe")
    await until(lambda: pane(session) == "board")
    window.show_perspective("Run")
    await until(lambda: QApplication.focusWidget() is line)
    QTest.keyClicks(QApplication.focusWidget(), "xy")
    assert line.text() == "abxycd"
    window.show_perspective("Run")
    assert QApplication.focusWidget() is line, "asking for what is shown moves nothing"


async def test_an_arrangement_gives_the_keyboard_back_to_a_copy_that_is_edited(session, until):
    session.repair()
    view = session.window.views["letters"]
    await until(lambda: view.table.model().rowCount() == 1)
    view.table.setFocus()
    view.table.selectRow(0)
    QTest.keyClick(view.table, Qt.Key.Key_E)
    await until(lambda: QApplication.focusWidget() is view.detail.editor.area)
    session.window.show_perspective("Observe")
    await until(lambda: pane(session) == "board")
    session.window.show_perspective("Repair")
    await until(lambda: QApplication.focusWidget() is view.detail.editor.area)


async def test_an_arrangement_gives_the_keyboard_back_to_a_view_beside_its_own(session, until):
    session.bring("streams")
    await until(lambda: pane(session) == "streams")
    session.window.views["streams"].search.setFocus()
    session.window.show_perspective("Observe")
    session.window.show_perspective("Run")
    await until(lambda: QApplication.focusWidget() is session.window.views["streams"].search)


async def test_f6_goes_from_pane_to_pane_and_back_to_where_one_was(session, until):
    window, commands = session.window, session.window.views["commands"]
    line = commands.findChild(QLineEdit, "user_id")
    line.setFocus()
    seen = [pane(session)]
    for _ in range(len(window.panes())):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(pane(session))
    assert seen[-1] == seen[0] == "commands"
    assert sorted(seen[1:]) == sorted(view.key for view in window.panes())
    assert QApplication.focusWidget() is line
    QTest.keyClick(line, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert pane(session) == seen[-2]


@pytest.mark.parametrize("name", KEYS)
async def test_the_tab_key_goes_through_a_view_as_one_reads(session, until, name):
    session.bring(name)
    await until(lambda: pane(session) == name)
    view = session.window.views[name]
    stops = [stop for stop in reading_order(view) if stop.isVisible() and stop.isEnabled()]
    stops[0].setFocus()
    went = [QApplication.focusWidget()]
    for stop in stops[1:]:
        if isinstance(QApplication.focusWidget(), TskEditor):  # there the tab key indents
            stop.setFocus()
        else:
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        went.append(QApplication.focusWidget())
    assert went == stops
    for one, other in pairwise(stops):
        # What comes later stands further down, or further right.
        here, there = (stop.mapTo(view, QPoint(0, 0)) for stop in (one, other))
        inside = one.isAncestorOf(other)
        assert inside or there.y() + other.height() > here.y() or there.x() >= here.x() + one.width()


async def test_the_tab_key_goes_from_the_picker_through_the_form_to_send(session, until):
    session.bring("commands")
    view = session.window.views["commands"]
    view.show_command("create_user")
    view.picker.setFocus()
    names = []
    while QApplication.focusWidget() is not view.button:
        names.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert names[1:5] == ["user_id", "username", "email", "status"]
    assert len(names) == 6, "the picker, the fields, the box that expects a version"


async def test_the_palette_leaves_the_caret_in_the_first_field_of_what_it_opened(session, until):
    session.window.show_perspective("Repair")
    session.palette()
    palette = session.window.findChild(Palette)
    line = palette.findChild(QLineEdit)
    line.setText("command change_status")
    await until(lambda: palette._list.targets)
    QTest.keyClick(line, Qt.Key.Key_Return)
    await until(lambda: pane(session) == "commands")
    await until(session.window.isActiveWindow)
    await until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    assert session.window.views["commands"]._name == "change_status"
    assert QApplication.focusWidget().objectName() == "user_id"


@pytest.mark.parametrize("part", ["statuses", "groups", "detail", "whole"])
async def test_keys_of_one_letter_act_in_the_table_alone(session, until, part):
    session.repair()
    view = session.window.views["letters"]
    await until(lambda: view.table.model().rowCount() == 1)
    view.table.choose_index(0)
    view._chosen(view.table.current_row())
    found = getattr(view, part)
    stop = next(one for one in reading_order(found) if one.isVisible())
    stop.setFocus()
    assert QApplication.focusWidget() is stop
    for press in ("r", "e", "t"):
        QTest.keyClicks(stop, press)
    QTest.keyClick(stop, Qt.Key.Key_Delete)
    assert not view.strip.isVisible()
    assert not view.detail.editing()
    assert session.workspace.dead_letters.counts() == {"open": 1}
    view.statuses.setCurrentIndex(0)  # in the box of statuses "r" chose one
    view.table.choose_index(0)
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_R)
    assert view.strip.isVisible()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is view.table, "one is where one asked from"


async def test_escape_goes_back_to_where_one_begins(session, until):
    session.bring("streams")
    view = session.window.views["streams"]
    await until(lambda: pane(session) == "streams")
    view.search.setFocus()
    QTest.keyClicks(view.search, "ann")
    QTest.keyClick(view.search, Qt.Key.Key_Escape)
    assert view.search.text() == ""
    QTest.keyClick(view.search, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is view.table


async def test_a_view_that_is_closed_hands_the_keyboard_on(session, until):
    session.bring("streams")
    await until(lambda: pane(session) == "streams")
    session.window.docks["streams"].close()
    await until(lambda: pane(session) not in {None, "streams"})


async def test_a_view_that_is_brought_while_another_window_is_active_has_the_keyboard_after_it(
    session, until
):
    other = QLineEdit()
    other.show()
    other.activateWindow()
    await until(other.isActiveWindow)
    session.desk.command_wanted.emit("change_status")
    session.desk.wanted.emit("commands")
    other.close()
    session.window.activateWindow()
    await until(session.window.isActiveWindow)
    await until(lambda: QApplication.focusWidget() is not None)
    assert QApplication.focusWidget().objectName() == "user_id"


async def test_a_list_that_was_empty_has_the_keyboard_as_soon_as_something_is_in_it(start, until):
    session = await start()
    session.window.activateWindow()
    await until(session.window.isActiveWindow)
    session.repair()
    letters = session.window.views["letters"]
    await until(letters.hasFocus)
    values = {"user_id": "ann", "username": "Ann Anna", "email": "ann@x.invalid"}
    await session.workspace.commands.issue("create_user", values)
    await settle(session.workspace)
    await until(letters.table.hasFocus)
    session.window.show_perspective("Run")
    await key(session.window, Qt.Key.Key_4, until, Qt.KeyboardModifier.ControlModifier)
    await until(letters.table.hasFocus)

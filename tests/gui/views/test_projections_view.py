"""The tables of read models: rows, order, search, states, and the events behind a row."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from tests.gui.conftest import settle
from workbench.gui import clipboard, reads
from workbench.gui.desk import Selection
from workbench.gui.time_format import absolute
from workbench.gui.view import LEAST, NO_STORY
from workbench.gui.views import projections_view as module
from workbench.gui.views.projection_banner import standing_of
from workbench.gui.views.projections_view import ProjectionsView
from workbench.gui.views.rebuilt_dialog import RebuiltDialog
from workbench.gui.views.row_reads import found_rows, order_after
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.services.monitor.monitor_values import RebuildView
from workbench.store.operations import Append
from workbench.store.operations.projection_operations import ApplyProjection


@pytest.fixture
def view(desk, qtbot):
    made = ProjectionsView(desk)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


async def create(workspace, *names):
    for name in names:
        values = {"user_id": name, "username": f"{name.title()} X", "email": f"{name}@example.org"}
        result = await workspace.commands.issue("create_user", values)
        await workspace.commands.wait_for("users", result.last_position)


def column(view, at):
    model = view._table.model()
    return [model.row(index)[at] for index in range(model.rowCount())]


async def test_rows_appear_and_change_as_events_come(workspace, view, until):
    assert view.picker.currentText() == "users"
    await create(workspace, "bob", "ada")
    await until(lambda: column(view, 0) == ["ada", "bob"])
    assert view.said.text() == "2 rows"
    await workspace.commands.issue("change_status", {"user_id": "bob", "status": "inactive"})
    await until(lambda: column(view, 3) == ["active", "inactive"])
    await until(lambda: view.place.text().endswith("lag 0"))


async def test_the_store_sorts_and_searches_the_whole_table(workspace, view, until):
    await create(workspace, "ada", "bob", "adam")
    await until(lambda: len(column(view, 0)) == 3)
    view._table.sort_wanted.emit(0, True)
    assert column(view, 0) == ["bob", "adam", "ada"]
    view.search.setText("ada")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert column(view, 0) == ["adam", "ada"]
    assert view.said.text() == "2 of 3 rows hold “ada” (all columns were searched)"


async def test_what_is_searched_are_whole_values_and_times_as_they_are_shown(workspace, view, until):
    await create(workspace, "ada")
    changed = json.dumps({"username": "x" * 3000 + "END", "at": 1})
    event = NewEvent(id=derived_id("long"), type="user.updated", data=changed)
    await workspace.running().writer.write(Append(stream="user-ada", events=(event,)))
    await until(lambda: "more characters" in str(column(view, 1)))
    stored = workspace.projections.row("users", "ada")["created_at"]

    def search(text):
        view.search.setText(text)
        QTest.keyClick(view.search, Qt.Key.Key_Return)
        return column(view, 0)

    assert search("xEND") == ["ada"], "the table shows its beginning alone"
    assert search("END more") == [], "which is how it is shown"
    assert search(absolute(stored)[:16]) == ["ada"]
    assert search(str(stored)) == []


async def test_a_row_names_the_events_that_made_it_and_leads_to_them(workspace, desk, view, until):
    await create(workspace, "ada", "bob")
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await until(lambda: "Ada Lovelace" in column(view, 1))
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    assert view.detail.isVisible()
    await until(lambda: told_events(view))
    assert [row[:3] for row in told_events(view)] == [
        (
            "user.created",
            "id ada, username Ada X, email ada@example.org and 1 more",
            "create_user, by a person",
        ),
        ("user.updated", "username Ada Lovelace", "update_user, by a person"),
    ]
    wanted = []
    desk.wanted.connect(wanted.append)
    events = view.detail.events
    events.setFocus()
    events.choose_index(1)
    view.detail.acts["show_event"].do()
    QTest.keyClick(events, Qt.Key.Key_Return)
    assert wanted == ["timeline", "story"]
    assert (desk.selection.stream, desk.selection.version) == ("user-ada", 2)


def told_events(view):
    model = view.detail.events.model()
    return [model.row(index) for index in range(model.rowCount())]


async def changed(workspace, view, until):
    """Shows a row whose status was changed twice, and stands in the cell."""
    await create(workspace, "ada", "bob")
    for status in ("inactive", "active"):
        await workspace.commands.issue("change_status", {"user_id": "ada", "status": status})
    await until(lambda: column(view, 3)[:1] == ["active"] and not view._finding.waits)
    await workspace.running().settle()
    table = view._table
    table.setFocus()
    table.choose_index(0)
    table.setCurrentIndex(table.model().index(0, 3))


async def test_a_cell_names_the_events_and_commands_that_set_it_the_newest_first(workspace, view, until):
    await changed(workspace, view, until)
    view.tell_why()
    await until(lambda: len(told_events(view)) == 3)
    assert view.detail.name.text() == "Why is status “active”?"
    assert [row[:3] for row in told_events(view)] == [
        ("user.status_changed", "active", "change_status, by a person"),
        ("user.status_changed", "inactive", "change_status, by a person"),
        ("user.created", "active", "create_user, by a person"),
    ]
    assert view.detail.events.hasFocus()


async def by_hand(workspace, view, until, username):
    """Stores another name in the row of ada, as SQL does."""
    live = workspace.reader.generations("users")[0]
    row = workspace.reader.row("users", "ada") | {"username": username}
    at = live.checkpoint
    stored = ApplyProjection(name="users", generation=live.generation, before=at, checkpoint=at, rows=(row,))
    await workspace.running().writer.write(stored)
    view.refresh()
    await until(lambda: column(view, 1)[:1] == [username])


async def test_what_is_told_of_a_cell_goes_with_its_value_and_is_found_again_when_asked(
    workspace, view, until
):
    await changed(workspace, view, until)
    await by_hand(workspace, view, until, "Adam")
    table, detail = view._table, view.detail
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 1))
    view.tell_why()
    await until(lambda: "No event gives the stored value" in words_of(detail.events))
    await by_hand(workspace, view, until, "Ada X")
    await until(lambda: detail.name.text() == "Why is username “Ada X”?")
    await until(lambda: "No event gives the stored value" not in words_of(detail.events))
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 1))
    view.tell_why()
    await until(lambda: [row[1] for row in told_events(view)] == ["Ada X"])


async def test_a_value_that_no_event_gives_is_told_as_such_and_leads_to_a_rebuild(workspace, view, until):
    await changed(workspace, view, until)
    await by_hand(workspace, view, until, "Adam")
    table, detail = view._table, view.detail
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 1))
    view.tell_why()
    await until(lambda: "No event gives the stored value" in words_of(detail.events))
    assert told_events(view) == []
    assert any(
        one.startswith("The events come to “Ada X”: what is stored") for one in words_of(detail.events)
    )
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 3))
    view.tell_why()
    await until(lambda: len(told_events(view)) == 3)
    detail.ask_cell("username")
    buttons = detail.events.findChildren(QPushButton)
    next(one for one in buttons if one.text() == "Rebuild to compare").click()
    await until(lambda: [one.held for one in workspace.reader.generations("users")[1:]] == [True])


def words_of(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


async def test_from_a_cell_to_the_story_of_the_command_that_set_it(workspace, desk, view, until):
    await changed(workspace, view, until)
    wanted = []
    desk.wanted.connect(wanted.append)
    view.tell_why()
    await until(lambda: told_events(view))
    QTest.keyClick(view.detail.events, Qt.Key.Key_Return)
    assert wanted == ["story"]
    position = told_events(view)[0][3]
    assert desk.selection.position == position
    desk.select(Selection(position=1))
    view.tell_why()
    assert (desk.selection.position, wanted) == (position, ["story", "story"]), "of what has the keyboard"
    view.search.setFocus()
    said = []
    desk.noticed.connect(lambda notice: said.append(notice.text))
    view.tell_why()
    assert wanted == ["story", "story"], "never an old one"
    assert said == [NO_STORY]
    assert view._table.framed == 3, "the cell that was asked for keeps its frame"
    view.detail.whole.click()
    assert view._table.framed < 0
    assert workspace.stories.correlation_at(position) == workspace.commands.history(limit=1)[0].command_id


async def test_the_cell_in_which_a_person_is_stays_that_while_rows_change(workspace, view, until):
    await changed(workspace, view, until)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await until(lambda: column(view, 1)[:1] == ["Ada Lovelace"])
    assert view._table.currentIndex().column() == 3


async def test_a_step_shows_the_row_before_and_after_it(workspace, view, until):
    await changed(workspace, view, until)
    view.tell_why()
    await until(lambda: len(told_events(view)) == 3)
    QTest.keyClick(view.detail.events, Qt.Key.Key_Down)
    assert view.detail.values.currentWidget() is view.detail.diff
    said = view.detail.diff.toPlainText()
    assert "inactive" in said
    assert "username" not in said, "only what it changed"
    view.detail.whole.click()
    assert view.detail.values.currentWidget() is view.detail.fields
    assert len(told_events(view)) == 3
    assert view.detail.name.text() == "ada"


async def test_a_row_that_changes_is_traced_again(workspace, view, until):
    await changed(workspace, view, until)
    view.tell_why()
    await until(lambda: len(told_events(view)) == 3)
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "inactive"})
    await until(lambda: len(told_events(view)) == 4)
    assert view.detail.name.text() == "Why is status “inactive”?"


async def test_the_details_show_times_as_the_table_does(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: column(view, 0) == ["ada"])
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    shown = view._table.model().shown(0, 4)
    assert shown.count("-") == 2
    assert f'"created_at": "{shown}"' in view.detail.fields.toPlainText()


async def test_pausing_stops_the_table_and_resuming_catches_up(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: column(view, 0) == ["ada"])
    view.pause.click()
    await until(lambda: "paused" in view.badge.text())
    values = {"user_id": "bob", "username": "Bob Xx", "email": "bob@example.org"}
    await workspace.commands.issue("create_user", values)
    await until(lambda: not view.place.text().endswith("lag 0"))
    assert column(view, 0) == ["ada"]
    view.pause.click()
    await until(lambda: column(view, 0) == ["ada", "bob"])


async def test_rebuilding_makes_the_same_rows_and_says_so(workspace, desk, view, until):
    await create(workspace, "ada", "bob")
    told = []
    desk.noticed.connect(told.append)
    view.rebuild.click()
    await until(lambda: told)
    assert told[0].text == "Rebuilt users: 2 rows."
    await until(lambda: column(view, 0) == ["ada", "bob"])


async def test_it_follows_the_selection(workspace, desk, view):
    desk.select(Selection(projection="outages"))
    assert view.picker.currentText() == "outages"
    assert view._table.model().columnCount() == 3


async def test_V1_the_chooser_names_the_table_that_is_shown_whatever_stands_before_it(
    workspace, view, monkeypatch
):
    users, *others = workspace.monitor.projections()
    views = [replace(users, name="aas"), users, *others]
    monkeypatch.setattr(workspace.monitor, "projections", lambda: views)
    view.refresh()
    assert view._table.accessibleName() == f"Rows of {view.picker.currentText()}" == "Rows of users"
    view.show_projection("outages")
    assert view.picker.currentText() == "outages"


async def test_a_projection_that_is_chosen_while_another_is_read_is_shown(view, until, monkeypatch):
    monkeypatch.setattr(module, "found_rows", lambda *asked: (reads.takes_time(), found_rows(*asked))[1])
    view.picker.setCurrentText("outages")
    view.refresh()
    await until(lambda: not view._finding.waits)
    assert view._table.accessibleName() == "Rows of outages"
    assert view.picker.currentText() == "outages"


async def test_J3_a_rebuild_shows_how_far_it_is_and_can_be_paused_resumed_and_given_up(
    workspace, view, until
):
    await create(workspace, "ada", "bob")
    await until(lambda: len(column(view, 0)) == 2)
    workspace.running().pause()
    view.rebuild.click()
    await until(lambda: view.banner.text.startswith("The rebuild waits while the engine is paused: 0%"))
    assert column(view, 0) == ["ada", "bob"], "the old rows stay"
    press(view.banner, "Pause")
    await until(lambda: "paused at 0%" in view.banner.text)
    workspace.running().resume()
    await workspace.running().settle()
    assert workspace.monitor.projections()[0].rebuild.status == "paused"
    press(view.banner, "Give up")
    await until(view.banner.isHidden)
    assert workspace.monitor.projections()[0].generation == 1


async def test_J10_rows_that_are_rebuilt_to_compare_stay_beside_until_a_person_decides(
    workspace, view, until
):
    await create(workspace, "ada", "bob")
    await until(lambda: len(column(view, 0)) == 2)
    workspace.running().pause()
    view.folds.acts["rebuild_beside"].do()
    await until(lambda: "The rows below stay live." in view.banner.text)
    workspace.running().resume()
    await until(lambda: view.banner.text.startswith("Rebuilt rows stand beside the live ones"))
    assert view.banner.text.endswith(": 2 rows.")
    await until(lambda: "rebuilt beside" in view.badge.text())
    press(view.banner, "Compare…")
    (dialog,) = view.window().findChildren(RebuiltDialog)
    await until(lambda: "2 alike" in dialog.said.text())
    dialog.reject()
    press(view.banner, "Discard")
    await until(view.banner.isHidden)
    assert workspace.monitor.projections()[0].generation == 1


async def test_J3_a_rebuild_tells_its_pace_and_what_is_left(workspace, view, monkeypatch):
    clock = ManualClock()
    monkeypatch.setattr(view.banner, "_desk", SimpleNamespace(workspace=SimpleNamespace(clock=clock)))
    rebuild = RebuildView(
        status="live", checkpoint=1_000, rows=5, share=0.1, fault="", fault_position=0,
        condition="rebuilding", generation=2,
    )  # fmt: skip
    assert view.banner._of_rebuild(rebuild)[1].startswith("Rebuilding: 10%, 5 rows so far. ")
    clock.advance(2)
    later = replace(rebuild, checkpoint=3_000, share=0.3)
    assert "30%, 5 rows so far · 1,000/s · about 7 s left." in view.banner._of_rebuild(later)[1]
    halted = replace(later, condition="engine paused")
    assert "/s" not in view.banner._of_rebuild(halted)[1]
    clock.advance(60)
    assert "/s" not in view.banner._of_rebuild(later)[1], "it counts from where it went on"


async def poisoned(workspace, until):
    """An event that the projection cannot fold, put into the log by hand."""
    await create(workspace, "ada", "bob")
    bad = NewEvent(id=derived_id("bad"), type="user.updated", data='{"username": "Nobody", "at": 1}')
    await workspace.running().writer.write(Append(stream="user-nobody", events=(bad,)))
    await until(lambda: workspace.monitor.projections()[0].status == "faulted")


async def test_J2_a_fault_offers_to_go_on_and_what_was_left_out_stays_visible(workspace, desk, view, until):
    await poisoned(workspace, until)
    await until(lambda: "stopped at position" in view.banner.text)
    press(view.banner, "Go on…")
    assert [action.text() for action in view.banner.menu.actions() if action.text()] == [
        "Leave out this event",
        "Leave out this and all later events of its stream",
        "Rebuild all rows",
    ]
    view.banner.menu.close()
    choose(view.banner.menu, "Leave out this and")
    await until(lambda: view.banner.text.startswith("These rows lack 1 event"))
    press(view.banner, "Show…")
    view.banner.menu.close()
    choose(view.banner.menu, "user-nobody at position")
    assert desk.selection.stream == "user-nobody"
    told = []
    desk.noticed.connect(told.append)
    choose(view.banner.menu, "Follow user-nobody again")
    await until(lambda: told)
    assert "still fails" in told[0].text
    assert view.banner.text.startswith("These rows lack 1 event")


async def test_J2_an_event_is_left_out_and_later_ones_are_folded(workspace, view, until):
    await poisoned(workspace, until)
    await until(lambda: "stopped at position" in view.banner.text)
    press(view.banner, "Go on…")
    view.banner.menu.close()
    choose(view.banner.menu, "Leave out this event")
    await until(lambda: "stopped at position" not in view.banner.text)
    await create(workspace, "eve")
    await until(lambda: column(view, 0) == ["ada", "bob", "eve"])


def press(banner, text):
    (button,) = [button for button in banner.findChildren(QPushButton) if button.text() == text]
    button.click()


def choose(menu, beginning):
    (action,) = [action for action in menu.actions() if action.text().startswith(beginning)]
    action.trigger()


async def test_V3_the_pill_says_what_is_true_of_the_table_and_of_its_rebuild(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: "running" in view.badge.text())
    await workspace.pause()
    await until(lambda: "engine paused" in view.badge.text())
    view.rebuild.click()
    await until(lambda: view.banner.text.startswith("The rebuild waits while the engine is paused"))
    await workspace.resume()
    await until(lambda: "running" in view.badge.text())
    assert view.banner.isHidden()


async def test_V3_a_dead_rebuild_is_not_live(workspace, view):
    await create(workspace, "ada")
    await workspace.pause()
    await workspace.projections.rebuild("users")
    workspace.running()._scheduler.faults["projection users"] = "KeyError: 'x'"
    view.refresh()
    assert "faulted" in view.badge.text()
    assert view.banner.text.startswith("This projection failed repeatedly")


def test_V3_words_of_the_pill():
    def pill(condition, rebuild=None, *, stale=False):
        beside = SimpleNamespace(condition=rebuild) if rebuild else None
        return standing_of(SimpleNamespace(condition=condition, rebuild=beside, stale=stale))

    assert pill("running") == ("ok", "running")
    assert pill("running", stale=True) == ("warning", "stale")
    assert pill("running", "rebuilding") == ("info", "rebuilding")
    assert pill("running", "faulted") == ("error", "rebuild faulted")
    assert pill("running", "held") == ("info", "rebuilt beside")
    assert pill("running", "paused") == ("warning", "rebuild paused")
    assert pill("faulted", "faulted") == ("error", "faulted")
    assert pill("not run here") == ("neutral", "not run here")


async def test_V1_rows_stay_selected_by_their_keys_also_over_a_rebuild(workspace, desk, view, until):
    for name in ("bob", "cyd", "dan"):
        await workspace.commands.issue(
            "create_user", {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        )
    await settle(workspace)
    await until(lambda: view._table.model().rowCount() >= 3)
    numbers = workspace.projections.numbers("users", ["cyd"])
    view.show_projection("users")
    view._table.viewport().grab()
    view._table.choose_key(numbers["cyd"])
    await workspace.commands.issue(
        "create_user", {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    )
    await settle(workspace)
    await until(lambda: view._table.model().rowCount() >= 4)
    assert [row[0] for row in view._table.selected_rows()] == ["cyd"]
    before = view._source.generation
    await workspace.projections.rebuild("users")
    await until(lambda: view._source.generation != before)
    assert [row[0] for row in view._table.selected_rows()] == ["cyd"]
    assert "1 of 4 selected" in view.said.text()


async def test_J6_a_table_of_handlers_offers_neither_pause_nor_rebuild(workspace, view, until, monkeypatch):
    await create(workspace, "ada")
    await until(lambda: column(view, 0) == ["ada"])
    assert view.rebuild.isVisible()
    users, *_ = workspace.monitor.projections()
    said = "written by handlers"
    table = replace(users, by_handlers=True, status=said, condition=said, lag=0)
    monkeypatch.setattr(workspace.monitor, "projections", lambda: [table])
    view.refresh()
    assert "written by handlers" in view.badge.text()
    assert not view.rebuild.isVisible()
    assert not view.pause.isVisible()
    assert not view.place.isVisible()


async def test_the_head_of_a_narrow_view_stays_readable(workspace, view, qtbot, qapp):
    holder = QWidget()
    qtbot.addWidget(holder)
    view.setParent(holder)  # as in a dock, which gives it no more than there is
    holder.show()
    view.show()
    view.setGeometry(0, 0, 190, 400)
    qapp.processEvents()
    widths = [(part.width(), part.sizeHint().width()) for part in (view.picker, view.badge)]
    view.setParent(None)
    assert all(width >= wanted for width, wanted in widths)


def detailed(view):
    return view.detail.name.text() if view.detail.isVisible() else ""


async def test_the_details_follow_the_row_that_is_marked_or_close(workspace, desk, view, until):
    await create(workspace, "ada", "bob", "cyd")
    await until(lambda: len(column(view, 0)) == 3)
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    assert detailed(view) == "ada"
    desk.select(Selection(stream="user-cyd"))
    assert [row[0] for row in view._table.selected_rows()] == ["cyd"]
    assert detailed(view) == "cyd"
    desk.select(Selection(stream="user-nobody"))
    assert (view._table.selected_rows(), view._table.chosen(), detailed(view)) == ([], None, "")


async def test_the_details_of_a_row_that_is_not_found_any_more_close(workspace, view, until):
    await create(workspace, "ada", "bob")
    await until(lambda: len(column(view, 0)) == 2)
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    assert detailed(view) == "ada"
    view.search.setText("bob")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert detailed(view) == ""


async def test_V3_the_details_say_what_became_of_their_row(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: column(view, 0) == ["ada"])
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "inactive"})
    await until(lambda: column(view, 3) == ["inactive"])
    await until(lambda: "inactive" in view.detail.fields.toPlainText())


async def test_coming_back_leaves_the_rows_chosen_that_a_person_chose(workspace, desk, view, until):
    await create(workspace, "ada", "bob", "cyd")
    await until(lambda: len(column(view, 0)) == 3)
    desk.select(Selection(stream="user-cyd"))
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    QTest.keyClick(view._table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    view.follow(desk.selection)
    assert [row[0] for row in view._table.selected_rows()] == ["ada", "bob"]


async def test_V1_another_name_of_a_column_leaves_rows_place_order_and_details(
    workspace, view, until, monkeypatch
):
    await create(workspace, *(f"u{number:02}" for number in range(40)))
    await until(lambda: len(column(view, 0)) == 40)
    view._table.sort_wanted.emit(0, True)
    view._table.choose_index(20)
    view._table.row_chosen.emit(view._table.current_row())
    view._table.setFocus()
    view._table.verticalScrollBar().setValue(18)
    users, *_ = workspace.monitor.projections()
    names = [users.columns[0], ("called", "text"), *users.columns[2:]]
    monkeypatch.setattr(workspace.monitor, "projections", lambda: [replace(users, columns=tuple(names))])
    before = view._table
    view.refresh()
    table = view._table
    assert table is not before
    assert [row[0] for row in table.selected_rows()] == ["u19"]
    assert (column(view, 0)[0], detailed(view)) == ("u39", "u19")
    assert (table.verticalScrollBar().value(), table.hasFocus()) == (18, True)


@pytest.mark.parametrize(
    ("order", "columns", "expected"),
    [
        ("-name", ("id", "called"), "-called"),
        ("name", ("name", "id"), "name"),
        ("-name", ("id",), ""),
        ("", ("id", "called"), ""),
    ],
)
def test_the_order_goes_over_to_the_column_that_took_the_place_of_another(order, columns, expected):
    before = (("id", "text"), ("name", "text"))
    assert order_after(order, before, [(name, "text") for name in columns]) == expected


async def test_table_and_details_share_the_height(workspace, view, until, qapp):
    await create(workspace, *(f"u{number:02}" for number in range(30)))
    await until(lambda: len(column(view, 0)) == 30)
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    qapp.processEvents()
    table, details = view.split.sizes()
    assert details < table < 3 * details


async def test_V3_the_count_stays_while_the_rows_are_read_again(workspace, view, until, monkeypatch):
    await create(workspace, "ada")
    await until(lambda: view.said.text() == "1 row")
    monkeypatch.setattr(module, "found_rows", lambda *asked: (reads.takes_time(), found_rows(*asked))[1])
    view.refresh()
    assert view._finding.waits
    assert view.said.text() == "1 row"
    await until(lambda: not view._finding.waits)
    view.search.setText("ada")
    view.search.settled.emit("ada")
    assert view.said.text() == "Reading …"
    await until(lambda: view.said.text().startswith("1 of 1"))


async def test_a_search_shows_its_rows_from_the_first(workspace, view, until):
    await create(workspace, *(f"u{number:02}" for number in range(60)))
    await until(lambda: len(column(view, 0)) == 60)
    view._table.verticalScrollBar().setValue(30)
    view.search.setText("u")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert view._table.verticalScrollBar().value() == 0


async def test_a_long_name_stands_above_the_buttons_where_all_have_no_room_beside_it(view, until):
    await until(lambda: view._table is not None)
    view.picker.show_choices([("all_claims_of_customers_by_month", "users")])
    for wide in (180, 220, 300, 600):
        view.resize(wide, 400)
        view._share_head()
        QCoreApplication.processEvents()
        assert not view.picker.geometry().intersects(view.pause.geometry())
        assert view.picker.geometry().right() < view.width()


async def test_H4_a_long_value_is_copied_whole_and_called_by_its_beginning(workspace, view, until):
    long = "é" * 3000 + ", the end"
    await create(workspace, "ada")
    changed = json.dumps({"username": long, "at": 1})
    event = NewEvent(id=derived_id("long"), type="user.updated", data=changed)
    await workspace.running().writer.write(Append(stream="user-ada", events=(event,)))
    await until(lambda: column(view, 1)[:1] and len(column(view, 1)[0]) > 1000)
    table, board = view._table, QApplication.clipboard()
    table.choose_index(0)
    table.setCurrentIndex(table.model().index(0, 1))
    for act, whole in (
        ("copy_cell", lambda said: said == long),
        ("copy_rows", lambda said: said.split("\t")[1] == long),
        ("copy_lines", lambda said: json.loads(said)["username"] == long),
        ("copy_csv", lambda said: [*csv.reader(said.splitlines())][1][1] == long),
    ):
        board.clear()
        table.common.acts[act].do()
        await until(board.text)
        assert whole(board.text()), act
    assert view.why_told(table.chosen())[0] == f"Why is it “{'é' * 24}… 2,985 more characters”?"
    view.acts["narrow"].refresh()
    assert not view.acts["narrow"].isVisible()


async def test_H4_more_than_a_clipboard_takes_is_refused(workspace, view, until, desk, monkeypatch):
    await create(workspace, "bob")
    await until(lambda: len(column(view, 0)) == 1)
    told = []
    monkeypatch.setattr(desk, "notice", lambda kind, text, *_rest, **_more: told.append((kind, text)))
    view._table.choose_index(0)
    QApplication.clipboard().setText("before")
    monkeypatch.setattr(clipboard, "MOST", 10)
    view._table.common.acts["copy_rows"].do()
    await until(lambda: told)
    assert told[0][0] == "error"
    assert "Copy fewer rows, or export instead" in told[0][1]
    assert QApplication.clipboard().text() == "before"


async def test_nothing_lies_over_the_rows_in_the_lowest_dock(view, until):
    await until(lambda: view._table is not None)
    assert view.layout().totalMinimumSize().height() <= LEAST.height()

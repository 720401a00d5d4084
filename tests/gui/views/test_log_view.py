"""The live log: order, holding still, the operations."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from workbench.gui.operator_undo import NOTHING
from workbench.gui.views.log_view import LogView
from workbench.gui.views.operation_list import CAN
from workbench.gui.views.traffic_dialog import TrafficDialog
from workbench.store.operations import ForgetMessages, NewMessage


@pytest.fixture
def view(desk, qtbot):
    made = LogView(desk)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def rows(table):
    return [table.model().row(index) for index in range(table.model().rowCount())]


async def create(workspace, name):
    values = {"user_id": name, "username": "Some Body", "email": f"{name}@example.org"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    await workspace.running().settle()


async def test_events_and_messages_stand_in_the_order_of_the_store(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    found = rows(view.table)
    assert [row[0] for row in found] == list(range(1, len(found) + 1))
    assert found[0][1:5] == ("event", "user.created", "user-ada", 1)
    assert any(row[1] == "message" and row[3] == "audit" for row in found)


async def test_held_it_stands_still_and_counts_what_is_new(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    before = len(rows(view.table))
    view.hold.setChecked(True)
    await create(workspace, "bob")
    await until(view.news.isVisible)
    assert len(rows(view.table)) == before
    await until(lambda: view.news.text() == f"{workspace.streams.head() - before} new")
    view.news.click()
    assert len(rows(view.table)) == workspace.streams.head()
    assert not view.news.isVisible()


async def test_what_comes_below_where_a_person_looks_is_counted(workspace, view, until):
    for name in ("ada", "bob", "cy", "dot", "eve", "flo", "gus", "hal"):
        await create(workspace, name)
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    bar = view.table.verticalScrollBar()
    await until(lambda: bar.value() == bar.maximum() > 0)
    assert not view.news.isVisible()
    bar.setValue(0)
    before = workspace.streams.head()
    await create(workspace, "ida")
    await until(lambda: view.news.text() == f"{workspace.streams.head() - before} new")
    assert view.news.isVisible()
    view.news.click()
    await until(lambda: bar.value() == bar.maximum())
    assert not view.news.isVisible()


async def test_choosing_an_event_selects_its_place(workspace, desk, view, until):
    await create(workspace, "ada")
    await until(lambda: rows(view.table))
    view.table.choose_index(0)
    view.table.row_chosen.emit(rows(view.table)[0])
    assert (desk.selection.stream, desk.selection.version, desk.selection.position) == ("user-ada", 1, 1)


async def test_L9_operations_are_listed_found_and_undone(workspace, view, until):
    operations = view.operations
    await workspace.pause()
    await workspace.subscriptions.pause("welcome-mail", paused=True)
    view.tabs.setCurrentWidget(operations)
    shown = [("pause", "subscription welcome-mail", 1, CAN), ("pause", "engine", 1, CAN)]
    await until(lambda: [row[1:5] for row in rows(operations.table)] == shown)
    operations.filter.setText("welcome")
    operations.filter.settled.emit("welcome")
    await until(lambda: len(rows(operations.table)) == 1)
    operations.table.choose_index(0)
    await until(lambda: view.acts["undo"].text() == "Undo pause of subscription welcome-mail")
    operations.table.setFocus()
    QTest.keyClick(operations.table, Qt.Key.Key_U)
    await until(lambda: not workspace.reader.subscription("welcome-mail").paused)
    await until(lambda: rows(operations.table)[-1][4] == "undone by operation 3")
    assert not operations.acts["undo-this"].refresh()
    await until(lambda: view.acts["undo"].text() == "Undo pause of engine")
    view.acts["undo"].do()
    await until(lambda: not workspace.monitor.paused)


async def test_I3_after_retention_each_row_is_an_entry_that_is_stored(workspace, view, until):
    for name in ("ada", "bob"):
        await create(workspace, name)
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    messages = [row for row in rows(view.table) if row[1] != "event"]
    assert messages
    events = [row for row in rows(view.table) if row[1] == "event"]
    view.table.choose_key(events[-1][0])
    await workspace.running().writer.write(ForgetMessages(topic="audit"))
    await until(lambda: rows(view.table) == events)
    assert view.table.model().row(view.table.currentIndex().row()) == events[-1]
    assert view.said.text() == f"{len(events):,} entries"
    await create(workspace, "cyd")
    await until(lambda: len(rows(view.table)) > len(events))
    assert rows(view.table)[: len(events)] == events
    assert view.said.text() == f"{len(rows(view.table)):,} entries"


async def in_place_of_others(workspace, went):
    """Has as many messages come as go, in one commit."""
    fresh = [workspace.running().new_id() for _ in went]
    messages = [
        NewMessage(id=one, topic="audit", type="audit", key="", data="{}", correlation_id=one)
        for one in fresh
    ]
    await workspace.running().commit(ForgetMessages(topic="audit"), *messages)


@pytest.mark.parametrize("held", [False, True])
async def test_V3_as_many_entries_may_come_as_go(workspace, view, until, held):
    await create(workspace, "ada")
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    before = rows(view.table)
    went = [row for row in before if row[1] != "event"]
    assert went
    view.hold.setChecked(held)
    await in_place_of_others(workspace, went)
    if held:
        await until(lambda: view.news.text() == f"{len(went)} new")
        assert view.news.isVisible()
        view.news.click()
    last = before[-1][0] + len(went)  # that they came may be told before that the others went
    await until(lambda: rows(view.table)[-1][0] == last and len(rows(view.table)) == len(before))
    assert rows(view.table)[0] == before[0]


async def test_I3_what_was_removed_while_it_is_held_says_so(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    view.hold.setChecked(True)
    held = rows(view.table)
    await workspace.running().writer.write(ForgetMessages(topic="audit"))
    view.table.refresh(view._source)
    assert [row[0] for row in rows(view.table)] == [row[0] for row in held]
    told = {row[0]: row[2] for row in rows(view.table) if not row[1]}
    assert told == {row[0]: "no longer stored" for row in held if row[1] == "message"}


async def test_a_row_that_is_selected_stays_where_it_is_while_others_come(workspace, view, until):
    for name in ("ada", "bob", "cyd", "dan", "eve", "fay", "gil"):
        await create(workspace, name)
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    bar, last = view.table.verticalScrollBar(), workspace.streams.head() - 1
    assert bar.value() == bar.maximum() > 0
    view.table.choose_index(last)
    place = view.table.visualRect(view.table.currentIndex())
    await create(workspace, "hal")
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    moved = view.table.visualRect(view.table.currentIndex()).top() - place.top()
    assert abs(moved) < 2, "the last row stood at the foot, the first is at the head now"
    view.go_to_end(None)
    assert bar.value() == bar.maximum()
    assert not view.table.selected_keys()


async def test_a_range_of_rows_is_selected_by_shift_and_the_mouse(workspace, view, until):
    await create(workspace, "ada")
    await create(workspace, "bob")
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    for row, modifier in ((0, Qt.KeyboardModifier.NoModifier), (2, Qt.KeyboardModifier.ShiftModifier)):
        view.table.scrollToTop()
        place = view.table.visualRect(view.table.model().index(row, 0)).center()
        QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, modifier, place)
    assert list(view.table.selected_keys()) == [1, 2, 3]


async def test_words_are_found_in_the_whole_log_and_in_what_comes(workspace, view, until):
    await create(workspace, "ada")
    await create(workspace, "bob")
    await until(lambda: view.table.model().rowCount() > 2)
    view.filter.setFocus()
    QTest.keyClicks(view.filter, "ADA created")
    QTest.keyClick(view.filter, Qt.Key.Key_Return)
    model = view.table.model()
    await until(lambda: view.said.text().endswith("(the whole store was searched)") and model.row(0))
    before = model.rowCount()
    assert model.row(0)[2:4] == ("user.created", "user-ada")
    assert before < view._positions.count
    await create(workspace, "bill")
    await until(lambda: str(workspace.streams.head()) in view.said.text())
    assert model.rowCount() == before, "none of them fits, yet there are more entries"
    await create(workspace, "adam")
    await until(lambda: model.rowCount() > before)
    view.filter.clear()
    await until(lambda: model.rowCount() == view._positions.count)


async def test_keys_of_what_cannot_be_done_say_why(workspace, desk, view, until):
    told = []
    desk.noticed.connect(told.append)
    await create(workspace, "ada")
    await until(lambda: view.table.model().rowCount())
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [one.text for one in told] == [f"Undo: {NOTHING}"]


async def test_W3_the_traffic_of_chosen_rows_can_be_run_again(workspace, view, until):
    for name in ("ada", "bob", "cyd"):
        await create(workspace, name)
    await until(lambda: len(rows(view.table)) == workspace.streams.head())
    view.table.choose_index(2)
    view.run_traffic(view.table.chosen())
    opened = view.findChild(TrafficDialog)
    assert (opened.first.value(), opened.upto.value()) == (3, workspace.streams.head())
    opened.close()
    view.table.selectAll()
    view.run_traffic(view.table.chosen())
    opened = view.findChildren(TrafficDialog)[-1]
    assert (opened.first.value(), opened.upto.value()) == (1, workspace.streams.head())
    opened.close()

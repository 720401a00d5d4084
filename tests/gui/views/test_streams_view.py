"""The list of streams: found, sorted, narrowed, followed."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtTest import QTest

from workbench.gui import reads
from workbench.gui.desk import Selection
from workbench.gui.views.streams_view import StreamsView


async def people(workspace, *names):
    for name in names:
        values = {"user_id": name, "username": name.title() + " X", "email": f"{name}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted


def names(view):
    source = view.table.model()
    return [source.row(index)[0] for index in range(source.rowCount())]


@pytest.fixture
def view(desk, qtbot):
    made = StreamsView(desk)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    return made


async def test_the_newest_stands_first_and_new_ones_appear(workspace, view, until):
    assert names(view) == []
    await people(workspace, "ada", "bob")
    await until(lambda: names(view) == ["user-bob", "user-ada"])
    assert view.said.text() == "2 streams"


async def test_streams_that_come_out_of_sight_are_counted_while_the_newest_stand_first(
    workspace, view, until
):
    await people(workspace, *(f"u{number:02}" for number in range(30)))
    await until(lambda: len(names(view)) == 30)
    bar = view.table.verticalScrollBar()
    await until(lambda: bar.maximum() > 5)
    bar.setValue(5)
    await people(workspace, "ada", "bob")
    await until(lambda: view.news.text() == "2 new")
    assert (view.news.isVisible(), bar.value()) == (True, 7)
    view.news.click()
    assert not view.news.isVisible()
    view.table.sort_wanted.emit(0, False)
    await until(lambda: names(view)[0] == "user-ada")
    bar.setValue(5)
    await people(workspace, "abe")
    await until(lambda: len(names(view)) == 33)
    assert not view.news.isVisible(), "new ones stand where their name belongs"


async def test_a_search_looks_at_the_whole_store_and_says_so(workspace, view, until):
    await people(workspace, "ada", "bob", "adam")
    await until(lambda: len(names(view)) == 3)
    view.search.setFocus()
    QTest.keyClicks(view.search, "ada")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert sorted(names(view)) == ["user-ada", "user-adam"]
    assert view.said.text() == "2 of 3 streams (the whole store was searched)"


async def test_sorting_by_name_and_category(workspace, view, until):
    await people(workspace, "bob", "ada")
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    await until(lambda: len(names(view)) == 3)
    view.table.sort_wanted.emit(0, False)
    found = names(view)
    assert found == sorted(found)
    view.categories.setCurrentIndex(view.categories.findData("user"))
    assert names(view) == ["user-ada", "user-bob"]


async def test_choosing_a_stream_moves_the_selection_and_follows_it(workspace, desk, view, until):
    await people(workspace, "ada", "bob")
    await until(lambda: len(names(view)) == 2)
    wanted = []
    desk.wanted.connect(wanted.append)
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Down)
    first = desk.selection.stream
    assert first in {"user-ada", "user-bob"}
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert wanted == ["timeline"]
    other = ({"user-ada", "user-bob"} - {first}).pop()
    desk.select(Selection(stream=other))
    assert view.table.current_row()[0] == other


async def test_many_streams_are_searched_beside_the_window(workspace, view, until, monkeypatch):
    monkeypatch.setattr(reads, "AT_ONCE", -1)
    await people(workspace, "ada", "bob", "cyd")
    await until(lambda: len(names(view)) == 3)
    view.search.setText("cyd")
    view.search.settled.emit("cyd")
    await until(lambda: names(view) == ["user-cyd"])


def offered(view):
    """Opens the menu of the table; returns what it offers and does not refuse, by what it says."""
    view.table.offering.open_at(view.mapToGlobal(QPoint(10, 10)))
    view.table.offering.menu.close()
    return {one.text(): one for one in view.table.offering.menu.actions() if one.text() and one.isEnabled()}


async def test_A2_a_stream_is_closed_and_opened_again_by_its_menu(workspace, desk, view, until):
    closing, opening = "Close, so that it takes no more events", "Open again, so that it takes events"
    assert not {"Show in timeline", closing} & set(offered(view)), "nothing is chosen"
    await people(workspace, "ada")
    await until(lambda: names(view) == ["user-ada"])
    view.table.choose_index(0)
    assert {"Show in timeline", closing} <= set(offered(view))
    offered(view)[closing].trigger()
    await until(lambda: workspace.streams.get("user-ada").closed)
    result = await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    assert "closed" in result.message
    await until(lambda: opening in offered(view))
    offered(view)[opening].trigger()
    await until(lambda: not workspace.streams.get("user-ada").closed)
    result = await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    assert result.accepted
    await desk_idle(desk)
    assert [action.action for action in workspace.monitor.actions()] == ["open again", "close"]


async def desk_idle(desk):
    await asyncio.gather(*desk.running())


async def test_a_stream_that_is_not_listed_leaves_none_marked_until_it_is(workspace, desk, view, until):
    await people(workspace, "ada", "bob")
    await until(lambda: len(names(view)) == 2)
    desk.select(Selection(stream="user-ada"))
    view.search.setText("ada")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert [row[0] for row in view.table.selected_rows()] == ["user-ada"]
    desk.select(Selection(stream="user-bob"))
    assert (view.table.selected_rows(), view.table.chosen()) == ([], None)
    view.search.clear()
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert [row[0] for row in view.table.selected_rows()] == ["user-bob"]
    desk.select(Selection(stream="user-nobody"))
    assert view.table.selected_rows() == []


async def test_a_search_shows_what_it_found_from_the_first(workspace, view, until):
    await people(workspace, *(f"u{number:02}" for number in range(40)))
    await until(lambda: len(names(view)) == 40)
    view.table.verticalScrollBar().setValue(20)
    view.search.setText("u")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert view.table.verticalScrollBar().value() == 0


async def test_V3_the_count_stays_while_the_streams_are_read_again(workspace, view, until, monkeypatch):
    await people(workspace, "ada")
    await until(lambda: view.said.text() == "1 stream")
    read = view._read
    monkeypatch.setattr(view, "_read", lambda *asked: (reads.takes_time(), read(*asked))[1])
    view.refresh()
    assert view._finding.waits
    assert view.said.text() == "1 stream"
    await until(lambda: not view._finding.waits)
    view.search.setText("ada")
    view.search.settled.emit("ada")
    assert view.said.text() == "Searching …"
    await until(lambda: view.said.text().startswith("1 of 1"))


async def test_V1_the_category_stays_chosen_when_another_comes_before_it(workspace, view, until):
    await people(workspace, "ada")
    await until(lambda: view.categories.findText("user  ·  1") > 0)
    view.categories.setCurrentIndex(view.categories.findData("user"))
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    await until(lambda: view.categories.count() > 2)
    assert view.categories.findData("user") > 1
    assert view.categories.currentData() == "user"


async def test_the_categories_do_not_close_while_streams_come(workspace, view, until):
    await people(workspace, "ada")
    await until(lambda: view.categories.findText("user  ·  1") > 0)
    held = [QPersistentModelIndex(view.categories.model().index(at, 0)) for at in range(2)]
    await people(workspace, "bob")
    await until(lambda: view.categories.findText("user  ·  2") > 0)
    assert all(index.isValid() for index in held)

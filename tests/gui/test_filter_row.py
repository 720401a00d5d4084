"""The line over tables that narrows them: over the whole store, by words, and by expressions where it can."""

from __future__ import annotations

from operator import attrgetter

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.gui.desk import Selection
from workbench.gui.filter_row import FilterRow, rows_with
from workbench.gui.layouts import in_column
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.views.commands_view import CommandsView
from workbench.gui.views.compare_view import CompareView
from workbench.gui.views.log_view import LogView
from workbench.gui.views.projections_view import ProjectionsView
from workbench.gui.views.streams_view import StreamsView
from workbench.gui.views.subscriptions_view import SubscriptionsView
from workbench.gui.views.timeline_view import TimelineView
from workbench.gui.window_layouts import WindowLayouts
from workbench.model.search_words import parts_of

COLUMNS = (
    TableColumn("Name"),
    TableColumn("State", badge=lambda state: ("ok", f"is {state}")),
    TableColumn("At", text=lambda at: f"{at:,}"),
)


def rows(table):
    return [table.model().row(index) for index in range(table.model().rowCount())]


def ask(line, text):
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def shown(kind, desk, qtbot):
    view = kind(desk)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    return view


@pytest.fixture
async def people(workspace):
    """Ten people, the first of whom changed their name often."""
    for at in range(10):
        values = {"user_id": f"p{at}", "username": f"Person {at}", "email": f"p{at}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    for at in range(6):
        values = {"user_id": "p0", "username": f"Renamed {at}"}
        assert (await workspace.commands.issue("update_user", values)).accepted
    await workspace.running().settle()
    return workspace


@pytest.mark.parametrize(
    ("line", "words", "where"),
    [
        ("card declined", "card declined", ""),
        ("where data.n > 1", "", "data.n > 1"),
        (" card  where data.n > 1 ", "card", "data.n > 1"),
        ("somewhere else", "somewhere else", ""),
    ],
)
def test_what_is_typed_is_words_and_an_expression(line, words, where):
    assert parts_of(line) == (words, where)


def test_a_short_list_is_filtered_by_what_its_cells_show():
    source = ListSource([("Größe", "open", 1200), ("other", "closed", 1)])
    assert [row[0] for row in rows_with("GRÖSSE", source, COLUMNS).rows] == ["Größe"]
    assert [row[0] for row in rows_with("is 1,200", source, COLUMNS).rows] == ["Größe"]
    assert [row[0] for row in rows_with('"is open" größe', source, COLUMNS).rows] == ["Größe"]
    assert not rows_with('"open größe"', source, COLUMNS).rows
    assert rows_with("", source, COLUMNS) is source
    assert not rows_with("größe closed", source, COLUMNS).rows


async def test_entries_of_the_log_that_fit_are_read_however_far_apart_they_are(people, desk, qtbot, until):
    view = shown(LogView, desk, qtbot)
    await until(lambda: view.table.model().rowCount() == people.streams.head())
    ask(view.filter, "where data.email in ['p1@example.org', 'p8@example.org'] && kind == 'event'")
    await until(lambda: [row[3] for row in rows(view.table) if row] == ["user-p1", "user-p8"])
    assert view.filter.toolTip().startswith(f"2 of {people.streams.head():,}")
    before = rows(view.table)
    ask(view.filter, "where data.email ==")
    await until(lambda: view.filter.property("invalid"))
    assert "where, character" in view.filter.toolTip()
    assert rows(view.table) == before, "what was found stays until something can be looked for"
    QTest.keyClick(view.filter, Qt.Key.Key_Escape)
    await until(lambda: view.table.model().rowCount() == people.streams.head())
    assert not view.filter.property("invalid")


async def test_a_timeline_shows_the_events_that_fit_and_keeps_its_versions(people, desk, qtbot, until):
    view = shown(TimelineView, desk, qtbot)
    desk.select(Selection(stream="user-p0"))
    await until(lambda: view.table.model().rowCount() == 7)
    view.table.setFocus()
    view.focus_filter()
    assert view.focusWidget() is view.filter
    ask(view.filter, "updated where data.username.endsWith('2') || version == 6")
    await until(lambda: [row[0] for row in rows(view.table) if row] == [4, 6])
    assert view.filter.toolTip().startswith("2 of 7")
    view.go(5)
    assert (desk.selection.version, view.table.selected_keys()) == (5, []), "the filter hides it"
    view.go(4)
    assert (desk.selection.version, view.table.selected_keys()) == (4, [4])
    values = {"user_id": "p0", "username": "Twice 2"}
    assert (await people.commands.issue("update_user", values)).accepted
    ask(view.filter, "where data.username.endsWith('2')")
    await until(lambda: [row[0] for row in rows(view.table) if row] == [4, 8])
    desk.select(Selection(stream="user-p1"))
    await until(lambda: view.stream == "user-p1" and not rows(view.table))
    ask(view.filter, "where data.username ==")
    await until(lambda: view.filter.property("invalid"))
    for _ in range(2):
        view.refresh()
        await until(lambda: not view._loading.waits)
        assert view.filter.property("invalid"), "it is told as long as it cannot be used"
    desk.select(Selection(stream="user-p0"))
    await until(lambda: view.stream == "user-p0" and len(rows(view.table)) == 8)
    assert view.filter.property("invalid")
    QTest.keyClick(view.filter, Qt.Key.Key_Escape)
    assert not view.filter.property("invalid")


async def test_the_history_is_filtered_over_all_commands(people, desk, qtbot, until):
    view = shown(CommandsView, desk, qtbot)
    await until(lambda: view.history.table.model().rowCount() == 16)
    view.history.table.setFocus()
    view.focus_filter()
    assert view.focusWidget() is view.history.filter
    ask(view.history.filter, "update_user where stream == 'user-p0' && data.username != 'Renamed 3'")
    await until(lambda: len(rows(view.history.table)) == 5 and rows(view.history.table)[0])
    assert {row[1] for row in rows(view.history.table)} == {"update_user"}
    assert view.history.filter.toolTip().startswith("5 of 16")


LINES = (
    (SubscriptionsView, "filter", "table", "welcome"),
    (LogView, "filter", "table", "Renamed"),
    (StreamsView, "search", "table", "p1"),
    (CommandsView, "history.filter", "history.table", "update_user"),
)


@pytest.mark.parametrize(("kind", "line", "table", "words"), LINES)
async def test_what_a_table_was_filtered_by_comes_back_with_the_project(
    people, desk, qtbot, until, tmp_path, kind, line, table, words
):
    def opened():
        window = QWidget()
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window.layouts = WindowLayouts(window, settings)
        window.layouts.turn_to(project="/people")
        view = kind(desk)
        in_column(view, of=window)
        qtbot.addWidget(window)
        window.resize(900, 600)
        window.show()
        return window, attrgetter(line)(view), attrgetter(table)(view)

    first, typed, listed = opened()
    await until(lambda: listed.model().rowCount() > 1)
    total = listed.model().rowCount()
    ask(typed, words)
    await until(lambda: 0 < listed.model().rowCount() < total)
    found = listed.model().rowCount()
    first.close()
    second, again, later = opened()
    assert again.text() == words
    await until(lambda: later.model().rowCount() == found)
    await until(lambda: again._count.text() == f"filtered: {found:,} of {total:,}")
    again.setFixedWidth(160)
    assert again._count.text() == f"{found:,} of {total:,}", "what is typed has room, too"
    QTest.keyClick(again, Qt.Key.Key_Escape)
    await until(lambda: later.model().rowCount() == total)
    second.close()
    third, empty, _ = opened()
    assert third.isVisible()
    assert empty.text() == ""


async def test_V2_every_filter_of_a_view_comes_back_each_with_its_own_words(people, desk, qtbot, tmp_path):
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    others = (ProjectionsView, TimelineView, CompareView)
    for turn in range(2):
        for kind in (*(kind for kind, *_ in LINES), *others):
            window = QWidget()
            window.layouts = WindowLayouts(window, settings)
            view = kind(desk)
            in_column(view, of=window)
            qtbot.addWidget(window)
            window.show()
            lines = view.findChildren(FilterRow)
            assert lines
            assert len({one.what for one in lines}) == len(lines)
            for one in lines:
                assert one.text() == (f"{one.what} x" if turn else "")
                one.say(f"{one.what} x")


async def test_subscriptions_are_filtered_by_what_their_rows_show(people, desk, qtbot, until):
    view = shown(SubscriptionsView, desk, qtbot)
    await until(lambda: view.table.model().rowCount() > 1)
    total = view.table.model().rowCount()
    name = rows(view.table)[0][0]
    view.table.setFocus()
    view.focus_filter()
    assert view.focusWidget() is view.filter
    ask(view.filter, name)
    assert {row[0] for row in rows(view.table)} == {one for one in view._views if name in one}
    QTest.keyClick(view.filter, Qt.Key.Key_Escape)
    assert view.table.model().rowCount() == total

"""The search over everything: asked by keys, narrowed by ticks and time, acted on, kept."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from workbench.gui.desk import Selection
from workbench.gui.tree import DATA
from workbench.gui.views.search_rows import PLACE, POSITION, RECORD, TIME
from workbench.gui.views.search_view import SearchView
from workbench.services.search.search_query import SearchQuery


async def people(workspace, *names):
    for name in names:
        values = {"user_id": name, "username": f"{name.title()} X", "email": f"{name}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await workspace.running().settle()


def rows(view):
    model = view.table.model()
    return [model.row(index) for index in range(model.rowCount())]


def records(view):
    return [(row[RECORD].kind.value, row[RECORD].type) for row in rows(view) if row is not None]


def facet(view, name):
    """Returns the line of the facets with a name."""
    return next(index for index in view.facets.rows.all() if (index.data(DATA) or ("", ""))[1] == name)


@pytest.fixture
def view(desk, qtbot):
    made = SearchView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


@pytest.fixture
async def asked(workspace, view, until):
    """The view with what was found for a name."""
    await people(workspace, "ada", "bob")
    type_in(view.bar.words, "ada")
    await until(lambda: view.task.state is not None and view.task.state.done and rows(view))
    return view


def type_in(line, text):
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


async def test_words_find_records_of_all_kinds_and_it_says_what_was_searched(asked):
    found = records(asked)
    assert {"event", "command", "row"} <= {kind for kind, _ in found}
    assert all("ada" in str(row[RECORD]).lower() for row in rows(asked))
    assert asked.said.text().startswith("Whole store searched: ")
    assert asked.count.text() == f"{len(found):,} found"
    assert not asked.start.isVisible()
    assert asked.found.isVisible()


async def test_a_field_that_nothing_has_is_answered_with_the_one_that_may_be_meant(asked, until):
    asked.show_query(SearchQuery(where="data.usernam == 'Ada'"))
    said = "no record has a field data.usernam (did you mean username?)"
    await until(lambda: any(said in label.text() for label in asked.table.findChildren(QLabel)))
    asked.show_query(SearchQuery(where="data.username == 'Eve'"))
    await until(
        lambda: not any("no record has" in label.text() for label in asked.table.findChildren(QLabel))
    )


async def test_nothing_asked_says_what_can_be_asked(view, until):
    assert view.start.isVisible()
    assert not view.found.isVisible()
    buttons = view.start.findChildren(QPushButton)
    assert len(buttons) == 3
    QTest.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)
    await until(lambda: view.task.state is not None and view.task.state.done)
    assert view.bar.where.text() == "kind == 'letter' && status == 'open'"
    assert view.task.state.count == 0


async def test_an_expression_is_checked_where_it_is_typed(workspace, view, until):
    await people(workspace, "ada")
    view.bar.where.setFocus()
    QTest.keyClicks(view.bar.where, "dat.x == 1")
    assert view.bar.flaw.isVisible()
    assert "dat" in view.bar.flaw.text()
    QTest.keyClick(view.bar.where, Qt.Key.Key_Return)
    assert view.task.state is None
    view.bar.where.selectAll()
    QTest.keyClicks(view.bar.where, "data.username == 'Ada X' && kind == 'event'")
    QTest.keyClick(view.bar.where, Qt.Key.Key_Return)
    await until(lambda: view.task.state is not None and view.task.state.done and rows(view))
    assert records(view) == [("event", "user.created")]
    assert view.bar.flaw.text() == ""
    QTest.keyClicks(view.bar.where, " &&")
    assert view.news.text() == "found by the search before"
    for _ in " &&":
        QTest.keyClick(view.bar.where, Qt.Key.Key_Backspace)
    assert view.news.text() == ""


async def test_ticks_narrow_without_another_search(asked, until):
    state, all_of = asked.task.state, len(rows(asked))
    asked.facets.setCurrentIndex(facet(asked, "event"))
    asked.facets.setFocus()
    QTest.keyClick(asked.facets, Qt.Key.Key_Space)
    await until(lambda: "event" not in {kind for kind, _ in records(asked)})
    assert asked.task.state is state
    assert asked.count.text() == f"{len(rows(asked)):,} of {all_of:,} found"
    asked.facets.setCurrentIndex(facet(asked, "row"))
    QTest.keyClick(asked.facets, Qt.Key.Key_Return)
    await until(lambda: {kind for kind, _ in records(asked)} == {"row"})
    QTest.keyClick(asked.facets, Qt.Key.Key_Return)
    await until(lambda: len(rows(asked)) == all_of)


async def test_a_stretch_of_time_is_marked_by_keys_and_by_mouse(asked, until):
    all_of = len(rows(asked))
    asked.histogram.setFocus()
    QTest.keyClick(asked.histogram, Qt.Key.Key_Right)
    since, until_then = asked.histogram.stretch()
    await until(lambda: len(rows(asked)) < all_of)
    assert all(since <= row[RECORD].time < until_then for row in rows(asked))
    assert asked.count.text().endswith(asked.histogram.said())
    QTest.keyClick(asked.histogram, Qt.Key.Key_Escape)
    await until(lambda: len(rows(asked)) == all_of)
    port = asked.histogram
    middle = port.height() // 2
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(60, middle))
    QTest.mouseMove(port, QPoint(port.width() - 5, middle))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(port.width() - 5, middle))
    assert asked.histogram.stretch()[0] is not None


async def test_choosing_a_row_moves_the_selection_and_enter_opens_it(asked, desk):
    wanted = []
    desk.wanted.connect(wanted.append)
    at = next(at for at, (kind, _) in enumerate(records(asked)) if kind == "event")
    asked.table.setFocus()
    asked.table.choose_index(at)
    QTest.keyClick(asked.table, Qt.Key.Key_Space)
    record = rows(asked)[at][RECORD]
    expected = Selection(stream=record.place, version=record.version, position=record.position)
    assert desk.selection == expected
    QTest.keyClick(asked.table, Qt.Key.Key_Return)
    assert wanted == ["inspector"]


async def test_what_came_since_is_told_and_found_again(asked, workspace, until):
    before = len(rows(asked))
    await people(workspace, "adam")
    came = workspace.streams.head() - asked.task.state.head
    await until(lambda: asked.news.text() == f"stale: {came} events or messages came since")
    asked.renew()
    await until(lambda: asked.task.state.done and len(rows(asked)) > before)
    assert asked.news.text() == ""


async def test_a_search_is_kept_and_tells_what_is_new(asked, workspace, until):
    QTest.keyClick(asked, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert asked.saved.name.isVisible()
    asked.saved.name.setText("Ada")
    QTest.keyClick(asked.saved.name, Qt.Key.Key_Return)
    saved = asked.saved.table.model()
    await until(lambda: saved.rowCount() == 1 and saved.row(0)[:2] == ("Ada", 0))
    await people(workspace, "adam")
    await until(lambda: saved.row(0)[1] > 0)
    asked.show_query(SearchQuery(words="bob"))
    await until(lambda: asked.task.state.done and asked.task.state.wanted.query.words == "bob")
    asked.saved.table.setFocus()
    asked.saved.table.choose_index(0)
    QTest.keyClick(asked.saved.table, Qt.Key.Key_Return)
    await until(lambda: asked.task.state.done and asked.task.state.wanted.query.words == "ada")
    assert asked.bar.words.text() == "ada"
    await until(lambda: saved.row(0)[1] == 0)
    QTest.keyClick(asked.saved.table, Qt.Key.Key_Delete)
    await until(lambda: saved.rowCount() == 0)


async def test_the_events_that_were_found_are_exported(asked, tmp_path, monkeypatch, until):
    path = tmp_path / "found.ndjson"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    asked.found_acts.export()
    await until(path.exists)
    written = [json.loads(line) for line in path.read_text().splitlines()]
    found = [row[RECORD].position for row in rows(asked) if row[RECORD].kind == "event"]
    assert sorted(found) == [one["position"] for one in written]


async def test_times_can_be_typed_and_are_checked(workspace, view, until):
    await people(workspace, "ada")
    view.bar.time.setCurrentIndex(view.bar.time.count() - 1)
    type_in(view.bar.since, "soon")
    assert "is no time" in view.bar.flaw.text()
    type_in(view.bar.since, "-1h")
    await until(lambda: view.task.state is not None and view.task.state.done)
    assert view.bar.flaw.text() == ""
    assert "row" not in {group.kind for group in view.task.state.groups}
    assert view.said.text().endswith(" · rows have no time: 1 left out")


async def test_a_newer_search_replaces_the_one_that_runs(workspace, view, until):
    await people(workspace, "ada", "bob")
    view.show_query(SearchQuery(words="ada"))
    view.show_query(SearchQuery(words="bob"))
    await until(lambda: view.task.state is not None and view.task.state.done and rows(view))
    assert view.task.state.wanted.query.words == "bob"
    assert not view.task.runs


def test_where_there_is_little_room_what_was_found_keeps_where_it_stands(view):
    view.resize(790, 600)
    hidden = [at for at in (PLACE, POSITION, TIME) if view.table.isColumnHidden(at)]
    assert hidden == [TIME]
    view.resize(1200, 600)
    assert not view.table.isColumnHidden(TIME)


async def test_what_is_found_is_of_the_expression_that_is_shown_without_enter(workspace, view, until):
    await people(workspace, "ada", "bob")
    QTest.keyClicks(view.bar.where, "data.user_id == 'ada'")
    await until(lambda: rows(view) and view.task.state.done and view.task.state.wanted.query.where)
    assert "bob" not in str(records(view)) + view.said.text()
    view.bar.where.setPlainText("data.user_id == 'bob'")
    await until(
        lambda: view.task.state.wanted.query.where == "data.user_id == 'bob'" and view.task.state.done
    )
    view.bar.where.setPlainText("data.user_id ==")
    assert view.bar.is_wrong
    assert view.task.state.wanted.query.where == "data.user_id == 'bob'"

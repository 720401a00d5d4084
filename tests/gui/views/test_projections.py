"""The tables of read models: rows, order, search, states, and the events behind a row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from workbench.gui.desk import Selection
from workbench.gui.views.projections import ProjectionsView


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
        result = await workspace.issue.issue("create_user", values)
        await workspace.issue.wait_for("users", result.last_position)


def column(view, at):
    model = view._table.model()
    return [model.row(index)[at] for index in range(model.rowCount())]


async def test_rows_appear_and_change_as_events_come(workspace, view, until):
    assert view.picker.currentText() == "users"
    await create(workspace, "bob", "ada")
    await until(lambda: column(view, 0) == ["ada", "bob"])
    assert view.said.text() == "2 rows"
    await workspace.issue.issue("change_status", {"user_id": "bob", "status": "inactive"})
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


async def test_a_row_names_the_events_that_made_it_and_leads_to_them(workspace, desk, view, until):
    await create(workspace, "ada", "bob")
    await workspace.issue.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await until(lambda: "Ada Lovelace" in column(view, 1))
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Home)
    assert view.detail.isVisible()
    events = view.detail.events
    found = [events.model().row(index)[1] for index in range(events.model().rowCount())]
    assert found == ["user.created", "user.updated"]
    wanted = []
    desk.wanted.connect(wanted.append)
    events.setFocus()
    events.choose_index(1)
    QTest.keyClick(events, Qt.Key.Key_Return)
    assert wanted == ["timeline"]
    assert (desk.selection.stream, desk.selection.version) == ("user-ada", 2)


async def test_pausing_stops_the_table_and_resuming_catches_up(workspace, view, until):
    await create(workspace, "ada")
    await until(lambda: column(view, 0) == ["ada"])
    view.pause.click()
    await until(lambda: "paused" in view.badge.text())
    values = {"user_id": "bob", "username": "Bob Xx", "email": "bob@example.org"}
    await workspace.issue.issue("create_user", values)
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

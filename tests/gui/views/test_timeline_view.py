"""The timeline: versions, states, differences, the past and live."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from workbench.gui.desk import Selection
from workbench.gui.views import event_times
from workbench.gui.views.timeline_view import LOW, TimelineView


@pytest.fixture
async def ada(workspace):
    issue = workspace.commands.issue
    values = {"user_id": "ada", "username": "Ada Byron", "email": "ada@example.org"}
    assert (await issue("create_user", values)).accepted
    workspace.clock.advance(1)
    assert (await issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})).accepted
    workspace.clock.advance(1)
    assert (await issue("change_status", {"user_id": "ada", "status": "inactive"})).accepted
    return "user-ada"


@pytest.fixture
def view(desk, qtbot):
    made = TimelineView(desk)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


async def test_without_a_stream_it_says_what_to_do(view, desk):
    wanted = []
    desk.wanted.connect(wanted.append)
    page = view.layout().currentWidget()
    assert "No stream is chosen" in [label.text() for label in page.findChildren(QLabel)]
    page.findChild(QAbstractButton).click()
    assert wanted == ["streams"]


async def test_live_shows_the_newest_and_goes_on(ada, workspace, desk, view, until):
    desk.select(Selection(stream=ada))
    assert view.where.text() == "version 3 of 3 · live"
    assert '"inactive"' in view.state.toPlainText()
    assert not view.banner.isVisible()
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "active"})
    await until(lambda: view.where.text() == "version 4 of 4 · live")
    assert '"active"' in view.state.toPlainText()


async def test_the_past_shows_its_state_its_difference_and_a_banner(ada, workspace, desk, view, until):
    desk.select(Selection(stream=ada))
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Up)
    assert desk.selection == Selection(stream=ada, version=2, position=desk.selection.position)
    assert view.where.text() == "version 2 of 3"
    assert view.banner.isVisible()
    assert "Ada Lovelace" in view.state.toPlainText()
    assert '"active"' in view.state.toPlainText()
    assert "Ada Byron" in view.diff.toPlainText()
    assert "What user.updated changed" in view.diff_label.text()
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "active"})
    await until(lambda: view.where.text() == "version 2 of 4")


@pytest.mark.parametrize("height", [600, 330])
async def test_a_menu_on_an_older_event_is_of_the_row_that_was_pressed(ada, desk, view, until, qapp, height):
    view.resize(900, height)
    desk.select(Selection(stream=ada))
    qapp.processEvents()
    place = view.table.viewport().mapTo(view, view.table.visualRect(view.table.model().index(0, 0)).center())
    QTest.mouseClick(view.windowHandle(), Qt.MouseButton.RightButton, pos=place)
    await until(view.banner.isVisible)
    qapp.processEvents()
    assert view.table.offering.target().row[0] == 1
    now = view.table.viewport().mapTo(view, view.table.visualRect(view.table.model().index(0, 0)).center())
    assert now == place or height < LOW, "the rows stay where they are while there is room"
    view.table.offering.menu.close()


async def test_keys_go_to_the_ends_and_step(ada, desk, view):
    desk.select(Selection(stream=ada))
    view.activateWindow()
    view.slider.setFocus()
    QTest.keyClick(view.slider, Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.ControlModifier)
    assert desk.selection.version == 2
    view.first()
    assert desk.selection.version == 1
    view.following()
    assert desk.selection.version == 2
    view.live()
    assert view.where.text().endswith("live")


async def test_going_back_leaves_the_stream_not_each_step(ada, desk, view):
    desk.select(Selection(stream="user-none"))
    desk.select(Selection(stream=ada))
    view.slider.setValue(2)
    view.slider.setValue(1)
    desk.go(back=True)
    assert desk.selection == Selection(stream=ada)
    desk.go(back=True)
    assert desk.selection.stream == "user-none"


async def test_a_click_on_the_strip_chooses_the_nearest_event(ada, desk, view):
    desk.select(Selection(stream=ada))
    strip = view.strip
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(1, 5))
    assert desk.selection.version == strip.nearest(1)


async def test_V4_times_of_a_long_stream_are_read_behind_its_rows_beside_the_loop_and_once(
    ada, workspace, desk, view, until, monkeypatch
):
    monkeypatch.setattr(event_times, "PART", 2)
    streams, read = workspace.streams, []

    def times(stream, after, limit):
        read.append((after, limit, threading.current_thread() is threading.main_thread()))
        return type(streams).times(streams, stream, after, limit)

    monkeypatch.setattr(streams, "times", times)
    desk.select(Selection(stream=ada))
    assert view.table.model().row(2)[:2] == (3, "user.status_changed")
    assert len(view.strip.times) == 0
    await until(lambda: len(view.strip.times) == 3)
    assert read == [(0, 2, False), (2, 1, False)]
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "active"})
    await until(lambda: len(view.strip.times) == 4)
    view.refresh()
    await until(lambda: not view._loading.waits)
    assert read[2:] == [(3, 1, False)]


async def test_the_strip_of_another_stream_begins_empty(ada, workspace, desk, view, until, monkeypatch):
    values = {"user_id": "bob", "username": "Bob Byron", "email": "bob@example.org"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    desk.select(Selection(stream="user-bob"))
    assert len(view.strip.times) == 1
    monkeypatch.setattr(event_times, "PART", 2)
    desk.select(Selection(stream=ada))
    assert len(view.strip.times) == 0
    await until(lambda: len(view.strip.times) == 3)
    assert view.strip.times.ends() == tuple(workspace.streams.times(ada, 0, 9)[::2])


async def test_an_imported_stream_has_payloads_but_no_state(workspace, desk, view, until, tmp_path):
    file = tmp_path / "log.ndjson"
    file.write_text('{"id":"1","type":"pushed","stream":"r","n":12345678901234567}\n')
    preview = workspace.event_import.preview(file)
    await workspace.event_import.bring_in(file, preview.mapping)
    desk.select(Selection(stream=workspace.streams.page(1, 1)[0].name))
    label = view.state_label
    assert "No aggregate" in label.text()
    await until(lambda: label.height() >= label.heightForWidth(label.width()) > label.fontMetrics().height())
    assert "12345678901234567" in view.state.toPlainText()


@pytest.mark.parametrize("way", ["seen", "hidden", "grown", "turned"])
async def test_V1_the_version_that_is_looked_at_is_in_sight(ada, workspace, desk, view, until, way):
    for number in range(12):
        status = "active" if number % 2 == 0 else "inactive"
        assert (
            await workspace.commands.issue("change_status", {"user_id": "ada", "status": status})
        ).accepted
    values = {"user_id": "bob", "username": "Bob Byron", "email": "bob@example.org"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    view.resize(900, 480)
    if way == "hidden":
        view.hide()
    if way == "turned":
        desk.select(Selection(stream="user-bob"))
    desk.select(Selection(stream=ada))
    view.show()
    if way == "grown":
        view.resize(500, 400)
    table = view.table
    await until(lambda: table.currentIndex().row() == 14)
    await until(lambda: table.viewport().rect().contains(table.visualRect(table.currentIndex()).center()))

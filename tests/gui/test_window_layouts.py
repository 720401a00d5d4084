"""What a window remembers, by project and width: docks, panes, what was chosen; and docks in sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from tests.gui.test_session import settings, start
from workbench.gui.desk import Selection, selection_of
from workbench.gui.dock_layout import in_sight, stands_as
from workbench.gui.layouts import Tabs, in_panes
from workbench.gui.main_window import MainWindow
from workbench.gui.view_catalog import PERSPECTIVES
from workbench.gui.window_layouts import NARROWER, WindowLayouts

__all__ = ["settings", "start"]  # fixtures
BESIDE = Qt.Orientation.Horizontal


@pytest.fixture
def opened(settings, qtbot):
    """Makes windows with two panes."""

    def make(project=""):
        window = QWidget()
        qtbot.addWidget(window)
        window.layouts = WindowLayouts(window, settings)
        window.layouts.turn_to(project=project)
        window.panes = in_panes(BESIDE, QLabel("a"), QLabel("b"), name="two")
        QVBoxLayout(window).addWidget(window.panes)
        window.resize(600, 300)
        window.panes.setSizes([300, 300])
        window.show()
        return window

    return make


def drag(panes, by):
    handle = panes.handle(1)
    at = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(handle, at + QPoint(by, 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=at + QPoint(by, 0))


def share(window):
    first, second = window.panes.sizes()
    return round(first / (first + second), 1)


def test_the_page_that_was_seen_last_is_seen_again_in_its_project(settings, qtbot):
    def make(project, titles=("Log", "Operations (3)", "Rest")):
        window = QWidget()
        qtbot.addWidget(window)
        layouts = WindowLayouts(window, settings)
        layouts.turn_to(project=project)
        window.tabs = Tabs("log")
        for title in titles:
            window.tabs.addTab(QLabel(title), title)
        QVBoxLayout(window).addWidget(window.tabs)
        window.show()
        return window, layouts

    first, _ = make("/one")
    assert first.tabs.currentIndex() == 0
    assert first.tabs.elideMode() is Qt.TextElideMode.ElideNone, "titles are whole"
    first.tabs.setCurrentIndex(1)
    again, layouts = make("/one", ("Log", "More", "Operations (12)"))
    assert again.tabs.currentIndex() == 2
    other, _ = make("/two")
    other.tabs.setCurrentIndex(2)
    third, _ = make("/one")
    assert third.tabs.currentIndex() == 1
    fourth, _ = make("/one", ("Log", "More"))
    assert fourth.tabs.currentIndex() == 0, "there is none of that name"
    fifth, others = make("/one")
    fifth.tabs.deleteLater()
    QApplication.sendPostedEvents(fifth.tabs, QEvent.Type.DeferredDelete)
    others.forget()  # a view that has left hears of it no more
    layouts.forget()
    assert again.tabs.currentIndex() == 0


def test_panes_stand_as_they_were_left_in_the_project_the_width_and_the_direction(opened):
    first = opened("/one")
    drag(first.panes, 120)
    assert share(first) == 0.7
    assert share(opened("/one")) == 0.7
    other = opened("/two")
    assert share(other) == 0.7, "where nothing was arranged, as it was last in any"
    drag(other.panes, -180)
    assert (share(other), share(opened("/one")), share(opened("/two"))) == (0.4, 0.7, 0.4)
    other.panes.setSizes([100, 500])
    assert share(other) == 0.4, "sizes of a view are those at first alone"
    other.layouts.turn_to(project="/one")
    assert share(other) == 0.7
    other.layouts.turn_to(narrow=True)
    drag(other.panes, -120)
    assert (share(other), share(opened("/one"))) == (0.5, 0.7)
    other.panes.setOrientation(Qt.Orientation.Vertical)
    assert share(opened("/one")) == 0.7
    first.layouts.forget()
    assert (share(first), share(opened("/one"))) == (0.5, 0.5)


def test_a_floating_dock_on_a_screen_that_is_gone_comes_back_into_sight():
    screens = [QRect(0, 0, 1440, 900), QRect(1440, 0, 1440, 900)]
    there = QRect(1500, 100, 400, 300)
    assert in_sight(there, screens) == there
    back = in_sight(there, screens[:1])
    assert back.size() == there.size()
    assert screens[0].contains(back)
    assert screens[0].contains(in_sight(QRect(100, -400, 4000, 300), screens))
    assert in_sight(there, []) == there


def shown(window):
    return {key for key, dock in window.docks.items() if not dock.isHidden()}


def test_a_window_that_shows_no_perspective_keeps_its_docks_at_any_width(settings, qtbot):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.arrange((("time+faults",), ("compare+log",)))
    window.show()
    before = shown(window)
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.layouts.narrow)
    assert shown(window) == before


def test_a_narrow_and_a_wide_window_are_arranged_apart(settings, qtbot):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    window.show_perspective("Run")
    window.docks["projections"].close()
    wide = shown(window)

    def turn(width):
        window.resize(width, 700)
        qtbot.waitUntil(lambda: window.layouts.narrow == (width < NARROWER))

    turn(1024)
    assert shown(window) == wide, "nothing was arranged for this width yet"
    window.docks["timeline"].close()
    turn(1440)
    assert shown(window) == wide
    turn(1024)
    assert shown(window) == wide - {"timeline"}
    window.docks["timeline"].setFloating(True)
    window.docks["timeline"].setGeometry(9000, 9000, 300, 200)
    window._lose_screen(window.screen())
    assert window.screen().availableGeometry().contains(window.docks["timeline"].geometry())


OLD = (("explorer",), ("scenarios+coverage+explore",), ("timeline", "log"))


def in_test(settings, qtbot):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.resize(1500, 900)
    window.show()
    window.show_perspective("Test")
    QApplication.processEvents()
    return window


def leave(settings, qtbot, columns, act=lambda _window: None):
    """Arranges *Test* as columns in a window, does something to it, and has it remember that."""
    window = in_test(settings, qtbot)
    window.arrange(columns)
    QApplication.processEvents()
    act(window)
    QApplication.processEvents()
    window.save_perspective()
    return window


def stands(window, columns):
    return stands_as(window, window.docks, shown(window), columns)


def as_before(window):
    """Leaves of what is kept what was kept before it was told by which default docks stand."""
    place = window.layouts.by_width("shown/Test")
    window.layouts.keep(place, str(window.layouts.find(place)).partition("\n")[0])


def test_a_default_that_changed_is_taken_where_no_dock_was_moved(settings, qtbot, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(PERSPECTIVES, "Test", OLD)
        leave(settings, qtbot, OLD)
        assert stands(in_test(settings, qtbot), OLD)
    assert stands(in_test(settings, qtbot), PERSPECTIVES["Test"])


def test_a_default_of_before_is_known_where_nothing_was_told_of_it(settings, qtbot):
    as_before(leave(settings, qtbot, OLD))
    assert stands(in_test(settings, qtbot), PERSPECTIVES["Test"])


@pytest.mark.parametrize(
    "act",
    [
        lambda window: window.docks["log"].close(),
        lambda window: window.docks["log"].setFloating(True),
        lambda window: window.tabifyDockWidget(window.docks["scenarios"], window.docks["log"]),
        lambda window: window.splitDockWidget(
            window.docks["scenarios"], window.docks["explorer"], Qt.Orientation.Horizontal
        ),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_what_a_person_moved_stays_whatever_the_default_becomes(settings, qtbot, monkeypatch, act, told):
    with monkeypatch.context() as patch:
        patch.setitem(PERSPECTIVES, "Test", OLD)
        window = leave(settings, qtbot, OLD, act)
    if not told:
        as_before(window)
    again = in_test(settings, qtbot)
    assert shown(again) == shown(window)
    assert not stands(again, OLD)
    assert not stands(again, PERSPECTIVES["Test"])


async def test_what_was_chosen_is_chosen_again_with_the_project(start):
    session = await start()
    chosen = Selection(stream="user-ada", version=2, projection="users")
    session.desk.select(replace(chosen, letter=7))  # which may be gone by then
    await session.open((session.workspace.project.root, ""))
    assert session.desk.selection == chosen
    assert session.desk.travels.no_way(back=True), "nothing was selected before"


@pytest.mark.parametrize("kept", [None, "", "[]", '{"stranger": 1}', b"\xff"])
def test_a_selection_that_cannot_be_read_is_none(kept):
    assert selection_of(kept) == Selection()
    assert selection_of(Selection(node="event:made").text()) == Selection(node="event:made")

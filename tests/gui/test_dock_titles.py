"""One title for each view: that of its dock, or that of its tab."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QTabBar

from workbench.gui.dock_titles import DockTitles
from workbench.gui.main_window import MainWindow


@pytest.fixture
def window(tmp_path, qtbot):
    made = MainWindow(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    made.may_close()
    qtbot.addWidget(made)
    made.resize(1500, 800)
    made.show()
    made.show_perspective("Design")
    return made


def bare(window):
    return {key for key, dock in window.docks.items() if dock.titleBarWidget() is not None}


@pytest.fixture
def tabs(window, qtbot):
    def seen():
        bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [bar for bar in bars if bar.isVisible()]

    qtbot.waitUntil(lambda: len(seen()) == 1)
    return seen()[0]


def titles(bar):
    return [bar.tabText(at) for at in range(bar.count())]


def test_docks_behind_each_other_are_named_by_their_tabs_alone(window):
    assert bare(window) == {"board", "text", "settings"}
    window.show_perspective("Run")
    assert bare(window) == set()


def test_a_tab_closes_its_view_and_the_last_one_left_has_its_title_again(window, tabs, qtbot):
    for title in ("Settings", "Project file"):
        tabs.tabCloseRequested.emit(titles(tabs).index(title))
        qtbot.waitUntil(lambda title=title: title not in titles(tabs))
    qtbot.waitUntil(lambda: bare(window) == set())
    assert window.docks["settings"].isHidden()
    assert not window.docks["board"].isHidden()


def test_the_menu_of_a_tab_takes_its_view_out_where_it_has_its_title(window, tabs, qtbot):
    menu = window.findChild(DockTitles).menu(tabs, titles(tabs).index("Settings"))
    menu.actions()[0].trigger()
    assert window.docks["settings"].isFloating()
    qtbot.waitUntil(lambda: bare(window) == {"board", "text"})


def test_a_view_that_comes_late_is_named_by_its_tab(window, qtbot):
    window.bring("streams")
    qtbot.waitUntil(lambda: "streams" in bare(window))


def test_where_whole_titles_have_no_room_tabs_lose_their_buttons_and_keep_their_titles(window, tabs, qtbot):
    for key in ("commands", "scenarios", "subscriptions", "projections"):
        window.bring(key)
    qtbot.waitUntil(lambda: tabs.count() == 7)
    window.docks["explorer"].hide()
    window.resize(1600, 800)
    qtbot.waitUntil(tabs.tabsClosable)
    window.resize(760, 800)
    qtbot.waitUntil(lambda: not tabs.tabsClosable())
    assert tabs.elideMode() == Qt.TextElideMode.ElideNone
    window.resize(1600, 800)
    qtbot.waitUntil(tabs.tabsClosable)

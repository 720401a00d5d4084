"""The window: docks, perspectives, coming back as it was left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QSettings

from workbench.gui.catalog import PERSPECTIVES, VIEWS
from workbench.gui.window import MainWindow


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(settings, qtbot):
    made = MainWindow(settings)
    made.may_close()
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.come_back()
    made.show()
    return made


def shown(window):
    return {key for key, dock in window.docks.items() if not dock.isHidden()}


def test_every_view_of_the_catalog_has_a_class():
    for entry in VIEWS:
        view = entry.load()
        assert (view.key, view.title) == (entry.key, entry.title)


@pytest.mark.parametrize("name", PERSPECTIVES)
def test_a_perspective_shows_its_views_and_no_others(window, name):
    window.show_perspective(name)
    assert shown(window) == {key for column in PERSPECTIVES[name] for key in column}


def test_it_comes_back_as_it_was_left(window, settings, qtbot):
    window.show_perspective("Repair")
    window.docks["explorer"].hide()
    window.bring("streams")
    window.remember()
    other = MainWindow(settings)
    other.may_close()
    qtbot.addWidget(other)
    other.come_back()
    other.show()
    assert other.perspective == "Repair"
    assert shown(other) == shown(window) == {"letters", "inspector", "streams"}
    other.reset_perspective()
    assert shown(other) == {"explorer", "letters", "inspector"}


def test_bringing_a_view_that_is_not_shown_puts_it_beside_the_others(window):
    window.show_perspective("Design")
    QCoreApplication.processEvents()
    window.bring("letters")
    assert not window.docks["letters"].isHidden()
    assert window.docks["letters"] in window.tabifiedDockWidgets(window.docks["board"])


def test_closing_asks_whoever_owns_it_first(settings, qtbot):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show()
    asked = []
    window.close_wanted.connect(lambda: asked.append(True))
    assert not window.close()
    assert asked == [True]
    window.may_close()
    assert window.close()

"""A view to which something led: it goes when another one is visited, unless somebody worked in it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from workbench.gui.main_window import MainWindow


class Plain(QWidget):
    """A view with one line."""

    told = Signal()

    def __init__(self, key):
        super().__init__()
        self.key, self.typed, self.desk = key, "", SimpleNamespace(awaiting=None)
        self.line = QLineEdit(self)

    def unsaved(self):
        return self.typed

    def catch_up(self):
        pass

    def come_to_sight(self):
        pass

    def take_keyboard(self, _widget=None):
        self.line.setFocus()

    def seen(self):
        return self.isVisible()


@pytest.fixture
def window(tmp_path, qtbot):
    made = MainWindow(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    made.may_close()
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.come_back()
    made.show_perspective("Design")
    made.show()
    for key in ("letters", "timeline", "streams", "board"):
        made.views[key] = view = Plain(key)
        made.docks[key].setWidget(view)
    return made


def shown(window):
    return {key for key in window.views if not window.docks[key].isHidden()}


def test_what_was_only_visited_goes_when_another_is_visited(window):
    before = shown(window)
    window.visited.lead("letters")
    assert shown(window) == {*before, "letters"}
    window.visited.lead("letters")
    window.visited.lead("timeline")
    assert shown(window) == {*before, "timeline"}
    window.visited.lead("board")
    window.visited.lead("streams")
    assert shown(window) == {*before, "streams"}


@pytest.mark.parametrize("work", ["key", "click", "typed", "floats", "opened"])
def test_what_was_worked_in_stays(window, work):
    window.visited.lead("letters")
    view = window.views["letters"]
    match work:
        case "key":
            QTest.keyClick(view.line, Qt.Key.Key_A)
        case "click":
            QTest.mouseClick(view.line, Qt.MouseButton.LeftButton)
        case "typed":
            view.typed = "a name"
        case "floats":
            window.docks["letters"].setFloating(True)
        case _:
            window.bring("letters")
    window.visited.lead("timeline")
    window.visited.lead("streams")
    assert shown(window) >= {"letters", "streams"}
    assert "timeline" not in shown(window)


def test_the_view_that_has_the_keyboard_is_known(window):
    window.activateWindow()
    window.bring("board")
    assert window.visited.where() == "board"
    window.visited.lead("letters")
    assert window.visited.where() == "letters"
    window.setFocusProxy(None)
    window.views["letters"].line.clearFocus()
    assert window.visited.where() == ""


def test_a_key_that_only_holds_is_no_work(window):
    window.visited.lead("letters")
    QTest.keyClick(window.views["letters"].line, Qt.Key.Key_Control)
    window.visited.lead("timeline")
    assert "letters" not in shown(window)


def test_what_is_only_visited_is_no_part_of_the_arrangement(window):
    before = shown(window)
    window.visited.lead("letters")
    window.show_perspective("Run")
    window.show_perspective("Design")
    assert shown(window) == before

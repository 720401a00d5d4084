"""The menu Edit offers what fits what has the keyboard."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMainWindow, QMenu, QPushButton, QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.edit_menu import EditMenu


class Desk(QWidget):
    """A view that can undo."""

    __module__ = "workbench.desk"

    def __init__(self):
        super().__init__()
        self.undone = 0
        self.line, self.button = QLineEdit("parcel"), QPushButton("elsewhere")
        row = QHBoxLayout(self)
        row.addWidget(self.line)
        row.addWidget(self.button)
        self.acts = Actions(self, self)
        self.acts.offer()

    @action("Undo", look=lambda view: (f"Undo step {view.undone}", "undo"))
    def undo(self):
        self.undone += 1


@pytest.fixture
def view():
    return Desk()


@pytest.fixture
def menu(view, qtbot):
    window = QMainWindow()
    window.setCentralWidget(view)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitActive(window)
    menu = QMenu("Edit", window)
    EditMenu(menu, window, QAction("Find in this view", window))
    return menu


def offered(menu):
    gc.collect()  # what fills it is kept by the menu alone
    menu.aboutToShow.emit()
    shown = [one for one in menu.actions() if not one.isSeparator()]
    return {one.text().split("\t")[0]: one.isEnabled() for one in shown}


def test_a_text_is_undone_cut_copied_and_pasted(menu, view):
    view.line.setFocus()
    assert offered(menu) == {
        "Undo": False,
        "Redo": False,
        "Cut": False,
        "Copy": False,
        "Paste": True,
        "Select all": True,
        "Find in this view": True,
    }
    view.line.selectAll()
    assert offered(menu)["Cut"] is True
    view.line.insert("letter")
    assert offered(menu)["Undo"] is True


def test_a_text_that_is_only_read_can_be_copied_alone(menu, view):
    view.line.setReadOnly(True)
    view.line.setFocus()
    view.line.selectAll()
    able = {name for name, can in offered(menu).items() if can}
    assert able == {"Copy", "Select all", "Find in this view"}


def test_a_view_with_the_keyboard_offers_its_own_undo(menu, view):
    view.button.setFocus()
    assert offered(menu) == {"Undo step 0": True, "Find in this view": True}
    menu.actions()[0].trigger()
    assert view.undone == 1
    assert "Undo step 1" in offered(menu)


def test_where_nothing_can_be_edited_the_menu_says_so(menu):
    menu.parent().setFocus()
    assert offered(menu) == {"Nothing to edit here": False, "Find in this view": True}

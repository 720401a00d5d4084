"""The list of completions is there only as long as its line is in use."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QLineEdit, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from workbench.gui.details.code_line import CodeLine
from workbench.gui.text.completion_list import CompletionList
from workbench.services.design.completions import Completion, Completions


class Shown:
    """A line with its list, in a part of a window that has another line too."""

    def __init__(self, qtbot: QtBot) -> None:
        found = (Completion(name="total", insert="total", kind="field"),)
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.part, self.other = QWidget(), QLineEdit()
        self.line = CodeLine("when", lambda _typed, at: Completions(start=at, end=at, found=found))
        column = QVBoxLayout(self.part)
        column.addWidget(self.line)
        column.addWidget(self.other)
        self.dock = QDockWidget()
        self.dock.setWidget(self.part)
        self.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.dock)
        self.window.resize(400, 300)
        self.window.show()
        self.window.activateWindow()
        self.line.setFocus()
        qtbot.waitUntil(self.line.hasFocus)

    def open(self) -> CompletionList:
        QTest.keyClick(self.line, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
        found = self.line._list
        assert found is not None
        assert found.isVisible()
        return found


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


@pytest.mark.parametrize(
    "ends",
    [
        lambda one: one.other.setFocus(),
        lambda one: one.line.hide(),
        lambda one: one.part.hide(),
        lambda one: one.dock.setFloating(True),
        lambda one: one.part.move(one.part.x(), one.part.y() + 20),
        lambda one: one.window.resize(500, 420),
        lambda one: one.line.setParent(None),
        lambda one: one.window.hide(),
    ],
    ids=["keyboard", "hidden", "around hidden", "other window", "moved", "size", "taken out", "window"],
)
def test_it_goes_with_its_line(shown: Shown, ends: Callable[[Shown], object]) -> None:
    found = shown.open()
    ends(shown)
    assert not found.isVisible()


def test_it_is_deleted_with_its_line(shown: Shown, qtbot: QtBot) -> None:
    found = shown.open()
    shown.line.deleteLater()
    qtbot.waitUntil(lambda: not isValid(found))


def test_it_does_not_come_once_the_keyboard_went_elsewhere(shown: Shown, qtbot: QtBot) -> None:
    QTest.keyClicks(shown.line, "t")
    shown.other.setFocus()
    qtbot.wait(1)
    assert shown.line._list is None or not shown.line._list.isVisible()
    shown.line._ask()
    assert shown.line._list is not None
    assert not shown.line._list.isVisible()

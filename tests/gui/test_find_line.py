"""Words are found in a payload that is only read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from workbench.gui.json_view import JsonView


@pytest.fixture
def pane(qtbot):
    made = JsonView()
    qtbot.addWidget(made)
    made.resize(420, 200)
    made.set_value({"reason": "card declined", "again": "Declined"})
    made.show()
    made.finder.open()
    return made


def test_what_is_typed_is_selected_and_enter_goes_on_round_the_end(pane):
    QTest.keyClicks(pane.finder.line, "declined")
    first = pane.textCursor().selectionStart()
    QTest.keyClick(pane.finder.line, Qt.Key.Key_Return)
    second = pane.textCursor().selectionStart()
    assert second > first
    assert pane.textCursor().selectedText() == "Declined"
    QTest.keyClick(pane.finder.line, Qt.Key.Key_Return)
    assert pane.textCursor().selectionStart() == first
    QTest.keyClick(pane.finder.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert pane.textCursor().selectionStart() == second


def test_what_does_not_stand_there_is_told(pane):
    QTest.keyClicks(pane.finder.line, "nothing")
    assert pane.finder.line.toolTip() == "It does not stand here"
    assert pane.finder.line.property("invalid") is True
    pane.finder.line.clear()
    assert pane.finder.line.property("invalid") is False


def test_escape_closes_it_and_goes_back_to_the_text(pane):
    QTest.keyClick(pane.finder.line, Qt.Key.Key_Escape)
    assert not pane.finder.isVisible()
    pane.finder.open()
    assert pane.finder.isVisible()
    assert pane.finder.geometry().right() <= pane.contentsRect().right() + 1

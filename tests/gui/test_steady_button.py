"""A button that says one thing or another keeps its width, and takes no click meant for the other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from workbench.gui import steady_button
from workbench.gui.steady_button import SteadyButton
from workbench.gui.theme import LIGHT, style_sheet


@pytest.fixture
def clicks():
    return []


@pytest.fixture
def button(qtbot, clicks):
    made = SteadyButton(("Go", "Stop it all now"), lambda: clicks.append(made.text()))
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize("sheet", ["", style_sheet(LIGHT)], ids=["plain", "dressed"])
def test_ux_it_is_as_wide_as_its_widest_word_whatever_it_says(button, qapp, sheet):
    qapp.setStyleSheet(sheet)
    first = button.sizeHint()
    assert first.width() > button.fontMetrics().horizontalAdvance("Stop it all now")
    button.say("Stop it all now")
    assert button.sizeHint() == first == button.minimumSizeHint()
    qapp.setStyleSheet("")


@pytest.mark.parametrize(("deaf", "heard"), [(60_000, []), (0, ["Stop it all now"])])
@pytest.mark.parametrize("by", ["mouse", "Space"])
def test_ux_a_click_just_behind_a_change_of_its_words_does_nothing(
    button, clicks, qtbot, monkeypatch, deaf, heard, by
):
    monkeypatch.setattr(steady_button, "DEAF", deaf)
    button.say("Stop it all now")
    if by == "mouse":
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert clicks == heard
    assert not button.isDown()


def test_ux_a_double_click_is_one_click(button, clicks, qtbot, monkeypatch):
    monkeypatch.setattr(steady_button, "DEAF", 0)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert clicks == ["Go"]

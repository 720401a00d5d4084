"""Choosers keep what is chosen, and are wide enough for it, whatever comes before it and however it grows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from workbench.gui.chooser import ChoiceBox, Chooser


@pytest.fixture
def chooser(qtbot):
    made = Chooser()
    qtbot.addWidget(made)
    made.show_choices([("one", ("kind", "one")), ("two", ("kind", "two"))])
    made.show()
    return made


@pytest.mark.parametrize(
    ("offered", "expected"),
    [(["none", "one", "two"], "two"), (["two", "one"], "two"), (["one"], "one"), ([], None)],
)
def test_V1_what_is_chosen_stays_so_wherever_it_stands(chooser, offered, expected):
    chooser.choose(("kind", "two"))
    told = []
    chooser.currentIndexChanged.connect(told.append)
    chooser.show_choices([(name, ("kind", name)) for name in offered])
    assert (chooser.currentText() or None) == expected
    assert told == []


def test_it_is_as_wide_as_what_it_says_now(chooser):
    before = chooser.sizeHint().width()
    chooser.show_choices([("one", ("kind", "one")), ("two  ·  1,865,004", ("kind", "two"))])
    grown = chooser.fontMetrics().horizontalAdvance("two  ·  1,865,004") - 40
    assert chooser.sizeHint().width() > before + grown / 2
    assert chooser.minimumSizeHint().width() == chooser.sizeHint().width()


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier])
def test_a_letter_with_alt_or_ctrl_chooses_nothing(qtbot, modifier):
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItems(["stream", "id"])
    QTest.keyClick(box, Qt.Key.Key_I, modifier)
    assert box.currentText() == "stream"
    QTest.keyClick(box, Qt.Key.Key_I)
    assert box.currentText() == "id"

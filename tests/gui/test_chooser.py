"""Choosers keep what is chosen, and are wide enough for it, whatever comes before it and however it grows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

import workbench.gui
from tests.gui.conftest import turn_wheel
from workbench.gui.chooser import ChoiceBox, Chooser, NumberBox, TypedChoice
from workbench.gui.layouts import in_column


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


def test_the_wheel_changes_neither_a_choice_nor_a_number_and_is_left_to_what_is_around(qtbot):
    box, number = ChoiceBox(), NumberBox()
    box.addItems(["stream", "id"])
    number.setRange(0, 9)
    for one in (box, number):
        qtbot.addWidget(one)
        one.show()
        one.setFocus()
        for by in (120, -120):
            assert not turn_wheel(one, by)
    assert (box.currentIndex(), number.value()) == (0, 0)


def test_no_choice_or_number_is_made_that_takes_the_wheel():
    plain = re.compile(r"(?:= |\()Q(?:ComboBox|SpinBox|DoubleSpinBox|DateTimeEdit|DateEdit|TimeEdit)\(")
    root = Path(workbench.gui.__file__).parent
    found = {one.name for one in root.rglob("*.py") if plain.search(one.read_text())}
    assert found <= {"chooser.py"}


def test_what_stands_in_a_chooser_is_typed_over_after_a_click_and_a_second_click_sets_the_caret(qtbot):
    whole, before = QWidget(), QLineEdit()
    box = TypedChoice()
    box.addItems(["email", "username"])
    in_column(before, box, of=whole)
    qtbot.addWidget(whole)
    whole.show()
    whole.activateWindow()
    assert QTest.qWaitForWindowActive(whole)
    before.setFocus()
    line = box.lineEdit()
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(12, line.height() // 2))
    assert line.selectedText() == "email"
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(20, line.height() // 2))
    assert line.selectedText() == ""
    QTest.keyClicks(line, "x")
    assert box.count() == 2


def test_keys_of_texts_work_in_a_chooser_in_which_one_types(qtbot):
    box = TypedChoice()
    qtbot.addWidget(box)
    box.addItems(["cause", "kind"])
    box.setCurrentText("emial")
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert box.lineEdit().selectedText() == "emial"
    QTest.keyClick(box, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert box.currentText() == ""
    QTest.keyClick(box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert box.currentText() == "emial"
    QTest.keyClick(box, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    assert box.currentText() == "emial"

"""A line of a form tells what was typed once it is meant, and takes it back on Esc."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.gui.details.code_line import CodeLine
from workbench.services.design.completions import Completion, Completions


def line(qtbot: QtBot) -> tuple[CodeLine, list[str]]:
    found = Completion(name="total", insert="total", kind="field")
    made = CodeLine("when", lambda _typed, at: Completions(start=at - 1, end=at, typed="t", found=(found,)))
    qtbot.addWidget(made)
    made.show_text("a")
    made.resize(200, 26)
    made.show()
    made.setFocus()
    told: list[str] = []
    made.committed.connect(told.append)
    return made, told


def test_enter_and_another_place_take_what_was_typed_once(qtbot: QtBot) -> None:
    made, told = line(qtbot)
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert told == []
    made.selectAll()
    QTest.keyClicks(made, "b c")
    QTest.keyClick(made, Qt.Key.Key_Return)
    made.commit()
    assert told == ["b c"]
    made.show_text("d")
    assert made.text() == "d"


def test_escape_takes_back_and_what_is_typed_is_not_overwritten(qtbot: QtBot) -> None:
    made, told = line(qtbot)
    made.selectAll()
    QTest.keyClicks(made, "typed ")
    made.show_text("other")
    assert made.text() == "typed "
    QTest.keyClick(made, Qt.Key.Key_Escape)
    assert (made.text(), told) == ("other", [])


def test_it_grows_with_what_it_holds(qtbot: QtBot) -> None:
    made, _told = line(qtbot)
    before = made.height()
    made.show_text("a long expression " * 10)
    assert made.height() > 2 * before


def test_a_completion_takes_the_place_of_what_was_typed(qtbot: QtBot) -> None:
    made, _told = line(qtbot)
    made.selectAll()
    QTest.keyClicks(made, "t")
    qtbot.waitUntil(lambda: made._list is not None and made._list.isVisible())
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert made.text() == "total"


def test_what_is_chosen_in_the_list_is_taken_though_nothing_of_it_was_typed(qtbot: QtBot) -> None:
    found = tuple(Completion(name=one, insert=one, kind="field") for one in ("id", "total"))
    made = CodeLine("when", lambda _typed, at: Completions(start=at, end=at, found=found))
    qtbot.addWidget(made)
    made.show()
    QTest.keyClick(made, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(made, key)
    assert made.text() == "total"


def test_what_was_typed_before_something_else_stood_there_is_taken_only_by_enter(qtbot: QtBot) -> None:
    made, told = line(qtbot)
    contested: list[str] = []
    made.contested.connect(contested.append)
    made.type_in("before", "typed", meant=True)
    made.commit()
    assert (made.text(), told, contested, made.is_refused) == ("typed", [], ["a"], True)
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert told == ["typed"]


def test_escape_behind_what_was_just_taken_takes_nothing_back(qtbot: QtBot) -> None:
    made, told = line(qtbot)
    QTest.keyClicks(made, "b")
    QTest.keyClick(made, Qt.Key.Key_Return)
    escape = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    made.keyPressEvent(escape)
    assert (made.text(), told, escape.isAccepted()) == (told[0], [made.text()], False)


def test_what_was_half_typed_before_waits_until_one_is_there_and_goes_on(qtbot: QtBot) -> None:
    made, told = line(qtbot)
    made.clearFocus()
    made.type_in("a", "half", meant=False)
    made.commit()
    assert (made.text(), told, made.is_meant) == ("half", [], False)
    for one in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
        QApplication.sendEvent(made, QFocusEvent(one))
    assert told == ["half"]
    assert made.is_meant

"""The line that is typed on the board: what fits, what is taken, and how it is left."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.board.board_entry import BoardEntry, Entered, Offer

SENT, LOST = Offer(text="sent: link to it", name="parcel.sent"), Offer(text="New event sent", name="")


@pytest.fixture
def entry(qtbot: QtBot) -> BoardEntry:
    canvas = QWidget()
    canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    qtbot.addWidget(canvas)
    canvas.resize(500, 300)
    canvas.show()
    made = BoardEntry(canvas)
    made.ask("New event", "event", QPoint(450, 280), lambda typed: [SENT, LOST] if typed else [])
    return made


@pytest.mark.parametrize(
    ("key", "pressed", "entered"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, Entered(text="se", offer=SENT)),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier, Entered(text="se")),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, Entered(text="se", offer=SENT, on=True)),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, Entered(text="se", offer=SENT, inside=True)),
    ],
)
def test_keys_say_how_it_is_taken(entry: BoardEntry, key: Any, pressed: Any, entered: Entered) -> None:
    taken: list[Entered] = []
    entry.entered.connect(taken.append)
    QTest.keyClicks(entry.line, "se")
    QTest.keyClick(entry.line, key, pressed)
    assert taken == [entered]


def test_the_arrows_mark_what_is_taken_and_a_click_takes_it(entry: BoardEntry) -> None:
    taken: list[Entered] = []
    entry.entered.connect(taken.append)
    QTest.keyClicks(entry.line, "s")
    QTest.keyClick(entry.line, Qt.Key.Key_Down)
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    QTest.keyClick(entry.line, Qt.Key.Key_Down)
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    row = entry.list.visualItemRect(entry.list.item(1)).center()
    QTest.mouseClick(entry.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, row)
    assert [one.offer for one in taken] == [LOST, SENT, LOST]


def test_it_stands_within_the_canvas_however_much_fits(entry: BoardEntry) -> None:
    canvas = entry.parentWidget()
    assert canvas is not None
    assert canvas.rect().contains(entry.geometry())
    QTest.keyClicks(entry.line, "s")
    entry.tell("This cannot be a name, and here is a long reason why it cannot be one at all")
    assert canvas.rect().contains(entry.geometry())
    assert entry.told.isVisible()
    QTest.keyClicks(entry.line, "x")
    assert not entry.told.isVisible()


def test_escape_leaves_it_and_backspace_tells_of_an_empty_line(entry: BoardEntry) -> None:
    left: list[bool] = []
    entry.left.connect(lambda: left.append(True))
    erased: list[bool] = []
    entry.emptied.connect(lambda: erased.append(True))
    QTest.keyClicks(entry.line, "s")
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    assert not erased
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    assert erased
    QTest.keyClick(entry.line, Qt.Key.Key_Escape)
    assert left
    assert entry.isHidden()

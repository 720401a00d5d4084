"""The line that is typed on the board: what fits, what is taken, and how it is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.board.asking import NOTHING, Asking, Entered, Offer
from workbench.gui.board.board_entry import BEFORE, UNSURE, BoardEntry
from workbench.gui.board.board_offers import refused_name

SENT, LOST = Offer(text="sent: link to it", name="parcel.sent"), Offer(text="New event sent", name="")


@pytest.fixture
def said() -> list[Any]:
    """What was asked of the one who asked for the line."""
    return []


@pytest.fixture
def entry(qtbot: QtBot, said: list[Any]) -> BoardEntry:
    canvas = QWidget()
    canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    qtbot.addWidget(canvas)
    canvas.resize(500, 300)
    canvas.show()
    made = BoardEntry(canvas)
    asking = Asking(
        title="New event",
        sign="event",
        take=said.append,
        fits=lambda typed: {"s": [SENT, LOST], "n": [LOST, SENT]}.get(typed[:1], []),
        erase=lambda: said.append("erase"),
        step=lambda by, carried: said.append((by, carried)),
        copy=lambda: said.append("copy"),
    )
    made.ask(asking, QPoint(450, 280))
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
def test_keys_say_how_it_is_taken(
    entry: BoardEntry, said: list[Any], key: Any, pressed: Any, entered: Entered
) -> None:
    QTest.keyClicks(entry.line, "se")
    QTest.keyClick(entry.line, key, pressed)
    assert said == [entered]


def test_the_arrows_mark_what_is_taken_and_a_click_takes_it(entry: BoardEntry, said: list[Any]) -> None:
    QTest.keyClicks(entry.line, "s")
    QTest.keyClick(entry.line, Qt.Key.Key_Down)
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    QTest.keyClick(entry.line, Qt.Key.Key_Down)
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    row = entry.list.visualRect(entry.list.model().index(1, 0)).center()
    QTest.mouseClick(entry.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, row)
    assert [one.offer for one in said] == [LOST, SENT, LOST]


def test_it_stands_within_the_canvas_however_much_fits(entry: BoardEntry) -> None:
    canvas = entry.parentWidget()
    assert canvas is not None
    assert canvas.rect().contains(entry.geometry())
    QTest.keyClicks(entry.line, "s")
    entry.tell("This cannot be a name, and here is a long reason why it cannot be one at all")
    assert canvas.rect().contains(entry.geometry())
    assert entry.told.isVisible()
    entry.ahead.see()
    QTest.keyClicks(entry.line, "x")
    assert not entry.told.isVisible()


def test_escape_leaves_it_and_backspace_tells_of_an_empty_line(entry: BoardEntry, said: list[Any]) -> None:
    QTest.keyClicks(entry.line, "s")
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    assert not said
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    assert said == ["erase"]
    QTest.keyClick(entry.line, Qt.Key.Key_Escape)
    assert entry.asking is NOTHING
    assert entry.isHidden()


def test_where_nothing_fits_the_arrows_step_and_with_alt_carry(entry: BoardEntry, said: list[Any]) -> None:
    QTest.keyClicks(entry.line, "x")
    QTest.keyClick(entry.line, Qt.Key.Key_Up)
    QTest.keyClick(entry.line, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(entry.line, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert said == [(-1, False), (1, True), "copy"]


def test_the_line_lies_over_what_it_is_about(entry: BoardEntry) -> None:
    entry.ask(
        Asking(title="Field of order", sign="event", take=lambda _entered: None), QRect(120, 140, 90, 18)
    )
    assert entry.pos() == QPoint(118, 138)
    before = entry.width()
    entry.line.setText("title: text, author: text min 2, status: placed | paid")
    assert entry.width() > before


def test_what_is_wrong_is_seen_whole(entry: BoardEntry) -> None:
    entry.tell("a long reason that has several lines " * 6)
    told = entry.told
    assert told.height() >= told.heightForWidth(told.width()) > 3 * entry.line.height()
    assert entry.rect().contains(told.geometry())


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("", []),
        ("x", [Entered(text="x", away=True)]),
        ("ne", [Entered(text="ne", offer=LOST, away=True)]),
        ("se", []),
    ],
    ids=["nothing", "one thing", "something new", "what could mean several"],
)
async def test_a_click_elsewhere_takes_what_is_clear_and_keeps_the_rest(
    entry: BoardEntry, said: list[Any], typed: str, taken: list[Any], until: Any
) -> None:
    QTest.keyClicks(entry.line, typed)
    canvas = entry.parentWidget()
    assert canvas is not None
    canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    await until(lambda: said == taken and (entry.isHidden() or bool(taken) or entry.told.text() == UNSURE))
    assert entry.isHidden() is not bool(typed)


def test_the_key_that_opened_it_writes_nothing_as_long_as_it_is_held(entry: BoardEntry) -> None:
    line, again = entry.line, QEvent.Type.KeyPress
    for _ in range(3):
        held = QKeyEvent(again, Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier, "e", autorep=True)
        QApplication.sendEvent(line, held)
    assert not line.text()
    QTest.keyRelease(line, Qt.Key.Key_E)
    QTest.keyClicks(line, "b")
    QApplication.sendEvent(
        line, QKeyEvent(again, Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier, "b", autorep=True)
    )
    assert line.text() == "bb"


def test_what_cannot_be_taken_is_refused_while_it_is_typed(entry: BoardEntry) -> None:
    asking = Asking(title="New command", sign="command", take=print, check=refused_name)
    entry.ask(asking, QPoint(20, 20))
    for typed, refused in (("c", False), ("cél", False), ("", False), ("order.", False), ("цел", True)):
        entry.line.setText(typed)
        entry._pause.timeout.emit()
        assert entry.told.isVisible() is refused, typed
    assert (
        entry.told.text() == "цел cannot be a name: letters, digits, _ and -; parts have a point between them"
    )


def test_what_is_wrong_is_said_while_it_is_typed(entry: BoardEntry) -> None:
    asking = replace(entry.asking, check=lambda typed: "no type" if typed.endswith(":") else "")
    entry.ask(asking, QPoint(0, 0))
    QTest.keyClicks(entry.line, "x:")
    assert not entry.told.isVisible()
    entry._pause.timeout.emit()
    assert (entry.told.isVisible(), entry.told.text()) == (True, "no type")
    QTest.keyClicks(entry.line, "y")
    entry._pause.timeout.emit()
    assert not entry.told.isVisible()


def test_what_is_left_by_escape_is_offered_once_more_at_its_own_line(entry: BoardEntry) -> None:
    mine, other = replace(entry.asking, keeps="order total"), replace(entry.asking, keeps="order id")
    entry.ask(mine, QPoint(0, 0))
    QTest.keyClicks(entry.line, "total: mon")
    QTest.keyClick(entry.line, Qt.Key.Key_Escape)
    entry.ask(other, QPoint(0, 0))
    assert (entry.line.text(), entry.told.isVisible()) == ("", False)
    entry.ask(mine, QPoint(0, 0))
    assert (entry.line.text(), entry.told.text()) == ("total: mon", BEFORE)
    QTest.keyClick(entry.line, Qt.Key.Key_Escape)
    entry.ask(mine, QPoint(0, 0))
    assert entry.line.text() == ""


@pytest.mark.parametrize(
    ("key", "pressed", "taken"),
    [
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, False),
        (Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier, False),
        (Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier, True),
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, True),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, True),
        (Qt.Key.Key_C, Qt.KeyboardModifier.NoModifier, True),
        (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier, True),
    ],
)
def test_keys_of_the_window_stay_the_windows_while_a_line_is_typed(
    entry: BoardEntry, key: Qt.Key, pressed: Qt.KeyboardModifier, taken: bool
) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, pressed)
    event.ignore()
    QApplication.sendEvent(entry.line, event)
    assert event.isAccepted() is taken


def test_more_lines_than_are_seen_are_counted(entry: BoardEntry) -> None:
    entry.asking = replace(entry.asking, fits=lambda typed: [LOST] * len(typed))
    QTest.keyClicks(entry.line, "123456")
    assert entry.more.isHidden()
    QTest.keyClicks(entry.line, "78")
    assert entry.more.text().startswith("2 more")
    assert entry.more.isVisible()
    assert entry.rect().contains(entry.more.geometry())
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    assert entry.more.isHidden()

"""Who types faster than the board makes things loses no letter."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.board.designing import CONTROL, Designer, is_active
from workbench.gui.board.refused_keys import LOST
from workbench.gui.board.typed_ahead import TypedAhead


async def hands(designer: Designer, *keys: str | Qt.KeyboardModifier) -> None:
    """Presses keys where the keyboard is, one each turn of the loop, whatever is being done."""
    for key in keys:
        await designer.until(lambda: is_active(designer.board))
        at: QWidget = QApplication.focusWidget() or designer.board.canvas
        if isinstance(key, str):
            QTest.keyClicks(at, key)
        else:
            QTest.keyClick(at, Qt.Key.Key_Return, key)
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_names_that_are_typed_without_a_pause_are_made_as_they_are_typed(
    designer: Designer, turns: int
) -> None:
    designer.board.canvas.setFocus()
    none = Qt.KeyboardModifier.NoModifier
    await hands(designer, "c", *"send_parcel", CONTROL)
    for _ in range(turns):
        await asyncio.sleep(0)
    await hands(designer, *"sent", CONTROL)
    await hands(designer, *"parcels", none)
    await designer.until(lambda: "[projection.parcels]" in designer.text)
    await designer.rest()
    assert "[command.send_parcel]" in designer.text
    assert "[event.parcel.sent]" in designer.text
    made = [line for line in designer.text.splitlines() if line.startswith("[")]
    assert len(made) == 5, made


async def test_what_is_typed_behind_the_last_name_is_forgotten(designer: Designer) -> None:
    designer.board.canvas.setFocus()
    await hands(designer, "c", *"send_parcel", Qt.KeyboardModifier.NoModifier, *"xyz")
    await designer.until(lambda: "[command.send_parcel]" in designer.text)
    await designer.rest()
    await designer.until(designer.board.refused.pause.isActive)
    designer.key(Qt.Key.Key_Escape)
    designer.key(Qt.Key.Key_C)
    await designer.until(designer.board.editor.entry.isVisible)
    assert designer.board.editor.entry.line.text() == ""


async def no_turn(designer: Designer, *keys: str | Qt.Key) -> None:
    """Presses keys where the keyboard is, without a turn of the loop between them."""
    await designer.until(lambda: is_active(designer.board))
    for key in keys:
        at: QWidget = QApplication.focusWidget() or designer.board.canvas
        QTest.keyClicks(at, key) if isinstance(key, str) else QTest.keyClick(at, key)


@pytest.mark.parametrize("escape", [(), (Qt.Key.Key_Escape,)])
async def test_V2_a_letter_that_makes_something_behind_enter_opens_its_line_and_the_rest_is_its_name(
    designer: Designer, escape: tuple[Qt.Key, ...]
) -> None:
    designer.board.canvas.setFocus()
    enter = Qt.Key.Key_Return
    keys = ("c", *"send_parcel", enter, *escape, "e", *"delivered", enter, *escape, "v", *"parcels", enter)
    await no_turn(designer, *keys)
    await designer.until(lambda: "[projection.parcels]" in designer.text)
    await designer.rest()
    made = [line for line in designer.text.splitlines() if line.startswith("[")]
    assert "[event.parcel.delivered]" in made, "it follows what was made before it"
    assert len(made) == 5, made
    assert not designer.board.editor.entry.isVisible()


async def test_V2_a_lone_key_behind_a_name_is_done_and_a_word_is_not(designer: Designer) -> None:
    designer.board.canvas.setFocus()
    told: list[str] = []
    designer.board.refused.told.connect(told.append)
    await no_turn(designer, "a", *"parcel", Qt.Key.Key_Return, *"xa", "c")
    await designer.until(lambda: "[aggregate.parcel]" in designer.text)
    await designer.rest()
    await designer.until(designer.board.refused.pause.isActive)
    assert LOST.format("xac") in told, "what was typed is in sight"
    await no_turn(designer, *"event")
    assert designer.board.editor.entry.isHidden(), "what is typed on does nothing, either"
    designer.key(Qt.Key.Key_Escape)
    await no_turn(designer, "a", *"box", Qt.Key.Key_Return, "c")
    await designer.has("[aggregate.box]")
    await designer.until(lambda: designer.board.editor.entry.asking.title.startswith("New command"))


def test_a_key_that_is_held_down_while_a_step_is_done_is_typed_once(qtbot: QtBot) -> None:
    line, waits = QLineEdit(), [True]
    qtbot.addWidget(line)
    line.show()
    ahead = TypedAhead(line, canvas := QWidget(), lambda: bool(waits), lambda: False)
    qtbot.addWidget(canvas)
    for held in (False, True, True):
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x", autorep=held)
        QApplication.sendEvent(line, key)
        assert not line.text(), "none of them is anything else's"
    waits.clear()
    ahead.play()
    assert line.text() == "x"

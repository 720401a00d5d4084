"""A key that can do nothing says why, and what a person types after it does nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.board.designing import CONTROL, SHIFT, Designer

NONE, KEY = Qt.KeyboardModifier.NoModifier, Qt.Key


@pytest.fixture
async def refused(designer: Designer) -> Designer:
    """A board with a card, none chosen, and F2 pressed."""
    designer.key(KEY.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    designer.scene.choose("")
    designer.key(KEY.Key_F2)
    return designer


async def test_it_says_why_and_the_letters_of_a_name_make_nothing(refused: Designer) -> None:
    assert refused.board.pictures.hints.subject == "Rename: Choose a card first"
    QTest.keyClicks(refused.board.canvas, "order.opened")
    assert not refused.board.editor.entry.isVisible()
    refused.board.refused.shown.timeout.emit()
    assert refused.board.pictures.hints.subject == ""


@pytest.mark.parametrize(
    ("key", "pressed"),
    [
        (KEY.Key_A, CONTROL),
        (KEY.Key_Home, NONE),
        (KEY.Key_End, SHIFT),
        (KEY.Key_Left, NONE),
        (KEY.Key_Up, NONE),
        (KEY.Key_Backspace, NONE),
        (KEY.Key_Delete, NONE),
        (KEY.Key_Space, NONE),
        (KEY.Key_Shift, SHIFT),
        (KEY.Key_Control, CONTROL),
    ],
)
async def test_keys_that_edit_a_line_do_nothing_and_letters_behind_them_neither(
    refused: Designer, key: Qt.Key, pressed: Qt.KeyboardModifier
) -> None:
    before = refused.text
    QTest.keyClick(refused.board.canvas, key, pressed)
    QTest.keyClicks(refused.board.canvas, "e")
    await refused.rest()
    assert (refused.scene.chosen, refused.text) == ("", before)
    assert not refused.board.editor.entry.isVisible()


@pytest.mark.parametrize(
    "leave",
    [
        lambda one: one.key(KEY.Key_Escape),
        lambda one: one.key(KEY.Key_Return),
        lambda one: one.click(QPoint(5, 5)),
        lambda one: one.board.refused.pause.start(0),
    ],
    ids=["Esc", "Enter", "a click", "a pause"],
)
async def test_then_letters_make_something_again(
    refused: Designer, leave: Callable[[Designer], object]
) -> None:
    leave(refused)
    await refused.until(lambda: not refused.board.refused.pause.isActive())
    QTest.keyClicks(refused.board.canvas, "e")
    assert refused.board.editor.entry.asking.title == "New event"


async def test_what_asks_for_no_line_keeps_no_letter_back(refused: Designer) -> None:
    refused.key(KEY.Key_Escape)
    refused.key(KEY.Key_Delete)
    assert refused.board.pictures.hints.subject == "Remove: Choose a card first"
    QTest.keyClicks(refused.board.canvas, "e")
    assert refused.board.editor.entry.isVisible()


async def test_a_draft_that_does_not_run_leads_nowhere_and_says_so(designer: Designer) -> None:
    asked: list[str] = []
    designer.board.desk.wanted.connect(asked.append)
    designer.key(KEY.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    designer.key(KEY.Key_P)
    await designer.type("tell")
    designer.key(KEY.Key_Escape)
    await designer.choose("subscription:tell")
    designer.key(KEY.Key_Return)
    why = "It is a draft and does not run yet"
    assert designer.board.pictures.hints.subject == f"Show subscription: {why}"
    told: list[str] = []
    designer.board.desk.noticed.connect(lambda notice: told.append(notice.text))
    designer.board.details.acted.emit()
    assert told == [f"Show subscription: {why}."]
    assert "subscriptions" not in asked
    await designer.choose("command:send_parcel")
    designer.key(KEY.Key_Return)
    assert asked == ["commands"]

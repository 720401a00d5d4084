"""However slow a step is, names that are typed on the board come out as typed, or it is told why not."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.gui.board.designing import CONTROL, EMPTY, Designer, is_active
from workbench.gui.board import typed_ahead
from workbench.gui.board.board_changes import ANSWER
from workbench.gui.board.board_entry import UNTAKEN

Pressed = str | tuple[Qt.Key, Qt.KeyboardModifier]
NONE = Qt.KeyboardModifier.NoModifier
ENTER: Pressed = (Qt.Key.Key_Return, NONE)
GO_ON: Pressed = (Qt.Key.Key_Return, CONTROL)
TAB: Pressed = (Qt.Key.Key_Tab, NONE)
ESCAPE: Pressed = (Qt.Key.Key_Escape, NONE)
RENAME: Pressed = (Qt.Key.Key_F2, NONE)
REMOVE: Pressed = (Qt.Key.Key_Delete, NONE)
UNDO: Pressed = (Qt.Key.Key_Z, CONTROL)
HELD: Pressed = (Qt.Key.Key_Control, CONTROL)
"""A modifier, which comes before the key that it is pressed for."""
SEEDS = range(8)


def press(designer: Designer, key: Pressed) -> None:
    """Presses a key where the keyboard is."""
    at: QWidget = QApplication.focusWidget() or designer.board.canvas
    if isinstance(key, str):
        QTest.keyClicks(at, key)
    else:
        QTest.keyClick(at, *key)


class Gates:
    """Holds up a step before it is done and behind it, and the reading of the files, which draws it."""

    def __init__(self, designer: Designer, patch: pytest.MonkeyPatch) -> None:
        workspace = designer.board.desk.workspace
        self.all = self.before, self.behind, self.drawing = tuple(threading.Event() for _ in range(3))
        self.open()
        for name in ("apply", "undo"):
            patch.setattr(workspace.design, name, self._held(getattr(workspace.design, name)))
        check = workspace.model_reload.check

        async def checked(**more: Any) -> Any:
            await asyncio.to_thread(self.drawing.wait, 30)
            return await check(**more)

        patch.setattr(workspace.model_reload, "check", checked)

    def _held(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def held(*args: Any, **more: Any) -> Any:
            self.before.wait(30)
            try:
                return work(*args, **more)
            finally:
                self.behind.wait(30)

        return held

    def open(self) -> None:
        for one in self.all:
            one.set()

    def turn(self, chance: random.Random) -> None:
        """Opens or closes one of them."""
        one = chance.choice(self.all)
        one.clear() if chance.random() < 0.5 else one.set()


@pytest.fixture
def gates(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gates]:
    monkeypatch.setattr(typed_ahead, "PATIENCE", 10_000)
    for name in ("UNSEEN_MS", "PAUSE_MS"):  # however slow the machine is
        monkeypatch.setattr(typed_ahead, name, 60_000)
    designer.board.editor.entry.ahead._left = 10_000
    made = Gates(designer, monkeypatch)
    yield made
    made.open()


async def typed(designer: Designer, gates: Gates, keys: tuple[Pressed, ...], seed: int) -> None:
    """Presses keys, with no wait or some between them, while gates close and open."""
    chance = random.Random(seed)
    designer.board.canvas.setFocus()
    await designer.until(lambda: is_active(designer.board))
    for key in keys:
        press(designer, key)
        if seed and chance.random() < 0.4:
            gates.turn(chance)
        if seed and chance.random() < 0.6:
            await asyncio.sleep(chance.choice([0, 0, 0.001, 0.005, 0.02, 0.05]))
    gates.open()
    entry = designer.board.editor.entry
    await designer.until(lambda: not entry.ahead.holds)
    await designer.rest()


def made(designer: Designer) -> list[str]:
    return [line for line in designer.text.splitlines() if line.startswith("[")][1:]


STORY = ["[command.begin_me]", "[aggregate.me]", "[event.me.begunhere]", "[projection.modelview]"]
CHAINS: dict[str, tuple[tuple[Pressed, ...], list[str]]] = {
    "one after the other": (
        ("c", *"begin_me", HELD, GO_ON, *"begunhere", HELD, GO_ON, *"modelview", ENTER),
        STORY,
    ),
    "left between": (
        ("c", *"begin_me", ENTER, ESCAPE, "e", *"begunhere", ENTER, ESCAPE, "v", *"modelview", ENTER),
        STORY,
    ),
    "with fields": (
        (
            *("a", *"me", TAB, *"status: open | begunhere", ENTER, ESCAPE),
            *("c", *"begin_me", TAB, *"to: text", ENTER, ESCAPE),
            *("e", *"begunhere", HELD, GO_ON, *"modelview", ENTER),
        ),
        STORY,
    ),
    "renamed": (("a", *"box", ENTER, RENAME, *"parcel", ENTER), ["[aggregate.parcel]"]),
    "removed": (("a", *"box", ENTER, REMOVE, "a", *"parcel", ENTER), ["[aggregate.parcel]"]),
    "taken back": (("a", *"box", ENTER, HELD, UNDO, "a", *"parcel", ENTER), ["[aggregate.parcel]"]),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("chain", CHAINS)
async def test_V2_names_come_out_as_they_are_typed(
    designer: Designer, gates: Gates, chain: str, seed: int
) -> None:
    keys, expected = CHAINS[chain]
    await typed(designer, gates, keys, seed)
    await designer.until(lambda: sorted(made(designer)) == sorted(expected))
    assert designer.board.editor.entry.isHidden()
    if chain == "with fields":
        assert 'choices: ["open", "begunhere"]' in designer.text
        assert 'me_id: "string", to: "string" }' in designer.text


@pytest.mark.parametrize("seed", SEEDS)
async def test_V2_what_is_typed_behind_a_name_that_is_refused_is_told_and_dropped_as_a_whole(
    designer: Designer, gates: Gates, seed: int
) -> None:
    behind = ("begunhere", "modelview")
    entry = designer.board.editor.entry
    await typed(designer, gates, ("c", *"a=b", GO_ON, *behind[0], GO_ON, *behind[1], ENTER), seed)
    await designer.until(lambda: entry.told.text().endswith(UNTAKEN.format(", ".join(behind))))
    assert "cannot be a name" in entry.told.text()
    assert (entry.line.text(), made(designer)) == ("a=b", [])
    entry.ahead.unseen.timeout.emit()
    QTest.keyClicks(entry.line, "x")
    assert entry.line.text() == "a=bx", "then it is typed on"


@pytest.mark.parametrize("seed", SEEDS)
async def test_V2_a_word_for_which_no_line_comes_is_told_as_a_whole(
    designer: Designer, gates: Gates, seed: int
) -> None:
    told: list[str] = []
    designer.board.refused.told.connect(told.append)
    await typed(designer, gates, ("a", *"box", ENTER, *"xaec"), seed)
    await designer.until(lambda: made(designer) == ["[aggregate.box]"])
    assert told[-1].endswith(": xaec")
    assert designer.board.editor.entry.isHidden()


async def test_V2_while_a_question_stands_a_name_is_not_taken_and_that_is_said(
    designer: Designer, gates: Gates
) -> None:
    editor = designer.board.editor
    designer.key(Qt.Key.Key_P)
    await designer.type("tell")
    designer.key(Qt.Key.Key_Escape)
    await designer.until(lambda: bool(editor.state.problems) and not editor.entry.ahead.holds)
    designer.file.write_text(f'{EMPTY}\n[policy.tell]\ndescription: "theirs"\n')
    editor.follow()
    await designer.until(lambda: editor.conflict.asks)
    await typed(designer, gates, ("a", *"box", GO_ON, *"two", ENTER), 0)
    await designer.until(lambda: editor.entry.told.text() == f"{ANSWER}\n{UNTAKEN.format('two')}")
    assert (editor.entry.line.text(), editor.conflict.asks) == ("box", True)
    editor.conflict.buttons[1].click()
    await designer.until(lambda: not editor.conflict.asks)
    assert editor.entry.told.isHidden()
    editor.entry.ahead.see()
    press(designer, ENTER)
    await designer.until(lambda: "[aggregate.box]" in editor.state.text.project.text)


async def test_V2_what_is_typed_behind_a_name_that_is_asked_about_changes_it_not(
    designer: Designer, gates: Gates
) -> None:
    await typed(designer, gates, ("c", *"send_parcel", GO_ON, *"sent", ENTER), 0)
    await designer.choose("event:parcel.sent")
    await typed(designer, gates, (RENAME, *"left", ENTER, *"xyz"), 0)
    strip = designer.board.editor.changes.strip
    await designer.until(strip.isVisible)
    await designer.until(lambda: strip.told.text() == UNTAKEN.format("xyz"))
    press(designer, "o")
    assert strip.told.text() == UNTAKEN.format("xyzo")
    assert strip.new_name == "parcel.left"


async def test_V2_what_an_input_method_writes_comes_in_its_place(designer: Designer, gates: Gates) -> None:
    gates.before.clear()
    await typed(designer, gates, ("a", *"one"), 0)
    gates.before.clear()
    press(designer, GO_ON)
    for key in ("c", "é", "d"):
        if key == "é":
            event = QInputMethodEvent()
            event.setCommitString(key)
            QApplication.sendEvent(designer.board.editor.entry.line, event)
        else:
            press(designer, key)
    press(designer, ENTER)
    gates.open()
    await designer.until(lambda: len(made(designer)) == 2)
    assert "[command.ced]" in designer.text, "as names are spelled"


async def test_V2_who_goes_elsewhere_by_mouse_is_not_called_back_by_the_line(
    designer: Designer, gates: Gates
) -> None:
    other = QLineEdit(designer.board)
    other.show()
    await typed(designer, gates, ("c", *"send_parcel"), 0)
    gates.before.clear()
    for key in (GO_ON, *"se"):
        press(designer, key)
    other.setFocus(Qt.FocusReason.MouseFocusReason)
    press(designer, "h")
    gates.open()
    entry = designer.board.editor.entry
    await designer.until(lambda: entry.line.text() == "se")
    await designer.rest()
    press(designer, "i")
    assert (other.text(), entry.line.text()) == ("hi", "se")
    assert entry.asking.title.startswith("New event")


@pytest.mark.parametrize("seed", range(6))
async def test_V2_a_click_waits_behind_the_keys_that_were_pressed_before_it(
    designer: Designer, gates: Gates, seed: int
) -> None:
    chance = random.Random(seed)
    canvas = designer.board.canvas
    await typed(designer, gates, ("c", *"send_parcel"), 0)
    gates.before.clear()
    for key in (GO_ON, *"sent"):
        press(designer, key)
    window = canvas.window().windowHandle()
    empty = canvas.viewport().mapTo(canvas.window(), QPoint(3, canvas.viewport().height() - 3))
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, NONE, empty)
    for key in ("a", *"box", ENTER):
        press(designer, key)
        if chance.random() < 0.4:
            gates.turn(chance)
    gates.open()
    await designer.until(lambda: "[aggregate.box]" in designer.text)
    await designer.rest()
    assert made(designer) == [
        "[aggregate.parcel]",
        "[aggregate.box]",
        "[event.parcel.sent]",
        "[command.send_parcel]",
    ]


async def test_V2_what_was_left_before_is_not_mixed_with_what_is_typed(
    designer: Designer, gates: Gates
) -> None:
    await typed(designer, gates, ("a", *"box", TAB, *"si", ESCAPE, "f", *"of: text", ENTER, ESCAPE), 0)
    await designer.until(lambda: 'of: "string"' in designer.text)
    assert "si" not in designer.text.replace("string", "")

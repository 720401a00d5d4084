"""What is typed on the board and not taken is kept over the end of the window, and offered again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.board.designing import CONTROL, Designer, board_of
from workbench.gui.board.entry_draft import KEY
from workbench.gui.desk import Notice
from workbench.services.design.gestures import DesignNode

SEND = "command:send_parcel"


@pytest.fixture
async def typed(designer: Designer) -> Designer:
    """A line is open, and something stands in it."""
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose(SEND)
    designer.key(Qt.Key.Key_E)
    QTest.keyClicks(designer.board.editor.entry.line, "sent")
    return designer


def kept(designer: Designer) -> list[str]:
    drafts = designer.board.desk.workspace.drafts
    found = [drafts.find(key) for key in drafts.places() if key.startswith(KEY)]
    return [one.content["text"] for one in found if one is not None]


async def test_it_is_kept_as_it_is_typed_and_forgotten_when_it_is_left(typed: Designer) -> None:
    assert kept(typed) == ["sent"]
    assert typed.board.unsaved() == "the line “New event: send_parcel emits it” on the board"
    typed.key(Qt.Key.Key_Escape)
    assert (kept(typed), typed.board.unsaved()) == ([], "")


async def test_control_and_s_take_it(typed: Designer) -> None:
    QTest.keyClick(typed.board.editor.entry.line, Qt.Key.Key_S, CONTROL)
    await typed.has('emit: "parcel.sent"')
    await typed.until(typed.board.editor.entry.isHidden)
    assert kept(typed) == []


async def again(typed: Designer, qtbot, until) -> tuple[Designer, list[Notice]]:
    """Returns a window that is opened later, and what it tells."""
    told: list[Notice] = []
    typed.board.desk.noticed.connect(told.append)
    later = Designer(board_of(typed.board.desk, qtbot), until)
    await until(lambda: any("Typed on the board" in one.text for one in told))
    await later.choose(SEND)
    return later, [one for one in told if "Typed on the board" in one.text]


async def test_the_next_window_offers_it_and_goes_on_with_it(typed: Designer, qtbot, until) -> None:
    later, (told,) = await again(typed, qtbot, until)
    assert told.text == "Typed on the board and not taken: “sent” (New event: send_parcel emits it)."
    go_on, _discard = (do for _, do in told.actions)
    go_on()
    entry = later.board.editor.entry
    assert (entry.asking.title, entry.line.text()) == ("New event: send_parcel emits it", "sent")
    assert kept(typed) == ["sent"], "under the key of the new line"


async def test_it_can_be_discarded_and_nothing_typed_meanwhile_goes_with_it(
    typed: Designer, qtbot, until
) -> None:
    later, (told,) = await again(typed, qtbot, until)
    later.board.scene.choose("")
    later.key(Qt.Key.Key_A)
    QTest.keyClicks(later.board.editor.entry.line, "box")
    assert sorted(kept(typed)) == ["box", "sent"]
    dict(told.actions)["Discard"]()
    assert kept(typed) == ["box"]


async def test_where_no_action_asks_for_it_again_the_text_is_copied(typed: Designer, qtbot, until) -> None:
    typed.key(Qt.Key.Key_Escape)
    typed.board.editor.fields.change(DesignNode("command", "send_parcel"), "parcel_id")
    typed.board.editor.entry.line.setText("parcel_id: string max 9")
    later, (told,) = await again(typed, qtbot, until)
    dict(told.actions)["Go on with it"]()
    assert later.board.editor.entry.isHidden()
    assert QApplication.clipboard().text() == "parcel_id: string max 9"
    assert kept(typed) == []

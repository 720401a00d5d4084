"""Several cards are chosen by mouse and keys, and what is done to them is done to all, as one step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tests.gui.board.designing import CONTROL, SHIFT, Designer
from tests.gui.board.test_board_hand import LOST, RETURN, SEND, SENT, SHOP, shop
from workbench.gui.board.several_pane import ALONE, SeveralPane

__all__ = ["shop"]


def click(designer: Designer, node: str, pressed: Qt.KeyboardModifier) -> None:
    place = designer.at(designer.scene.box_of(node).center())
    QTest.mouseClick(designer.board.canvas.viewport(), Qt.MouseButton.LeftButton, pressed, place)


def band(designer: Designer, start: QPoint, end: QPoint) -> None:
    """Drags a rectangle, and holds."""
    port = designer.board.canvas.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, SHIFT, start)
    QTest.mouseMove(port, (start + end) / 2)
    QTest.mouseMove(port, end)


def chosen(designer: Designer) -> list[str]:
    return list(designer.scene.several)


async def test_several_are_chosen_by_mouse_and_keys(shop: Designer) -> None:
    scene, canvas = shop.scene, shop.board.canvas
    scene.choose(SEND)
    click(shop, SENT, CONTROL)
    click(shop, RETURN, SHIFT)
    assert chosen(shop) == [SEND, SENT, RETURN]
    click(shop, RETURN, CONTROL)
    assert chosen(shop) == [SEND, SENT]
    shop.key(Qt.Key.Key_Up, SHIFT)
    assert chosen(shop) == [SEND], "back where it began"
    shop.key(Qt.Key.Key_Down, SHIFT)
    shop.key(Qt.Key.Key_Right, SHIFT)
    assert chosen(shop) == [SEND, SENT, scene.chosen]
    assert scene.chosen not in {SEND, SENT}
    shop.key(Qt.Key.Key_Escape)
    assert chosen(shop) == []
    start, end = (shop.at(scene.box_of(SEND).topLeft()), shop.at(scene.box_of(SENT).bottomRight()))
    before = canvas.mapToScene(0, 0)
    band(shop, start - QPoint(6, 6), end)
    shop.key(Qt.Key.Key_Escape)
    assert chosen(shop) == []
    band(shop, start - QPoint(6, 6), end)
    shop.release(end)
    assert set(scene.several) == {SEND, SENT}
    assert canvas.mapToScene(0, 0) == before, "the picture is not dragged"
    shop.key(Qt.Key.Key_A, CONTROL)
    assert set(scene.several) == {SEND, SENT, RETURN, LOST}, "all of the slice were chosen already"
    click(shop, SENT, Qt.KeyboardModifier.NoModifier)
    assert chosen(shop) == [SENT]
    shop.key(Qt.Key.Key_A, CONTROL)
    assert set(scene.several) == {SEND, SENT}


async def move(designer: Designer, owner: str) -> None:
    """Names an aggregate for what is chosen, and takes what the strip then lists."""
    strip, line = designer.board.editor.changes.strip, designer.board.editor.entry.line
    designer.key(Qt.Key.Key_M)
    QTest.keyClicks(line, owner)
    QTest.keyClick(line, Qt.Key.Key_Return)
    await designer.until(strip.isVisible)
    QTest.keyClick(strip.act, Qt.Key.Key_Return)
    await designer.until(strip.isHidden)
    await designer.rest()


async def test_what_is_done_to_several_is_done_to_all_as_one_step(shop: Designer) -> None:
    board, strip = shop.board, shop.board.editor.changes.strip
    shop.scene.choose(SENT)
    click(shop, LOST, CONTROL)
    click(shop, SEND, CONTROL)
    assert board.canvas.accessibleDescription() == "3 chosen"
    pane = board.details.findChildren(SeveralPane)[0]
    told = [one.text() for one in board.details.findChildren(QLabel) if one.isVisible()]
    assert {"3 chosen", "2 events, 1 command", "parcel.sent, parcel.lost, send_parcel", ALONE} <= set(told)
    assert pane.isVisible()
    assert board.editor.acts["rename"].toolTip() == "3 are chosen: it is done to one alone"
    assert not board.editor.acts["make_event"].isEnabled()
    shop.key(Qt.Key.Key_C, CONTROL)
    assert QApplication.clipboard().text() == "parcel.sent\nparcel.lost\nsend_parcel"
    shop.key(Qt.Key.Key_C, CONTROL | SHIFT)
    assert QApplication.clipboard().text().startswith("[event.parcel.sent]")
    board.tools.export.acts["copy_chosen"].trigger()
    assert "return_parcel" not in QApplication.clipboard().text()
    shop.key(Qt.Key.Key_Delete)
    await shop.until(strip.isVisible)
    model = strip.list.model()
    assert model.index(0, 0).data() == "What is chosen  3"
    QTest.keyClick(strip.act, Qt.Key.Key_Return)
    await shop.until(lambda: "send_parcel" not in shop.text)
    assert "parcel.lost" not in shop.text
    await shop.rest()
    assert board.editor.state.undo == "Remove 2 events, 1 command"
    shop.key(Qt.Key.Key_Z, CONTROL)
    await shop.until(lambda: shop.text == SHOP)
    await shop.until(lambda: set(chosen(shop)) == {SENT, LOST, SEND})  # what came back
    await shop.choose(SENT)
    click(shop, RETURN, CONTROL)
    await move(shop, "letter")
    await shop.has('changes: "letter"')
    await shop.until(lambda: shop.scene.lane_of("aggregate:letter") is not None)
    await shop.rest()
    assert chosen(shop) == [SENT, RETURN], "what moved stays chosen"
    assert '[event.parcel.sent]\naggregate: "letter"' in shop.text
    assert 'creates: "letter"' in shop.text, "the command that emits it moves, too"
    assert board.editor.state.undo == "Move 2 commands, 1 event to letter"


async def gone(designer: Designer, text: str, node: str) -> None:
    """Has another program write a file without a thing."""
    designer.file.write_text(text)
    designer.board.desk.project_saved.emit()
    await designer.until(lambda: node not in designer.scene.cards())
    await designer.rest()


NO_LOST = SHOP.replace("[event.parcel.lost]\n\n", "")


@pytest.mark.parametrize("last", [LOST, SEND])
async def test_the_others_stay_chosen_where_one_of_them_goes(shop: Designer, last: str) -> None:
    shop.scene.choose(SENT)
    for one in (SEND, LOST) if last == LOST else (LOST, SEND):
        click(shop, one, CONTROL)
    await gone(shop, NO_LOST, LOST)
    assert chosen(shop) == [SENT, SEND]
    assert shop.board.canvas.accessibleDescription() == "2 chosen"
    told = [one.text() for one in shop.board.details.findChildren(QLabel) if one.isVisible()]
    assert {"2 chosen", "parcel.sent, send_parcel"} <= set(told), "the details say so, too"


async def test_a_removal_goes_on_with_those_that_are_still_there(shop: Designer) -> None:
    strip = shop.board.editor.changes.strip
    shop.scene.choose(SENT)
    for one in (SEND, LOST):
        click(shop, one, CONTROL)
    shop.key(Qt.Key.Key_Delete)
    await shop.until(strip.isVisible)
    await gone(shop, NO_LOST, LOST)
    QTest.keyClick(strip.act, Qt.Key.Key_Return)
    await shop.until(lambda: strip.list.model().index(0, 0).data() == "What is chosen  2")
    assert strip.told.text() == "The files changed meanwhile: these are the places now."
    assert "send_parcel" in shop.text
    QTest.keyClick(strip.act, Qt.Key.Key_Return)
    await shop.until(lambda: "send_parcel" not in shop.text)


async def test_a_move_is_listed_with_what_it_leaves_wrong_before_it_is_done(shop: Designer) -> None:
    entry, strip = shop.board.editor.entry, shop.board.editor.changes.strip
    text = SHOP.replace("[event.parcel.lost]", '[event.parcel.lost]\nset { sent: "true" }')
    state = 'state { sent { type: "boolean", default: false } }'
    shop.file.write_text(text.replace("[aggregate.parcel]", f"[aggregate.parcel]\n{state}"))
    shop.board.desk.project_saved.emit()
    await shop.until(lambda: "state" in shop.board.editor.state.text.project.text)
    before = shop.text
    await shop.choose(LOST)
    shop.key(Qt.Key.Key_M)
    QTest.keyClicks(entry.line, "parcel")
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await shop.until(lambda: "already" in entry.told.text())
    entry.line.setText("letter")
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await shop.until(strip.isVisible)
    names, rows = strip.list.topLevelItem(0), strip.list.topLevelItem(1)
    assert names is not None
    assert rows is not None
    (named,) = [one for at in range(names.childCount()) if (one := names.child(at)) is not None]
    assert (named.text(1), named.checkState(0)) == ("event parcel.lost", Qt.CheckState.Unchecked)
    places = [one for at in range(rows.childCount()) if (one := rows.child(at)) is not None]
    assert [one.text(1) for one in places] == [
        "[aggregate.letter]",
        'aggregate: "letter"',
    ]
    assert strip.foot.text().startswith("It leaves 1 mistake, and stays a draft until")
    assert (strip.act.text(), strip.only.isVisible(), shop.text) == ("Move", False, before)
    assert not any(one.flags() & Qt.ItemFlag.ItemIsUserCheckable for one in places)
    QTest.keyClick(strip.act, Qt.Key.Key_Escape)
    await shop.rest()
    assert (shop.text, shop.board.editor.state.undo) == (before, "")


async def test_what_moves_gets_the_proposed_name_where_that_is_ticked(shop: Designer) -> None:
    strip = shop.board.editor.changes.strip
    await shop.choose(LOST)
    shop.key(Qt.Key.Key_M)
    entry = shop.board.editor.entry
    entry.line.setText("letter")
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await shop.until(strip.isVisible)
    head = strip.list.topLevelItem(0)
    row = head.child(0) if head is not None else None
    assert row is not None
    assert row.toolTip(1) == "event parcel.lost → letter.lost"
    row.setCheckState(0, Qt.CheckState.Checked)
    assert strip.act.text().endswith(", rename 1")
    QTest.keyClick(strip.act, Qt.Key.Key_Return)
    await shop.has("[event.letter.lost]")
    assert "parcel.lost" not in shop.text
    assert 'aggregate: "letter"' not in shop.text


async def test_a_click_beside_a_line_that_is_typed_answers_it_also_with_a_key_held(shop: Designer) -> None:
    await shop.choose(RETURN)
    shop.key(Qt.Key.Key_E)
    click(shop, LOST, CONTROL)
    await shop.has('fields { parcel_id: "string" }\nemit: "parcel.lost"')
    assert len(chosen(shop)) == 1

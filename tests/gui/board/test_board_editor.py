"""A flow is designed on the board by keys: made, linked, given fields, renamed, removed, undone."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.board.designing import CONTROL, EMPTY, SHIFT, Designer, is_active
from tests.services.conftest import full_disk
from workbench.gui.board.blueprint_frame import GUTTER, HEAD
from workbench.gui.board.entry_place import BEGIN, BELOW
from workbench.gui.board.slice_coverage import Coverage
from workbench.gui.desk import Desk
from workbench.gui.explorer import Explorer
from workbench.gui.theme import theme
from workbench.gui.tree import OfferingTree
from workbench.gui.views.board_bar import ROOMY
from workbench.services.design import gestures
from workbench.services.design.design_state import DesignState
from workbench.services.design.design_text import DesignText


def offered(designer: Designer) -> list[str]:
    """Returns the lines below what is typed."""
    return designer.board.editor.entry.list.names()


async def test_a_flow_is_made_by_keys_alone_from_an_empty_project(designer: Designer) -> None:
    begin = designer.board.editor.begin
    assert begin.isVisible()
    assert begin.text().startswith("Press C to add a command")
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent", pressed=CONTROL)
    await designer.type("parcels")
    await designer.choose("event:parcel.sent")
    assert not begin.isVisible()
    designer.key(Qt.Key.Key_F)
    await designer.type("to: string")
    designer.key(Qt.Key.Key_Escape)
    assert "parcel.sent needs to" in designer.board.editor.stand.toolTip()
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_F)
    await designer.type("to: string")
    designer.key(Qt.Key.Key_Escape)
    assert designer.text == EMPTY + (
        "\n[aggregate.parcel]\n"
        '\n[event.parcel.sent]\nfields { to: "string" }\n'
        '\n[command.send_parcel]\ncreates: "parcel"\nfields { parcel_id: "string", to: "string" }\n'
        'emit: "parcel.sent"\n'
        '\n[projection.parcels]\ncolumns { id: "text", status: "text" }\n'
        'on { "parcel.sent": { put { status: "\'sent\'" } } }\n'
    )
    for _ in range(5):
        before = designer.board.editor.state.undo
        designer.key(Qt.Key.Key_Z, CONTROL)
        await designer.until(lambda before=before: designer.board.editor.state.undo != before)
        await designer.rest()
    assert designer.text == EMPTY
    designer.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    await designer.has("[command.send_parcel]")


async def test_the_explorer_lists_what_is_designed_and_does_not_run_as_a_draft(
    designer: Designer, qtbot: Any
) -> None:
    explorer = Explorer(designer.board.desk)
    qtbot.addWidget(explorer)
    explorer.show()

    def listed() -> list[str]:
        tree = explorer.findChild(OfferingTree)
        return [one.data() for one in tree.rows.all()] if tree is not None else []

    await designer.until(lambda: is_active(designer.board))
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    await designer.until(lambda: is_active(designer.board))
    designer.key(Qt.Key.Key_P)
    await designer.type("tell")
    designer.key(Qt.Key.Key_Escape)
    await designer.until(lambda: "tell · draft" in listed())
    await designer.choose("subscription:tell")
    designer.key(Qt.Key.Key_Delete)
    await designer.until(lambda: not [one for one in listed() if "draft" in one])
    assert "parcel.sent" in listed()


async def test_the_explorer_follows_what_is_new_and_what_comes_back(designer: Designer, qtbot: Any) -> None:
    explorer = Explorer(designer.board.desk)
    qtbot.addWidget(explorer)
    explorer.show()

    def marked() -> str:
        tree = explorer.findChild(OfferingTree)
        item = tree.current() if tree is not None else None
        return item.text if item is not None else ""

    designer.board.activateWindow()
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.until(lambda: marked() == "parcel.sent")
    for key in (Qt.Key.Key_Z, Qt.Key.Key_Z, Qt.Key.Key_Y):
        before = designer.board.editor.state.undo
        designer.key(key, CONTROL)
        await designer.until(lambda before=before: designer.board.editor.state.undo != before)
        await designer.rest()
    await designer.until(lambda: marked() and marked() == designer.board.scene.chosen.partition(":")[2])


async def test_an_event_of_an_aggregate_is_made_though_nothing_is_chosen(designer: Designer) -> None:
    for name in ("trip", "flight"):
        designer.key(Qt.Key.Key_A)
        await designer.type(name)
    await designer.until(lambda: designer.board.scene.has("aggregate:flight"))
    await designer.rest()
    designer.board.scene.choose("")
    designer.key(Qt.Key.Key_E)
    entry = designer.board.editor.entry
    QTest.keyClicks(entry.line, "asked")
    assert ("Enter", "take it") in entry.keys
    assert offered(designer) == ["New event trip.asked", "New event flight.asked"]
    QTest.keyClick(entry.line, Qt.Key.Key_Down)
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await designer.has("[event.flight.asked]")
    assert designer.board.editor.state.problems == ()


async def test_V5_a_card_that_does_not_load_holds_up_no_other(designer: Designer) -> None:
    editor = designer.board.editor
    designer.key(Qt.Key.Key_E)
    await designer.type("boo")
    await designer.until(lambda: bool(editor.state.problems) and not editor.is_busy())
    designer.board.scene.choose("")
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.has("[command.send_parcel]")
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_F)
    await designer.type("zip: text")
    designer.key(Qt.Key.Key_Escape)
    await designer.has("zip")
    assert "boo" not in designer.text
    by_id = designer.board.scene.graph.by_id
    await designer.until(lambda: not designer.board.scene.graph.by_id["command:send_parcel"].draft)
    assert by_id["event:boo"].draft
    stand = designer.board.details.section.stand
    await designer.until(lambda: stand.text() == "✓ saved")
    assert "Draft: 1 mistake" in editor.stand.text()


async def test_where_what_was_made_goes_again_what_stands_nearest_is_chosen(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_E)
    await designer.type("sent")
    await designer.until(lambda: designer.board.scene.chosen == "event:parcel.sent")
    await designer.rest()
    designer.key(Qt.Key.Key_Z, CONTROL)
    await designer.until(lambda: designer.board.scene.chosen == "command:send_parcel")
    assert designer.board.canvas.board.has("command:send_parcel")


async def test_what_exists_is_linked_and_what_cannot_be_is_said(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    designer.key(Qt.Key.Key_C)
    await designer.type("return_parcel")
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_E)
    await designer.type("sent")
    await designer.choose("command:return_parcel")
    designer.key(Qt.Key.Key_E)
    await designer.type("parcel.sent")
    assert designer.text.count('emit: "parcel.sent"') == 2
    await designer.choose("command:return_parcel")
    designer.key(Qt.Key.Key_L)
    assert offered(designer) == ["no longer emits parcel.sent"]
    await designer.type("sent")
    assert designer.text.count('emit: "parcel.sent"') == 1
    await designer.choose("event:parcel.sent")
    designer.key(Qt.Key.Key_L)
    entry = designer.board.editor.entry
    QTest.keyClicks(entry.line, "send_parcel")
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    assert "nothing leads from it to a command" in entry.told.text()
    assert entry.isVisible()
    designer.key(Qt.Key.Key_Escape)
    designer.key(Qt.Key.Key_C)
    QTest.keyClicks(entry.line, "a = b")
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await designer.until(lambda: "cannot be a name" in entry.told.text())


async def test_a_rename_is_everywhere_and_a_removal_takes_the_wires_along(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    await rename(designer, "parcel.left")
    strip = designer.board.editor.changes.strip
    assert strip.act.text() == "Rename 2 places"
    assert "parcel.sent" in designer.text
    QTest.keyClick(strip.name, Qt.Key.Key_Return)
    await designer.has('emit: "parcel.left"')
    assert "sent" not in designer.text
    await designer.until(lambda: not strip.isVisible())
    await designer.choose("event:parcel.left")
    designer.key(Qt.Key.Key_Delete)
    await designer.until(strip.isVisible)
    assert strip.act.text() == "Remove all of it (2 places)"
    QTest.keyClick(strip.act, Qt.Key.Key_Return)
    await designer.until(lambda: "left" not in designer.text)
    assert "emit" not in designer.text


async def rename(designer: Designer, name: str) -> None:
    """Types another name for what is chosen, and waits for the list of its places."""
    designer.key(Qt.Key.Key_F2)
    line = designer.board.editor.entry.line
    line.setText(name)
    QTest.keyClick(line, Qt.Key.Key_Return)
    await designer.until(designer.board.editor.changes.strip.isVisible)


async def test_a_place_can_be_left_out_and_escape_leaves_everything(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent", pressed=CONTROL)
    await designer.type("parcels")
    before = designer.text
    await designer.choose("projection:parcels")
    await designer.choose("event:parcel.sent")
    await rename(designer, "parcel.left")
    strip = designer.board.editor.changes.strip
    QTest.keyClick(strip.list, Qt.Key.Key_Escape)
    assert not strip.isVisible()
    assert designer.text == before
    designer.key(Qt.Key.Key_Delete)
    await designer.until(strip.isVisible)
    read = strip.list.findItems("Handled, read  1", Qt.MatchFlag.MatchExactly)[0]
    strip.list.setCurrentItem(read)
    QTest.keyClick(strip.list, Qt.Key.Key_Space)
    assert strip.act.text() == "Remove all of it (2 places)"
    QTest.keyClick(strip.list, Qt.Key.Key_Return)
    stand = designer.board.editor.stand
    await designer.until(lambda: "parcel.sent" in stand.toolTip())
    undone = designer.board.editor.state.text.project.text
    assert "emit" not in undone
    assert '"parcel.sent"' in undone


async def test_a_rename_of_no_place_is_not_offered(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    await rename(designer, "parcel.left")
    strip = designer.board.editor.changes.strip
    assert strip.act.isEnabled()
    for group in (strip.list.topLevelItem(at) for at in range(strip.list.topLevelItemCount())):
        assert group is not None
        group.setCheckState(0, Qt.CheckState.Unchecked)
    assert (strip.act.text(), strip.act.isEnabled()) == ("Rename 0 places", False)


async def test_a_name_that_is_taken_is_told_in_the_strip_and_kept(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_E)
    await designer.type("lost")
    await designer.choose("event:parcel.sent")
    await rename(designer, "parcel.left")
    strip = designer.board.editor.changes.strip
    strip.name.setText("parcel.lost")
    QTest.keyClick(strip.name, Qt.Key.Key_Return)
    await designer.until(lambda: "there is an event parcel.lost already" in strip.told.text())
    assert strip.isVisible()


@pytest.mark.parametrize("changed", ["project.tsk", "scenarios/later.tsk"])
async def test_places_that_were_listed_are_not_written_over_what_changed_since(
    designer: Designer, changed: str
) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    await rename(designer, "parcel.left")
    file = designer.file.parent / changed
    file.parent.mkdir(exist_ok=True)
    file.write_text("# new\n" + (file.read_text() if file.exists() else ""))
    strip = designer.board.editor.changes.strip
    QTest.keyClick(strip.name, Qt.Key.Key_Return)
    await designer.until(lambda: "changed meanwhile" in strip.told.text())
    assert "parcel.left" not in designer.text
    assert strip.name.text() == "parcel.left"
    QTest.keyClick(strip.name, Qt.Key.Key_Return)
    await designer.has("[event.parcel.left]")
    assert file.read_text().startswith("# new\n")


@pytest.mark.parametrize("key", [Qt.Key.Key_F2, Qt.Key.Key_Delete])
async def test_what_went_while_the_strip_was_open_is_told_in_it(designer: Designer, key: Qt.Key) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    strip, told = designer.board.editor.changes.strip, list[Any]()
    designer.board.desk.noticed.connect(told.append)
    if key == Qt.Key.Key_F2:
        await rename(designer, "parcel.left")
    else:
        designer.key(key)
        await designer.until(strip.isVisible)
    gone = designer.text.replace("parcel.sent", "parcel.gone")
    designer.file.write_text(gone)
    for _ in range(2):
        strip.tell("")
        strip.act.click()
        await designer.until(lambda: "event parcel.sent is not there any more" in strip.told.text())
        await designer.rest()
    told = [one for one in told if one.topic != "reload"]  # that outside change alone
    assert (strip.isVisible(), designer.text, told) == (True, gone, [])
    QTest.keyClick(strip.list, Qt.Key.Key_Escape)
    await designer.choose("event:parcel.gone")
    await rename(designer, "parcel.late")
    assert strip.told.isHidden()


async def test_what_was_asked_once_is_shown_again_though_it_is_one_place_now(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    await rename(designer, "parcel.left")
    strip = designer.board.editor.changes.strip
    alone = designer.text.replace('emit: "parcel.sent"\n', "")
    designer.file.write_text(alone)
    strip.act.click()
    await designer.until(lambda: "these are the places now" in strip.told.text())
    await designer.rest()
    assert (strip.act.text(), designer.text) == ("Rename 1 place", alone)
    strip.act.click()
    await designer.has("[event.parcel.left]")


async def test_a_stored_event_keeps_its_name(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    commands = designer.board.desk.workspace.commands
    assert (await commands.issue("send_parcel", {"parcel_id": "p"})).accepted
    await rename(designer, "parcel.left")
    strip = designer.board.editor.changes.strip
    assert strip.foot.text().startswith("1 stored event stays stored as parcel.sent")
    QTest.keyClick(strip.name, Qt.Key.Key_Return)
    await designer.has('[event.parcel.left]\nstored_as: "parcel.sent"\n')
    workspace = designer.board.desk.workspace
    await designer.until(lambda: "parcel.left" in workspace.registry.events)
    assert [one.type for one in workspace.reader.read_stream("parcel-p")] == ["parcel.left"]
    await designer.choose("event:parcel.left")
    designer.key(Qt.Key.Key_Delete)
    await designer.until(strip.isVisible)
    assert strip.foot.text().startswith("1 stored event will have no type")


async def test_V5_a_field_that_is_typed_while_the_file_is_broken_outside_is_saved_once_that_is_repaired(
    designer: Designer,
) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    bad, reload = '"return.refunded": "delete"\n', designer.board.desk.workspace.model_reload
    designer.file.write_text(designer.text.replace("[aggregate.parcel]\n", f"[aggregate.parcel]\n{bad}"))
    await designer.until(lambda: reload.outdated is not None)
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_F)
    await designer.type("reason?: text")
    stand = designer.board.editor.stand
    assert stand.text().startswith("! Draft: 1 mistake")
    designer.file.write_text(designer.text.replace(bad, ""))
    await designer.has("reason")
    await designer.until(lambda: "saved" in stand.text())
    assert "refunded" not in designer.text
    commands = lambda: designer.board.desk.workspace.registry.commands  # noqa: E731
    await designer.until(lambda: "reason" in commands()["send_parcel"].schema["properties"])
    assert not designer.board.editor.state.problems


async def test_a_type_that_there_is_not_is_told_where_it_is_typed(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", key=Qt.Key.Key_Tab)
    entry = designer.board.editor.entry
    QTest.keyClicks(entry.line, "quantity: int min 1")
    entry._pause.timeout.emit()
    assert entry.told.text() == "there is no type int (integer?)"
    designer.key(Qt.Key.Key_Return)
    assert entry.line.text() == "quantity: integer min 1"
    assert entry.told.text() == "there is no type int (integer?). Enter again takes it"
    assert theme().colors.ink("muted") in entry.told.styleSheet(), "what stands there is right now"
    designer.key(Qt.Key.Key_Return)
    await designer.has('quantity { type: "integer", min: 1 }')
    await designer.until(lambda: not entry.line.text())
    QTest.keyClicks(entry.line, "of: whatever")
    designer.key(Qt.Key.Key_Return)
    assert entry.told.text() == "there is no type whatever. Enter again takes it"
    designer.key(Qt.Key.Key_Return)
    await designer.until(lambda: designer.board.editor.state.undo == "Add field of of send_parcel")
    assert "there is no type whatever" in str(designer.board.editor.state.problems[0])


async def test_what_does_not_load_yet_is_kept_and_said(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    before = designer.text
    designer.key(Qt.Key.Key_P)
    await designer.type("tell")
    stand = designer.board.editor.stand
    designer.board.resize(ROOMY, 600)
    assert stand.text() == "! Draft: 1 mistake; 1 section not saved, the rest is"
    designer.board.resize(ROOMY - 1, 600)
    assert stand.text() == "! Draft: 1 mistake"
    assert "Not all is saved yet; the model of " in stand.toolTip()
    assert stand.width() >= stand.sizeHint().width()
    await designer.choose("subscription:tell")
    card = designer.scene.cards()["subscription:tell"].card
    assert (card.draft, len(card.problems)) == ("draft", 1)
    assert ("event:parcel.sent", "subscription:tell") in designer.scene.wires
    assert "a policy needs issue" in stand.toolTip()
    assert designer.text == before
    await designer.type("tell_parcel")
    await designer.has('issue: "tell_parcel"')
    assert stand.text() == "✓ saved"


async def test_backspace_takes_the_last_field_back_to_be_changed(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", key=Qt.Key.Key_Tab)
    await designer.type("to: money min 1")
    await designer.has("min: 1")
    entry = designer.board.editor.entry
    await designer.until(lambda: entry.isVisible() and not entry.line.text())
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    await designer.until(lambda: entry.line.text() == "to: money min 1")
    await designer.until(lambda: "min: 1" not in designer.text)


async def test_a_command_is_of_the_aggregate_that_is_there_or_of_a_new_one(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("lend_book")
    designer.key(Qt.Key.Key_Escape)
    designer.key(Qt.Key.Key_C)
    QTest.keyClicks(designer.board.editor.entry.line, "report_lost")
    assert offered(designer) == [
        "New command report_lost of book",
        "New command report_lost of a new aggregate lost",
    ]
    QTest.keyClick(designer.board.editor.entry.line, Qt.Key.Key_Return)
    await designer.has('[command.report_lost]\nchanges: "book"\n')
    await designer.until(lambda: not designer.board.editor.entry.isVisible())
    designer.key(Qt.Key.Key_C)
    QTest.keyClicks(designer.board.editor.entry.line, "add_shelf")
    QTest.keyClick(designer.board.editor.entry.line, Qt.Key.Key_Down)
    QTest.keyClick(designer.board.editor.entry.line, Qt.Key.Key_Return)
    await designer.has('[command.add_shelf]\ncreates: "shelf"\n')


async def test_control_and_enter_go_on_from_a_chosen_card(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_Return, CONTROL)
    assert designer.board.editor.entry.asking.title == "New event: send_parcel emits it"
    await designer.type("sent")
    await designer.has('emit: "parcel.sent"')


async def test_who_chooses_something_else_does_not_get_what_was_made_chosen(designer: Designer) -> None:
    editor = designer.board.editor
    for chosen, wanted in (("", "event:a"), ("event:a", "event:a"), ("command:b", "")):
        editor.wanted = "event:a"
        editor.chosen(chosen)
        assert editor.wanted == wanted


async def test_the_board_is_there_while_a_long_step_goes_on(designer: Designer, desk: Desk) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def long(text: DesignText) -> DesignText:
        begun.set()
        go_on.wait(20)
        return text

    step = asyncio.ensure_future(asyncio.to_thread(desk.workspace.design.apply, "Import", long))
    await designer.until(begun.is_set)
    try:
        designer.board.editor.follow()  # it would hold the loop here for as long as the step takes
        assert not go_on.is_set()
        assert designer.board.editor._reading.waits
    finally:
        go_on.set()
    await step


async def test_what_is_a_draft_is_renamed_linked_and_removed_as_anything_else(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    designer.key(Qt.Key.Key_P)
    await designer.type("tell")
    designer.key(Qt.Key.Key_Escape)
    await designer.choose("subscription:tell")
    editor = designer.board.editor
    assert [editor.acts[one].isEnabled() for one in ("rename", "remove", "go_on")] == [True] * 3
    designer.key(Qt.Key.Key_F2)
    await designer.type("inform")
    await designer.until(lambda: designer.board.scene.chosen == "subscription:inform")
    designer.key(Qt.Key.Key_Delete)
    await designer.until(lambda: "subscription:inform" not in designer.board.scene.cards())
    assert editor.stand.text() == "✓ saved"


async def test_what_is_chosen_stays_so_through_undo_and_redo_whatever_its_name(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_F2)
    await designer.type("ship_parcel")
    scene = designer.board.scene
    await designer.until(lambda: scene.chosen == "command:ship_parcel")
    designer.key(Qt.Key.Key_Z, CONTROL)
    await designer.until(lambda: scene.chosen == "command:send_parcel")
    designer.key(Qt.Key.Key_Y, CONTROL)
    await designer.until(lambda: scene.chosen == "command:ship_parcel")


async def test_what_is_typed_is_made_where_the_person_clicks_elsewhere(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    entry, beside = designer.board.editor.entry, designer.at(QPointF(420, 420))
    designer.key(Qt.Key.Key_F)
    entry.line.setText("to: string")
    designer.board.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    designer.click(beside)
    await designer.has('to: "string"')
    await designer.until(entry.isHidden)
    assert designer.scene.chosen == "command:send_parcel"
    designer.key(Qt.Key.Key_F)
    entry.line.setText("at: nonsense of it")
    designer.board.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    await designer.until(lambda: "cannot be understood" in entry.told.text())
    assert (entry.isVisible(), entry.line.text(), entry.line.hasFocus()) == (True, "at: nonsense of it", True)


async def test_what_is_made_by_a_click_on_nothing_is_chosen_and_in_sight(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    entry = designer.board.editor.entry
    entry.line.setText("send_parcel")
    designer.board.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    await designer.until(lambda: designer.scene.chosen == "command:send_parcel")
    assert entry.isHidden()


async def test_what_follows_is_chosen_and_in_sight_where_a_click_on_nothing_takes_its_name(
    designer: Designer,
) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    designer.key(Qt.Key.Key_E)
    designer.board.editor.entry.line.setText("sent")
    designer.board.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    designer.click(designer.at(QPointF(420, 420)))
    await designer.until(lambda: designer.scene.chosen == "event:parcel.sent")
    seen = designer.board.canvas.mapToScene(designer.board.canvas.viewport().rect()).boundingRect()
    assert seen.contains(designer.scene.box_of("event:parcel.sent"))


async def test_the_line_stands_where_its_card_is_from_the_first_one_on(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    entry, port = designer.board.editor.entry, designer.board.canvas.viewport()
    assert entry.pos() == BEGIN
    await designer.type("send_parcel", Qt.Key.Key_Tab)
    await designer.until(lambda: "command:send_parcel" in designer.scene.cards())
    behind = len(designer.scene.cards()["command:send_parcel"].card.fields)
    line = designer.line("command:send_parcel", behind) + port.pos()
    assert abs(entry.y() - line.y() + 9) <= 3
    assert entry.geometry().contains(line)
    designer.board.canvas.look_at(QPointF(5000, 0))
    assert designer.board.canvas.rect().contains(entry.geometry())
    entry.leave()
    designer.key(Qt.Key.Key_E)
    whole = designer.scene.cards()["command:send_parcel"].whole  # with the line that adds a field
    assert entry.pos() == designer.at(QPointF(whole.x, whole.bottom)) + port.pos() + QPoint(0, BELOW)


async def test_a_process_goes_on_with_its_command_and_is_wired(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    designer.key(Qt.Key.Key_R)
    await designer.type("watch", pressed=CONTROL)
    await designer.type("remind")
    await designer.has('[process.watch]\nkey: "id"\non { "parcel.sent": { starts: true, issue: "remind"')
    await designer.choose("command:remind")
    port = designer.board.canvas.viewport()
    free = QPoint(port.width() - 60, port.height() - 60)
    assert not designer.scene.card_at(designer.board.canvas.mapToScene(free))
    designer.drag(designer.handle("subscription:watch"), free)
    assert "something new" in designer.board.pictures.hints.subject
    designer.release(free)
    entry = designer.board.editor.entry
    assert entry.list.names()[0] == "issues a new command"
    designer.key(Qt.Key.Key_Return)
    await designer.type("escalate")
    await designer.has('issue: "escalate"')


async def test_an_aggregate_whose_card_becomes_a_lane_stays_chosen(designer: Designer) -> None:
    designer.key(Qt.Key.Key_A)
    await designer.type("parcel")
    await designer.choose("aggregate:parcel")
    assert designer.board.scene.here == "aggregate:parcel"
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    designer.board.scene.choose("aggregate:parcel")
    await designer.type("sent")
    await designer.until(lambda: "event:parcel.sent" in designer.board.scene.cards())
    await designer.rest()
    assert "aggregate:parcel" not in designer.board.scene.cards()
    assert designer.board.scene.here in designer.board.scene.cards() or not designer.board.scene.here


async def test_a_step_that_cannot_be_written_says_so_and_is_written_when_tried_again(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    editor = designer.board.editor
    editor.desk.noticed.connect(said.append)

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        change = partial(gestures.made, kind="aggregate", name="crate", after=None)
        editor.do("Add aggregate crate", change)
        await designer.rest()
        assert editor.stand.text().endswith("Not saved: the disk is full")
    assert said[0].text.startswith("Not saved, but kept as a draft: ")
    assert editor.state.undo == "Add aggregate crate"
    ((label, again),) = said[0].actions
    again()
    await designer.has("[aggregate.crate]")
    await designer.until(lambda: editor.stand.text() == "✓ saved")
    assert label == "Try again"
    assert [one.text for one in said if one.topic == said[0].topic] == [said[0].text, ""]


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        (Qt.Key.Key_E, "left"),
        (Qt.Key.Key_F, "note: string"),
        (Qt.Key.Key_L, "parcel.sent"),
        (Qt.Key.Key_F2, "hand_parcel"),
    ],
)
async def test_nothing_is_written_for_a_card_that_is_gone_and_what_was_typed_stays(
    designer: Designer, key: Any, typed: str
) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("command:send_parcel")
    designer.key(key)
    entry = designer.board.editor.entry
    gone = designer.text.partition("[command.send_parcel]")[0]
    designer.file.write_text(gone)
    designer.board.desk.project_saved.emit()
    await designer.until(lambda: designer.board.editor.state.text.project.text == gone)
    entry.line.setText(typed)
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await designer.until(entry.told.isVisible)
    await designer.rest()
    assert "command send_parcel is not there any more" in entry.told.text()
    assert (entry.line.text(), designer.text) == (typed, gone)


async def test_a_name_that_cannot_be_one_is_not_offered(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    entry = designer.board.editor.entry
    for typed, offered in (("hold", 1), ("célñ ü name", 1), ("цел", 0), ("hold-", 0)):
        entry.line.setText(typed)
        assert entry.list.count() == offered
    designer.key(Qt.Key.Key_Escape)


async def test_what_is_linked_by_name_stays_chosen_and_stays_where_it_is_seen(designer: Designer) -> None:
    for command, event in (("send_parcel", "sent"), ("lose_parcel", "lost")):
        designer.board.scene.choose("")
        designer.key(Qt.Key.Key_C)
        await designer.type(command, pressed=CONTROL)
        await designer.type(event)
    await designer.choose("event:parcel.lost")
    designer.key(Qt.Key.Key_P)
    await designer.type("tell")
    designer.key(Qt.Key.Key_Escape)
    own = "subscription:tell"
    await designer.choose(own)
    before = designer.scene.box_of(own).topLeft()
    seen = designer.at(before)
    designer.key(Qt.Key.Key_L)
    await designer.type("send_parcel")
    await designer.until(lambda: (own, "command:send_parcel") in designer.scene.wires)
    assert designer.scene.chosen == own
    assert designer.scene.box_of(own).topLeft() != before, "slices changed places"
    assert designer.at(designer.scene.box_of(own).topLeft()) == seen


async def test_words_are_spelled_as_names_and_the_keys_of_the_line_are_told(designer: Designer) -> None:
    hints, entry = designer.board.pictures.hints, designer.board.editor.entry
    assert "go along" not in hints.accessibleDescription()  # nothing is there
    designer.key(Qt.Key.Key_C)
    assert hints.accessibleDescription() == "Esc: leave it", "there is nothing to take yet"
    QTest.keyClicks(entry.line, "Announce return")
    assert hints.accessibleDescription().startswith("Enter: take it")
    assert "New command announce_return of a new aggregate return" in entry.list.names()[0]
    await designer.type("Announce return")
    await designer.has("[command.announce_return]")
    await designer.choose("command:announce_return")
    assert "go along" in hints.accessibleDescription()
    designer.key(Qt.Key.Key_E)
    await designer.type("goods checked")
    await designer.has("[event.return.goods_checked]")
    await designer.choose("event:return.goods_checked")
    designer.key(Qt.Key.Key_F2)
    entry.line.setText("return.goods were vérifiés")
    assert entry.list.names()[0] == "return.goods_were_verifies"
    designer.key(Qt.Key.Key_Escape)
    assert "go along" in hints.accessibleDescription()
    heads, scene = designer.board.pictures.frame.heads, designer.scene
    scene.coverage = {"command:announce_return": Coverage()}
    below_name = QPoint(GUTTER + 40, HEAD - 12)
    QTest.mouseClick(heads, Qt.MouseButton.LeftButton, pos=below_name)
    assert scene.chosen == "command:announce_return"
    assert not designer.board.desk.running(), "a click chooses"
    assert not designer.file.parent.joinpath("scenarios").exists()
    QTest.mouseClick(heads, Qt.MouseButton.RightButton, pos=below_name)
    QApplication.sendEvent(
        heads,
        QContextMenuEvent(QContextMenuEvent.Reason.Mouse, below_name, heads.mapToGlobal(below_name)),
    )
    menu = designer.board.canvas.offering.menu
    assert menu is not None
    assert menu.isVisible()
    menu.close()
    designer.key(Qt.Key.Key_G)
    await designer.until(lambda: designer.board.desk.scenario[1])
    assert "announce_return" in designer.file.parent.joinpath(designer.board.desk.scenario[0]).read_text()


async def test_a_process_asks_for_its_command_as_a_policy_does(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.choose("event:parcel.sent")
    designer.key(Qt.Key.Key_R)
    await designer.type("delivery")
    entry = designer.board.editor.entry
    await designer.until(lambda: entry.isVisible() and "command" in entry.asking.title)
    assert entry.asking.title == "New command: delivery issues it"
    await designer.type("deliver_parcel")
    await designer.has('issue: "deliver_parcel"')


async def test_what_was_not_read_yet_is_no_draft_while_an_older_model_runs(designer: Designer) -> None:
    editor, reload = designer.board.editor, designer.board.desk.workspace.model_reload
    designer.file.write_text(f'{designer.text}\n[aggregate.loan]\nstate {{ by: "nonsense" }}\n')
    await reload.check()
    assert reload.outdated is not None
    editor.follow()
    await designer.until(lambda: editor.draft is not None)
    editor.state = DesignState()
    assert editor.draft is None


async def test_nothing_of_an_undone_draft_stays_though_the_file_was_changed_outside_meanwhile(
    designer: Designer,
) -> None:
    board, desk = designer.board, designer.board.desk
    designer.file.write_text(
        EMPTY + "\n[aggregate.loan]\n\n[aggregate.member]\n\n[event.member.charged]\n\n[command.charge]\n"
        'creates: "member"\nfields { member_id: "string" }\nemit: "member.charged"\n'
    )
    await desk.workspace.model_reload.check()
    await designer.choose("event:member.charged")
    node = gestures.DesignNode("event", "member.charged")
    design = desk.workspace.design
    places = gestures.places_of(design.state().text, node)
    board.editor.do("Rename", partial(gestures.renamed, node=node, name="loan.charged", places=places))
    await designer.until(lambda: "event:loan.charged" in board.scene.cards())
    await designer.rest()
    assert board.editor.draft is not None
    designer.file.write_text(
        designer.text.replace("[aggregate.loan]\n", '[aggregate.loan]\ndescription: "x"\n')
    )
    await desk.workspace.model_reload.check()
    await designer.until(lambda: 'description: "x"' in board.editor.state.text.project.text)
    await designer.rest()
    board.editor.undo()
    await designer.until(lambda: board.editor.draft is None)
    await designer.until(lambda: "event:member.charged" in board.scene.cards())
    assert "event:loan.charged" not in board.scene.cards()


async def test_a_subscription_is_followed_by_its_handler(designer: Designer) -> None:
    designer.key(Qt.Key.Key_T)
    await designer.type("notices", Qt.Key.Key_Return, CONTROL)
    await designer.type("mail", Qt.Key.Key_Return, CONTROL)
    assert designer.board.editor.entry.isVisible()
    await designer.choose("subscription:mail")
    assert designer.board.details._kind.text().startswith("Subscription without a handler")
    await designer.type("send")
    await designer.has('handler: "send"')
    assert "[handler.send]" in designer.board.editor.state.text.project.text

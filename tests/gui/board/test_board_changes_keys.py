"""Keys on the board while something is typed, done, gone or cannot be read: none is lost, none acts twice."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

import workbench.gui.board
from tests.gui.board.designing import CONTROL, Designer
from tests.gui.board.test_board_editor import rename
from tests.gui.dialog_keys import held
from workbench.gui.board.asking import Asking, Entered

BOARD = Path(workbench.gui.board.__file__).parent
RETURN = Qt.Key.Key_Return
BROKEN = "\n[aggregate.broken\n"


@pytest.fixture
async def flow(designer: Designer) -> Designer:
    """A flow of a command, its event and a projection; the event is chosen."""
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent", pressed=CONTROL)
    await designer.type("parcels")
    await designer.choose("projection:parcels")
    await designer.choose("event:parcel.sent")
    return designer


def press(key: Qt.Key, *pressed: Any) -> None:
    """Presses a key where the keyboard is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, *pressed)


def notices(designer: Designer) -> list[Any]:
    told: list[Any] = []
    designer.board.desk.noticed.connect(told.append)
    return told


async def test_the_keyboard_works_after_a_removal_that_could_not_read_the_file(flow: Designer) -> None:
    told, whole = notices(flow), flow.text
    flow.file.write_text(whole + BROKEN)
    flow.key(Qt.Key.Key_Delete)
    await flow.until(lambda: any("Remove event parcel.sent failed: " in one.text for one in told))
    await flow.rest()
    assert flow.board.canvas.hasFocus()
    said = next(one for one in told if "Remove event" in one.text)
    told.clear()
    flow.file.write_text(whole)
    flow.board.desk.files_read.emit()
    await flow.until(lambda: [one for one in told if one.topic == said.topic])
    assert [one.text for one in told if one.topic == said.topic] == [""]
    await flow.rest()
    press(Qt.Key.Key_F2)
    assert flow.board.editor.entry.isVisible()


async def test_what_names_a_thing_that_stays_is_left_out_with_it(flow: Designer) -> None:
    handler = '\n[handler.tell]\nrows { one { projection: "parcels", key: "id" } }\npublish: "mail"\n'
    reader = '\n[topics]\nmail {}\n\n[subscriptions]\ntelling { topic: "mail", handler: "tell" }\n'
    flow.file.write_text(flow.text + handler + reader)
    flow.board.desk.project_saved.emit()
    await flow.until(lambda: "telling" in flow.board.editor.state.text.project.text)
    await flow.choose("projection:parcels")
    flow.key(Qt.Key.Key_Delete)
    strip = flow.board.editor.changes.strip
    await flow.until(strip.isVisible)
    rows = {one.data(0, Qt.ItemDataRole.UserRole).owner: one for one in strip._rows}
    assert {"handler.tell", "subscriptions.telling"} <= rows.keys(), rows.keys()
    happens = strip.list.header().sectionSize(2)
    assert rows["handler.tell"].text(2) == rows["handler.tell"].toolTip(2) == "all of [handler.tell] goes"
    assert strip.list.sizeHintForColumn(2) <= happens <= strip.list.viewport().width() / 3
    rows["handler.tell"].setCheckState(0, Qt.CheckState.Unchecked)
    assert rows["subscriptions.telling"].checkState(0) == Qt.CheckState.Unchecked
    rows["subscriptions.telling"].setCheckState(0, Qt.CheckState.Checked)
    assert rows["handler.tell"].checkState(0) == Qt.CheckState.Checked
    QTest.keyClick(strip.act, Qt.Key.Key_Escape)


async def test_enter_twice_in_the_strip_renames_once_and_the_board_has_the_keyboard(flow: Designer) -> None:
    await rename(flow, "parcel.left")
    told, strip = notices(flow), flow.board.editor.changes.strip
    for _ in range(3):
        press(RETURN)
    await flow.has("[event.parcel.left]")
    await flow.rest()
    assert [one.text for one in told if one.text] == []
    assert (strip.isVisible(), flow.board.canvas.hasFocus()) == (False, True)
    assert flow.board.editor.state.undo == "Rename event parcel.sent"


async def test_an_event_that_gets_to_another_aggregate_takes_its_command_along(flow: Designer) -> None:
    flow.file.write_text(f"{flow.text}\n[aggregate.box]\ndescription: 'One'\n")
    flow.board.desk.project_saved.emit()
    await flow.until(lambda: "aggregate.box" in flow.board.editor.state.text.project.sections)
    await flow.choose("event:parcel.sent")
    await rename(flow, "box.sent")
    strip = flow.board.editor.changes.strip
    first = strip._rows[0].data(0, Qt.ItemDataRole.UserRole)
    assert (first.group, first.fate) == ("Moves with it", "moves send_parcel")
    press(RETURN)
    await flow.has("[event.box.sent]")
    await flow.rest()
    assert '[command.send_parcel]\ncreates: "box"' in flow.text
    assert flow.board.editor.state.undo == "Rename event parcel.sent"


async def test_a_short_name_keeps_an_event_in_its_aggregate_and_the_preview_says_it(flow: Designer) -> None:
    await rename(flow, "left")
    strip = flow.board.editor.changes.strip
    assert strip.name.text() == "parcel.left"
    strip.name.setText("gone")
    press(RETURN)
    await flow.has("[event.parcel.gone]")
    await flow.rest()
    assert '"parcel.gone"' in flow.text
    assert "event.gone" not in flow.text


async def test_a_name_of_another_aggregate_in_the_strip_lists_what_moves_before_it_is_done(
    flow: Designer,
) -> None:
    flow.file.write_text(f"{flow.text}\n[aggregate.box]\ndescription: 'One'\n")
    flow.board.desk.project_saved.emit()
    await flow.until(lambda: "aggregate.box" in flow.board.editor.state.text.project.sections)
    await flow.choose("event:parcel.sent")
    await rename(flow, "left")
    strip, before = flow.board.editor.changes.strip, flow.text
    strip.name.setText("box.sent")
    press(RETURN)
    await flow.until(lambda: strip._rows[0].text(2) == "moves send_parcel")
    assert (strip._rows[0].toolTip(2), flow.text) == ("moves send_parcel", before)
    assert strip.told.text() == "With this name its aggregate is another one: these are the places now."
    press(RETURN)
    await flow.has('[command.send_parcel]\ncreates: "box"')
    await flow.rest()


async def test_enter_twice_in_the_strip_removes_once_and_opens_nothing(flow: Designer) -> None:
    wanted: list[str] = []
    flow.board.desk.wanted.connect(wanted.append)
    flow.key(Qt.Key.Key_Delete)
    flow.key(Qt.Key.Key_Delete)
    strip = flow.board.editor.changes.strip
    await flow.until(strip.isVisible)
    for _ in range(3):
        press(RETURN)
    await flow.until(lambda: "[event.parcel.sent]" not in flow.board.editor.state.text.project.text)
    await flow.rest()
    assert (wanted, strip.isVisible(), flow.board.canvas.hasFocus()) == ([], False, True)


async def test_a_key_that_is_held_down_confirms_nothing_in_the_line_and_the_strip(flow: Designer) -> None:
    before, entry = flow.text, flow.board.editor.entry
    flow.key(Qt.Key.Key_F2)
    entry.line.setText("parcel.left")
    held(entry.line, RETURN)
    held(entry.line, Qt.Key.Key_Tab)
    await flow.rest()
    assert entry.isVisible()
    press(RETURN)
    held(entry.line, RETURN)
    strip = flow.board.editor.changes.strip
    await flow.until(strip.isVisible)
    held(strip.name, RETURN)
    await flow.rest()
    assert (strip.isVisible(), flow.text) == (True, before)
    press(RETURN)
    await flow.has("[event.parcel.left]")


async def test_a_key_that_is_held_down_removes_one_field_and_one_card(flow: Designer) -> None:
    assert not flow.board.editor.acts["remove"].autoRepeat()
    assert flow.board.editor.acts["undo"].autoRepeat()
    erased: list[int] = []
    entry = flow.board.editor.entry
    asking = Asking(title="x", sign="edit", take=lambda _entered: None, erase=lambda: erased.append(1))
    flow.board.editor.place_of_entry.ask(asking, None)
    QTest.keyClick(entry.line, Qt.Key.Key_A)
    entry.line.clear()
    held(entry.line, Qt.Key.Key_Backspace)
    assert erased == []
    press(Qt.Key.Key_Backspace)
    assert erased == [1]


async def test_keys_that_fall_while_a_step_goes_on_do_nothing(flow: Designer) -> None:
    entry, wanted = flow.board.editor.entry, list[str]()
    flow.board.desk.wanted.connect(wanted.append)
    flow.key(Qt.Key.Key_F)
    entry.line.setText("to: string")
    for key in (RETURN, RETURN, Qt.Key.Key_Escape, Qt.Key.Key_Delete):
        press(key)
    assert entry.isVisible()
    await flow.rest()
    assert 'fields { to: "string" }' in flow.board.editor.state.text.project.text
    assert (entry.told.text(), entry.line.text(), wanted) == ("", "", [])
    assert flow.board.editor.state.undo == "Add field to of parcel.sent"


async def test_a_line_that_is_not_seen_takes_neither_the_keyboard_nor_a_key(flow: Designer) -> None:
    entry, canvas = flow.board.editor.entry, flow.board.canvas
    canvas.setFocus()
    entry.tell("no")
    assert (entry.told.text(), canvas.hasFocus()) == ("", True)
    flow.board.pages.setCurrentIndex(1)  # the board is out of sight, as behind another view
    other = QLineEdit(flow.board)
    other.show()
    other.setFocus()
    strip = flow.board.editor.changes.strip
    taken: list[Entered] = []
    entry.ask(Asking(title="x", sign="edit", take=taken.append), canvas.rect().center())
    entry.tell("no")
    entry.leave()
    strip.left.emit(True)
    assert other.hasFocus()


def test_nothing_of_the_board_takes_the_keyboard_unseen() -> None:
    """Whoever asks for the keyboard there may do so late, when another view is seen."""
    for path in sorted(BOARD.glob("*.py")):
        calls = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Attribute)]
        asks = any(one.attr == "setFocus" for one in calls)
        assert not asks or path.name == "draft_text.py", f"{path.name}: see give_keyboard"


async def test_a_strip_that_goes_leaves_the_keyboard_where_the_person_is(flow: Designer) -> None:
    await rename(flow, "parcel.left")
    other = QLineEdit(flow.board)
    other.show()
    other.setFocus()
    strip = flow.board.editor.changes.strip
    strip.act.click()
    await flow.until(strip.isHidden)
    assert other.hasFocus()


async def test_what_could_not_be_read_is_told_with_what_to_do_and_goes_once_it_is_back(
    flow: Designer,
) -> None:
    whole, entry, strip = flow.text, flow.board.editor.entry, flow.board.editor.changes.strip
    flow.key(Qt.Key.Key_F2)
    entry.line.setText("parcel.left")
    flow.file.unlink()
    press(RETURN)
    await flow.until(lambda: "Put it back." in entry.told.text())
    flow.file.write_text(whole)
    flow.board.desk.files_read.emit()
    await flow.until(lambda: not entry.told.isVisible())
    assert (entry.isVisible(), entry.line.text()) == (True, "parcel.left")
    await flow.rest()
    press(RETURN)
    await flow.until(strip.isVisible)
    assert strip.told.isHidden()
    flow.file.unlink()
    press(RETURN)
    await flow.until(strip.told.isVisible)
    assert "Put it back." in strip.told.text()
    room = strip.told.heightForWidth(strip.told.width())
    await flow.until(lambda: strip.told.height() >= room)
    flow.file.write_text(whole)
    flow.board.desk.files_read.emit()
    await flow.until(strip.told.isHidden)


async def test_lines_that_are_pasted_are_several_fields(flow: Designer) -> None:
    line = flow.board.editor.entry.line
    flow.key(Qt.Key.Key_F)
    QApplication.clipboard().setText("weight: integer,\r\n\n  label: text\n")
    press(Qt.Key.Key_V, CONTROL)
    assert line.text() == "weight: integer, label: text"
    press(RETURN)
    await flow.rest()
    assert 'fields { weight: "integer", label: "string" }' in flow.board.editor.state.text.project.text
    press(Qt.Key.Key_Escape)
    flow.key(Qt.Key.Key_C)
    QApplication.clipboard().setText("hold\nparcel")
    press(Qt.Key.Key_V, CONTROL)
    assert line.text() == "hold parcel"


async def test_a_neighbour_of_what_was_removed_is_chosen(flow: Designer) -> None:
    await flow.choose("projection:parcels")
    flow.key(Qt.Key.Key_Delete)
    await flow.rest()
    if flow.board.editor.changes.strip.isVisible():
        press(RETURN)
    await flow.until(lambda: "projection:parcels" not in flow.scene.cards())
    await flow.rest()
    assert flow.scene.chosen == "command:send_parcel"


async def test_what_is_undone_out_of_sight_is_brought_into_sight_and_chosen(flow: Designer) -> None:
    scene, canvas = flow.scene, flow.board.canvas
    flow.key(Qt.Key.Key_F)
    await flow.type("to: string")
    press(Qt.Key.Key_Escape)
    await flow.choose("projection:parcels")
    for key in (Qt.Key.Key_Z, Qt.Key.Key_Y):
        scene.choose("projection:parcels")
        canvas.look_at(scene.content().bottomRight() * 4)
        flow.key(key, CONTROL)
        await flow.until(lambda: scene.chosen == "event:parcel.sent")
        seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
        assert seen.contains(scene.box_of("event:parcel.sent"))
        place = canvas.mapToScene(0, 0)
        await flow.rest()
    flow.key(Qt.Key.Key_Z, CONTROL)  # in sight nothing moves
    await flow.rest()
    assert canvas.mapToScene(0, 0) == place


async def test_what_is_undone_and_seen_nowhere_is_said(flow: Designer) -> None:
    told, editor = notices(flow), flow.board.editor
    change = lambda text: text.with_said("project.tsk", text.project.text.replace('"shop"', '"store"'))  # noqa: E731
    editor.do("Change the name of the project", change)
    await flow.has('name: "store"')
    await flow.rest()
    for key, word in ((Qt.Key.Key_Z, "Undone"), (Qt.Key.Key_Y, "Redone")):
        flow.key(key, CONTROL)
        said = f"{word}: Change the name of the project."
        await flow.until(lambda said=said: said in [one.text for one in told])
        await flow.rest()
    assert flow.scene.chosen == "event:parcel.sent"


async def test_what_cannot_be_undone_is_said_in_whole_sentences(flow: Designer) -> None:
    told = notices(flow)
    await rename(flow, "parcel.left")
    press(RETURN)
    await flow.has("[event.parcel.left]")
    await flow.rest()
    flow.file.write_text(flow.text.replace("parcel.left", "parcel.gone"))
    flow.key(Qt.Key.Key_Z, CONTROL)
    await flow.until(lambda: any("cannot be undone" in one.text for one in told))
    said = next(one.text for one in told if "cannot be undone" in one.text)
    assert said.endswith(".")
    assert ".." not in said

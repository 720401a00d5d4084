"""A flow is designed on the blueprint by mouse: wires are drawn and removed, fields changed and copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.gui.board.designing import CONTROL, Designer
from workbench.gui.board.blueprint_lights import DIM, HandleItem
from workbench.gui.board.board_hand import OUTSIDE

NONE = Qt.KeyboardModifier.NoModifier
SHOP = """\
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]
fields { to: "string" }

[event.parcel.lost]

[command.send_parcel]
creates: "parcel"
fields { parcel_id: "string", to: "string" }
emit: "parcel.sent"

[command.return_parcel]
changes: "parcel"
fields { parcel_id: "string" }
"""
SEND, RETURN = "command:send_parcel", "command:return_parcel"
SENT, LOST = "event:parcel.sent", "event:parcel.lost"


@pytest.fixture
async def shop(designer: Designer) -> Designer:
    """The board with a small flow, at its own size."""
    designer.file.write_text(SHOP)
    designer.board.desk.project_saved.emit()
    for node in (SEND, RETURN, SENT, LOST):
        await designer.choose(node)
    designer.board.editor.follow()
    await designer.until(lambda: designer.board.editor.state.text.project.text == SHOP)
    designer.scene.choose("")
    designer.board.canvas.own_size()
    designer.board.canvas.look_at(designer.scene.content().center())
    return designer


def handles(designer: Designer) -> set[str]:
    """Keys of the cards with a handle."""
    places = {one.pos().toTuple() for one in designer.scene.items() if isinstance(one, HandleItem)}
    found = {key: designer.scene.cards()[key].box for key in designer.scene.cards()}
    return {key for key, box in found.items() if (box.right, box.y + 16) in places}


def top_of(designer: Designer) -> int:
    """Returns the upper edge of the line that is typed, a height of the viewport."""
    return designer.board.editor.entry.y() - designer.board.canvas.viewport().y()


def nothing_there(designer: Designer) -> QPoint:
    """Returns a place without a card."""
    box = designer.scene.box_of(LOST)
    return designer.at(QPointF(box.center().x(), box.bottom() + 40))


def chosen_wire(designer: Designer) -> tuple[str, str] | None:
    return designer.scene.wire


def hint(designer: Designer) -> str:
    return designer.board.pictures.hints.subject


async def test_a_wire_is_drawn_to_what_is_lit_and_written(shop: Designer) -> None:
    start, end = shop.handle(RETURN), shop.at(shop.scene.box_of(LOST).center())
    shop.move(start)
    assert handles(shop) == {RETURN}
    shop.drag(start, end)
    lights = shop.scene.lights
    assert lights.source == RETURN
    assert lights.targets == {SENT, LOST}
    assert shop.scene.cards()[SEND].opacity() == DIM
    assert shop.scene.cards()[LOST].opacity() == 1
    assert hint(shop) == "Release to link return_parcel and parcel.lost"
    shop.release(end)
    await shop.has('fields { parcel_id: "string" }\nemit: "parcel.lost"')
    assert not lights.source
    assert shop.scene.cards()[SEND].opacity() == 1
    await shop.until(lambda: (RETURN, LOST) in shop.scene.wires)


async def test_what_cannot_be_led_to_says_why_and_escape_ends_it(shop: Designer) -> None:
    shop.drag(shop.handle(SEND), shop.at(shop.scene.box_of(RETURN).center()))
    assert hint(shop) == "A command emits an event, nothing leads from it to a command"
    shop.release(shop.at(shop.scene.box_of(RETURN).center()))
    await shop.rest()
    assert shop.text == SHOP
    shop.drag(shop.handle(SEND), shop.at(shop.scene.box_of(LOST).center()))
    QTest.keyClick(shop.board.canvas, Qt.Key.Key_Escape)
    assert not shop.scene.lights.source
    shop.release(shop.at(shop.scene.box_of(LOST).center()))
    await shop.rest()
    assert shop.text == SHOP


async def test_a_wire_that_ends_nowhere_asks_what_follows(shop: Designer) -> None:
    end = nothing_there(shop)
    shop.drag(shop.handle(SENT), end)
    shop.release(end)
    entry = shop.board.editor.entry
    assert entry.isVisible()
    shown = entry.list.names()
    assert shown[:2] == ["is read by a new projection", "is consumed by a new policy"]
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await shop.type("parcels")
    assert '[projection.parcels]\ncolumns { id: "text", to: "text" }' in shop.text


async def test_a_chosen_wire_says_what_it_is_and_is_removed(shop: Designer) -> None:
    (first, last) = shop.scene.wires[SEND, SENT].points[:2]
    shop.click(shop.at(QPointF((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)))
    assert chosen_wire(shop) == (SEND, SENT)
    assert hint(shop) == "send_parcel emits parcel.sent"
    shop.click(nothing_there(shop))
    assert chosen_wire(shop) is None
    shop.click(shop.at(QPointF((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)))
    assert chosen_wire(shop) == (SEND, SENT)
    QTest.keyClick(shop.board.canvas, Qt.Key.Key_Escape)
    assert chosen_wire(shop) is None
    assert hint(shop) != "send_parcel emits parcel.sent"
    shop.click(shop.at(QPointF((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)))
    QTest.keyClick(shop.board.canvas, Qt.Key.Key_Delete)
    await shop.until(lambda: "emit" not in shop.text)
    await shop.until(lambda: (SEND, SENT) not in shop.scene.wires)


async def test_names_that_fit_are_lit_while_they_are_typed(shop: Designer) -> None:
    shop.scene.choose(RETURN)
    shop.key(Qt.Key.Key_E)
    assert shop.scene.lights.targets == {SENT, LOST}
    QTest.keyClicks(shop.board.editor.entry.line, "lo")
    assert shop.scene.lights.targets == {LOST}
    shop.key(Qt.Key.Key_Escape)
    assert not shop.scene.lights.source


async def test_a_click_on_a_lit_card_takes_it_instead_of_a_name(shop: Designer) -> None:
    shop.scene.choose(RETURN)
    shop.key(Qt.Key.Key_E)
    shop.click(shop.at(shop.scene.box_of(LOST).center()))
    await shop.has('fields { parcel_id: "string" }\nemit: "parcel.lost"')
    await shop.until(shop.board.editor.entry.isHidden)


async def test_a_click_on_a_line_of_the_chosen_card_changes_that_field(shop: Designer) -> None:
    shop.click(shop.line(SEND, 1))
    assert shop.scene.chosen == SEND
    entry = shop.board.editor.entry
    assert entry.isHidden()
    shop.click(shop.line(SEND, 1))
    assert entry.line.text() == "to: string"
    assert abs(top_of(shop) - shop.line(SEND, 1).y() + 9) <= 3  # what stands above the field is seen
    shop.board.canvas.look_at(shop.scene.content().center() + QPointF(30, 20))
    shop.board.canvas.zoom_in()
    assert abs(top_of(shop) - shop.line(SEND, 1).y() + 11) <= 4
    await shop.type("to: string min 2")
    assert 'type: "string", min: 2' in shop.text
    assert entry.isHidden()


async def test_a_line_that_was_changed_elsewhere_meanwhile_is_not_written_over(shop: Designer) -> None:
    shop.click(shop.line(SEND, 1))
    shop.click(shop.line(SEND, 1))
    shop.file.write_text(SHOP.replace('to: "string" }\nemit', 'to: "integer" }\nemit'))
    entry = shop.board.editor.entry
    entry.line.setText("to: string min 2")
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await shop.until(lambda: "“to: integer” by now" in entry.told.text())
    assert entry.line.text() == "to: string min 2"
    assert '"integer"' in shop.text


async def test_the_last_line_of_the_chosen_card_adds_a_field(shop: Designer) -> None:
    shop.scene.choose(SEND)
    assert shop.scene.cards()[SEND].open
    shop.click(shop.line(SEND, 2))
    await shop.type("note?: string", pressed=CONTROL)
    assert shop.text.count("note") == 2
    assert '[event.parcel.sent]\nfields { to: "string", note: "string?" }' in shop.text


async def test_several_fields_in_a_line_are_one_step_and_what_is_refused_stays(shop: Designer) -> None:
    shop.scene.choose(SEND)
    shop.key(Qt.Key.Key_F)
    entry, refused = shop.board.editor.entry, "a: text, b: nonsense of it"
    entry.line.setText(refused)
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await shop.until(lambda: "cannot be understood" in entry.told.text())
    assert (entry.line.text(), shop.text) == (refused, SHOP)
    await shop.type("a: text min 2, b: on | off", pressed=CONTROL)
    assert 'a { type: "string", min: 2 }' in shop.text
    assert shop.text.count("on, off") + shop.text.count('"on", "off"') == 2
    assert shop.board.editor.state.undo == "Add 2 fields of send_parcel"
    shop.board.editor.undo()
    await shop.until(lambda: shop.text == SHOP)


async def test_fields_are_walked_moved_copied_and_removed_by_keys(shop: Designer) -> None:
    shop.scene.choose(SEND)
    shop.key(Qt.Key.Key_F)
    entry = shop.board.editor.entry
    QTest.keyClick(entry.line, Qt.Key.Key_Up)
    assert entry.line.text() == "to: string"
    QTest.keyClick(entry.line, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    await shop.has('fields { to: "string", parcel_id: "string" }')
    await shop.rest()
    QTest.keyClick(entry.line, Qt.Key.Key_D, CONTROL)
    assert shop.scene.lights.targets == {LOST, RETURN, "aggregate:parcel"}
    await shop.type("parcel.lost")
    assert '[event.parcel.lost]\nfields { to: "string" }' in shop.text
    await shop.choose(LOST)
    shop.click(shop.line(LOST, 0))
    entry.line.clear()
    QTest.keyClick(entry.line, Qt.Key.Key_Backspace)
    await shop.until(lambda: shop.text.count('to: "string"') == 2)


async def test_a_double_click_on_nothing_offers_what_can_be_made_there(shop: Designer) -> None:
    place, port, menu = nothing_there(shop), shop.board.canvas.viewport(), shop.board.editor.add_menu
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=place)
    shop.release(place)
    assert menu.isVisible()
    assert [one.shortcut().toString() for one in menu.actions()] == list("CEVPRHTSAQ")
    next(one for one in menu.actions() if one.text().startswith("Add topic")).trigger()
    assert shop.board.editor.entry.geometry().contains(place + port.pos())
    menu.hide()
    await shop.type("news")
    assert "news {}" in shop.text
    shop.board.editor.make("topic", "")
    assert shop.board.editor.entry.y() != place.y() + port.y()


async def test_a_field_is_dragged_to_another_card(shop: Designer) -> None:
    shop.scene.choose(SEND)
    start, end = shop.line(SEND, 1), shop.at(shop.scene.box_of(RETURN).center())
    shop.drag(start, end)
    assert hint(shop) == "Release to copy to to return_parcel"
    assert RETURN in shop.scene.lights.targets
    shop.release(end)
    await shop.has('changes: "parcel"\nfields { parcel_id: "string", to: "string" }')


async def test_a_card_that_is_not_chosen_moves_the_board_when_it_is_dragged(shop: Designer) -> None:
    before = shop.board.canvas.mapToScene(0, 0)
    start = shop.line(SEND, 1)
    shop.drag(start, start - QPoint(40, 20))
    shop.release(start - QPoint(40, 20))
    assert shop.board.canvas.mapToScene(0, 0) != before
    assert shop.text == SHOP


async def test_a_click_on_the_handle_asks_what_new_thing_follows(shop: Designer) -> None:
    shop.scene.choose(SEND)
    shop.click(shop.handle(SEND))
    entry = shop.board.editor.entry
    assert (shop.scene.chosen, entry.isVisible(), entry.list.count() > 0) == (SEND, True, True)
    assert entry.asking.title == "send_parcel …"


async def test_during_a_drag_no_key_does_anything(shop: Designer) -> None:
    end = shop.at(shop.scene.box_of(LOST).center())
    shop.scene.choose(SEND)
    shop.drag(shop.handle(RETURN), end)
    for key, pressed in ((Qt.Key.Key_Z, CONTROL), (Qt.Key.Key_Delete, NONE), (Qt.Key.Key_E, NONE)):
        QTest.keyClick(shop.board.canvas, key, pressed)
    await shop.rest()
    assert shop.board.editor.entry.isHidden()
    assert shop.scene.lights.source == RETURN
    assert shop.text == SHOP
    shop.release(end)
    await shop.has('emit: "parcel.lost"')


async def test_while_the_picture_is_moved_no_key_does_anything(shop: Designer) -> None:
    here = nothing_there(shop)
    shop.drag(here, here + QPoint(30, 30))
    QTest.keyClick(shop.board.canvas, Qt.Key.Key_E)
    assert shop.board.editor.entry.isHidden()
    shop.release(here + QPoint(30, 30))
    QTest.keyClick(shop.board.canvas, Qt.Key.Key_E)
    assert shop.board.editor.entry.isVisible()


@pytest.mark.parametrize("taken", ["handle", "field"])
async def test_a_drag_ends_when_its_card_goes(shop: Designer, taken: str) -> None:
    shop.scene.choose(SENT)
    shop.drag(shop.handle(SENT) if taken == "handle" else shop.line(SENT, 0), nothing_there(shop))
    assert shop.scene.lights.source == SENT
    gone = SHOP.replace('[event.parcel.sent]\nfields { to: "string" }\n\n', "").replace(
        'emit: "parcel.sent"\n', ""
    )
    shop.file.write_text(gone)
    shop.board.desk.project_saved.emit()
    await shop.until(lambda: not shop.scene.lights.source)
    await shop.rest()
    shop.release(nothing_there(shop))
    await shop.rest()
    assert shop.text == gone
    assert shop.board.editor.entry.isHidden()


@pytest.mark.parametrize("outside", ["details", "beyond", "window"])
async def test_a_wire_that_is_dropped_over_something_else_makes_nothing(shop: Designer, outside: str) -> None:
    port, details = shop.board.canvas.viewport(), shop.board.details
    shop.scene.choose(SENT)
    await shop.until(details.isVisible)
    over = QWidget()
    place = nothing_there(shop)
    if outside == "details":
        place = port.mapFromGlobal(details.mapToGlobal(details.rect().center()))
    elif outside == "beyond":
        place = QPoint(place.x(), -200)
    else:
        over.setGeometry(QRect(port.mapToGlobal(place) - QPoint(20, 20), QSize(40, 40)))
        over.show()
        await shop.until(lambda: QApplication.topLevelAt(port.mapToGlobal(place)) is over)
    shop.drag(shop.handle(SENT), place)
    assert hint(shop) == OUTSIDE
    shop.release(place)
    over.close()
    assert shop.board.editor.entry.isHidden()
    assert not shop.scene.lights.source


@pytest.mark.parametrize("taken", ["handle", "field"])
@pytest.mark.parametrize("ending", ["right", "unheard"])
async def test_another_button_or_a_release_that_nobody_heard_ends_a_drag(
    shop: Designer, taken: str, ending: str
) -> None:
    shop.scene.choose(SENT)
    port, end = shop.board.canvas.viewport(), shop.at(shop.scene.box_of(SEND).center())
    shop.drag(shop.handle(SENT) if taken == "handle" else shop.line(SENT, 0), end)
    assert shop.scene.lights.source == SENT
    if ending == "right":
        QTest.mousePress(port, Qt.MouseButton.RightButton, pos=end)
        menu = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, end, port.mapToGlobal(end))
        assert shop.board.editor.hand.eventFilter(port, menu), "no menu opens over a drag"
        assert not shop.scene.lights.source
        QTest.mouseRelease(port, Qt.MouseButton.RightButton, pos=end)
        shop.release(end)
    else:
        none, place = Qt.MouseButton.NoButton, QPointF(end)
        moved = QMouseEvent(QEvent.Type.MouseMove, place, port.mapToGlobal(place), none, none, NONE)
        QApplication.sendEvent(port, moved)
    assert not shop.scene.lights.source
    carried = port.findChild(QWidget, "carried_field")
    assert carried is not None
    assert not carried.isVisible()
    await shop.rest()
    assert shop.text == SHOP
    shop.click(shop.at(shop.scene.box_of(LOST).center()))
    assert shop.scene.chosen == LOST
    shop.release(end)


async def test_what_is_said_of_a_drag_is_true_when_the_picture_moves_below_the_pointer(
    shop: Designer,
) -> None:
    end = shop.at(shop.scene.box_of(LOST).center())
    shop.drag(shop.handle(RETURN), end)
    assert hint(shop) == "Release to link return_parcel and parcel.lost"
    shop.board.canvas.own_size()
    bar = shop.board.canvas.verticalScrollBar()
    bar.setValue(bar.value() + 4 * int(shop.scene.box_of(LOST).height()))
    key = shop.scene.card_at(shop.board.canvas.mapToScene(end))
    title = shop.scene.cards()[key].card.title if key else ""
    assert title != "parcel.lost"
    assert "parcel.lost" not in hint(shop)
    shop.release(end)
    QTest.keyClick(shop.board.canvas, Qt.Key.Key_Escape)
    await shop.rest()
    assert shop.text == SHOP

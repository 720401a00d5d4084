"""The menu of a card is short, has names that differ, keys, and letters that choose in it alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.gui.board.designing import CONTROL, EMPTY, Designer, board, designer, workspace
from workbench.gui.actions import BoundAction
from workbench.gui.context_menu import menu_of
from workbench.gui.desk import Desk, Selection
from workbench.gui.explorer import Explorer
from workbench.gui.explorer_rows import WORDS, counts_in
from workbench.services.design.gestures import DesignNode

__all__ = ["board", "designer", "workspace"]
MOST = 13
"""Lines of a menu that one reads at a glance."""


def lines(menu: QMenu) -> list[str]:
    return [one.text() for one in menu.actions() if not one.isSeparator()]


def inner(menu: QMenu) -> dict[str, QMenu]:
    found = {one.text(): one.menu() for one in menu.actions()}
    return {text: one for text, one in found.items() if isinstance(one, QMenu)}


async def test_a_card_s_menu_is_short_and_has_everything_once(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    canvas = designer.board.canvas
    menu = menu_of(canvas)
    assert lines(menu)[:4] == ["Open its form", "Try it out", "Rename …", "Add fields …"]
    assert len(lines(menu)) <= MOST
    assert list(inner(menu)) == ["New after this", "Show", "More"]
    told = [text for one in (menu, *inner(menu).values()) for text in lines(one)]
    assert [text for text, count in Counter(told).items() if count > 1] == []
    offered = {one.text() for one in canvas.actions() if isinstance(one, BoundAction)}
    assert offered == set(told) - set(inner(menu))
    made = {one.text(): one.shortcut().toString() for one in inner(menu)["New after this"].actions()}
    assert (made["Add command …"], made["Add projection …"]) == ("C", "V")


async def test_another_view_has_a_card_renamed_here(designer: Designer) -> None:
    for kind, name in ((Qt.Key.Key_C, "send_parcel"), (Qt.Key.Key_C, "return_parcel")):
        designer.key(kind)
        await designer.type(name)
    desk, entry = designer.board.desk, designer.board.editor.entry
    await designer.choose("command:return_parcel")
    desk.select(Selection(node="command:send_parcel"), view="board")
    desk.rename_wanted.emit("command:send_parcel")
    assert designer.scene.chosen == "command:send_parcel"
    assert (entry.asking.title, entry.line.text()) == ("Rename command", "send_parcel")
    entry.line.setText("post_parcel")
    QTest.keyClick(entry.line, Qt.Key.Key_Return)
    await designer.has("[command.post_parcel]")
    assert "send_parcel" not in designer.text


async def test_where_nothing_is_chosen_the_menu_has_what_needs_no_card(designer: Designer) -> None:
    menu = menu_of(designer.board.canvas)
    assert lines(menu) == ["New", "Undo", "Redo", "Show", "More"]


async def test_letters_choose_in_the_menu_and_make_nothing_on_the_board(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel")
    await designer.choose("command:send_parcel")
    canvas, where = designer.board.canvas, QPoint(40, 40)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, where, canvas.mapToGlobal(where))
    QApplication.sendEvent(canvas.viewport(), asked)
    menu: Any = canvas.offering.menu
    for key, said in ((Qt.Key.Key_R, "Rename …"), (Qt.Key.Key_R, "Remove"), (Qt.Key.Key_F, "Add fields …")):
        QTest.keyClick(menu, key)
        assert menu.activeAction().text() == said
    assert designer.board.editor.entry.isHidden()
    menu.close()


async def test_a_lane_s_name_stands_for_its_aggregate(designer: Designer) -> None:
    designer.key(Qt.Key.Key_C)
    await designer.type("send_parcel", pressed=CONTROL)
    await designer.type("sent")
    await designer.until(lambda: "event:parcel.sent" in designer.scene.cards())
    gutter, lane = designer.board.pictures.frame.gutter, designer.scene.layout.lanes[2]
    high = designer.at(QPointF(0, (lane.top + lane.bottom) / 2)).y()
    QTest.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(8, high))
    assert designer.scene.chosen == "aggregate:parcel"
    assert designer.board.details.section.node == DesignNode("aggregate", "parcel")
    designer.key(Qt.Key.Key_F)
    await designer.type("weight?: integer")
    await designer.has("[aggregate.parcel]\nstate {")
    designer.key(Qt.Key.Key_Escape)
    designer.scene.choose("")
    designer.board.finder.search.setText("parcel")
    assert "aggregate:parcel" in designer.scene.find("parcel")
    designer.board.canvas.reveal("aggregate:parcel")
    assert designer.scene.chosen == "aggregate:parcel"
    QTest.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(8, 4))
    assert designer.scene.chosen == ""


async def test_beside_the_board_is_counted_what_the_explorer_lists(
    designer: Designer, desk: Desk, qtbot: QtBot
) -> None:
    """Also while a draft stands that brings an aggregate, and takes away what runs."""
    board, explorer = designer.board, Explorer(desk)
    qtbot.addWidget(explorer)
    explorer.show()
    runs = '[aggregate.parcel]\n[command.send]\ncreates: "parcel"\nemit: "parcel.sent"\n[event.parcel.sent]\n'
    board.editor.do("Add", lambda text: text.with_said("project.tsk", EMPTY + runs), lambda: None)
    await designer.until(lambda: board.details._kind.text() == "1 aggregate, 1 command, 1 event")
    drafted = '[command.pack]\ncreates: "box"\nemit: "box.lost"\n[event.box.packed]\n[policy.p]\non: "x"\n'
    board.editor.do("Draft", lambda text: text.with_said("project.tsk", EMPTY + drafted), lambda: None)

    def listed() -> str:
        return counts_in([one for one in explorer._shown if one[1] in WORDS])

    await designer.until(lambda: "1 policy or process" in listed())
    await designer.until(lambda: board.details._kind.text() == listed())

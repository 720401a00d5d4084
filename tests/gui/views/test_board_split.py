"""The details beside the board keep a useful width, and the one that a person gave them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from workbench.gui.desk import Desk
from workbench.gui.views.board_split import NARROW, ROOMY, WIDE
from workbench.gui.views.board_view import BoardView


@pytest.fixture
async def board(desk: Desk, qtbot: QtBot, until: Any) -> BoardView:
    made = BoardView(desk)
    qtbot.addWidget(made)
    made.show()
    await until(made.scene.cards)
    return made


def widths(board: BoardView, *rooms: int) -> list[int]:
    """Returns how wide the details are in a view of each width, one after the other."""
    found = []
    for room in rooms:
        board.resize(room, 700)
        QCoreApplication.processEvents()
        found.append(board.split.sizes()[1])
    return found


async def test_the_details_have_their_width_whatever_the_room_was_before(board: BoardView) -> None:
    board.canvas.reveal("command:create_user")
    assert widths(board, NARROW, 1400, NARROW + 1, ROOMY, 320, 1400)[1::2] == [WIDE, WIDE, WIDE]


async def test_the_details_keep_the_width_that_a_person_gave_them(board: BoardView, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    board.split.remember(settings, "Design")
    widths(board, 1400)
    board.split.moveSplitter(1400 - 480, 1)
    given = board.split.sizes()[1]
    assert given > WIDE
    board.canvas.reveal("command:create_user")
    assert widths(board, NARROW, 1400, 320, 1400)[1::2] == [given, given]


async def test_what_is_clicked_stays_where_it_is_however_much_room_there_is(board: BoardView) -> None:
    for room, shown in ((ROOMY, WIDE), (ROOMY - 1, 0)):
        board.scene.choose("")
        assert widths(board, room) == [shown]
        before = board.canvas.mapFromScene(board.scene.box_of("command:create_user").center())
        board.scene.choose("command:create_user")
        assert widths(board, room) == [shown]
        assert board.canvas.mapFromScene(board.scene.box_of("command:create_user").center()) == before
    board.split.acts["show_details"].trigger()
    assert widths(board, ROOMY - 1) == [WIDE], "asked for, they have their room there, too"


async def test_who_watches_sees_the_details_once_they_are_asked_for(board: BoardView, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    board.arranged("Observe", settings)
    board.canvas.reveal("command:create_user")
    assert widths(board, 1400) == [0]
    board.split.acts["show_details"].trigger()
    assert widths(board, 1400) == [WIDE]
    for arranged, shown in (("Design", WIDE), ("Observe", WIDE)):
        board.arranged(arranged, settings)
        assert widths(board, 1400) == [shown]


async def test_F4_works_in_the_line_that_finds_on_the_board_too(board: BoardView, until: Any) -> None:
    board.resize(1400, 700)
    board.activateWindow()
    board.finder.search.setFocus()
    await until(board.finder.search.hasFocus)
    shown = board.details.isVisible()
    QTest.keyClick(board.finder.search, Qt.Key.Key_F4)
    assert board.details.isVisible() is not shown


async def test_a_low_board_has_the_room_of_its_details_while_a_form_lies_over_it(
    board: BoardView, until: Any
) -> None:
    board.resize(NARROW - 100, 420)
    if not board.split.wanted:
        board.split.show_details()
    board.canvas.reveal("command:create_user")
    await until(board.details.isVisible)
    low = board.canvas.height()
    board.trial.try_out("command:create_user")
    await until(lambda: board.details.isHidden() and board.canvas.height() > low)
    assert board.split.wanted
    form = board.trial
    assert form.form is not None
    await until(lambda: form.height() > low)
    field = form.form.first_input()
    assert field.visibleRegion().boundingRect().height() == field.height()
    form.leave()
    await until(board.details.isVisible)
    board.resize(NARROW - 100, 900)
    board.trial.try_out("command:create_user")
    await until(form.isVisible)
    QCoreApplication.processEvents()
    assert board.details.isVisible(), "there is room for both"

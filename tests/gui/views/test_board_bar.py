"""What stands in the toolbar of the board is never over something else there, however narrow it is."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.board.stand_pill import Stand
from workbench.gui.desk import Desk
from workbench.gui.views.board_bar import BoardBar
from workbench.gui.views.board_view import BoardView

DRAFTS = Stand(kind="warning", text="3 sections not saved", tip="")
SAVED = Stand(kind="ok", text="saved", tip="")


@pytest.fixture
async def board(desk: Desk, qtbot: QtBot, until: Any) -> BoardView:
    made = BoardView(desk)
    qtbot.addWidget(made)
    made.show()
    await until(made.scene.cards)
    return made


def parts(bar: BoardBar) -> list[QWidget]:
    found = bar.findChildren(QWidget)
    return [one for one in found if one.parentWidget() is bar and one.isVisible() and one.width()]


async def test_nothing_is_over_something_else(board: BoardView, until: Any) -> None:
    (bar,) = board.findChildren(BoardBar)
    QTest.keyClicks(board.finder.search, "user")
    await until(lambda: " of " in board.finder.matches.text())
    for stand in (DRAFTS, SAVED, DRAFTS):
        for width in (1400, 1000, 760, 620, 560, 480, 340, 900):
            board.resize(width, 500)
            board.editor.stand.show_stand(stand)
            for _ in range(3):
                QCoreApplication.processEvents()
            seen = sorted(parts(bar), key=lambda one: one.x())
            assert {board.finder.search, board.editor.stand} <= set(seen)
            for one, other in itertools.pairwise(seen):
                assert one.geometry().right() < other.geometry().left(), (width, one, other)
            assert seen[-1].geometry().right() <= bar.width()


async def test_what_has_room_again_comes_back(board: BoardView) -> None:
    (bar,) = board.findChildren(BoardBar)
    counts = []
    for width in (1400, 340, 1400):
        board.resize(width, 500)
        QApplication.processEvents()
        counts.append(len(parts(bar)))
    assert counts[0] == counts[2] > counts[1]

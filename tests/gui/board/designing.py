"""A person who designs on the board, for the tests that do so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.services.conftest import running, written
from workbench.gui.board.blueprint_layout import handle_of
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.desk import Desk
from workbench.gui.live_project import LiveProject
from workbench.gui.views.board_view import BoardView
from workbench.services.workspace import Workspace

EMPTY = '[project]\nname: "shop"\n'
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with running(written(tmp_path / "shop", EMPTY)) as opened:
        yield opened


def board_of(desk: Desk, qtbot: QtBot, wide: int = 1000, tall: int = 700) -> BoardView:
    """Shows a board and gives its window the keyboard."""
    made = BoardView(desk)
    qtbot.addWidget(made)
    made.resize(wide, tall)
    made.show()
    made.window().activateWindow()
    return made


def is_active(widget: QWidget) -> bool:
    """Whether the window of a widget has the keyboard; asks for it again where it has not: it may be lost."""
    if not widget.isActiveWindow():
        widget.window().activateWindow()
    return widget.isActiveWindow()


@pytest.fixture
def board(desk: Desk, qtbot: QtBot) -> BoardView:
    return board_of(desk, qtbot)


class Designer:
    """A person at the board."""

    def __init__(self, board: BoardView, until: Any) -> None:
        self.board, self.until = board, until
        self.file = board.desk.workspace.project.root / "project.tsk"

    def key(self, key: Any, pressed: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Presses a key where the keyboard is: in the line, or on the board."""
        line = self.board.editor.entry.line
        if not line.isVisible():
            self.board.canvas.setFocus()
        QTest.keyClick(line if line.isVisible() else self.board.canvas, key, pressed)

    async def type(
        self, text: str, key: Any = Qt.Key.Key_Return, pressed: Any = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Types into the line, and takes it."""
        await self.until(self.board.editor.entry.isVisible)
        before = self.board.editor.state.undo, self.text
        line = self.board.editor.entry.line
        self.board.editor.entry.ahead.see()
        line.clear()
        QTest.keyClicks(line, text)
        QTest.keyClick(line, key, pressed)
        await self.until(lambda: (self.board.editor.state.undo, self.text) != before)
        await self.rest()

    async def rest(self) -> None:
        """Waits until what was asked for is done, and drawn."""
        desk, entry = self.board.desk, self.board.editor.entry
        await self.until(lambda: not desk.running() and not entry.comes())

    async def choose(self, node: str) -> None:
        """Chooses a card, once it is there."""
        await self.until(lambda: node in self.board.scene.cards())
        await self.rest()
        self.board.scene.choose(node)

    async def has(self, text: str) -> None:
        await self.until(lambda: text in self.text)

    # -- by mouse ------------------------------------------------------------------------------------------

    @property
    def scene(self) -> BlueprintScene:
        assert isinstance(self.board.scene, BlueprintScene)
        return self.board.scene

    def at(self, place: QPointF) -> QPoint:
        """Returns where a place of the picture is seen."""
        return self.board.canvas.mapFromScene(place)

    def handle(self, node: str) -> QPoint:
        """Returns where the handle of a card is seen."""
        return self.at(QPointF(*handle_of(self.scene.cards()[node].box)))

    def line(self, node: str, number: int) -> QPoint:
        """Returns where a field of a card is seen."""
        return self.at(self.scene.line_box(node, number).center())

    def press(self, place: QPoint) -> None:
        QTest.mousePress(self.board.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def move(self, place: QPoint) -> None:
        QTest.mouseMove(self.board.canvas.viewport(), place)

    def release(self, place: QPoint) -> None:
        QTest.mouseRelease(self.board.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def click(self, place: QPoint) -> None:
        self.press(place)
        self.release(place)

    def drag(self, start: QPoint, end: QPoint) -> None:
        """Drags up to a place, and holds."""
        self.press(start)
        self.move((start + end) / 2)
        self.move(end)

    @property
    def text(self) -> str:
        return self.file.read_text()


@pytest.fixture
async def designer(board: BoardView, desk: Desk, until: Any) -> AsyncIterator[Designer]:
    live = LiveProject(desk, lambda: None, lambda: None)
    await until(lambda: board.editor.state.text.project.text == EMPTY)
    await until(lambda: is_active(board))
    yield Designer(board, until)
    live.close()

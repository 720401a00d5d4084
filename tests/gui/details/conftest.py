"""A board with the details of what is chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.board.designing import board_of
from tests.gui.details.section_parts import SHOP
from tests.services.conftest import running, written
from workbench.gui.desk import Desk
from workbench.gui.views.board_view import BoardView
from workbench.services.workspace import Workspace


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with running(written(tmp_path / "shop", SHOP)) as opened:
        yield opened


@pytest.fixture
async def board(desk: Desk, qtbot: QtBot, until: Any) -> BoardView:
    made = board_of(desk, qtbot, 1300, 800)
    await until(lambda: made.editor.state.text.project.text and made.scene.cards())
    return made

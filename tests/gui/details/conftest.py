"""A board with the details of what is chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.details.section_parts import SHOP
from workbench.gui.desk import Desk
from workbench.gui.views.board_view import BoardView
from workbench.services.project.open_project import open_target
from workbench.services.workspace import Workspace


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "project.tsk").write_text(SHOP)
    opened = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def board(desk: Desk, qtbot: QtBot, until: Any) -> BoardView:
    made = BoardView(desk)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.window().activateWindow()
    await until(lambda: made.editor.state.text.project.text and made.scene.cards())
    return made

"""What is designed is tried on what is stored, from the board."""

from __future__ import annotations

import pytest

from tests.gui.details.test_schema_dialog import TEXT
from tests.services.conftest import running, written
from workbench.gui.views.board_view import BoardView
from workbench.gui.views.deploy_dialog import DRAFT, REVISION, DeployDialog


@pytest.fixture
async def workspace(tmp_path, stores, by_hand):
    async with running(written(tmp_path / "shop", TEXT)) as opened:
        yield opened


@pytest.fixture
async def board(desk, qtbot, until):
    made = BoardView(desk)
    qtbot.addWidget(made)
    made.show()
    await until(lambda: made.editor.node("event:parcel.sent") is not None)
    return made


async def opened(board, until):
    """Opens the dialog from the canvas; returns what it offers first."""
    board.tools.schema.acts["rehearse"].do()
    dialog = board.canvas.findChildren(DeployDialog)[-1]
    found = dialog.choice.itemData(0)
    dialog.close()
    return found


async def test_W18_a_draft_that_is_not_written_is_offered_first(board, until):
    assert await opened(board, until) == REVISION
    design = board.desk.workspace.design
    broken = design.apply(
        "Break it", lambda text: text.with_project(changed(text.project, "parcel.sent", "parcel.gone"))
    )
    assert broken.problems
    board.editor.follow()
    await until(lambda: board.editor.state.text != board.editor.state.written)
    assert await opened(board, until) == DRAFT


def changed(document, before, after):
    """Returns a text with a command that names an event that is not there."""
    from workbench.tusk import parse

    return parse(document.text.replace(f'emit: "{before}"', f'emit: "{after}"').encode(), document.file)

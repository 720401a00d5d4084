"""An event model of another tool comes onto the board as one step that can be undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from workbench.gui.desk import Desk
from workbench.gui.views.board_view import BoardView
from workbench.gui.whole_text import WholeText

MODEL = {
    "slices": [
        {
            "commands": [{"title": "Send Parcel", "aggregate": "Parcel", "fields": []}],
            "events": [
                {
                    "title": "Parcel Sent",
                    "aggregate": "Parcel",
                    "fields": [{"name": "at", "type": "DateTime"}],
                }
            ],
        }
    ]
}


@pytest.fixture
def board(desk: Desk, qtbot: QtBot) -> BoardView:
    made = BoardView(desk)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(MODEL), encoding="utf-8")
    return path


async def test_it_is_one_step_with_what_could_not_be_taken_over(
    board: BoardView, desk: Desk, model: Path
) -> None:
    said: list[Any] = []
    desk.noticed.connect(said.append)
    project = desk.workspace.project.root / "project.tsk"
    before = project.read_bytes()
    await board.tools.bring.read(model)
    assert b"[command.send_parcel]" in project.read_bytes()
    assert desk.workspace.design.state().undo == "Import config.json"
    assert said[0].text == "config.json: 1 aggregate, 1 command, 1 event"
    ((label, show),) = said[0].actions
    assert label == "Show 1 remark"
    show()
    (shown,) = board.editor.canvas.findChildren(WholeText)
    assert "event parcel.sent: not all that leads to it gives at" in shown.area.toPlainText()
    shown.close()
    desk.workspace.design.undo()
    assert project.read_bytes() == before


async def test_the_menu_asks_for_the_file(
    board: BoardView, desk: Desk, model: Path, monkeypatch: pytest.MonkeyPatch, until: Any
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(model), ""))
    offered = {one.objectName(): one for one in board.canvas.actions()}
    offered["bring_in"].trigger()
    await until(lambda: desk.workspace.design.state().undo == "Import config.json")

"""An event model of another tool comes onto the board as one step that can be undone."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from workbench.gui.desk import Desk
from workbench.gui.views.board_view import BoardView
from workbench.gui.whole_text import WholeText
from workbench.services.design.model_import import ImportStopped

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
    done = "one step, which Ctrl+Z undoes on the board."
    assert said[0].text == f"config.json: 1 aggregate, 1 command, 1 event; {done}"
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


def many(count: int) -> Any:
    """Returns a model with so many commands, each with an event."""
    return {
        "slices": [
            {
                "commands": [{"title": f"Send Parcel {at}", "aggregate": "Parcel", "fields": []}],
                "events": [{"title": f"Parcel Sent {at}", "aggregate": "Parcel", "fields": []}],
            }
            for at in range(count)
        ]
    }


@pytest.fixture
def long_model(model: Path) -> Path:
    model.write_text(json.dumps(many(60)), encoding="utf-8")
    return model


async def test_a_long_one_says_how_far_it_is(board: BoardView, desk: Desk, long_model: Path) -> None:
    said: list[Any] = []
    desk.noticed.connect(said.append)
    await board.tools.bring.read(long_model)
    assert said[0].text == "Importing config.json: 50 of 180 parts …"
    assert [label for label, _ in said[0].actions] == ["Cancel"]
    assert len({one.topic for one in said if "config.json" in one.text}) == 1
    assert "command.send_parcel_59" in desk.workspace.design.state().written.project.sections


async def test_it_is_stopped_and_nothing_is_changed(
    board: BoardView, desk: Desk, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    pressed = threading.Event()

    def slowly(text: Any, _model: Any, progress: Any) -> Any:
        progress(1, 2)
        pressed.wait()
        assert not progress(2, 2)
        raise ImportStopped("it was stopped")

    def press(notice: Any) -> None:
        said.append(notice.text)
        for _, act in notice.actions:
            act()
            pressed.set()

    monkeypatch.setattr("workbench.gui.views.board_import.with_event_model", slowly)
    desk.noticed.connect(press)
    await board.tools.bring.read(model)
    assert said[-1] == "config.json: it was stopped"
    assert not desk.workspace.design.state().undo

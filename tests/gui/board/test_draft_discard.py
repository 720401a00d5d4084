"""A draft is discarded after a question, wherever it is told of, and undo brings it back."""

from __future__ import annotations

from typing import Any

from tests.gui.board.test_board_marks import TEXT, board, text_of, workspace
from workbench.gui.board.draft_discard import DraftDiscard
from workbench.gui.desk import Notice
from workbench.gui.views.board_view import BoardView
from workbench.tusk import parse

__all__ = ["board", "workspace"]  # fixtures
WRONG = '\n[policy.tell]\non: "parcel.sent"\n'


async def test_a_draft_is_discarded_after_a_question_and_undo_brings_it_back(
    board: BoardView, until: Any
) -> None:
    told: list[Notice] = []
    editor = board.editor
    board.desk.noticed.connect(told.append)
    (discard,) = editor.findChildren(DraftDiscard)
    act = discard.acts["discard"]
    assert act in editor.stand.actions()
    act.refresh()
    assert not act.isEnabled()
    editor.do("Add", lambda text: text.with_project(parse(text.project.text + WRONG)))
    await until(lambda: editor.draft is not None and not editor.is_busy())
    act.refresh()
    assert act.isEnabled()
    act.trigger()
    question = told[-1]
    assert (question.asks, [label for label, _ in question.actions]) == (True, ["Discard", "Keep it"])
    assert "goes: project.tsk: [policy.tell]. Undo" in question.text
    assert WRONG in editor.state.text.project.text, "it is asked first"
    question.actions[0][1]()
    await until(lambda: editor.draft is None and not editor.is_busy())
    assert (editor.state.text.project.text, text_of(board)) == (TEXT, TEXT)
    assert board.desk.workspace.design.unsaved() == []
    await until(lambda: any(one.topic == question.topic and not one.text for one in told))
    editor.undo()
    await until(lambda: editor.draft is not None)
    assert WRONG in editor.state.text.project.text
    assert text_of(board) == TEXT

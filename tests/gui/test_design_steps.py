"""What is undone, or not saved, while its files change outside: told once, and no longer than it is true."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.gui.board.designing import CONTROL, EMPTY, Designer, board, designer, workspace
from workbench.gui import design_steps
from workbench.gui.design_steps import CONFLICT, STEPS
from workbench.gui.desk import Desk, Notice
from workbench.gui.views.scenarios_view import ScenariosView
from workbench.services.design.design_text import DesignText
from workbench.tusk import parse

__all__ = ["board", "designer", "workspace"]


def heard(desk: Desk) -> list[Notice]:
    found: list[Notice] = []
    desk.noticed.connect(found.append)
    return found


async def test_a_step_that_cannot_be_undone_holds_undo_until_a_person_passes_over_it(
    designer: Designer, desk: Desk
) -> None:
    designer.key(Qt.Key.Key_A)
    await designer.type("bag")
    state = lambda: designer.board.editor.state  # noqa: E731
    designer.file.write_text(
        designer.text.replace("[aggregate.bag]\n", '[aggregate.bag]\ndescription: "x"\n')
    )
    desk.workspace.design.state()
    told = heard(desk)
    for _ in range(3):
        designer.key(Qt.Key.Key_Z, CONTROL)
        await designer.rest()
    said = next(one for one in told if one.text and one.topic == STEPS)
    assert state().undo == "Add aggregate bag"
    assert not any(one.kind == "error" for one in told)
    assert said.text.startswith(
        "“Add aggregate bag” cannot be undone, it was changed since: project.tsk: [agg"
    )
    [(words, over)] = said.actions
    assert words == "Pass over it"
    over()
    await designer.until(lambda: state().undo == "")
    assert not designer.board.editor.acts["undo"].isEnabled()
    assert 'description: "x"' in designer.text


async def test_a_held_key_undoes_no_more_than_is_seen_and_single_presses_are_all_done(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, names = designer.board.editor, ("bag", "box", "can", "jar", "tin")
    for name in names:
        designer.key(Qt.Key.Key_Escape)
        designer.key(Qt.Key.Key_A)
        await designer.type(name)
        await designer.has(f"[aggregate.{name}]")
    held = [False]
    monkeypatch.setattr(design_steps, "is_held", lambda _app: held[0])
    editor.undo()
    held[0] = True
    for _ in range(20):
        editor.undo()
    await designer.until(lambda: not editor.is_stepping)
    assert [name for name in names if name in designer.text] == ["bag", "box", "can", "jar"]
    editor.undo()
    await designer.until(lambda: not editor.is_stepping)
    assert "jar" not in designer.text, "it goes on while it is held"
    held[0] = False
    for _ in range(3):
        editor.undo()
    await designer.until(lambda: "bag" not in designer.text)


async def test_of_what_is_undone_nobody_says_that_something_else_declares_it(designer: Designer) -> None:
    board, said = designer.board, list[str]()
    designer.key(Qt.Key.Key_A)
    await designer.type("bag")
    await designer.until(lambda: board.scene.chosen == "aggregate:bag")
    show = board.details.about.show_parts
    board.details.about.show_parts = lambda parts: (said.append(parts["elsewhere"]), show(parts))  # type: ignore[method-assign,assignment,func-returns-value]
    designer.key(Qt.Key.Key_Z, CONTROL)
    await designer.until(lambda: "aggregate:bag" not in board.scene.cards())
    assert said, "it was shown meanwhile"
    assert set(said) == {""}


async def test_that_a_step_cannot_be_undone_is_told_until_its_text_changes_again(
    designer: Designer, desk: Desk
) -> None:
    designer.key(Qt.Key.Key_A)
    await designer.type("bag")
    before = designer.text
    designer.file.write_text(before.replace("[aggregate.bag]\n", '[aggregate.bag]\ndescription: "x"\n'))
    told = heard(desk)
    designer.key(Qt.Key.Key_Z, CONTROL)
    await designer.until(lambda: any(one.text and one.topic == STEPS for one in told))
    await designer.rest()
    designer.board.editor.follow()
    await designer.rest()
    gone = Notice(kind="ok", text="", topic=STEPS)
    assert gone not in told
    designer.file.write_text(before)
    designer.board.editor.follow()
    await designer.until(lambda: gone in told)


async def test_only_the_question_which_text_counts_is_told_until_it_is_answered(
    designer: Designer, desk: Desk, qtbot: Any, until: Callable[..., Any]
) -> None:
    view = ScenariosView(desk)
    qtbot.addWidget(view)
    told = heard(desk)
    designer.key(Qt.Key.Key_P)
    await designer.type("tell")
    await designer.until(lambda: bool(designer.board.editor.state.problems))
    designer.file.write_text(f'{EMPTY}\n[policy.tell]\ndescription: "theirs"\n')
    asked = designer.board.editor.conflict
    designer.board.editor.follow()
    await until(asked.isVisible)
    assert not [one for one in told if one.text], "the board asks by itself"
    assert asked.text.startswith("Another program changed project.tsk, and here it is changed, too.")
    assert '+ description: "theirs"' in asked.difference.toPlainText()
    assert designer.board.asks() == [asked], "F6 leads there"
    view.writing.follow()
    await until(lambda: [one.topic for one in told if one.text] == [CONFLICT])
    assert [words for words, _ in told[-1].actions[:2]] == [one.text() for one in asked.buttons]
    told[-1].actions[0][1]()
    await until(lambda: Notice(kind="ok", text="", topic=CONFLICT) in told)
    await designer.rest()
    designer.board.editor.follow()
    await until(lambda: not asked.isVisible())
    designer.board.editor.undo()
    said = "Undone: Keep mine. What it left out counts now; Redo brings the other back."
    await until(lambda: said in [one.text for one in told])
    assert 'description: "theirs"' in designer.text


async def test_V5_the_question_stands_where_an_answer_is_refused(
    designer: Designer, desk: Desk, qtbot: Any, until: Callable[..., Any]
) -> None:
    view = ScenariosView(desk)
    qtbot.addWidget(view)
    path = designer.file.parent / "scenarios" / "new.tsk"
    designer.key(Qt.Key.Key_P)
    await designer.type("tell")
    await designer.until(lambda: bool(designer.board.editor.state.problems))
    new = parse('"Mine" {\n    then: []\n}\n', "scenarios/new.tsk")

    def with_draft(text: DesignText) -> DesignText:
        """Adds the file in a step that does not load."""
        wrong = text.project.text.replace("[policy.tell]", "[policy.tell]\n# half")
        return text.with_file(new).with_project(parse(wrong, "project.tsk"))

    desk.workspace.design.apply("Add", with_draft)
    path.parent.mkdir(exist_ok=True)
    path.write_text('"Theirs" {')
    told = heard(desk)
    view.writing.follow()
    await until(lambda: told and told[-1].topic == CONFLICT)
    asked = told[-1]
    del told[:]
    asked.actions[0][1]()
    await until(lambda: any(one.topic == CONFLICT for one in told))
    assert any("cannot be read, and what stands in it is not written over" in one.text for one in told)
    assert [one.text for one in told if one.topic == CONFLICT] == [asked.text]
    assert path.read_text() == '"Theirs" {'


async def test_undo_on_the_board_says_which_other_file_it_changed_and_leads_there(
    designer: Designer, desk: Desk
) -> None:
    new = parse('"Mine" {\n    then: []\n}\n', "scenarios/new.tsk")
    more = parse('"Mine" {\n    then: []\n}\n"More" {\n    then: []\n}\n', new.file)
    for label, document in (("Add", new), ("Edit", more)):
        desk.workspace.design.apply(label, methodcaller("with_file", document))
    designer.board.editor.follow()
    await designer.until(lambda: designer.board.editor.state.undo == "Edit")
    told, wanted = heard(desk), list[tuple[str, int]]()
    desk.text_wanted.connect(lambda file, line: wanted.append((file, line)))
    designer.key(Qt.Key.Key_Z, CONTROL)
    await designer.until(lambda: any(one.actions for one in told))
    said = [one for one in told if one.text][-1]
    assert said.text == "Undone: Edit. It changed scenarios/new.tsk, not shown here, from line 4."
    said.actions[0][1]()
    assert wanted == [("scenarios/new.tsk", 4)]
    designer.key(Qt.Key.Key_Z, CONTROL)
    await designer.until(lambda: [one for one in told if one.text][-1].text.startswith("Undone: Add. "))
    assert [one for one in told if one.text][-1].actions == (), "the file is gone"

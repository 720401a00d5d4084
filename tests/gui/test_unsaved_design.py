"""What was designed and never written is offered when the project is opened again."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from tests.gui.test_session import notices, press, settings, start
from workbench.gui.whole_text import WholeText
from workbench.project.samples import copy_sample
from workbench.services.design import gestures
from workbench.services.design.gestures import DesignNode

__all__ = ["settings", "start"]  # fixtures


@pytest.fixture
async def again(start, tmp_path):
    """A window that was opened, designed in without what was missing, and opened again."""
    folder = copy_sample("users-declared", tmp_path / "mine")
    session = await start((folder, ""))
    event = DesignNode("event", next(iter(session.workspace.registry.events)))
    session.workspace.design.apply("Add", lambda text: gestures.made(text, "policy", "tell", event))
    await session.open((folder, ""))
    return session


def offered(session):
    return [said for said in notices(session) if said.startswith("Unsaved design of ")]


async def test_it_is_taken_up_and_the_board_says_that_it_is_not_saved(again, until):
    (said,) = offered(again)
    assert said.endswith(": 1 mistake")
    press(again, "Take it up", again.window.notices)
    design, editor = again.workspace.design, again.window.views["board"].editor
    await until(lambda: editor.state.problems)
    assert "[policy.tell]" in editor.state.text.project.text
    assert design.unsaved() == []
    assert offered(again) == []


async def test_it_is_discarded_by_a_person_alone(again):
    assert len(again.workspace.design.unsaved()) == 1
    press(again, "Discard", again.window.notices)
    assert again.workspace.design.unsaved() == []
    assert "tell" not in again.workspace.design.state().text.project.text


def changed_outside(session):
    path = session.workspace.project.root / "project.tsk"
    event = next(iter(session.workspace.registry.events))
    path.write_text(f'{path.read_text()}\n[policy.tell]\non: "{event}"\n# theirs\n')


@pytest.mark.parametrize("answer", ["Keep mine", "Take the other"])
async def test_where_the_project_changed_the_same_it_is_asked_which_counts(again, until, answer):
    changed_outside(again)
    press(again, "Take it up", again.window.notices)
    asked = lambda: [said for said in offered(again) if "[policy.tell] changed in the file" in said]  # noqa: E731
    await until(asked)
    assert len(offered(again)) == 1
    press(again, "Show what differs", again.window.notices)
    [shown] = again.window.findChildren(WholeText)
    assert "+ # theirs" in shown.findChild(QPlainTextEdit).toPlainText()
    shown.close()
    words = lambda: [one.text() for one in again.window.notices.findChildren(QPushButton)]  # noqa: E731
    await until(lambda: words().count(answer) == 1)
    assert len(asked()) == 1, "it is asked until it is answered"
    assert len(again.workspace.design.unsaved()) == 1
    press(again, answer, again.window.notices)
    await until(lambda: not again.workspace.design.unsaved() and not offered(again))
    assert ("# theirs" in again.workspace.design.state().text.project.text) is (answer != "Keep mine")


async def test_what_cannot_be_taken_up_now_is_offered_again(again, until):
    path = again.workspace.project.root / "project.tsk"
    whole = path.read_text()
    path.write_text(whole + "\n[half")
    before = len(notices(again))
    press(again, "Take it up", again.window.notices)
    await until(lambda: len(notices(again)) > before and offered(again))
    assert len(again.workspace.design.unsaved()) == 1
    path.write_text(whole)
    press(again, "Take it up", again.window.notices)
    await until(lambda: not again.workspace.design.unsaved())
    assert "[policy.tell]" in again.workspace.design.state().text.project.text

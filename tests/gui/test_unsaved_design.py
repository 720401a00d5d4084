"""What was designed and never written is offered when the project is opened again."""

from __future__ import annotations

import pytest

from tests.gui.test_session import notices, press, settings, start
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

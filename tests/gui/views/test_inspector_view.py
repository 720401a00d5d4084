"""The inspector follows the selection, and copies what can be imported again."""

from __future__ import annotations

import asyncio
import json

import pytest
from PySide6.QtWidgets import QApplication

from workbench.gui.desk import Selection
from workbench.gui.views.inspector_view import InspectorView
from workbench.model.model_flow import ModelFlow
from workbench.model.registry import Registry


@pytest.fixture
def view(desk, qtbot):
    made = InspectorView(desk)
    qtbot.addWidget(made)
    made.resize(360, 500)
    made.show()
    return made


@pytest.fixture
async def ada(workspace):
    values = {"user_id": "ada", "username": "Ada Byron", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    return "user-ada"


def rows(table):
    return [table.model().row(index) for index in range(table.model().rowCount())]


async def test_it_shows_the_event_of_the_selection(ada, desk, view):
    desk.select(Selection(stream=ada, version=1))
    assert view.name.text() == "user.created"
    assert "Ada Byron" in view.payload.toPlainText()
    facts = dict(rows(view.facts))
    assert (facts["stream"], facts["version"]) == ("user-ada", "1")
    assert facts["causation id"] != ""


async def test_it_says_by_which_rules_the_event_changes_the_state(ada, desk, view, monkeypatch):
    told = {"event:user.created": (ModelFlow(verb="sets", name="status", words="'active'"),)}
    monkeypatch.setattr(Registry, "rules_of", lambda _registry, source: told.get(source, ()))
    desk.select(Selection(stream=ada, version=1))
    assert dict(rows(view.facts))["sets status"] == "'active'"


async def test_without_a_version_it_follows_the_newest(ada, workspace, desk, view, until):
    desk.select(Selection(stream=ada))
    assert view.name.text() == "user.updated"
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "inactive"})
    await until(lambda: view.name.text() == "user.status_changed")


async def test_the_difference_is_that_of_the_aggregate(ada, desk, view):
    desk.select(Selection(stream=ada, version=2))
    view.tabs.setCurrentWidget(view.diff)
    assert "Ada Lovelace" in view.diff.toPlainText()
    assert "ada@example.org" not in view.diff.toPlainText()


async def test_causation_lists_the_family(ada, workspace, desk, view):
    desk.select(Selection(stream=ada, version=1))
    view.tabs.setCurrentWidget(view.causes)
    assert [row[1:4] for row in rows(view.causes)] == [("create_user, by a person", "user-ada", 1)]


async def test_a_copy_is_an_object_with_everything(ada, desk, view):
    desk.select(Selection(stream=ada, version=1))
    view.copy_line()
    await asyncio.gather(*desk.running())
    text = QApplication.clipboard().text()
    assert "\n" not in text
    copied = json.loads(text)
    assert (copied["stream"], copied["version"], copied["type"]) == ("user-ada", 1, "user.created")
    assert copied["data"]["username"] == "Ada Byron"


async def test_nothing_chosen_says_what_to_choose(view):
    assert view.layout().currentIndex() == 0

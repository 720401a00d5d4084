"""Histories of streams: changes of secrets are told without telling the secrets."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from workbench.model.json_differences import Difference
from workbench.model.secrets import MASK
from workbench.services.project.open_project import open_target
from workbench.services.streams.stream_history import StreamFold


def changes(before, after, reveal=()):
    """Returns what a fold tells of two states that follow each other."""
    states = iter((before, after))
    aggregate = SimpleNamespace(evolve=lambda _state, _event: next(states), show_state=lambda state: state)
    model = SimpleNamespace(read_event=lambda event: event)
    fold = StreamFold(SimpleNamespace(registry=model, restricted=False), aggregate, reveal)
    event = SimpleNamespace(json=dict, version=1)
    fold.step(event)
    return fold.step(event).changes


def test_a_changed_secret_is_told_as_changed():
    before, after = (
        {"password": "a", "inner": {"token": {"v": 1}}},
        {"password": "b", "inner": {"token": {"v": 2}}},
    )
    assert changes(before, after) == (
        Difference("changed", "password", MASK, MASK),
        Difference("changed", "inner.token.v", MASK, MASK),
    )
    assert changes(before, after, ["password"])[0] == Difference("changed", "password", "a", "b")


def test_secrets_inside_a_new_value_are_masked():
    assert changes({}, {"user": {"name": "ada", "secret": "x"}}) == (
        Difference("added", "user", None, {"name": "ada", "secret": MASK}),
    )
    assert changes({"secret": "x"}, {}) == (Difference("removed", "secret", MASK, None),)


async def test_a_long_stream_is_folded_page_by_page(tmp_path, monkeypatch):
    from workbench.services.project.new_project import create

    monkeypatch.setattr("workbench.store.paging.PAGE", 2)
    create(tmp_path / "mine", "users")
    workspace = open_target(tmp_path / "mine", "", environ={"WORKBENCH_CONFIG": str(tmp_path)})
    try:
        await workspace.start()
        values = {"user_id": "ada", "username": "Ada 0", "email": "a@x.org"}
        await workspace.commands.issue("create_user", values)
        for number in range(1, 6):
            await workspace.commands.issue("update_user", {"user_id": "ada", "username": f"Ada {number}"})
        told = workspace.streams.history("user-ada", 5, last=3)
        assert (told.version, told.earlier, told.state["username"]) == (5, 2, "Ada 4")
        assert [step.event.version for step in told.steps] == [3, 4, 5]
        assert told.steps[0].changes == (Difference("changed", "username", "Ada 1", "Ada 2"),)
        assert told.state == workspace.streams.state_at("user-ada", 5).after
    finally:
        await workspace.close()


@pytest.mark.parametrize("version", [0, 7])
async def test_a_version_that_is_not_there(tmp_path, version):
    from workbench.errors import NotFound
    from workbench.services.project.new_project import create

    create(tmp_path / "mine")
    workspace = open_target(tmp_path / "mine", "", environ={"WORKBENCH_CONFIG": str(tmp_path)})
    try:
        with pytest.raises(NotFound):
            workspace.streams.history("none", version, last=1)
    finally:
        await workspace.close()

"""What happened in the store and no scenario tries is recorded where it happened last."""

from __future__ import annotations

import pytest

from tests.services.conftest import finished, running
from workbench.project.samples import copy_sample
from workbench.services.scenarios.coverage import coverage
from workbench.services.scenarios.happened_example import recorded_example


@pytest.fixture
async def workspace(tmp_path, stores, by_hand):
    async with running(copy_sample("users-declared", tmp_path / "users")) as opened:
        for name in ("ada", "bob"):
            values = {"user_id": name, "username": name.title(), "email": f"{name}@b.org"}
            await opened.commands.issue("create_user", values)
        for status in ("active", "inactive"):
            await opened.commands.issue("change_status", {"user_id": "bob", "status": status})
        await finished(opened)
        yield opened


async def recorded(workspace, words):
    (one,) = [one for one in coverage(workspace.registry, ()).tries if one.words.startswith(words)]
    return await recorded_example(workspace.world, one)


async def test_the_last_event_that_a_command_led_to(workspace):
    found = await recorded(workspace, "create_user leads to user.created")
    assert found.scenario.when[0].act.data["user_id"] == "bob"
    assert found.result.passed


async def test_the_last_refusal_for_that_reason(workspace):
    found = await recorded(workspace, "change_status is refused: same")
    assert found.scenario.when[0].act.data == {"user_id": "bob", "status": "active", "reason": None}
    assert [one.type for one in found.scenario.given] == ["user.created"]
    assert found.result.passed


async def test_what_did_not_happen_and_what_others_do_is_not_recorded(workspace):
    assert await recorded(workspace, "change_status is refused: no_reason") is None
    assert await recorded(workspace, "welcome-mail publishes audit") is None

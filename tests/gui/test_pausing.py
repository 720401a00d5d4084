"""What is told of pauses and steps names all that is paused, and the message that moved (V3)."""

from __future__ import annotations

import pytest

from tests.services.conftest import passing, settle
from workbench.gui.pausing import pause_engine, pause_subscription, step_engine

MAIL = "welcome-mail"


@pytest.fixture
def told(desk):
    notices = []
    desk.noticed.connect(lambda one: notices.append(one.text) if one.text else None)
    return notices


async def create(workspace, name, domain="x.example"):
    values = {"user_id": name, "username": name, "email": f"{name}@{domain}"}
    assert (await workspace.commands.issue("create_user", values)).accepted


async def test_V3_a_step_tells_of_which_message_and_what_became_of_it(workspace, desk, told):
    await workspace.pause()
    await create(workspace, "ada")
    await create(workspace, "bob", "x.invalid")
    for _ in range(3):
        await step_engine(desk, MAIL)
    assert told == [
        f"One step of {MAIL}: user.created at 1 was delivered.",
        f"One step of {MAIL}: user.created at 2 failed and is a dead letter.",
        f"Nothing to deliver to {MAIL}.",
    ]


@pytest.mark.parametrize("retry_delay", ["5s"])
async def test_V3_a_step_tells_of_a_try_that_is_not_the_last_one(workspace, desk, told):
    await workspace.commands.issue("report_outage", {"domain": "x.example"})
    await passing(workspace, workspace.world.settle())
    await workspace.pause()
    await create(workspace, "ada")
    await step_engine(desk, MAIL)
    assert told[-1].endswith("failed and waits for its next try.")


async def test_V3_what_waits_for_a_paused_subscription_is_told_by_steps_and_by_the_end_of_the_pause(
    workspace, desk, told, until
):
    for name in ("ada", "bob", "cid"):
        await create(workspace, name, "x.invalid")
    await settle(workspace)
    letters = [one.number for one in workspace.dead_letters.page()]
    await workspace.subscriptions.pause(MAIL, paused=True)
    await workspace.pause()
    await workspace.dead_letters.jobs.start("replay", letters, per_second=1.0)
    await step_engine(desk)
    assert told == [f"Nothing to deliver: 3 wait for {MAIL}, which is paused."]
    pause_engine(desk, paused=False)
    await until(lambda: len(told) == 2)
    assert told[1] == f"The engine runs again. 3 wait for {MAIL}, which is paused."
    await create(workspace, "dan")
    await workspace.pause()
    while await workspace.step():
        pass
    await step_engine(desk)
    assert told[2] == f"Nothing to deliver: messages wait for {MAIL}, which is paused."
    pause_subscription(desk, MAIL, paused=False)
    await until(lambda: len(told) == 4)
    assert told[3] == f"{MAIL} is resumed. The engine is paused, so it waits."

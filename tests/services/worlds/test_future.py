"""All that is due, in its order; a clock that is moved by hand stops at the first failure."""

from __future__ import annotations

import pytest

from tests.services.conftest import running
from tests.services.worlds.conftest import place
from workbench.errors import CallerError, InvalidValue
from workbench.model.clock import MICROSECONDS, SystemClock
from workbench.project.samples import copy_sample
from workbench.services.workspace import open_workspace

HOUR = 3600.0


async def down(workspace, name):
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    values = {"user_id": name, "username": name.title(), "email": f"{name}@slow.example"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    await workspace.running().settle()


async def test_W15_what_is_due_is_listed_the_next_first_with_what_it_is(workspace):
    await down(workspace, "ann")
    (due,) = [one for one in workspace.future.due() if one.kind == "retry"]
    assert (due.what, due.attempt) == ("welcome-mail", 2)
    assert due.at > workspace.clock.now()
    assert "ann" in due.about
    times = [one.at for one in workspace.future.due()]
    assert times == sorted(times)


async def test_W15_next_due_comes_to_it_and_no_further(workspace):
    await down(workspace, "ann")
    due = workspace.future.due()[0]
    moved = await workspace.future.next_due()
    assert workspace.clock.now() == due.at
    assert not moved.stopped
    (retry,) = [one for one in workspace.future.due() if one.kind == "retry"]
    assert retry.attempt == 3


@pytest.mark.parametrize("stop", [True, False])
async def test_W15_it_stops_at_the_first_failure_if_it_shall(workspace, stop):
    await down(workspace, "ann")
    began = workspace.clock.now()
    moved = await workspace.future.move(24 * HOUR, stop=stop)
    assert workspace.reader.letter_counts()["open"]
    if stop:
        assert "died in welcome-mail" in moved.stopped
        assert moved.seconds < HOUR
    else:
        assert moved.stopped == ""
        assert workspace.clock.now() == began + 24 * HOUR * MICROSECONDS


async def test_W15_time_goes_on_and_not_too_far(workspace):
    with pytest.raises(InvalidValue, match="time goes on"):
        await workspace.future.to(workspace.clock.now() - 1)
    with pytest.raises(InvalidValue, match="a year"):
        await workspace.future.move(1e9)
    assert (await workspace.future.next_due()).seconds == 0


async def test_W15_on_the_machines_clock_it_is_only_looked_at(tmp_path):
    trunk = open_workspace(
        copy_sample("users", tmp_path / "users"), environ={}, trusted=True, clock=SystemClock()
    )
    await trunk.start()
    assert not trunk.future.by_hand
    assert trunk.future.due() == []
    with pytest.raises(CallerError, match="time goes by itself"):
        await trunk.future.move(1)
    await trunk.close()


@pytest.fixture
def on_file():
    return False


async def test_W15_what_processes_issued_for_later_is_among_it(tmp_path, stores, by_hand):
    async with running(copy_sample("orders-declared", tmp_path / "orders")) as opened:
        await place(opened, 1)
        await opened.running().settle()
        kinds = {one.kind for one in opened.future.due()}
        assert kinds <= {"retry", "command", "delayed", "expiry", "lease"}

"""Faults of an open project: asked about, recorded, counted, and checked afterwards (W12, W13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.conftest import finished, running
from workbench.errors import CallerError
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.services.worlds.fault_report import ENDED, ONCE, REBUILT
from workbench.services.worlds.fork import fork_in, make_fork
from workbench.store.operations import Append
from workbench.store.store_file import read_store_file


@pytest.fixture
def on_file():
    return True


async def add(workspace, name):
    values = {"user_id": name, "username": name.title(), "email": f"{name}@x.org"}
    return await workspace.commands.issue("create_user", values)


def found(workspace):
    return {one.name: [str(said) for said in one.findings] for one in workspace.faults.check()}


async def test_W12_the_project_itself_is_asked_about_and_the_arming_recorded(workspace):
    with pytest.raises(CallerError, match="the project's own store"):
        await workspace.faults.arm("fail:welcome-mail")
    assert workspace.faults.lines() == []
    number = await workspace.faults.arm("fail:welcome-mail", allowed=True)
    (line,) = workspace.faults.lines()
    assert (line.number, line.written, line.state) == (number, "fail:welcome-mail:1", "waits")
    assert await workspace.faults.disarm() == 1
    acts = [(one.action, one.subject, one.detail) for one in workspace.reader.actions()]
    assert ("arm a fault", "subscription welcome-mail", "fails the 1st call") in acts
    assert ("disarm a fault", "subscription welcome-mail", "fails the 1st call") in acts


async def test_W12_what_is_armed_when_the_project_is_closed_is_recorded_as_disarmed(workspace):
    await workspace.faults.arm("fail:welcome-mail", allowed=True)
    await workspace.close()
    with read_store_file(workspace.project.store_path) as reader:
        acts = [(one.action, one.subject, one.detail) for one in reader.actions()]
    assert acts[0] == ("disarm a fault", "subscription welcome-mail", "fails the 1st call")
    assert len(acts) == 2


async def test_W12_in_a_fork_nobody_is_asked_and_the_project_has_none(workspace, tmp_path):
    await add(workspace, "ann")
    await finished(workspace)
    make_fork(workspace.project, workspace.reader.head(), tmp_path / "fork", {}, lambda *_: None)
    assert fork_in(tmp_path / "fork") is not None
    async with running(tmp_path / "fork") as fork:
        await fork.faults.arm("fail:create_user:100%")
        with pytest.raises(Exception, match="fault 1, which is armed"):
            await add(fork, "bea")
        assert (await add(workspace, "bea")).accepted
        assert workspace.faults.lines() == []


async def test_W12_counts_and_states_are_told(workspace):
    faults = workspace.faults
    await faults.arm("duplicate:audit-trail:100%", allowed=True)
    await faults.arm("fail:welcome-mail:9", allowed=True)
    await faults.arm("clock:create_user:1:1h", allowed=True)
    await add(workspace, "ann")
    await finished(workspace)
    twice, waits, clock = faults.lines()
    assert (twice.state, twice.struck) == ("strikes", twice.calls)
    assert (waits.state, waits.struck, waits.calls) == ("waits", 0, 1)
    assert (clock.state, clock.struck) == ("struck", 1)
    assert set(faults.on()) == {
        "subscription:audit-trail",
        "subscription:welcome-mail",
        "command:create_user",
    }


async def test_W13_what_is_checked_begins_at_the_first_fault_that_was_armed(workspace):
    await add(workspace, "ann")
    first = workspace.reader.head()
    await workspace.faults.arm("fail:welcome-mail:9", allowed=True)
    await add(workspace, "bea")
    await workspace.faults.arm("fail:audit-trail:9", allowed=True)
    assert workspace.faults.since == first < workspace.reader.head()


async def test_W12_a_fault_of_a_handler_is_told_at_its_subscriptions(workspace):
    handler = workspace.registry.subscriptions["welcome-mail"].handler
    await workspace.faults.arm(f"fail:handler {handler}", allowed=True)
    assert workspace.faults.on()["subscription:welcome-mail"] == ["fails the 1st call"]


async def test_W12_what_the_model_has_no_more_is_told_as_gone(workspace):
    await workspace.faults.arm("fail:welcome-mail", allowed=True)
    project = workspace.project
    await workspace.adopt(replace(project, registry=replace(project.registry, subscriptions={})))
    (line,) = workspace.faults.lines()
    assert line.state == "gone"


async def test_W13_nothing_is_found_where_all_went_well(workspace):
    await workspace.faults.arm("duplicate:audit-trail:100%", allowed=True)
    await workspace.faults.arm("crash:users", allowed=True)
    await add(workspace, "ann")
    await finished(workspace)
    assert found(workspace) == {REBUILT: [], ONCE: [], ENDED: []}


async def test_W13_what_died_what_stopped_and_what_is_open_did_not_end(workspace):
    await add(workspace, "old")
    await finished(workspace)
    await workspace.faults.arm("fail:users:1", allowed=True)
    await workspace.faults.arm("fail:audit-trail:100%", allowed=True)
    await add(workspace, "ann")
    await finished(workspace)
    said = "\n".join(found(workspace)[ENDED])
    assert "users stopped at position" in said
    assert "fault 1, which is armed, failed the read model users" in said
    checks = {one.name: one for one in workspace.faults.check()}
    assert {one.projection for one in checks[ENDED].findings if "stopped at" in one} == {"users"}
    upto = workspace.reader.generations("users")[0].checkpoint
    assert f"users up to position {upto:,}, where it stopped" in checks[REBUILT].said


async def test_W13_what_happened_twice_behind_the_first_fault_is_found_with_its_position(workspace):
    await add(workspace, "ann")
    await finished(workspace)
    first = workspace.reader.read_log(0, 1)[0]

    def twice(stream):
        for number in range(2):
            event = NewEvent(
                id=derived_id(stream, number),
                type=first.type,
                data=first.data,
                correlation_id=first.correlation_id,
                causation_id=first.causation_id,
            )
            workspace.store.write([Append(stream=stream, events=(event,))])
            workspace.clock.advance(1)

    twice("user-before")
    await workspace.faults.arm("fail:welcome-mail:9", allowed=True)
    assert found(workspace)[ONCE] == []
    twice("user-behind")
    check = next(one for one in workspace.faults.check() if one.name == ONCE)
    assert [one.position for one in check.findings] == [workspace.reader.head()]
    assert "in user-behind happened at position" in check.findings[0]

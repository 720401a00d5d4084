"""All that is due, in its order; a clock that is moved by hand stops at the first failure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.conftest import running, written
from tests.services.worlds.conftest import place
from workbench.engine.publisher import OutgoingMessage
from workbench.errors import CallerError, InvalidValue
from workbench.model.clock import FURTHEST, MICROSECONDS, SystemClock
from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.services.workspace import open_workspace

HOUR = 3600.0
LATER = """
[aggregate.case]
state { open { type: "boolean", default: false } }
[event.case.opened]
fields { case_id: "string" }
set { open: "true" }
[event.case.closed]
fields { case_id: "string" }
set { open: "false" }
[command.open]
creates: "case"
fields { case_id: "string" }
emit: "case.opened"
[command.close]
changes: "case"
fields { case_id: "string" }
emit: "case.closed"
[process.waiting]
key: "event.case_id"
state { seen { type: "boolean", default: false } }
on {
    "case.opened": { starts: true, issue: "close", after: "1d", with { case_id: "event.case_id" } }
    "case.closed": { ends: true }
}
"""


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


async def test_W23_a_retry_is_made_now_recorded_and_the_clock_stays(workspace):
    await down(workspace, "ann")
    due, before = workspace.future.due()[0], workspace.clock.now()
    await workspace.future.do_now(due)
    await workspace.running().settle()
    (retry,) = [one for one in workspace.future.due() if one.kind == "retry"]
    assert (retry.attempt, workspace.clock.now()) == (3, before)
    act = workspace.operations.list()[0]
    assert (act.of.action, act.of.subject, act.of.count) == ("do now", "subscription welcome-mail", 1)
    assert "user.created" in act.of.detail
    assert "what is done early stays done" in act.why_not


async def test_W15_the_oldest_message_of_each_topic_is_listed_with_when_it_may_go(workspace, clock):
    for name in ("ann", "bea"):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        await workspace.commands.issue("create_user", values)
        await workspace.running().settle()
        clock.advance(60)
    kept = {one.what: one for one in workspace.future.due() if one.kind == "retention"}
    first = workspace.reader.read_topic("audit", lambda _type: False, 0, 1)[0][0]
    assert kept["audit"].position == first.position
    topic = workspace.registry.topics["audit"]
    assert kept["audit"].at == first.published_at + topic.retention * MICROSECONDS
    assert (await workspace.future.next_due()).seconds == 0, "nothing else is due"


async def test_W23_what_waits_no_more_is_not_made_and_nothing_is_recorded(workspace):
    await down(workspace, "ann")
    due = workspace.future.due()[0]
    await workspace.subscriptions.skip("welcome-mail", [due.number])
    with pytest.raises(InvalidValue, match="does not wait any more"):
        await workspace.future.do_now(due)
    assert [one.of.action for one in workspace.operations.list()] == ["skip"]
    with pytest.raises(InvalidValue, match="only comes with its time"):
        await workspace.future.do_now(replace(due, kind="expiry"))


async def test_W23_what_a_process_issued_for_later_is_made_now(tmp_path, stores, by_hand):
    async with running(written(tmp_path / "later", LATER)) as opened:
        assert (await opened.commands.issue("open", {"case_id": "a"})).accepted
        await opened.running().settle()
        (due,) = opened.future.due()
        assert (due.kind, due.what) == ("command", "waiting · a")
        assert due.at > opened.clock.now()
        await opened.future.do_now(due)
        await opened.running().settle()
        assert [one.type for one in opened.reader.read_log(0, 10)] == ["case.opened", "case.closed"]
        assert opened.future.due() == []


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
    with pytest.raises(InvalidValue, match="that is over: it is 20") as over:
        await workspace.future.to(workspace.clock.now() - 1)
    assert "such as +2h" in over.value.hint
    with pytest.raises(InvalidValue, match="a year"):
        await workspace.future.move(1e9)
    workspace.clock.advance((FURTHEST - workspace.clock.now()) / MICROSECONDS - HOUR)
    with pytest.raises(InvalidValue, match="up to the year 9000"):
        await workspace.future.move(HOUR + 1)
    assert (await workspace.future.next_due()).seconds == 0


async def test_W15_what_should_have_been_by_now_comes_and_the_clock_never_goes_back(workspace):
    clock, called, times = workspace.clock, [], []
    clock.follow(lambda: times.append(clock.now()))
    began = clock.now()
    workspace.world.timer.call_at(began - 3600 * MICROSECONDS, lambda: called.append(True))
    await workspace.future.move(1.0)
    assert called == [True]
    assert times == sorted([began, *times])[1:]
    assert clock.now() == began + MICROSECONDS


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


DYING = """
from workbench import Definitions, PermanentError


def call(message, context):
    raise PermanentError("never")


DEFINITIONS = Definitions(handlers={"call": call})
"""


async def test_W15_what_waits_behind_a_dead_letter_is_not_due_to_expire(tmp_path, stores, by_hand):
    folder = written(
        tmp_path / "dying",
        '[project]\nname: "dying"\n[cqrs]\nmodules: ["dying"]\n[topics.calls]\nttl: "1h"\n'
        '[subscriptions.caller]\ntopic: "calls"\nhandler: "call"\n',
    )
    (folder / "dying.py").write_text(DYING)
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")}, trust=True)
    try:
        await opened.start()
        for _ in range(2):
            await opened.messages.publish(OutgoingMessage(topic="calls", type="ring", key="a", data={}))
        await opened.running().settle()
        (letter,) = opened.reader.letter_numbers(("open",))
        (waits,) = opened.subscriptions.waiting("caller")
        assert waits.behind == letter
        assert waits.delivery.expires_at is not None
        assert "expiry" not in {one.kind for one in opened.future.due()}
    finally:
        await opened.close()

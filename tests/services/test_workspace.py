"""What a workspace does when it begins and ends, alone or beside others."""

from __future__ import annotations

import asyncio
import sys

import pytest

from workbench.engine.publisher import OutgoingMessage
from workbench.errors import StoreFull, StoreReadOnly, WorldError
from workbench.model.clock import ManualClock, SystemClock
from workbench.project.project import load_project
from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.services.workspace import Workspace, open_workspace
from workbench.store.letter_jobs import Job, JobStatus
from workbench.store.operations import StartJob
from workbench.store.sqlite.store import SqliteStore

FLAG = "[message_queues]\nmessage_persistence: {}\n"


@pytest.fixture
def opened(tmp_path):
    folder = copy_sample("users-declared", tmp_path / "users")
    text = (folder / "project.tsk").read_text()

    def call(persistence: str) -> Workspace:
        (folder / "project.tsk").write_text(f"{text}\n{FLAG.format(persistence)}")
        return open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})

    return call


def messages(workspace: Workspace, topic: str) -> int:
    return len(workspace.reader.read_topic(topic, lambda _type: False, 0, 100)[0])


@pytest.mark.parametrize(("persistence", "left"), [("true", 1), ("false", 0)])
async def test_messages_that_are_kept_in_memory_only_do_not_outlive_the_project(opened, persistence, left):
    workspace = opened(persistence)
    await workspace.start(paused=True)
    topic = next(iter(workspace.registry.topics))
    await workspace.running().publisher.publish(OutgoingMessage(topic=topic, data={"n": 1}))
    assert messages(workspace, topic) == 1
    await workspace.adopt(workspace.project)
    assert messages(workspace, topic) == 1, "a model that is loaded anew takes nothing away"
    await workspace.close()
    looked = opened(persistence)
    assert messages(looked, topic) == left
    await looked.close()


async def test_what_a_killed_program_left_in_memory_topics_goes_when_the_project_opens(opened):
    killed = opened("true")
    await killed.start(paused=True)
    topic = next(iter(killed.registry.topics))
    await killed.running().publisher.publish(OutgoingMessage(topic=topic, data={"n": 1}))
    await killed.close()  # written as if it were to stay, as after a kill
    workspace = opened("false")
    await workspace.start(paused=True)
    assert messages(workspace, topic) == 0
    await workspace.close()


async def test_M2_a_close_that_is_cancelled_twice_still_lets_go_of_the_store(tmp_path):
    folder = copy_sample("users", tmp_path / "users")
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    workspace = open_target(folder, "", environ=environ)
    await workspace.start()
    before = asyncio.all_tasks()
    closing = asyncio.create_task(workspace.close())
    for _ in range(2):
        await asyncio.sleep(0)
        closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert asyncio.all_tasks() < before
    again = open_target(folder, "", environ=environ)
    assert not again.observer
    await again.close()


@pytest.mark.parametrize("turns", [1, 2, 3, 5, 8])
async def test_C11_a_model_that_takes_over_leaves_an_engine_that_runs_whoever_is_cancelled(opened, turns):
    workspace = opened("true")
    await workspace.start()
    heard = []
    workspace.listen(heard.append)
    adopting = asyncio.create_task(workspace.adopt(workspace.project))
    for _ in range(turns):
        await asyncio.sleep(0)
    adopting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adopting
    assert [change.model for change in heard if change.model] == [True]
    topic = next(iter(workspace.registry.topics))
    await workspace.running().publisher.publish(OutgoingMessage(topic=topic, data={"n": 1}))
    await workspace.close()


async def test_C10_a_store_that_is_gone_is_told_while_nothing_is_written(opened, monkeypatch):
    monkeypatch.setattr("workbench.services.maintenance.store_watch.EVERY", 0.01)
    workspace = opened("true")
    gone, back = asyncio.Event(), asyncio.Event()
    workspace.listen(lambda _: gone.set() if workspace.store.gone else back.set())
    await workspace.start(paused=True)
    path = workspace.project.store_path
    away = path.rename(path.with_name("away.db"))
    await asyncio.wait_for(gone.wait(), 30)
    assert "no longer there" in workspace.monitor.status().gone
    back.clear()
    away.rename(path)
    await asyncio.wait_for(back.wait(), 30)
    assert workspace.monitor.status().gone == ""
    await workspace.close()


async def test_V3_a_store_that_another_works_on_is_refused_in_words_that_fit_everywhere(tmp_path):
    folder = copy_sample("users", tmp_path / "users")
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    workspace = open_target(folder, "", environ=environ)
    await workspace.start()
    second = open_target(folder, "", environ=environ)
    with pytest.raises(StoreReadOnly, match=r"open for reading only: .* has it open") as told:
        second.running()
    assert "window" not in f"{told.value} {told.value.hint}"
    assert told.value.hint == "do it in that process, or end it and open the project again"
    await second.close()
    await workspace.close()


def modules(project):
    return sorted(name for name in sys.modules if name.startswith(f"{project.package}."))


def fork(workspace, path):
    clock = SystemClock()
    return Workspace(workspace.project, SqliteStore(path, clock), clock)


async def test_closing_one_workspace_leaves_the_modules_of_another_on_the_same_model(tmp_path):
    one = open_workspace(copy_sample("users", tmp_path / "users"), environ={}, trusted=True)
    two = fork(one, tmp_path / "fork.db")
    held = modules(one.project)
    assert held
    await two.close()
    await two.close()
    assert modules(one.project) == held
    await one.close()
    assert modules(one.project) == []


async def test_the_first_of_two_may_close_first(tmp_path):
    one = open_workspace(copy_sample("users", tmp_path / "users"), environ={}, trusted=True)
    two = fork(one, tmp_path / "fork.db")
    held = modules(one.project)
    await one.close()
    assert modules(two.project) == held
    await two.close()
    assert modules(two.project) == []


async def test_a_model_that_takes_over_lets_the_one_before_go_but_for_others(tmp_path):
    root = copy_sample("users", tmp_path / "users")
    one = open_workspace(root, environ={}, trusted=True)
    two = fork(one, tmp_path / "fork.db")
    other = open_workspace(root, environ={}, trusted=True)
    before, fresh = one.project, other.project
    await one.adopt(fresh)
    assert modules(before)
    await two.close()
    assert modules(before) == []
    await other.close()
    assert modules(fresh)
    await one.close()
    assert modules(fresh) == []


async def test_W1_days_pass_on_a_clock_that_is_moved_by_hand(tmp_path):
    """Retries of a project on such a clock come when it was moved, whatever the machine's time."""
    clock = ManualClock()
    root = copy_sample("users", tmp_path / "users")
    workspace = open_workspace(root, environ={}, trusted=True, clock=clock)
    await workspace.start()
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    values = {"user_id": "ann", "username": "Ann", "email": "ann@slow.example"}
    await workspace.commands.issue("create_user", values)
    await workspace.running().settle()
    mail = {view.name: view for view in workspace.monitor.subscriptions()}["welcome-mail"]
    assert (mail.retrying, mail.dead) == (1, 0)
    for _ in range(5):
        clock.advance(86400)
        await workspace.running().settle()
    mail = {view.name: view for view in workspace.monitor.subscriptions()}["welcome-mail"]
    assert (mail.retrying, mail.dead) == (0, 1)
    await workspace.close()


async def test_J5_who_waits_for_a_read_model_is_answered_after_a_reload(tmp_path):
    root = copy_sample("users", tmp_path / "users")
    workspace = open_workspace(root, environ={}, trusted=True)
    await workspace.start()
    await workspace.pause()
    values = {"user_id": "ann", "username": "Ann", "email": "ann@fine.example"}
    result = await workspace.commands.issue("create_user", values)
    waiting = asyncio.ensure_future(workspace.commands.wait_for("users", result.last_position))
    await asyncio.sleep(0)
    async with asyncio.timeout(15):
        await workspace.adopt(load_project(root, environ={}, trusted=True))
        assert not waiting.done()
        await workspace.resume()
        await waiting
    await workspace.pause()
    result = await workspace.commands.issue("update_user", {"user_id": "ann", "username": "Anna"})
    closing = asyncio.ensure_future(workspace.commands.wait_for("users", result.last_position))
    await asyncio.sleep(0)
    await workspace.close()
    with pytest.raises(StoreReadOnly):
        await closing


async def test_F4_an_engine_that_a_reload_left_standing_is_said_and_resumed_with_its_jobs(
    opened, monkeypatch
):
    workspace = opened("true")
    await workspace.start()
    write, job = workspace.store.write, Job(action="archive", numbers=(1,))
    await workspace.running().write(StartJob(job=job))

    def full(_operations):
        raise StoreFull("the disk is full")

    monkeypatch.setattr(workspace.store, "write", full)
    with pytest.raises(StoreFull):
        await workspace.adopt(workspace.project)
    assert workspace.monitor.status().engine == "stopped"
    assert workspace.monitor.paused
    assert {view.status for view in workspace.monitor.subscriptions()} == {"engine stopped"}
    for ask in (workspace.drain.settle(1), workspace.pause(), workspace.resume()):
        with pytest.raises(WorldError, match="the disk is full"):
            await ask
    monkeypatch.setattr(workspace.store, "write", write)
    await workspace.resume()
    assert workspace.monitor.status().engine == "running"
    report = await workspace.dead_letters.jobs.finished(1)
    assert report.job.status is JobStatus.DONE
    await workspace.close()


async def test_L9_a_step_that_finds_nothing_to_do_is_not_recorded(opened):
    workspace = opened("true")
    await workspace.start(paused=True)
    try:
        assert await workspace.step() == ""
        assert workspace.monitor.actions() == []
        values = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted
        moved = await workspace.step()
        assert [(one.action, one.subject) for one in workspace.monitor.actions()] == [("step", moved)]
    finally:
        await workspace.close()

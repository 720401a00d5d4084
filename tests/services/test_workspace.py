"""What a workspace does when it begins and ends, whoever is cancelled meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from workbench.engine.publishing import Draft
from workbench.project.samples import copy_sample
from workbench.services.opening import open_target
from workbench.services.workspace import Workspace

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
    await workspace.running().publisher.publish(Draft(topic=topic, data={"n": 1}))
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
    await killed.running().publisher.publish(Draft(topic=topic, data={"n": 1}))
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

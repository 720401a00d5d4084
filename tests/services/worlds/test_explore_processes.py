"""Exploring in several processes: what they tell together, and that none is left."""

from __future__ import annotations

import asyncio
import multiprocessing

import pytest

from tests.services.worlds.race import opened, orders_that_race
from workbench.services.scenarios import open_scenarios
from workbench.services.worlds.exploration import ExplorePlan, explore_all
from workbench.services.worlds.explore_processes import ExploreProcesses, slice_of
from workbench.services.worlds.explored import Exploration
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer


@pytest.fixture
def orders(tmp_path):
    return orders_that_race(tmp_path / "orders")


async def test_two_processes_find_together_what_one_finds(orders):
    project, scenarios = opened(orders)
    alone, together = [], []
    one, two = (ExplorePlan(seconds=60, deviations=2, processes=count) for count in (1, 2))
    await explore_all(project, scenarios, one, done=alone.append)
    await explore_all(project, scenarios, two, done=together.append, environ={})
    (first,), (second,) = alone, together
    assert set(first.exploration.outcomes) == set(second.exploration.outcomes)
    assert [told.schedule.written for told in first.findings] == [
        told.schedule.written for told in second.findings
    ]
    assert (second.exploration.complete, second.exploration.trouble) == (2, "")
    assert second.exploration.findings["no_charge_after_cancel"].count <= second.exploration.schedules
    assert not multiprocessing.active_children()


async def test_what_was_found_so_far_is_told_when_it_is_stopped(orders):
    file = orders / "project.tsk"
    file.write_text(file.read_text().partition("[invariant.no_charge")[0])  # so that it goes on for long
    project, scenarios = opened(orders)
    told, looks = [], asyncio.Event()
    plan = ExplorePlan(seconds=600, deviations=1, processes=2)
    work = asyncio.create_task(
        explore_all(project, scenarios, plan, done=told.append, told=lambda one: looks.set(), environ={})
    )
    await asyncio.wait_for(looks.wait(), 60)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert [one.exploration.scenario for one in told] == ["An order is placed and cancelled"]
    assert not multiprocessing.active_children()


def test_scenarios_share_the_time_that_is_left():
    assert [slice_of(30.0, 3), slice_of(0.1, 1)] == [10.0, 0.5]


HOLDS = """
import time
from workbench import Definitions

def hold(message, context):
    time.sleep(1e6)

DEFINITIONS = Definitions(handlers={"hold": hold})
"""
HELD = """
[cqrs]
modules: ["mine"]
[topics]
mail { name: "mail" }
[subscriptions]
holds { name: "holds", topic: "mail", handler: "hold" }
[routing]
default_topic: "mail"
[aggregate.box]
[event.box.made]
[command.make]
creates: "box"
fields { box_id: "string" }
emit: "box.made"
"""
MAKES = """
"A box is made" { when: { command: "make", data: { box_id: "a" } }, then: { event: "box.made" } }
"Another box is made" { when: { command: "make", data: { box_id: "b" } }, then: { event: "box.made" } }
"""


@pytest.fixture
def held(tmp_path):
    """A project with a plain handler that never comes back, and the environment of who trusts it."""
    root = tmp_path / "held"
    (root / "scenarios").mkdir(parents=True)
    (root / "project.tsk").write_text(f'[project]\nname: "held"\n{HELD}')
    (root / "mine.py").write_text(HOLDS)
    (root / "scenarios" / "box.tsk").write_text(MAKES)
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    return open_scenarios(root, environ, trust=True), environ


async def test_a_handler_that_never_comes_back_ends_its_process_and_is_named(held):
    scenarios, environ = held
    found = [one for file in scenarios.files() for one in file.scenarios]
    root = scenarios.project.root
    with ExploreProcesses(root, environ, found, Plan(seconds=1.0), {}, 1, still=0.5) as processes:
        told_before = Exploration(scenario="A box is made", complete=2)
        processes.latest[0] = {0: told_before}  # that all were tried is not said any more
        said = []
        for number in range(2):
            async for so_far in processes.told(number):
                last = so_far
            said.append((last.trouble, last.complete))
    held_up = "hold (mine.py:6) did not come back in time: does it wait for something?"
    assert said == [(held_up, -1), (f"in A box is made, {held_up}", -1)]
    assert not multiprocessing.active_children()


async def test_plain_code_that_holds_a_process_up_does_so_no_longer_than_the_time_of_all(held):
    scenarios, environ = held
    found = [file.scenarios[0] for file in scenarios.files()]
    with ExploreProcesses(
        scenarios.project.root, environ, found, Plan(seconds=0.5), {}, 1, still=1e6
    ) as some:
        async for so_far in some.told(0):
            last = so_far
    assert last.trouble == "hold (mine.py:6) did not come back in time: does it wait for something?"


async def test_a_handler_that_waits_for_ever_does_so_no_longer_than_the_time_of_all(held, monkeypatch):
    scenarios, environ = held
    waits = HOLDS.replace("import time", "import asyncio").replace("def hold", "async def hold")
    (scenarios.project.root / "mine.py").write_text(
        waits.replace("time.sleep(1e6)", "await asyncio.sleep(1e6)")
    )
    project = open_scenarios(scenarios.project.root, environ, trust=True).project
    monkeypatch.setattr("workbench.services.worlds.scenario_explorer.LONGEST", 1e6)
    explorer = ScenarioExplorer(project, scenarios.files()[0].scenarios[0])
    said = await asyncio.wait_for(explorer.explore(Plan(seconds=0.5)), 60)
    assert said.trouble.startswith("a schedule did not end in time, as “holds gets box.made” alone took 1.")

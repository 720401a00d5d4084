"""Schedules in one world: each is as if it were run alone, and what several begin with is done once (W7)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.services.worlds.race import opened, orders_that_race
from workbench.project.samples import copy_sample
from workbench.services.worlds import scenario_explorer, schedule_runs
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.scenario_explorer import APART, Plan, ScenarioExplorer
from workbench.services.worlds.stepped_world import SteppedWorld
from workbench.services.worlds.strategies import Following, Randomly, UpTo
from workbench.store.memory.tables import Table

FAULTS = dict.fromkeys(Fault, 1)
MANY = 10**9


@pytest.fixture
def orders(tmp_path):
    project, (scenario,) = opened(orders_that_race(tmp_path / "orders"))
    return project, scenario


@pytest.fixture
def done(monkeypatch):
    """Returns the choices that were really made, of all worlds together."""
    found, make = [], SteppedWorld.make

    async def noted(world, choice=0):
        found.append(choice)
        return await make(world, choice)

    monkeypatch.setattr(SteppedWorld, "make", noted)
    return found


def history(run):
    """Returns all that a run left: what is stored, ids included, what was done, and what was found."""
    world = run.world
    stored = {
        name: repr(table.items()) for name, table in vars(world.tables).items() if isinstance(table, Table)
    }
    done = [str(deed) for deed in world.deeds]
    return stored, done, world.choices, world.clock_now, run.end, dict(run.broken), dict(run.broken_at)


async def all_as_alone(project, scenario, seeds, faults):
    """Runs schedules by chance in one world, and each of them again alone."""
    explorer = ScenarioExplorer(project, scenario, faults=faults)
    await explorer.usual()
    for seed in seeds:
        explorer._checked.clear()
        run = await explorer.play(Randomly(random.Random(seed)))
        before = history(run)
        again = await explorer.replayed(tuple(run.world.choices))
        assert before == history(again), (scenario.title, again.world.choices)
        assert again.world is not run.world


@pytest.mark.parametrize("faults", [{}, FAULTS], ids=["plain", "faults"])
async def test_W7_a_schedule_behind_others_is_as_alone(orders, faults):
    await all_as_alone(*orders, range(60), faults)


async def test_W7_it_is_also_where_there_is_room_for_few_states(orders, monkeypatch):
    monkeypatch.setattr(schedule_runs, "ROOM", 4_000)
    await all_as_alone(*orders, range(60), FAULTS)


@pytest.mark.long
@pytest.mark.parametrize("sample", ["orders-declared", "users-declared", "orders", "users"])
async def test_W7_schedules_of_the_samples_are_as_alone(tmp_path, sample):
    project, scenarios = opened(copy_sample(sample, tmp_path / sample))
    for one in scenarios:
        if not one.fixed and one.when:
            await all_as_alone(project, one, range(100), dict.fromkeys(Fault, 2))


async def test_W8_what_is_explored_is_as_in_worlds_of_their_own(orders, monkeypatch):
    plan = Plan(deviations=2, seconds=MANY, random=False)
    shared = await ScenarioExplorer(*orders, faults=FAULTS).explore(plan)
    monkeypatch.setattr(scenario_explorer, "APART", MANY)
    apart = await ScenarioExplorer(*orders, faults=FAULTS).explore(plan)
    for one in (shared, apart):
        one.seconds = 0
        one.findings = {name: replace(found, seconds=0) for name, found in one.findings.items()}
    assert shared == apart
    assert shared.merged > 0


async def test_of_a_schedule_that_was_run_the_last_move_is_made(orders, done):
    explorer = ScenarioExplorer(*orders)
    for _ in range(APART + 30):
        run = await explorer.play(Following())
    length = len(run.world.deeds)
    assert len(done) < (APART + 3) * length + 30 * length / 2
    done.clear()
    assert len((await explorer.play(Following())).world.deeds) == length
    assert done == [0]


async def test_a_run_that_is_given_up_stands_where_it_was(orders):
    explorer = ScenarioExplorer(*orders)
    for _ in range(APART + 30):
        await explorer.play(Following())
    run = await explorer.play(UpTo((0, 1)))
    assert (run.end, run.world.choices) == (None, [0, 1])
    assert len((await explorer.play(Following())).world.deeds) > 2


async def test_what_ends_early_has_the_next_one_begin_in_another_world(orders):
    explorer = ScenarioExplorer(*orders)
    for _ in range(APART + 2):
        run = await explorer.play(Following())
    world, asked = run.world, []

    class Failing(Following):
        def choose(self, moves, state):
            asked.append(len(moves))
            if len(asked) == 3:
                raise RuntimeError
            return super().choose(moves, state)

    with pytest.raises(RuntimeError):
        await explorer.play(Failing())
    explorer._checked.clear()
    run = await explorer.play(Following())
    assert run.world is not world
    assert history(run) == history(await explorer.replayed())


async def test_rules_are_asked_behind_every_move_of_every_schedule(orders):
    asked = []
    explorer = ScenarioExplorer(*orders, rules={"all is well": lambda world: not asked.append(world)})
    runs = [await explorer.play(Following()) for _ in range(APART + 20)]
    assert len(asked) == sum(len(run.world.deeds) for run in runs)

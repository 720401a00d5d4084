"""Generated commands: those that people give, the same by the same seed, and they run."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import without_care
from workbench.assets import asset
from workbench.errors import InvalidValue
from workbench.model.clock import SystemClock
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.services.scenarios import Scenarios
from workbench.services.worlds.exploration import ExplorePlan, explore_all
from workbench.services.worlds.generated_scenario import generated_scenario, told_of
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer


@pytest.fixture(scope="module")
def users():
    return load_project(asset("samples", "users-declared"), environ={}, trusted=True)


def commands(scenario):
    return [step.act.command for step in scenario.when]


async def test_they_are_the_same_by_the_same_seed_and_taken_by_their_forms(users):
    first = generated_scenario(users.registry, 12, 1)
    assert first == generated_scenario(users.registry, 12, 1)
    assert first.when != generated_scenario(users.registry, 12, 2).when
    assert users.registry.commands[commands(first)[0]].creates is not False
    result = await Scenarios(users, SystemClock()).run_one(first)
    assert ("command", commands(first)[0]) in result.deeds
    for step in first.when:
        users.registry.commands[step.act.command].parse(step.act.data)


def test_of_what_follows_by_itself_only_what_concerns_streams_that_people_begin_comes_in():
    orders = load_project(asset("samples", "orders-declared"), environ={}, trusted=True)
    made = [generated_scenario(orders.registry, 9, seed) for seed in range(1, 9)]
    assert {name for one in made for name in commands(one)} == {
        "place_order",
        "cancel_order",
        "mark_paid",
        "ship_order",
    }
    for one in made:
        assert commands(one)[0] == "place_order"
        assert all(commands(one).count(name) <= 2 for name in ("cancel_order", "mark_paid", "ship_order"))
        begun = set()
        for step in one.when:
            begun |= {step.act.data["order_id"]} if step.act.command == "place_order" else set()
            assert step.act.data["order_id"] in begun
    assert "left out, as policies, processes or handlers issue them: confirm_payment, " in told_of(
        made[0], orders.registry
    )


async def test_generated_commands_find_the_race_of_orders_and_none_once_it_is_mended(tmp_path):
    for project, found in (
        (load_project(without_care(tmp_path / "race"), environ={}, trusted=True), {"no_charge_after_cancel"}),
        (load_project(asset("samples", "orders-declared"), environ={}, trusted=True), set()),
    ):
        scenario = generated_scenario(project.registry, 6, 2)
        explorer = ScenarioExplorer(project, scenario)
        result = await explorer.explore(Plan(seconds=60.0, deviations=1, random=False, most=20))
        assert result.trouble == ""
        assert set(result.findings) == found


def test_a_model_without_a_beginning_is_refused():
    with pytest.raises(InvalidValue, match="begins a stream"):
        generated_scenario(Registry(), 3, 1)


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_scenario_that_stands_in_no_file_is_explored_also_by_processes(users, processes, tmp_path):
    told = []
    plan = ExplorePlan(seconds=2.0, deviations=0, processes=processes)
    scenario = generated_scenario(users.registry, 3, 1)
    environ = {"WORKBENCH_CONFIG": str(tmp_path)}
    await explore_all(users, [scenario], plan, done=told.append, environ=environ)
    (one,) = told
    assert one.exploration.trouble == ""
    assert one.exploration.schedules >= 1
    assert one.scenario is scenario

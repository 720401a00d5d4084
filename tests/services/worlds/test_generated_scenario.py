"""Generated commands: those that people give, the same by the same seed, and they run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.worlds.race import made, without_care
from workbench.assets import asset
from workbench.errors import InvalidValue
from workbench.model.clock import SystemClock
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.services.scenarios import Scenarios
from workbench.services.worlds.exploration import ExplorePlan, explore_all
from workbench.services.worlds.generated_scenario import PLACE, generated_scenario, told_of
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


def test_W24_a_field_that_names_a_stream_names_one_that_was_begun_now_and_then_a_missing_one():
    trip = load_project(asset("templates", "trip"), environ={}, trusted=True)
    met = missing = 0
    for seed in range(1, 30):
        begun: dict[str, set[str]] = {"flight": set(), "hotel": set(), "trip_id": set()}
        for act in (step.act for step in generated_scenario(trip.registry, 8, seed).when):
            own = {"ask_trip": "trip_id", "offer_flight": "flight", "offer_hotel": "hotel"}.get(act.command)
            for name in begun.keys() & act.data.keys() - {own}:
                known = act.data[name] in begun[name]
                met, missing = met + known, missing + (not known)
            if own:
                begun[own].add(act.data[own])
    assert met > 5 * missing > 0


async def test_W24_what_was_refused_of_them_is_said_and_of_written_ones_it_is_not():
    trip = load_project(asset("templates", "trip"), environ={}, trusted=True)
    plan = Plan(seconds=60.0, deviations=0, random=False)
    made = generated_scenario(trip.registry, 1)
    twice = replace(made, when=(*made.when, *made.when))
    said = [
        (await ScenarioExplorer(trip, one).explore(plan)).sentence()
        for one in (made, twice, replace(twice, place=replace(PLACE, file="scenarios/own.tsk")))
    ]
    assert "in the usual order 1 of 2 commands was refused" in said[1]
    assert "refused" not in said[0] + said[2]


NEGATIVE = """
[aggregate.hotel]
state { asked { type: "integer", default: 0 } }

[event.hotel.offered]

[event.hotel.freed]
set { asked: "state.asked - 1" }

[command.offer]
creates: "hotel"
fields { hotel: "string" }
emit: "hotel.offered"

[command.free]
changes: "hotel"
fields { hotel: "string" }
emit: "hotel.freed"

[invariant.not_negative]
of: "hotel"
always: "state.asked >= 0"
"""


async def test_W24_of_many_commands_two_are_left_where_two_break_it(tmp_path):
    project, _ = made(
        tmp_path,
        NEGATIVE,
        '"None" { when: { command: "offer", data: { hotel: "h" } }, then: { event: "hotel.offered" } }',
    )
    told = []
    scenario = generated_scenario(project.registry, 30, 1)
    plan = ExplorePlan(seconds=5.0, deviations=1, processes=1)
    await explore_all(project, [scenario], plan, done=told.append, rules={})
    (finding,) = told[0].findings
    assert finding.finding.choices == ()
    assert commands(finding.schedule.scenario) == ["offer", "free"]
    assert [one.words for one in finding.schedule.usual] == ["offer", "free"]
    assert finding.schedule.broken == {"not_negative": 2}
    assert finding.schedule.scenario.name == ("2 commands of 30 generated commands, seed 1: not_negative")
    assert told[0].scenario is scenario


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

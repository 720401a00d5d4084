"""Exploring: what is found, how small it gets, and that merging loses nothing."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import opened, orders_that_race, types
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.schedule_words import deviations, move_lines

ALL = {"seconds": 60.0, "random": False}


@pytest.fixture
def orders(tmp_path):
    project, (scenario,) = opened(orders_that_race(tmp_path / "orders"))
    return project, scenario


async def test_a_race_is_found_and_made_small(orders):
    explorer = ScenarioExplorer(*orders)
    result = await explorer.explore(Plan(**ALL))
    (found,) = result.findings.values()
    assert (found.invariant, found.choices, found.deviations) == ("no_charge_after_cancel", (0, 1), 1)
    assert "state.status is \"cancelled\", count('payment.confirmed', id) is 1" in found.words
    assert result.complete == 2
    assert result.sentence().startswith("no_charge_after_cancel broken in ")


async def test_it_is_told_in_words_beside_the_usual_order(orders):
    explorer = ScenarioExplorer(*orders)
    usual, race = (await explorer.replayed()).world, (await explorer.replayed((0, 1))).world
    assert deviations(race, usual) == ["cancel_order overtook request_payment"]
    line = move_lines(race, usual)[1]
    assert (line.number, line.who, line.words, line.usual) == (2, "you", "cancel_order", 11)
    assert line.made.events == ("order.cancelled",)
    assert deviations(usual) == []


@pytest.mark.parametrize("faults", [{}, {Fault.CRASH: 1}, {Fault.DUPLICATE: 1}, {Fault.DELAY: 1}])
async def test_W8_merging_states_loses_no_end(orders, faults):
    plan = Plan(deviations=2, **ALL)
    merged = await ScenarioExplorer(*orders, faults=faults).explore(plan)
    every = await ScenarioExplorer(*orders, faults=faults, merging=False).explore(plan)
    assert set(merged.outcomes) == set(every.outcomes)
    assert set(merged.findings) == set(every.findings)
    assert merged.schedules < every.schedules
    assert (every.merged, merged.complete, every.complete) == (0, 2, 2)


async def test_chance_finds_it_too_and_the_same_with_the_same_seed(orders):
    plan = Plan(deviations=0, seconds=60.0, seed=7)
    first, second = ScenarioExplorer(*orders), ScenarioExplorer(*orders)
    found = [(await one.explore(plan)).findings["no_charge_after_cancel"] for one in (first, second)]
    assert found[0].choices == found[1].choices
    assert found[0].deviations == 1


async def test_rules_of_a_caller_are_asked_behind_every_move(orders):
    explorer = ScenarioExplorer(*orders, rules={"never paid": lambda world: "order.paid" not in types(world)})
    result = await explorer.explore(Plan(deviations=0, **ALL))
    assert result.findings["never paid"].choices == ()


async def test_two_processes_share_the_schedules(orders):
    plans = [Plan(deviations=2, share=(part, 2), **ALL) for part in (0, 1)]
    whole, *parts = [
        await ScenarioExplorer(*orders, merging=False).explore(one)
        for one in (Plan(deviations=2, **ALL), *plans)
    ]
    assert sum(one.schedules for one in parts) == whole.schedules
    parts[0].take(parts[1])
    assert set(parts[0].outcomes) == set(whole.outcomes)
    assert parts[0].findings["no_charge_after_cancel"].choices == (0, 1)

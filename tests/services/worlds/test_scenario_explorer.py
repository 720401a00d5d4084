"""Exploring: what is found, how small it gets, and that merging loses nothing."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import made, opened, orders_that_race, types
from workbench.services.worlds.exploration import ExplorePlan, explore_all
from workbench.services.worlds.explored import NOT_AGAIN
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


CHARGED_LATE = """
[aggregate.order]
state { cancelled { type: "boolean", default: false } }

[event.order.placed]

[event.order.cancelled]
set { cancelled: true }

[event.order.charged]

[event.order.charged_late]

[command.place]
creates: "order"
fields { order_id: "string" }
emit: "order.placed"

[command.cancel]
changes: "order"
fields { order_id: "string" }
emit: "order.cancelled"

[command.charge]
changes: "order"
fields { order_id: "string" }
do {
    late { when: "state.cancelled", emit: "order.charged_late" }
    usual { otherwise: true, emit: "order.charged" }
}

[policy.charging]
on: "order.placed"
issue: "charge"
with { order_id: "id" }

[aggregate.note]

[event.note.made]
fields { text: "string" }

[command.make_note]
creates_or_changes: "note"
fields { note_id: "string", text: "string" }
emit: "note.made"

[projection.orders]
columns { id: "text", status: "text" }
on {
    "order.placed": { put { status: "'placed'" } }
    "order.charged_late": { set { status: "'late'" } }
}

[topics]
late {}

[routing]
late { pattern: "order.charged_late", topics: "late" }

[subscriptions]
looker { topic: "late", handler: "look" }

[handler.look]
event: "order.charged_late"
rows { order { projection: "orders", key: "key.replace('order-', '')" } }
issue: "make_note"
with { note_id: "'n'", text: "order != null && order.status != null ? order.status : 'none'" }

[invariant.no_charge_after_cancel]
of: "order"
always: "!(state.cancelled && count('order.charged_late', id) > 0)"
"""
"""A handler looks at a read model only in an order in which the invariant is broken already."""
CANCELLED = """
"Placed and cancelled" {
    when: [{ command: "place", data: { order_id: "a" } }, { command: "cancel", data: { order_id: "a" } }]
    then: []
}
"""


async def test_a_read_model_that_only_a_deviation_looks_at_leaves_findings_that_break(tmp_path):
    explorer = ScenarioExplorer(*made(tmp_path, CHARGED_LATE, CANCELLED))
    result = await explorer.explore(Plan(**ALL))
    (found,) = result.findings.values()
    assert result.deciding == {"orders"}
    assert "count('order.charged_late', id) is 1" in found.words
    for choices in (found.choices, *(one.choices for one in result.outcomes.values())):
        run = await explorer.replayed(choices)
        assert run.end in result.outcomes
        assert set(run.broken) == result.outcomes[run.end].broken
    assert "no_charge_after_cancel" in (await explorer.replayed(found.choices)).broken
    assert sum(one.count for one in result.outcomes.values()) == result.schedules


async def test_what_was_found_stays_where_the_time_is_over_before_it_is_found_again(tmp_path):
    explorer = ScenarioExplorer(*made(tmp_path, CHARGED_LATE, CANCELLED))
    most, result = 0, explorer.result
    while not result.deciding:  # up to the very schedule that looks at it
        most, explorer = most + 1, ScenarioExplorer(*made(tmp_path / str(most), CHARGED_LATE, CANCELLED))
        result = await explorer.explore(Plan(most=most, seconds=60.0, random=False))
    (found,) = result.findings.values()
    assert "no_charge_after_cancel" in (await explorer.replayed(found.choices)).broken
    assert result.complete == -1


@pytest.mark.parametrize("processes", [1, 2, 3])
async def test_processes_of_which_one_looks_at_a_read_model_tell_orders_that_break(tmp_path, processes):
    project, scenario = made(tmp_path, CHARGED_LATE, CANCELLED)
    told = []
    plan = ExplorePlan(seconds=60, deviations=2, processes=processes)
    await explore_all(project, [scenario, scenario], plan, done=told.append, environ={})
    assert len(told) == 2
    for one in told:
        (found,) = one.findings
        assert found.finding.again
        assert "count('order.charged_late', id) is 1" in found.finding.words
        assert (found.finding.deviations, set(found.schedule.broken)) == (1, {"no_charge_after_cancel"})
        assert (one.exploration.complete, one.exploration.trouble) == (2, "")
        assert one.exploration.deciding == {"orders"}


LATE_STEP = """
"Three steps" {
    now: "2024-05-01T12:00:00Z"
    when: [
        { command: "place", data: { order_id: "a" } }
        { command: "place", data: { order_id: "b" }, after: "1s" }
        { command: "cancel", data: { order_id: "b" }, at: "2024-05-01T12:30:00Z" }
    ]
    then: []
}
"""


async def test_a_step_whose_time_passed_as_another_came_late_is_done_at_once(tmp_path):
    later = CHARGED_LATE.replace('with { order_id: "id" }', 'with { order_id: "id" }\nafter: "1h"')
    explorer = ScenarioExplorer(*made(tmp_path, later, LATE_STEP))
    result = await explorer.explore(Plan(**ALL))
    assert (result.trouble, result.complete) == ("", 2)
    late = await explorer.replayed((0, 0, 0, 0, 1))
    made_at = [str(deed.move) for deed in late.world.deeds]
    passed = made_at.index("time passes until 2024-05-01T13:00:00Z")
    assert passed < made_at.index("place", 1) < made_at.index("cancel")
    assert late.end in result.outcomes


async def test_what_cannot_be_done_again_is_said_and_keeps_its_words(tmp_path):
    project, scenario = made(tmp_path, CHARGED_LATE, CANCELLED)
    asked = []

    def now_and_then(world):
        asked.append(world)
        return len(asked) != 12

    explorer = ScenarioExplorer(project, scenario, rules={"always the same": now_and_then})
    result = await explorer.explore(Plan(**ALL))
    found = result.findings["always the same"]
    assert not found.again
    assert found.words == f"always the same does not hold; {NOT_AGAIN}"
    assert result.findings["no_charge_after_cancel"].again

"""W6: what was done in a stepped world, saved as a scenario, does the same again and fails by itself."""

from __future__ import annotations

import random

import pytest

from tests.services.worlds.race import made, opened, orders_that_race
from workbench.model.clock import SystemClock
from workbench.model.scenario import ScenarioVerdict
from workbench.project.project import load_project
from workbench.project.scenarios import read_scenarios, write_scenario
from workbench.services.project.new_project import EMPTY, TEMPLATES, create
from workbench.services.scenarios import Scenarios, tell
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.run_checks import FREE
from workbench.services.worlds.saved_schedule import as_scenario
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.schedule_words import deviations
from workbench.services.worlds.scripted_world import run_stepped

FAULTS = dict.fromkeys((Fault.CRASH, Fault.DUPLICATE, Fault.DELAY), 1)
LATE = """
[aggregate.order]
state { cancelled { type: "boolean", default: false }, until: "date-time" }
[event.order.placed]
fields { until: "date-time" }
set { until: "event.until" }
[event.order.cancelled]
set { cancelled: true }
[event.order.charged]
[event.order.charged_after]
[event.order.reminded]
[command.place]
creates: "order"
fields { order_id: "string" }
emit: "order.placed"
with { until: "now + duration('10m')" }
[command.cancel]
changes: "order"
fields { order_id: "string" }
emit: "order.cancelled"
[command.charge]
changes: "order"
fields { order_id: "string" }
refuse { late { when: "now > state.until", message: "too late" } }
do {
    after { when: "state.cancelled", emit: "order.charged_after" }
    usual { otherwise: true, emit: "order.charged" }
}
[command.remind]
changes: "order"
fields { order_id: "string" }
emit: "order.reminded"
[policy.charging]
on: "order.placed"
issue: "charge"
with { order_id: "id" }
[policy.reminding]
on: "order.placed"
issue: "remind"
with { order_id: "id" }
after: "20m"
[topics]
mail {}
[routing]
charged_after { pattern: "DIES", topics: "mail" }
[subscriptions]
letters { topic: "mail", handler: "send", max_attempts: 1 }
[handler.send]
fail { odd { when: "true", message: "no" } }
publish: "mail"
[invariant.not_both]
of: "order"
always: "count('order.charged_after', id) == 0"
[invariant.none_dies]
never_dead_letter: true
[invariant.charged]
of: "order"
eventually: "count('order.charged', id) == TIMES"
[invariant.late]
of: "order"
always: "count('order.reminded', id) == 0 || count('order.charged', id) == 1"
"""
STEPS = ('{ command: "place", data: { order_id: "a" } }', '{ command: "cancel", data: { order_id: "a" } }')
ENDS = {"at rest": (), "in time": ('{ after: "15m" }',), "late": ('{ after: "1h" }',)}


def late(tmp_path, end, *, then="[]", dies="order.charged_after", charged=1):
    """Returns an order that may be cancelled before it is charged, or charged too late.

    Args:
        dies: The event of which a dead letter comes.
        charged: How often it is to be charged in the end.
    """
    model, steps = LATE.replace("DIES", dies).replace("TIMES", str(charged)), ", ".join((*STEPS, *ENDS[end]))
    return made(tmp_path / "late", model, f'"Placed and cancelled" {{ when: [{steps}], then: {then} }}')


def happened(world):
    """Returns what is to be the same: events, dead letters, and when it ended."""
    log = [(one.stream, one.type, one.data) for one in world.reader.read_log(0, 10_000)]
    return log, sorted((one.subscription, one.error_type) for one in world.letters()), world.clock_now


def read_back(project, scenario):
    (again,) = read_scenarios(write_scenario(scenario, project.registry), "a.tsk", project.registry)
    assert again.when == scenario.when
    return again


async def same_again(project, scenario, chances):
    """Makes schedules by chance, saves each and does it again; returns how many named deliveries."""
    explorer, count = ScenarioExplorer(project, scenario, faults=FAULTS), 0
    await explorer.usual()
    for chance in chances:
        rng, world = random.Random(chance), await explorer.world()
        odd = rng.choice([0.05, 0.2, 0.5])
        while world.moves:
            await world.make(rng.randrange(len(world.moves)) if rng.random() < odd else 0)
        again = read_back(project, as_scenario(world, "Saved"))
        if again.stepped:
            count += 1
            assert (again.when[-1].act is None) == (scenario.when[-1].act is None), "it ends at a time"
            assert await run_stepped(project, again, happened) == happened(world), world.choices
    return count


async def findings_fail(project, scenario, faults=None):
    """Explores, and has what is found fail by itself for that reason; returns the names of what was found."""
    explorer = ScenarioExplorer(project, scenario, faults=faults)
    found = await explorer.explore(Plan(deviations=1, most=60, random=False))
    for name, finding in found.findings.items():
        world = (await explorer.replayed(finding.choices)).world
        again = read_back(project, as_scenario(world, "Saved", guards=name not in FREE))
        assert await run_stepped(project, again, happened) == happened(world)
        result = await Scenarios(project, SystemClock()).run_one(again)
        if name not in FREE:
            assert result.verdict is ScenarioVerdict.FAILED, name
            assert f"{name} does not hold" in tell(result)
    return set(found.findings)


@pytest.mark.parametrize("name", [one for one in TEMPLATES if one != EMPTY])
async def test_W6_any_schedule_of_what_is_shipped_is_saved_so_that_it_does_the_same_again(tmp_path, name):
    create(tmp_path / name, name)
    project, scenarios = opened(tmp_path / name)
    counts = [
        await same_again(project, one, (number,)) for number, one in enumerate(scenarios) if not one.fixed
    ]
    assert sum(counts) > 0


@pytest.mark.parametrize("end", ENDS)
async def test_W6_any_schedule_is_saved_so_that_it_does_the_same_again_however_it_ends(tmp_path, end):
    assert await same_again(*late(tmp_path, end), range(60)) > 30


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("at rest", {"not_both", "charged", "none_dies", "late"}),
        ("in time", {"not_both"}),
        ("late", {"not_both", "charged", "none_dies", "late"}),
    ],
)
async def test_W6_what_was_found_fails_by_itself(tmp_path, end, found):
    assert await findings_fail(*late(tmp_path, end), {Fault.DELAY: 1}) == found


async def test_W6_a_race_of_the_orders_fails_by_itself(tmp_path):
    project, (scenario,) = opened(orders_that_race(tmp_path / "orders"))
    assert "no_charge_after_cancel" in await findings_fail(project, scenario)


async def test_W24_an_order_that_was_saved_holds_once_the_model_refuses_what_broke_it(tmp_path):
    project, scenario = late(tmp_path, "at rest")
    explorer = ScenarioExplorer(project, scenario)
    found = await explorer.explore(Plan(deviations=1, most=60, random=False))
    world = (await explorer.replayed(found.findings["not_both"].choices)).world
    saved = as_scenario(world, "Saved", guards=True)
    assert saved.then == ()
    file = tmp_path / "late" / "project.tsk"
    cure = 'emit: "order.cancelled"\nrefuse { too_late { when: "true", message: "it is placed" } }'
    file.write_text(file.read_text().replace('emit: "order.cancelled"', cure))
    mended = load_project(tmp_path / "late", environ={}, trusted=True)
    (again,) = read_scenarios(write_scenario(saved, project.registry), "a.tsk", mended.registry)
    result = await Scenarios(mended, SystemClock()).run_one(again)
    assert result.verdict is ScenarioVerdict.PASSED, tell(result)
    assert "· rejected cancel" in tell(result), "what is refused is told beside it"


async def test_W6_a_delay_at_the_end_is_saved_as_one_and_ends_nothing(tmp_path):
    project, scenario = late(tmp_path, "at rest")
    world = await ScenarioExplorer(project, scenario, faults={Fault.DELAY: 1}).world()
    for name, fault in (("place", None), ("cancel", None), ("reminding", None), ("time", Fault.DELAY)):
        await world.make(world.index(name, fault=fault))
    await world.follow()
    assert deviations(world)[-1] == "20m passes before charge"
    assert world.clock_now - world.began == 20 * 60 * 1_000_000
    again = read_back(project, as_scenario(world, "Saved"))
    assert again.when[-1].act is not None
    assert await run_stepped(project, again, happened) == happened(world)
    result = await Scenarios(project, SystemClock()).run_one(again)
    assert "charged does not hold" in tell(result)

"""W7, W8: a model whose code goes by what is outside is told so, in place of a verdict."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest

from tests.services.worlds.race import made, opened, orders_that_race
from workbench.services.scenarios import open_scenarios
from workbench.services.worlds.exploration import ExplorePlan, explore_all
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer

BOXES = """
[topics]
boxes {}
notes {}
[routing]
default_topic: "boxes"
[subscriptions]
looks { topic: "boxes", handler: "look" }
[aggregate.box]
[event.box.made]
[command.make]
creates: "box"
fields { box_id: "string" }
emit: "box.made"
"""
LOOK = """
[handler.look]
event: "box.made"
publish: "notes"
type: "note"
"""
TWO = """
"Two boxes" {
    when: [{ command: "make", data: { box_id: "a" } }, { command: "make", data: { box_id: "b" } }]
    then: []
}
"""
MINE = """
import time
from workbench import Definitions

def look(message, context):
    context.publish("notes", {"at": time.time_ns()}, type="note")

DEFINITIONS = Definitions(handlers={"look": look})
"""
PLAN = Plan(seconds=60.0, random=False)


async def explored(folder, look):
    project, scenario = made(folder, BOXES + LOOK, TWO)
    project = replace(project, registry=replace(project.registry, handlers={"look": look}))
    return await ScenarioExplorer(project, scenario).explore(PLAN)


def by_the_clock(ticks):
    return lambda message, context: context.publish("notes", {"at": next(ticks)}, type="note", key="k")


async def test_W8_a_handler_that_takes_the_time_of_the_machine_is_no_verdict(tmp_path):
    result = await explored(tmp_path, by_the_clock(iter(time.time_ns, 0)))
    assert result.unsteady
    assert result.sentence().startswith(
        "not deterministic: behind “looks gets box.made” at of note came otherwise each time; it may go by"
    )
    assert "no violation" not in result.sentence()
    assert (result.complete, result.exhausted) == (-1, False)


async def test_W8_a_handler_that_decides_by_chance_is_noticed_where_the_usual_order_was_alike(tmp_path):
    calls = itertools.count()

    def look(message, context):
        if next(calls) in {4, 17}:  # neither in the usual order nor when that is done again
            context.publish("notes", {}, type="note")

    result = await explored(tmp_path, look)
    assert result.unsteady
    assert result.sentence().startswith("not deterministic: ")


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (2, "behind “looks gets box.made” came note once, and nothing more once"),
        (0, "behind “looks gets box.made” came nothing more once, and note once"),
    ],
)
async def test_what_comes_but_once_is_said(tmp_path, first, said):
    calls = itertools.count(first)

    def look(message, context):
        if 2 <= next(calls) < 4:
            context.publish("notes", {}, type="note")

    assert said in (await explored(tmp_path, look)).sentence()


async def test_another_failure_is_noticed(tmp_path):
    calls = itertools.count()

    def look(message, context):
        if next(calls) == 0:
            raise ValueError("only the first time")

    assert (await explored(tmp_path, look)).unsteady


async def test_what_does_the_same_each_time_is_not_doubted(tmp_path):
    result = await explored(tmp_path, by_the_clock(itertools.repeat(1)))
    assert (result.unsteady, result.trouble) == (False, "")
    assert result.sentence().startswith("no violation in any order")


async def test_what_was_broken_stays_told_beside_it(tmp_path):
    project, (scenario,) = opened(orders_that_race(tmp_path / "orders"))
    asked = itertools.count()
    rules = {"now and then": lambda world: next(asked) != 3}
    result = await ScenarioExplorer(project, scenario, rules=rules).explore(PLAN)
    assert "no_charge_after_cancel" in result.findings
    result.doubt("a reason")
    assert result.sentence().startswith("no_charge_after_cancel broken in ")
    assert result.sentence().endswith("; not deterministic: a reason")


async def test_processes_tell_it_together(tmp_path):
    root, environ = tmp_path / "clock", {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    (root / "scenarios").mkdir(parents=True)
    (root / "project.tsk").write_text(f'[project]\nname: "clock"\n[cqrs]\nmodules: ["mine"]\n{BOXES}')
    (root / "mine.py").write_text(MINE)
    (root / "scenarios" / "two.tsk").write_text(TWO)
    scenarios, told = open_scenarios(root, environ, trust=True), []
    found = [one for file in scenarios.files() for one in file.scenarios]
    plan = ExplorePlan(seconds=5, processes=2)
    await explore_all(scenarios.project, found, plan, done=told.append, environ=environ)
    assert told[0].exploration.sentence().startswith("not deterministic: ")

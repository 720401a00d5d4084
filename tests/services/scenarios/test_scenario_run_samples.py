"""The scenarios of every sample, on every form of its model: in Python and declared."""

from __future__ import annotations

from functools import partial

import pytest

from workbench.assets import asset
from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.project.scenarios import find_scenarios
from workbench.services.scenarios import Scenarios, tell
from workbench.services.scenarios.scenario_run import ScenarioWorld

SAMPLES = sorted(folder.parent.name for folder in asset("samples").glob("*/project.tsk"))


def family(name):
    return name.removesuffix("-declared")


PAIRS = [(one, other) for one in SAMPLES for other in SAMPLES if family(one) == family(other)]


@pytest.mark.parametrize(("source", "sample"), PAIRS)
async def test_the_scenarios_of_a_sample_pass_on_each_of_its_forms(source, sample):
    project = load_project(asset("samples", sample), environ={}, trusted=True)
    files = find_scenarios(asset("samples", source), project.registry)
    assert [problem for file in files for problem in file.problems] == []
    scenarios = [scenario for file in files for scenario in file.scenarios]
    assert len(scenarios) > 20
    results = await Scenarios(project, SystemClock()).run(scenarios)
    failed = [f"{result.scenario.title}\n{tell(result)}" for result in results if not result.passed]
    assert not failed, "\n\n".join(failed)


def logged(world):
    return world.clock.now(), world.reader.read_log(0, 1000)


@pytest.mark.parametrize("sample", SAMPLES)
async def test_every_run_writes_the_same_log_to_the_last_id(sample):
    project = load_project(asset("samples", sample), environ={}, trusted=True)
    for file in find_scenarios(asset("samples", sample), project.registry):
        for scenario in file.scenarios:
            first, second = ScenarioWorld(project, scenario), ScenarioWorld(project, scenario)
            logs = [await one.run(partial(logged, one.world)) for one in (first, second)]
            assert logs[0] == logs[1]


@pytest.mark.parametrize("sample", ["users", "orders"])
def test_both_forms_of_a_sample_have_the_same_scenarios(sample):
    folders = [asset("samples", name, "scenarios") for name in (sample, f"{sample}-declared")]
    one, other = ({path.name: path.read_text() for path in folder.iterdir()} for folder in folders)
    assert one == other


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_command_of_a_sample_is_accepted_and_refused_in_some_scenario(sample):
    project = load_project(asset("samples", sample), environ={}, trusted=True)
    files = find_scenarios(asset("samples", sample), project.registry)
    refused = {one.facts.get("rejected") for file in files for each in file.scenarios for one in each.then}
    issued = {
        step.act.command
        for file in files
        for each in file.scenarios
        for step in each.when
        if hasattr(step.act, "command")
    }
    assert issued >= set(project.registry.commands)
    assert refused >= set(project.registry.commands)


async def test_queries_are_asked_in_the_end(play, users):
    data = '{ username: "Ada", email: "ada@example.com", status: "active" }'
    ada = f'{{ event: "user.created", stream: "user-ada", data: {data} }}'
    asked = """[
        { query: "get_user", data: { user_id: "ada" }, answer: { username: "Ada" } }
        { query: "get_user", data: { user_id: "bob" }, answer: null }
        { query: "list_users", answer: [{ id: "ada" }] }
        { query: "list_users", data: { status: "suspended" }, answer: [{ id: "ada" }] }
    ]"""
    result = await play(users, f'"x" {{ given: {ada}, then: {asked} }}')
    (part,) = [part for part in result.parts if part.title == "Queries"]
    assert [line.sign for line in part.lines] == ["same", "same", "same", "different"]
    assert not result.passed
    assert part.lines[3].happened == 'query list_users · status "suspended" · answer []'

"""Y2, Y4: exploring and running a scenario say the same of what the usual order breaks."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import opened
from tests.services.worlds.test_saved_schedule import late
from workbench.model.clock import SystemClock
from workbench.project.samples import copy_sample
from workbench.services.scenarios import Scenarios
from workbench.services.worlds.run_checks import FREE
from workbench.services.worlds.scenario_explorer import ScenarioExplorer


async def said_by_both(project, scenario):
    """Returns the invariants that the usual order breaks, which both ways to run it tell alike."""
    broken = set((await ScenarioExplorer(project, scenario).usual()).broken) - set(FREE)
    happened = await Scenarios(project, SystemClock()).play(scenario)
    assert broken == {one["invariant"] for one in happened.broken}, scenario.name
    return broken


@pytest.mark.parametrize(
    ("end", "then", "broken"),
    [
        ("at rest", "[]", {"none_dies"}),
        ("at rest", '{ dead_letter: "letters" }', set()),
        ("at rest", '{ dead_letter: "letters", error: "Other" }', {"none_dies"}),
        ("in time", "[]", set()),
        ("late", "[]", {"none_dies"}),
        ("late", '{ dead_letter: "letters" }', set()),
    ],
)
async def test_Y4_a_dead_letter_breaks_what_forbids_it_unless_the_scenario_expects_it(
    tmp_path, end, then, broken
):
    assert await said_by_both(*late(tmp_path, end, then=then, dies="order.charged")) == broken


@pytest.mark.parametrize(("end", "broken"), [("at rest", True), ("in time", False), ("late", True)])
async def test_Y2_what_holds_eventually_is_asked_where_nothing_waits(tmp_path, end, broken):
    found = await said_by_both(*late(tmp_path, end, charged=2))
    assert found == ({"charged"} if broken else set())


async def test_Y4_of_all_scenarios_of_a_sample_both_say_the_same(tmp_path):
    copy_sample("users-declared", tmp_path / "users")
    file = tmp_path / "users" / "project.tsk"
    file.write_text(f"{file.read_text()}\n[invariant.none_dies]\nnever_dead_letter: true\n")
    project, scenarios = opened(tmp_path / "users")
    for one in scenarios:
        if not one.fixed:
            assert await said_by_both(project, one) == set()

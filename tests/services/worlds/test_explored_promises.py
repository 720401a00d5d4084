"""What the engine promises holds in many orders, with crashes, duplicates and delays: D1, I9, K3."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.services.worlds.race import opened
from workbench.project.samples import copy_sample
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.run_checks import DUPLICATES, ONCE, REBUILT
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.strategies import Randomly

PROMISES = {ONCE, REBUILT, DUPLICATES}
SAMPLES = ("orders-declared", "users-declared")
CI, LONG = 25, 100_000
"""Schedules of all scenarios of a sample together: a few always, many where that is asked."""


async def explored(folder, sample, often, deviations, schedules):
    """Explores all with few deviations first, then others by chance; returns how many there were."""
    project, scenarios = opened(copy_sample(sample, folder / sample))
    chosen = [one for one in scenarios if not one.fixed and one.when]
    tried = 0
    for number, one in enumerate(chosen, 1):
        most = max(2, schedules // len(chosen))
        explorer = ScenarioExplorer(project, replace(one, then=()), faults=dict.fromkeys(Fault, often))
        result = await explorer.explore(Plan(deviations=deviations, seconds=3_600.0, most=most, seed=often))
        broken = {name: found.words for name, found in result.findings.items() if name in PROMISES}
        assert broken == {}, one.title
        tried += result.schedules
        while tried < schedules * number / len(chosen):
            run = await explorer.play(Randomly(random.Random(tried)))
            assert not {*run.broken} & PROMISES, (one.title, run.choices, run.broken)
            tried += 1
    return tried


@pytest.mark.parametrize("sample", SAMPLES)
async def test_D1_I9_promises_hold_in_some_orders(tmp_path, sample):
    assert await explored(tmp_path, sample, often=1, deviations=1, schedules=CI) >= CI


@pytest.mark.long
@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("often", [1, 3])
async def test_D1_I9_promises_hold_in_many_orders(tmp_path, sample, often):
    assert await explored(tmp_path, sample, often, deviations=2, schedules=LONG // 4) >= LONG // 4

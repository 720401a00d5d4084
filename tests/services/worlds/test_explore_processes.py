"""Exploring in several processes: what they tell together, and that none is left."""

from __future__ import annotations

import asyncio
import multiprocessing

import pytest

from tests.services.worlds.race import opened, orders_that_race
from workbench.services.worlds.exploration import ExplorePlan, explore_all
from workbench.services.worlds.explore_processes import slice_of


@pytest.fixture
def orders(tmp_path):
    return orders_that_race(tmp_path / "orders")


async def test_two_processes_find_together_what_one_finds(orders):
    project, scenarios = opened(orders)
    alone, together = [], []
    one, two = (ExplorePlan(seconds=60, deviations=2, processes=count) for count in (1, 2))
    await explore_all(project, scenarios, one, done=alone.append)
    await explore_all(project, scenarios, two, done=together.append, environ={})
    (first,), (second,) = alone, together
    assert set(first.exploration.outcomes) == set(second.exploration.outcomes)
    assert [told.schedule.written for told in first.findings] == [
        told.schedule.written for told in second.findings
    ]
    assert (second.exploration.complete, second.exploration.trouble) == (2, "")
    assert second.exploration.findings["no_charge_after_cancel"].count <= second.exploration.schedules
    assert not multiprocessing.active_children()


async def test_what_was_found_so_far_is_told_when_it_is_stopped(orders):
    file = orders / "project.tsk"
    file.write_text(file.read_text().partition("[invariant.no_charge")[0])  # so that it goes on for long
    project, scenarios = opened(orders)
    told, looks = [], asyncio.Event()
    plan = ExplorePlan(seconds=600, deviations=1, processes=2)
    work = asyncio.create_task(
        explore_all(project, scenarios, plan, done=told.append, told=lambda one: looks.set(), environ={})
    )
    await asyncio.wait_for(looks.wait(), 60)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert [one.exploration.scenario for one in told] == ["An order is placed and cancelled"]
    assert not multiprocessing.active_children()


def test_scenarios_share_the_time_that_is_left():
    assert [slice_of(30.0, 3), slice_of(0.1, 1)] == [10.0, 0.5]

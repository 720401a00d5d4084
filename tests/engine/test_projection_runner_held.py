"""J10: rows that are rebuilt to be compared stay beside the live ones until a person switches or discards."""

from __future__ import annotations

import dataclasses

import pytest

from tests.engine.conftest import Counted
from tests.engine.test_projection_runner import doubled, rows, states
from workbench.errors import CallerError, NotFound
from workbench.model.projection import Column, On
from workbench.store.stored_values import ProjectionStatus


def standing(rig):
    return [(one.generation, one.live, one.held) for one in states(rig)]


def rebuilt(rig):
    return rig.engine.reader.rows("totals", where={}, after=None, limit=1000, generation=2).rows


async def changed(rig, *names):
    """Has rows made by a definition, and opens it with another one."""
    await rig.open()
    for name in names:
        await rig.do("open", name, 4)
    await rig.quiet()
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, on=(On(Counted, doubled),))
    return await rig.open()


async def test_J10_held_rows_stay_beside_the_live_ones_and_follow_the_log_as_they_do(rig):
    engine = await changed(rig, "a", "b")
    runner = engine.projections["totals"]
    await runner.rebuild(held=True)
    engine.wake("projection totals")
    await rig.quiet()
    assert standing(rig) == [(1, True, False), (2, False, True)]
    await rig.do("open", "c", 1)
    await rig.quiet()
    assert [row["total"] for row in rows(rig)] == [4, 4, 2], "the live rows follow with the new fold"
    assert [row["total"] for row in rebuilt(rig)] == [8, 8, 2]
    assert len({one.checkpoint for one in states(rig)}) == 1


async def test_J10_they_are_held_over_a_restart_and_take_the_place_when_asked(rig):
    engine = await changed(rig, "a")
    await engine.projections["totals"].rebuild(held=True)
    await rig.close()
    engine = await rig.open()
    await rig.quiet()
    assert standing(rig) == [(1, True, False), (2, False, True)]
    await engine.projections["totals"].switch()
    assert standing(rig) == [(2, True, False)]
    assert rows(rig) == [{"id": "a", "total": 8}]
    await rig.do("add", "a", 1)
    await rig.quiet()
    assert rows(rig) == [{"id": "a", "total": 10}]
    assert engine.projections["totals"].building is None


async def test_J10_discarded_they_are_gone_and_the_live_rows_are_as_they_were(rig):
    engine = await changed(rig, "a")
    runner = engine.projections["totals"]
    await runner.rebuild(held=True)
    engine.wake("projection totals")
    await rig.quiet()
    assert await runner.give_up()
    assert standing(rig) == [(1, True, False)]
    assert rows(rig) == [{"id": "a", "total": 4}]
    await runner.rebuild()
    engine.wake("projection totals")
    await rig.quiet()
    assert standing(rig) == [(3, True, False)], "one that is not held takes the place by itself"


async def test_J10_switching_is_refused_while_they_lack_events_of_the_live_ones(rig):
    engine = await changed(rig, "a", "b")
    engine.pause()
    runner = engine.projections["totals"]
    with pytest.raises(NotFound, match="not being rebuilt"):
        await runner.switch()
    await runner.rebuild(held=True)
    await runner.mark(ProjectionStatus.PAUSED, building=True)
    with pytest.raises(CallerError, match="are at position 0, the live ones at"):
        await runner.switch()
    assert standing(rig) == [(1, True, False), (2, False, True)]
    await runner.mark(ProjectionStatus.LIVE, building=True)
    await runner.switch()
    assert rows(rig) == [{"id": "a", "total": 8}, {"id": "b", "total": 8}]


async def test_J10_a_rebuild_that_is_not_held_cannot_be_switched_to(rig):
    engine = await changed(rig, "a")
    engine.pause()
    runner = engine.projections["totals"]
    await runner.rebuild()
    with pytest.raises(NotFound, match="no rows of projection totals are held"):
        await runner.switch()


async def test_J10_held_rows_of_another_definition_follow_no_more_and_can_only_be_discarded(rig):
    engine = await changed(rig, "a")
    await engine.projections["totals"].rebuild(held=True)
    engine.wake("projection totals")
    await rig.quiet()
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, version=7)
    engine = await rig.open()
    before = states(rig)[1]
    await rig.do("add", "a", 1)
    await rig.quiet()
    assert states(rig)[1] == before
    runner = engine.projections["totals"]
    with pytest.raises(CallerError, match="another definition"):
        await runner.switch()
    assert rows(rig) == [{"id": "a", "total": 6}]
    assert await runner.give_up()
    assert standing(rig) == [(1, True, False)]


async def test_J10_held_rows_of_another_definition_are_in_no_way_of_columns_that_changed(rig):
    engine = await changed(rig, "a")
    await engine.projections["totals"].rebuild(held=True)
    engine.wake("projection totals")
    await rig.quiet()
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, columns=(*rig.totals.columns, Column(name="note")))
    await rig.open()
    await rig.quiet()
    assert standing(rig) == [(3, True, False)], "rows that cannot be followed are rebuilt at once (J4)"
    assert rows(rig) == [{"id": "a", "total": 8, "note": None}]

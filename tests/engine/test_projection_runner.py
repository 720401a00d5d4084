"""J3 to J5 and Q1: rows that are rebuilt beside the old ones, staleness that is seen, reading your writes."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from tests.engine.conftest import Counted
from workbench.errors import InvalidValue, NotFound, ProjectionFaulted
from workbench.model.projection import Column, ColumnKind, On
from workbench.store.stored_values import PassedKind, ProjectionStatus


def rows(rig, limit=1000):
    return rig.engine.reader.rows("totals", where={}, after=None, limit=limit).rows


def states(rig):
    return rig.engine.reader.generations("totals")


def doubled(event, record, rows):
    key = record.stream.partition("-")[2]
    row = rows.get(key)
    rows.put(id=key, total=(row["total"] if row else 0) + 2 * event.by)


async def test_J5_who_waits_for_a_position_reads_what_was_written(rig):
    engine = await rig.open()
    result = await rig.do("open", "a", 1)
    await engine.projection("totals").wait_for(result.last_position)
    assert engine.reader.row("totals", "a") == {"id": "a", "total": 1}
    with pytest.raises(NotFound):
        await engine.projection("nothing").wait_for(1)


async def test_J5_who_waits_is_woken_only_when_it_is_reached(rig):
    engine = await rig.open(paused=True)
    first = await rig.do("open", "a", 1)
    second = await rig.do("open", "b", 1)
    waits = [
        asyncio.ensure_future(engine.projection("totals").wait_for(one.last_position))
        for one in (first, second)
    ]
    await asyncio.sleep(0)
    await engine.projections["totals"].work(1)
    await asyncio.sleep(0)
    assert [wait.done() for wait in waits] == [True, False]
    await engine.projections["totals"].work(1)
    await asyncio.gather(*waits)


async def test_J5_nobody_waits_for_what_is_faulted(rig):
    engine = await rig.open(paused=True)
    result = await rig.do("open", "a", 1)
    waiting = asyncio.ensure_future(engine.projection("totals").wait_for(result.last_position))
    await asyncio.sleep(0)
    await engine.projections["totals"].mark(ProjectionStatus.FAULTED)
    for wait in (waiting, engine.projection("totals").wait_for(result.last_position)):
        with pytest.raises(ProjectionFaulted, match="totals"):
            await asyncio.wait_for(wait, 30)


async def test_J5_who_waits_is_told_when_it_is_paused(rig):
    engine = await rig.open(paused=True)
    result = await rig.do("open", "a", 1)
    waiting = asyncio.ensure_future(engine.projection("totals").wait_for(result.last_position))
    await asyncio.sleep(0)
    await engine.projections["totals"].mark(ProjectionStatus.PAUSED)
    for wait in (waiting, engine.projection("totals").wait_for(result.last_position)):
        with pytest.raises(ProjectionFaulted, match="totals is paused"):
            await asyncio.wait_for(wait, 30)
    with pytest.raises(InvalidValue, match="beyond the last one"):
        await asyncio.wait_for(engine.projection("totals").wait_for(result.last_position + 1), 30)


async def test_J3_readers_keep_the_old_rows_until_the_new_ones_are_complete(rig):
    engine = await rig.open()
    for name in "abc":
        await rig.do("open", name, 4)
    await rig.quiet()
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, on=(On(Counted, doubled),))
    engine = await rig.open(paused=True)
    runner = engine.projections["totals"]
    await runner.rebuild()
    old = [{"id": name, "total": 4} for name in "abc"]
    steps = 0
    while len(states(rig)) > 1:
        assert rows(rig) == old, f"after {steps} steps"
        assert [one.live for one in states(rig)] == [True, False]
        await runner.work(1)
        steps += 1
    assert steps >= 3
    assert rows(rig) == [{"id": name, "total": 8} for name in "abc"]
    (state,) = states(rig)
    assert (state.generation, state.live, state.rows) == (2, True, 3)


async def test_J3_a_rebuild_follows_what_happens_meanwhile(rig):
    engine = await rig.open()
    for name in "abc":
        await rig.do("open", name, 1)
    await rig.quiet()
    engine.pause()
    runner = engine.projections["totals"]
    await runner.rebuild()
    await runner.work(1)
    await rig.do("add", "a", 10)
    engine.resume()
    await rig.quiet()
    assert {row["id"]: row["total"] for row in rows(rig)} == {"a": 11, "b": 1, "c": 1}
    assert len(states(rig)) == 1
    await rig.do("add", "b", 1)
    await rig.quiet()
    assert engine.reader.row("totals", "b")["total"] == 2


async def test_J3_a_rebuild_goes_on_after_a_restart_where_it_stood(rig):
    engine = await rig.open()
    for number in range(6):
        await rig.do("open", f"c{number}", 1)
    await rig.quiet()
    engine.pause()
    await engine.projections["totals"].rebuild()
    await engine.projections["totals"].work(2)
    standing = states(rig)[1]
    assert 0 < standing.checkpoint < engine.head
    await rig.close()
    engine = await rig.open(paused=True)
    assert states(rig)[1] == standing
    runner = engine.projections["totals"]
    assert runner.building.checkpoint == standing.checkpoint
    handled = runner.handled
    engine.resume()
    await rig.quiet()
    assert runner.handled - handled == 4
    assert len(rows(rig)) == 6
    assert len(states(rig)) == 1


async def test_J3_a_rebuild_by_an_older_definition_is_not_gone_on_with(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    engine.pause()
    await engine.projections["totals"].rebuild()
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, version=2)
    engine = await rig.open(paused=True)
    assert engine.projections["totals"].building is None
    await engine.projections["totals"].rebuild()
    present = engine.registry.projections["totals"].definition_hash()
    assert states(rig)[1].definition_hash == present != states(rig)[0].definition_hash
    assert len(states(rig)) == 2


async def test_J3_a_rebuild_can_be_paused_resumed_and_given_up(rig):
    engine = await rig.open()
    for name in "abc":
        await rig.do("open", name, 1)
    await rig.quiet()
    engine.pause()
    runner = engine.projections["totals"]
    await runner.rebuild()
    await runner.mark(states(rig)[0].status.PAUSED, building=True)
    engine.resume()
    await rig.do("add", "a", 1)
    await rig.quiet()
    assert (states(rig)[1].checkpoint, states(rig)[1].status) == (0, "paused")
    assert engine.reader.row("totals", "a")["total"] == 2
    assert await runner.give_up()
    assert not await runner.give_up()
    assert [one.generation for one in states(rig)] == [1]
    with pytest.raises(NotFound):
        await runner.mark(states(rig)[0].status.PAUSED, building=True)
    engine.pause()
    await runner.rebuild()
    await runner.mark(states(rig)[0].status.PAUSED, building=True)
    engine.resume()
    await runner.mark(states(rig)[0].status.LIVE, building=True)
    await rig.quiet()
    assert len(states(rig)) == 1
    assert states(rig)[0].generation > 1


async def test_J3_a_faulted_projection_is_mended_by_a_rebuild_with_better_code(rig):
    await rig.open()
    await rig.do("open", "a", 1)
    await rig.do("add", "a", 13)
    await rig.quiet()
    assert states(rig)[0].status == "faulted"
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, on=(On(Counted, doubled),))
    engine = await rig.open()
    await engine.projections["totals"].rebuild()
    await rig.quiet()
    assert states(rig)[0].status == "live"
    assert rows(rig) == [{"id": "a", "total": 28}]


async def test_J2_J3_a_rebuild_that_cannot_fold_an_event_stands_still_and_goes_on_behind_it(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await rig.do("add", "a", 13)
    await rig.do("add", "a", 5)
    await rig.quiet()
    runner = engine.projections["totals"]
    await runner.pass_by(PassedKind.SKIPPED)
    await rig.quiet()
    await runner.rebuild()
    await rig.quiet()
    live, building = states(rig)
    assert (live.status, building.status) == ("live", "faulted")
    assert "unlucky" in building.fault
    assert rows(rig) == [{"id": "a", "total": 6}], "the old rows stay, and follow"
    await runner.pass_by(PassedKind.SKIPPED, building=True)
    await rig.quiet()
    assert [one.generation for one in states(rig)] == [2]
    assert rows(rig) == [{"id": "a", "total": 6}]
    assert len(engine.reader.passed("totals", 2)) == 1


async def test_J4_a_changed_definition_is_seen_and_its_rows_stay(rig):
    await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, version=2)
    engine = await rig.open()
    assert states(rig)[0].definition_hash != engine.registry.projections["totals"].definition_hash()
    assert rows(rig) == [{"id": "a", "total": 1}]


async def test_J4_rows_whose_table_cannot_hold_the_new_columns_are_rebuilt_at_once(rig):
    await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    await rig.close()
    columns = (*rig.totals.columns, Column(name="note"))
    rig.totals = dataclasses.replace(rig.totals, columns=columns)
    engine = await rig.open(paused=True)
    assert rows(rig) == [{"id": "a", "total": 1}]
    assert engine.projections["totals"].live.outdated
    recorded = [(one.action, one.subject, one.detail) for one in engine.reader.actions()]
    assert recorded == [("rebuild", "projection totals", "its columns changed")]
    await rig.do("add", "a", 1)
    engine.resume()
    await rig.quiet()
    assert rows(rig) == [{"id": "a", "total": 2, "note": None}]


@pytest.mark.parametrize("columns", [(), (Column(name="note"),)])
async def test_J4_where_there_is_nothing_to_rebuild_another_definition_takes_over_without_a_word(
    rig, columns
):
    await rig.open()
    await rig.close()
    rig.totals = dataclasses.replace(rig.totals, version=2, columns=(*rig.totals.columns, *columns))
    engine = await rig.open(paused=True)
    (state,) = states(rig)
    assert state.definition_hash == engine.registry.projections["totals"].definition_hash()
    assert [*engine.reader.actions()] == []
    engine.resume()
    await rig.do("open", "a", 1)
    await rig.quiet()
    assert [row["total"] for row in rows(rig)] == [1]


async def test_a_restart_goes_on_where_it_stood(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    await rig.close()
    engine = await rig.open()
    await rig.do("add", "a", 1)
    await rig.quiet()
    assert engine.reader.row("totals", "a")["total"] == 2


async def test_Q1_paging_by_key_and_limits(rig):
    engine = await rig.open()
    for name in "abcde":
        await rig.do("open", name, 1)
    await rig.quiet()
    reader = engine.reader
    page = reader.rows("totals", where={}, after=None, limit=2)
    assert [row["id"] for row in page.rows] == ["a", "b"]
    assert page.more
    rest = reader.rows("totals", where={"total": 1}, after="b", limit=1000)
    assert [row["id"] for row in rest.rows] == ["c", "d", "e"]
    assert not rest.more
    for limit in (0, 1001, -1):
        with pytest.raises(InvalidValue, match="1 to 1000"):
            reader.rows("totals", where={}, after=None, limit=limit)
    with pytest.raises(InvalidValue, match="no column nothing"):
        reader.rows("totals", where={"nothing": 1}, after=None, limit=10)
    with pytest.raises(NotFound):
        reader.rows("nothing", where={}, after=None, limit=10)


async def test_rows_are_counted_as_they_come_and_go(rig):
    def fold(event, record, rows):
        key = record.stream.partition("-")[2]
        if event.by == 0:
            rows.delete(key)
        else:
            rows.put(id=key, total=event.by)

    rig.totals = dataclasses.replace(rig.totals, on=(On(Counted, fold),))
    await rig.open()
    for name, *numbers in (("a", 1, 2), ("b", 1, 0), ("c", 0, 1), ("d", 1, 0, 0), ("e", 1, 0, 5)):
        for at, number in enumerate(numbers):
            await rig.do("add" if at else "open", name, number)
    await rig.quiet()
    assert [row["id"] for row in rows(rig)] == ["a", "c", "e"]
    assert states(rig)[0].rows == 3


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ColumnKind.INTEGER, "1"),
        (ColumnKind.INTEGER, True),
        (ColumnKind.TEXT, 1),
        (ColumnKind.NUMBER, "1"),
        (ColumnKind.TIME, 1.5),
        (ColumnKind.JSON, {"a": 1}),
    ],
)
async def test_J2_a_value_that_is_not_of_its_column_is_a_fault_that_names_it(rig, kind, value):
    columns = (Column(name="id"), Column(name="what", kind=kind))
    rig.totals = dataclasses.replace(
        rig.totals,
        columns=columns,
        on=(On(Counted, lambda event, record, rows: rows.put(id="x", what=value)),),
    )
    await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    assert "column what of totals takes" in states(rig)[0].fault

"""J1 and J2: rows and checkpoint together; what cannot be folded is seen, and passed by only on record."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from tests.engine.conftest import TOTALS, Counted
from workbench.engine import batch_size, projection_generation, rows_buffer
from workbench.engine.projection_check import row_differences
from workbench.errors import NotFound, ProjectionFaulted, WorkbenchError
from workbench.model.projection import Column, ColumnKind, On, OnFault
from workbench.store.stored_values import PassedKind, ProjectionStatus


def state(rig):
    return rig.engine.reader.generations("totals")[0]


def totals(rig):
    page = rig.engine.reader.rows("totals", where={}, after=None, limit=1000)
    return {row["id"]: row["total"] for row in page.rows}


def passed(rig):
    return [
        (one.kind.value, one.stream, one.position)
        for one in rig.engine.reader.passed("totals", state(rig).generation)
    ]


async def unlucky(rig):
    """Two streams, of which one has an event that cannot be folded between others; returns its position."""
    await rig.do("open", "a", 1)
    await rig.do("open", "b", 1)
    bad = await rig.do("add", "a", 13)
    await rig.do("add", "a", 5)
    await rig.do("add", "b", 1)
    await rig.quiet()
    return bad.last_position


async def test_J1_I9_rows_are_the_fold_up_to_the_checkpoint(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    result = await rig.do("add", "a", 2)
    await engine.projection("totals").wait_for(result.last_position)
    assert totals(rig) == {"a": 3}
    assert state(rig).checkpoint >= result.last_position


async def test_J2_a_poison_event_faults_its_projection_there_and_undoes_its_half(rig):
    engine = await rig.open()
    position = await unlucky(rig)
    assert (state(rig).status, state(rig).fault_position) == ("faulted", position)
    assert "unlucky number" in state(rig).fault
    assert totals(rig) == {"a": 1, "b": 1}
    assert engine.reader.row("totals", "unlucky") is None
    assert engine.reader.subscription("sub").delivered == 5, "others go on"


@pytest.mark.parametrize("error", [SystemExit(3), asyncio.CancelledError(), GeneratorExit()])
async def test_J2_C11_whatever_a_fold_raises_faults_its_projection(rig, error):
    def fold(_event, _record, _rows):
        raise error

    rig.totals = dataclasses.replace(TOTALS, on=(On(Counted, fold),))
    await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    assert (state(rig).status, rig.engine.errors) == ("faulted", [])
    assert state(rig).fault.startswith(type(error).__name__)


async def test_J5_who_waits_is_told_when_it_faults(rig):
    engine = await rig.open(paused=True)
    result = await rig.do("open", "unlucky", 13)
    waiting = asyncio.ensure_future(engine.projection("totals").wait_for(result.last_position))
    await asyncio.sleep(0)
    engine.resume()
    with pytest.raises(ProjectionFaulted, match="totals"):
        await asyncio.wait_for(waiting, 30)


async def test_J2_the_event_can_be_skipped_which_is_recorded(rig):
    engine = await rig.open()
    position = await unlucky(rig)
    await engine.projections["totals"].pass_by(PassedKind.SKIPPED)
    await rig.quiet()
    assert state(rig).status == "live"
    assert totals(rig) == {"a": 6, "b": 2}
    assert passed(rig) == [("skipped", "count-a", position)]


async def test_J2_its_stream_can_be_parked_and_others_go_on(rig):
    engine = await rig.open()
    position = await unlucky(rig)
    await engine.projections["totals"].pass_by(PassedKind.PARKED)
    await rig.quiet()
    assert totals(rig) == {"a": 1, "b": 2}
    assert passed(rig) == [("parked", "count-a", position)]
    await rig.close()
    await rig.open()
    await rig.do("add", "a", 1)
    await rig.do("add", "b", 1)
    await rig.quiet()
    assert totals(rig) == {"a": 1, "b": 3}, "parked for good, over a restart"


async def test_J2_a_parked_stream_that_still_fails_stays_parked(rig):
    engine = await rig.open()
    position = await unlucky(rig)
    runner = engine.projections["totals"]
    await runner.pass_by(PassedKind.PARKED)
    await rig.quiet()
    with pytest.raises(WorkbenchError, match=f"position {position} of count-a still fails"):
        await runner.resume_stream("count-a")
    assert totals(rig) == {"a": 1, "b": 2}
    assert passed(rig) == [("parked", "count-a", position)]
    with pytest.raises(NotFound, match="not parked"):
        await runner.resume_stream("count-b")


async def test_J2_a_parked_stream_is_resumed_once_the_code_is_mended(rig):
    engine = await rig.open()
    await unlucky(rig)
    await engine.projections["totals"].pass_by(PassedKind.PARKED)
    await rig.quiet()
    await rig.close()

    def mended(event, record, rows):
        key = record.stream.partition("-")[2]
        row = rows.get(key)
        rows.put(id=key, total=(row["total"] if row else 0) + event.by)

    rig.totals = dataclasses.replace(TOTALS, on=(On(Counted, mended),))
    engine = await rig.open()
    await engine.projections["totals"].resume_stream("count-a")
    assert totals(rig) == {"a": 19, "b": 2}
    assert passed(rig) == []
    await rig.do("add", "a", 1)
    await rig.quiet()
    assert totals(rig)["a"] == 20


@pytest.mark.parametrize(
    ("on_fault", "expected"), [(OnFault.SKIP, {"a": 6, "b": 2}), (OnFault.PARK, {"a": 1, "b": 2})]
)
async def test_J2_a_projection_can_say_itself_what_happens(rig, on_fault, expected):
    rig.totals = dataclasses.replace(TOTALS, on_fault=on_fault)
    await rig.open()
    await unlucky(rig)
    assert state(rig).status == "live"
    assert totals(rig) == expected
    assert len(passed(rig)) == 1
    assert "unlucky" in rig.engine.reader.passed("totals", 1)[0].error


async def test_J2_trying_again_faults_again_and_nothing_can_be_passed_by_without_a_fault(rig):
    engine = await rig.open()
    runner = engine.projections["totals"]
    with pytest.raises(NotFound, match="no fault"):
        await runner.pass_by(PassedKind.SKIPPED)
    position = await unlucky(rig)
    await runner.mark(ProjectionStatus.LIVE)
    await rig.quiet()
    assert (state(rig).status, state(rig).fault_position) == ("faulted", position)
    assert totals(rig) == {"a": 1, "b": 1}


async def test_J1_a_checkpoint_moves_over_events_that_are_of_no_interest(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    head = engine.head
    assert state(rig).checkpoint < head, "the handler's message came behind the event"
    await rig.close()
    await rig.open(paused=True)
    assert state(rig).checkpoint == head


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("total", 2**63, "has at most 64 bits"),
        ("total", -(2**63) - 1, "has at most 64 bits"),
        pytest.param("total", 10**5000, "a number of 16,610 bits", id="huge"),
        ("total", 1.5, "takes int, not float"),
        ("share", float("nan"), "it is no number"),
        ("share", float("-inf"), "it is no number"),
        ("share", 2**64, "has at most 64 bits"),
        ("note", "\ud800", "a lone surrogate"),
        ("id", "\udfff", "a lone surrogate"),
    ],
)
async def test_J2_what_no_row_can_hold_is_a_fault_at_its_position_and_touches_nobody_else(
    rig, column, value, said
):
    def folded(event, record, rows):
        row = {"id": record.stream, "total": event.by}
        rows.put(**(row | {column: value} if event.by == 7 else row))

    columns = (*TOTALS.columns, Column(name="share", kind=ColumnKind.NUMBER), Column(name="note"))
    rig.totals = dataclasses.replace(TOTALS, columns=columns, on=(On(Counted, folded),))
    await rig.open()
    await rig.do("open", "a", 1)
    bad = await rig.do("add", "a", 7)
    await rig.quiet()
    assert (state(rig).status, state(rig).fault_position) == ("faulted", bad.last_position)
    assert f"column {column} of totals" in state(rig).fault
    assert said in state(rig).fault
    assert (await rig.do("add", "a", 1)).last_position > bad.last_position
    assert totals(rig) == {"count-a": 1}


@pytest.mark.parametrize("act", ["get", "delete", "update"])
async def test_J2_a_key_that_no_row_can_have_is_a_fault_too(rig, act):
    def folded(event, _record, rows):
        getattr(rows, act)(2**63) if act != "update" else rows.update(2**63, total=event.by)

    columns = (Column(name="id", kind=ColumnKind.INTEGER), Column(name="total", kind=ColumnKind.INTEGER))
    rig.totals = dataclasses.replace(TOTALS, columns=columns, on=(On(Counted, folded),))
    await rig.open()
    bad = await rig.do("open", "a", 1)
    await rig.quiet()
    assert (state(rig).status, state(rig).fault_position) == ("faulted", bad.last_position)
    assert "column id of totals cannot hold" in state(rig).fault


class Large:
    """Changes some rows at each event, one after the other, and fails in the end at an unlucky number."""

    def __init__(self, seen):
        self.seen = seen

    def __call__(self, event, record, rows):
        for _ in self.steps(event, record, rows):
            pass

    def steps(self, event, record, rows):
        for number in range(3):
            self.seen()
            rows.put(id=f"{record.stream}-{number}", total=event.by)
            yield
        if event.by == 13:
            raise ValueError("unlucky number")


async def test_J8_others_get_a_turn_between_the_rows_of_one_event(rig, monkeypatch):
    monkeypatch.setattr(projection_generation, "SLICE", -1.0)
    turns, at = 0, []

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    rig.totals = dataclasses.replace(TOTALS, on=(On(Counted, Large(lambda: at.append(turns))),))
    engine = await rig.open(paused=True)
    await rig.do("open", "a", 1)
    working = asyncio.ensure_future(others())
    await engine.projections["totals"].work()
    working.cancel()
    assert at == sorted(set(at))
    assert totals(rig) == {f"count-a-{number}": 1 for number in range(3)}


async def test_V4_others_get_a_turn_between_events(rig, monkeypatch):
    monkeypatch.setattr(projection_generation, "SLICE", -1.0)
    turns, at = 0, []

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def fold(event, record, rows):
        at.append(turns)
        rows.put(id=record.stream, total=event.by)

    rig.totals = dataclasses.replace(TOTALS, on=(On(Counted, fold),))
    engine = await rig.open(paused=True)
    for name in "abc":
        await rig.do("open", name, 1)
    working = asyncio.ensure_future(others())
    await engine.projections["totals"].work()
    working.cancel()
    assert len(at) == 3
    assert at == sorted(set(at))


async def test_J1_batches_grow_while_much_is_left_to_do(rig, monkeypatch):
    monkeypatch.setattr(projection_generation, "BATCH", 2)
    monkeypatch.setattr(batch_size, "QUICK", 60.0)
    engine = await rig.open(paused=True)
    last = [(await rig.do("open", name, 1)).last_position for name in "abcdefgh"]
    checkpoints = []
    while await engine.projections["totals"].work():
        checkpoints.append(state(rig).checkpoint)
    assert checkpoints[:3] == [last[1], last[5], last[7]]
    assert len(totals(rig)) == 8


async def test_J2_J8_an_event_with_many_rows_is_folded_whole_or_not_at_all(rig, monkeypatch):
    monkeypatch.setattr(projection_generation, "SLICE", -1.0)
    rig.totals = dataclasses.replace(TOTALS, on=(On(Counted, Large(lambda: None)),))
    await rig.open()
    position = await unlucky(rig)
    assert (state(rig).fault_position, totals(rig)["count-a-2"]) == (position, 1)
    assert row_differences(rig.totals, rig.engine.registry, rig.engine.reader) == []


async def test_J1_a_batch_ends_where_it_has_changed_many_rows(rig, monkeypatch):
    monkeypatch.setattr(rows_buffer, "MOST_FOUND", 2)
    engine = await rig.open(paused=True)
    last = [(await rig.do("open", name, 1)).last_position for name in "abcde"]
    checkpoints = []
    while await engine.projections["totals"].work():
        checkpoints.append(state(rig).checkpoint)
    assert checkpoints[:3] == [last[1], last[3], last[4]]
    assert len(totals(rig)) == 5

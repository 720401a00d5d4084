"""Callers of the gate that are cancelled or refused: no harm to others, and no write is undone."""

from __future__ import annotations

import asyncio

import pytest

from tests.torture import plan
from workbench.engine.group_commit import INLINE_OPERATIONS, GroupCommit
from workbench.errors import InvalidName, StoreReadOnly, WrongExpectedVersion
from workbench.store.operations import Append, Atomic
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import AppendResult

FEW, MANY = 5, 3 * INLINE_OPERATIONS
"""So many are written on the loop, and so many in the writer's thread."""


@pytest.fixture
def store(path, clock):
    opened = SqliteStore(path, clock)
    yield opened
    opened.close()


@pytest.fixture
async def gate(store, clock):
    opened = GroupCommit(store, clock, lambda _operations, _answers: None)
    yield opened
    await within(opened.close())


async def within(awaited):
    """Waits, but not for ever: a caller that nobody answers must fail the test, not stop it."""
    return await asyncio.wait_for(awaited, 10)


def append(number, expected=-1):
    return Append(stream=f"s-{number}", events=(plan.event("r", number, "x"),), expected=expected)


@pytest.mark.parametrize("count", [FEW, MANY])
async def test_C7_cancelled_callers_do_not_undo_their_writes(gate, store, count):
    tasks = [asyncio.ensure_future(gate.write(append(number))) for number in range(count)]
    await asyncio.sleep(0)  # they ask, and wait
    for task in tasks:
        task.cancel()
    told = await within(asyncio.gather(*tasks, return_exceptions=True))
    assert all(isinstance(one, asyncio.CancelledError) for one in told)
    last = await within(gate.write(append(count)))
    assert last.first_position == count + 1
    for number in range(count):
        (event,) = append(number).events
        assert store.reader().event(event.id).stream == f"s-{number}"


async def test_C7_a_caller_that_is_cancelled_while_its_write_is_under_way_finds_it_by_its_id(gate, store):
    tasks = [asyncio.ensure_future(gate.write(append(number))) for number in range(MANY)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # now the writer's thread has them
    tasks[7].cancel()
    told = await within(asyncio.gather(*tasks, return_exceptions=True))
    assert [number for number, one in enumerate(told) if not isinstance(one, AppendResult)] == [7]
    again = await within(gate.write(append(7)))
    assert again.idempotent
    assert again.first_version == 1
    assert [event.version for event in store.reader().read_stream("s-7")] == [1]


@pytest.mark.parametrize("count", [FEW, MANY])
async def test_C6_what_fails_harms_no_other_of_its_group(gate, store, count):
    bad = {
        1: (append(1, expected=7), WrongExpectedVersion),
        2: (Append(stream="\x00", events=append(2).events), InvalidName),
        3: (Atomic(operations=(append(3), append(1, expected=7))), WrongExpectedVersion),
    }
    group = [bad[number][0] if number in bad else append(number) for number in range(count)]
    told = await within(asyncio.gather(*map(gate.write, group), return_exceptions=True))
    for number, answer in enumerate(told):
        assert isinstance(answer, bad[number][1] if number in bad else AppendResult)
        (event,) = append(number).events
        assert (store.reader().event(event.id) is None) == (number in bad)
    assert [event.position for event in store.reader().read_log(0, 1000)] == list(range(1, count - 2))


async def test_C6_when_the_store_refuses_every_caller_is_told(gate, store):
    store.close()
    writes = [gate.write(append(number)) for number in range(MANY)]
    told = await within(asyncio.gather(*writes, return_exceptions=True))
    assert {type(one) for one in told} == {StoreReadOnly}


@pytest.mark.parametrize("count", [FEW, MANY])
async def test_C6_an_error_that_nobody_foresaw_reaches_its_callers(gate, store, monkeypatch, count):
    def broken(_operations):
        raise OverflowError("not foreseen")

    monkeypatch.setattr(store, "write", broken)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        tasks = [asyncio.ensure_future(gate.write(append(number))) for number in range(count)]
        done, _ = await asyncio.wait(tasks, timeout=0.5)
        assert len(done) == count
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        loop.set_exception_handler(None)
        gate._work = None
        gate._waiting.clear()

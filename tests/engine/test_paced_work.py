"""Work at a pace: a clock that is moved by hand waits for it, and for nothing else (W15)."""

from __future__ import annotations

import asyncio

import pytest

from workbench.engine.paced_work import Awaited, PacedWork
from workbench.engine.timers import VirtualTimer
from workbench.model.clock import MICROSECONDS, ManualClock


async def turns():
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def told():
    return []


@pytest.fixture
def pace(clock, told):
    return PacedWork(clock, VirtualTimer(clock), lambda: told.append(True))


async def test_W15_what_goes_on_is_at_work_until_it_pauses_again_or_ends(pace, clock, told):
    begun, go = [], asyncio.Event()

    async def work():
        for _ in range(2):
            await pace.pause(1, "work")
            begun.append(clock.now())
            await go.wait()

    task = asyncio.ensure_future(work())
    await turns()
    assert (pace.awaited, told) == ((Awaited(clock.now() + MICROSECONDS, "work"),), [True])
    assert not pace.at_work
    clock.advance(1)
    assert pace.at_work, "before its task has had a turn"
    settled = asyncio.ensure_future(pace.settled())
    await turns()
    assert (len(begun), pace.awaited, settled.done()) == (1, (), False)
    go.set()
    await turns()
    assert settled.done()
    clock.advance(1)
    await task
    await turns()
    assert not pace.at_work


async def test_W15_what_waits_for_something_else_is_not_waited_for(pace, clock):
    async def work():
        await pace.pause(1, "work")
        pace.rest()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(work())
    await turns()
    clock.advance(1)
    await asyncio.wait_for(pace.settled(), 20)
    assert not task.done()
    task.cancel()


async def test_W15_what_is_cancelled_waits_no_more_and_never_goes_on(pace, clock):
    cancel = asyncio.Event()
    task = asyncio.ensure_future(pace.pause(1, "work", cancel))
    await turns()
    cancel.set()
    await asyncio.wait_for(task, 20)
    clock.advance(5)
    assert (pace.awaited, pace.at_work) == ((), False)

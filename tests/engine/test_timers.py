"""Timers on the loop and on a clock that is moved by hand (W1)."""

from __future__ import annotations

import asyncio

from workbench.engine.timers import LoopTimer, VirtualTimer, timer_of
from workbench.model.clock import MICROSECONDS, ManualClock, PacedClock, SystemClock


async def nothing():
    """Nothing is left to settle."""


def at(clock, seconds):
    return clock.now() + round(seconds * MICROSECONDS)


async def test_the_loop_calls_at_the_time_and_not_before():
    clock = SystemClock()
    timer, called = LoopTimer(clock), asyncio.get_running_loop().create_future()
    due = at(clock, 0.02)
    timer.call_at(due, lambda: called.set_result(clock.now()))
    assert await called >= due


async def test_a_time_that_has_passed_means_soon():
    clock = SystemClock()
    called = asyncio.Event()
    LoopTimer(clock).call_at(at(clock, -60), called.set)
    async with asyncio.timeout(5):
        await called.wait()


async def test_what_was_called_off_is_not_called():
    clock = SystemClock()
    called, other = [], asyncio.Event()
    timer = LoopTimer(clock)
    call_off = timer.call_at(at(clock, 0.005), lambda: called.append(1))
    call_off()
    call_off()
    timer.call_at(at(clock, 0.01), other.set)
    await other.wait()
    assert called == []


async def test_W1_a_clock_that_fell_behind_is_asked_again_when_the_loop_wakes():
    clock = ManualClock()
    called = asyncio.Event()
    LoopTimer(clock).call_at(at(clock, 0.001), called.set)
    await asyncio.sleep(0)
    clock.advance(0.0005)
    assert not called.is_set(), "half of the time has passed"
    clock.advance(0.0005)
    async with asyncio.timeout(5):
        await called.wait()


async def test_a_clock_moved_by_hand_stops_at_every_due_time_on_the_way():
    clock = ManualClock()
    timer, seen = VirtualTimer(clock), []
    start = clock.now()

    def note(name, again=0.0):
        seen.append((name, (clock.now() - start) / MICROSECONDS))
        if again:
            timer.call_at(at(clock, again), lambda: note(name + "'"))

    timer.call_at(at(clock, 30), lambda: note("b"))
    timer.call_at(at(clock, 10), lambda: note("a", again=5))
    timer.call_at(at(clock, 90), lambda: note("late"))
    timer.call_at(at(clock, 20), lambda: note("off"))()
    await timer.advance(60, nothing)
    assert seen == [("a", 10), ("a'", 15), ("b", 30)]
    assert clock.now() == start + 60 * MICROSECONDS
    assert timer.next_due() == start + 90 * MICROSECONDS


async def test_draining_ends_when_nothing_waits_or_when_it_would_take_too_long():
    clock = ManualClock()
    timer, seen = VirtualTimer(clock), []

    def forever():
        seen.append(clock.now())
        timer.call_at(at(clock, 60), forever)

    timer.call_at(at(clock, 3600), lambda: seen.append("once"))
    assert await timer.drain(nothing, within=7200) is True
    assert seen == ["once"]
    forever()
    assert await timer.drain(nothing, within=600) is False
    assert len(seen) == 12


async def test_after_each_due_time_everything_settles_before_the_next():
    clock = ManualClock()
    timer, order = VirtualTimer(clock), []

    async def settle():
        order.append("settled")

    timer.call_at(at(clock, 1), lambda: order.append("one"))
    timer.call_at(at(clock, 1), lambda: order.append("two"))
    timer.call_at(at(clock, 2), lambda: order.append("three"))
    await timer.advance(2, settle)
    assert order == ["settled", "one", "two", "settled", "three", "settled", "settled"]


def test_W1_what_follows_a_clock_that_is_moved_by_hand_is_woken_by_the_move():
    clock, called = ManualClock(), []
    timer = timer_of(clock)
    for seconds in (2, 1, 3):
        timer.call_at(at(clock, seconds), lambda seconds=seconds: called.append(seconds))
    timer.call_at(at(clock, 1.5), lambda: called.append("off"))()
    clock.advance(0.5)
    assert called == []
    clock.advance(2)
    assert called == [1, 2]
    clock.advance(86400)
    assert called == [1, 2, 3]


def test_W1_the_machines_clock_is_waited_for_by_the_loop():
    assert isinstance(timer_of(SystemClock()), LoopTimer)


async def test_W4_what_waits_goes_with_a_clock_that_is_paced():
    clock = PacedClock(0, 1000.0, SystemClock())
    called = asyncio.Event()
    LoopTimer(clock, 1000.0).call_at(at(clock, 20), called.set)
    clock.begin()
    async with asyncio.timeout(10):
        await called.wait()
    assert clock.now() >= 20 * MICROSECONDS

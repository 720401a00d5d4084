"""What is tried in a copy knows that it is a dry run, runs beside the loop, and leaves nothing."""

from __future__ import annotations

import asyncio
import threading

import pytest

from workbench.engine.timers import timer_of
from workbench.model.clock import ManualClock
from workbench.services.worlds.store_copy import in_a_copy


async def test_it_runs_on_a_loop_and_in_a_thread_of_its_own_on_a_copy(orders, scratch):
    outer, told = asyncio.get_running_loop(), []

    async def work(copy):
        assert asyncio.get_running_loop() is not outer
        assert threading.current_thread() is not threading.main_thread()
        copy.tell("Looking", 1, 2)
        clock = ManualClock(orders.clock.now())
        async with copy.world(clock, timer_of(clock)) as world:
            return world.store.place, world.reader.head()

    place, head = await in_a_copy(orders.world, work, lambda *said: told.append(said))
    assert head == orders.reader.head()
    assert place != orders.store.place
    assert place.startswith(str(scratch))
    assert told[0][0] == "Copying"
    assert ("Looking", 1, 2) in told
    assert list(scratch.iterdir()) == []


async def test_its_handlers_are_told_that_it_is_a_dry_run(broken, scratch):
    async def work(copy):
        return copy.project.registry.handlers["send_welcome"]

    for threads in (False, True):
        staged = await in_a_copy(broken.world, work, lambda *_said: None, threads=threads)
        assert staged is not broken.registry.handlers["send_welcome"]
        assert getattr(staged, "inline", False) is not threads


async def test_what_fails_in_there_fails_here_and_leaves_nothing(orders, scratch):
    async def work(_copy):
        raise ValueError("it went wrong")

    with pytest.raises(ValueError, match="it went wrong"):
        await in_a_copy(orders.world, work, lambda *_said: None)
    assert list(scratch.iterdir()) == []

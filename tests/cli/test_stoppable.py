"""Work that is stopped leaves nothing, or was done by then and says so."""

from __future__ import annotations

import asyncio
import threading

import pytest

from workbench.cli.stoppable import stoppable


async def stopped(work):
    """Has some work be stopped once it is under way; it goes on only then."""
    begun, go_on = threading.Event(), threading.Event()

    def waits(told):
        begun.set()
        assert go_on.wait(20)
        return work(told)

    task = asyncio.ensure_future(stoppable(waits, lambda _said: None))
    assert await asyncio.to_thread(begun.wait, 20)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    return await task


async def test_what_is_told_of_ends_the_work():
    left = ["part"]

    def work(told):
        try:
            told("Copying", 1, 2)
            left.append("whole")
        finally:
            left.remove("part")

    with pytest.raises(asyncio.CancelledError):
        await stopped(work)
    assert left == []


async def test_what_is_done_by_then_is_returned():
    assert await stopped(lambda _told: 7) == 7


async def test_what_fails_is_raised():
    def work(_told):
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        await stopped(work)


async def test_it_is_said_how_far_it_is():
    said = []
    assert await stoppable(lambda told: told("Copying", 1000, 2000), said.append) is None
    assert said == ["copying 1,000 of 2,000"]

"""Many pass at once; whoever is alone is really alone."""

from __future__ import annotations

import asyncio

import pytest

from workbench.engine.reload_lock import ReloadLock


async def turns(count=6):
    for _ in range(count):
        await asyncio.sleep(0)


async def test_one_alone_waits_for_those_inside_and_holds_the_next_back():
    lock, said, leave = ReloadLock(), [], asyncio.Event()

    async def passing(name, until=None):
        async with lock.passing():
            said.append(f"{name} in")
            if until is not None:
                await until.wait()
            said.append(f"{name} out")

    async def alone(name):
        async with lock.alone():
            said.append(f"{name} alone")
            await turns()
            said.append(f"{name} done")

    async with asyncio.TaskGroup() as group:
        group.create_task(passing("a", leave))
        group.create_task(passing("b"))
        await turns()
        group.create_task(alone("x"))
        await turns()
        assert lock.closed
        group.create_task(passing("c"))
        group.create_task(alone("y"))
        await turns()
        assert said == ["a in", "b in", "b out"]
        leave.set()
    assert said[3:6] == ["a out", "x alone", "x done"]
    assert said.index("y done") == said.index("y alone") + 1
    assert said[-1] in {"c out", "y done"}
    assert not lock.closed


async def test_a_failure_inside_or_alone_opens_it_again():
    lock = ReloadLock()
    for way in (lock.passing, lock.alone):
        with pytest.raises(ZeroDivisionError):
            async with way():
                raise ZeroDivisionError
    async with lock.alone():
        pass
    async with lock.passing():
        assert not lock.closed

"""What must not be left half done is done to its end, whoever is cancelled."""

from __future__ import annotations

import asyncio
import threading

import pytest

from workbench.engine.tasks import Tasks, aside, to_the_end


async def test_what_it_returns_or_raises_comes_through():
    async def work(value):
        await asyncio.sleep(0)
        return 1 // value

    assert await to_the_end(work(1)) == 1
    with pytest.raises(ZeroDivisionError):
        await to_the_end(work(0))


async def test_M2_a_cancelled_caller_waits_for_the_end():
    steps, may_end = [], asyncio.Event()

    async def clean_up():
        steps.append("begun")
        await may_end.wait()
        steps.append("done")

    async def caller():
        try:
            await asyncio.Event().wait()
        finally:
            await to_the_end(clean_up())

    task = asyncio.create_task(caller())
    await asyncio.sleep(0)
    for _ in range(3):
        task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
    assert (steps, task.done()) == (["begun"], False)
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["begun", "done"]


async def test_M2_a_timeout_within_it_is_one_although_the_caller_was_cancelled():
    async def clean_up():
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            return "went on"

    async def caller():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return await to_the_end(clean_up())

    task = asyncio.create_task(caller())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "went on"


async def test_what_fails_in_a_clean_up_stands_behind_the_cancellation():
    async def clean_up():
        await asyncio.sleep(0)
        raise ValueError("no")

    task = asyncio.create_task(to_the_end(clean_up()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as raised:
        await task
    assert isinstance(raised.value.__cause__, ValueError)


async def test_M2_a_task_that_swallows_its_cancellation_is_cancelled_again_and_at_last_left(monkeypatch):
    monkeypatch.setattr("workbench.engine.tasks.PATIENCE", 0.01)
    over, reported = asyncio.Event(), []

    async def swallows(times):
        while not over.is_set() and times:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                times -= 1

    tasks = Tasks(lambda name, error: reported.append((name, str(error))))
    tasks.spawn(swallows(2), "twice")
    left = tasks.spawn(swallows(9), "nine times")
    await asyncio.sleep(0)
    await tasks.stop()
    assert reported == [("nine times", "it goes on although it was cancelled")]
    over.set()
    left.cancel()
    await asyncio.wait([left])


async def test_a_run_that_is_cancelled_has_ended_in_its_thread_when_it_is_over():
    began, ended = threading.Event(), []

    async def run():
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.append(threading.current_thread())

    task = asyncio.ensure_future(aside(run))
    await asyncio.to_thread(began.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [one is threading.current_thread() for one in ended] == [False]

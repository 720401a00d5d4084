"""Turns: one at a time by name, in order of arrival, given on whatever becomes of who waits."""

from __future__ import annotations

import asyncio

from workbench.engine.turns import Turns


async def test_turns_come_in_order_of_arrival_and_other_names_are_free():
    turns, seen = Turns(), []

    async def want(name, number):
        await turns.take(name)
        seen.append((name, number))
        await asyncio.sleep(0)
        seen.append((name, number))
        turns.give_on(name)

    await asyncio.gather(want("a", 1), want("a", 2), want("b", 3), want("a", 4))
    assert [number for name, number in seen if name == "a"] == [1, 1, 2, 2, 4, 4]
    assert seen.index(("b", 3)) == 1


async def test_a_turn_that_comes_as_who_waits_for_it_is_cancelled_is_given_on():
    turns = Turns()
    await turns.take("a")
    waiting = [asyncio.ensure_future(turns.take("a")) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    turns.give_on("a")
    waiting[1].cancel()
    await asyncio.wait(waiting, timeout=10)
    assert [task.cancelled() for task in waiting] == [True, True, False]
    turns.give_on("a")
    await asyncio.wait_for(turns.take("a"), 10)

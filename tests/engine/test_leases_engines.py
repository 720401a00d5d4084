"""D5: two engines on one store share its work; neither takes what the other holds."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.engine.lab import MODES
from tests.engine.pair import Pair
from workbench.engine import group_commit
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import Mode, Ordering


@contextlib.asynccontextmanager
async def two(**subscription):
    pair = Pair(**subscription)
    try:
        yield pair, *pair.sides
    finally:
        await pair.close()


def numbers(pair):
    return [one.n for one in pair.seen]


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    """Has everything written on the loop: `Pair.quiet` counts its turns, and waits for no thread."""
    monkeypatch.setattr(group_commit, "INLINE_SECONDS", 1e9)


@pytest.mark.parametrize("mode", MODES)
async def test_D5_a_second_engine_takes_nothing_from_the_first_however_long_it_runs(mode):
    async with two(mode=mode) as (pair, first, second):
        pair.fates[1] = ["wait"]
        await first.open()
        await first.publish(1)
        await pair.quiet()
        await second.open()
        await pair.advance(200)
        assert numbers(pair) == [1]
        await pair.let_go(first)
        assert pair.effects() == [1]
        assert pair.rows(*DeliveryState) == []
        state = pair.reader.subscription("sub")
        assert (state.delivered, state.died, state.claim_token) == (1, 0, None)


async def test_D5_P6_engines_share_a_queue_by_its_rows():
    async with two(mode=Mode.POINT_TO_POINT, ordering=Ordering.NONE) as (pair, first, second):
        pair.fates |= {1: ["wait"], 2: ["wait"]}
        await first.open()
        await first.publish(1, key="")
        await pair.quiet()
        await second.open()
        await first.publish(2, 3, key="")
        await pair.quiet()
        owners = [row.lease_owner for row in pair.rows(DeliveryState.LEASED)]
        assert owners == [first.running.owner, second.running.owner]
        await pair.let_go(second)
        assert pair.effects() == [2, 3]
        await pair.let_go(first)
        assert pair.effects() == [2, 3, 1]


async def test_D5_one_engine_at_a_time_reads_a_log_and_the_other_goes_on_where_it_rests():
    async with two(mode=Mode.PUBLISH_SUBSCRIBE) as (pair, first, second):
        pair.fates[1] = ["wait"]
        await first.open()
        await second.open()
        await second.publish(1)
        await pair.quiet()
        holder = pair.reader.subscription("sub").claim_owner
        (one,) = [side for side in pair.sides if side.running.owner == holder]
        (other,) = [side for side in pair.sides if side is not one]
        await other.publish(2, 3)
        await pair.advance(100)
        assert numbers(pair) == [1]
        await pair.let_go(one)
        assert pair.effects() == [1, 2, 3]
        await pair.stop(one)
        await other.publish(4)
        await pair.quiet()
        assert pair.effects() == [1, 2, 3, 4]


@pytest.mark.parametrize("mode", MODES)
async def test_D5_what_a_dead_engine_held_is_taken_over_after_its_lease_and_not_before(mode):
    async with two(mode=mode) as (pair, first, second):
        pair.fates[1] = ["wait"]
        await first.open()
        await second.open(paused=True)
        await first.publish(1)
        await pair.quiet()
        second.running.resume()
        await pair.advance(3)
        await first.crash()
        await pair.advance(26)
        assert numbers(pair) == [1]
        await pair.advance(2)
        assert [(one.n, one.redelivered) for one in pair.seen] == [(1, False), (1, True)]
        assert pair.effects() == [1]


@pytest.mark.parametrize("mode", MODES)
async def test_D5_I7_the_late_ack_of_an_engine_that_was_cut_off_is_refused(mode):
    async with two(mode=mode) as (pair, first, second):
        pair.fates[1] = ["wait"]
        await first.open()
        await first.publish(1)
        await pair.quiet()
        await second.open()
        first.store.cut = True
        await pair.advance(31)
        assert pair.effects() == [1]
        await pair.let_go(first)
        first.store.cut = False
        await pair.advance(5)
        assert numbers(pair) == [1, 1]
        assert pair.effects() == [1]
        assert pair.reader.subscription("sub").delivered == 1
        await first.publish(2)
        await pair.quiet()
        assert pair.effects() == [1, 2]


@pytest.mark.parametrize("mode", MODES)
async def test_D5_an_engine_that_starts_again_beside_another_waits_for_what_the_dead_one_held(mode):
    async with two(mode=mode) as (pair, first, second):
        pair.fates[1] = ["wait"]
        await second.open(paused=True)
        await first.open()
        await first.publish(1)
        await pair.quiet()
        await first.crash()
        await first.open()
        await pair.advance(29)
        assert numbers(pair) == [1], "the store cannot know that it is dead: another engine uses it, too"
        await pair.advance(2)
        assert pair.effects() == [1]


@pytest.mark.parametrize("mode", MODES)
async def test_D5_a_store_that_is_opened_anew_knows_that_all_who_held_something_are_dead(mode):
    async with two(mode=mode) as (pair, first, _second):
        pair.fates[1] = ["wait"]
        await first.open()
        await first.publish(1)
        await pair.quiet()
        await first.crash()
        pair.memory.reopen()
        await first.open()
        await pair.quiet()
        assert pair.effects() == [1]


async def test_D5_I6_a_row_that_is_due_waits_for_the_other_engines_claim_without_a_busy_loop():
    async with two(mode=Mode.PUBLISH_SUBSCRIBE) as (pair, first, second):
        pair.fates |= {1: ["fail"], 2: ["wait"]}
        await first.open()
        await first.publish(1)
        await pair.quiet()
        await first.publish(2, key="other")
        await pair.quiet()
        await second.open()
        async with asyncio.timeout(20):
            await pair.advance(15)
        assert numbers(pair) == [1, 2]
        assert second.running.subscription("sub").next_due() > pair.clock.now()
        await pair.let_go(first)
        assert pair.effects() == [2, 1]


async def test_D5_a_free_worker_takes_over_what_lapsed_while_another_of_its_engine_is_at_work():
    async with two(mode=Mode.POINT_TO_POINT, workers=2) as (pair, first, second):
        pair.fates |= {1: ["wait"], 2: ["wait"]}
        await first.open()
        await first.publish(1, key="a")
        await pair.quiet()
        await second.open()
        await second.publish(2, key="b")
        await pair.quiet()
        first.store.cut = True
        await pair.advance(29)
        assert pair.effects() == []
        await pair.advance(2)
        assert pair.effects() == [1]
        await pair.let_go(second)
        assert pair.effects() == [1, 2]


async def test_D5_a_row_whose_key_is_still_at_work_here_is_left_alone_without_a_busy_loop():
    async with two(mode=Mode.POINT_TO_POINT, workers=2) as (pair, first, second):
        pair.fates |= {1: ["wait", "fail"], 2: ["ok"]}
        await first.open()
        await first.publish(1, key="a")
        await pair.quiet()
        await second.open()
        first.store.cut = True
        await pair.advance(31)  # the second engine took over and failed: a retry is due in nine seconds
        first.store.cut = False
        await second.crash()
        async with asyncio.timeout(20):
            await pair.advance(10)
        assert numbers(pair) == [1, 1]
        assert first.running.subscription("sub").next_due() > pair.clock.now()
        await first.publish(2, key="b")
        await pair.quiet()
        assert pair.effects() == [2], "the other worker goes on with other keys"
        await pair.let_go(first)
        await pair.advance(1)
        assert (numbers(pair), pair.effects()) == ([1, 1, 2, 1], [2, 1])

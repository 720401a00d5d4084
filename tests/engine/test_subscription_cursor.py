"""Where subscriptions stand, on both stores: who gets which messages, from where on, and again."""

from __future__ import annotations

import asyncio

import pytest

from tests.engine.lab import MODES, QUEUE, RETRY
from workbench.model.messaging import Start, StartAt
from workbench.store.operations import (
    ConfigureSubscription,
)


async def test_P6_each_of_many_subscriptions_gets_every_message(lab):
    for name in ("one", "two", "three"):
        lab.declare(name)
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    assert [lab.effects(name) for name in ("one", "two", "three")] == [[1, 2, 3]] * 3


@pytest.mark.parametrize("workers", [1, 3, 8])
async def test_P6_competing_workers_get_each_message_once_and_a_queue_without_handler_keeps_all(lab, workers):
    lab.declare(workers=workers, **QUEUE)
    lab.detached = True
    await lab.open()
    await lab.publish(*range(20))
    await lab.settle()
    assert lab.running.head - lab.running.subscription("sub").cursor == 20
    await lab.close()
    lab.detached = False
    await lab.open()
    await lab.publish(*range(20, 40))
    await lab.settle()
    assert sorted(lab.numbers()) == list(range(40))
    assert lab.running.reader.subscription("sub").delivered == 40


async def test_P6_a_slow_worker_leaves_the_rest_to_the_others(lab):
    lab.declare(workers=2, **QUEUE)
    lab.fates = {0: ["timeout"]}
    await lab.open()
    await lab.publish(0)
    await lab.hangs.wait()
    await lab.publish(*range(1, 30))
    while lab.running.reader.subscription("sub").delivered < 29:
        await asyncio.sleep(0)
    assert sorted(lab.numbers()) == list(range(30))
    await lab.finish()
    assert sorted(lab.effects()) == list(range(30))


@pytest.mark.parametrize("mode", MODES)
async def test_P5_a_late_subscriber_misses_nothing_at_the_switch_to_live(lab, mode):
    lab.declare("early")
    await lab.open()
    await lab.publish(*range(300))
    await lab.settle()
    await lab.close()
    lab.declare("late", mode=mode)
    await lab.open()
    live = asyncio.ensure_future(lab.publish(*range(300, 420)))
    await live
    await lab.settle()
    assert lab.effects("late") == list(range(420))


async def test_P4_a_subscription_starts_new_or_at_a_position_or_at_a_time(lab):
    lab.declare("early")
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    lab.clock.advance(10)
    begins = lab.clock.now()
    await lab.publish(3)
    await lab.settle()
    third = next(m.position for m in await lab.messages() if m.json()["n"] == 3)
    await lab.close()
    lab.declare("new", start=Start.NEW)
    lab.declare("place", start=StartAt(position=third))
    lab.declare("time", start=StartAt(time=begins))
    lab.declare("beginning")
    await lab.open()
    await lab.publish(4)
    await lab.settle()
    found = {name: lab.effects(name) for name in ("new", "place", "time", "beginning")}
    assert found == {"new": [4], "place": [3, 4], "time": [3, 4], "beginning": [1, 2, 3, 4]}


@pytest.mark.parametrize("mode", MODES)
async def test_P7_a_detached_subscription_claims_and_counts_nothing(lab, mode):
    lab.declare(mode=mode)
    lab.detached = True
    engine = await lab.open()
    await lab.publish(1, 2)
    await lab.finish()
    state = engine.reader.subscription("sub")
    assert (state.cursor, state.claimed_to, state.waiting, state.failed) == (0, 0, 0, 0)
    assert engine.head - engine.subscription("sub").cursor == 2


@pytest.mark.parametrize("mode", MODES)
async def test_a_reset_delivers_anew_what_lies_before_a_dead_letter_and_not_what_is_dead_or_replayed(
    lab, mode
):
    lab.declare(mode=mode)
    lab.fates = {2: ["reject", "fail"]}
    engine = await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    await lab.reset(0)
    await lab.settle()
    assert engine.errors == []
    assert lab.numbers() == [1, 2, 1]
    await lab.replay(*lab.letters())
    await lab.settle()
    await lab.reset(0)  # the replay waits for its retry and stays what it is
    await lab.settle()
    await lab.finish()
    assert lab.numbers() == [1, 2, 1, 2, 2, 1, 3]
    assert lab.letters("replaying", "open") == []
    assert engine.reader.subscription("sub").waiting == 0


@pytest.mark.parametrize("mode", MODES)
async def test_L7_a_reset_does_not_begin_anew_what_is_an_open_letter_again_without_a_row(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject", "reject"]}
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    (first,) = lab.letters()
    await lab.purge(first.number, skip_on=True)
    await lab.settle()
    await lab.restore(first.number)
    lab.seen.clear()
    await lab.reset(0)
    await lab.settle()
    assert ([one.number for one in lab.letters()], lab.numbers()) == ([first.number], [2])
    await lab.replay(first)
    await lab.settle()
    assert lab.numbers() == [2, 1], "it can be replayed"
    await lab.finish()


@pytest.mark.parametrize("mode", MODES)
async def test_a_reset_while_the_next_messages_are_being_claimed_is_not_lost(lab, mode):
    lab.declare(mode=mode)
    engine = await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    read, resets = engine.reader.read_topic, []

    def read_topic(*arguments, **more):
        if not resets:
            resets.append(asyncio.ensure_future(lab.reset(0)))
            # It is written before what the reader asks for: its place in the queue of writes is the first.
            engine.writer._waiting.insert(0, (ConfigureSubscription(subscription="sub", cursor=0), done()))
        return read(*arguments, **more)

    def done():
        return asyncio.get_running_loop().create_future()

    engine.reader.read_topic = read_topic
    await lab.publish(3)
    await lab.settle()
    await resets[0]
    await lab.settle()
    state = engine.reader.subscription("sub")
    assert state.cursor == engine.head or engine.head - engine.subscription("sub").cursor == 0
    assert lab.numbers() == [1, 2, 1, 2, 3]


async def test_replaying_moves_no_checkpoint_and_an_empty_list_nothing(lab):
    lab.declare(retry=RETRY)
    lab.fates = {1: ["reject"]}
    engine = await lab.open()
    await lab.publish(1)
    await lab.settle()
    before = engine.reader.subscription("sub").cursor
    assert await lab.replay() == []
    await lab.replay(*lab.letters())
    await lab.settle()
    assert engine.reader.subscription("sub").cursor == before


async def test_a_slow_handler_delays_no_other_subscription(lab):
    lab.declare("slow")
    lab.declare("quick")
    lab.fates = {}
    slow = {"hang": True}

    def act(message, context):
        if context.idempotency_key.startswith("slow") and slow.pop("hang", False):
            lab.fates[1] = ["timeout"]

    lab.act = act
    await lab.open()
    await lab.publish(1)
    await lab.hangs.wait()
    await lab.publish(*range(2, 20))
    while len(lab.effects("quick")) < 19:
        await asyncio.sleep(0)
    assert lab.effects("slow") == []
    await lab.finish()
    assert lab.effects("slow") == list(range(1, 20))

"""Deliveries that wait, on both stores: their order, their time, their life, their urgency."""

from __future__ import annotations

import pytest

from tests.engine.lab import MODES, QUEUE
from workbench.model.ids import derived_id
from workbench.model.messaging import Mode, OnDead, OnExpired, Priority
from workbench.store.operations import (
    Claim,
    Skip,
)
from workbench.store.stored_values import Reason


def standing(lab):
    if lab.kind == "memory":
        return [row for row in lab.memory._tables.deliveries.values() if row.subscription == "sub"]
    return lab.store.reader().deliveries("sub")


@pytest.mark.parametrize("mode", MODES)
async def test_D3_a_retry_comes_when_it_is_due_whatever_restarts_between(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["fail", "fail"]}
    await lab.open()
    await lab.publish(1)
    await lab.advance(4)
    await lab.close()
    await lab.open()
    await lab.advance(5.999)
    assert len(lab.seen) == 1
    await lab.advance(0.001)
    assert len(lab.seen) == 2
    await lab.finish()
    assert [(one.attempt, lab.since(one.at)) for one in lab.seen] == [(1, 0), (2, 10), (3, 20)]
    assert lab.effects() == [1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("on_dead", [OnDead.BLOCK_KEY, OnDead.CONTINUE])
async def test_O1_O2_order_by_key_and_what_a_death_does_to_those_behind(lab, mode, on_dead):
    lab.declare(mode=mode, on_dead=on_dead)
    lab.fates = {1: ["fail"], 2: ["reject"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.publish(10, 11, key="other")
    await lab.finish()
    of_key = [n for n in lab.numbers() if n < 10]
    assert of_key == ([1, 1, 2] if on_dead is OnDead.BLOCK_KEY else [1, 1, 2, 3])
    assert [n for n in lab.numbers() if n >= 10] == [10, 11]


@pytest.mark.parametrize("mode", MODES)
async def test_O2_skipping_one_that_waits_behind_a_dead_letter_lets_nobody_pass_it(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    second = next(row.number for row in standing(lab) if row.position == 2)
    assert await lab.write(Skip(subscription="sub", numbers=(second,))) == 1
    await lab.finish()
    assert lab.numbers() == [1]
    await lab.replay(*lab.letters())
    await lab.finish()
    assert lab.numbers() == [1, 1, 3]


@pytest.mark.parametrize("mode", MODES)
async def test_O2_a_crash_loop_lets_those_behind_it_go_on_where_nobody_is_blocked(lab, mode):
    lab.declare(mode=mode, on_dead=OnDead.CONTINUE)
    lab.fates = {1: ["crash"] * 3}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.finish()
    assert [letter.reason for letter in lab.letters()] == [Reason.CRASH_LOOP]
    assert lab.effects() == [2, 3]


@pytest.mark.parametrize("mode", MODES)
async def test_O1_suspects_of_one_key_keep_their_order_when_the_first_fails(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["crash", "fail"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.finish()
    assert lab.numbers() == [1, 1, 1, 2, 3]
    assert lab.effects() == [1, 2, 3]


@pytest.mark.parametrize("mode", MODES)
async def test_O1_what_was_claimed_behind_a_retry_waits_for_it_after_a_crash(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["fail"]}
    engine = await lab.open()
    await lab.publish(1)
    await lab.settle()
    engine.pause()
    await lab.settle()
    await lab.publish(2)
    if mode is Mode.PUBLISH_SUBSCRIBE:
        await lab.write(Claim(subscription="sub", upto=engine.head, token=derived_id("t")))
    await lab.crash()
    await lab.open()
    await lab.finish()
    assert lab.numbers() == [1, 1, 2]


@pytest.mark.parametrize("mode", MODES)
async def test_contract_5_a_delayed_message_waits_for_its_time_also_behind_another_and_after_a_crash(
    lab, mode
):
    lab.declare(mode=mode)
    lab.fates = {1: ["fail"]}
    await lab.open()
    await lab.publish(1)
    await lab.publish(2, delay=100)
    await lab.publish(3)
    await lab.publish(4, delay=50, key="")
    await lab.settle()
    await lab.crash()
    await lab.open()
    await lab.finish()
    times = {one.n: lab.since(one.at) for one in lab.seen}
    assert (times[1], times[2], times[4]) == (10, 100, 50)
    assert [n for n in lab.numbers() if n != 4] == [1, 1, 2, 3]


async def test_contract_5_a_delayed_message_that_was_claimed_when_the_program_ended_is_not_early(lab):
    lab.declare()
    engine = await lab.open(paused=True)
    await lab.publish(1, delay=30)
    await lab.write(Claim(subscription="sub", upto=engine.head, token=derived_id("t")))
    await lab.crash()
    await lab.open()
    await lab.finish()
    assert [lab.since(one.at) for one in lab.seen] == [30]


async def test_O2_one_that_dies_before_it_is_tried_blocks_those_of_its_key_in_the_same_batch(lab):
    lab.declare()
    await lab.open(paused=True)
    await lab.publish(1, ttl=5)
    await lab.publish(2)
    await lab.advance(6)
    lab.running.resume()
    await lab.settle()
    assert lab.numbers() == []
    assert [letter.reason for letter in lab.letters()] == [Reason.EXPIRED]


async def test_T1_one_that_is_dropped_in_the_middle_of_a_batch_leaves_nobody_waiting_behind_it(lab):
    lab.topic = {"on_expired": OnExpired.DROP}
    lab.declare(in_flight=1)
    await lab.open(paused=True)
    await lab.publish(1)
    await lab.publish(2, ttl=5)
    await lab.publish(3, 4)
    lab.act = lambda message, _context: lab.clock.advance(6) if message.json()["n"] == 1 else None
    lab.running.resume()
    await lab.finish()
    assert lab.effects() == [1, 3, 4]
    assert lab.running.reader.subscription("sub").expired == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("policy", OnExpired)
async def test_T1_I11_a_life_is_fixed_at_publish_and_checked_at_the_claim(lab, mode, policy):
    lab.topic = {"ttl": 20.0, "on_expired": policy}
    lab.declare(mode=mode, on_dead=OnDead.CONTINUE)
    await lab.open(paused=True)
    await lab.publish(1, ttl=5)
    await lab.publish(2, ttl=100)
    await lab.advance(19.999999)
    lab.running.resume()
    await lab.settle()
    assert lab.numbers() == [2], "the shorter of both lives counts"
    letters = lab.letters()
    assert [letter.reason for letter in letters] == [Reason.EXPIRED] * (policy is OnExpired.DEAD)
    if letters:
        await lab.advance(1000)
        await lab.replay(*letters)
        await lab.settle()
        assert lab.effects() == [2, 1], "no life is asked for after a replay"


async def test_T1_what_waits_for_a_retry_dies_when_its_life_ends_and_not_later(lab):
    lab.declare()
    lab.fates = {1: ["fail"]}
    await lab.open()
    await lab.publish(1, ttl=7)
    await lab.advance(6.9)
    assert lab.letters() == []
    await lab.advance(0.1)
    assert [(letter.reason, len(letter.attempts)) for letter in lab.letters()] == [(Reason.EXPIRED, 1)]


async def test_R1_the_most_urgent_come_first_and_no_low_one_waits_longer_than_its_boost(lab):
    lab.declare(workers=1, **QUEUE)
    await lab.open(paused=True)
    for n, priority in enumerate((Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.CRITICAL)):
        await lab.publish(n, priority=priority)
    for n in range(4):
        assert await lab.running.step("sub") == "sub"
        assert lab.numbers()[-1] == 3 - n
    await lab.publish(100, priority=Priority.LOW)
    n = 101
    while 100 not in lab.numbers():  # a flood of critical ones that never ends, two in ten seconds
        lab.clock.advance(10)
        await lab.publish(n, n + 1, priority=Priority.CRITICAL)
        await lab.running.step("sub")
        n += 2
    low = next(one for one in lab.seen if one.n == 100)
    # The flood is twice what one worker does: of those that came within the boosts' difference all go before.
    assert lab.since(low.at) <= 2 * (Priority.CRITICAL - Priority.LOW) + 20


async def test_R1_key_order_beats_priority(lab):
    lab.declare(workers=1, mode=Mode.POINT_TO_POINT)
    await lab.open(paused=True)
    await lab.publish(1)
    await lab.publish(2, priority=Priority.CRITICAL)
    lab.running.resume()
    await lab.settle()
    assert lab.numbers() == [1, 2]


async def test_R1_what_a_handler_publishes_has_the_priority_of_its_topic(lab):
    lab.topic = {"priority": Priority.HIGH}
    lab.declare()
    lab.act = lambda message, context: message.json()["n"] == 1 and context.publish("work", {"n": 2})
    await lab.open()
    await lab.publish(1, priority=Priority.LOW)
    await lab.settle()
    assert [message.priority for message in await lab.messages()] == [Priority.LOW, Priority.HIGH]


@pytest.mark.parametrize("mode", MODES)
async def test_O1_a_delayed_message_waits_for_a_retry_before_it_in_the_same_batch(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["fail", "fail"]}
    await lab.open(paused=True)
    await lab.publish(1)
    await lab.publish(2, delay=5)
    lab.running.resume()
    await lab.finish()
    assert lab.numbers() == [1, 1, 1, 2]

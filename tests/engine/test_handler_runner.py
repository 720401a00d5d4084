"""Handlers at work, on both stores: how many at once, for how long, and what a crash leaves."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.engine.lab import MODES
from workbench.model.clock import MICROSECONDS
from workbench.model.ids import derived_id
from workbench.model.messaging import Mode, Ordering
from workbench.store.operations import (
    Extend,
    Lease,
    Settle,
)
from workbench.store.settlements import Settlement
from workbench.store.stored_values import Reason


async def nothing_to_settle():
    """Nothing."""


async def test_B1_no_more_handlers_than_allowed_run_at_once(lab):
    lab.declare(in_flight=3, ordering=Ordering.NONE)
    lab.fates = {n: ["timeout"] for n in range(6)}
    await lab.open(paused=True)
    await lab.publish(*range(6))
    lab.running.resume()
    while len(lab.seen) < 3:
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(lab.seen) == 3
    await lab.finish()
    assert sorted(lab.effects()) == list(range(6))


@pytest.mark.parametrize("mode", MODES)
async def test_D4_a_handler_that_hangs_is_given_up_after_its_timeout(lab, mode):
    lab.declare(mode=mode, timeout=60.0, lease=30.0)
    lab.fates = {1: ["timeout"]}
    await lab.open()
    await lab.publish(1)
    await lab.finish()
    state = lab.running.reader.subscription("sub")
    assert [lab.since(one.at) for one in lab.seen] == [0, 70]
    assert (state.failed, state.retried, state.delivered) == (1, 1, 1)
    assert [one.attempt for one in lab.seen] == [1, 2]


async def test_D4_a_plain_function_is_given_up_too_and_what_it_does_later_is_in_vain(lab):
    import threading

    lab.declare(handler="plain", timeout=5.0)
    entered, go, left = threading.Event(), threading.Event(), threading.Event()

    def act(message, context):
        if context.attempt == 1:
            entered.set()
            go.wait(20)
            context.publish("out", {"late": True})
            assert context.cancelled
            left.set()

    lab.act = act
    await lab.open()
    await lab.publish(1)
    while not entered.is_set():
        await asyncio.sleep(0)
    await lab.timer.advance(5, nothing_to_settle)
    await asyncio.wait_for(lab.running.settle(), 20)
    go.set()
    while not left.is_set():
        await asyncio.sleep(0)
    await lab.finish()
    assert lab.effects() == [1]
    out = lab.running.reader.read_topic("out", lambda _type: False, 0, 10)[0]
    assert [message.json() for message in out] == [{"n": 1}]


async def test_D4_a_heartbeat_keeps_the_lease_of_a_handler_that_runs_long(lab):
    lab.declare(mode=Mode.POINT_TO_POINT, timeout=600.0, lease=30.0)
    lab.fates = {1: ["timeout"]}
    engine = await lab.open()
    await lab.publish(1)
    await lab.hangs.wait()
    token = engine.subscriptions["sub"]._rows.leases.held[0]
    for _ in range(10):
        await lab.timer.advance(10, nothing_to_settle)
        for _ in range(20):
            await asyncio.sleep(0)
        assert engine.reader.due_times("sub")[1] >= lab.clock.now()
    assert await lab.write(Extend(subscription="sub", token=token, until=lab.clock.now() + 1)) == 1
    state = engine.reader.subscription("sub")
    assert (state.failed, state.died) == (0, 0)


@pytest.mark.parametrize("mode", MODES)
async def test_D4_I7_a_lost_lease_is_taken_back_counts_a_crash_and_a_late_ack_is_refused(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["fail"]}
    engine = await lab.open()
    await lab.publish(1)
    await lab.settle()
    engine.pause()
    (row,) = lab.rows()
    lost = derived_id("lost")
    until = lab.clock.now() + 30 * MICROSECONDS
    assert await lab.write(Lease(subscription="sub", numbers=(row.number,), token=lost, until=until))
    engine.resume()
    await lab.advance(29)
    assert len(lab.seen) == 1
    await lab.advance(2)
    assert [one.redelivered for one in lab.seen] == [False, True]
    assert lab.effects() == [1]
    late = Settle(
        subscription="sub",
        token=lost,
        settlements=(Settlement(position=row.position, key=row.key, state=None),),
        delivered=1,
    )
    with pytest.raises(Exception, match="taken by another"):
        await lab.write(late)
    assert engine.reader.subscription("sub").delivered == 1


@pytest.mark.parametrize("mode", MODES)
async def test_contract_5_one_that_takes_the_program_down_dies_and_those_beside_it_do_not(lab, mode):
    lab.declare(mode=mode, ordering=Ordering.NONE, workers=4)
    lab.declare("beside", mode=mode, ordering=Ordering.NONE)
    lab.fates = {3: ["crash"] * 9}
    await lab.open()
    await lab.publish(*range(8), key="")
    await lab.finish()
    assert {(letter.reason, letter.data) for letter in lab.letters()} == {(Reason.CRASH_LOOP, '{"n":3}')}
    fates = {"sub": sorted(lab.effects("sub")), "beside": sorted(lab.effects("beside"))}
    for name, effects in fates.items():
        dead = {letter.data for letter in lab.letters() if letter.subscription == name}
        assert set(effects) == set(range(8)) - ({3} if dead else set())


async def test_contract_5_only_one_suspect_runs_at_a_time_in_the_whole_engine(lab):
    lab.declare("one", mode=Mode.POINT_TO_POINT, ordering=Ordering.NONE)
    lab.declare("two", mode=Mode.POINT_TO_POINT, ordering=Ordering.NONE)
    engine = await lab.open(paused=True)
    await lab.publish(*range(6))
    token = derived_id("t")
    for name in ("one", "two"):
        await engine.subscriptions[name]._claims.into_rows()
        numbers = tuple(row.number for row in lab.rows(name))
        await lab.write(Lease(subscription=name, numbers=numbers, token=token, until=0))
    await lab.crash()
    lab.fates = {n: ["timeout", "timeout"] for n in range(6)}
    await lab.open()
    await lab.hangs.wait()
    for _ in range(200):
        await asyncio.sleep(0)
    assert len(lab.seen) == 1
    await lab.finish()
    assert sorted(lab.effects("one")) == sorted(lab.effects("two")) == list(range(6))


@pytest.mark.parametrize("mode", MODES)
async def test_M2_a_handler_that_a_stop_gave_up_is_delivered_again_and_has_not_crashed(lab, mode):
    lab.declare(mode=mode, timeout=600.0, workers=2)
    lab.fates = {1: ["timeout"] * 4, 2: ["fail"]}
    await lab.open(paused=True)
    await lab.publish(1, 2, key="one")
    await lab.publish(3, key="two")
    lab.running.resume()
    for stops in range(4):
        await lab.hangs.wait()
        while 3 not in lab.numbers():
            await asyncio.sleep(0)
        lab.hangs.clear()
        await lab.close()
        lab.clock.advance(1)
        await lab.open(paused=True)
        row, behind = lab.running.reader.deliveries("sub")
        assert (row.state, row.crashed, row.failed, len(row.attempts)) == ("ready", 0, 0, stops + 1)
        assert row.attempts[-1].error == "the engine stopped before the handler had ended"
        assert (behind.state, behind.attempts) == ("blocked", ())
        lab.running.resume()
    await lab.finish()
    assert [(one.attempt, one.redelivered) for one in lab.seen if one.n == 1] == [
        (1, False),
        *[(1, True)] * 4,
    ]
    assert lab.effects() == [3, 1, 2], "what had ended at the stop was stored"
    assert lab.running.reader.subscription("sub").failed == 1
    assert lab.letters() == []


@pytest.mark.parametrize("mode", MODES)
async def test_M2_a_plain_function_that_a_stop_gave_up_has_no_effect_when_it_ends(lab, mode):
    ends = threading.Event()
    lab.declare(mode=mode, timeout=600.0, handler="plain")
    lab.act = lambda _message, _context: ends.wait(60)
    await lab.open()
    await lab.publish(1)
    while not lab.seen:
        await asyncio.sleep(0)
    await lab.close()
    ends.set()
    await lab.open(paused=True)
    assert [(row.state, row.crashed, row.failed) for row in lab.rows()] == [("ready", 0, 0)]
    lab.running.resume()
    await lab.settle()
    assert [(one.attempt, one.redelivered) for one in lab.seen] == [(1, False), (1, True)]
    assert lab.effects() == [1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fate", ["exit", "cancel"])
async def test_D1_a_handler_that_exits_or_is_cancelled_has_failed_and_nothing_else_stops(lab, mode, fate):
    lab.declare(mode=mode)
    lab.fates = {1: [fate]}
    await lab.open()
    await lab.publish(1)
    await lab.publish(2, key="other")
    await lab.finish()
    assert sorted(lab.effects()) == [1, 2]
    assert lab.running.errors == []

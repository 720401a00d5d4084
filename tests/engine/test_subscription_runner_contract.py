"""Contract §4–6 on both stores and a clock moved by hand: who gets what, in which order, how often."""

from __future__ import annotations

import asyncio
import threading

import msgspec
import pytest

from tests.engine.lab import MODES, RETRY, Lab
from workbench.engine.publisher import OutgoingMessage
from workbench.errors import BackPressure, MessageIdReused
from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.filter import Filter
from workbench.model.ids import derived_id
from workbench.model.messaging import Mode, OnDead, OnExpired, Ordering, Priority, Start, StartAt
from workbench.store.operations import (
    Claim,
    ConfigureSubscription,
    Extend,
    Lease,
    MarkLetters,
    NewMessage,
    ReplayLetter,
    Retain,
    Settle,
    Skip,
)
from workbench.store.settlements import Settlement
from workbench.store.stored_values import Reason

QUEUE = {"mode": Mode.POINT_TO_POINT, "ordering": Ordering.NONE, "on_dead": OnDead.CONTINUE}


@pytest.fixture(params=["memory", "sqlite"])
async def lab(request, tmp_path):
    made = Lab(tmp_path / "events.db", request.param)
    yield made
    await made.close()


async def purge(lab, number, *, skip_on):
    mark = MarkLetters(numbers=(number,), before=("open",), after="purged", skip_on=skip_on)
    return await lab.write(mark)


async def restore(lab, number):
    return await lab.write(MarkLetters(numbers=(number,), before=("purged",), after="open"))


# -- P: publishing and subscriptions ------------------------------------------------------------------


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
    third = next(m.position for m in await messages(lab) if m.json()["n"] == 3)
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


async def messages(lab):
    return lab.running.reader.read_topic("work", lambda _type: False, 0, 1000)[0]


@pytest.mark.parametrize("crashes", [False, True])
@pytest.mark.parametrize("mode", MODES)
async def test_P3_a_filter_that_raises_makes_a_dead_letter_also_after_a_crash(lab, mode, crashes):
    lab.declare(mode=mode, filter=Filter(expression="1 / (data.n - 2) > -5"), on_dead=OnDead.CONTINUE)
    engine = await lab.open(paused=True)
    await lab.publish(1, 2, 3)
    if crashes:
        await lab.write(Claim(subscription="sub", upto=engine.head, token=derived_id("t")))
        await lab.crash()
        await lab.open()
    lab.running.resume()
    await lab.settle()
    assert [(one.reason, one.data) for one in lab.letters()] == [(Reason.FILTER_ERROR, '{"n":2}')]
    assert lab.effects() == [1, 3]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "expression", ["data.n.lowerAscii() == 'a'", "data.n + 'x' == ''", "data.n", "data.n > 'a' || data.n > 5"]
)
async def test_X3_a_type_error_in_a_filter_is_a_dead_letter_and_never_silence(lab, mode, expression):
    lab.declare(mode=mode, filter=Filter(expression=expression), on_dead=OnDead.CONTINUE)
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    assert [one.reason for one in lab.letters()] == [Reason.FILTER_ERROR] * 2
    assert lab.effects() == []


@pytest.mark.parametrize("mode", MODES)
async def test_X3_a_missing_field_matches_nothing_and_is_no_error(lab, mode):
    lab.declare(mode=mode, filter=Filter(expression="data.nothing.deeper > data.n"))
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    state = lab.running.reader.subscription("sub")
    assert (state.filtered, state.delivered, lab.letters()) == (2, 0, [])


@pytest.mark.parametrize("mode", MODES)
async def test_X2_a_filter_without_end_is_a_dead_letter(lab, mode):
    endless = "data.n > 1"
    for level in range(8):
        endless = f"[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(v{level}, {endless})"
    lab.declare(mode=mode, filter=Filter(expression=endless), on_dead=OnDead.CONTINUE)
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    (letter,) = lab.letters()
    assert (letter.reason, letter.data) == (Reason.FILTER_ERROR, '{"n":2}')
    assert "100,000 steps" in letter.error


class Slow(Filter):
    """A filter that takes its time."""

    def matcher(self):
        return lambda message: CLOCKS[-1].advance(0.015) or message["data"]["n"] % 2 == 0


CLOCKS: list[ManualClock] = []


@pytest.mark.parametrize("crashes", [False, True])
@pytest.mark.parametrize("mode", MODES)
async def test_X2_a_slow_filter_ends_a_stretch_sooner_and_loses_nothing(lab, mode, crashes):
    CLOCKS.append(lab.clock)
    lab.declare(mode=mode, filter=Slow(field="n"))
    engine = await lab.open(paused=True)
    await lab.publish(*range(20))
    if crashes:
        await lab.write(Claim(subscription="sub", upto=engine.head, token=derived_id("t")))
        await lab.crash()
        await lab.open()
    lab.running.resume()
    await lab.settle()
    assert sorted(lab.effects()) == list(range(0, 20, 2))


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


# -- the machine: order, retries, deaths --------------------------------------------------------------


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


def standing(lab):
    if lab.kind == "memory":
        return [row for row in lab.memory._tables.deliveries.values() if row.subscription == "sub"]
    return lab.store.reader().deliveries("sub")


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
    assert [message.priority for message in await messages(lab)] == [Priority.LOW, Priority.HIGH]


async def test_B2_a_full_topic_refuses_and_drops_nothing(lab):
    lab.topic = {"max_backlog": 3}
    lab.declare()
    engine = await lab.open(paused=True)
    await lab.publish(1, 2, 3)
    with pytest.raises(BackPressure):
        await lab.publish(4)
    with pytest.raises(BackPressure):
        await engine.publisher.publish_many([OutgoingMessage(topic="work", data={"n": 5})])
    engine.resume()
    await lab.settle()
    await lab.publish(4)
    await lab.settle()
    assert lab.effects() == [1, 2, 3, 4], "what handlers append is exempt"


async def test_B2_P2_a_repeat_is_answered_although_the_topic_is_full(lab):
    lab.topic = {"max_backlog": 2}
    lab.declare()
    engine = await lab.open(paused=True)
    drafts = [OutgoingMessage(topic="work", data={"n": n}, id=derived_id(n)) for n in (1, 2, 3)]
    first = await engine.publisher.publish_many(drafts[:2])
    assert await engine.publisher.publish(drafts[1]) == first[1]
    assert await engine.publisher.publish_many(drafts[:2]) == first
    with pytest.raises(MessageIdReused):
        await engine.publisher.publish(msgspec.structs.replace(drafts[0], data={"n": 4}))
    for more in ([drafts[2]], drafts):
        with pytest.raises(BackPressure):
            await engine.publisher.publish_many(more)
    engine.resume()
    await lab.settle()
    await engine.publisher.publish_many(drafts)
    await lab.settle()
    assert lab.effects() == [1, 2, 3]


async def test_B2_a_handler_that_publishes_to_a_full_topic_is_tried_again_when_there_is_room(lab):
    lab.topic = {"max_backlog": 1}
    lab.declare()
    told = []

    def act(message, context):
        if message.json()["n"] == 1 and not told:
            try:
                context.publish("work", {"n": 2})
                context.publish("work", {"n": 3})
            except BackPressure as error:
                told.append(error.message)
                raise

    lab.act = act
    await lab.open()
    await lab.publish(1)
    await lab.advance(60)
    assert told == ["topic work is full: 1 wait to be delivered"]
    assert lab.effects() == [1], "what it published before it was refused did not come to be"


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


async def test_G1_retention_takes_settled_messages_only_and_a_letter_outlives_its_message(lab):
    lab.topic = {"retention": 60.0}
    lab.declare(on_dead=OnDead.CONTINUE)
    lab.fates = {1: ["reject"], 2: ["fail"]}
    engine = await lab.open()
    await lab.publish(1, 2)
    await lab.publish(3, key="other")
    await lab.settle()
    retain = Retain(topic="work", subscriptions=("sub",), before=lab.clock.now() + 1)
    assert await lab.write(retain) == 1
    assert {message.json()["n"] for message in await messages(lab)} == {1, 2}
    await purge(lab, 1, skip_on=True)
    await lab.advance(200)
    assert await messages(lab) == []
    head = engine.reader.head()
    await restore(lab, 1)
    assert await lab.replay(*lab.letters()) == [True]
    await lab.settle()
    assert sorted(lab.effects()) == [1, 2, 3]
    assert engine.reader.head() > head, "no position is given away twice"


# -- leases and timeouts ------------------------------------------------------------------------------


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


async def nothing_to_settle():
    """Nothing."""


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


# -- effects ------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("mode", MODES)
async def test_D1_an_effect_that_is_refused_fails_only_its_own_delivery(lab, mode):
    lab.declare(mode=mode, ordering=Ordering.NONE, workers=1)
    lab.act = lambda message, context: message.json()["n"] == 2 and context.publish("nowhere", {})
    await lab.open(paused=True)
    await lab.publish(1, 2, 3)
    lab.running.resume()
    await lab.finish()
    assert sorted(lab.effects()) == [1, 3]
    (letter,) = lab.letters()
    assert (letter.error_type, len(letter.attempts)) == ("TopicNotFound", 3)


@pytest.mark.parametrize("mode", MODES)
async def test_D1_of_two_deliveries_of_a_batch_that_expect_one_version_the_second_fails_and_is_retried(
    lab, mode
):
    from tests.engine.lab import Handled

    lab.declare(mode=mode, ordering=Ordering.NONE, workers=1)

    def act(message, context):
        expected = 0 if context.attempt == 1 else 1
        context.append("shared-1", Handled(n=message.json()["n"]), expected=expected)

    lab.act = act
    await lab.open(paused=True)
    await lab.publish(1, 2)
    lab.running.resume()
    await lab.finish()
    shared = lab.running.reader.read_stream("shared-1")
    assert len(shared) == 2
    assert sorted(lab.effects()) == [1, 2]


# -- letters ------------------------------------------------------------------------------------------


async def test_L2_there_are_letters_for_every_reason_and_no_other(lab):
    lab.declare(filter=Filter(expression="10 / (data.n - 3) < 100"))
    lab.fates = {1: ["fail"] * 3, 2: ["reject"], 4: ["crash"] * 3}
    await lab.open()
    for n in (1, 2, 3, 4):
        await lab.publish(n, key=f"k{n}")
    await lab.publish(5, key="k5", delay=60.0, ttl=30.0)
    await lab.finish()
    assert {letter.data: letter.reason for letter in lab.letters()} == {
        '{"n":1}': Reason.MAX_ATTEMPTS,
        '{"n":2}': Reason.REJECTED,
        '{"n":3}': Reason.FILTER_ERROR,
        '{"n":4}': Reason.CRASH_LOOP,
        '{"n":5}': Reason.EXPIRED,
    }
    assert {letter.reason for letter in lab.letters()} == set(Reason)


@pytest.mark.parametrize("mode", MODES)
async def test_L4_a_replay_that_crashes_the_program_ends_in_a_letter_linked_to_the_first(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject", "crash", "crash", "crash"]}
    await lab.open()
    await lab.publish(1)
    await lab.settle()
    (first,) = lab.letters()
    await lab.replay(first, data='{"n":1,"x":2}', message_id=derived_id("edited"))
    await lab.finish()
    (second,) = lab.letters()
    assert (second.parent, second.reason, second.generation) == (first.number, Reason.CRASH_LOOP, 1)
    assert (second.data, second.message_id) == ('{"n":1,"x":2}', derived_id("edited"))
    assert [one.number for one in lab.letters("failed_again")] == [first.number]


@pytest.mark.parametrize("mode", MODES)
async def test_L6_an_edited_copy_takes_the_originals_place_in_its_keys_order(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject"]}
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    await lab.replay(*lab.letters(), data='{"n":7}', message_id=derived_id("edited"))
    await lab.finish()
    assert lab.numbers() == [1, 7, 2]


@pytest.mark.parametrize("mode", MODES)
async def test_L7_a_purge_that_skips_on_does_not_pass_another_dead_letter_of_the_key(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject"], 2: ["reject", "fail"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    await purge(lab, 1, skip_on=True)
    await lab.settle()
    assert lab.numbers() == [1, 2]
    await restore(lab, 1)
    await lab.replay(lab.letters()[0])
    await lab.settle()
    assert lab.numbers() == [1, 2, 1], "the second is dead and blocks the third still"
    await lab.replay(*lab.letters())
    await lab.finish()
    assert lab.numbers() == [1, 2, 1, 2, 2, 3]


@pytest.mark.parametrize("mode", MODES)
async def test_a_reset_delivers_anew_what_lies_before_a_dead_letter_and_not_what_is_dead_or_replayed(
    lab, mode
):
    lab.declare(mode=mode)
    lab.fates = {2: ["reject", "fail"]}
    engine = await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    await reset(lab, 0)
    await lab.settle()
    assert engine.errors == []
    assert lab.numbers() == [1, 2, 1]
    await lab.replay(*lab.letters())
    await lab.settle()
    await reset(lab, 0)  # the replay waits for its retry and stays what it is
    await lab.settle()
    await lab.finish()
    assert lab.numbers() == [1, 2, 1, 2, 2, 1, 3]
    assert lab.letters("replaying", "open") == []
    assert engine.reader.subscription("sub").waiting == 0


async def reset(lab, position):
    await lab.write(ConfigureSubscription(subscription="sub", cursor=position))


@pytest.mark.parametrize("mode", MODES)
async def test_a_letter_whose_message_is_delivered_again_anyway_is_not_replayed_beside_it(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject", "fail"]}
    await lab.open()
    await lab.publish(1)
    await lab.settle()
    await purge(lab, 1, skip_on=True)
    await restore(lab, 1)
    await reset(lab, 0)
    await lab.settle()
    assert await lab.write(ReplayLetter(number=1)) is False
    assert [letter.number for letter in lab.letters()] == [1]
    await lab.finish()
    assert lab.effects() == [1]


@pytest.mark.parametrize("mode", MODES)
async def test_a_reset_while_the_next_messages_are_being_claimed_is_not_lost(lab, mode):
    lab.declare(mode=mode)
    engine = await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    read, resets = engine.reader.read_topic, []

    def read_topic(*arguments):
        if not resets:
            resets.append(asyncio.ensure_future(reset(lab, 0)))
            # It is written before what the reader asks for: its place in the queue of writes is the first.
            engine.writer._waiting.insert(0, (ConfigureSubscription(subscription="sub", cursor=0), done()))
        return read(*arguments)

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


async def test_P1_a_command_to_publish_twice_under_one_id_is_delivered_once(lab):
    lab.declare()
    await lab.open()
    twice = NewMessage(
        id=derived_id("m"), topic="work", type="t", key="k", data='{"n":1}', correlation_id=derived_id("m")
    )
    first, again = await lab.write(twice), await lab.write(twice)
    await lab.settle()
    assert first == again
    assert lab.numbers() == [1]


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


@pytest.mark.parametrize("mode", MODES)
async def test_the_graphs_count_what_the_store_counts_of_every_outcome(lab, mode):
    lab.declare(mode=mode, filter=Filter(expression="data.n < 9"), on_dead=OnDead.CONTINUE)
    lab.fates = {1: ["fail"], 2: ["reject"], 3: ["fail", "fail", "fail"]}
    lab.topic = {"ttl": 100}
    engine = await lab.open(paused=True)
    await lab.publish(7)
    await lab.advance(200)
    await lab.publish(1, 2, 3, 4, 9)
    engine.resume()
    await lab.finish()
    state = lab.running.reader.subscription("sub")
    assert (state.delivered, state.failed, state.retried, state.died, state.filtered) == (2, 5, 3, 3, 1)
    counted = {"ok": 2, "failed": 5, "retry": 3, "dead": 3, "expired": 1, "filtered": 1}
    metrics = lab.running.metrics
    assert metrics.of("sub").totals == counted
    assert {what: metrics.flow[f"delivery:sub:{what}"] for what in counted} == counted

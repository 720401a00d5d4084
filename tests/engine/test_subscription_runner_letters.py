"""Effects and dead letters of subscriptions, on both stores and a clock moved by hand (contract §4–6)."""

from __future__ import annotations

import pytest

from tests.engine.lab import MODES
from workbench.model.filter import Filter
from workbench.model.messaging import OnDead, Ordering
from workbench.store.letter_values import copy_id
from workbench.store.operations import ReplayLetter, Skip
from workbench.store.stored_values import Reason


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
    await lab.replay(first, data='{"n":1,"x":2}')
    await lab.finish()
    (second,) = lab.letters()
    assert (second.parent, second.reason, second.generation) == (first.number, Reason.CRASH_LOOP, 1)
    assert (second.data, second.message_id) == (
        '{"n":1,"x":2}',
        copy_id(first.message_id, '{"n":1,"x":2}'),
    )
    assert [one.number for one in lab.letters("failed_again")] == [first.number]


@pytest.mark.parametrize("mode", MODES)
async def test_L8_a_reset_that_delivers_nothing_again_is_stored_and_a_kill_delivers_nothing_twice(lab, mode):
    lab.declare(mode=mode, ordering=Ordering.NONE, on_dead=OnDead.CONTINUE)
    lab.fates = {1: ["reject"], 2: ["reject"]}
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    await lab.reset(0)
    await lab.settle()
    stored = lab.running.reader.subscription("sub").cursor
    assert stored == lab.running.subscription("sub").cursor > 0, "who reads the store sees the same place"
    await lab.crash()
    await lab.open()
    await lab.finish()
    assert (sorted(lab.numbers()), len(lab.letters())) == ([1, 2], 2)


@pytest.mark.parametrize("mode", MODES)
async def test_L6_an_edited_copy_takes_the_originals_place_in_its_keys_order(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject"]}
    await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    await lab.replay(*lab.letters(), data='{"n":7}')
    await lab.finish()
    assert lab.numbers() == [1, 7, 2]


@pytest.mark.parametrize("mode", MODES)
async def test_L6_a_reset_delivers_the_copy_that_succeeded_again_and_never_the_original(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {2: ["reject"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    await lab.replay(*lab.letters(), data='{"n":7}')
    await lab.finish()
    assert lab.numbers() == [1, 2, 7, 3]
    lab.seen.clear()
    await lab.reset(0)
    await lab.finish()
    assert (lab.numbers(), lab.letters()) == ([1, 7, 3], [])
    assert lab.effects() == [1, 7, 3], "each took effect once: the copy kept its id (D1)"


@pytest.mark.parametrize("mode", MODES)
async def test_L6_a_copy_that_a_reset_delivers_again_waits_crashes_and_dies_as_that_copy(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {2: ["reject"], 7: ["ok", "fail", "crash", "reject"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    (first,) = lab.letters()
    await lab.replay(first, data='{"n":7}')
    await lab.finish()
    lab.seen.clear()
    await lab.reset(0)
    await lab.settle()
    assert [(row.data, row.failed) for row in lab.rows() if row.failed] == [('{"n":7}', 1)]
    await lab.finish()
    (again,) = lab.letters()
    copy = copy_id(first.message_id, '{"n":7}')
    assert (again.data, again.message_id, again.generation) == ('{"n":7}', copy, first.generation + 1)
    assert {one.copy for one in again.attempts} == {copy}
    assert [one.copy for one in first.attempts] == [None]
    await lab.replay(again)
    await lab.finish()
    lab.seen.clear()
    await lab.reset(0)
    await lab.finish()
    assert lab.numbers() == [1, 7, 3], "a copy that was replayed as it is is that copy still"


async def test_L6_a_copy_that_crashes_the_program_as_it_is_delivered_again_is_in_doubt_as_that_copy(lab):
    lab.declare()
    lab.fates = {2: ["reject"], 7: ["ok", "crash"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    await lab.replay(*lab.letters(), data='{"n":7}')
    await lab.finish()
    lab.seen.clear()
    await lab.reset(0)
    await lab.finish()
    assert lab.numbers() == [1, 7, 1, 7, 3]
    assert lab.effects() == [1, 7, 3]


@pytest.mark.parametrize("mode", MODES)
async def test_L6_a_copy_whose_replay_was_skipped_is_replayed_after_its_row_was_removed(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject"], 7: ["fail"]}
    await lab.open()
    await lab.publish(1)
    await lab.settle()
    (letter,) = lab.letters()
    await lab.replay(letter, data='{"n":7}')
    await lab.settle()
    await lab.write(Skip(subscription="sub", numbers=tuple(row.number for row in lab.rows())))
    await lab.replay(letter)
    await lab.finish()
    assert lab.numbers() == [1, 7, 7], "what its letter says was edited is what is delivered"


@pytest.mark.parametrize("mode", MODES)
async def test_L7_a_purge_that_skips_on_does_not_pass_another_dead_letter_of_the_key(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject"], 2: ["reject", "fail"]}
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.settle()
    await lab.purge(1, skip_on=True)
    await lab.settle()
    assert lab.numbers() == [1, 2]
    await lab.restore(1)
    await lab.replay(lab.letters()[0])
    await lab.settle()
    assert lab.numbers() == [1, 2, 1], "the second is dead and blocks the third still"
    await lab.replay(*lab.letters())
    await lab.finish()
    assert lab.numbers() == [1, 2, 1, 2, 2, 3]


@pytest.mark.parametrize("mode", MODES)
async def test_L8_an_undone_purge_is_dead_for_a_reset_and_its_replay_delivers_it_once(lab, mode):
    lab.declare(mode=mode)
    lab.fates = {1: ["reject", "fail"]}
    await lab.open()
    await lab.publish(1)
    await lab.settle()
    await lab.purge(1, skip_on=True)
    await lab.restore(1)
    await lab.reset(0)
    await lab.settle()
    assert lab.effects() == []
    assert [letter.number for letter in lab.letters()] == [1]
    assert await lab.write(ReplayLetter(number=1)) is True
    await lab.finish()
    assert lab.effects() == [1]


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

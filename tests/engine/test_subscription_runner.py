"""Contract §5: deliveries, retries, dead letters, order, crashes, exactly-once effects."""

from __future__ import annotations

import asyncio

import pytest

from tests.engine.conftest import boom
from workbench.model.filter import Filter
from workbench.model.messaging import OnDead
from workbench.store.operations import Claim, MarkLetters, ReplayLetter
from workbench.store.stored_values import Reason


async def numbers(rig, *values: int, stream: str = "a") -> None:
    await rig.do("open", stream, values[0])
    for value in values[1:]:
        await rig.do("add", stream, value)


def handled(rig, key: str = "count-a") -> list[int]:
    return [by for stream, by, _ in rig.seen if stream == key]


async def test_plain_successes_leave_no_rows_and_move_the_cursor(rig):
    engine = await rig.open()
    await numbers(rig, 1, 2, 3)
    await rig.quiet()
    state = engine.reader.subscription("sub")
    assert handled(rig) == [1, 2, 3]
    assert (state.delivered, state.waiting, state.dead) == (3, 0, 0)
    assert engine.head - engine.subscription("sub").cursor == 0


async def test_D3_a_failure_is_retried_and_then_dies_with_its_history(rig):
    await rig.open()
    rig.fail = boom(2)
    await numbers(rig, 1, 2)
    await rig.quiet()
    (letter,) = rig.letters()
    assert handled(rig) == [1, 2, 2, 2]
    assert letter.reason is Reason.MAX_ATTEMPTS
    assert [attempt.number for attempt in letter.attempts] == [1, 2, 3]
    assert letter.error_type == "ConnectionError"
    assert "conftest.py" in letter.place
    assert letter.data == '{"by":2}'


async def test_a_permanent_error_dies_at_once(rig):
    await rig.open()
    rig.fail = boom(1, permanent=True)
    await numbers(rig, 1)
    await rig.quiet()
    (letter,) = rig.letters()
    assert letter.reason is Reason.REJECTED
    assert handled(rig) == [1]


async def test_O1_I6_a_failing_message_blocks_only_its_own_key_and_order_is_kept(rig):
    await rig.open()
    left = {2: 2}

    def fail(message):
        by = message.json()["by"]
        if left.get(by, 0):
            left[by] -= 1
            return ConnectionError("not now")
        return None

    rig.fail = fail
    await numbers(rig, 1, 2, 3, 4)
    await numbers(rig, 10, 11, stream="b")
    await rig.quiet()
    assert handled(rig) == [1, 2, 2, 2, 3, 4]
    assert handled(rig, "count-b") == [10, 11]
    assert rig.letters() == []


async def test_O2_a_dead_head_blocks_its_key_until_it_is_replayed(rig):
    engine = await rig.open()
    rig.fail = boom(2)
    await numbers(rig, 1, 2, 3, 4)
    await rig.quiet()
    assert handled(rig) == [1, 2, 2, 2]
    assert engine.reader.subscription("sub").waiting == 2
    (letter,) = rig.letters()
    rig.fail = boom()
    assert await engine.writer.write(ReplayLetter(number=letter.number))
    await rig.quiet()
    assert handled(rig) == [1, 2, 2, 2, 2, 3, 4]
    assert rig.letters() == []
    assert rig.letters("resolved")[0].number == letter.number


async def test_O2_continue_lets_those_behind_go_on(rig):
    rig.on_dead = OnDead.CONTINUE
    await rig.open()
    rig.fail = boom(2)
    await numbers(rig, 1, 2, 3)
    await rig.quiet()
    assert handled(rig) == [1, 2, 2, 2, 3]
    assert len(rig.letters()) == 1


async def test_L3_replay_goes_only_to_the_subscription_that_failed(rig):
    engine = await rig.open()
    rig.fail = boom(1)
    await numbers(rig, 1)
    await rig.quiet()
    before = {state.name: state.cursor for state in engine.reader.subscriptions()}
    rig.fail = boom()
    await engine.writer.write(ReplayLetter(number=rig.letters()[0].number))
    await rig.quiet()
    state = engine.reader.subscription("sub")
    assert state.cursor == before["sub"]
    assert state.delivered == 1


async def test_L4_a_failure_after_replay_makes_a_linked_letter(rig):
    engine = await rig.open()
    rig.fail = boom(1)
    await numbers(rig, 1)
    await rig.quiet()
    (first,) = rig.letters()
    await engine.writer.write(ReplayLetter(number=first.number))
    await rig.quiet()
    (second,) = rig.letters()
    assert second.parent == first.number
    assert second.generation == 1
    assert rig.letters("failed_again")[0].number == first.number


async def test_L6_I10_an_edited_copy_is_delivered_and_the_original_never_changes(rig):
    engine = await rig.open()
    rig.fail = boom(2)
    await numbers(rig, 1, 2, 3)
    await rig.quiet()
    (letter,) = rig.letters()
    await engine.writer.write(ReplayLetter(number=letter.number, data='{"by":77}'))
    await rig.quiet()
    assert handled(rig)[-2:] == [77, 3]
    kept = engine.reader.letter(letter.number)
    assert kept.data == '{"by":2}'
    assert kept.edited == '{"by":77}'


async def test_L8_replaying_twice_takes_effect_once(rig):
    engine = await rig.open()
    rig.fail = boom(1)
    await numbers(rig, 1)
    await rig.quiet()
    number = rig.letters()[0].number
    answers = await asyncio.gather(
        engine.writer.write(ReplayLetter(number=number)),
        engine.writer.write(ReplayLetter(number=number)),
        engine.writer.write(MarkLetters(numbers=(number,), before=("open",), after="purged")),
    )
    assert answers == [True, False, 0]


async def test_L7_purge_can_be_undone_and_skipping_on_frees_the_key(rig):
    engine = await rig.open()
    rig.fail = boom(2)
    await numbers(rig, 1, 2, 3)
    await rig.quiet()
    number = rig.letters()[0].number
    assert await engine.writer.write(
        MarkLetters(numbers=(number,), before=("open",), after="purged", skip_on=True)
    )
    await rig.quiet()
    assert handled(rig)[-1] == 3
    assert rig.letters() == []
    await engine.writer.write(MarkLetters(numbers=(number,), before=("purged",), after="open"))
    rig.fail = boom()
    assert await engine.writer.write(ReplayLetter(number=number))
    await rig.quiet()
    assert handled(rig)[-1] == 2
    assert rig.letters("resolved")[0].number == number


async def test_D1_effects_of_a_failed_try_never_come_to_be(rig):
    engine = await rig.open()
    rig.fail = boom(2)
    await numbers(rig, 1, 2)
    await rig.quiet()
    assert engine.reader.subscription("out").delivered == 1
    rig.fail = boom()
    await engine.writer.write(ReplayLetter(number=rig.letters()[0].number))
    await rig.quiet()
    assert engine.reader.subscription("out").delivered == 2


async def test_a_crash_in_the_middle_makes_suspects_that_are_delivered_again(rig):
    engine = await rig.open(paused=True)
    await numbers(rig, 1, 2, 3)
    await engine.writer.write(Claim(subscription="sub", upto=engine.head, token=engine.new_id()))
    await rig.close()
    engine = await rig.open()
    await rig.quiet()
    assert sorted(handled(rig)) == [1, 2, 3]
    state = engine.reader.subscription("sub")
    assert (state.waiting, state.delivered) == (0, 3)


async def test_a_message_that_takes_the_program_down_ends_in_the_dead_letters(rig):
    engine = await rig.open(paused=True)
    await numbers(rig, 1)
    await engine.writer.write(Claim(subscription="sub", upto=engine.head, token=engine.new_id()))
    for _ in range(3):
        await rig.close()
        engine = await rig.open(paused=True)
        found = engine.reader.due("sub", rig.clock.now(), 10)
        from workbench.store.operations import Lease

        if found:
            numbers_due = tuple(delivery.number for delivery, _ in found)
            await engine.writer.write(
                Lease(subscription="sub", numbers=numbers_due, token=engine.new_id(), until=0)
            )
    (letter,) = rig.letters()
    assert letter.reason is Reason.CRASH_LOOP
    assert handled(rig) == []


async def test_P3_a_filter_that_does_not_match_is_counted_not_delivered(rig):
    rig.filter = Filter(expression="data.by > 1")
    engine = await rig.open()
    await numbers(rig, 1, 2)
    await rig.quiet()
    state = engine.reader.subscription("sub")
    assert handled(rig) == [2]
    assert (state.delivered, state.filtered) == (1, 1)


async def test_P7_a_subscription_without_handler_claims_nothing_and_catches_up_later(rig):
    engine = await rig.open(detached=True)
    await numbers(rig, 1, 2)
    await rig.quiet()
    assert engine.reader.subscription("sub").cursor == 0
    await rig.close()
    await rig.open()
    await rig.quiet()
    assert handled(rig) == [1, 2]


async def test_release_at_stop_counts_no_attempt(rig):
    await rig.open()
    rig.gate = asyncio.Event()
    await numbers(rig, 1, 2, 3)
    while not rig.seen:
        await asyncio.sleep(0)
    closing = asyncio.create_task(rig.close())
    await asyncio.sleep(0)
    rig.gate.set()
    await closing
    rig.gate = None
    engine = await rig.open()
    await rig.quiet()
    assert handled(rig) == [1, 2, 3]
    assert engine.reader.subscription("sub").failed == 0


async def test_step_does_one_delivery_at_a_time(rig):
    engine = await rig.open(paused=True)
    await numbers(rig, 1, 2)
    moved = [await engine.step() for _ in range(12)]
    assert moved.count("sub") == 2
    assert moved.count("projection totals") == 2
    assert moved.count("out") == 2
    assert moved[-1] == ""
    assert handled(rig) == [1, 2]


async def test_pausing_holds_everything_and_resuming_goes_on(rig):
    engine = await rig.open()
    engine.pause()
    await numbers(rig, 1)
    await engine.settle()
    assert rig.seen == []
    engine.resume()
    await rig.quiet()
    assert handled(rig) == [1]


@pytest.mark.parametrize("attempts", [1, 2, 5])
async def test_max_attempts_means_tries_in_all(rig, attempts):
    rig.max_attempts = attempts
    await rig.open()
    rig.fail = boom(1)
    await numbers(rig, 1)
    await rig.quiet()
    assert handled(rig) == [1] * attempts


async def test_it_is_told_when_a_subscription_passes_what_lies_in_other_topics(rig):
    engine = await rig.open()
    rig.fail = boom(1, permanent=True)  # so that nothing is published
    rig.changes.clear()
    await numbers(rig, 1)
    await rig.quiet()
    assert engine.head - engine.subscription("out").cursor == 0
    assert engine.reader.subscription("out").cursor == 0, "nothing of it is stored, and yet views must ask"
    assert any("out" in changes.subscriptions for changes in rig.changes)


async def test_L3_a_replay_in_the_same_commit_as_an_append_is_delivered_at_once(rig):
    engine = await rig.open()
    rig.fail = boom(1)
    await numbers(rig, 1)
    await rig.quiet()
    (letter,) = rig.letters()
    rig.fail = boom()
    await asyncio.gather(
        engine.writer.write(ReplayLetter(number=letter.number)),
        rig.do("open", "b", 5),
    )
    await rig.quiet()
    assert handled(rig)[-1] == 1
    assert rig.letters("resolved")[0].number == letter.number

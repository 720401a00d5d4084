"""L5: a pace counts deliveries that can happen: nothing is handed in where they cannot."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from tests.services.conftest import passing, settle
from tests.services.dead_letters.test_letter_repair import many, numbers

__all__ = ["many"]


async def later(workspace, seconds):
    """Has time pass, and whatever it brings."""
    for _ in range(seconds * 2):
        await workspace.world.timer.advance(0.5, partial(turns, workspace))


async def turns(_workspace):
    for _ in range(200):
        await asyncio.sleep(0)


async def stands(workspace, job, step):
    async with asyncio.timeout(15):
        while workspace.dead_letters.jobs.get(job).step < step:
            await asyncio.sleep(0)


async def held_up(workspace, job):
    return (await workspace.dead_letters.jobs.counted(job)).held_up


@pytest.mark.parametrize("pace", [0, 2])
@pytest.mark.parametrize("name", ["", "welcome-mail"])
async def test_L5_nothing_is_handed_in_while_it_cannot_be_delivered_and_it_is_held_and_cancelled(
    many, name, pace
):
    jobs, pause = many.dead_letters.jobs, many.subscriptions.pause
    await (pause(name, paused=True) if name else many.pause())
    job = await jobs.start("replay", numbers(many), per_second=pace)
    await later(many, 2)
    assert (jobs.get(job).step, numbers(many, "replaying")) == (0, [])
    assert await held_up(many, job) == f"{f'subscription {name}' if name else 'the engine'} is paused"
    assert (await jobs.counted(job)).figures == {"waiting": 8}
    assert (await jobs.hold(job)).status == "held"
    await (pause(name, paused=False) if name else many.resume())
    await turns(many)
    assert jobs.get(job).step == 0, "a person holds it"
    await jobs.resume(job)
    await stands(many, job, 1)
    assert (await jobs.cancel(job)).status in ("cancelled", "done")
    given = jobs.get(job).step
    assert len(numbers(many, "failed_again", "replaying")) == given
    assert pace == 0 or given < 8


@pytest.mark.parametrize("name", ["", "welcome-mail"])
async def test_L5_at_a_pace_nothing_is_handed_in_while_it_cannot_be_delivered(many, name):
    jobs, pause = many.dead_letters.jobs, many.subscriptions.pause
    await (pause(name, paused=True) if name else many.pause())
    job = await jobs.start("replay", numbers(many), per_second=2)
    await later(many, 5)
    assert (jobs.get(job).step, numbers(many, "replaying")) == (0, [])
    assert await held_up(many, job) == f"{f'subscription {name}' if name else 'the engine'} is paused"
    await (pause(name, paused=False) if name else many.resume())
    for step in (1, 2, 3):
        await stands(many, job, step)
        await turns(many)
        assert jobs.get(job).step == step, "it goes on at its pace"
        await many.world.timer.advance(0.5, partial(turns, many))
    assert await held_up(many, job) == ""
    report = await passing(many, jobs.finished(job))
    assert report.fates == {"failed_again": 8}


@pytest.mark.parametrize("action", ["archive", "purge"])
async def test_L5_what_is_no_delivery_goes_on_at_its_pace_while_the_engine_is_paused(many, action):
    jobs = many.dead_letters.jobs
    await many.pause()
    job = await jobs.start(action, numbers(many), per_second=2)
    await later(many, 5)
    assert jobs.get(job).step == 8
    assert numbers(many) == []


@pytest.mark.usefixtures("given_back")
async def test_L5_a_pause_behind_what_was_given_back_is_told(many):
    jobs = many.dead_letters.jobs
    await many.subscriptions.pause("welcome-mail", paused=True)
    job = await jobs.start("replay", numbers(many))
    await stands(many, job, 8)
    assert (jobs.get(job).step, await held_up(many, job)) == (8, "subscription welcome-mail is paused")
    await many.subscriptions.pause("welcome-mail", paused=False)
    assert (await passing(many, jobs.finished(job))).held_up == ""


async def test_I6_letters_of_a_key_are_replayed_in_the_order_of_their_messages(many):
    """The newest letter is of the oldest message, whose replay failed: the number alone tells no order."""
    jobs = many.dead_letters.jobs
    await many.dead_letters.replay(numbers(many)[:1])
    await settle(many)
    oldest, *rest = [one.number for one in sorted(many.dead_letters.page(("open",)), key=at)]
    assert oldest > max(rest)
    job = await jobs.start("replay", [*rest, oldest], per_second=2)
    assert jobs.get(job).numbers == (oldest, *rest)
    await passing(many, jobs.finished(job))
    await settle(many)
    made = many.dead_letters.page(("open",))
    first = sorted(made, key=at)
    assert [one.number for one in first] == sorted(one.number for one in made), "died again in their order"
    await many.dead_letters.replay([one.number for one in made])
    await settle(many)
    again = many.dead_letters.page(("open",))
    assert [at(one) for one in reversed(again)] == [at(one) for one in first]


def at(letter):
    return letter.position


async def test_L5_a_job_that_waits_for_the_engine_can_be_held_and_cancelled(many):
    jobs = many.dead_letters.jobs
    await many.pause()
    job = await jobs.start("replay", numbers(many), per_second=2)
    await turns(many)
    assert (await jobs.hold(job)).status == "held"
    assert await held_up(many, job) == ""
    await jobs.resume(job)
    await turns(many)
    assert await held_up(many, job) == "the engine is paused"
    assert (await jobs.cancel(job)).status == "cancelled"
    await many.resume()
    await settle(many)
    assert len(numbers(many)) == 8


async def test_L5_a_job_whose_engine_is_gone_does_not_say_that_a_step_moves_it(many, monkeypatch):
    jobs = many.dead_letters.jobs
    await many.pause()
    job = await jobs.start("replay", numbers(many))
    monkeypatch.setattr(many.world, "stopped", "a reload failed")
    assert await held_up(many, job) == "no engine runs here"

"""Generated commands: what a pattern gives, the same by seed, and an exact account of many."""

from __future__ import annotations

import asyncio
from math import inf, nan
from random import Random

import pytest

from tests.services.conftest import passing, settle
from workbench.errors import InvalidCommand, InvalidValue
from workbench.model.clock import MICROSECONDS
from workbench.services.commands.bursts import Burst
from workbench.services.commands.value_patterns import pattern_of

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def made(text, schema=TEXT, number=7, seed=1):
    return pattern_of(text, schema)(number, Random(seed))


def test_a_pattern_gives_a_value_of_its_field():
    assert made("user-{n}") == "user-7"
    assert made("user-{n:4}") == "user-0007"
    assert made("{n}", WHOLE) == 7
    assert made("{n}", {"anyOf": [TEXT, {"type": "null"}]}) == "7"
    assert made("fixed {not a place}") == "fixed {not a place}"
    assert made('["a", {n}]', {"type": "array"}) == ["a", 7]
    assert {made("{red|blue}", seed=seed) for seed in range(20)} == {"red", "blue"}
    assert all(3 <= made("{3..5}", WHOLE, seed=seed) <= 5 for seed in range(20))
    assert made("{uuid}", seed=3) == made("{uuid}", seed=3) != made("{uuid}", seed=4)


@pytest.mark.parametrize(("text", "schema"), [("{5..3}", TEXT), ("abc", WHOLE), ("", WHOLE)])
def test_a_pattern_that_gives_nothing_is_refused(text, schema):
    with pytest.raises(InvalidValue):
        pattern_of(text, schema)


def burst(count, **more):
    fields = {"user_id": "u{n}", "username": "User {n}", "email": "{n}@example.org"}
    return Burst(command="create_user", fields={**fields, **more.pop("fields", {})}, count=count, **more)


async def test_a_burst_counts_exactly_what_became_of_it(workspace):
    seen = []
    report = await workspace.bursts.send(burst(130), progress=lambda one: seen.append(one.sent))
    assert (report.accepted, report.sent, report.finished, report.stopped) == (130, 130, True, False)
    assert seen == [64, 128, 130, 130]
    again = await workspace.bursts.send(burst(3, fields={"email": "x{n}@example.org"}))
    assert (again.accepted, list(again.refused.values())) == (0, [3])
    wrong = await workspace.bursts.send(burst(2, fields={"email": "no address"}))
    assert (wrong.accepted, wrong.failed.total(), len(wrong.failed)) == (0, 2, 1)
    assert workspace.commands.history(limit=1)[0].origin == "burst"
    await settle(workspace)


@pytest.mark.parametrize("rate", [inf, nan, -1.0, 1e-300, 1e300])
async def test_a_rate_that_is_none_sends_nothing(workspace, rate):
    with pytest.raises(InvalidValue, match="a second is no pace"):
        await workspace.bursts.send(burst(2, rate=rate))


async def test_a_burst_keeps_its_rate_and_can_be_stopped(workspace):
    cancel, began = asyncio.Event(), workspace.clock.monotonic()

    def stop_at_five(report):
        if report.sent == 5:
            cancel.set()

    sending = workspace.bursts.send(burst(100, rate=10), progress=stop_at_five, cancel=cancel)
    report = await passing(workspace, sending)
    assert (report.accepted, report.stopped) == (5, True)
    assert workspace.clock.monotonic() - began >= 0.4
    await settle(workspace)


@pytest.mark.parametrize("rate", [2, 3])
async def test_W15_a_burst_is_issued_at_its_times_however_far_the_clock_is_moved(workspace, rate):
    began, told = workspace.clock.now(), []
    sending = asyncio.ensure_future(
        workspace.bursts.send(burst(7, rate=rate), progress=lambda one: told.append((one.sent, one.goes_on)))
    )
    while not workspace.world.paced.awaited:
        await asyncio.sleep(0)
    assert told[-1] == (1, began + -(-MICROSECONDS // rate))
    (due,) = [one for one in workspace.future.due() if one.kind == "pace"]
    assert (due.at, due.what, due.position) == (told[-1][1], "Send many create_user", 0)
    await workspace.future.next_due()
    assert [one.kind for one in workspace.future.due() if one.kind == "pace"] == ["pace"]
    assert told[-1][0] == 2
    await workspace.future.move(3600, stop=False)
    assert (await sending).accepted == 7
    times = [one.issued_at - began for one in workspace.commands.history(limit=7)]
    assert sorted(times) == [-(-number * MICROSECONDS // rate) for number in range(7)]
    assert [one for one in workspace.future.due() if one.kind == "pace"] == []


async def test_a_burst_that_waits_for_the_clock_is_stopped_at_once(workspace):
    cancel = asyncio.Event()
    sending = asyncio.ensure_future(workspace.bursts.send(burst(5, rate=1), cancel=cancel))
    while not workspace.world.paced.awaited:
        await asyncio.sleep(0)
    cancel.set()
    report = await asyncio.wait_for(sending, 20)
    assert (report.sent, report.stopped) == (1, True)
    await workspace.future.move(3600, stop=False)
    assert workspace.world.paced.awaited == ()


def test_what_does_not_fit_is_said_before_it_begins(workspace):
    assert [one["user_id"] for one in workspace.bursts.examples(burst(9))] == ["u1", "u2", "u3"]
    with pytest.raises(InvalidCommand, match="email"):
        workspace.bursts.examples(burst(9, fields={"email": "no address"}))

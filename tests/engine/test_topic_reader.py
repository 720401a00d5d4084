"""Filters of subscriptions, on both stores: what they let pass, and what becomes of one that fails."""

from __future__ import annotations

import pytest

from tests.engine.lab import MODES
from workbench.model.clock import ManualClock
from workbench.model.filter import Filter
from workbench.model.ids import derived_id
from workbench.model.messaging import OnDead
from workbench.store.operations import (
    Claim,
)
from workbench.store.stored_values import Reason


class Slow(Filter):
    """A filter that takes its time."""

    def matcher(self):
        return lambda message: CLOCKS[-1].advance(0.015) or message["data"]["n"] % 2 == 0


CLOCKS: list[ManualClock] = []


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


@pytest.mark.parametrize(("expression", "passed"), [("data.n < 0", 300), ("data.n % 30 == 0", 211)])
async def test_P3_what_is_filtered_out_takes_no_turn_of_its_own(lab, expression, passed):
    lab.declare(filter=Filter(expression=expression))
    engine = await lab.open(paused=True)
    await lab.publish(*range(300))
    first = (await lab.messages())[0].position
    runner = engine.subscription("sub")
    assert await runner.work()
    assert runner.cursor - first + 1 == passed
    engine.resume()
    await lab.settle()
    state = engine.reader.subscription("sub")
    assert state.delivered + state.filtered == 300

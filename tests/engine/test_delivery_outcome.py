"""A project that wants no dead letters: what fails for good is dropped after its last try, and counted."""

from __future__ import annotations

import pytest

from tests.engine.lab import MODES
from workbench.model.filter import Filter
from workbench.model.messaging import Ordering


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ordering", [Ordering.KEY, Ordering.NONE])
async def test_what_fails_for_good_is_tried_as_often_and_leaves_nothing(lab, mode, ordering):
    lab.declare(mode=mode, ordering=ordering, dead_letters=False)
    lab.fates = {1: ["fail", "fail", "fail"], 2: ["reject"], 3: ["fail"]}
    engine = await lab.open()
    await lab.publish(1, 2, 3, 4)
    await lab.finish()
    assert lab.numbers().count(1) == 3
    assert lab.numbers().count(2) == 1
    assert sorted(lab.effects()) == [3, 4], "what comes behind goes on"
    state = engine.reader.subscription("sub")
    assert (state.waiting, state.dead, state.died) == (0, 0, 2)
    assert list(lab.letters()) == []


@pytest.mark.parametrize("mode", MODES)
async def test_a_filter_that_fails_drops_its_message_and_the_next_goes_on(lab, mode):
    lab.declare(
        mode=mode, ordering=Ordering.NONE, dead_letters=False, filter=Filter(expression="data.n / 0 > 1")
    )
    engine = await lab.open()
    await lab.publish(1, 2)
    await lab.finish()
    state = engine.reader.subscription("sub")
    assert (state.waiting, state.dead, state.died, lab.seen) == (0, 0, 2, [])

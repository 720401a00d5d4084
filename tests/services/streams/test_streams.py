"""Reads of the log: where a time lies in it."""

from __future__ import annotations

from tests.services.conftest import settle


async def test_a_time_lies_behind_the_position_that_was_recorded_before_it(broken):
    await settle(broken)
    head = broken.streams.head()
    assert broken.streams.position_before(broken.clock.now() + 1_000_000) == head
    assert broken.streams.position_before(0) == 0

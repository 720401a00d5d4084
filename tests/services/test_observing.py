"""What runs, as people see it: what a reset delivers again, and where a time lies in the log."""

from __future__ import annotations

from tests.services.conftest import settle
from workbench.services import observing


async def test_what_a_reset_delivers_again_is_counted_up_to_the_cursor(broken):
    await settle(broken)
    assert broken.observe.again("welcome-mail", 0) == (3, False)
    assert broken.observe.again("welcome-mail", broken.browse.head()) == (0, False)


async def test_a_long_way_back_says_that_there_is_more(broken, monkeypatch):
    monkeypatch.setattr(observing, "AGAIN", 2)
    assert broken.observe.again("welcome-mail", 0) == (2, True)


async def test_a_time_lies_behind_the_position_that_was_recorded_before_it(broken):
    await settle(broken)
    head = broken.browse.head()
    assert broken.observe.position_before(broken.clock.now() + 1_000_000) == head
    assert broken.observe.position_before(0) == 0


async def test_only_queues_have_workers(broken):
    assert {view.workers for view in broken.observe.subscriptions()} == {0}

"""What an instance of a process went through: its events, its state after each, what it issued."""

from __future__ import annotations

import json

import pytest

from tests.services.conftest import finished
from tests.services.story.test_stories import ORDER, placed
from workbench.errors import NotFound, ReadTooLong
from workbench.services.story.row_history import Walk


def told(steps):
    return [
        (one.event.type, json.loads(one.state)["step"] if one.state else "over", list(one.issued))
        for one in steps
    ]


async def test_an_instance_that_waits_tells_how_it_came_there(orders):
    await placed(orders, card="0341")
    (one,) = orders.subscriptions.instances("fulfilment")
    steps = orders.stories.instance("fulfilment", one.key, one.position, Walk())
    assert told(steps) == [("order.placed", "paying", ["request_payment"])]


async def test_one_that_is_over_is_told_to_its_end(orders):
    await placed(orders)
    await finished(orders)
    assert orders.subscriptions.instances("fulfilment") == []
    steps = orders.stories.instance("fulfilment", ORDER, 0, Walk())
    assert told(steps) == [
        ("order.placed", "paying", ["request_payment"]),
        ("payment.confirmed", "paid", ["mark_paid"]),
        ("order.paid", "done", ["ship_order"]),
        ("order.shipped", "over", []),
    ]


async def test_only_processes_have_instances_and_a_look_can_be_cancelled(orders):
    await placed(orders)
    with pytest.raises(NotFound, match="no process retry-or-cancel"):
        orders.stories.instance("retry-or-cancel", ORDER, 0, Walk())
    walk = Walk()
    walk.cancel()
    with pytest.raises(ReadTooLong):
        orders.stories.instance("fulfilment", ORDER, 0, walk)

"""Instances of a process that ended: the store has none of them, the events tell when and by what."""

from __future__ import annotations

import json

import pytest

from tests.services.conftest import finished
from tests.services.story.test_stories import ORDER, placed
from workbench.errors import NotFound, ReadTooLong
from workbench.services.story import ended_instances as module
from workbench.services.story.row_history import Walk
from workbench.store.operations import SaveProcess


async def test_one_that_ended_is_told_with_its_last_state_and_by_what_it_ended(orders):
    await placed(orders)
    await finished(orders)
    ended = orders.stories.ended("fulfilment")
    (one,) = ended.look(Walk())
    assert (one.key, one.event.type, ended.count) == (ORDER, "order.shipped", 1)
    assert json.loads(one.state)["step"] == "done"
    first = orders.stories.instance("fulfilment", ORDER, one.position, Walk())[0].event
    assert (one.position, one.began) == (first.position, first.recorded_at)


async def test_one_that_goes_on_is_not_among_them_and_looking_again_costs_only_what_came(orders, monkeypatch):
    await placed(orders, card="0341")
    ended = orders.stories.ended("fulfilment")
    assert ended.look(Walk()) == []
    looked = []
    read = module.log_events
    monkeypatch.setattr(
        module, "log_events", lambda *asked, **more: looked.append(more) or read(*asked, **more)
    )
    head = orders.reader.subscription("fulfilment").cursor
    assert ended.look(Walk()) == []
    assert looked == [{"after": head}]


async def test_it_is_narrowed_by_words_in_key_or_state_and_can_be_cancelled(orders):
    await placed(orders)
    await finished(orders)
    ended = orders.stories.ended("fulfilment")
    walk = Walk()
    walk.cancel()
    with pytest.raises(ReadTooLong):
        ended.look(walk)
    assert [one.key for one in ended.look(Walk(), f"{ORDER.upper()} done")] == [ORDER]
    assert ended.look(Walk(), "paying") == []
    with pytest.raises(NotFound, match="no process retry-or-cancel"):
        orders.stories.ended("retry-or-cancel")


async def test_one_that_the_store_still_has_is_not_told_to_be_over(orders):
    await placed(orders)
    await finished(orders)
    ended = orders.stories.ended("fulfilment")
    (one,) = ended.look(Walk())
    again = SaveProcess(process="fulfilment", key=ORDER, state='{"step": "done"}', began=one.position)
    await orders.running().writer.write(again)
    assert ended.look(Walk()) == [], "its end is not handled yet"
    later = SaveProcess(process="fulfilment", key=ORDER, state='{"step": "paying"}', began=one.position + 1)
    await orders.running().writer.write(later)
    assert [one.key for one in ended.look(Walk())] == [ORDER], "its key is used again"

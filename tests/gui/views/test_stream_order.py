"""Streams in the order in which they changed, asked for again and again."""

from __future__ import annotations

import random

import pytest

from tests.gui.views.test_streams_view import people
from workbench.gui.views.stream_order import CategoryCounts, StreamOrder


@pytest.mark.parametrize(("text", "category"), [("", ""), ("u1", ""), ("", "user"), ("x", "none")])
async def test_V4_the_order_is_that_of_a_search_over_all_however_often_it_is_asked_for(
    workspace, text, category
):
    chance, order, streams = random.Random(7), StreamOrder(text, category), workspace.streams
    await people(workspace, *(f"u{number}" for number in range(5, 15)))
    for turn in range(12):
        for number in chance.sample(range(5, 15), k=turn % 4):
            values = {"user_id": f"u{number}", "username": f"Ada {turn}"}
            assert (await workspace.commands.issue("update_user", values)).accepted
        assert order.numbers(streams) == streams.find(text=text, category=category, order="-updated")


async def test_V4_only_what_changed_since_is_looked_for(workspace, monkeypatch):
    order, streams, found = StreamOrder("", ""), workspace.streams, []

    def find(**asked):
        numbers = type(streams).find(streams, **asked)
        found.append(numbers.tolist())
        return numbers

    monkeypatch.setattr(streams, "find", find)
    await people(workspace, "ada", "bob", "cy")
    assert order.numbers(streams).tolist() == [3, 2, 1]
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    assert order.numbers(streams).tolist() == [1, 3, 2]
    assert order.numbers(streams).tolist() == [1, 3, 2]
    assert found == [[3, 2, 1], [1], []]


async def test_V4_only_streams_that_came_since_are_counted_in_their_categories(workspace, monkeypatch):
    counts, streams, asked = CategoryCounts(), workspace.streams, []

    def categories(behind=0):
        asked.append(behind)
        return type(streams).categories(streams, behind)

    monkeypatch.setattr(streams, "categories", categories)
    await people(workspace, "ada", "bob")
    assert dict(counts.counted(streams)) == {"user": 2}
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    await people(workspace, "cy")
    assert list(counts.counted(streams).items()) == streams.categories()
    assert counts.counted(streams).total() == streams.count() == 4
    assert asked == [0, 2, 0, 4]

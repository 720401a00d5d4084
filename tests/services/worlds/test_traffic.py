"""What came from outside in a range: what nothing in the range caused (W3)."""

from __future__ import annotations

from workbench.model.event import RecordedEvent
from workbench.services.worlds.traffic import arrivals, look


def looked(workspace, first=1, upto=10_000):
    return look(workspace.registry, workspace.reader, first, upto)


def came(workspace, first=1, upto=10_000):
    found = looked(workspace, first, upto)
    return [
        (type(one.entries[0]).__name__, *(entry.type for entry in one.entries))
        for one in arrivals(workspace.registry, workspace.reader, found)
    ]


async def test_W3_only_commands_from_outside_arrive(orders):
    found = looked(orders)
    assert (found.arrivals, found.events) == (3, 3)
    assert found.types == dict.fromkeys(found.types, 3)
    assert len(found.types) == 5
    assert came(orders) == [("RecordedEvent", "order.placed")] * 3
    assert found.seconds >= 120


async def test_W3_what_was_caused_before_the_range_arrives_in_it(orders):
    first = next(one for one in orders.reader.read_log(0, 100) if one.type == "payment.requested")
    found = came(orders, first.position)
    assert found[0] == ("RecordedEvent", "payment.requested")
    assert found.count(("RecordedEvent", "order.placed")) == 2
    assert ("RecordedEvent", "order.shipped") not in found, "what followed from the request follows again"


async def test_W3_a_command_whose_message_is_gone_is_known_by_its_record(orders, monkeypatch):
    reader = orders.reader
    monkeypatch.setattr(
        type(reader), "read_topic", lambda _reader, _topic, _wanted, after, _limit: ([], after)
    )
    assert came(orders) == [("RecordedEvent", "order.placed")] * 3


async def test_W3_it_is_stored_under_its_ids_and_as_far_apart(orders):
    found = looked(orders)
    one = next(arrivals(orders.registry, orders.reader, found))
    event = one.entries[0]
    assert isinstance(event, RecordedEvent)
    stored = one.operation(one.at + 5_000_000).events[0]
    assert stored.id == event.id
    assert stored.recorded_at == one.at + 5_000_000
    assert stored.occurred_at == event.occurred_at + 5_000_000

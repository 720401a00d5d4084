"""What came from outside in a range: what nothing in the range caused (W3)."""

from __future__ import annotations

import msgspec

from workbench.engine.publisher import OutgoingMessage
from workbench.model.event import RecordedEvent
from workbench.model.ids import derived_id
from workbench.services.worlds.traffic import STREAMS, Arrival, arrivals, look
from workbench.store.operations import AppendMany


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


async def test_W3_a_message_arrives_and_is_due_as_long_after_as_then(broken):
    draft = OutgoingMessage(topic="audit", data={"what": "asked"}, type="asked", delay=30.0, ttl=90.0)
    position = await broken.messages.publish(draft)
    (one,) = arrivals(broken.registry, broken.reader, looked(broken, position))
    stored = one.operation(one.at + 7_000_000)
    assert (stored.topic, stored.type, stored.id) == ("audit", "asked", one.entries[0].id)
    assert stored.deliver_at == one.at + 37_000_000
    assert stored.expires_at == one.at + 97_000_000


async def test_W3_the_events_of_one_command_are_stored_together_whatever_their_streams(orders):
    first = next(arrivals(orders.registry, orders.reader, looked(orders))).entries[0]
    assert isinstance(first, RecordedEvent)
    second = msgspec.structs.replace(first, stream="other-1", id_bytes=derived_id("second").bytes)
    stored = Arrival(first.recorded_at, (first, second)).operation(0)
    assert isinstance(stored, AppendMany)
    assert [one.stream for one in stored.appends] == [first.stream, "other-1"]


async def test_W3_what_was_taken_back_does_not_arrive(orders, monkeypatch):
    first = next(one for one in orders.reader.read_log(0, 100) if one.type == "payment.requested").position
    before = looked(orders, first - 1, first).arrivals
    monkeypatch.setattr("workbench.model.messaging.Message.withdrawn", property(lambda _one: True))
    assert looked(orders, first - 1, first).arrivals < before


async def test_W3_one_append_takes_no_more_streams_than_it_may(orders, monkeypatch):
    assert STREAMS == 100
    monkeypatch.setattr("workbench.services.worlds.traffic.STREAMS", 1)
    first = next(arrivals(orders.registry, orders.reader, looked(orders))).entries[0]
    others = [
        msgspec.structs.replace(first, stream=f"other-{at}", id_bytes=derived_id(at).bytes) for at in range(3)
    ]
    monkeypatch.setattr("workbench.services.worlds.traffic._outside", lambda *_a, **_k: iter(others))
    assert [len(one.entries) for one in arrivals(orders.registry, orders.reader, looked(orders))] == [1, 1, 1]

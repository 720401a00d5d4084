"""What happened is counted by kinds, alike on every store, in stretches."""

from __future__ import annotations

import pytest

from tests.store.actions import one
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store import deed_port
from workbench.store.deed_port import CommandDeed, EventDeed, MessageDeed
from workbench.store.operations import (
    Append,
    EnsureSubscription,
    EnsureTopic,
    NewMessage,
    RecordCommand,
    WithdrawTimeouts,
)
from workbench.store.stored_values import CommandRecord


def command(name, type, outcome="accepted", *, message="", origin="", cause=None):
    return RecordCommand(
        record=CommandRecord(
            command_id=derived_id(name),
            type=type,
            stream="s",
            data="{}",
            outcome=outcome,
            message=message,
            origin=origin,
            correlation_id=derived_id(name),
            causation_id=derived_id(cause) if cause else None,
        )
    )


def event(store, name, type, cause=None):
    made = NewEvent(
        id=derived_id(name), type=type, data="{}", causation_id=derived_id(cause) if cause else None
    )
    one(store, Append(stream="s", events=(made,)))


def message(store, name, topic, type, cause=None, *, origin="", instance=""):
    one(store, EnsureTopic(name=topic))
    one(
        store,
        NewMessage(
            id=derived_id(name),
            topic=topic,
            type=type,
            key="k",
            data="{}",
            metadata=f'{{"origin":"{origin}"}}' if origin else None,
            correlation_id=derived_id(name),
            causation_id=derived_id(cause) if cause else None,
            deliver_at=2**60 if instance else None,
            instance=instance,
        ),
    )


@pytest.fixture
def reader(store):
    one(store, command("c1", "place"))
    event(store, "e1", "placed", "c1")
    event(store, "e2", "placed")
    message(store, "m1", COMMANDS_TOPIC, "pay", "e1", origin="till", instance="till:1")
    message(store, "m2", "mail", "welcome", "e1")
    one(store, command("c2", "pay", "rejected", message="no", origin="till", cause="e1"))
    one(store, command("c3", "cancel", origin="till", cause="c2"))
    one(store, command("c4", "note", cause="m2"))
    one(store, command("c5", "place"))
    return store.reader()


def test_commands_by_how_they_ended_who_issued_them_and_what_they_followed_from(reader):
    assert reader.command_deeds(0) == (
        [
            CommandDeed("cancel", "accepted", "", "till", "pay", 1),
            CommandDeed("note", "accepted", "", "", "welcome", 1),
            CommandDeed("pay", "rejected", "no", "till", "placed", 1),
            CommandDeed("place", "accepted", "", "", "", 2),
        ],
        5,
    )
    assert reader.command_deeds(4) == ([CommandDeed("place", "accepted", "", "", "", 1)], 5)
    assert reader.command_deeds(5) == ([], 5)


def test_events_by_the_command_that_made_them(reader):
    assert reader.event_deeds(0) == ([EventDeed("placed", "", 1), EventDeed("placed", "place", 1)], 4)
    assert reader.event_deeds(4) == ([], 4)


def test_messages_by_topic_and_cause(store, reader):
    sent = MessageDeed("mail", "welcome", "", "placed", "", 1)
    assert reader.message_deeds(0) == ([MessageDeed(COMMANDS_TOPIC, "pay", "till", "placed", "", 1), sent], 4)
    one(store, EnsureSubscription(name=COMMANDS_TOPIC, topic=COMMANDS_TOPIC))
    event(store, "e3", "paid")
    one(store, WithdrawTimeouts(instance="till:1", types=("pay",), about=5))
    assert reader.message_deeds(0) == (
        [MessageDeed(COMMANDS_TOPIC, "pay", "till", "placed", "paid", 1), sent],
        5,
    )


def test_a_stored_name_is_the_models(store, reader):
    store.name_types({"bought": "placed"})
    assert [one.type for one in reader.event_deeds(0)[0]] == ["bought", "bought"]
    assert reader.message_deeds(0)[0][0].cause == "bought"


def test_it_is_counted_in_stretches(store, reader, monkeypatch):
    for module in ("sqlite.deed_reader", "memory.deed_lists"):
        monkeypatch.setattr(f"workbench.store.{module}.WINDOW", 2)
    assert deed_port.WINDOW > 2
    assert reader.event_deeds(0)[1] == 2
    assert reader.event_deeds(2) == ([], 4)
    assert [one.type for one in reader.command_deeds(2)[0]] == ["cancel", "note"]

"""Streams by a part of their names, by its beginning, and no more of them than asked."""

from __future__ import annotations

import pytest

from tests.store.actions import do, one
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.operations import Append, EnsureTopic, ForgetMessages, NewMessage, Retain


@pytest.fixture
def filled(store):
    names = ["user-ada", "user-adam", "user-bob", "order-1", "100%-x", "under_score"]
    for number, name in enumerate(names):
        event = NewEvent(id=derived_id(f"e{number}"), type="made", data="{}")
        store.write([Append(stream=name, events=(event,))])
    return store


def names(reader, numbers):
    return [stream.name for stream in reader.streams_numbered(numbers)]


def test_a_part_of_the_name_is_enough_and_signs_mean_themselves(filled):
    reader = filled.reader()
    assert names(reader, reader.find_streams(text="da", order="name")) == ["user-ada", "user-adam"]
    assert names(reader, reader.find_streams(text="%")) == ["100%-x"]
    assert names(reader, reader.find_streams(text="_")) == ["under_score"]
    assert names(reader, reader.find_streams(text="zzz")) == []


def test_the_last_changed_first_and_no_more_than_asked(filled):
    reader = filled.reader()
    assert names(reader, reader.find_streams(order="-updated", limit=2)) == ["under_score", "100%-x"]
    assert names(reader, reader.find_streams(category="user", order="-name")) == [
        "user-bob",
        "user-adam",
        "user-ada",
    ]


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("user-", ["user-ada", "user-adam", "user-bob"]),
        ("user-ada", ["user-ada", "user-adam"]),
        ("order-1", ["order-1"]),
        ("nobody", []),
    ],
)
def test_streams_are_completed_by_the_beginning_of_their_names(filled, prefix, found):
    assert [stream.name for stream in filled.reader().streams_from(prefix, 10)] == found


def test_completing_looks_at_the_index_alone(file_store):
    plan = file_store.reader()._all(
        "explain query plan select name from streams where name >= ? and name < ? order by name limit ?",
        ("user-", "user-\U0010ffff", 5),
    )
    assert all("SCAN" not in row[3] and "TEMP B-TREE" not in row[3] for row in plan)


def test_find_streams_searches_all_and_orders(store):
    for number in range(300):
        event = NewEvent(id=derived_id(number), type="t", data="{}")
        store.write([Append(stream=f"user-{number}", events=(event,))])
    do(store, "user-7", "z")
    reader = store.reader()
    assert reader.stream_count() == 300
    newest = reader.find_streams(order="-updated")
    assert reader.streams_numbered([newest[0]])[0].name == "user-7"
    found = reader.streams_numbered(list(reader.find_streams(text="user-29", order="name")))
    assert [stream.name for stream in found] == ["user-29", *[f"user-29{n}" for n in range(10)]]
    assert list(reader.find_streams(text="100%")) == []
    assert reader.categories() == [("user", 300)]


def gappy(store):
    """Messages stand at 1, 3, 4 and 6, events at 2 and 5; then all messages but the newest are removed."""
    one(store, EnsureTopic(name="mail"))
    for number, letter in enumerate(" a  b ", 1):
        if letter.strip():
            do(store, "s", letter)
        else:
            named = derived_id(number)
            sent = NewMessage(id=named, topic="mail", type="t", key="", data="{}", correlation_id=named)
            assert one(store, sent) == number
    assert store.reader().log_runs() == [range(1, 7)]
    assert one(store, Retain(topic="mail", subscriptions=(), before=None, keep=1)) == 3
    return store.reader()


def test_I3_what_is_listed_has_no_gaps_where_positions_have(store):
    reader = gappy(store)
    assert reader.log_runs() == [range(2, 3), range(5, 7)]
    assert [reader.log_runs(after) for after in (2, 5, 6)] == [[range(5, 7)], [range(6, 7)], []]
    places = [(entry.position, entry.event, entry.stream) for entry in reader.log(1, 9)]
    assert places == [(2, True, "s"), (5, True, "s"), (6, False, "mail")]
    assert [entry.position for entry in reader.log(3, 1)] == [5]
    assert reader.log(7, 1) == []
    assert [event.position for event in reader.read_log(0, 1)] == [2]
    assert [event.position for event in reader.read_log(2, 1)] == [5]


def test_I3_what_was_removed_at_the_end_leaves_the_head_where_it_was(store):
    reader = gappy(store)
    assert one(store, ForgetMessages(topic="mail")) == 1
    assert (reader.head(), reader.log_runs()) == (6, [range(2, 3), range(5, 6)])
    assert do(store, "s", "c").last_position == 7
    assert reader.log_runs(5) == [range(7, 8)]

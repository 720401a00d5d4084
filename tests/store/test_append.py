"""The table A1 to A10 of the contract, in a compact notation, and what readers then see."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.errors import (
    ANY,
    NO_STREAM,
    STREAM_EXISTS,
    DuplicateEventId,
    EventIdReused,
    InvalidEvent,
    InvalidName,
    PartialDuplicate,
    WorkbenchError,
    WrongExpectedVersion,
)
from workbench.model.events import NewEvent
from workbench.model.ids import NewId, derived_id
from workbench.store.operations import Append, Atomic, SaveSnapshot
from workbench.store.sql.store import SqliteStore
from workbench.store.values import AppendResult, Snapshot


def event(letter: str, data: str = '{"n":1}') -> NewEvent:
    return NewEvent(id=derived_id(letter), type="thing.done", data=data)


def do(store: SqliteStore, stream: str, letters: str, expected: int = ANY, data: str = '{"n":1}') -> Any:
    """Appends the events that the letters name; returns the answer or the error."""
    (answer,) = store.write(
        [Append(stream=stream, events=tuple(event(letter, data) for letter in letters), expected=expected)]
    )
    return answer


def test_A1_same_id_twice_in_one_request_is_refused(store):
    assert isinstance(do(store, "s", "aa"), InvalidEvent)
    assert store.reader().head() == 0


@pytest.mark.parametrize(
    ("expected", "present", "fits"),
    [
        (ANY, 0, True),
        (ANY, 2, True),
        (NO_STREAM, 0, True),
        (NO_STREAM, 2, False),
        (STREAM_EXISTS, 0, False),
        (STREAM_EXISTS, 2, True),
        (2, 2, True),
        (1, 2, False),
        (3, 2, False),
        (1, 0, False),
    ],
)
def test_A7_A8_expected_versions(store, expected, present, fits):
    if present:
        do(store, "s", "xy")
    answer = do(store, "s", "a", expected)
    if fits:
        assert isinstance(answer, AppendResult)
        assert answer.last_version == present + 1
        assert not answer.idempotent
    else:
        assert isinstance(answer, WrongExpectedVersion)
        assert (answer.expected, answer.actual) == (expected, present)
        stream = store.reader().stream("s")
        assert (stream.version if stream else 0) == present


@pytest.mark.parametrize("expected", [ANY, NO_STREAM, 0])
def test_A3_repeating_an_append_gives_the_first_answer_even_later(store, expected):
    first = do(store, "s", "ab", expected)
    do(store, "s", "c")
    again = do(store, "s", "ab", expected)
    assert again.idempotent
    assert (again.first_version, again.last_version) == (1, 2)
    assert (again.first_position, again.last_position) == (first.first_position, first.last_position)
    assert store.reader().stream("s").version == 3


def test_A4_repeating_with_an_expectation_that_does_not_fit(store):
    do(store, "s", "ab")
    assert isinstance(do(store, "s", "ab", 2), DuplicateEventId)


def test_A5_an_id_with_other_content_or_in_another_stream(store):
    do(store, "s", "a")
    assert isinstance(do(store, "s", "a", data='{"n":2}'), EventIdReused)
    assert isinstance(do(store, "t", "a"), EventIdReused)
    assert store.reader().stream("t") is None


def test_A5_known_ids_in_another_order(store):
    do(store, "s", "ab")
    assert isinstance(do(store, "s", "ba"), EventIdReused)


def test_A6_some_known_some_not_writes_nothing(store):
    do(store, "s", "a")
    assert isinstance(do(store, "s", "ab"), PartialDuplicate)
    assert store.reader().stream("s").version == 1


def test_A9_no_events_only_checks(store):
    assert do(store, "s", "", NO_STREAM).first_version == 0
    do(store, "s", "a")
    assert isinstance(do(store, "s", "", NO_STREAM), WrongExpectedVersion)
    assert do(store, "s", "", 1).last_version == 1


def test_I1_I3_versions_without_gaps_and_positions_that_grow(store):
    for stream, letters in (("s", "ab"), ("t", "c"), ("s", "d")):
        do(store, stream, letters)
    reader = store.reader()
    assert [e.version for e in reader.read_stream("s")] == [1, 2, 3]
    positions = [e.position for e in reader.read_log(0, 100)]
    assert positions == sorted(set(positions))


def test_I4_an_atomic_group_takes_effect_whole_or_not_at_all(store):
    group = Atomic(
        operations=(
            Append(stream="s", events=(event("a"),)),
            Append(stream="t", events=(event("b"),), expected=7),
        )
    )
    (answer,) = store.write([group])
    assert isinstance(answer, WrongExpectedVersion)
    assert store.reader().stream("s") is None
    assert store.reader().head() == 0


def test_C6_one_failing_operation_harms_no_other(store):
    answers = store.write(
        [
            Append(stream="s", events=(event("a"),)),
            Append(stream="s", events=(event("b"),), expected=9),
            Append(stream="s", events=(event("c"),)),
        ]
    )
    assert [isinstance(answer, WorkbenchError) for answer in answers] == [False, True, False]
    assert [e.version for e in store.reader().read_stream("s")] == [1, 2]


def test_I3_a_position_of_a_rolled_back_append_leaves_no_hole_in_a_stream(store):
    do(store, "s", "a")
    do(store, "s", "b", expected=9)
    assert do(store, "s", "c").first_version == 2


@pytest.mark.parametrize("name", ["", "x" * 256, "a\x00b", "a\u202eb", "e\u0301"])
def test_names_that_break_the_rules_are_refused(store, name):
    (answer,) = store.write([Append(stream=name, events=(event("a"),))])
    assert isinstance(answer, InvalidName)


def test_S1_an_older_snapshot_never_replaces_a_newer_one(store):
    do(store, "s", "abc")
    for version in (3, 2):
        store.write(
            [SaveSnapshot(snapshot=Snapshot(stream="s", version=version, state_hash="h", state=f"{version}"))]
        )
    assert store.reader().snapshot("s").version == 3


def test_find_streams_searches_all_and_orders(store):
    for number in range(300):
        store.write(
            [Append(stream=f"user-{number}", events=(NewEvent(id=derived_id(number), type="t", data="{}"),))]
        )
    do(store, "user-7", "z")
    reader = store.reader()
    assert reader.stream_count() == 300
    newest = reader.find_streams(order="-updated")
    assert reader.streams_numbered([newest[0]])[0].name == "user-7"
    found = reader.streams_numbered(list(reader.find_streams(text="user-29", order="name")))
    assert [stream.name for stream in found] == ["user-29", *[f"user-29{n}" for n in range(10)]]
    assert list(reader.find_streams(text="100%")) == []
    assert reader.categories() == [("user", 300)]


def test_ids_are_ordered_in_time(new_id: NewId):
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(ids)
    assert {one.version for one in ids} == {7}


def test_A3_the_same_events_twice_in_one_group_are_stored_once(store):
    twice = Append(stream="s", events=(NewEvent(id=derived_id("x"), type="t", data="{}"),))
    first, second = store.write([twice, twice])
    assert (first.idempotent, second.idempotent) == (False, True)
    assert first.last_position == second.last_position
    assert len(store.reader().read_stream("s")) == 1


def test_A4_an_id_of_the_same_group_cannot_belong_to_two_events(store):
    one = Append(stream="s", events=(NewEvent(id=derived_id("x"), type="t", data="{}"),))
    other = Append(stream="s", events=(NewEvent(id=derived_id("x"), type="t", data='{"a":1}'),))
    stored, refused = store.write([one, other])
    assert stored.last_version == 1
    assert isinstance(refused, EventIdReused)


def test_C6_what_is_refused_in_a_group_leaves_no_trace_beside_what_is_stored(store):
    good = Append(stream="good", events=(NewEvent(id=derived_id("a"), type="t", data="{}"),))
    bad_type = Append(
        stream="bad",
        events=(
            NewEvent(id=derived_id("b"), type="fresh", data="{}"),
            NewEvent(id=derived_id("c"), type="", data="{}"),
        ),
    )
    late = Append(stream="good", expected=0, events=(NewEvent(id=derived_id("d"), type="t", data="{}"),))
    stored, unnamed, conflict = store.write([good, bad_type, late])
    assert stored.last_version == 1
    assert isinstance(unnamed, InvalidName)
    assert isinstance(conflict, WrongExpectedVersion)
    reader = store.reader()
    assert reader.stream("bad") is None
    assert reader.event_types() == ["t"]
    assert reader.stream_count() == 1

"""The table A1 to A10 of the contract on every kind of store, and what readers then see."""

from __future__ import annotations

import pytest

from tests.store.actions import append, do, event, one
from workbench.errors import (
    ANY,
    NO_STREAM,
    STREAM_EXISTS,
    AppendManyFailed,
    DuplicateEventId,
    EventIdReused,
    InvalidEvent,
    InvalidName,
    MessageIdReused,
    NotFound,
    PartialDuplicate,
    StreamClosed,
    WorkbenchError,
    WrongExpectedVersion,
)
from workbench.model.event import NewEvent
from workbench.model.ids import NewId, derived_id
from workbench.store.operations import (
    Append,
    AppendMany,
    Atomic,
    CloseStream,
    EnsureTopic,
    NewMessage,
    SaveSnapshot,
)
from workbench.store.stored_values import AppendResult, Snapshot

COLUMNS = (ANY, NO_STREAM, STREAM_EXISTS, 1, 2, 3)
GRID = """
    rules    have    do    any none exists 1 2 3
    A7_A8    -       xy    w   w    V      V V V
    A7_A8    a       xy    w   V    w      w V V
    A7_A8    ab      xy    w   V    w      V w V
    A7_A8    abc     xy    w   V    w      V V w
    A3_A4    ab      ab    i   i    D      D D D
    A3_A4    abc     ab    i   i    D      D D D
    A3_A4    abc     bc    i   D    i      i D D
    A3_A4    abc     c     i   D    i      D i D
    A5       ab      ba    R   R    R      R R R
    A5       abc     ac    R   R    R      R R R
    A5       ab      A     R   R    R      R R R
    A5       ab      aB    R   R    R      R R R
    A5       ab      q     R   R    R      R R R
    A5       -       q     R   R    R      R R R
    A6       ab      ax    P   P    P      P P P
    A6       ab      xa    P   P    P      P P P
    A2       ab.     xy    C   C    C      C C C
    A2_A3    ab.     ab    i   i    D      D D D
    A2_A5    ab.     A     R   R    R      R R R
    A2_A6    ab.     ax    P   P    P      P P P
    A9       -       -     c   c    V      V V V
    A9       ab      -     c   V    c      V c V
    A1       -       xx    I   I    I      I I I
    A1       ab      aa    I   I    I      I I I
"""
"""What the stream holds (a dot closes it), what is appended, and the outcome for each expected version.

A capital letter is the id of the small one with other content; ``q`` is stored in another stream.
Outcomes: written, idempotent, checked; wrong Version, Duplicate id, Reused id, Partial, Closed, Invalid.
"""
ERRORS = {
    "V": WrongExpectedVersion,
    "D": DuplicateEventId,
    "R": EventIdReused,
    "P": PartialDuplicate,
    "C": StreamClosed,
    "I": InvalidEvent,
}


def cases():
    for line in GRID.strip().splitlines()[1:]:
        rules, have, do_, *cells = line.split()
        for expected, outcome in zip(COLUMNS, cells, strict=True):
            yield pytest.param(
                have.strip("-"), do_.strip("-"), expected, outcome, id=f"{rules}-{have}-{do_}-{expected}"
            )


def lettered(letter):
    return event(letter.lower(), '{"n":2}' if letter.isupper() else '{"n":1}')


@pytest.mark.parametrize(("have", "wanted", "expected", "outcome"), list(cases()))
def test_A1_A2_A3_A4_A5_A6_A7_A8_A9_the_table_of_appends(store, have, wanted, expected, outcome):
    do(store, "t", "q")
    present = have.rstrip(".")
    if present:
        first = do(store, "s", present)
    if have.endswith("."):
        one(store, CloseStream(stream="s"))
    before = store.reader().read_log(0, 100)
    answer = one(
        store, Append(stream="s", events=tuple(lettered(letter) for letter in wanted), expected=expected)
    )
    after = store.reader().read_log(0, 100)
    if outcome in ERRORS:
        assert type(answer) is ERRORS[outcome]
        if outcome == "V":
            assert (answer.expected, answer.actual) == (expected, len(present))
    else:
        assert isinstance(answer, AppendResult)
        assert answer.idempotent is (outcome == "i")
    if outcome == "w":
        assert after[: len(before)] == before
        assert [(e.stream, e.version, e.id) for e in after[len(before) :]] == [
            ("s", len(present) + n, derived_id(letter)) for n, letter in enumerate(wanted, 1)
        ]
        assert (answer.first_version, answer.last_version) == (len(present) + 1, len(present) + len(wanted))
        assert answer.last_position == after[-1].position == store.reader().head()
    else:
        assert after == before
        stream = store.reader().stream("s")
        assert (stream.version if stream else 0) == len(present)
    if outcome == "i":
        at = present.index(wanted[0])
        assert (answer.first_version, answer.last_version) == (at + 1, at + len(wanted))
        assert answer.first_position == first.first_position + at
        assert answer.last_position == first.first_position + at + len(wanted) - 1
    if outcome == "c":
        assert (answer.first_version, answer.last_version) == (0, len(present))


def test_A3_repeating_an_append_gives_the_first_answer_even_when_the_stream_moved_on(store):
    first = do(store, "s", "ab", NO_STREAM)
    do(store, "s", "c")
    again = do(store, "s", "ab", NO_STREAM)
    assert again.idempotent
    assert (again.first_position, again.last_position) == (first.first_position, first.last_position)
    assert store.reader().stream("s").version == 3


def test_A3_metadata_type_and_schema_version_are_content(store):
    do(store, "s", "a")
    base = event("a")
    for other in (
        NewEvent(id=base.id, type="other", data=base.data),
        NewEvent(id=base.id, type=base.type, data=base.data, schema_version=2),
        NewEvent(id=base.id, type=base.type, data=base.data, metadata="{}"),
    ):
        assert isinstance(one(store, Append(stream="s", events=(other,))), EventIdReused)


def test_A3_survives_reopening(kind):
    store = kind.open()
    first = do(store, "s", "ab", 0)
    store.close()
    store = kind.open()
    again = do(store, "s", "ab", 0)
    assert (again.idempotent, again.last_position) == (True, first.last_position)
    store.close()


def test_A3_the_same_events_twice_in_one_group_are_stored_once(store):
    twice = append("s", "x")
    first, second = store.write([twice, twice])
    assert (first.idempotent, second.idempotent) == (False, True)
    assert first.last_position == second.last_position
    assert len(store.reader().read_stream("s")) == 1


def test_A5_an_id_of_the_same_group_cannot_belong_to_two_events(store):
    stored, refused = store.write([append("s", "x"), append("s", "x", data='{"a":1}')])
    assert stored.last_version == 1
    assert isinstance(refused, EventIdReused)


def test_I2_no_second_event_or_message_gets_an_id_that_is_taken(store):
    do(store, "s", "ab")
    for stream in ("s", "other"):
        assert isinstance(do(store, stream, "a", data='{"n":2}'), EventIdReused)
    one(store, EnsureTopic(name="t"))
    ids = derived_id("m"), derived_id("n")
    sent = [message(ids[0]), message(ids[1]), message(ids[0]), message(ids[0], data='{"n":2}')]
    first, second, again, refused = store.write(sent)
    assert (again, first != second) == (first, True)
    assert isinstance(refused, MessageIdReused)
    assert [one.id for one in store.reader().read_log(0, 10)] == [derived_id("a"), derived_id("b")]
    found, _ = store.reader().read_topic("t", lambda _type: False, 0, 10)
    assert [one.id for one in found] == list(ids)


def message(identity, data='{"n":1}'):
    return NewMessage(id=identity, topic="t", type="t", key="", data=data, correlation_id=identity)


def many(*appends):
    return AppendMany(appends=appends)


def test_A10_several_streams_are_appended_to_at_once(store):
    do(store, "b", "z")
    first, second = one(store, many(append("a", "xy", 0), append("b", "w", 1)))
    assert (first.stream, first.last_version, second.stream, second.last_version) == ("a", 2, "b", 2)
    assert [e.stream for e in store.reader().read_log(0, 10)] == ["b", "a", "a", "b"]


def test_A10_nothing_is_written_and_every_failing_entry_is_named(store):
    do(store, "b", "z")
    do(store, "c", "q")
    one(store, CloseStream(stream="c"))
    failed = one(
        store,
        many(append("a", "x", 0), append("b", "w", 7), append("c", "v"), append("d", "u", STREAM_EXISTS)),
    )
    assert isinstance(failed, AppendManyFailed)
    assert [(index, type(error)) for index, error in failed.failures] == [
        (1, WrongExpectedVersion),
        (2, StreamClosed),
        (3, WrongExpectedVersion),
    ]
    assert "entry 1: stream b is at version 1" in failed.message
    assert store.reader().stream("a") is None
    assert len(store.reader().read_log(0, 10)) == 2


def test_A10_repeating_gives_the_first_answers(store):
    request = many(append("a", "xy", 0), append("b", "w", 0), append("c", "", 0))
    first = one(store, request)
    again = one(store, request)
    assert [result.idempotent for result in again] == [True, True, False]
    assert [result.last_position for result in again] == [result.last_position for result in first]


def test_A6_A10_a_request_of_which_a_part_is_stored_writes_nothing(store):
    do(store, "a", "x", 0)
    failed = one(store, many(append("a", "x", 0), append("b", "w", 0)))
    assert [(index, type(error)) for index, error in failed.failures] == [(0, PartialDuplicate)]
    assert store.reader().stream("b") is None


@pytest.mark.parametrize(
    "request_",
    [
        many(append("a", "x"), append("a", "y")),
        many(append("a", "x"), append("b", "x")),
        many(*(append(f"s{n}", "") for n in range(101))),
    ],
    ids=["a stream twice", "an id twice", "101 streams"],
)
def test_A1_A10_what_no_request_may_be(store, request_):
    assert isinstance(one(store, request_), InvalidEvent)
    assert store.reader().head() == 0


def test_A10_a_hundred_streams_are_not_too_many(store):
    events = [NewEvent(id=derived_id(n), type="t", data="{}") for n in range(100)]
    results = one(store, many(*(Append(stream=f"s{n}", events=(e,)) for n, e in enumerate(events))))
    assert [result.last_version for result in results] == [1] * 100


def test_A2_a_stream_is_closed_and_opened_again(kind):
    store = kind.open()
    do(store, "s", "ab")
    assert isinstance(one(store, CloseStream(stream="s", expected=1)), WrongExpectedVersion)
    assert not store.reader().stream("s").closed
    assert one(store, CloseStream(stream="s", expected=2)) is None
    assert one(store, CloseStream(stream="s")) is None, "twice is no error"
    store.close()
    store = kind.open()
    assert store.reader().stream("s").closed
    assert isinstance(do(store, "s", "c"), StreamClosed)
    one(store, CloseStream(stream="s", closed=False))
    assert do(store, "s", "c").last_version == 3
    assert isinstance(one(store, CloseStream(stream="none")), NotFound)
    store.close()


def test_I1_I3_versions_without_gaps_and_positions_that_grow(store):
    for stream, letters in (("s", "ab"), ("t", "c"), ("s", "d")):
        do(store, stream, letters)
    reader = store.reader()
    assert [e.version for e in reader.read_stream("s")] == [1, 2, 3]
    positions = [e.position for e in reader.read_log(0, 100)]
    assert positions == sorted(set(positions))


def test_I4_an_atomic_group_takes_effect_whole_or_not_at_all(store):
    answer = one(store, Atomic(operations=(append("s", "a"), append("t", "b", 7))))
    assert isinstance(answer, WrongExpectedVersion)
    assert store.reader().stream("s") is None
    assert store.reader().head() == 0
    assert do(store, "s", "a").first_position == 1


def test_C6_one_failing_operation_harms_no_other(store):
    answers = store.write([append("s", "a"), append("s", "b", 9), append("s", "c")])
    assert [isinstance(answer, WorkbenchError) for answer in answers] == [False, True, False]
    assert [e.version for e in store.reader().read_stream("s")] == [1, 2]


def test_C6_what_is_refused_in_a_group_leaves_no_trace_beside_what_is_stored(store):
    unnamed = Append(stream="bad", events=(event("b", type="fresh"), event("c", type="")))
    stored, refused, conflict = store.write([append("good", "a"), unnamed, append("good", "d", 0)])
    assert stored.last_version == 1
    assert isinstance(refused, InvalidName)
    assert isinstance(conflict, WrongExpectedVersion)
    assert store.reader().stream("bad") is None
    assert [e.type for e in store.reader().read_log(0, 10)] == ["thing.done"]


def test_I3_what_was_refused_leaves_no_hole_in_a_stream(store):
    do(store, "s", "a")
    do(store, "s", "b", expected=9)
    assert do(store, "s", "c").first_version == 2


@pytest.mark.parametrize("name", ["", "x" * 256, "a\x00b", "a\u202eb", "e\u0301"])
def test_N3_names_that_break_the_rules_are_refused(store, name):
    assert isinstance(one(store, Append(stream=name, events=(event("a"),))), InvalidName)
    assert isinstance(one(store, Append(stream="s", events=(event("a", type=name),))), InvalidName)
    assert store.reader().head() == 0


def test_an_expected_version_that_is_none_is_refused(store):
    assert isinstance(do(store, "s", "a", -3), InvalidEvent)


def test_S1_an_older_snapshot_never_replaces_a_newer_one(store):
    do(store, "s", "abc")
    for version in (3, 2):
        snapshot = Snapshot(stream="s", version=version, state_hash="h", state=f"{version}")
        one(store, SaveSnapshot(snapshot=snapshot))
    assert store.reader().snapshot("s").version == 3
    one(store, SaveSnapshot(snapshot=Snapshot(stream="none", version=1, state_hash="h", state="1")))
    assert store.reader().snapshot("none") is None


def test_what_is_read_is_what_was_written(store):
    whole = NewEvent(
        id=derived_id("whole"),
        type="thing.done",
        data='{"text":"grüß Gott 🙂","n":-9223372036854775808}',
        schema_version=3,
        occurred_at=-1_000_000,
        correlation_id=derived_id("c"),
        causation_id=derived_id("d"),
        metadata='{"by":"me"}',
    )
    one(store, Append(stream="s", events=(whole,)))
    record = store.reader().event(whole.id)
    assert record == store.reader().read_stream("s")[0] == store.reader().event_at(record.position)
    assert (record.id, record.type, record.data, record.schema_version) == (
        whole.id,
        whole.type,
        whole.data,
        3,
    )
    assert (record.occurred_at, record.correlation_id, record.causation_id, record.metadata) == (
        whole.occurred_at,
        whole.correlation_id,
        whole.causation_id,
        whole.metadata,
    )
    assert store.reader().event(derived_id("none")) is None
    assert store.reader().event_at(99) is None


def test_an_event_from_another_store_keeps_the_time_at_which_that_one_recorded_it(store):
    event = NewEvent(id=derived_id("moved"), type="t", data="1", occurred_at=5, recorded_at=7)
    one(store, Append(stream="s", events=(event,)))
    record = store.reader().event(event.id)
    assert (record.occurred_at, record.recorded_at) == (5, 7)
    late = NewEvent(id=derived_id("late"), type="t", data="1", recorded_at=2**62)
    assert isinstance(one(store, Append(stream="s", events=(late,))), InvalidEvent)


def test_reading_pages_by_version_and_by_position(store):
    do(store, "s", "abcde")
    do(store, "t", "f")
    reader = store.reader()
    assert [e.version for e in reader.read_stream("s", after=2, limit=2)] == [3, 4]
    assert reader.read_stream("s", after=5) == reader.read_data("s", after=5) == []
    for record, data in zip(reader.read_stream("s"), reader.read_data("s"), strict=True):
        for field in data.__struct_fields__:
            assert getattr(data, field) == getattr(record, field)
    assert reader.read_stream("none") == []
    assert [e.position for e in reader.read_log(1, 3)] == [2, 3, 4]
    assert [e.position for e in reader.read_log(3, 100, upto=5)] == [4, 5]
    found, upto = reader.read_types(lambda name: name == "thing.done", 4, 100)
    assert ([e.position for e in found], upto) == ([5, 6], 6)
    found, upto = reader.read_types(lambda name: name == "thing.done", 0, 2)
    assert ([e.position for e in found], upto) == ([1, 2], 2)
    assert reader.read_types(lambda name: False, 0, 100) == ([], 6)
    assert reader.count_types(lambda name: name == "thing.done") == 6
    assert reader.count_types(lambda name: False) == 0


def test_ids_are_ordered_in_time(new_id: NewId):
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(ids)
    assert {one.version for one in ids} == {7}


def test_a_reader_is_told_by_a_number_that_something_was_committed(store):
    reader = store.reader()
    before = reader.commits()
    assert reader.commits() == before
    do(store, "s", "a")
    assert reader.commits() != before
    reader.close()

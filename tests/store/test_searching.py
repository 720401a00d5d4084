"""Searching: what both kinds of store find is what the plain look at every record finds."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.actions import one
from tests.store.conftest import KINDS
from tests.store.test_queue import Box
from tests.store.test_words_found import said
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.json_values import write_json
from workbench.model.text_folding import searched
from workbench.store import operations as op
from workbench.store.operations.projection_operations import ApplyProjection, EnsureProjection
from workbench.store.search_port import (
    COLUMNS,
    NO_TIME,
    RecordKind,
    Scan,
    fits,
    place_of_stream,
    uuid_in,
)
from workbench.store.stored_values import CommandRecord

ODD = [
    "declined",
    "Straße",
    'a "quoted" word',
    "100%",
    "under_score",
    "back\\slash",
    "İstanbul",
    "[x]",
    "no\nrefund",
    "",
]
TYPES = ("order.placed", "payment.failed", "Zahlung.Größe")
STREAMS = ("order-1", "order-2", "payment-ÄÖ", "alone", "a[b]-1")
COLUMNS_OF = (("id", "text"), ("total", "integer"), ("open", "boolean"), ("password", "text"))


def written():
    """Returns operations that store some of every kind but letters."""
    appended = [
        op.Append(
            stream=STREAMS[n % len(STREAMS)],
            events=(
                NewEvent(
                    id=derived_id("e", n),
                    type=TYPES[n % len(TYPES)],
                    data=write_json({"reason": ODD[n % len(ODD)], "n": n}),
                    occurred_at=1_000_000 * (n * 7 % 23),
                    metadata='{"actor":"Ada"}' if n % 4 == 0 else None,
                ),
            ),
        )
        for n in range(40)
    ]
    topic = op.EnsureTopic(name="mail")
    messages = [
        op.NewMessage(
            id=derived_id("m", n),
            topic="mail",
            type=TYPES[n % 2],
            key=ODD[n % len(ODD)],
            data=write_json({"to": ODD[-n % len(ODD)]}),
            correlation_id=derived_id("e", n),
        )
        for n in range(12)
    ]
    commands = [
        op.RecordCommand(
            record=CommandRecord(
                command_id=derived_id("c", n),
                type="decline",
                stream=STREAMS[n % len(STREAMS)],
                data=write_json({"n": n, "why": ODD[n % len(ODD)]}),
                outcome="accepted" if n % 2 else "rejected",
                message="" if n % 2 else "the card was declined",
                issued_at=1_000_000 * n,
                correlation_id=derived_id("c", n),
            )
        )
        for n in range(8)
    ]
    return [*appended, topic, *messages, *commands]


ROWS = tuple(
    {"id": f"Order {n}", "total": n * 100, "open": n % 2 == 0, "password": "declined"} for n in range(6)
)


@pytest.fixture(scope="module", params=KINDS)
def full(request, tmp_path_factory):
    clock = ManualClock()
    store = KINDS[request.param](tmp_path_factory.mktemp("searched") / "events.db", clock).open()
    for answer in store.write(written()):
        assert not isinstance(answer, Exception), answer
    ensured = EnsureProjection(name="orders", columns=COLUMNS_OF, indexed=(), definition_hash="h")
    filled = ApplyProjection(name="orders", generation=1, before=0, checkpoint=1, rows=ROWS)
    for answer in store.write([ensured, filled]):
        assert not isinstance(answer, Exception), answer
    yield store.reader()
    store.close()


def source_of(reader, kind):
    """Returns the source of a kind."""
    return next(one for one in reader.search_sources() if one.kind is kind)


def everything(reader, kind, **wanted):
    """Returns all rows that a search of one kind finds, read in small stretches."""
    source = source_of(reader, kind)
    found, upto, looked = [], source.top, 0
    while upto is not None:
        seen, upto, rows = reader.search(Scan(source=source, upto=upto, limit=7, **wanted))
        looked += seen
        found += rows
    assert looked == source.count
    return found


def plainly(reader, scan_of, kind):
    """Returns the keys of records that fit, by looking at what `records` says of each."""
    source = source_of(reader, kind)
    keys = [row[0] for row in everything(reader, kind)]
    return [key for key, one in sorted(reader.records(source, keys).items(), reverse=True) if scan_of(one)]


def texts_of(record):
    """Returns what a record says, as far as a search looks at it."""
    origin = record.status if record.kind is RecordKind.COMMAND else ""
    told = said([json.loads(record.data), json.loads(record.metadata or "[]")])
    return [*map(searched, [*told, record.type, record.place, record.key, record.error, origin])]


WORDS = st.sampled_from(
    [
        "declined",
        "strasse",
        "straße",
        '"quoted',
        "100%",
        "_",
        "\\",
        "istanbul",
        "[x]",
        "ada",
        "order-",
        "größe",
        "zz",
        "n",
        "nrefund",
        "no refund",
        "null",
    ]
)


@given(
    st.sampled_from([RecordKind.EVENT, RecordKind.MESSAGE, RecordKind.COMMAND]),
    st.lists(WORDS, max_size=2),
    st.lists(st.sampled_from(["order.*", "payment.failed", "*", "decline", "x"]), max_size=2),
    st.lists(st.sampled_from(["order-*", "alone", "a[b]-1", "mail", "*"]), max_size=2),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_search_finds_what_a_plain_look_finds(full, kind, words, types, places):
    def fitting(record):
        told = all(any(word in text for text in texts_of(record)) for word in words)
        return told and fits(types, record.type) and fits(places, record.place)

    found = everything(full, kind, words=tuple(words), types=tuple(types), places=tuple(places))
    assert [row[0] for row in found] == plainly(full, fitting, kind)


@given(st.integers(0, 25), st.integers(0, 25))
def test_a_time_range_is_exact(full, since, until):
    found = everything(full, RecordKind.EVENT, since=since * 1_000_000, until=until * 1_000_000)
    expected = plainly(full, lambda one: since <= one.time / 1_000_000 < until, RecordKind.EVENT)
    assert [row[0] for row in found] == expected


def test_what_is_described_says_type_and_category(full):
    source = source_of(full, RecordKind.EVENT)
    for key, time, type_name, place in everything(full, RecordKind.EVENT):
        record = full.records(source, [key])[key]
        assert (time, type_name, place) == (record.time, record.type, place_of_stream(record.place))
        assert full.described(source, [key]) == [(key, time, type_name, place)]


def test_an_expression_gets_the_columns_that_it_asks_for(full):
    for kind in (RecordKind.EVENT, RecordKind.MESSAGE, RecordKind.COMMAND):
        source = source_of(full, kind)
        for row in everything(full, kind, columns=COLUMNS):
            said = dict(zip(COLUMNS, row[1:], strict=True))
            record = full.records(source, [row[0]])[row[0]]
            assert said["kind"] == kind
            assert said["type"] == record.type
            assert said["data"] == record.data
            assert said["time"] == record.time
            assert said["position"] == record.position


def test_an_id_finds_its_record(full):
    wanted = str(derived_id("e", 3))
    assert uuid_in(wanted) == derived_id("e", 3).bytes
    (event,) = everything(full, RecordKind.EVENT, words=(wanted,))
    assert full.records(source_of(full, RecordKind.EVENT), [event[0]])[event[0]].type == TYPES[0]
    assert len(everything(full, RecordKind.MESSAGE, words=(wanted,))) == 1


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ((), ["Order 0", "Order 1", "Order 2", "Order 3", "Order 4", "Order 5"]),
        (("true", "order"), ["Order 0", "Order 2", "Order 4"]),
        (("300",), ["Order 3"]),
        (("declined",), []),
        (("orders", "false", "5"), ["Order 5"]),
    ],
)
def test_words_are_found_in_rows_but_for_secrets(full, words, keys):
    source = source_of(full, RecordKind.ROW)
    found = everything(full, RecordKind.ROW, words=words)
    assert {row[1:] for row in found} <= {(NO_TIME, "orders", "orders")}
    records = full.records(source, [row[0] for row in found])
    assert sorted(one.key for one in records.values()) == keys
    assert not everything(full, RecordKind.ROW, words=words, since=0)


def test_an_expression_gets_rows_with_their_kinds(full):
    found = everything(full, RecordKind.ROW, columns=("data", "type", "key", "position"))
    assert sorted(row[1]["id"] for row in found) == [row["id"] for row in ROWS]
    assert all(row[1]["open"] is (row[1]["total"] % 200 == 0) and row[2] == "orders" for row in found)


def test_what_is_gone_is_left_out(full):
    source = source_of(full, RecordKind.EVENT)
    assert full.records(source, [10**9]) == {}
    assert full.described(source, [10**9]) == []


@given(st.sampled_from(STREAMS), st.lists(WORDS, max_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_events_of_one_stream_are_searched_by_their_versions(full, stream, words):
    (source,) = full.search_sources(stream)
    found, upto = [], source.top
    while upto is not None:
        _, upto, rows = full.search(Scan(source=source, upto=upto, limit=3, words=tuple(words)))
        found += [row[0] for row in rows]
    keys = [row[0] for row in everything(full, RecordKind.EVENT, words=tuple(words), places=(stream,))]
    at = full.records(source_of(full, RecordKind.EVENT), keys)
    plain = [one.version for one in at.values() if one.place == stream]
    assert found == sorted(plain, reverse=True)
    assert source.top == source.count == full.records(source, [source.top])[source.top].version
    assert [row[0] for row in full.described(source, found)] == found


def test_owners_and_notes_of_letters_are_searched_and_asked_for(store):
    box = Box(store)
    box.publish("a", "b")
    box.settle(a="dead", b="dead")
    one(store, op.NoteLetters(numbers=(2,), owner="Lena", note="asked them"))

    def found(*words):
        return [row[0] for row in everything(box.reader, RecordKind.LETTER, words=words)]

    assert (found("lena"), found("asked", "#2"), found("rejected"), found("bert")) == ([2], [2], [2, 1], [])
    assert found("2") == found("#") == found("#3") == [], "a number is named as a whole"
    asked = everything(
        box.reader, RecordKind.LETTER, columns=("owner", "note", "tries", "reason", "metadata")
    )
    assert asked == [(2, "Lena", "asked them", 0, "rejected", None), (1, "", "", 0, "rejected", None)]


def test_L6_data_of_a_letter_is_the_original_and_words_are_looked_for_in_its_copy_too(store):
    box = Box(store)
    box.publish("a", data='{"to":"old"}')
    box.settle(a="dead")
    one(store, op.ReplayLetter(number=1, data='{"to":"new"}'))
    for words in ((), ("old",), ("new",)):
        assert everything(box.reader, RecordKind.LETTER, columns=("data",), words=words) == [
            (1, '{"to":"old"}')
        ]
    assert everything(box.reader, RecordKind.LETTER, columns=("edited",)) == [(1, '{"to":"new"}')]
    source = source_of(box.reader, RecordKind.LETTER)
    record = box.reader.records(source, [1])[1]
    assert ("old" in record.data, record.edited) == (True, '{"to":"new"}')


def test_what_waits_is_filtered_by_words_in_any_of_its_texts(store):
    box = Box(store)
    box.publish("a", "b", data='{"to":"Ada"}')
    box.publish("c", data='{"to":"Bob"}')
    box.settle(a="ready", b="dead", c="delayed")

    def waiting(*words):
        return [row.position for row in box.reader.deliveries("sub", words=words)]

    assert (waiting(), waiting("ada"), waiting("delayed", "note")) == ([1, 3], [1], [3])
    assert (waiting("ada", "bob"), waiting("nothing")) == ([], [])


def test_the_instances_of_a_process_are_filtered_by_key_and_state(store):
    for key, state in (("a", '{"of":"Ada"}'), ("b", "{}"), ("ada", "{}")):
        one(store, op.SaveProcess(process="p", key=key, state=state, began=1))
    reader = store.reader()
    assert [key for key, _ in reader.instances("p", words=("ada",))] == ["a", "ada"]
    assert [key for key, _ in reader.instances("p", 1, words=("ada",))] == ["a"]
    assert (reader.instance_count("p"), reader.instance_count("q")) == (3, 0)


def test_records_are_read_by_their_numbers(full):
    assert [one.position for one in full.log_at([9, 2, 10**6])] == [2, 9]
    assert [one.version for one in full.stream_entries("alone", [3, 1, 99])] == [1, 3]
    assert [one.number for one in full.commands(numbers=[2, 5, 99])] == [5, 2]

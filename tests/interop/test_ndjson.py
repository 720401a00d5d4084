"""Foreign NDJSON: the guess, what a broken line says, ids with all digits."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from workbench.errors import InvalidValue
from workbench.interop.field_mapping import Mapping
from workbench.interop.foreign_times import Unit
from workbench.interop.json_records import read_lines
from workbench.interop.ndjson import Incoming, LineReader, RecordProblem, parse_line
from workbench.model.clock import rfc3339

LINES = [
    {
        "id": f"1724420733{n}",
        "type": "PushEvent" if n % 2 else "ForkEvent",
        "repo": {"id": 9007199254740993 + n % 3, "name": f"apache/pinot{n % 3}"},
        "created_at": "2021-07-21T06:00:00Z",
        "payload": {"n": n},
    }
    for n in range(20)
]
MAPPING = Mapping(stream="repo.name", type="type", id="id", time="created_at", category="repo")


def read(line: object, mapping: Mapping = MAPPING) -> Incoming | RecordProblem:
    return LineReader(mapping).read(7, line if isinstance(line, bytes) else json.dumps(line).encode())


def test_a_line_becomes_an_event_with_all_digits():
    event = read(LINES[0])
    assert isinstance(event, Incoming)
    assert event.stream == "repo-apache/pinot0"
    assert event.event.type == "ForkEvent"
    assert '"id":9007199254740993' in event.event.data
    assert event.event.occurred_at == 1626847200 * 1_000_000


def test_the_same_id_gives_the_same_event_id_and_the_stream_counts():
    assert read(LINES[0]).event.id == read(LINES[0]).event.id
    moved = {**LINES[0], "repo": {"name": "other"}}
    assert read(moved).event.id != read(LINES[0]).event.id


def test_without_id_the_content_counts_and_twice_in_a_file_is_two_events():
    reader = LineReader(Mapping(stream="repo.name", type="type"))
    line = json.dumps(LINES[0]).encode()
    first, second = reader.read(1, line), reader.read(2, line)
    assert first.event.id != second.event.id
    again = LineReader(Mapping(stream="repo.name", type="type"))
    assert again.read(1, line).event.id == first.event.id


def test_B3_without_id_the_same_content_in_another_file_is_another_event():
    line = json.dumps(LINES[0]).encode()
    monday, tuesday = (LineReader(Mapping(stream="repo.name", type="type"), file) for file in ("mon", "tue"))
    assert monday.read(1, line).event.id != tuesday.read(1, line).event.id


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"a": 1', "not JSON"),
        (b"[1]", "a JSON object is needed, not list"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": "\\ud800"}', "lone surrogate"),
        (b'\xff{"a": 1}', "not UTF-8 at byte 1"),
        ({"type": "x"}, "no stream: the field repo.name is missing"),
        ({"repo": {"name": "r"}, "id": 1}, "no type"),
        ({**LINES[0], "created_at": "yesterday"}, "'yesterday'"),
        ({**LINES[0], "created_at": "2021-07-21T06:00:00"}, "says no zone; choose"),
        ({**LINES[0], "repo": {"name": "x" * 300}}, "255"),
        ({**LINES[0], "repo": {"name": ["x"]}}, "holds list"),
    ],
)
def test_a_broken_line_says_its_number_and_what_is_wrong(line, said):
    problem = read(line)
    assert isinstance(problem, RecordProblem)
    assert str(problem).startswith("line 7: ")
    assert said in problem.message


@pytest.mark.parametrize(
    ("value", "microseconds"),
    [
        (1_626_847_200, 1_626_847_200_000_000),
        (1_626_847_200.5, 1_626_847_200_500_000),
        ("2021-07-21T08:00:00.25+02:00", 1_626_847_200_250_000),
    ],
)
def test_times_in_their_usual_forms(value, microseconds):
    assert read({**LINES[0], "created_at": value}).event.occurred_at == microseconds


def test_lines_skip_blanks_keep_numbers_and_lose_the_bom():
    found = list(read_lines(io.BytesIO(b'\xef\xbb\xbf{"a":1}\r\n\n  \n{"b":2}')))
    assert found == [(1, b'{"a":1}'), (4, b'{"b":2}')]
    assert parse_line(*found[0]) == {"a": 1}


ENVELOPE = {
    "eventId": "cd613e30-d8f1-4adf-91b7-584a2265b1f5",
    "eventType": "OrderPlaced",
    "streamId": "order-1",
    "data": {"amount": 20},
    "metadata": {"$correlationId": "shop-7", "$causationId": "78e51061-7311-48a3-82ce-6f447ed4d57b"},
}
PICKED = Mapping(
    stream="streamId",
    type="eventType",
    id="eventId",
    data="data",
    correlation="metadata.$correlationId",
    causation="metadata.$causationId",
    category="",
)


def test_B3_a_payload_is_picked_out_and_the_rest_stays_in_the_metadata():
    came = read(ENVELOPE, PICKED)
    assert came.stream == "order-1"
    assert json.loads(came.event.data) == {"amount": 20}
    rest = {key: value for key, value in ENVELOPE.items() if key != "data"}
    assert json.loads(came.event.metadata) == {"imported": rest}


def test_B3_a_payload_below_another_field_leaves_its_neighbours():
    line = {"stream": "a", "type": "t", "body": {"payload": {"x": 1}, "by": "ada"}}
    came = read(line, Mapping(stream="stream", type="type", data="body.payload"))
    assert json.loads(came.event.data) == {"x": 1}
    assert json.loads(came.event.metadata)["imported"]["body"] == {"by": "ada"}
    missing = read({"stream": "a", "type": "t"}, Mapping(stream="stream", type="type", data="body"))
    assert "no payload: the field body is missing" in missing.message


def test_B3_ids_that_are_uuids_stay_what_they_are_and_links_lead_to_them():
    first = read(ENVELOPE, PICKED).event
    assert str(first.id) == ENVELOPE["eventId"]
    assert str(first.causation_id) == ENVELOPE["metadata"]["$causationId"]
    second = {**ENVELOPE, "eventId": "another", "streamId": "order-2"}
    other = read(second, PICKED).event
    assert other.correlation_id == first.correlation_id


def test_B3_a_cause_with_an_id_of_its_own_kind_is_found_in_another_stream():
    reader = LineReader(Mapping(stream="stream", type="type", id="id", causation="cause"))
    lines = [
        {"stream": "a", "type": "t", "id": "1"},
        {"stream": "b", "type": "t", "id": "2", "cause": "1"},
        {"stream": "c", "type": "t", "id": "1"},
        {"stream": "d", "type": "t", "id": "3", "cause": "1"},
        {"stream": "c", "type": "t", "id": "4", "cause": "1"},
    ]
    a, b, c, d, e = (reader.read(n, json.dumps(line).encode()).event for n, line in enumerate(lines, 1))
    assert b.causation_id == a.id
    assert d.causation_id is None, "either could be meant"
    assert e.causation_id == c.id


@pytest.mark.parametrize(
    ("unit", "value", "microseconds"),
    [
        (Unit.MILLISECONDS, 63_072_000_000, 63_072_000_000_000),
        (Unit.MICROSECONDS, 1_626_847_200_123_456, 1_626_847_200_123_456),
        (Unit.NANOSECONDS, 1_626_847_200_123_456_789, 1_626_847_200_123_456),
        (Unit.SECONDS, "1626847200.123456", 1_626_847_200_123_456),
        (Unit.MILLISECONDS, -86_400_000, -86_400_000_000),
    ],
)
def test_B3_numbers_are_times_in_the_unit_of_the_file(unit, value, microseconds):
    mapping = replace(MAPPING, unit=unit)
    assert read({**LINES[0], "created_at": value}, mapping).event.occurred_at == microseconds


def test_B3_a_number_of_another_unit_is_refused_not_taken_for_the_year_3968():
    problem = read({**LINES[0], "created_at": 63_072_000_000})
    assert "in seconds lies beyond the year 2200; choose its unit" in problem.message


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("UTC", "2024-05-01T12:00:00.71594", "2024-05-01T12:00:00.715940Z"),
        ("+02:00", "2024-05-01 12:00:00", "2024-05-01T10:00:00.000000Z"),
        ("-0330", "2024-05-01T12:00", "2024-05-01T15:30:00.000000Z"),
        ("UTC", "2024-05-01T12:00:00+05:00", "2024-05-01T07:00:00.000000Z"),
    ],
)
def test_B3_times_without_a_zone_are_read_in_the_zone_that_was_chosen(zone, text, utc):
    came = read({**LINES[0], "created_at": text}, replace(MAPPING, zone=zone))
    assert rfc3339(came.event.occurred_at) == utc


def test_B3_a_zone_that_does_not_exist_says_so():
    with pytest.raises(InvalidValue, match="no zone 'Europe/Atlantis'"):
        LineReader(replace(MAPPING, zone="Europe/Atlantis"))


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("19.99", True),
        ("0.1", True),
        ("1.50000000000000000000", True),
        ("0.30000000000000004", True),
        ("1e3", True),
        ("-0.0", True),
        ("90071992547409931.17", False),
        ("12345678901234.567", False),
        ("0.1234567890123456789", False),
        ("1e-400", False),
        ("4.9406564584124654e-324", True),
        ("1.2345678e-320", False),
        ("1e-99999999999999999999", False),
    ],
)
def test_B3_a_number_is_kept_exactly_or_its_line_refused(number, kept):
    line = json.dumps({"repo": {"name": "r"}, "type": "t"})[:-1] + f', "x": {number}}}'
    came = read(line.encode(), Mapping(stream="repo.name", type="type"))
    assert isinstance(came, Incoming) == kept
    if not kept:
        assert "x: " in came.message or "$.x" in came.message
        assert "write it as text" in came.message


def test_B3_keys_with_dots_can_be_chosen():
    line = {"event.type": "A", "event.id": "1", "host.name": "h"}
    came = read(line, Mapping(stream="host.name", type="event.type", id="event.id"))
    assert (came.stream, came.event.type) == ("imported-h", "A")

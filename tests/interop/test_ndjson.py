"""Foreign NDJSON: the guess, what a broken line says, ids with all digits."""

from __future__ import annotations

import io
import json

import pytest

from workbench.interop.ndjson import (
    Incoming,
    LineReader,
    Mapping,
    Problem,
    guess,
    parse_line,
    paths_of,
)
from workbench.interop.records import read_lines

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


def read(line: object, mapping: Mapping = MAPPING) -> Incoming | Problem:
    return LineReader(mapping).read(7, line if isinstance(line, bytes) else json.dumps(line).encode())


def test_the_guess_finds_stream_type_id_and_time():
    assert guess(LINES) == MAPPING


def test_the_guess_takes_no_id_that_is_not_unique():
    same = [{**line, "id": "1"} for line in LINES]
    assert guess(same).id == ""


def test_the_guess_gives_up_where_no_field_fits():
    assert guess([{"a": 1}, {"b": 2}]) is None


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
        ({**LINES[0], "created_at": "2021-07-21T06:00:00"}, "needs a zone"),
        ({**LINES[0], "repo": {"name": "x" * 300}}, "255"),
        ({**LINES[0], "repo": {"name": ["x"]}}, "holds list"),
    ],
)
def test_a_broken_line_says_its_number_and_what_is_wrong(line, said):
    problem = read(line)
    assert isinstance(problem, Problem)
    assert str(problem).startswith("line 7: ")
    assert said in problem.message


@pytest.mark.parametrize(
    ("value", "microseconds"),
    [
        (1_626_847_200, 1_626_847_200_000_000),
        (1_626_847_200_123, 1_626_847_200_123_000),
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


def test_paths_to_choose_from_reach_into_objects():
    assert paths_of(LINES[:1]) == ["id", "type", "repo.id", "repo.name", "created_at", "payload.n"]

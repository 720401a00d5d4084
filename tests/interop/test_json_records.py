"""A file of JSON is taken apart: lines, arrays, objects over several lines, and what is none of them."""

from __future__ import annotations

import io

import pytest

from workbench.interop.json_records import read_lines, read_records
from workbench.interop.ndjson import RecordProblem, parse_line


def records(data: bytes) -> list[tuple[int, bytes]]:
    return list(read_records(io.BytesIO(data)))


def test_lines_stay_lines():
    assert records(b'\n{"a":1}\n\n {"b":2}\r\n') == [(2, b'{"a":1}'), (4, b'{"b":2}')]


def test_the_bom_is_lost_wherever_the_first_line_goes():
    assert records(b'\xef\xbb\xbf{"a":1}\n{"b":2}') == [(1, b'{"a":1}'), (2, b'{"b":2}')]
    assert records(b'\xef\xbb\xbf[{"a":1}]') == [(1, b'{"a":1}')]
    assert list(read_lines(io.BytesIO(b'\xef\xbb\xbf \n{"a":1}'))) == [(2, b'{"a":1}')]


def test_items_of_an_array_come_with_the_lines_on_which_they_begin():
    data = b'[\n  {"a": 1},\n\n  {\n    "b": [2]\n  }, 5\n]\n'
    assert records(data) == [(2, b'{"a": 1}'), (4, b'{\n    "b": [2]\n  }'), (6, b"5")]


def test_an_object_over_several_lines_is_one_record_and_more_may_follow():
    assert records(b'{\n "a": 1\n}\n{\n "b": 2\n}') == [(1, b'{\n "a": 1\n}'), (4, b'{\n "b": 2\n}')]


@pytest.mark.parametrize("data", [b"", b"\n \n", b"[]", b"[ ]\n"])
def test_nothing_is_nothing(data):
    assert records(data) == []


@pytest.mark.parametrize(
    ("data", "good", "line"),
    [
        (b'[{"a":1}', 1, 1),  # no end
        (b'[\n{"a":1},\n{"b":\n]', 1, 3),  # broken in the midst
        (b'[{"a":1} {"b":2}]', 1, 1),  # no comma
        (b'[{"a":1}]\nmore', 1, 2),  # something behind it
        (b'[{"a":1},\xff]', 1, 1),  # no UTF-8
        (b"[" * 100_000, 0, 1),  # too deep
        (b'{\n"a": 1', 0, 1),
    ],
)
def test_what_cannot_be_taken_apart_is_a_problem_of_its_line(data, good, line):
    found = [(number, parse_line(number, one)) for number, one in records(data)]
    assert [value for _, value in found[:-1]] == [{"a": 1}] * good
    assert isinstance(found[-1][1], RecordProblem)
    assert found[-1][0] == line


def test_large_numbers_do_not_disturb():
    (record,) = records(b"[" + b"1" * 10_000 + b"]")
    assert len(record[1]) == 10_000


def told(data: bytes) -> list[object]:
    """Returns what comes of each record: the object, or the line with the problem."""
    values = [(number, parse_line(number, one)) for number, one in records(data)]
    return [number if isinstance(value, RecordProblem) else value for number, value in values]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'[{"a":1},{"b":"\xff"},{"c":3}]', [{"a": 1}, 1, {"c": 3}]),
        (b'[\n{"a":1},\n{"b":\xff},\n{"c":3}\n]\n', [{"a": 1}, 3, {"c": 3}]),
        (b'\xff[\n{"a":1}', [1, {"a": 1}]),
        (b'[\n{"a":1}, \xff\n, {"c":3}]', [{"a": 1}, 2, {"c": 3}]),
        (b'{\n"a":"\xe9"\n}\n{\n"b":2\n}', [1, {"b": 2}]),
        (b'{ \n{"a":1}\n"no\n{"b":"\xff"}\n{"c":3}\n{"d":4}', [1, {"a": 1}, 3, 4, {"c": 3}, {"d": 4}]),
        (b'{"a":1}\n{"b":"\xff"}\n{"c":3}', [{"a": 1}, 2, {"c": 3}]),
    ],
)
def test_N1_bytes_that_are_no_utf_8_cost_one_record(data, found):
    assert told(data) == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'[{"a":1},,{"b":NaN},{"c":1,}, {"d":4}]', [{"a": 1}, 1, 1, 1, {"d": 4}]),
        (b'[\n  {\n "a":1 "x":2\n  },\n  {\n   "b":2\n  }\n]', [2, {"b": 2}]),
        (b'[\n{"a":"x},\n{"b":"]"},\n{"c":"}"}]', [2, {"b": "]"}, {"c": "}"}]),
        (b'[{"a":{1},\n {"b":2},\n {"c":3}]', [1, {"b": 2}, {"c": 3}]),
        (b'[\n{"a":1}}\n{"b":2},\n{"c":1}\n]', [{"a": 1}, 2, {"b": 2}, {"c": 1}]),
        (b'[1]\n{"a":1}\n{"b":2}\n', [1, {"a": 1}, {"b": 2}]),
        (b'[{"a":"x\n{"b":1}\nno\n{"c":2}\n{"d":2}', [1, {"b": 1}, 3, {"c": 2}, {"d": 2}]),
        (b'{\n"a":1\n}\n}\n,\n]{\n"b":2\n}', [{"a": 1}, 4, 5, 6, {"b": 2}]),
        (b'{\n"a":1\n},\n{\n"b":2\n}', [{"a": 1}, 3, {"b": 2}]),
    ],
)
def test_N1_what_stands_behind_a_broken_record_comes_in(data, found):
    assert told(data) == found


def test_N1_what_lies_within_a_broken_record_is_no_record_of_its_own():
    data = b'[\n  {\n    "a": [\n      {"b": 1},\n      {"c": 2}\n  },\n  {"d": 3}\n]'
    assert told(data) == [2, {"d": 3}]


def test_N1_a_problem_says_how_many_lines_go_with_it():
    ((number, record),) = records(b'{\n"a":\n1')
    assert str(parse_line(number, record)).endswith("; what begins here reaches to line 3")

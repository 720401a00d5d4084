"""What §8 refuses is refused with its place, as a value and as text; what is merely large goes in."""

from __future__ import annotations

import json
import math

import pytest

from tests.torture import plan
from workbench.errors import InvalidValue
from workbench.interop.ndjson import RecordProblem, parse_line
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.json_values import (
    MAX_BYTES,
    MAX_DEPTH,
    ForeignJsonError,
    check_json,
    parse_foreign_json,
    read_json,
    write_json,
)
from workbench.store.operations import Append
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore

DEEP = MAX_DEPTH - 2
"""With the three containers around it, one level too deep."""
PLACE = "$.lines[1]['a b']"


def nested(value):
    return {"lines": [0, {"a b": value}]}


def around(text):
    return '{"lines": [0, {"a b": ' + text + "}]}"


def list_of_depth(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


VALUES = [
    math.nan,
    math.inf,
    -math.inf,
    2**64,
    -(2**63) - 1,
    "\ud800",
    "x\udfffy",
    "\x00",
    "a\x00b",
    "é\x00",
    {"\ud800": 1},
    {"\x00": 1},
    {1: 1},
    b"bytes",
    {1, 2},
    object(),
    list_of_depth(DEEP),
]
TEXTS = ['"\\ud800"', '"x\\udfffy"', '"\\u0000"', '{"\\ud800": 1}', '{"\\u0000": 1}', "18446744073709551616"]
TEXTS += ["-9223372036854775809", "[" * DEEP + "]" * DEEP]
TEXTS_WITHOUT = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 30, '{"k": 1, "k": 2}']


@pytest.mark.parametrize(
    "value", VALUES, ids=lambda value: f"{value!r:.20}".encode("ascii", "replace").decode()
)
def test_N1_a_value_is_refused_with_its_place(value):
    with pytest.raises(InvalidValue) as caught:
        check_json(nested(value))
    assert caught.value.path.startswith(PLACE)
    assert caught.value.message.startswith(f"{PLACE}")
    with pytest.raises(InvalidValue, match=r"^\$"):
        write_json(nested(value))


@pytest.mark.parametrize(
    "value", [2**64 - 1, -(2**63), 5e-324, "\U0001f600\uffff\u2028", list_of_depth(DEEP - 1)]
)
def test_N1_what_is_just_allowed_goes_in_and_comes_back(value):
    text = write_json(nested(value))
    assert read_json(text) == parse_foreign_json(text) == nested(value)


@pytest.mark.parametrize("text", TEXTS)
def test_N1_text_is_refused_with_its_place(text):
    with pytest.raises((InvalidValue, ForeignJsonError)) as caught:
        parse_foreign_json(around(text))
    assert PLACE in str(caught.value)
    problem = parse_line(3, around(text).encode())
    assert isinstance(problem, RecordProblem)
    assert PLACE in str(problem)


@pytest.mark.parametrize("text", TEXTS_WITHOUT)
def test_N1_text_that_the_parser_refuses_is_refused_with_its_place(text):
    problem = parse_line(3, around(text).encode())
    assert isinstance(problem, RecordProblem)
    assert PLACE in str(problem)


@pytest.mark.parametrize("text", TEXTS_WITHOUT)
def test_N1_text_that_the_parser_refuses_is_refused(text):
    with pytest.raises((InvalidValue, ForeignJsonError)) as caught:
        parse_foreign_json(around(text))
    assert len(str(caught.value)) < 200
    assert isinstance(parse_line(3, around(text).encode()), RecordProblem)


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '{"a":' * 200_000, *("[" * depth + "]" * depth for depth in (500, 3_000, 200_000))],
)
def test_N1_nesting_without_end_is_refused(text):
    with pytest.raises(ForeignJsonError, match="nested deeper than 100"):
        parse_foreign_json(around(text))


def test_N1_brackets_in_texts_are_no_nesting():
    text = json.dumps(["[" * 1_000, '\\"[{' * 1_000])
    assert parse_foreign_json(text) == json.loads(text)
    assert parse_foreign_json("[" + "[]," * 1_000 + "[]]") == [[]] * 1_001


def test_N4_a_payload_of_50_MB_goes_in_is_listed_without_it_and_comes_back(path):
    """The letters are of two bytes, so that it is large in bytes and not in characters."""
    value = {"text": "é" * 25_000_000}
    store = SqliteStore(path, ManualClock())
    try:
        data = write_json(value)
        event = NewEvent(id=derived_id("large"), type="thing.done", data=data)
        (answer,) = store.write([Append(stream="s", events=(event,))])
        assert answer.last_version == 1
        reader = store.reader()
        (entry,) = reader.log(1, 10)
        assert entry.id == event.id
        assert sum(len(str(getattr(entry, name))) for name in entry.__struct_fields__) < 500
        assert reader.event(event.id).data == data
        store.write([Append(stream="s", events=(plan.event("r", 0, "after"),))])
        assert [one.version for one in reader.read_stream("s", after=1)] == [2]
    finally:
        store.close()
    assert check(path).findings == ()
    with_large = [one.data for one in plan.stored(path)]
    assert with_large[0] == data


def test_N4_more_than_64_MiB_is_refused():
    with pytest.raises(InvalidValue, match="64 MiB"):
        write_json("é" * (MAX_BYTES // 2))
    assert len(write_json("é" * (MAX_BYTES // 2 - 1)).encode()) == MAX_BYTES
    problem = parse_line(1, b'{"a":"' + b"x" * MAX_BYTES + b'"}')
    assert isinstance(problem, RecordProblem)
    assert "64 MiB" in str(problem)


@pytest.mark.parametrize(
    "field",
    [{"occurred_at": 2**63}, {"schema_version": 2**63}, {"data": '"\ud800"'}, {"metadata": '"\ud800"'}],
    ids=lambda field: next(iter(field)),
)
def test_N1_an_event_that_sqlite_cannot_hold_is_refused_alone(path, field):
    store = SqliteStore(path, ManualClock())
    try:
        bad = NewEvent(**{"id": derived_id("bad"), "type": "thing.done", "data": "{}", **field})
        good = plan.event("r", 0, "good")
        refused, answer = store.write([Append(stream="s", events=(bad,)), Append(stream="s", events=(good,))])
        assert isinstance(refused, InvalidValue)
        assert answer.last_version == 1
        assert [event.id for event in store.reader().read_stream("s")] == [good.id]
    finally:
        store.close()

"""The workbench's own lines: nothing is lost, nothing masked comes back, a wrong line says why."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from tests.interop.events import EVENTS, as_stored
from workbench.interop.ndjson import Incoming, RecordProblem
from workbench.interop.workbench_lines import ExportedReader, is_exported, write_line
from workbench.model.event import RecordedEvent
from workbench.model.ids import derived_id

EVENT = RecordedEvent(
    position=7,
    stream="user-ada",
    version=2,
    id_bytes=derived_id("e").bytes,
    type="user.updated",
    schema_version=3,
    recorded_at=1_700_000_000_000_001,
    occurred_at=-1,
    correlation_bytes=derived_id("c").bytes,
    causation_bytes=None,
    data='{"z":9007199254740993,"a":{"n":1.0}}',
    metadata=None,
)


def changed(**values):
    return RecordedEvent(**{name: getattr(EVENT, name) for name in EVENT.__struct_fields__} | values)


def read(line: bytes) -> Incoming | RecordProblem:
    return ExportedReader().read(4, line)


@given(EVENTS)
def test_what_goes_out_comes_in_as_it_was(event):
    line, masked = write_line(event, reveal=True)
    assert masked == 0
    assert b"\n" not in line
    assert is_exported(json.loads(line))
    incoming = read(line)
    assert isinstance(incoming, Incoming), incoming
    assert as_stored(event, incoming) == event


def test_data_stands_in_the_line_as_it_is_stored():
    line, _ = write_line(EVENT)
    assert line.startswith(b'{"workbench":1,"stream":"user-ada","version":2,"position":7,"id":"')
    assert EVENT.data.encode() in line
    assert b'"occurred_at":"1969-12-31T23:59:59.999999Z"' in line


def test_what_is_not_canonical_stands_there_as_text():
    line, _ = write_line(changed(data='{ "a": 1 }'))
    assert json.loads(line)["data_text"] == '{ "a": 1 }'
    assert "data" not in json.loads(line)


def test_a_masked_line_says_what_is_masked_and_cannot_come_back():
    line, masked = write_line(changed(data='{"password":"x","n":1}', metadata='{"token":5}'))
    value = json.loads(line)
    assert (masked, value["masked"]) == (2, ["metadata.token", "data.password"])
    assert "x" not in value["data"]["password"]
    problem = read(line)
    assert isinstance(problem, RecordProblem)
    assert "metadata.token, data.password masked when it was exported" in problem.message
    assert "--reveal" in problem.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"workbench": 2}, "workbench is 2; this program reads format 1"),
        ({"extra": 1}, "unknown key extra"),
        ({"version": 0}, "version should be 1 or more"),
        ({"version": True}, "version should be 1 or more"),
        ({"id": "7"}, "id '7' is no UUID"),
        ({"type": ""}, "type is missing"),
        ({"type": 5}, "type should be text"),
        ({"schema_version": None}, "schema_version is missing"),
        ({"occurred_at": "yesterday"}, "occurred_at 'yesterday'"),
        ({"recorded_at": "2024-05-01T12:00:00"}, "needs a zone"),
        ({"correlation_id": None}, "correlation_id is missing"),
        ({"stream": "a\tb"}, "U+0009"),
        ({"data_text": "{broken"}, "not JSON"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(change, said):
    value = json.loads(write_line(EVENT)[0]) | change
    problem = read(json.dumps({key: item for key, item in value.items() if item != ""}).encode())
    assert isinstance(problem, RecordProblem)
    assert said in problem.message
    assert problem.line == 4


def test_data_must_be_there():
    value = json.loads(write_line(EVENT)[0])
    del value["data"]
    assert "data is missing" in str(read(json.dumps(value).encode()))

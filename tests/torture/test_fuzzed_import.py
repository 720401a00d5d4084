"""Files of nonsense: each line is stored and reads back equal, or is reported, and nothing else (§8)."""

from __future__ import annotations

import asyncio
import os
import random
import time

import pytest

from tests.services.conftest import running
from tests.torture import fuzzing
from workbench.errors import InvalidValue, WorkbenchError, WorldError
from workbench.interop.field_mapping import Mapping, guess, paths_of
from workbench.interop.json_records import read_lines
from workbench.interop.ndjson import Incoming, LineReader, RecordProblem, event_line, parse_line
from workbench.model.clock import ManualClock, parse_rfc3339, rfc3339
from workbench.model.json_values import read_json, write_json
from workbench.project.samples import copy_sample
from workbench.store.operations import Append
from workbench.store.sqlite.store import SqliteStore

MAPPINGS = (
    Mapping(stream="repo.name", type="type", id="id", time="created_at", category="repo"),
    Mapping(stream="repo.name", type="type"),
    Mapping(stream="id", type="type", time="time"),
    Mapping(stream="payload.n.0", type="payload.text", id="repo.id"),
)
LONG_SECONDS = float(os.environ.get("TORTURE_SECONDS", "600"))


def read(number, line, mapping):
    """Reads a line and judges what came of it; returns what is to be stored."""
    fine, value = fuzzing.acceptable(line)
    parsed = parse_line(number, line)
    assert isinstance(parsed, dict) == fine, parsed
    if fine:
        assert fuzzing.same(parsed, value)
        paths_of([parsed])
    item = LineReader(mapping).read(number, line)
    if isinstance(item, RecordProblem):
        assert str(item).startswith(f"line {number}: ")
        assert len(item.message) > 3
        return None
    assert isinstance(item, Incoming)
    assert fine
    event = item.event
    assert fuzzing.same(read_json(event.data), value)
    assert write_json(read_json(event.data)) == event.data
    assert fuzzing.is_name(item.stream)
    assert fuzzing.is_name(event.type)
    assert event_line(item)
    if event.occurred_at is not None:
        assert fuzzing.is_time(event.occurred_at)
        assert parse_rfc3339(rfc3339(event.occurred_at)) == event.occurred_at
    return item


def store_and_compare(store, reader, items):
    """Stores what was read, as an import does, and compares what the store then says."""
    appends = [Append(stream=item.stream, events=(item.event,)) for item in items]
    for item, answer in zip(items, store.write(appends), strict=True):
        if isinstance(answer, WorkbenchError):
            assert not isinstance(answer, WorldError)
            continue
        stored = reader.event(item.event.id)
        assert (stored.stream, stored.type, stored.data) == (item.stream, item.event.type, item.event.data)
        if item.event.occurred_at is not None and not answer.idempotent:
            assert stored.occurred_at == item.event.occurred_at


def fuzz(path, seed, enough):
    """Feeds nonsense until it is enough; returns how many lines were stored and how many refused."""
    rng = random.Random(seed)
    store = SqliteStore(path, ManualClock())
    try:
        reader = store.reader()
        stored = refused = 0
        group, recent = [], []
        for number, line in enumerate(fuzzing.lines(rng), 1):
            item = read(number, line, MAPPINGS[rng.choice((0, 0, 0, 1, 1, 2, 3))])
            if item is None:
                refused += 1
            else:
                stored += 1
                group.append(item)
            recent = [*recent[-200:], parse_line(number, line)]
            if len(group) >= 64:
                store_and_compare(store, reader, group)
                guess([one for one in recent if isinstance(one, dict)])
                group = []
            if enough(number):
                return stored, refused
    finally:
        store.close()


def test_N1_nonsense_is_stored_as_it_is_or_reported(path):
    stored, refused = fuzz(path, 8, lambda number: number >= 5_000)
    assert min(stored, refused) > 1_000


@pytest.mark.long
def test_N1_nonsense_for_long(path):
    end = time.monotonic() + LONG_SECONDS
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    stored, refused = fuzz(path, seed, lambda _number: time.monotonic() > end)
    print("stored", stored, "refused", refused)


@pytest.mark.parametrize(
    "value", ["9e15", "253402300800000", '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"']
)
def test_N2_a_time_that_no_calendar_has_is_a_problem_of_its_line(value):
    line = b'{"type": "t", "repo": {"name": "r"}, "id": 1, "created_at": %s}' % value.encode()
    item = LineReader(MAPPINGS[0]).read(1, line)
    assert isinstance(item, RecordProblem)


@pytest.mark.parametrize("value", ['"0999-01-01T00:00:00Z"', '"0001-01-01T00:00:00Z"'])
def test_N2_a_time_of_long_ago_is_written_with_four_digits(value):
    line = b'{"type": "t", "repo": {"name": "r"}, "id": 1, "created_at": %s}' % value.encode()
    item = LineReader(MAPPINGS[0]).read(1, line)
    assert f'"{rfc3339(item.event.occurred_at)}"'[:5] == value[:5]


@pytest.fixture
async def workspace(tmp_path):
    async with running(copy_sample("users", tmp_path / "users")) as opened:
        yield opened


def files(seed, count):
    """Yields files of nonsense, with good lines in them, in several shapes."""
    rng = random.Random(seed)
    source = fuzzing.lines(rng)
    for number in range(count):
        good = (fuzzing._write(fuzzing.BASE[n % 2], rng) for n in range(5))
        lines = [*good, *(next(source) for _ in range(rng.choice((3, 30))))]
        rng.shuffle(lines)
        end = rng.choice((b"\n", b"\r\n", b"\n\n", b" \n\t"))
        yield number, (b"\xef\xbb\xbf" if number % 3 == 0 else b"") + end.join(lines)


@pytest.mark.parametrize("count", [12, pytest.param(2_000, marks=pytest.mark.long)])
async def test_N1_a_file_of_nonsense_comes_in_as_far_as_it_can(workspace, tmp_path, count):
    path = tmp_path / "nonsense.ndjson"
    for number, content in files(count, count):
        path.write_bytes(content)
        try:
            preview = workspace.event_import.preview(path)
        except InvalidValue:
            preview = None
        mapping = (preview and preview.mapping) or MAPPINGS[number % len(MAPPINGS)]
        for item in preview.incoming if preview else ():
            assert fuzzing.is_time(item.event.occurred_at or 0)
        async with asyncio.timeout(60):
            report = await workspace.event_import.bring_in(path, mapping)
        with path.open("rb") as file:
            count_of_lines = sum(1 for _ in read_lines(file))
        assert report.stored + report.known + report.broken == count_of_lines
        assert len(report.problems) == report.broken
        again = await workspace.event_import.bring_in(path, mapping)
        assert (again.stored, again.known, again.broken) == (0, report.stored + report.known, report.broken)
        assert report.summary()

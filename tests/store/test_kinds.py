"""F5: a column of a wrong kind is a finding of doctor, and a clear error elsewhere; never a traceback."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlmodel import SQLModel

from tests.store.actions import append
from workbench.app import run
from workbench.errors import StoreCorrupt, WorkbenchError
from workbench.model.dead_letter import LetterStatus
from workbench.model.ids import derived_id
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.project.samples import copy_sample
from workbench.store import operations as op
from workbench.store.letter_jobs import Job
from workbench.store.operations.projection_operations import ApplyProjection
from workbench.store.operator_actions import OperatorAction
from workbench.store.sqlite.column_shapes import ColumnShape, Count, Id
from workbench.store.sqlite.connection import open_reader
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.reader import SqliteReader
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import PassedEvent, PassedKind, Snapshot

COLUMNS = [
    (table.name, column.name)
    for table in SQLModel.metadata.sorted_tables
    for column in table.columns
    if not column.primary_key and table.name != "meta"
]
WRONG = {"a text": "'nonsense'", "bytes": "x'ff00'", "a fraction": "1.5", "below 0": "-7"}
STATUSES = tuple(LetterStatus)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A store with rows in every table."""
    folder = copy_sample("users", tmp_path_factory.mktemp("full") / "users")
    assert run(["run", str(folder), "--json"]) == 0
    path = folder / "data" / "events.db"
    from workbench.model.clock import ManualClock

    store = SqliteStore(path, ManualClock())
    letter, other = store.reader().letters(statuses=STATUSES)[:2]
    snapshot = Snapshot(stream="user-ada", version=1, state_hash="h", state="{}")
    passed = PassedEvent(position=3, stream="user-ada", kind=PassedKind.SKIPPED, error="no")
    users = store.reader().generations("users")[0]
    answers = store.write(
        [
            op.SaveSnapshot(snapshot=snapshot),
            op.StartJob(job=Job(action="replay", numbers=(letter.number,))),
            op.RecordAction(action=OperatorAction(at=1, action="pause", subject="engine", detail="")),
            op.SaveProcess(process="p", key="k", state="{}"),
            op.NewMessage(
                id=derived_id("later"),
                topic=COMMANDS_TOPIC,
                type="expire",
                key="k",
                data="{}",
                correlation_id=derived_id("later"),
                deliver_at=2**60,
                instance="p:k",
            ),
            op.NoteLetters(numbers=(letter.number,), owner="ann", note="asked", act="asked"),
            op.ReplayLetter(number=letter.number),
            op.MarkLetters(numbers=(other.number,), before=("open",), after="archived", act="mine"),
            ApplyProjection(
                name="users",
                generation=users.generation,
                before=users.checkpoint,
                checkpoint=users.checkpoint,
                passed=(passed,),
            ),
        ]
    )
    assert not [answer for answer in answers if isinstance(answer, WorkbenchError)], answers
    store.close()
    with closing(sqlite3.connect(path)) as con:
        empty = [table for table, _ in COLUMNS if not con.execute(f"select 1 from {table}").fetchone()]
    assert not empty
    return path


def reads(reader: SqliteReader):
    """Does every kind of read, and everything that is decoded only when it is looked at."""
    streams = reader.streams(0, 1000)
    yield from (reader.head, lambda: reader.log(0, 1000), reader.categories)
    yield from (reader.published, reader.actions, reader.commands)
    for stream in streams[:5]:
        yield lambda stream=stream: [
            reader.stream(stream.name),
            reader.snapshot(stream.name),
            reader.read_data(stream.name),
            reader.stream_entries(stream.name, range(1, 101)),
            [event.json() for event in reader.read_stream(stream.name)],
        ]
    yield lambda: reader.snapshot("user-ada")
    yield lambda: [event.id for event in reader.read_log(0, 1000)]
    for state in reader.subscriptions():
        yield lambda state=state: [
            reader.due(state.name, 2**60, 100),
            reader.deliveries(state.name),
            reader.depth(state.name),
            reader.due_times(state.name),
            [m.json() for m in reader.read_topic(state.topic, lambda _type: True, 0, 1000)[0]],
        ]
    yield lambda: [letter.attempts for letter in reader.letters(statuses=STATUSES)]
    yield lambda: reader.letter_groups(STATUSES)
    yield from (reader.jobs, lambda: reader.process("p", "k"))
    for name in ("users", "outages"):
        yield lambda name=name: [
            [reader.passed(name, one.generation) for one in reader.generations(name)],
            reader.projection_rows(name),
        ]


def troubles(path):
    """Returns the errors of all reads; whatever is no `WorkbenchError` gets out."""
    reader = SqliteReader(open_reader(path), path)
    found = []
    try:
        for read in _each(reader, found):
            try:
                read()
            except WorkbenchError as error:
                found.append(error)
    finally:
        reader.close()
    return found


def _each(reader, found):
    try:
        yield from reads(reader)
    except WorkbenchError as error:
        found.append(error)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_F5_a_wrong_kind_is_a_finding_and_no_traceback(full, tmp_path, table, column):
    told = 0
    for wrong in WRONG.values():
        path = tmp_path / "events.db"
        shutil.copy(full, path)
        with closing(sqlite3.connect(path)) as con:
            try:
                last = f"(select max(rowid) from {table})"
                con.execute(f'update {table} set "{column}" = {wrong} where rowid = {last}')
            except sqlite3.IntegrityError:
                continue  # the schema does not take it
            con.commit()
        findings = [finding for finding in check(path).findings if finding.rule == "kind"]
        found = troubles(path)
        assert all(isinstance(error, StoreCorrupt) for error in found), found
        assert all("doctor" in error.hint for error in found), found
        assert findings or not found, (wrong, found)
        told += bool(findings)
        if findings:
            assert f"{table}, " in findings[0].text
            assert f": {column} is " in findings[0].text
    assert told


def test_F5_a_sound_store_has_no_such_findings_and_every_read_succeeds(full):
    assert check(full).healthy
    assert troubles(full) == []


def test_F5_what_the_writer_reads_of_a_damaged_head_is_told(path, clock):
    store = SqliteStore(path, clock)
    store.write([append("s", "a")])
    store.close()
    with closing(sqlite3.connect(path)) as con:
        con.execute("update streams set version = 'one'")
        con.commit()
    store = SqliteStore(path, clock)
    (answer,) = store.write([append("s", "b")])
    assert isinstance(answer, StoreCorrupt)
    assert "version of streams" in answer.message
    store.close()


def test_F5_the_row_and_the_column_are_named():
    shape = ColumnShape("select e.position, t.name, e.id from events e join types t", Count, str, Id)
    good = (7, "made", derived_id(1).bytes)
    assert shape([good]) == [good]
    for bad, place, said in (
        ((8, b"made", good[2]), "name of events, in the row 8,", "Expected `str`, got `bytes`"),
        ((-1, "made", good[2]), "position of events, in the row -1,", "Expected `int` >= 0"),
        ((9, "made", b"short"), "id of events, in the row 9,", "Expected `bytes` of length >= 16"),
        ((9, "made", None), "id of events, in the row 9,", "Expected `bytes`, got `null`"),
    ):
        with pytest.raises(StoreCorrupt) as caught:
            shape([good, bad])
        assert f"{place} is not what it must be: {said}" in str(caught.value)


def test_F5_what_should_be_json_and_is_none_is_told():
    for text in ("{", b"\xff", ""):
        with pytest.raises(StoreCorrupt, match="JSON"):
            read_json(text)

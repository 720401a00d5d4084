"""A copy keeps a part of a store, or is masked, and no byte of the rest is left in it (W21, W22)."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.masking import Masking
from workbench.store.operations import (
    Append,
    EnsureSubscription,
    EnsureTopic,
    NewMessage,
    RecordAction,
    SaveSnapshot,
)
from workbench.store.operations.projection_operations import EnsureProjection
from workbench.store.operations.row_operations import ProjectRows, SaveProcess
from workbench.store.operator_actions import OperatorAction
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.exact_numbers import written
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.part import keep_part, mask_store, pack_tight, payloads
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import Snapshot

COLUMNS = (
    ("id", "integer"), ("name", "text"), ("price", "decimal"), ("more", "json"), ("paid", "boolean"),
)  # fmt: skip
LONG = "x" * 3000


def made(number, **data):
    text = json.dumps(data, separators=(",", ":"))
    return NewEvent(
        id=derived_id(number), type="made", data=text, correlation_id=derived_id("flow", number % 2)
    )


@pytest.fixture
def copy(path, tmp_path, clock):
    """Two streams, two messages, and what handlers, processes and operators keep."""
    store = SqliteStore(path, clock)
    store.write([EnsureTopic(name="mail"), EnsureSubscription(name="mailer", topic="mail", cursor=0)])
    for number, (stream, name) in enumerate((("thing-1", "Anna"), ("thing-2", "Berthold")) * 2):
        event = made(number, id=number % 2 + 1, name=name, pad=f"{name} {LONG}")
        store.write([Append(stream=stream, events=(event,))])
    for number, name in enumerate(("Anna", "Berthold")):
        message = NewMessage(
            topic="mail", id=derived_id("mail", number), type="mail", key=f"{number + 1}",
            data=json.dumps({"to": name}), correlation_id=derived_id("flow", number),
        )  # fmt: skip
        store.write(
            [message, SaveProcess(process="p", key=f"{number + 1}", state=json.dumps({"name": name}))]
        )
    store.write([EnsureProjection(name="rows", columns=(("id", "text"),), indexed=(), definition_hash="h")])
    store.write(
        [EnsureProjection(name="kept", columns=COLUMNS, indexed=("name",), definition_hash="", folded=False)]
    )
    rows = tuple(
        {"id": at, "name": name, "price": Decimal("12.50"), "more": json.dumps({"name": name}), "paid": True}
        for at, name in ((1, "Anna"), (2, "Berthold"))
    )
    assert store.write([ProjectRows(name="kept", rows=rows)]) == [None]
    state = json.dumps({"name": "Berthold"})
    act = OperatorAction(at=1, action="pause", subject="Berthold", detail="", who="me")
    store.write(
        [
            SaveSnapshot(snapshot=Snapshot(stream="thing-2", version=2, state_hash="h", state=state)),
            RecordAction(action=act),
        ]
    )
    store.close()
    target = tmp_path / "copy.db"
    backup(path, target)
    return target


def looked_at(copy, clock, look):
    store = SqliteStore(copy, clock)
    try:
        return look(store.reader())
    finally:
        store.close()


def test_W21_a_part_has_whole_streams_with_their_positions_and_no_byte_of_others(copy, clock):
    counts = keep_part(copy, ["thing-1"], None)
    pack_tight(copy)
    assert (counts["streams"], counts["events"], counts["messages"]) == (1, 2, 1)
    assert check(copy).healthy
    assert b"Berthold" not in copy.read_bytes()
    assert check(copy).sizes["free_bytes"] == 0

    def look(reader):
        log = [(one.position, one.stream, one.version) for one in reader.read_log(0, 100)]
        kept = reader.rows("kept", where={}, after=None, limit=10).rows
        return log, [row["id"] for row in kept], reader.head(), reader.generations("rows")

    assert looked_at(copy, clock, look) == ([(1, "thing-1", 1), (3, "thing-1", 2)], [1], 5, [])


def test_W21_what_is_left_is_numbered_without_gaps(copy, clock):
    keep_part(copy, ["thing-2"], None)
    assert check(copy).healthy

    def look(reader):
        streams = [(one.number, one.name) for one in reader.streams(1, 9)]
        return reader.stream_count(), streams, [one.version for one in reader.read_stream("thing-2", 0, 9)]

    assert looked_at(copy, clock, look) == (1, [(1, "thing-2")], [1, 2])


def test_W21_a_correlation_keeps_every_stream_that_has_an_event_of_it(copy, clock):
    keep_part(copy, [], derived_id("flow", 1))
    pack_tight(copy)
    assert b"Anna" not in copy.read_bytes()
    assert check(copy).healthy
    assert looked_at(copy, clock, lambda reader: reader.stream("thing-2").version) == 2
    assert looked_at(copy, clock, lambda reader: reader.snapshot("thing-2")) is None


def test_W21_without_a_choice_all_stays(copy, clock):
    assert keep_part(copy, [], None)["events"] == 4
    assert looked_at(copy, clock, lambda reader: len(reader.read_log(0, 100))) == 4
    assert {table for table, _ in payloads(copy)} >= {"events", "messages", "processes", "kept", "actions"}


def test_W22_rows_keys_and_all_that_mentions_a_value_are_masked_and_nothing_of_it_is_left(copy, clock):
    keep_part(copy, [], None)
    masking = Masking(("id", "name", "price"), b"key", secrets=False)
    changed = mask_store(copy, masking)
    pack_tight(copy)
    assert changed["events"] == 4
    for value in (b"Anna", b"Berthold"):
        assert value not in copy.read_bytes(), value
    assert check(copy).healthy

    def look(reader):
        rows = reader.rows("kept", where={}, after=None, limit=10).rows
        return rows, [json.loads(one.data) for one in reader.read_log(0, 100)], reader.actions()

    rows, events, actions = looked_at(copy, clock, look)
    assert {row["id"] for row in rows} == {one["id"] for one in events}, "the same value, the same mask"
    assert all(row["name"] == json.loads(row["more"])["name"] and row["paid"] for row in rows)
    (price,) = {row["price"] for row in rows}
    with closing(sqlite3.connect(copy)) as con:
        assert {raw for (raw,) in con.execute("select price from p_kept_1")} == {written(price)}, "it sorts"
    assert price != Decimal("12.50")
    assert re.fullmatch(r"[1-9]\d\.[1-9]", str(price)), "the places stay"
    assert {one["name"] for one in events} == {row["name"] for row in rows}
    assert actions[0].subject in {row["name"] for row in rows}


def test_W22_names_whose_masks_are_the_names_of_others_do_not_meet(path, clock):
    store = SqliteStore(path, clock)
    for number in range(1, 10):
        store.write([Append(stream=f"thing-{number}", events=(made(number, id=f"{number}"),))])
        store.write([SaveProcess(process="p", key=f"{number}", state="{}")])
    store.close()
    mask_store(path, Masking(("id",), b"key", secrets=False))
    assert check(path).healthy

    def look(reader):
        return {one.stream: json.loads(one.data)["id"] for one in reader.read_log(0, 100)}

    names = looked_at(path, clock, look)
    assert len(names) == 9
    assert names == {f"thing-{one}": one for one in names.values()}

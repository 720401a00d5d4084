"""A copy that is cut back is as the store was at that position, and nothing waits in it (W3)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.operations import (
    Append,
    CloseStream,
    EnsureSubscription,
    EnsureTopic,
    NewMessage,
    RecordCommand,
    SaveSnapshot,
)
from workbench.store.operations.projection_operations import EnsureProjection
from workbench.store.operations.row_operations import SaveProcess
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.cut import cut_back
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import CommandRecord, Snapshot

TOPIC = "mail"


def append(store, stream, number):
    event = NewEvent(id=derived_id(number), type="made", data="{}")
    store.write([Append(stream=stream, events=(event,))])


@pytest.fixture
def copy(path, tmp_path, clock):
    """Positions 1 to 4 are events of two streams and a message; then more of everything."""
    store = SqliteStore(path, clock)
    store.write([EnsureTopic(name=TOPIC), EnsureSubscription(name="mailer", topic=TOPIC, cursor=0)])
    for number, stream in enumerate(("early", "both", "early"), 1):
        append(store, stream, number)
    store.write([_message("first")])
    store.write([CloseStream(stream="early")])
    clock.advance(60)
    for number, stream in enumerate(("both", "late", "both"), 10):
        append(store, stream, number)
    store.write(
        [_message("second"), CloseStream(stream="both"), SaveProcess(process="p", key="k", state="{}")]
    )
    store.write([EnsureProjection(name="rows", columns=(("id", "text"),), indexed=(), definition_hash="h")])
    store.close()
    target = tmp_path / "copy.db"
    backup(path, target)
    return target


def _message(name):
    return NewMessage(
        id=derived_id(name), topic=TOPIC, type="sent", key="", data="{}", correlation_id=derived_id(name)
    )


def test_W3_what_came_later_is_gone_and_the_rest_is_whole(copy, clock):
    cut_back(copy, 4)
    assert check(copy).healthy
    store = SqliteStore(copy, clock)
    reader = store.reader()
    streams = {one.name: one.version for one in reader.streams(0, 10)}
    assert streams == {"early": 2, "both": 1}
    assert reader.head() == 4
    assert [one.type for one in reader.read_topic(TOPIC, lambda _type: False, 0, 10)[0]] == ["sent"]
    assert reader.process("p", "k") is None
    assert reader.subscription("mailer").cursor == 4
    append(store, "both", 10)
    assert [one.position for one in reader.read_stream("both")] == [2, 5]
    store.close()


def test_W3_only_a_stream_that_was_closed_then_takes_no_more(copy):
    cut_back(copy, 4)
    with closing(sqlite3.connect(copy)) as con:
        closed = con.execute("select name, closed from streams").fetchall()
    assert dict(closed) == {"early": 1, "both": 0}


def test_W3_rows_that_are_ahead_go_and_others_stay(copy):
    with closing(sqlite3.connect(copy)) as con:
        con.execute("update projections set checkpoint = 3")
        con.commit()
        cut_back(copy, 4)
        assert con.execute("select count(*) from projections").fetchone() == (1,)
        cut_back(copy, 2)
        assert con.execute("select count(*) from projections").fetchone() == (0,)
        assert not con.execute("select name from sqlite_master where name like 'p_rows%'").fetchall()


def test_W3_nothing_is_cut_where_nothing_came_later(copy, clock):
    cut_back(copy, 10_000)
    store = SqliteStore(copy, clock)
    assert store.reader().head() == 8
    assert store.reader().stream_count() == 3
    store.close()


def test_W3_subscriptions_begin_there_go_and_count_from_nothing(copy, clock):
    with closing(sqlite3.connect(copy)) as con:
        con.execute(
            "update subscriptions set cursor = 8, claimed_to = 9, paused = 1, delivered = 7, died = 2"
        )
        con.execute(
            "insert into deliveries (subscription_id, position, message_id, key, state, rank, generation,"
            " acquired, failed, crashed, priority, enqueued_at, attempts)"
            " values (1, 4, x'00', '', 'ready', 0, 0, 0, 0, 0, 0, 0, '[]')"
        )
        con.commit()
    cut_back(copy, 4)
    store = SqliteStore(copy, clock)
    (found,) = store.reader().subscriptions()
    assert (found.cursor, found.paused, found.delivered, found.died, found.waiting) == (4, False, 0, 0, 0)
    store.close()


def test_W3_commands_and_snapshots_that_came_later_are_not_known(path, tmp_path, clock):
    store = SqliteStore(path, clock)
    append(store, "s", 1)
    store.write([_command("early", 1), SaveSnapshot(snapshot=_snapshot(1))])
    clock.advance(60)
    append(store, "s", 2)
    store.write(
        [_command("late", 2), _command("refused", 0, clock.now()), SaveSnapshot(snapshot=_snapshot(2))]
    )
    store.close()
    cut_back(path, 1)
    store = SqliteStore(path, clock)
    known = store.reader().commands_named([derived_id(name) for name in ("early", "late", "refused")])
    assert [one.command_id for one in known] == [derived_id("early")]
    assert store.reader().snapshot("s") is None, "only the newest is kept, and that is of a later version"
    store.close()


def _command(name, position, at=0):
    record = CommandRecord(
        command_id=derived_id(name), type="make", stream="s", data="{}", outcome="accepted", issued_at=at,
        first_position=position, last_position=position, correlation_id=derived_id(name),
    )  # fmt: skip
    return RecordCommand(record=record)


def _snapshot(version):
    return Snapshot(stream="s", version=version, state_hash="h", state="{}")

"""M1: stores of every schema that ever landed are converted: a backup first, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench.errors import SchemaTooOld, StoreCorrupt, StoreFull
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.letter_jobs import JobPlan
from workbench.store.operations import Append, NoteLetters, WithdrawTimeouts
from workbench.store.sqlite import migrations
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore
from workbench.store.sqlite.tables import SCHEMA_VERSION

SCHEMAS = Path(__file__).parent / "schemas"
VERSIONS = sorted(int(file.stem) for file in SCHEMAS.glob("*.db"))


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


KEPT = {
    "deliveries": (
        "id, subscription_id, position, message_id, key, state, generation, acquired, failed, crashed",
        "due_at, lease_token, lease_until, priority, enqueued_at, expires_at, data, attempts, letter_id",
    ),
    "subscriptions": (
        "id, name, topic, cursor, claimed_to, claim_token, paused, delivered, failed, filtered, created_at",
    ),
}
"""What of a table stood in it from the first schema on."""


def content(path):
    """Everything that a migration must not change."""
    with closing(sqlite3.connect(path)) as con:
        tables = (
            "events",
            "streams",
            "types",
            "snapshots",
            "commands",
            "messages",
            "deliveries",
            "dead_letters",
            "subscriptions",
        )
        return {
            table: con.execute(f"select {','.join(KEPT.get(table, '*'))} from {table} order by 1").fetchall()
            for table in tables
        }


@pytest.fixture
def old(path):
    shutil.copy(SCHEMAS / "1.db", path)
    return path


def test_there_is_a_store_of_every_schema_before_the_present_one():
    assert list(range(1, SCHEMA_VERSION)) == VERSIONS
    assert sorted(migrations.STEPS) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_M1_a_store_of_any_schema_opens_and_nothing_of_it_is_lost(path, clock, version):
    shutil.copy(SCHEMAS / f"{version}.db", path)
    before = content(path)
    told = []
    store = SqliteStore(path, clock, progress=told.append)
    store.write([Append(stream="new", events=(NewEvent(id=derived_id(1), type="t", data="{}"),))])
    store.close()
    assert check(path).healthy
    after = content(path)
    assert {table: rows[: len(before[table])] for table, rows in after.items()} == before
    assert any("copying" in said for said in told)
    backup = path.with_name(f"events.db.schema-{version}")
    assert content(backup) == before


def test_M1_projections_of_schema_1_keep_their_rows_and_are_counted(old, clock):
    store = SqliteStore(old, clock)
    reader = store.reader()
    (state,) = reader.generations("users")
    assert (state.live, state.generation, state.checkpoint, state.rows) == (True, 1, 251, 9)
    assert state.columns[0] == ("id", "text")
    assert reader.row("users", "ada")["email"] == "ada104@example.org"
    assert reader.passed("users", 1) == []
    store.close()


def test_M1_what_a_process_of_schema_6_issued_can_still_be_withdrawn(path, clock):
    shutil.copy(SCHEMAS / "6.db", path)
    store = SqliteStore(path, clock)
    assert store.reader().process("trips", "a") == ('{"paid":true}', 0)
    assert store.write([WithdrawTimeouts(instance="trips:a", types=("expire",))]) == [1]
    store.close()


def test_M1_a_bulk_action_of_schema_7_goes_on_without_a_plan(path, clock):
    shutil.copy(SCHEMAS / "7.db", path)
    store = SqliteStore(path, clock)
    (job,) = store.reader().jobs()
    assert (job.action, job.numbers, job.per_second, job.plan) == ("archive", (1, 2), 2.5, JobPlan())
    assert store.write([NoteLetters(numbers=(1, 2, 99), owner="ann")]) == [2]
    assert [one.owner for one in store.reader().letter_facts([1, 3])] == ["", "ann"]
    store.close()


def test_M1_an_earlier_backup_is_not_overwritten(old, clock):
    kept = old.with_name("events.db.schema-1")
    kept.write_text("mine")
    SqliteStore(old, clock).close()
    assert kept.read_text() == "mine"
    assert content(old.with_name("events.db.schema-1.2")) == content(SCHEMAS / "1.db")


def test_M1_a_store_that_breaks_a_rule_is_left_as_it_was(old, clock):
    with closing(sqlite3.connect(old)) as con:
        con.execute("update streams set version = version + 1 where id = 1")
        con.commit()
    before = content(old)
    with pytest.raises(StoreCorrupt, match="cannot be converted") as caught:
        SqliteStore(old, clock)
    assert "doctor" in caught.value.hint
    assert content(old) == before
    with closing(sqlite3.connect(old)) as con:
        assert con.execute("pragma user_version").fetchone() == (1,)


def test_M1_an_end_in_the_midst_leaves_the_old_store_and_the_next_start_converts_it(old, clock, monkeypatch):
    before = content(old)

    def half(con):
        step(con)
        raise KeyboardInterrupt

    step = migrations.STEPS[1]
    with monkeypatch.context() as patch:
        patch.setitem(migrations.STEPS, 1, half)
        with pytest.raises(KeyboardInterrupt):
            SqliteStore(old, clock)
    assert content(old) == before
    store = SqliteStore(old, clock)
    assert store.observer == "", "the lock was let go"
    store.close()
    assert check(old).healthy


def test_M1_no_room_for_the_backup_leaves_the_store_as_it_was(old, clock, monkeypatch):
    def full(path, target):
        raise StoreFull("the disk is full")

    before = digest(old)
    monkeypatch.setattr(migrations, "backup", full)
    with pytest.raises(StoreFull):
        SqliteStore(old, clock)
    assert digest(old) == before or content(old) == content(SCHEMAS / "1.db")


def test_F5_who_may_only_look_does_not_convert(old, clock):
    before = digest(old)
    old.chmod(0o444)
    with pytest.raises(SchemaTooOld, match="read-only") as caught:
        SqliteStore(old, clock)
    assert "where it can be written" in caught.value.hint
    assert digest(old) == before
    assert [one.name for one in old.parent.iterdir() if one.name.startswith("events")] == ["events.db"]


def test_the_oldest_schema_is_what_it_says():
    with closing(sqlite3.connect(SCHEMAS / "1.db")) as con:
        (columns,) = con.execute("select columns from projections where name = 'users'").fetchone()
        assert json.loads(columns)[0] == ["id", "text"]
        assert con.execute("pragma user_version").fetchone() == (1,)

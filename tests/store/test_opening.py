"""Files that are no store, damaged, newer, read-only or held by another: refused or looked at, untouched."""

from __future__ import annotations

import gc
import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import NotAStore, SchemaTooNew, StoreCorrupt, StoreReadOnly, WorldError
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.operations import Append
from workbench.store.sqlite.connection import open_reader
from workbench.store.sqlite.schema import ddl
from workbench.store.sqlite.store import SqliteStore
from workbench.store.sqlite.tables import APPLICATION_ID, SCHEMA_VERSION


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fill(path: Path, clock: ManualClock, events: int = 500) -> None:
    store = SqliteStore(path, clock)
    store.write(
        [
            Append(stream=f"s-{n % 7}", events=(NewEvent(id=derived_id(n), type="t", data=f'{{"n":{n}}}'),))
            for n in range(events)
        ]
    )
    store.close()


def test_F5_a_text_file_is_refused_and_left_as_it_is(path, clock):
    path.write_text("dear diary " * 50)
    before = digest(path)
    with pytest.raises(NotAStore, match="not a database"):
        SqliteStore(path, clock)
    assert digest(path) == before
    assert [p.name for p in path.parent.iterdir() if p.name.startswith("events")] == ["events.db"]


def test_F5_a_database_of_another_program_is_refused_and_left_as_it_is(path, clock):
    con = sqlite3.connect(path)
    con.execute("create table customers (id integer primary key)")
    con.close()
    before = digest(path)
    with pytest.raises(NotAStore, match="another program"):
        SqliteStore(path, clock)
    assert digest(path) == before


def test_F5_a_newer_schema_is_refused_and_left_as_it_is(path, clock):
    fill(path, clock)
    con = sqlite3.connect(path)
    con.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    con.execute("pragma wal_checkpoint(truncate)")
    con.close()
    before = digest(path)
    with pytest.raises(SchemaTooNew) as caught:
        SqliteStore(path, clock)
    assert "newer" in caught.value.hint
    assert digest(path) == before


def test_F5_a_file_that_is_cut_off_is_refused_and_left_as_it_is(path, clock):
    fill(path, clock)
    os.truncate(path, path.stat().st_size // 2)
    before = digest(path)
    with pytest.raises(StoreCorrupt, match="cut off"):
        SqliteStore(path, clock)
    assert digest(path) == before


def test_F5_H2_a_store_whose_tables_were_changed_is_refused(path, clock):
    fill(path, clock)
    con = sqlite3.connect(path)
    con.execute("create trigger evil after insert on events begin delete from events; end")
    con.close()
    with pytest.raises(StoreCorrupt, match="tables of a store"):
        SqliteStore(path, clock)


def test_F5_a_read_only_file_is_only_looked_at(path, clock):
    fill(path, clock, 3)
    path.chmod(stat.S_IRUSR | stat.S_IRGRP)
    store = SqliteStore(path, clock)
    assert "read-only" in store.observer
    assert store.reader().head() == 3
    with pytest.raises(StoreReadOnly, match="reading only"):
        store.write([Append(stream="s", events=())])
    store.close()


def test_C8_a_second_process_observes_and_says_who_holds_the_store(path, clock):
    store = SqliteStore(path, clock)
    store.write([Append(stream="s", events=(NewEvent(id=derived_id(1), type="t", data="{}"),))])
    script = (
        "import sys; from pathlib import Path; from workbench.model.clock import SystemClock;"
        "from workbench.store.sqlite.store import SqliteStore;"
        "s = SqliteStore(Path(sys.argv[1]), SystemClock());"
        "print(s.observer); print(s.reader().head()); s.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    said, head = done.stdout.splitlines()
    assert f"(PID {os.getpid()} on " in said
    assert head == "1"
    store.close()
    again = SqliteStore(path, clock)
    assert again.observer == ""
    again.close()


def test_C3_the_header_says_whose_file_it_is(path, clock):
    fill(path, clock, 1)
    header = path.read_bytes()[:100]
    assert int.from_bytes(header[68:72], "big") == APPLICATION_ID
    assert int.from_bytes(header[60:64], "big") == SCHEMA_VERSION


def test_I12_reading_everything_changes_nothing(path, clock):
    fill(path, clock)
    store = SqliteStore(path, clock)
    reader = store.reader()
    before = reader._con.total_changes
    reader.streams(1, 10)
    reader.log(1, 100)
    reader.find_streams(text="s")
    reader.letters(statuses=["open"])
    reader.letter_groups(["open"])
    reader.commands()
    reader.actions()
    reader.subscriptions()
    reader.read_topic("none", lambda _type: True, 0, 10)
    assert reader._con.total_changes == before == 0
    with pytest.raises(sqlite3.OperationalError):
        reader._con.execute("delete from events")
    store.close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path, clock):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreReadOnly, match="cannot be made"):
        SqliteStore(tmp_path / "file" / "events.db", clock)


def test_the_schema_is_that_of_the_sqlmodel_classes(path, clock):
    fill(path, clock, 1)
    con = sqlite3.connect(path)
    stored = {
        " ".join(row[0].split()) for row in con.execute("select sql from sqlite_master where sql is not null")
    }
    con.close()
    assert stored == {" ".join(statement.split()) for statement in ddl()}


def test_a_reader_that_nobody_holds_any_more_lets_go_of_the_file(file_store):
    reader = file_store.reader()
    con = reader._con
    assert reader.head() == 0
    del reader
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        con.execute("select 1")


def test_a_connection_that_cannot_be_made_ready_is_closed(path, clock, monkeypatch):
    fill(path, clock, 1)
    opened = []

    def connect(*given, **named):
        opened.append(real(*given, **named))
        return opened[-1]

    real = sqlite3.connect
    monkeypatch.setattr("workbench.store.sqlite.connection.sqlite3.connect", connect)
    path.write_bytes(b"x" * 4096)
    with pytest.raises(WorldError):
        open_reader(path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        opened[0].execute("select 1")

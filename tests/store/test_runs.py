"""F5: a log that a killed run left is taken in by its own file alone; anything else is refused untouched."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from tests.store.actions import append
from tests.store.test_looking import killed_at
from workbench.errors import StoreCorrupt
from workbench.store.lock import StoreLock
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.connection import open_writer
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.run_marks import begin_run, check_log, run_of
from workbench.store.sqlite.store import SqliteStore


@pytest.fixture
def path(tmp_path):
    """In a folder of its own, which can be copied."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "events.db"


def write_and_close(path, clock, *letters):
    store = SqliteStore(path, clock)
    for letter in letters:
        store.write([append("s", letter)])
    store.close()


def head(path, clock):
    store = SqliteStore(path, clock)
    try:
        return store.reader().head()
    finally:
        store.close()


def copy_of_the_closed_file(path, clock, target):
    write_and_close(path, clock, *"yz")
    shutil.copy(path, target)


def backup_of_the_closed_file(path, clock, target):
    write_and_close(path, clock, *"yz")
    backup(path, target)


def backup_after_the_kill(path, clock, target):
    killed_at(path)
    backup(path, target)


def another_store(path, clock, target):
    write_and_close(path, clock, *"yz")
    write_and_close(target, clock, *"uvwx")


OTHERS = [copy_of_the_closed_file, backup_of_the_closed_file, backup_after_the_kill, another_store]


@pytest.mark.parametrize("make", OTHERS)
def test_F5_another_file_beside_the_log_of_a_killed_run_is_refused_untouched(path, tmp_path, clock, make):
    target = tmp_path / "other.db"
    make(path, clock, target)
    killed_at(path)
    wanted = check(target).sizes["events"]
    shutil.copy(target, path)
    log = path.with_name("events.db-wal")
    before = path.read_bytes(), log.read_bytes()
    for look in (
        lambda: SqliteStore(path, clock),
        lambda: check(path),
        lambda: backup(path, tmp_path / "x.db"),
    ):
        with pytest.raises(StoreCorrupt, match="was replaced") as caught:
            look()
        assert "move events.db-wal and events.db-shm away" in caught.value.hint
    assert (path.read_bytes(), log.read_bytes()) == before
    log.unlink()
    path.with_name("events.db-shm").unlink()
    assert head(path, clock) == wanted


@pytest.mark.parametrize("empty", [False, True])
def test_F5_a_log_without_its_file_is_no_new_store(path, clock, empty):
    killed_at(path)
    shutil.copy(path, path.with_name("kept"))
    path.unlink()
    if empty:
        path.touch()
    with pytest.raises(StoreCorrupt, match="is empty" if empty else "is missing") as caught:
        SqliteStore(path, clock)
    assert "put events.db back" in caught.value.hint
    assert path.exists() is empty
    path.with_name("kept").replace(path)
    assert head(path, clock) == 3


def test_F5_the_file_of_a_killed_run_opens_wherever_its_folder_is_copied(path, tmp_path, clock):
    write_and_close(path, clock, *"yz")
    killed_at(path)
    for folder in ("copy", "again"):
        shutil.copytree(path.parent, tmp_path / folder)
        assert head(tmp_path / folder / "events.db", clock) == 5
    killed_at(path)
    killed_at(path)
    assert head(path, clock) == 5  # the same events, which are stored once


def test_F5_file_and_log_that_were_put_there_together_open_without_the_note(path, tmp_path, clock):
    killed_at(path)
    there = tmp_path / "events.db"
    write_and_close(there, clock, "z")
    for kind in ("", "-wal"):
        shutil.copy(f"{path}{kind}", f"{there}{kind}")
    with pytest.raises(StoreCorrupt, match="was replaced") as caught:
        SqliteStore(there, clock)
    assert "remove events.db.lock" in caught.value.hint
    StoreLock(there).path.unlink()
    assert head(there, clock) == 3


@pytest.mark.parametrize("note", ["", "{", "[]", "3", '{"runs": 3}', '{"pid": 1}', "[" * 100_000])
def test_F5_a_log_of_an_older_program_is_taken_in(path, clock, note):
    killed_at(path)
    StoreLock(path).path.write_text(note)
    assert StoreLock(path).holder() == "another process"
    assert head(path, clock) == 3


def test_F5_a_kill_in_the_midst_of_a_beginning_leaves_a_file_that_opens(path, clock):
    write_and_close(path, clock, "a")
    first = run_of(path)
    lock = StoreLock(path)
    assert lock.acquire(0)
    con = open_writer(path, "full")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from meta").fetchone()
    con.execute("insert or replace into meta values ('x', 'y')")
    begin_run(path, con, lock, "next")  # whoever reads keeps the name from the file
    assert set(lock.runs()) == {first, "next"}
    assert run_of(path) == first
    check_log(path)
    reader.close()
    con.execute("pragma wal_checkpoint(passive)")
    assert run_of(path) == "next"
    check_log(path)
    con.close()
    lock.release()


def test_F5_what_the_lock_says_stays_when_another_run_takes_it(path, clock):
    write_and_close(path, clock, "a")
    lock = StoreLock(path)
    before = lock.runs()
    assert len(before) == 1
    assert lock.acquire(0)
    assert json.loads(lock.path.read_text())["runs"] == list(before)
    lock.release()
    assert lock.runs() == before


def test_F5_a_copy_bears_no_run(path, tmp_path, clock):
    write_and_close(path, clock, "a")
    assert run_of(path)
    backup(path, tmp_path / "copy.db")
    assert run_of(tmp_path / "copy.db") == ""

"""C9, C10: the lock is the file's own, and nothing is acknowledged once the file is gone from its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.actions import append
from workbench.errors import Outcome, StoreFailed, StoreGone, StoreReadOnly, WorldError
from workbench.store.lock import StoreLock, why_shared
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.file_presence import FilePresence
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore

OBSERVER = (
    "import sys; from pathlib import Path; from workbench.model.clock import SystemClock;"
    "from workbench.store.sqlite.store import SqliteStore;"
    "s = SqliteStore(Path(sys.argv[1]), SystemClock()); print(s.observer); print(s.reader().head());"
    "s.close()"
)


def open_elsewhere(path):
    """Opens a store in another process; returns why it is read-only, and the head that it sees."""
    words = [sys.executable, "-c", OBSERVER, str(path)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    return said[0], int(said[1])


@pytest.fixture
def other(tmp_path):
    """Another folder."""
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


# -- C9


def link_to_the_file(path, other):
    (other / "events.db").symlink_to(path)
    return other / "events.db"


def link_to_a_link(path, other):
    link_to_the_file(path, other)
    (other / "again.db").symlink_to("events.db")
    return other / "again.db"


def link_to_the_folder(path, other):
    (other / "data").symlink_to(path.parent)
    return other / "data" / path.name


def moved(path, other):
    for file in path.parent.glob("events.db*"):
        if file.suffix != ".lock":
            file.rename(other / file.name)
    return other / path.name


def without_its_lock_file(path, _other):
    path.with_name("events.db.lock").unlink()
    return path


PATHS = [link_to_the_file, link_to_a_link, link_to_the_folder]
if sys.platform == "linux":
    PATHS += [moved, without_its_lock_file]


@pytest.mark.parametrize("make", PATHS)
def test_C9_one_writer_by_whatever_path_the_file_is_named(file_store, path, other, make):
    file_store.write([append("s", "a")])
    observer, head = open_elsewhere(make(path, other))
    assert observer.endswith("has it open")
    assert head == 1


def test_C9_the_lock_is_free_again_for_every_path(path, other, clock):
    SqliteStore(path, clock).close()
    store = SqliteStore(link_to_the_file(path, other), clock)
    store.write([append("s", "a")])
    assert store.observer == ""
    assert not (other / "events.db-wal").exists()
    store.close()
    assert not StoreLock(path).path.samefile(other)
    assert check(other / "events.db").healthy


def test_C9_a_hard_link_is_refused_untouched_and_told_by_doctor(path, other, clock):
    SqliteStore(path, clock).close()
    (other / "events.db").hardlink_to(path)
    for name in (path, other / "events.db"):
        with pytest.raises(StoreReadOnly, match="has 2 names") as caught:
            SqliteStore(name, clock)
        assert "backup" in caught.value.hint
        assert [finding.rule for finding in check(name).findings] == ["C9"]
    backup(path, other / "copy.db")
    assert check(other / "copy.db").healthy
    (other / "events.db").unlink()
    SqliteStore(path, clock).close()


def test_C9_the_name_that_a_killed_maker_left_is_no_second_path(path, clock):
    SqliteStore(path, clock).close()
    stray = path.with_name("events.db.4711.new")
    stray.hardlink_to(path)
    assert why_shared(path) == ""
    SqliteStore(path, clock).close()
    assert not stray.exists()


def test_C8_a_name_in_the_making_that_goes_while_it_is_looked_at_is_none(store, path, monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda _path: True)
    monkeypatch.setattr(
        "workbench.store.lock.names_in_the_making", lambda _path: [path.with_name("events.db.1.new")]
    )
    assert why_shared(path) == ""


def test_C9_a_file_that_is_mounted_by_itself_is_refused(path, other, clock):
    SqliteStore(path, clock).close()
    target = other / "my events.db"
    target.touch()
    words = ["mount", "--bind", str(path), str(target)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"nothing can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        with pytest.raises(StoreReadOnly, match="mounted as a single file"):
            SqliteStore(target, clock)
    finally:
        subprocess.run(["umount", str(target)], check=True)


# -- C10


def delete(path, _other):
    path.unlink()


def move(path, other):
    path.rename(other / path.name)


def replace(path, other):
    shutil.copy(path, other / "copy.db")
    (other / "copy.db").replace(path)


def write_over(path, other):
    with (other / "other.db").open("rb") as source:
        content = source.read()
    with path.open("rb+") as file:
        file.write(content)


def write_over_with_itself_of_before(path, other):
    content = (other / "before.db").read_bytes()
    with path.open("rb+") as file:
        file.write(content)


def cut(path, _other):
    os.truncate(path, 4096 * 3)


def empty(path, _other):
    os.truncate(path, 0)


def delete_the_log(path, _other):
    path.with_name("events.db-wal").unlink()


def cut_the_log(path, _other):
    os.truncate(path.with_name("events.db-wal"), 0)


def delete_the_index(path, _other):
    path.with_name("events.db-shm").unlink()


def move_the_folder(path, other):
    path.parent.rename(other / "elsewhere")


DAMAGE = [
    delete, move, replace, write_over, cut, empty,
    delete_the_log, cut_the_log, delete_the_index, move_the_folder,
]  # fmt: skip


@pytest.fixture
def path(tmp_path):
    """In a folder of its own, which can be moved."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "events.db"


@pytest.fixture
def store(path, other, clock):
    another = SqliteStore(other / "other.db", clock)
    another.write([append("other", "z")])
    another.close()
    SqliteStore(path, clock).close()
    opened = SqliteStore(path, clock)
    opened.write([append("s", "a")])
    opened._writer.execute("pragma wal_checkpoint(passive)")
    opened.write([append("s", "y")])
    yield opened
    opened.close()


def refusal(write, *operations):
    with pytest.raises(WorldError) as caught:
        write(list(operations))
    return caught.value


@pytest.mark.parametrize("damage", DAMAGE)
def test_C10_nothing_more_is_acknowledged(store, path, other, damage):
    damage(path, other)
    for write in (store.write, store.dry_run, store.write):
        error = refusal(write, append("s", "b"))
        assert isinstance(error, StoreGone), error
        assert error.outcome is Outcome.NOT_COMMITTED
        assert "save a copy of what is open" in error.hint
    store.tidy()


@pytest.mark.parametrize("damage", DAMAGE)
def test_C10_what_was_committed_as_the_file_went_is_unknown(store, path, other, monkeypatch, damage):
    real = store._commit

    def commit(*args):
        real(*args)
        damage(path, other)

    monkeypatch.setattr(store, "_commit", commit)
    error = refusal(store.write, append("s", "b"))
    assert isinstance(error, StoreFailed)
    assert error.outcome is Outcome.UNKNOWN
    assert len(error.ids) == 1
    assert isinstance(refusal(store.write, append("s", "c")), StoreGone)


def test_C10_an_older_copy_of_itself_written_over_it_is_found(path, other, clock):
    store = SqliteStore(path, clock)
    store.write([append("s", "a")])
    store.close()
    shutil.copy(path, other / "before.db")
    store = SqliteStore(path, clock)
    store.write([append("s", "b")])
    store._writer.execute("pragma wal_checkpoint(truncate)")
    store._presence.renew()
    write_over_with_itself_of_before(path, other)
    assert isinstance(refusal(store.write, append("s", "c")), StoreGone)
    store.close()


def test_C10_files_that_were_away_for_a_moment_are_the_store_again(store, path):
    away = path.parent.rename(path.parent.with_name("away"))
    assert isinstance(refusal(store.write, append("s", "b")), StoreGone)
    assert "no longer there" in store.look()
    away.rename(path.parent)
    assert store.look() == ""
    store.write([append("s", "b")])
    assert store.reader().head() == 3


def test_C10_what_was_committed_elsewhere_does_not_come_back(store, path, monkeypatch):
    real, away = store._commit, path.parent.with_name("away")

    def commit(*args):
        real(*args)
        path.parent.rename(away)

    monkeypatch.setattr(store, "_commit", commit)
    assert refusal(store.write, append("s", "b")).outcome is Outcome.UNKNOWN
    away.rename(path.parent)
    assert isinstance(refusal(store.write, append("s", "c")), StoreGone)


def test_C10_a_link_that_leads_elsewhere_by_now_is_found(store, other, path, clock):
    store.close()
    link = other / "link.db"
    link.symlink_to(path)
    linked = SqliteStore(link, clock)
    linked.write([append("s", "b")])
    link.unlink()
    link.symlink_to(other / "other.db")
    assert isinstance(refusal(linked.write, append("s", "c")), StoreGone)
    linked.close()


def test_C10_what_is_touched_but_the_same_is_written_on(store, path):
    os.utime(path, ns=(0, 0))
    store.write([append("s", "b")])
    assert store.reader().head() == 3


def test_C10_checkpoints_of_its_own_are_no_damage(store, monkeypatch):
    monkeypatch.setattr("workbench.store.sqlite.store.LARGE_LOG", 0)
    for number, letter in enumerate("bcdefgh"):
        store.write([append("s", letter)])
        if number % 2:
            store.tidy()
        if number % 3 == 0:
            store._writer.execute("pragma wal_checkpoint(passive)")
    assert store.reader().head() == 9


def test_C10_a_store_that_is_gone_leaves_what_lies_there_now(store, path, other):
    replace(path, other)
    before = path.read_bytes()
    assert isinstance(refusal(store.write, append("s", "b")), StoreGone)
    store.close()
    assert path.read_bytes() == before


def test_C10_a_look_says_what_it_sees(tmp_path):
    files = [tmp_path / f"events.db{kind}" for kind in ("", "-wal", "-shm")]
    for file in files:
        file.write_bytes(b"12345678")
    presence = FilePresence(files[0])
    assert presence.amiss() == ""
    files[1].write_bytes(b"123")
    assert presence.amiss() == f"{files[1]} was cut off, from 8 to 3 bytes"
    presence.renew()
    assert presence.amiss() == ""
    files[2].unlink()
    assert "events.db-shm is no longer there" in presence.amiss()

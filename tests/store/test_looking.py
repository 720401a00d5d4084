"""F6: looking never needs to write: read-only copies, logs without their index, full disks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.store.actions import append
from workbench.errors import StoreFull, StoreReadOnly
from workbench.store.sqlite import offline_reader
from workbench.store.sqlite import store as store_module
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.offline_reader import Look
from workbench.store.sqlite.store import SqliteStore

NOBODY = 65534
WRITE = (
    "import os, sys; from pathlib import Path; from workbench.model.clock import SystemClock;"
    "from tests.store.actions import append; from workbench.store.sqlite.store import SqliteStore;"
    "s = SqliteStore(Path(sys.argv[1]), SystemClock()); [s.write([append('s', x)]) for x in 'abc'];"
    "os.kill(os.getpid(), 9)"
)


def killed_at(path: Path) -> None:
    """Makes a store whose three events are in the log alone: its program was killed."""
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", WRITE, str(path)], cwd=root, check=False)
    assert path.with_name("events.db-wal").stat().st_size


@pytest.fixture
def read_only():
    """A folder that can be made one where nothing can be written, for whoever runs the tests."""
    folder = Path(tempfile.mkdtemp())
    user = os.geteuid()

    def close():
        for file in (*folder.iterdir(), folder):
            file.chmod(file.stat().st_mode & 0o555 | 0o444)
        folder.chmod(0o555)
        if user == 0:
            os.seteuid(NOBODY)
        return folder / "events.db"

    close.folder = folder
    yield close
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("index", ["kept", "gone"])
def test_F6_a_log_that_a_kill_left_is_seen_where_nothing_can_be_written(read_only, clock, tmp_path, index):
    killed_at(read_only.folder / "events.db")
    if index == "gone":
        (read_only.folder / "events.db-shm").unlink()
    path = read_only()
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    store = SqliteStore(path, clock)
    assert store.observer
    assert [reader.head() for reader in (store.reader(), store.reader())] == [3, 3]
    store.close()
    assert check(path).healthy
    target = Path(tempfile.mkdtemp()) / "copy.db"
    backup(path, target)
    assert check(target).sizes["events"] == 3
    shutil.rmtree(target.parent)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    assert not list(Path(tempfile.gettempdir()).glob("workbench-look-*/events.db"))


def test_F6_a_read_only_copy_is_examined_and_backed_up(read_only, clock):
    store = SqliteStore(read_only.folder / "events.db", clock)
    store.write([append("s", "a")])
    store.close()
    path = read_only()
    assert check(path).healthy
    store = SqliteStore(path, clock)
    assert (bool(store.observer), store.reader().head()) == (True, 1)
    store.close()


def refuse(monkeypatch, path, error):
    """Has SQLite fail to open a file but as it lies there, as it does where it can make no index."""
    real = offline_reader.open_reader

    def open_reader(opened, *, immutable=False):
        if opened == path and not immutable:
            raise error
        return real(opened, immutable=immutable)

    monkeypatch.setattr(offline_reader, "open_reader", open_reader)


def test_F6_what_cannot_be_copied_is_told(path, clock, monkeypatch):
    killed_at(path)
    refuse(monkeypatch, path, StoreReadOnly("no index"))

    def fails(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(offline_reader.shutil, "copyfile", fails)
    with Look(path) as seen:
        assert "events.db-wal" in seen.unseen
        con = seen.open()
        assert con.execute("select count(*) from events").fetchone() == (0,)
        con.close()
    assert [finding.rule for finding in check(path).findings] == ["F6"]
    with pytest.raises(StoreReadOnly, match="cannot be copied whole"):
        backup(path, path.with_name("copy.db"))
    path.chmod(0o444)
    store = SqliteStore(path, clock)
    assert "cannot be seen here" in store.observer
    store.close()


def test_F6_what_is_damaged_is_not_looked_at_in_another_way(path, clock, monkeypatch):
    SqliteStore(path, clock).close()
    from workbench.errors import StoreCorrupt

    refuse(monkeypatch, path, StoreCorrupt("damaged"))
    with pytest.raises(StoreCorrupt, match="damaged"):
        Look(path)


@pytest.mark.parametrize("left", [False, True])
def test_F6_on_a_full_disk_a_store_that_is_opened_now_can_be_looked_at(path, clock, monkeypatch, left):
    if left:
        killed_at(path)
    else:
        store = SqliteStore(path, clock)
        store.write([append("s", letter) for letter in "abc"])
        store.close()
    refuse(monkeypatch, path, StoreFull("the disk is full"))

    def fails(*_args):
        raise StoreFull("the disk is full")

    monkeypatch.setattr(store_module, "open_writer", fails)
    store = SqliteStore(path, clock)
    assert store.observer == "there is no room: the disk is full"
    assert store.reader().head() == 3
    with pytest.raises(StoreReadOnly, match="there is no room"):
        store.write([append("s", "d")])
    store.close()
    monkeypatch.undo()
    store = SqliteStore(path, clock)
    assert store.observer == ""
    store.close()

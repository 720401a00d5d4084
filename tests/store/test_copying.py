"""Backups: whole or not at all, of one state, while others write (contract M1)."""

from __future__ import annotations

import pytest

from workbench.errors import StoreReadOnly
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.operations import Append
from workbench.store.sqlite import backup as copying
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore


def append(store, number, size=10):
    event = NewEvent(id=derived_id(number), type="made", data=f'{{"t":"{"x" * size}"}}')
    store.write([Append(stream=f"s-{number % 5}", events=(event,))])


@pytest.fixture
def store(path, clock):
    opened = SqliteStore(path, clock)
    for number in range(300):
        append(opened, number, 2_000)
    yield opened
    opened.close()


def test_a_copy_holds_what_the_store_held_and_stands_alone(store, path, tmp_path, clock):
    target = tmp_path / "copy.db"
    assert backup(path, target) == target.stat().st_size
    assert check(target).healthy
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("copy")] == ["copy.db"]
    opened = SqliteStore(target, clock)
    assert opened.reader().head() == store.reader().head() == 300
    opened.close()


def test_a_copy_made_while_others_write_is_of_one_moment(store, path, tmp_path, monkeypatch):
    monkeypatch.setattr(copying, "PAGES", 16)
    parts = []

    def progress(done, _pages):
        parts.append(done)
        if len(parts) <= 5:
            append(store, 1_000 + len(parts))  # a write between two parts of the copy

    backup(path, tmp_path / "copy.db", progress)
    assert len(parts) > 5
    assert parts == sorted(parts), "it never began anew"
    checkup = check(tmp_path / "copy.db")
    assert checkup.healthy
    assert checkup.sizes["events"] == 300
    assert store.reader().head() > 300


def test_a_file_that_exists_is_left_as_it_is(store, path, tmp_path):
    target = tmp_path / "copy.db"
    target.write_text("mine")
    with pytest.raises(StoreReadOnly, match="exists already"):
        backup(path, target)
    assert target.read_text() == "mine"


def test_a_missing_folder_is_named(store, path, tmp_path):
    with pytest.raises(StoreReadOnly, match="no folder"):
        backup(path, tmp_path / "nowhere" / "copy.db")


def test_a_copy_that_breaks_off_leaves_nothing_behind(store, path, tmp_path):
    def progress(_done, _pages):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(path, tmp_path / "copy.db", progress)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("copy")] == []

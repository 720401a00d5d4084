"""A disk without room, and a limit on the size of files: reads go on, and writing resumes by itself (F4)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.torture import plan
from tests.torture.actor import Actor
from workbench.errors import StoreFull, WorldError
from workbench.store.operations import Append
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore

MIB = 1024 * 1024
SIZES = [30_000, 1_000, 1]
"""Of an event's text: how little room is left when one is refused depends on it."""


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MiB, half of it taken by ballast."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    place.joinpath("ballast").write_bytes(bytes(MIB))
    yield place
    subprocess.run(["umount", str(place)], check=True)


def append(number, size):
    return Append(stream="s", events=(plan.event("r", number, "x", size),))


def fill(store, size):
    """Appends until one is refused; returns how many were stored, and the error."""
    for number in range(100_000):
        try:
            store.write([append(number, size)])
        except WorldError as error:
            return number, error
    raise AssertionError("the disk does not fill")


@pytest.mark.parametrize("size", SIZES)
def test_F4_a_full_disk_stops_writing_until_there_is_room(small_disk, clock, size):
    store = SqliteStore(small_disk / "events.db", clock)
    try:
        reader = store.reader()
        stored, error = fill(store, size)
        for _ in range(5):
            assert isinstance(error, StoreFull), error
            assert "full" in error.message
            assert "room" in error.hint
            (refused,) = append(stored, size).events
            assert reader.event(refused.id) is None
            with pytest.raises(WorldError) as caught:
                store.write([append(stored, size), append(stored + 1, size)])
            error = caught.value
        assert [event.version for event in reader.read_stream("s", limit=stored)] == list(
            range(1, stored + 1)
        )
        assert store.reader().stream("s").version == stored
        assert check(store.path).findings == ()
        small_disk.joinpath("ballast").unlink()
        (answer,) = store.write([append(stored, size)])
        assert (answer.last_version, answer.idempotent) == (stored + 1, False)
    finally:
        store.close()
    assert check(store.path).findings == ()
    assert len(plan.stored(store.path)) == stored + 1


def test_F4_a_store_on_a_full_disk_closes_and_lets_go(small_disk, clock):
    path = small_disk / "events.db"
    store = SqliteStore(path, clock)
    try:
        stored, _ = fill(store, 1_000)
        room = small_disk / "more"
        with pytest.raises(OSError, match="space"):
            room.write_bytes(bytes(2 * MIB))  # takes what is left
        store.close()
        small_disk.joinpath("ballast").unlink()
        again = SqliteStore(path, clock)
        assert again.observer == ""
        again.write([append(stored, 1_000)])
        again.close()
        assert len(plan.stored(path)) == stored + 1
    finally:
        store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_F4_a_limit_on_the_size_of_files_is_said_and_harms_nothing(path):
    limited = Actor(path)
    try:
        assert limited.hear() == ""
        assert limited.ask("write", "r", 0, 1) == 0
        assert limited.ask("limit", 300_000) == "300000"
        limited.tell("write", "r", 1, 40)
        answers = [limited.hear() for _ in range(39)]
        refused = [answer for answer in answers if isinstance(answer, str)]
        assert refused
        assert refused[0].startswith("StoreFull: ")
        assert "ulimit" in refused[0], "a hint"
        stored = {0, *(answer for answer in answers if isinstance(answer, int))}
        seen = {one for _, one in limited.ask("read")}
        assert {str(one) for step in stored for one in plan.wanted("r", step)} <= seen
        assert limited.ask("limit", -1) == "-1"
        limited.tell("write", "r", 0, 40)
        assert [limited.hear() for _ in range(40)] == list(range(40))
        limited.end()
    finally:
        limited.kill()
    assert plan.steps_in(path, "r", 40) == set(range(40))

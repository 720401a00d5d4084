"""Several processes on one store: one writes, the others watch a growing log, told who holds it (C8)."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.conftest import ROOT
from tests.torture import plan
from tests.torture.actor import Actor

STEPS = 60


@contextmanager
def actor(path):
    """Starts a process with the store open; kills it if the test did not end it."""
    started = Actor(path)
    try:
        yield started, started.hear()
    finally:
        started.kill()


def whole_steps(ids, run):
    """Returns the steps that a reader saw, having seen that it saw none by half."""
    steps = set()
    for step in range(STEPS):
        present = {str(one) in ids for one in plan.wanted(run, step)}
        assert len(present) == 1, f"step {step} is seen by half"
        steps |= {step} if present == {True} else set()
    return steps


def test_C8_I3_I4_others_watch_a_growing_log_and_are_told_who_writes(path):
    with actor(path) as (writer, observer), actor(path) as (other, said):
        assert observer == ""
        assert f"(PID {writer.process.pid} on " in said
        assert "StoreReadOnly" in other.ask("write", "other", 0, 1)
        writer.tell("write", "r", 0, STEPS)
        acknowledged, before = set(), []
        while len(acknowledged) < STEPS:
            acknowledged.add(writer.hear())
            log = other.ask("read")
            assert log[: len(before)] == before, "what was seen is gone, or something came in before it"
            positions = [position for position, _ in log]
            assert positions == sorted(set(positions))
            seen = whole_steps({one for _, one in log}, "r")
            assert acknowledged <= seen == set(range(len(seen)))
            before = log
        assert plan.steps_in(path, "r", STEPS) == set(range(STEPS))
        assert plan.steps_in(path, "other", 1) == set()


def test_C8_F1_a_killed_writer_frees_the_store_at_once(path):
    with actor(path) as (writer, _), actor(path) as (watcher, _):
        writer.tell("write", "r", 0, STEPS)
        acknowledged = {writer.hear() for _ in range(20)} | set(writer.kill())
        with actor(path) as (heir, observer):
            assert observer == ""
            seen = whole_steps({one for _, one in watcher.ask("read")}, "r")
            assert acknowledged <= seen == plan.steps_in(path, "r", STEPS)
            assert heir.ask("write", "heir", 0, 1) == 0
            assert set(plan.wanted("heir", 0)) <= {event.id for event in plan.stored(path)}
            assert "StoreReadOnly" in watcher.ask("write", "watcher", 0, 1)


def test_C8_the_store_is_free_when_its_writer_has_ended(path):
    with actor(path) as (writer, _):
        assert writer.ask("write", "r", 0, 1) == 0
        writer.end()
    with actor(path) as (again, observer):
        assert observer == ""
        again.end()
    assert sorted(file.name for file in path.parent.iterdir() if file.name.startswith("events")) == [
        "events.db",
        "events.db.lock",
    ]


@pytest.mark.parametrize("rounds", [5, pytest.param(300, marks=pytest.mark.long)])
def test_C8_six_make_the_same_store_at_once_and_one_writes(trials, tmp_path, rounds):
    for number in range(rounds):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "events.db"
        jobs = [{"path": str(path), "run": f"r{n}", "steps": 2, "stay": True} for n in range(6)]
        endings = trials.run(*jobs)
        assert [one for ending in endings for one in ending.odd] == []
        assert all(ending.said[0].startswith("open ok") for ending in endings)
        writers = [n for n, ending in enumerate(endings) if ending.said[0] == "open ok "]
        assert len(writers) == 1, [ending.said for ending in endings]
        for n, ending in enumerate(endings):
            held = plan.steps_in(path, f"r{n}", 2)
            assert held == ending.acknowledged == ({0, 1} if n in writers else set())
        assert not [file.name for file in folder.iterdir() if ".new" in file.name]


LATE = """
import sys
from pathlib import Path
from workbench.model.clock import SystemClock
from workbench.store.sqlite.store import SqliteStore

rename, link = Path.rename, getattr(Path, "hardlink_to", None)

def late(move):
    def later(self, target):
        print("ready", flush=True)
        sys.stdin.readline()
        return move(self, target)
    return later

Path.rename, Path.hardlink_to = late(rename), late(link)
store = SqliteStore(Path(sys.argv[1]), SystemClock())
print(store.observer, flush=True)
store.close()
"""
"""Makes a store, and waits when it is about to put it in its place."""


def test_C8_who_makes_the_store_later_does_not_replace_that_of_who_was_first(path):
    late = subprocess.Popen(
        [sys.executable, "-c", LATE, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with late:
        assert late.stdout.readline() == "ready\n"
        with actor(path) as (first, _):
            assert first.ask("write", "r", 0, 1) == 0
            said, _ = late.communicate("\n")
            assert f"(PID {first.process.pid} on " in said
            assert first.ask("write", "r", 1, 2) == 1
            first.end()
    assert plan.steps_in(path, "r", 2) == {0, 1}
    assert not [file.name for file in path.parent.iterdir() if ".new" in file.name]

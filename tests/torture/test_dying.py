"""Workers killed at their writes: what they acknowledged stays, the rest is whole or absent, work goes on."""

from __future__ import annotations

import random
import shutil
import sqlite3

import pytest

from tests.conftest import ROOT
from tests.torture import plan
from tests.torture.trials import KILLED, WRITING, counted, on_files
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.tables import SCHEMA_VERSION

OLD_STORES = sorted((ROOT / "tests" / "store" / "schemas").glob("*.db"))

STEPS = 2 * plan.KINDS
WORK = {"steps": STEPS, "checkpoint_pages": 20}
"""Checkpoints come often, so that workers die in them, too."""


def survives(trials, path, ending):
    """Looks at what a dead worker left, lets another do the same work again, and looks anew."""
    assert ending.odd == []
    held = plan.steps_in(path, "r", STEPS) if path.exists() else set()
    assert held == set(range(len(held))), "a later step is there, an earlier one is not"
    assert len(ending.acknowledged) <= len(held) <= len(ending.acknowledged) + 1
    again = trials.one(path, **WORK)
    assert again.acknowledged == set(range(STEPS)), again
    assert plan.steps_in(path, "r", STEPS) == set(range(STEPS))


def kill_at(trials, path, call, number):
    ending = trials.one(path, strace=on_files(path, f"signal=SIGKILL:when={number}", call), **WORK)
    assert ending.status == KILLED
    survives(trials, path, ending)


@pytest.fixture(scope="module")
def points(tracing, tmp_path_factory):
    """All calls by which the work changes files, from the store's making to its end: call and number."""
    total = counted(tracing, tmp_path_factory.mktemp("count") / "events.db", **WORK)
    assert total["pwrite64"] > 400
    assert total["fdatasync"] > 2 * STEPS
    return [(call, number) for call in WRITING for number in range(1, total[call] + 1)]


def test_F1_killed_at_a_write_and_nothing_acknowledged_is_lost(tracing, tmp_path, points):
    for call, number in points[::41]:
        kill_at(tracing, tmp_path / f"{call}-{number}.db", call, number)


@pytest.mark.long
def test_F1_killed_at_every_write_and_nothing_acknowledged_is_lost(tracing, tmp_path, points):
    for call, number in points:
        kill_at(tracing, tmp_path / f"{call}-{number}.db", call, number)


@pytest.mark.parametrize("rounds", [6, pytest.param(600, marks=pytest.mark.long)])
def test_F1_killed_at_any_moment_and_nothing_acknowledged_is_lost(trials, tmp_path, rounds):
    for number in range(rounds):
        path = tmp_path / f"{number}.db"
        survives(trials, path, trials.one(path, kill_after=random.Random(number).randint(1, STEPS), **WORK))


def test_F1_killed_again_and_again_on_the_same_store(trials, path):
    for number in range(6):
        run = f"r{number}"
        ending = trials.one(path, run=run, kill_after=2 + 2 * number, **{**WORK, "steps": 20})
        assert ending.acknowledged <= plan.steps_in(path, run, 20)
    last = trials.one(path, run="last", **WORK)
    assert last.acknowledged == plan.steps_in(path, "last", STEPS) == set(range(STEPS))


def test_F1_a_worker_that_says_ok_too_early_is_caught(tracing, path):
    tracing.one(path)
    number = counted(tracing, path, run="before", steps=1)["fdatasync"] + 1
    strace = on_files(path, f"signal=SIGKILL:when={number}", "fdatasync", "pwrite64")
    ending = tracing.one(path, lie=True, strace=strace, **WORK)
    assert ending.status == KILLED
    assert not ending.acknowledged <= plan.steps_in(path, "r", STEPS)


def test_F1_killed_while_a_copy_is_put_into_use_and_it_still_opens(tracing, tmp_path):
    """A copy has no WAL yet; its first opening changes that."""
    path, copy = tmp_path / "events.db", tmp_path / "copy.db"
    assert tracing.one(path, steps=3).acknowledged == {0, 1, 2}
    backup(path, copy)
    before = content(copy)
    for call, number in [*(("pwrite64", n) for n in range(1, 10)), *(("fdatasync", n) for n in range(1, 5))]:
        path = tmp_path / f"{call}-{number}" / "events.db"
        path.parent.mkdir()
        shutil.copy(copy, path)
        strace = on_files(path, f"signal=SIGKILL:when={number}", call)
        assert tracing.one(path, run="s", steps=1, strace=strace).status == KILLED
        assert tracing.one(path, run="s", steps=1).acknowledged == {0}, (call, number)
        assert content(path)[1][: len(before[1])] == before[1]


def content(path):
    """Has SQLite recover; returns a store's schema version and its events, whatever its schema."""
    con = sqlite3.connect(path)
    try:
        (version,) = con.execute("pragma user_version").fetchone()
        return version, con.execute("select position, event_id, data, meta from events").fetchall()
    finally:
        con.close()


@pytest.mark.parametrize("seen", [9, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("old", OLD_STORES, ids=lambda file: file.stem)
def test_M1_killed_while_a_store_is_converted_leaves_the_old_or_the_new_one(tracing, tmp_path, old, seen):
    path = tmp_path / "events.db"
    shutil.copy(old, path)
    before, events = content(path)
    total = counted(tracing, path, steps=0)
    points = [(call, number) for call in WRITING for number in range(1, total[call] + 1)]
    found = set()
    for call, number in points[::seen]:
        path = tmp_path / f"{call}-{number}" / "events.db"
        path.parent.mkdir()
        shutil.copy(old, path)
        strace = on_files(path, f"signal=SIGKILL:when={number}", call)
        assert tracing.one(path, strace=strace).status == KILLED
        version, kept = content(path)
        found.add(version)
        assert kept == events
        assert tracing.one(path, steps=1).acknowledged == {0}
        assert content(path)[0] == SCHEMA_VERSION
        assert check(path).findings == ()
    assert found == {before, SCHEMA_VERSION}

"""Power that is lost at any moment: under synchronous=full nothing acknowledged is missing then (I8)."""

from __future__ import annotations

import pytest

from tests.torture import plan
from tests.torture.disk import STRACE, Call, Disk, losses, read_log
from workbench.model.clock import ManualClock
from workbench.store.sqlite.store import SqliteStore

STEPS = 2 * plan.KINDS
WORK = {"steps": STEPS, "checkpoint_pages": 20}


def record(trials, folder, **job):
    """Has a worker work on ``events.db`` in a folder; returns its calls and what it said."""
    folder.mkdir(exist_ok=True)
    ending = trials.one(folder / "events.db", strace=STRACE, **{**WORK, **job})
    assert ending.acknowledged == set(range(STEPS)), ending
    calls = read_log(folder / "strace.log", folder)
    assert b"".join(call.data for call in calls if call.name == "said").decode().splitlines() == [
        *ending.said
    ]
    return calls


def put(folder, files):
    folder.mkdir(parents=True)
    for name, data in files.items():
        folder.joinpath(name).write_bytes(data)


def recover(folder, files):
    """Puts files onto a real disk, has the store recover, and returns the steps that it then holds."""
    put(folder, files)
    path = folder / "events.db"
    if not path.exists():
        return set()
    SqliteStore(path, ManualClock()).close()
    return plan.steps_in(path, "r", STEPS)


def lose_power(calls, folder, cuts, files=None):
    """Loses power in several ways after some of the calls; yields what was acknowledged and what is there."""
    disk, acknowledged = Disk(files), set()
    for number, call in enumerate(calls):
        disk.apply(call)
        if call.name == "said":
            step, *said = call.data.decode().split()
            acknowledged |= {int(step)} if said == ["ok"] and step.isdigit() else set()
        if number in cuts:
            for way, loss in enumerate(losses(number)):
                found = disk.after_loss(*loss)
                yield number, set(acknowledged), recover(folder / f"cut-{number}-{way}", found)


def assert_nothing_lost(results):
    seen = 0
    for number, acknowledged, held in results:
        assert acknowledged <= held, f"cut after call {number}"
        assert held == set(range(len(held))), (
            f"cut after call {number}: a later step is there, an earlier one not"
        )
        assert len(held) <= len(acknowledged) + 1
        seen += 1
    assert seen


def test_I8_power_is_lost_and_nothing_acknowledged(tracing, tmp_path):
    calls = record(tracing, tmp_path / "store")
    syncs = [number for number, call in enumerate(calls) if call.name in {"sync", "said", "truncate"}]
    cuts = {*range(0, len(calls), 29), *(number - 1 for number in syncs[::7]), *syncs[::5]}
    assert_nothing_lost(lose_power(calls, tmp_path, cuts))


@pytest.mark.long
def test_I8_power_is_lost_at_every_call_and_nothing_acknowledged(tracing, tmp_path):
    calls = record(tracing, tmp_path / "store")
    assert_nothing_lost(lose_power(calls, tmp_path, range(len(calls))))


@pytest.mark.long
def test_I8_power_is_lost_again_while_the_store_recovers(tracing, tmp_path):
    calls = record(tracing, tmp_path / "store")
    for cut in range(200, len(calls), 97):
        disk = Disk()
        for call in calls[:cut]:
            disk.apply(call)
        for way, loss in enumerate(losses(cut)):
            files = disk.after_loss(*loss)
            folder = tmp_path / f"again-{cut}-{way}"
            put(folder, files)
            again = record(tracing, folder)
            few = range(0, len(again), 41)
            assert not lost(lose_power(again, tmp_path / f"cuts-{cut}-{way}", few, files))


def lost(results):
    """Whether something acknowledged is missing; looks no further once it is."""
    return any(not acknowledged <= held for _, acknowledged, held in results)


def test_I8_the_model_disk_shows_what_synchronous_normal_risks(tracing, tmp_path):
    calls = record(tracing, tmp_path / "store", synchronous="normal")
    cuts = {number for number, call in enumerate(calls) if call.name == "said"}
    assert lost(lose_power(calls, tmp_path, cuts))


def test_I8_the_model_disk_catches_a_worker_that_says_ok_too_early(tracing, tmp_path):
    calls = record(tracing, tmp_path / "store", lie=True)
    cuts = {number for number, call in enumerate(calls) if call.name == "said"}
    assert lost(lose_power(calls, tmp_path, cuts))


def test_the_model_disk_keeps_what_was_synced_and_loses_the_rest():
    disk = Disk()
    for call in (
        Call(name="create", file="a"),
        Call(name="sync", file=""),
        Call(name="write", file="a", data=b"1" * 1024),
        Call(name="sync", file="a"),
        Call(name="write", file="a", data=b"2" * 1024, at=512),
        Call(name="rename", file="a", other="b"),
    ):
        disk.apply(call)
    nothing, torn, *_ = losses(0)
    assert list(disk.after_loss(*nothing).values()) == [b"1" * 1024]
    assert list(disk.after_loss(nothing[0], 512, lambda after: after == 0).values()) == [
        b"1" * 1024 + b"2" * 512
    ]
    assert list(disk.after_loss(torn[0], 512, lambda after: after == 1).values()) == [b"1" * 512 + b"2" * 512]
    assert {name for seed in range(20) for name in disk.after_loss(*next(losses(seed)))} == {"a", "b"}

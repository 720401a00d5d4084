"""A disk that fails: what a caller is told of its write is true, and the store goes on after the fault."""

from __future__ import annotations

import pytest

from tests.torture import plan
from tests.torture.trials import WRITING, counted, on_files

STEPS = plan.KINDS
WORK = {"steps": STEPS, "checkpoint_pages": 20}
ALL = set(range(STEPS))
PASSING, SHORT, LASTING = "when={n}", "when={n}..{m}", "when={n}+"
"""One call fails; that and the next ones, which is enough to fail the fence; all from then on."""


def fail_at(trials, path, error, lasts, call, number):
    """Has a call fail, compares what the worker was told with what is there, goes on without the fault."""
    when = lasts.format(n=number, m=number + 2)
    ending = trials.one(path, strace=on_files(path, f"error={error}:{when}", call), **WORK)
    assert (ending.status, ending.odd) == (0, []), (call, number)
    held = plan.steps_in(path, "r", STEPS) if path.exists() else set()
    for step, told in ending.told.items():
        outcome, *kind = told.split()
        assert outcome in {"ok", "NOT_COMMITTED", "UNKNOWN"}
        assert (outcome == "UNKNOWN") == (kind == ["StoreFailed"])
        if outcome != "UNKNOWN":
            assert (step in held) == (outcome == "ok"), (call, number, step, told)
    again = trials.one(path, **WORK)
    assert again.acknowledged == plan.steps_in(path, "r", STEPS) == ALL, (call, number, again)
    return set(ending.told.values())


@pytest.fixture(scope="module")
def points(tracing, tmp_path_factory):
    total = counted(tracing, tmp_path_factory.mktemp("count") / "events.db", **WORK)
    return [(call, number) for call in WRITING for number in range(1, total[call] + 1)]


def spread(points, first):
    """Returns some writes, and more of the syncs and truncations, of which there are few."""
    writes = [point for point in points if point[0] == "pwrite64"]
    return writes[first::61] + [point for point in points if point not in writes][first % 7 :: 7]


FAULTS = [(error, lasts) for error in ("EIO", "ENOSPC") for lasts in (PASSING, SHORT, LASTING)]


@pytest.mark.parametrize(("error", "lasts"), FAULTS)
def test_F2_F3_F4_what_a_failed_write_says_is_true(tracing, tmp_path, points, error, lasts):
    told = set()
    for call, number in spread(points, 6 * FAULTS.index((error, lasts))):
        told |= fail_at(tracing, tmp_path / f"{call}-{number}.db", error, lasts, call, number)
    assert "ok" in told
    assert len(told) > 1, "no fault came through"


@pytest.mark.long
@pytest.mark.parametrize(("error", "lasts"), FAULTS)
def test_F2_F3_F4_what_a_write_says_is_true_wherever_it_fails(tracing, tmp_path, points, error, lasts):
    for call, number in points:
        fail_at(tracing, tmp_path / f"{call}-{number}.db", error, lasts, call, number)


def test_F3_a_known_append_in_a_group_does_not_vouch_for_a_new_one(tracing, path):
    assert tracing.one(path, **WORK).acknowledged == ALL
    syncs = counted(tracing, path, **WORK)["fdatasync"]
    for number in range(1, syncs + 1):
        new = f"s{number}"
        strace = on_files(path, f"error=EIO:when={number}", "fdatasync")
        ending = tracing.one(path, beside=new, strace=strace, **WORK)
        assert ending.acknowledged <= plan.steps_in(path, new, STEPS), number
    assert plan.steps_in(path, "r", STEPS) == ALL


def test_F3_where_the_fence_fails_too_nothing_is_written_until_the_store_is_opened_again(tracing, path):
    assert tracing.one(path, **WORK).acknowledged == ALL
    strace = on_files(path, "error=EIO:when=3+", "fdatasync")
    ending = tracing.one(path, run="s", strace=strace, **WORK)
    assert "UNKNOWN StoreFailed" in ending.told.values()
    assert ending.acknowledged < ALL
    assert ending.acknowledged <= plan.steps_in(path, "s", STEPS)
    assert tracing.one(path, run="s", **WORK).acknowledged == ALL

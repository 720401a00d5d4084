"""An engine with nothing to do sets no timers but housekeeping's, reads nothing and writes nothing."""

from __future__ import annotations

import pytest

from tests.engine.lab import MODES, Lab
from workbench.engine.retention import EVERY


@pytest.fixture
async def lab(tmp_path):
    made = Lab(tmp_path / "events.db", "memory")
    yield made
    await made.close()


def watched(lab):
    """Counts what the store and the runners are asked for from here on."""
    calls = {"write": 0, "work": 0}
    write = lab.running.writer._store.write

    def writing(operations):
        calls["write"] += 1
        return write(operations)

    lab.running.writer._store.write = writing
    for runner in lab.running.subscriptions.values():
        runner.work = counting(calls, runner.work)
    return calls


def counting(calls, work):
    async def counted(limit=None):
        calls["work"] += 1
        return await work(limit)

    return counted


@pytest.mark.parametrize("mode", MODES)
async def test_an_idle_engine_wakes_for_housekeeping_alone(lab, mode):
    lab.declare(mode=mode)
    await lab.open()
    await lab.publish(*range(10))
    await lab.settle()
    calls = watched(lab)
    times = []
    for _ in range(10):
        times.append(lab.timer.next_due() - lab.clock.now())
        await lab.advance(EVERY)
    assert times == [EVERY * 1_000_000] * 10
    assert calls == {"write": 10, "work": 0}, "one look a minute at what may be forgotten"


@pytest.mark.parametrize("mode", MODES)
async def test_a_retry_sets_one_time_and_nobody_looks_before_it(lab, mode):
    lab.declare(mode=mode, workers=1)
    lab.fates = {1: ["fail"]}
    await lab.open()
    await lab.publish(1)
    await lab.settle()
    calls = watched(lab)
    assert lab.timer.next_due() - lab.clock.now() == 10_000_000
    await lab.advance(9.999)
    assert calls == {"write": 0, "work": 0}
    await lab.advance(0.001)
    assert lab.effects() == [1]

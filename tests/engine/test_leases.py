"""D4: what a running handler holds is not taken back, however long its lease could not be extended."""

from __future__ import annotations

import asyncio

import pytest

from tests.engine.lab import Lab
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.ids import derived_id
from workbench.model.messaging import Mode
from workbench.store.operations import Lease, Reclaim

TOKEN = derived_id("token")


@pytest.fixture(params=[Mode.PUBLISH_SUBSCRIBE, Mode.POINT_TO_POINT])
async def lab(request, tmp_path):
    lab = Lab(tmp_path / "events.db", "sqlite")
    lab.declare(mode=request.param, workers=1, lease=30)
    lab.fates = {1: ["fail"]}
    await lab.open()
    await lab.publish(1, key="")
    await lab.settle()
    lab.running.pause()
    await lab.settle()
    (row,) = lab.rows()
    lab.clock.advance(11)
    until = lab.clock.now() + 1
    assert await lab.write(Lease(subscription="sub", numbers=(row.number,), token=TOKEN, until=until))
    lab.clock.advance(60)
    yield lab
    await lab.close()


async def test_D4_nothing_is_taken_back_while_its_holder_runs(lab):
    runner = lab.running.subscriptions["sub"]
    runner.rows_changed()
    with runner._rows.leases.holding(TOKEN):
        assert runner.next_due() is None
        await runner.work(1)
        (row,) = lab.running.reader.deliveries("sub")
        assert (row.state, row.lease_token, row.crashed) == (DeliveryState.LEASED, TOKEN, 0)
    runner.rows_changed()
    assert runner.next_due() is not None
    await runner.work(1)
    assert lab.numbers() == [1, 1]
    assert lab.running.reader.deliveries("sub") == []


async def test_D4_what_is_held_is_kept_from_being_taken_back(lab, monkeypatch):
    leases, written = lab.running.subscriptions["sub"]._rows.leases, []

    async def write(operation):
        written.append(operation)
        return 0

    monkeypatch.setattr(leases._writer, "write", write)
    with leases.holding(TOKEN):
        assert not await leases.reclaim("work", 3, release_key=False)
    await leases.reclaim("work", 3, release_key=False)
    assert [operation.keep for operation in written if isinstance(operation, Reclaim)] == [(TOKEN,), ()]


async def test_D4_a_lease_is_extended_three_times_while_it_lasts(lab):
    async def turns():
        for _ in range(20):
            await asyncio.sleep(0)

    before, ends = lab.clock.now(), []
    lab.running.subscriptions["sub"].rows_changed()
    with lab.running.subscriptions["sub"]._rows.leases.holding(TOKEN):
        for _ in range(3):
            await lab.timer.advance(10, turns)
            (row,) = lab.running.reader.deliveries("sub")
            ends.append(row.lease_until)
    assert ends == [before + seconds * MICROSECONDS for seconds in (40, 50, 60)]

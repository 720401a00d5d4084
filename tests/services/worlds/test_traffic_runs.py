"""The traffic of a range happens again in a copy; the store itself is not touched (W3, W4, W5)."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from threading import Event

import msgspec
import pytest

from tests.services.conftest import finished, settle
from tests.services.worlds.conftest import place
from workbench.errors import InvalidValue, NotAStore, WorkbenchError
from workbench.model.clock import SystemClock
from workbench.services.monitor.rate_rings import RateRings
from workbench.services.scenarios.given_history import memories
from workbench.services.worlds import traffic_runs
from workbench.services.worlds.traffic_run import at_common_times
from workbench.services.worlds.traffic_runs import TrafficRuns


def unheard(*_said):
    """Nobody asks how far it is."""


def write(place, data):
    Path(place).write_bytes(data)


async def run(workspace, first=1, upto=10_000, **how):
    traffic = workspace.traffic.look(first, upto)
    return await workspace.traffic.run(traffic, unheard, **({"pace": 0.0} | how))


async def test_W3_the_same_follows_again_and_the_store_is_as_it_was(orders, scratch):
    before = orders.reader.head(), orders.reader.subscriptions(), orders.monitor.projections()
    found = await run(orders)
    assert (found.sent, found.arrivals, found.refused, found.faults) == (3, 3, {}, {})
    assert len(found.types) == 5
    assert all(counts == (3, 3) for counts in found.types.values())
    assert (orders.reader.head(), orders.reader.subscriptions(), orders.monitor.projections()) == before
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("kind", ["payment.requested", "payment.confirmed", "order.paid", "order.shipped"])
async def test_W3_what_was_under_way_when_the_range_began_goes_on(orders, scratch, kind):
    log = orders.reader.read_log(0, 100)
    first = [one for one in log if one.type == kind][1].position
    found = await run(orders, first)
    assert all(then == now for then, now in found.types.values()), found.types
    assert found.events == (sum(one.position >= first for one in log),) * 2
    assert sum(one.letters for one in found.subscriptions) == 0


async def test_W3_a_process_knows_what_it_knew_before_the_range(orders, scratch, monkeypatch):
    log = orders.reader.read_log(0, 100)
    first = [one for one in log if one.type == "payment.confirmed"][1].position
    monkeypatch.setattr("workbench.services.scenarios.given_history.memories", lambda *_a, **_k: ())
    forgotten = await run(orders, first)
    assert forgotten.types["order.shipped"] != (2, 2), "the memory makes the difference"


async def test_W3_an_event_that_a_process_cannot_read_leaves_its_memory_as_it_was(orders, monkeypatch):
    registry, given = orders.registry, orders.reader.read_log(0, 100)
    whole = {one.key for one in memories(registry, given, {}, anyway=True)}
    broken_off = msgspec.structs.replace(given[0], data="[]")
    found = {one.key for one in memories(registry, [broken_off, *given[1:]], {}, anyway=True)}
    assert found <= whole
    with pytest.raises(WorkbenchError):
        list(memories(registry, [broken_off, *given[1:]], {}))


async def test_W4_ten_minutes_pass_in_no_time_with_all_that_waits(broken, scratch):
    found = await run(broken)
    mail = next(one for one in found.subscriptions if one.name == "welcome-mail")
    assert (mail.letters, mail.letters_then) == (3, 3)
    assert mail.retried > 0
    assert found.waiting == 0


async def test_W5_what_died_again_after_a_replay_counts_once(broken, scratch):
    letters = [one.number for one in broken.dead_letters.page(("open",))]
    await broken.dead_letters.replay(letters)
    await settle(broken)
    found = await run(broken)
    assert next(one for one in found.subscriptions if one.name == "welcome-mail").letters_then == 3


async def test_W4_at_a_pace_waits_shrink_with_the_time_between_arrivals(orders, scratch):
    paced = TrafficRuns(orders.world, orders.rates, SystemClock())
    found = await paced.run(paced.look(1, 10_000), unheard, pace=1000.0)
    assert all(counts == (3, 3) for counts in found.types.values())
    assert 0.12 <= found.seconds < 30, "two minutes and more of traffic"
    assert found.times == sorted(found.times)
    assert found.times[-1] >= 120


async def test_W5_one_that_is_stopped_says_what_it_came_to_by_then(orders, scratch):
    halt = Event()
    halt.set()
    found = await run(orders, halt=halt)
    assert found.stopped
    assert found.sent == 0
    assert found.types["order.placed"] == (3, 0)
    assert orders.traffic.kept()[0].stopped


async def test_W5_figures_of_a_run_that_goes_on_are_true_as_well(broken, scratch):
    shown = []
    found = await run(broken, show=shown.append)
    assert sum(one.letters_then for one in found.subscriptions) == 3
    for one in shown:
        assert one.events[0] == found.events[0]
        assert one.sent <= one.events[1] <= found.events[1], "what is stored is counted"
        assert [each.letters_then for each in one.subscriptions] == [
            each.letters_then for each in found.subscriptions
        ]
        if one.sent < one.arrivals:
            assert {each.behind for each in one.subscriptions} == {-1.0}, "nothing is done while more arrives"
    assert shown


async def test_W5_one_that_is_cancelled_leaves_nothing(orders, scratch):
    begun = asyncio.Event()
    traffic = orders.traffic.look(1, 10_000)
    task = asyncio.ensure_future(orders.traffic.run(traffic, lambda *_said: begun.set(), pace=0.0))
    async with asyncio.timeout(15):
        await begun.wait()
        task.cancel()
        while list(scratch.iterdir()):
            await asyncio.sleep(0)
    assert await asyncio.gather(task, return_exceptions=True)
    assert orders.traffic.kept() == []


async def test_W5_runs_are_kept_by_name_the_newest_first_and_not_for_ever(orders, scratch, monkeypatch):
    assert [(await run(orders)).name for _ in range(2)] == ["run 1", "run 2"]
    first = await run(orders, name="run 1")
    assert orders.traffic.kept()[0] == first
    assert [one.name for one in orders.traffic.kept()] == ["run 1", "run 2"]
    monkeypatch.setattr(traffic_runs, "KEPT", 2)
    await run(orders, name="third")
    assert [one.name for one in orders.traffic.kept()] == ["third", "run 1"]


async def test_W5_a_file_that_cannot_be_read_is_no_run(orders):
    write(f"{orders.store.place}-traffic", b"\x00damaged")
    assert orders.traffic.kept() == []


async def test_W5_what_was_watched_then_stands_beside_it(orders, scratch):
    traffic, orders.rates.rings = orders.traffic.look(1, 10_000), RateRings()
    assert orders.traffic.then(traffic) is None
    orders.rates.sample(ends=True)
    await place(orders, 9)
    await finished(orders)
    orders.rates.sample(ends=True)
    newest = orders.traffic.look(orders.reader.head() - 5, 10_000)
    then = orders.traffic.then(newest)
    assert then is not None
    assert then.name == "then"
    assert len(then.times) == len(then.lags["fulfilment"])
    found = await orders.traffic.run(newest, unheard, pace=0.0)
    assert {one.name for one in found.subscriptions if one.highest_then is not None} >= {"fulfilment"}


async def test_W5_what_was_watched_once_then_is_a_line_as_well(orders):
    orders.rates.rings = RateRings()
    orders.rates.sample(ends=True)
    await place(orders, 9)
    await finished(orders)
    orders.rates.sample(ends=True)
    then = orders.traffic.then(orders.traffic.look(orders.reader.head() - 5, 10_000))
    drawn = at_common_times(then, then.times[-1], 300)["fulfilment"]
    assert len([one for one in drawn if not math.isnan(one)]) > 1


async def test_a_range_in_which_nothing_came_from_outside_is_refused(orders):
    head = orders.reader.head()
    with pytest.raises(InvalidValue, match="nothing came from outside"):
        orders.traffic.look(head + 1, head + 9)


async def test_a_pace_that_is_none_is_refused(orders):
    with pytest.raises(InvalidValue, match="no pace"):
        await run(orders, pace=-1.0)


async def test_a_span_of_time_is_a_range_of_positions(orders, clock):
    await settle(orders)
    log = orders.reader.read_log(0, 100)
    placed = [one for one in log if one.type == "order.placed"]
    first, upto = orders.traffic.between(placed[1].recorded_at, placed[2].recorded_at)
    assert first == placed[1].position
    assert upto < placed[2].position
    assert orders.traffic.look(first, upto).arrivals == 1


async def test_a_store_in_memory_has_no_traffic_to_run(orders, monkeypatch, tmp_path):
    monkeypatch.setattr(type(orders.project), "store_path", property(lambda _project: tmp_path / "none"))
    with pytest.raises(NotAStore, match="a traffic run needs a file"):
        await run(orders)

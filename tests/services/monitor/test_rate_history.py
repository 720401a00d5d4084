"""What a running project counts is kept beside its store, for the next start and for those who only look."""

from __future__ import annotations

from tests.services.conftest import settle
from workbench.project.samples import copy_sample
from workbench.services.monitor.rate_history import ENDING, PAUSE, RateHistory
from workbench.services.monitor.rate_rings import Measure
from workbench.services.project.open_project import open_target


async def create(workspace, name):
    values = {"user_id": name, "username": name, "email": f"{name}@example.org"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)


def later(workspace, seconds=1):
    workspace.clock.advance(seconds)
    workspace.rates.sample()


def told(rates, now, span=60):
    return rates.rings.window(Measure.RATE, now - span, now, 500)


async def test_V6_deliveries_of_each_second_are_kept_over_a_restart_with_a_gap_between(tmp_path, by_hand):
    folder = copy_sample("users", tmp_path / "users")
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    workspace = open_target(folder, "", environ=environ)
    await workspace.start()
    workspace.rates.sample()
    await create(workspace, "ada")
    later(workspace)
    await workspace.subscriptions.pause("welcome-mail", paused=True)
    await create(workspace, "bob")
    await workspace.rates._measure()
    later(workspace)
    begun = workspace.clock.now() // 1_000_000
    path = workspace.rates._path
    await workspace.close()
    assert path is not None
    assert path.name.endswith(ENDING)

    workspace.clock.advance(10)
    again = open_target(folder, "", environ=environ)
    again.rates.load()
    await again.start()
    later(again, 3)
    rates, now = again.rates, again.clock.now() // 1_000_000
    found = told(rates, now).values["welcome-mail"]
    assert found[-15:-13] == [1.0, 0.0]
    ran = [value == value for value in found[-13:]]
    assert ran == [True] + [False] * 9 + [True] * 3, "it ended in a second, and ran again ten later"
    lags = rates.rings.window(Measure.LAG, now - 60, now, 500).values["welcome-mail"]
    assert lags[-14] > 0
    await again.close()
    assert begun == now - 13


async def test_V6_seconds_in_which_nothing_happened_before_it_was_closed_are_no_gap(tmp_path, by_hand):
    folder = copy_sample("users", tmp_path / "users")
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    workspace = open_target(folder, "", environ=environ)
    await workspace.start()
    workspace.rates.sample()
    await create(workspace, "ada")
    later(workspace)
    await workspace.rates._write()
    later(workspace, PAUSE - 1)
    await workspace.close()
    again = open_target(folder, "", environ=environ)
    again.rates.load()
    now = workspace.clock.now() // 1_000_000
    found = told(again.rates, now, PAUSE).values["welcome-mail"]
    assert [*found] == [1.0] + [0.0] * (PAUSE - 1)
    await again.close()


async def test_V6_after_ten_minutes_closed_what_is_seen_ends_now_without_old_rates_and_without_a_peak(
    tmp_path, by_hand
):
    folder = copy_sample("users", tmp_path / "users")
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    workspace = open_target(folder, "", environ=environ)
    await workspace.start()
    workspace.rates.sample()
    for name in ("ada", "bob", "cyd"):
        await create(workspace, name)
    later(workspace)
    assert workspace.rates.end == workspace.clock.now() // 1_000_000
    await workspace.close()
    workspace.clock.advance(600)

    again = open_target(folder, "", environ=environ)
    again.rates.load()
    rates, now = again.rates, again.clock.now() // 1_000_000
    assert rates.end == now, "one that does not run the engine, or does not yet count"
    await again.start()
    assert rates.end == now
    for measure in (Measure.RATE, Measure.FOLDED):
        before = rates.rings.window(measure, now - 60, now, 500).values.values()
        assert all(value != value for values in before for value in values), "a gap"
    later(again, 2)
    assert rates.end == now + 2
    for measure in (Measure.RATE, Measure.FOLDED):
        since = rates.rings.window(measure, now, now + 2, 500)
        assert {value for values in since.values.values() for value in values} == {0.0}
        assert {one.highest for one in since.figures.values()} == {0.0}
    assert again.monitor.subscriptions()[0].rate == 0.0
    await again.close()


async def test_one_that_only_looks_reads_what_the_other_wrote_and_writes_nothing(workspace):
    rates = workspace.rates
    if rates._path is None:
        return
    rates.sample()
    await create(workspace, "ada")
    later(workspace)
    await rates._write()
    kept = rates._path.read_bytes()
    other = RateHistory(workspace.world, workspace.monitor)
    other.load()
    now = workspace.clock.now() // 1_000_000
    assert told(other, now) == told(rates, now)
    turn = other.turn
    other.load()
    assert other.turn == turn, "what did not change is not read again"
    rates._path.write_bytes(kept[:20])
    other.load()
    assert told(other, now) == told(rates, now), "what is damaged is no news"
    await other.close()


async def test_a_machine_that_slept_leaves_a_gap_and_a_clock_that_is_put_back_nothing_worse(workspace):
    rates = workspace.rates
    rates.sample()
    later(workspace, 2)
    later(workspace, PAUSE * 3)
    now = workspace.clock.now() // 1_000_000
    found = told(rates, now, PAUSE * 3 + 2).values["welcome-mail"]
    assert sum(value == value for value in found) == 3
    workspace.clock.advance(-3600)
    rates.sample()
    later(workspace, 2)
    now = workspace.clock.now() // 1_000_000
    assert [*told(rates, now, 2).values["welcome-mail"]] == [0.0, 0.0]


async def test_V6_what_read_models_fold_is_counted_also_in_a_rebuild_with_how_far_they_lie_behind(workspace):
    rates, clock = workspace.rates, workspace.clock
    rates.sample()
    for name in ("ada", "bob"):
        await create(workspace, name)
    later(workspace)
    await workspace.projections.pause("users", paused=True)
    await create(workspace, "cyd")
    await rates._measure()
    later(workspace)
    await workspace.projections.pause("users", paused=False)
    await settle(workspace)
    later(workspace)
    await workspace.projections.rebuild("users")
    await settle(workspace)
    await rates._measure()
    later(workspace)
    now = clock.now() // 1_000_000
    folded = rates.rings.window(Measure.FOLDED, now - 60, now, 500).values["users"]
    assert folded[-4:] == [2.0, 0.0, 1.0, 3.0], "two, none while it was paused, the third, all in a rebuild"
    lag = rates.rings.window(Measure.FOLD_LAG, now - 60, now, 500).values["users"]
    assert (lag[-3] > 0, lag[-1]) == (True, 0.0)
    assert "users" not in rates.rings.window(Measure.RATE, now - 60, now, 500).values

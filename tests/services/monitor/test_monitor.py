"""What runs, as people see it, whatever keeps it from running."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.subscription_runners import handled_in
from workbench.project.samples import copy_sample
from workbench.services.monitor.openmetrics import open_metrics
from workbench.services.project.open_project import open_target


async def test_only_queues_have_workers(broken):
    assert {view.workers for view in broken.monitor.subscriptions()} == {0}


def states(workspace):
    return {view.name: view.status for view in workspace.monitor.subscriptions()}


def condition(workspace, name="users"):
    return next(view.condition for view in workspace.monitor.projections() if view.name == name)


def fault(workspace, lane):
    """Has what works for something stand still, as after an error that nobody foresaw, again and again."""
    workspace.running()._scheduler.faults[lane] = "KeyError: 'x'"


async def test_P7_what_is_handled_is_known_before_anything_runs(tmp_path):
    workspace = open_target(copy_sample("users", tmp_path / "users"), "", environ={}, trust=True)
    try:
        await workspace.start()
        started = states(workspace)
        handled = handled_in(workspace.world)
    finally:
        await workspace.close()
    workspace = open_target(tmp_path / "users", "", environ={}, trust=True)
    try:
        assert handled_in(workspace.world) == handled == started.keys()
        assert "detached" not in states(workspace).values()
    finally:
        await workspace.close()


async def test_V3_nothing_is_said_to_run_while_the_engine_is_paused(broken):
    assert set(states(broken).values()) == {"running"}
    assert condition(broken) == "running"
    await broken.subscriptions.pause("welcome-mail", paused=True)
    await broken.pause()
    assert states(broken).pop("welcome-mail") == "paused"
    assert {state for name, state in states(broken).items() if name != "welcome-mail"} == {"engine paused"}
    assert condition(broken) == "engine paused"
    await broken.resume()
    assert states(broken)["audit-trail"] == "running"
    assert states(broken)["welcome-mail"] == "paused"


async def test_V3_what_ended_unexpectedly_is_not_said_to_run(broken):
    fault(broken, "welcome-mail")
    fault(broken, "projection users")
    assert states(broken)["welcome-mail"] == "faulted"
    assert condition(broken) == "faulted"
    assert condition(broken, "outages") == "running"
    assert broken.monitor.status().faulted == ("welcome-mail", "projection users")
    assert 'workbench_subscription_running{subscription="welcome-mail"} 0' in open_metrics(broken.monitor)


async def test_V3_a_rebuild_says_whether_it_moves(broken):
    def rebuild():
        return next(view.rebuild for view in broken.monitor.projections() if view.name == "users")

    await broken.pause()
    await broken.projections.rebuild("users")
    assert rebuild().condition == "engine paused"
    await broken.projections.pause_rebuild("users", paused=True)
    assert rebuild().condition == "paused"
    await broken.projections.pause_rebuild("users", paused=False)
    fault(broken, "projection users")
    assert rebuild().condition == "faulted"


async def test_J10_V3_rows_that_are_held_are_told_as_such_once_they_lack_nothing(broken, monkeypatch):
    def rebuild():
        return next(view.rebuild for view in broken.monitor.projections() if view.name == "users")

    await broken.pause()
    await broken.projections.rebuild("users", held=True)
    assert (rebuild().condition, rebuild().held, rebuild().checkpoint) == ("engine paused", True, 0)
    while await broken.running().projection("users").work():
        pass
    assert rebuild().condition == "held"
    await broken.projections.pause_rebuild("users", paused=True)
    assert rebuild().condition == "paused"
    monkeypatch.setattr(type(broken.registry.projections["users"]), "definition_hash", lambda _self: "other")
    assert rebuild().condition == "outdated"


def lags(workspace):
    """How far each subscription and read model lies behind, as its own view says it."""
    monitor = workspace.monitor
    models = {f"read model {view.name}": view.lag for view in monitor.projections()}
    return {view.name: view.lag for view in monitor.subscriptions()} | models


async def test_V3_what_wants_none_of_what_is_left_lies_not_behind_whatever_the_stored_cursor_is(broken):
    head = broken.reader.head()
    assert any(state.cursor < head for state in broken.reader.subscriptions())
    standings = {one.name: one for one in broken.subscriptions.standings()}
    assert set(lags(broken).values()) == {0}
    assert {one.lag for one in standings.values()} == {0}
    assert standings["welcome-mail"].state == "caught up"


async def test_V3_a_paused_one_lies_as_far_behind_as_its_first_message_whoever_is_asked(broken):
    await broken.subscriptions.pause("welcome-mail", paused=True)
    before = broken.reader.head()
    values = {"user_id": "zoe", "username": "Zoe", "email": "zoe@example.org"}
    await broken.commands.issue("create_user", values)
    await broken.running().settle()
    standing = next(one for one in broken.subscriptions.standings() if one.name == "welcome-mail")
    assert lags(broken)["welcome-mail"] == standing.lag == broken.reader.head() - before
    status = broken.monitor.status()
    assert (status.lag, status.furthest) == (standing.lag, "welcome-mail")


@pytest.mark.parametrize("on_file", [True])
async def test_V3_one_that_only_looks_says_that_nothing_runs_here_and_counts_the_same(broken):
    await broken.pause()
    await broken.commands.issue("create_user", {"user_id": "zoe", "username": "Zzz", "email": "z@x.invalid"})
    looking = open_target(broken.project.root, "", environ={})
    try:
        assert looking.engine is None
        assert set(states(looking).values()) == {"not run here"}
        assert condition(looking) == "not run here"
        assert looking.monitor.status() == replace(
            broken.monitor.status(), engine="observing", observer=looking.observer
        )
        assert lags(looking) == lags(broken)
    finally:
        await looking.close()


async def test_V3_all_counters_of_dead_letters_and_lag_say_the_same(broken):
    await broken.pause()
    await broken.dead_letters.replay([1])
    await broken.commands.issue("create_user", {"user_id": "zoe", "username": "Zzz", "email": "z@x.invalid"})
    status, views = broken.monitor.status(), broken.monitor.subscriptions()
    assert status.dead == sum(view.dead for view in views) == broken.dead_letters.counts()["open"] == 2
    assert status.replaying == 1
    assert status.lag == max(view.lag for view in (*views, *broken.monitor.projections())) > 0
    assert lags(broken)[status.furthest] == status.lag


async def test_what_is_stored_under_another_name_counts_under_that_of_the_model(broken, monkeypatch):
    registry = broken.world.registry
    monkeypatch.setattr(type(registry), "stored_names", lambda _self: {"user.created": "user.born"})
    before = broken.monitor.flow()
    for key in ("event:user.born", "project:users:user.born", "command:user.born"):
        broken.engine.metrics.flow[key] += 2
    now = broken.monitor.flow()
    assert now["event:user.created"] == before.get("event:user.created", 0) + 2
    assert now["project:users:user.created"] == before.get("project:users:user.created", 0) + 2
    assert (now["command:user.born"], "event:user.born" in now) == (2, False)

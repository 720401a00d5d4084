"""C11: what a listener of a workspace raises keeps nothing and nobody from going on; it is told."""

from __future__ import annotations

import asyncio

import pytest

from workbench.engine import scheduler
from workbench.engine.subscription_runner import SubscriptionRunner


async def create(workspace, name):
    values = {"user_id": name, "username": name.title(), "email": f"{name}@x.example"}
    return await asyncio.wait_for(workspace.commands.issue("create_user", values), 10)


async def test_C11_a_listener_that_raises_keeps_no_answer_and_no_other_listener(workspace):
    heard = []

    def fails(changes):
        raise RuntimeError(f"a view has a bug {len(heard)}")

    for listener in (fails, heard.append, fails):
        workspace.listen(listener)
    assert (await create(workspace, "ann")).accepted
    assert (await create(workspace, "bob")).accepted
    await workspace.running().settle()
    assert any(changes.streams for changes in heard)
    assert any(changes.engine for changes in heard)
    assert "a listener failed: RuntimeError: a view has a bug" in workspace.monitor.status().trouble


@pytest.mark.parametrize("on_file", [True])
async def test_C11_a_store_that_fails_at_the_end_is_let_go_of_all_the_same(workspace, monkeypatch):
    async def fails(_self):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(SubscriptionRunner, "rest", fails)
    await asyncio.wait_for(workspace.close(), 10)
    assert workspace.store._writer is None


async def test_C11_a_model_that_takes_over_with_a_bug_leaves_the_one_before_running(workspace, monkeypatch):
    project, real = workspace.project, workspace.world._engine
    (project.root / "project.tsk").write_text((project.root / "project.tsk").read_text() + "\n# changed\n")

    def engine(fresh, metrics=None):
        if fresh is not project:
            raise ZeroDivisionError("a bug")
        return real(fresh, metrics)

    monkeypatch.setattr(workspace.world, "_engine", engine)
    told = await workspace.model_reload.check()
    assert "ZeroDivisionError: a bug" in told.said
    assert workspace.project is project
    assert (await create(workspace, "ann")).accepted


async def test_C11_a_subscription_that_stands_still_is_shown_and_resumed(workspace, monkeypatch):
    name = next(iter(workspace.registry.subscriptions))
    engine = workspace.running()
    monkeypatch.setattr(scheduler, "ENDS", 1)

    async def fails(_self, _limit=None):
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(type(engine.subscriptions[name]), "work", fails)
        engine.wake(name)
        await engine.settle()
    view = next(one for one in workspace.monitor.subscriptions() if one.name == name)
    assert (view.status, view.fault) == ("faulted", "ZeroDivisionError: a bug")
    await workspace.subscriptions.pause(name, paused=False)
    await engine.settle()
    assert next(one for one in workspace.monitor.subscriptions() if one.name == name).status == "running"

"""A real project on a desk: the users sample, its engine running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.gui.desk import Desk
from workbench.project.samples import copy_sample
from workbench.services.opening import open_target
from workbench.services.workspace import Workspace


@pytest.fixture
def retry_delay() -> str:
    """Little, so that nobody waits long for a letter to die; a test may want another."""
    return "20ms"


@pytest.fixture
async def workspace(tmp_path: Path, retry_delay: str) -> AsyncIterator[Workspace]:
    folder = copy_sample("users", tmp_path / "users")
    project = folder / "project.tsk"
    project.write_text(project.read_text().replace('retry_delay: "500ms"', f'retry_delay: "{retry_delay}"'))
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def desk(workspace: Workspace) -> AsyncIterator[Desk]:
    made = Desk(workspace)
    yield made
    await made.close()


async def settle(workspace: Workspace) -> None:
    """Waits until everything was delivered, retried or died."""
    async with asyncio.timeout(15):
        engine = workspace.running()
        await engine.settle()
        while any(view.retrying for view in workspace.observe.subscriptions()):
            await asyncio.sleep(0.005)
            await engine.settle()


@pytest.fixture
async def broken(workspace: Workspace) -> Workspace:
    """Two mails to a server that is down are dead letters 2 and 3, one to nowhere is 1."""
    await workspace.issue.issue("report_outage", {"domain": "slow.example"})
    for name, domain in (("cyd", "x.invalid"), ("ann", "slow.example"), ("bob", "slow.example")):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@{domain}"}
        assert (await workspace.issue.issue("create_user", values)).accepted
        await settle(workspace)
    assert [letter.key for letter in workspace.repair.letters()] == ["user-bob", "user-ann", "user-cyd"]
    return workspace

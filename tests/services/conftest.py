"""The users sample as a running workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.services.workspace import Workspace


@pytest.fixture
def retry_delay() -> str:
    """Little, so that nobody waits long for a letter to die; a test may want another."""
    return "20ms"


@pytest.fixture
async def workspace(tmp_path: Path, retry_delay: str, stores: None) -> AsyncIterator[Workspace]:
    folder = copy_sample("users", tmp_path / "users")
    project = folder / "project.tsk"
    project.write_text(project.read_text().replace('retry_delay: "500ms"', f'retry_delay: "{retry_delay}"'))
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    yield opened
    await opened.close()


async def settle(workspace):
    async with asyncio.timeout(15):
        engine = workspace.running()
        await engine.settle()
        while any(view.retrying for view in workspace.monitor.subscriptions()):
            await asyncio.sleep(0.01)
            await engine.settle()


@pytest.fixture
async def broken(workspace):
    """Two mails to a server that is down, one to a domain that cannot exist."""
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    for name, domain in (("ann", "slow.example"), ("bob", "slow.example"), ("cyd", "x.invalid")):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@{domain}"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)
    return workspace

"""The users sample as a running workspace."""

from __future__ import annotations

import asyncio
import errno
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from workbench.model.clock import MICROSECONDS
from workbench.project.samples import copy_sample
from workbench.services.dead_letters import dead_letter_jobs
from workbench.services.project.open_project import open_target
from workbench.services.workspace import Workspace


def written(folder: Path, text: str) -> Path:
    """Makes a project of the text of its file."""
    folder.mkdir()
    (folder / "project.tsk").write_text(text)
    return folder


def full_disk(*_args: object, **_more: object) -> None:
    """Fails as `os.fsync` does where a disk is full."""
    raise OSError(errno.ENOSPC, "No space left on device")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Workspace]:
    """Has the project in a folder run."""
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(folder.parent / "config")})
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def retry_delay() -> str:
    """What the sample says; a test may want another."""
    return "500ms"


@pytest.fixture
async def workspace(
    tmp_path: Path, retry_delay: str, stores: None, by_hand: None
) -> AsyncIterator[Workspace]:
    folder = copy_sample("users", tmp_path / "users")
    project = folder / "project.tsk"
    project.write_text(project.read_text().replace('retry_delay: "500ms"', f'retry_delay: "{retry_delay}"'))
    async with running(folder) as opened:
        yield opened


async def settle(workspace):
    """Returns when all was delivered, retried or died; where nothing else moves, the clock does."""
    engine, timer = workspace.running(), workspace.world.timer
    await engine.settle()
    while any(view.retrying for view in workspace.monitor.subscriptions()):
        seconds = (timer.next_due() - timer.clock.now()) / MICROSECONDS
        await timer.advance(max(0, seconds), engine.settle)


async def finished(workspace):
    """Returns when nothing waits for the clock any more, which is moved to all that does."""
    assert await workspace.world.timer.drain(workspace.world.settle, within=3600)


async def passing(workspace, work):
    """Returns what some work comes to; where nothing else moves meanwhile, the clock does."""
    task = asyncio.ensure_future(work)
    async with asyncio.timeout(15):
        while not task.done():
            await workspace.world.timer.drain(workspace.running().settle, within=3600)
            await asyncio.sleep(0)
        return await task


@pytest.fixture
async def broken(workspace):
    """Two mails to a server that is down, one to a domain that cannot exist."""
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    for name, domain in (("ann", "slow.example"), ("bob", "slow.example"), ("cyd", "x.invalid")):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@{domain}"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)
    return workspace


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where copies are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs give back what they replay where nothing moves, too: as if the pause came just behind that."""

    async def at_once(_world: object, _engine: object, _job: object, part: Sequence[int]) -> Sequence[int]:
        return part

    monkeypatch.setattr(dead_letter_jobs, "deliverable", at_once)

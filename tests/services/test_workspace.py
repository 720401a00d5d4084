"""A workspace is closed as a whole, whoever is cancelled meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from workbench.project.samples import copy_sample
from workbench.services.opening import open_target


async def test_M2_a_close_that_is_cancelled_twice_still_lets_go_of_the_store(tmp_path):
    folder = copy_sample("users", tmp_path / "users")
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    workspace = open_target(folder, "", environ=environ)
    await workspace.start()
    before = asyncio.all_tasks()
    closing = asyncio.create_task(workspace.close())
    for _ in range(2):
        await asyncio.sleep(0)
        closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert asyncio.all_tasks() < before
    again = open_target(folder, "", environ=environ)
    assert not again.observer
    await again.close()

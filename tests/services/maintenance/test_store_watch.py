"""The watches of a store: one task each, however often they are begun, and none once they are ended."""

from __future__ import annotations

import asyncio

import pytest

from workbench.services.maintenance.commit_watch import CommitWatch
from workbench.services.maintenance.store_watch import StoreWatch


@pytest.mark.parametrize("watch", [StoreWatch, CommitWatch])
async def test_a_watch_that_is_begun_twice_is_one_and_ends(workspace, watch):
    before = asyncio.all_tasks()
    watching = watch(workspace.world.store, lambda: None)
    watching.start()
    watching.start()
    (task,) = asyncio.all_tasks() - before
    watching.stop()
    watching.stop()
    await asyncio.wait([task])
    assert task.cancelled()

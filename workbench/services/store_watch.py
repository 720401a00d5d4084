"""Looks now and then whether the files of an open store are still there, also while none writes (C10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from workbench.store.sqlite.store import SqliteStore

EVERY = 2.0
"""Seconds between two looks, of some microseconds each."""


class StoreWatch:
    """Watches one store, from `start` until it is gone or `stop`.

    Args:
        tell: Called once, on the loop, when the store is gone; `SqliteStore.gone` says how.
    """

    def __init__(self, store: SqliteStore, tell: Callable[[], None]) -> None:
        self._store = store
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins."""
        self._task = asyncio.get_running_loop().create_task(self._watch(), name="watching")

    def stop(self) -> None:
        """Ends; a second call does nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _watch(self) -> None:
        gone = await asyncio.to_thread(self._store.look)
        while not gone:
            await asyncio.sleep(EVERY)
            gone = await asyncio.to_thread(self._store.look)
        self._tell()

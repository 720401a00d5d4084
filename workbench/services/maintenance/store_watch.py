"""Looks now and then whether the files of an open store are still there, also while none writes (C10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from workbench.store.ports import Store

EVERY = 2.0
"""Seconds between two looks, of some microseconds each."""


class StoreWatch:
    """Watches one store, from `start` until `stop`.

    Args:
        tell: Called on the loop when the store is gone, and when it is back; `Store.gone` says how.
    """

    def __init__(self, store: Store, tell: Callable[[], None]) -> None:
        self._store = store
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins; a second call does nothing."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._watch(), name="watching the store")

    def stop(self) -> None:
        """Ends; a second call does nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _watch(self) -> None:
        told = ""
        while True:
            gone = await asyncio.to_thread(self._store.look)
            if gone != told:
                told = gone
                self._tell()
            await asyncio.sleep(EVERY)

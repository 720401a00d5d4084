"""Looks now and then whether another process has committed to a store that is only looked at, or ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from workbench.errors import WorldError
from workbench.store.ports import Reader, Store

EVERY = 1.0
"""Seconds between two looks, of some microseconds each."""


class CommitWatch:
    """Watches one store, from `start` until `stop`.

    Args:
        tell: Called on the loop when something was committed since the last look, and when `Store.observer`
            says something else.
    """

    def __init__(self, store: Store, tell: Callable[[], None]) -> None:
        self._store = store
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins: what is committed from now on is told; a second call does nothing."""
        if self._task is not None:
            return
        reader = self._store.reader()  # of its own: the number is that of a connection
        watch = self._watch(reader, (reader.commits(), self._store.observer))
        self._task = asyncio.get_running_loop().create_task(watch, name="watching commits")

    def stop(self) -> None:
        """Ends; a second call does nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _look(self, reader: Reader) -> tuple[int, str]:
        self._store.look()
        return reader.commits(), self._store.observer

    async def _watch(self, reader: Reader, known: tuple[int, str]) -> None:
        try:
            while True:
                await asyncio.sleep(EVERY)
                with suppress(WorldError):  # such as a store that is busy: the views that read it say so
                    found = await asyncio.to_thread(self._look, reader)
                    if found != known:
                        known = found
                        self._tell()
        finally:
            reader.close()

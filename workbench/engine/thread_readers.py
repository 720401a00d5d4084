"""Reads beside the loop: in few threads of their own, each with a reader that stays its own (C5)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from workbench.store.ports import Reader

T = TypeVar("T")
MOST = 4
"""Reads that are under way beside the loop at a time; more wait, and keep nothing else waiting."""


class ThreadReaders:
    """Gives a thread the same reader again; it lives as long as the thread, or until its store is closed.

    Args:
        make: Opens a reader of a store.
        most: Reads that are under way at a time.
    """

    def __init__(self, make: Callable[[], Reader], most: int = MOST) -> None:
        self._make = make
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="read", initializer=self._begin)
        self._beside: list[Reader] = []

    def _begin(self) -> None:
        self._local.beside = True

    def here(self) -> Reader:
        """Returns the reader of the thread that asks."""
        if not hasattr(self._local, "reader"):
            self._local.reader = self._make()
            if hasattr(self._local, "beside"):
                self._beside.append(self._local.reader)
        reader: Reader = self._local.reader
        return reader

    async def answer(self, read: Callable[[], T]) -> T:
        """Returns what a function reads, which is called in a thread.

        It takes its reader there: one that was taken before is that of the thread that asks.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, read)

    def interrupt(self) -> None:
        """Stops reads that are under way beside the loop, with `ReadTooLong`."""
        for reader in tuple(self._beside):
            reader.interrupt()

    def close(self) -> None:
        """Begins no more reads; those under way end with the store."""
        self._pool.shutdown(wait=False, cancel_futures=True)

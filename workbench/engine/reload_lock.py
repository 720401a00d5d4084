"""Lets many pass at once, or one be alone: the engine is changed between commands, never in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ReloadLock:
    """Shared and exclusive access: who wants to be alone waits for all inside, and later ones for it."""

    def __init__(self) -> None:
        self._inside = 0
        self._alone = asyncio.Lock()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def closed(self) -> bool:
        """Whether exclusive access is held or waited for."""
        return self._alone.locked()

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Takes shared access: no exclusive access is given before the end."""
        while self._alone.locked():
            async with self._alone:
                pass
        self._inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Takes exclusive access: waits until all others have left, and keeps new ones out."""
        async with self._alone:
            await self._empty.wait()
            yield

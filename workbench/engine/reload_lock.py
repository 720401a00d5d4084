"""Lets many pass at once, or one be alone: the engine is changed between commands, never in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ReloadLock:
    """Counts who is inside; whoever wants to be alone waits for them, and the next ones wait for that."""

    def __init__(self) -> None:
        self._inside = 0
        self._alone = asyncio.Lock()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def closed(self) -> bool:
        """Whether somebody is alone, or waits to be."""
        return self._alone.locked()

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Waits until nobody is alone; then nobody will be before the end."""
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
        """Holds everybody else back, and waits until those inside are through."""
        async with self._alone:
            await self._empty.wait()
            yield

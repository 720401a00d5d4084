"""Turns: those that want the same thing have it one after the other, in order of arrival."""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """What is to be had by one at a time, by name; a turn that no other waits for costs next to nothing."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, name: str) -> None:
        """Returns when it is the caller's turn, who then gives it on."""
        if name not in self._waiting:
            self._waiting[name] = deque()
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting[name].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it came at the same moment
                self.give_on(name)
            raise

    def give_on(self, name: str) -> None:
        """Ends a turn that was taken."""
        waiting = self._waiting[name]
        while waiting:
            if not (turn := waiting.popleft()).done():
                turn.set_result(None)
                return
        del self._waiting[name]

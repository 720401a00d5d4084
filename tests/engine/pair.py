"""Two engines on one store in memory, of which each can be stopped, killed, or cut off from the store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from typing_extensions import override

from tests.engine.lab import Lab
from workbench.errors import StoreBusy
from workbench.model.changes import Changes
from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import Message
from workbench.store.memory.store import MemoryStore
from workbench.store.stored_values import Delivery

QUIET = 30
"""Turns of the loop in which nothing is written and no handler begins: then nothing moves any more."""


class Link:
    """The way of one engine to a store that others use, too."""

    def __init__(self, store: MemoryStore) -> None:
        self.cut = False
        self.writes = 0
        self._store = store

    def write(self, operations: Any) -> list[Any]:
        """Writes, unless the engine is cut off."""
        self.writes += 1
        if self.cut:
            raise StoreBusy("cut off")
        return self._store.write(operations)

    def close(self) -> None:
        """Lets the others go on."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class Side(Lab):
    """One of the engines; a handler whose fate is to wait does so until its side says go."""

    def join(self, pair: Pair, number: int) -> None:
        """Shares store, fates and what handlers saw with the other side."""
        self.pair, self.opened, self.go = pair, number * 1000, asyncio.Event()
        self.memory, self.fates, self.seen = pair.memory, pair.fates, pair.seen
        self.store = Link(self.memory)

    @override
    def open_store(self) -> Link:
        return Link(self.memory)

    @override
    def hear(self, changes: Changes) -> None:
        super().hear(changes)
        for other in self.pair.sides:
            if other is not self and other.engine is not None and changes != Changes():
                other.engine.look()

    @override
    async def handle(self, message: Message, context: Any) -> None:
        fate = self._begin(message, context)
        if fate == "wait":
            await self.go.wait()
        if fate == "fail":
            raise ConnectionError("not now")


class Pair:
    """Both engines, and the clock that moves them."""

    def __init__(self, **subscription: Any) -> None:
        self.clock = ManualClock()
        self.memory = MemoryStore(self.clock)
        self.reader = self.memory.reader()
        self.fates: dict[int, list[str]] = {}
        self.seen: list[Any] = []
        self.sides = [Side(Path("none"), "memory", self.clock) for _ in range(2)]
        for number, side in enumerate(self.sides):
            side.join(self, number)
            side.declare(timeout=600.0, **{"lease": 30.0, "workers": 1, **subscription})

    async def quiet(self) -> None:
        """Returns when nothing moves at this moment."""
        turns, before = 0, (-1, -1)
        while turns < QUIET:
            now = (sum(side.store.writes for side in self.sides), len(self.seen))
            turns, before = (turns + 1, now) if now == before else (0, now)
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Moves the clock, stopping at all that is due."""
        end = self.clock.now() + round(seconds * MICROSECONDS)
        await self.quiet()
        while (due := self._next_due()) is not None and due <= end:
            self.clock.advance(max(0, due - self.clock.now()) / MICROSECONDS)
            await self.quiet()
        self.clock.advance((end - self.clock.now()) / MICROSECONDS)
        await self.quiet()

    def _next_due(self) -> int | None:
        times = [side.timer.next_due() for side in self.sides if side.engine is not None]
        return min((time for time in times if time is not None), default=None)

    async def let_go(self, side: Side) -> None:
        """Has the handlers of a side that wait go on."""
        side.go.set()
        await self.quiet()
        side.go.clear()

    async def stop(self, side: Side) -> None:
        """Stops an engine in good order; what waits is given up after ten seconds."""
        stopping = asyncio.ensure_future(side.close())
        await self.advance(11)
        await stopping

    async def close(self) -> None:
        """Stops what runs."""
        for side in self.sides:
            side.go.set()
            side.store.cut = False
            if side.engine is not None:
                await self.stop(side)

    def effects(self) -> list[int]:
        """Returns which messages took effect, by the events in their order."""
        return [int(one.stream.rpartition("-")[2]) for one in self.reader.read_log(0, 10_000)]

    def rows(self, *states: DeliveryState) -> list[Delivery]:
        """Returns the rows of the subscription that are in one of some states, in the order of messages."""
        found = [row for row in self.memory._tables.deliveries.values() if row.subscription == "sub"]
        return sorted((row for row in found if row.state in states), key=lambda row: row.position)

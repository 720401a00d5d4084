"""Watches each second what subscriptions do, and keeps it beside the store over restarts (V6)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorldError
from workbench.model.changes import Changes
from workbench.model.clock import MICROSECONDS
from workbench.services.monitor.rate_rings import (
    LARGEST,
    READ_MODEL,
    RateRings,
    Sample,
    decoded,
    encoded,
)
from workbench.store.ports import StoreFile
from workbench.tusk import replace_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.monitor.monitor import Monitor

ENDING = "-rates"
"""What the file's name has behind the store's."""
EVERY = 1.0
"""Seconds between two looks."""
PAUSE = 30
"""Seconds after which it counts as a gap: the machine slept."""
WRITTEN = 60
"""Seconds between two writes; also where nothing happened, as what is not written counts as not watched."""


class RateHistory:
    """What subscriptions and read models did in the last 24 hours, as far as a workbench ran.

    The one that runs the engine counts, and writes now and then; one that only observes reads that.
    What cannot be written or read is forgotten: nothing depends on it.

    Attributes:
        rings: What is known.
        turn: Another number whenever something happened that a picture of it would show.
    """

    def __init__(self, world: World[Project], monitor: Monitor) -> None:
        self._world, self._monitor = world, monitor
        self.rings = RateRings()
        self.turn = 0
        self._path = Path(world.store.place + ENDING) if isinstance(world.store, StoreFile) else None
        self._lags: Mapping[str, int] = {}
        self._folded: Mapping[str, int] = {}
        self._moved = True
        self._written = 0
        self._seen = 0
        self._task: asyncio.Task[None] | None = None
        self._end = world.listen(self._note)

    @property
    def watching(self) -> bool:
        """Whether this process counts; else the newest that is known is what another one wrote."""
        return self._world.engine is not None

    @property
    def end(self) -> int:
        """The second since 1970 up to which is seen: behind the last that was counted here, else the present.

        What another process wrote, or this project before it was closed, ends when it ended.
        """
        now, counted = self._world.clock.now() // MICROSECONDS, self.rings.last + 1
        return counted if self.watching and abs(now - counted) <= PAUSE else now

    def start(self) -> None:
        """Begins; a second call does nothing."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._watch(), name="watching rates")

    async def close(self) -> None:
        """Ends, and writes what is not written yet; a second call does nothing."""
        self._end()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            self.sample(ends=True)
            if self.watching:
                await self._write()

    def load(self) -> None:
        """Reads what is kept beside the store, if that is newer than what was read; any thread may ask."""
        with contextlib.suppress(OSError, WorldError):
            found = self._path.stat() if self._path is not None else None
            if self._path is None or found is None or found.st_mtime_ns == self._seen:
                return
            self._seen = found.st_mtime_ns
            if found.st_size > LARGEST:
                return
            rings = decoded(self._path.read_bytes(), self._world.reader.head())
            if rings is not None:
                self.rings = rings
                self.turn += 1

    def sample(self, *, ends: bool = False) -> None:
        """Adds the seconds that are over since the last call, with the lags that were read last.

        Args:
            ends: Whether no later call comes, so that the running second is taken, too.
        """
        engine, now = self._world.engine, self._world.clock.now() // MICROSECONDS + ends
        if engine is None:
            return
        folded = {f"{READ_MODEL}{name}": one.handled for name, one in engine.projections.items()}
        names = [*engine.subscriptions, *folded]
        if {*self.rings.names} - {*names}:
            self.rings.keep(names)
        begun = self.rings.last + 1, engine.metrics.since // MICROSECONDS
        first = max((at for at in begun if abs(now - at) <= PAUSE), default=now - 1)
        counted: Mapping[int, Mapping[str, Mapping[str, int]]] = engine.metrics.counted(first, now)
        if first < now and (news := self._news(folded)):
            counted = {**counted, now - 1: {**counted.get(now - 1, {}), **news}}
        for second in range(first, now):
            counts = counted.get(second, {})
            self.rings.add(second, {name: self._sample(name, counts.get(name, {})) for name in names})
        if counted:
            self.turn += 1

    def _news(self, folded: Mapping[str, int]) -> dict[str, dict[str, int]]:
        """Returns how many events read models folded since the last call, those of none left out."""
        before, self._folded = self._folded, folded
        return {name: {"ok": more} for name, now in folded.items() if (more := now - before.get(name, 0)) > 0}

    def _sample(self, name: str, counts: Mapping[str, int]) -> Sample:
        get = counts.get
        return Sample(get("ok", 0), get("retry", 0), get("dead", 0), self._lags.get(name, 0))

    def _note(self, _changes: Changes) -> None:
        self._moved = True

    async def _watch(self) -> None:
        await self._read()
        self._written = self._world.clock.now() // MICROSECONDS
        while True:
            await asyncio.sleep(EVERY)
            if not self.watching:
                await self._read()
                continue
            if self._moved:
                await self._measure()
            self.sample()
            since = self._world.clock.now() // MICROSECONDS - self._written
            if since >= WRITTEN:
                await self._write()

    async def _read(self) -> None:
        with contextlib.suppress(WorldError):
            await self._world.ask(self.load)

    async def _measure(self) -> None:
        """Reads the lags; those that cannot be read now stay as they were."""
        self._moved = False
        with contextlib.suppress(WorldError):
            lags = await self._world.ask(self._monitor.behind)
            if lags != self._lags:
                self._lags = lags
                self.turn += 1

    async def _write(self) -> None:
        self._written = self._world.clock.now() // MICROSECONDS
        path = self._path
        if path is not None and not self._world.store.gone:
            with contextlib.suppress(OSError, WorldError):
                kept = self.rings.packed(self._world.reader.head())
                await asyncio.to_thread(lambda: replace_file(path, [encoded(kept)], mode=0o600))

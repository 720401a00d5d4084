"""Runs the traffic of a range of the log again, and keeps what earlier runs came to."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import msgspec

from workbench.errors import InvalidValue, WorldError
from workbench.model.clock import MICROSECONDS, Clock
from workbench.services.monitor.rate_rings import Measure
from workbench.services.worlds.store_copy import StoreCopy, Told, in_a_copy
from workbench.services.worlds.traffic import Traffic, look
from workbench.services.worlds.traffic_play import TrafficPlay
from workbench.services.worlds.traffic_run import POINTS, THEN, TrafficRun
from workbench.store.ports import StoreFile
from workbench.tusk import replace_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.monitor.rate_history import RateHistory

ENDING = "-traffic"
"""What the file's name has behind the store's."""
KEPT = 20
"""Runs that are kept; then the oldest goes."""
LARGEST = 64_000_000
"""Bytes of a file that is read."""
SLOWEST, FASTEST = 0.1, 1000.0
"""Seconds of the traffic in one of the machine's."""


class TrafficRuns:
    """Ranges of the log, run again in copies of the store.

    Args:
        machine: Says how long runs take.
    """

    def __init__(self, world: World[Project], rates: RateHistory, machine: Clock) -> None:
        self._world, self._rates, self._machine = world, rates, machine
        self._path = Path(world.store.place + ENDING) if isinstance(world.store, StoreFile) else None

    # -- ranges -------------------------------------------------------------------------------------------

    def between(self, since: int, until: int) -> tuple[int, int]:
        """Returns the positions of what was stored from one time up to another, microseconds since 1970."""
        reader = self._world.reader
        return reader.position_before(since) + 1, reader.position_before(until)

    def look(self, first: int, upto: int) -> Traffic:
        """Returns what a range holds; takes time.

        Raises:
            InvalidValue: Nothing came from outside in it.
        """
        reader = self._world.reader
        first, upto = max(1, first), min(upto, reader.head())
        found = look(self._world.registry, reader, first, upto) if first <= upto else None
        if found is None or not found.arrivals:
            raise InvalidValue(
                f"nothing came from outside at positions {first:,} to {upto:,}",
                path="",
                hint="choose a range in which commands were sent or messages published",
            )
        return found

    # -- running ------------------------------------------------------------------------------------------

    async def run(
        self,
        traffic: Traffic,
        told: Told,
        *,
        pace: float = 1.0,
        name: str = "",
        halt: Event | None = None,
        show: Callable[[TrafficRun], object] = lambda _run: None,
    ) -> TrafficRun:
        """Has the traffic happen again in a copy, and keeps what it came to; errors as of `in_a_copy`.

        Cancelled, it leaves nothing behind.

        Args:
            told: Called with how far it is.
            pace: Seconds of the traffic in one of the machine's; 0 for as fast as it can.
            name: What the run is called; an earlier one of that name goes. Empty for the next number.
            halt: Set where it shall end early, with what it came to by then.
            show: Called with how it stands, now and then.

        Raises:
            InvalidValue: There is no such pace.
        """
        if pace and not SLOWEST <= pace <= FASTEST:
            raise InvalidValue(f"{pace:g} is no pace", path="", hint=f"give {SLOWEST:g} to {FASTEST:g}")
        plan = TrafficRun(
            name=name or self._next_name(),
            first=traffic.first,
            upto=traffic.upto,
            pace=pace,
            at=self._world.clock.now(),
            begin=traffic.begin,
        )
        source, loop = self._world.store.reader(), asyncio.get_running_loop()
        shown = lambda run: loop.call_soon_threadsafe(show, run)  # noqa: E731  # from its thread

        async def play(copy: StoreCopy) -> TrafficRun:
            stop = halt or Event()
            try:
                return await TrafficPlay(copy, source, traffic, plan, self._machine, stop, shown).run()
            finally:
                source.close()

        done = await in_a_copy(self._world, play, told, name="traffic run", threads=True)
        then = self.then(traffic)
        found = done if then is None else _compared(done, then)
        self._keep(found)
        return found

    def _next_name(self) -> str:
        taken = {one.name for one in self.kept()}
        return next(name for number in range(1, KEPT + 2) if (name := f"run {number}") not in taken)

    # -- what is known ------------------------------------------------------------------------------------

    def then(self, traffic: Traffic) -> TrafficRun | None:
        """Returns the lags that were watched while the range itself happened; None where nothing was."""
        begin, end = traffic.begin / MICROSECONDS, traffic.end / MICROSECONDS
        seen = self._rates.rings.window(Measure.LAG, begin, end + 1, POINTS)
        values = {name: [*some] for name, some in seen.values.items()}
        known = [
            at for at in range(len(seen.times)) if any(not math.isnan(some[at]) for some in values.values())
        ]
        if not known:
            return None
        since = seen.times[known[0]] - seen.step  # one look alone is a line as well
        return TrafficRun(
            name=THEN,
            first=traffic.first,
            upto=traffic.upto,
            pace=1.0,
            at=traffic.begin,
            begin=traffic.begin,
            times=[max(0.0, at - begin) for at in (since, *(seen.times[at] for at in known))],
            lags={name: [some[at] for at in (known[0], *known)] for name, some in values.items()},
        )

    def kept(self) -> list[TrafficRun]:
        """Returns what earlier runs came to, the newest first; what cannot be read is none."""
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            if self._path is not None and self._path.stat().st_size <= LARGEST:
                return msgspec.msgpack.decode(self._path.read_bytes(), type=list[TrafficRun])
        return []

    def _keep(self, run: TrafficRun) -> None:
        others = [one for one in self.kept() if one.name != run.name]
        if self._path is not None:
            data = msgspec.msgpack.encode([run, *others][:KEPT])
            with contextlib.suppress(OSError, WorldError):
                replace_file(self._path, [data], mode=0o600)


def _compared(run: TrafficRun, then: TrafficRun) -> TrafficRun:
    highest = {name: round(max(some)) for name, some in then.lags.items()}
    subscriptions = [
        msgspec.structs.replace(one, highest_then=highest.get(one.name)) for one in run.subscriptions
    ]
    return msgspec.structs.replace(run, subscriptions=subscriptions)

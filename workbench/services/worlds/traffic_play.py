"""Has the traffic of a range happen again in a copy of the store, as it was before the range."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING

from workbench.engine.timers import LoopTimer
from workbench.errors import WorkbenchError, WorldError
from workbench.model.clock import MICROSECONDS, Clock, ManualClock, PacedClock
from workbench.model.dead_letter import LetterStatus
from workbench.services.dead_letters.letter_facts import normalised
from workbench.services.monitor import Drain, Monitor
from workbench.services.scenarios.given_history import recall
from workbench.services.worlds.seconds_timer import SecondsTimer
from workbench.services.worlds.traffic import PAGE, Traffic, arrivals
from workbench.services.worlds.traffic_run import LagCurves, SubscriptionRun, TrafficRun
from workbench.store.store_file import cut_back

if TYPE_CHECKING:
    from workbench.engine.engine import Engine
    from workbench.engine.world import World
    from workbench.model.registry import Registry
    from workbench.project.project import Project
    from workbench.services.worlds.store_copy import StoreCopy
    from workbench.store.operations import Operation
    from workbench.store.ports import Reader, Store

AT_ONCE = 64
"""Arrivals that are stored at once."""
LOOK = 0.1
"""Seconds of the machine between two looks at how it stands."""
OFTEN, LOOKS = 0.02, 200
"""Seconds between two looks at the lags at least, and how many of them there are in a run."""
REST = 60.0
"""Seconds of the machine that are waited for rest behind the last arrival."""
HORIZON = 600.0
"""Seconds of its own time, likewise, where that is moved by hand."""


class TrafficPlay:
    """One run.

    Args:
        source: Reads the store that has the traffic.
        machine: Says how long it takes.
        halt: Set where it shall end early, with what it came to by then.
        show: Called with how it stands, now and then.

    Attributes:
        curves: The lags so far.
    """

    def __init__(
        self,
        copy: StoreCopy,
        source: Reader,
        traffic: Traffic,
        plan: TrafficRun,
        machine: Clock,
        halt: Event,
        show: Callable[[TrafficRun], object],
    ) -> None:
        self._copy, self._source, self._traffic, self._plan = copy, source, traffic, plan
        self._machine, self._halt, self._show = machine, halt, show
        self.curves = LagCurves()
        self._refused: Counter[str] = Counter()
        self._sent = 0
        self._begun = 0.0
        self._ended: float | None = None
        self._letters_then = Counter[str]()
        self._events, self._counted_to = Counter[str](), traffic.first - 1
        self._behind: dict[str, float] = {}

    @property
    def _registry(self) -> Registry:
        return self._copy.project.registry

    async def run(self) -> TrafficRun:
        """Does it; what it is called and where it begins stands in the plan."""
        self._copy.tell("Going back to before the range", 0, 1)
        cut_back(self._copy.path, self._traffic.first - 1)
        self._letters_then = _letters_then(self._source, self._traffic)
        pace, begin = self._plan.pace, self._traffic.begin
        if pace:
            paced = PacedClock(begin, pace, self._machine)
            async with self._copy.world(paced, LoopTimer(paced, pace), self._remember) as world:
                await self._fold(world.running())
                paced.begin()
                return await self._watched(
                    world, lambda due: self._wait(due, paced), lambda: self._come_to_rest(world)
                )
        clock = ManualClock(begin)
        timer = SecondsTimer(clock)
        async with self._copy.world(clock, timer, self._remember) as world:
            await self._fold(world.running())

            async def jump(due: int) -> None:
                clock.advance(max(0, due - clock.now()) / MICROSECONDS)

            return await self._watched(
                world, jump, lambda: timer.drain(lambda: self._settle(world), within=HORIZON)
            )

    # -- before -------------------------------------------------------------------------------------------

    def _remember(self, store: Store) -> None:
        """Has processes know what they knew before the range."""
        self._copy.tell("Recalling what processes knew", 0, 1)
        recall(store, self._registry, {})

    async def _fold(self, engine: Engine) -> None:
        """Returns when read models hold what they held before the range."""
        settled = asyncio.ensure_future(engine.settle())
        try:
            while not settled.done():
                await asyncio.wait((settled,), timeout=LOOK)
                done = min((one.checkpoint for one in engine.projections.values()), default=0)
                self._copy.tell("Folding read models", done, self._traffic.first - 1)
        finally:
            settled.cancel()

    # -- traffic ------------------------------------------------------------------------------------------

    async def _watched(
        self,
        world: World[Project],
        until: Callable[[int], Awaitable[None]],
        rest: Callable[[], Awaitable[object]],
    ) -> TrafficRun:
        self._begun = self._machine.monotonic()
        watching = asyncio.ensure_future(self._watch(world))
        try:
            await self._send(world, until)
            self._ended = self._machine.monotonic()
            await self._until_halted(rest())
        finally:
            watching.cancel()
            await asyncio.wait((watching,))
        self._look(world)
        return self._stands(world)

    async def _send(self, world: World[Project], until: Callable[[int], Awaitable[None]]) -> None:
        waiting = arrivals(self._registry, self._source, self._traffic)
        while (part := [*islice(waiting, AT_ONCE)]) and not self._halt.is_set():
            stored: list[Awaitable[None]] = []
            for one in part:
                if one.at > world.clock.now():
                    if self._plan.pace:
                        await asyncio.gather(*stored)
                        stored = []
                    await until(one.at)
                if self._halt.is_set():
                    break
                stored.append(self._store(world, one.operation(world.clock.now())))
            await asyncio.gather(*stored)
            self._copy.tell("Running", self._sent, self._traffic.arrivals)

    async def _store(self, world: World[Project], one: Operation) -> None:
        try:
            await world.running().commit(one)
            self._sent += 1
        except WorldError:
            raise
        except WorkbenchError as error:
            self._refused[normalised(error.message)] += 1

    async def _wait(self, due: int, clock: PacedClock) -> None:
        while not self._halt.is_set() and (left := (due - clock.now()) / MICROSECONDS / self._plan.pace) > 0:
            self._copy.tell("Running", self._sent, self._traffic.arrivals)
            await asyncio.sleep(min(left, LOOK))

    async def _come_to_rest(self, world: World[Project]) -> None:
        self._copy.tell("Waiting for rest", self._sent, self._traffic.arrivals)
        await Drain(world, Monitor(world)).settle(REST)

    async def _settle(self, world: World[Project]) -> None:
        self._copy.check()
        await world.running().settle()

    async def _until_halted(self, rest: Awaitable[object]) -> None:
        resting = asyncio.ensure_future(rest)
        try:
            while not resting.done() and not self._halt.is_set():
                await asyncio.wait((resting,), timeout=LOOK)
                self._copy.check()
        finally:
            resting.cancel()
            with suppress(asyncio.CancelledError):
                await resting

    # -- what is seen -------------------------------------------------------------------------------------

    async def _watch(self, world: World[Project]) -> None:
        pause = min(LOOK, max(OFTEN, self._traffic.seconds / (self._plan.pace or LOOKS) / LOOKS))
        shown = -LOOK
        while True:
            self._look(world)
            if self._machine.monotonic() - shown >= LOOK:
                shown = self._machine.monotonic()
                self._show(self._stands(world))
            await asyncio.sleep(pause)

    def _look(self, world: World[Project]) -> None:
        lags = Monitor(world).lags()
        self.curves.add((world.clock.now() - self._traffic.begin) / MICROSECONDS, lags)
        self._behind |= {name: self._machine.monotonic() for name, lag in lags.items() if lag}

    def _stands(self, world: World[Project]) -> TrafficRun:
        """Returns how it stands, whether it goes on or has ended."""
        highest = {name: round(max(some)) for name, some in self.curves.lags.items()}
        left = {name for name, some in self.curves.lags.items() if some[-1]}
        self._count(world.reader)
        states = world.reader.subscriptions()
        subscriptions = [
            SubscriptionRun(
                name=one.name,
                delivered=one.delivered,
                retried=one.retried,
                letters=one.died,
                letters_then=self._letters_then[one.name],
                highest=highest.get(one.name, 0),
                highest_then=None,
                behind=-1.0 if one.name in left or one.waiting else self._seconds_behind(one.name),
            )
            for one in states
            if one.name in self.curves.lags
        ]
        then, now = self._traffic.types, self._events
        return TrafficRun(
            name=self._plan.name,
            first=self._plan.first,
            upto=self._plan.upto,
            pace=self._plan.pace,
            at=self._plan.at,
            begin=self._traffic.begin,
            seconds=self._machine.monotonic() - self._begun,
            arrivals=self._traffic.arrivals,
            sent=self._sent,
            refused=dict(self._refused),
            stopped=self._halt.is_set(),
            waiting=sum(one.waiting for one in states),
            faults=dict(world.running().faults),
            types={name: (then[name], now[name]) for name in sorted({*then, *now})},
            subscriptions=subscriptions,
            times=[*self.curves.times],
            lags={name: [*some] for name, some in self.curves.lags.items()},
        )

    def _count(self, reader: Reader) -> None:
        """Counts the events that the copy has by now, each once."""
        while page := reader.read_log(self._counted_to, PAGE):
            self._events.update(one.type for one in page)
            self._counted_to = page[-1].position

    def _seconds_behind(self, name: str) -> float:
        """Returns how long behind the last arrival it was done; below 0 while more arrives."""
        if self._ended is None:
            return -1.0
        return max(0.0, self._behind.get(name, 0.0) - self._ended)


def _letters_then(reader: Reader, traffic: Traffic) -> Counter[str]:
    """Counts the deliveries of the range that became dead letters, whatever became of these."""
    found: Counter[str] = Counter()
    before: int | None = None
    while page := reader.letters(statuses=tuple(LetterStatus), before=before):
        found.update(
            one.subscription
            for one in page
            if traffic.first <= one.position <= traffic.upto and one.parent is None
        )
        if page[-1].died_at < traffic.begin:
            break
        before = page[-1].number
    return found

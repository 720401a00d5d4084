"""Has runners work whenever there is something to do, and sleep until woken or due otherwise."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from workbench.engine.faults import EngineCrashed
from workbench.engine.tasks import Tasks
from workbench.engine.timers import Timer
from workbench.errors import WorldError
from workbench.model.changes import Changes
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.error_text import error_sentence

TROUBLE = MICROSECONDS
"""How long a runner rests after the store failed it; after unexpected ends twice as long each time."""
ENDS = 5
"""Unexpected ends without any success in between, after which a runner is stopped until it is resumed."""


class Runner(Protocol):
    """What moves a subscription or a projection forward."""

    @property
    def name(self) -> str:
        """Of the subscription or projection."""

    @property
    def lanes(self) -> int:
        """How many workers move it, each in a task of its own."""

    @property
    def paused(self) -> bool:
        """Whether it is not to work."""

    @property
    def position(self) -> int:
        """How far along the log it has come."""

    @property
    def handled(self) -> int:
        """Deliveries or events that it has dealt with since the start."""

    @property
    def changes(self) -> Changes:
        """What views show of it."""

    async def work(self, limit: int | None = None) -> bool:
        """Does one batch of at most `limit`; returns whether there was anything to do."""

    async def rest(self) -> None:
        """Does what is proper before a rest of unknown length."""

    def next_due(self) -> int | None:
        """Returns when there is something to do next, microseconds since 1970; None if it is not known."""


class Scheduler:
    """The lanes of all runners: each worker of a subscription is one, each projection is one.

    Args:
        running: Whether the engine moves by itself.
        notify: Told what was skipped without a commit that tells of it.
        report: Told in words what stopped a runner.

    Attributes:
        faults: By the name of a runner, why it is stopped until it is resumed (C11).
    """

    def __init__(
        self,
        clock: Clock,
        timer: Timer,
        tasks: Tasks,
        running: Callable[[], bool],
        notify: Callable[[Changes], None],
        report: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._timer = timer
        self._tasks = tasks
        self._running = running
        self._notify = notify
        self._report = report
        self._lanes: dict[str, list[str]] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._idle: set[str] = set()
        self._stuck: set[str] = set()
        self._still: set[str] = set()
        self._ends: Counter[str] = Counter()
        self._revivals: dict[str, asyncio.Event] = {}
        self.faults: dict[str, str] = {}
        self._settled = asyncio.Event()

    def follow(self, name: str, runner: Runner) -> None:
        """Begins to have a runner work, under a name that is unique."""
        self._lanes[name] = [name, *(f"{name} worker {number}" for number in range(2, runner.lanes + 1))]
        for lane in self._lanes[name]:
            self._wakes[lane] = asyncio.Event()
            self._tasks.spawn(self._follow(name, lane, runner), lane)

    def wake(self, name: str) -> None:
        """Has one runner look for work."""
        for lane in self._lanes.get(name, ()):
            self._wake_lane(lane)

    def wake_all(self) -> None:
        """Has all runners look for work."""
        for lane in self._wakes:
            self._wake_lane(lane)

    def _wake_lane(self, lane: str) -> None:
        if lane not in self._stuck | self._still:
            self._idle.discard(lane)
        self._wakes[lane].set()

    async def all_idle(self) -> None:
        """Returns when no runner has anything to do; what is due later does not count."""
        while len(self._idle) < len(self._wakes):
            self._settled.clear()
            await self._settled.wait()

    def end(self) -> None:
        """Ends every wait for runners that are gone."""
        self._lanes.clear()
        self._wakes.clear()
        self._settled.set()

    @property
    def stuck(self) -> bool:
        """Whether a runner failed and waits to be tried again."""
        return bool(self._stuck)

    def revive(self, name: str = "") -> None:
        """Restarts a runner that stopped after repeated failures; without a name, all of them."""
        for one in [name] if name else list(self._revivals):
            self.faults.pop(one, None)
            if (revival := self._revivals.pop(one, None)) is not None:
                revival.set()

    async def _follow(self, name: str, lane: str, runner: Runner) -> None:
        """Works whenever there is something to do; whatever it raises is told, and it begins again (C11)."""
        place = place_of(runner)
        while True:
            try:
                if await self._work(lane, runner):
                    await asyncio.sleep(0)
                else:
                    if place != place_of(runner):  # it may have skipped messages without telling of it
                        place = place_of(runner)
                        self._notify(runner.changes)
                    await self._sleep(lane, runner)
            except asyncio.CancelledError as error:
                if (own := asyncio.current_task()) is None or own.cancelling():
                    raise  # the engine stops
                await self.failed(name, error)
            except (KeyboardInterrupt, GeneratorExit):
                raise  # the program is interrupted, or the loop is closed
            except BaseException as error:  # noqa: BLE001  # it is told
                await self.failed(name, error)
            else:
                self._ends.pop(lane, None)

    async def _work(self, lane: str, runner: Runner) -> bool:
        self._wakes[lane].clear()
        self._idle.discard(lane)
        if self._running() and not runner.paused:
            return await runner.work()
        await runner.rest()
        return False

    async def _sleep(self, lane: str, runner: Runner) -> None:
        """Sleeps until it is woken, or until something of the runner is due."""
        due = runner.next_due() if self._running() and not runner.paused else None
        self._rest(lane)
        call_off = None if due is None else self._timer.call_at(due, lambda: self._wake_lane(lane))
        try:
            await self._wakes[lane].wait()
        finally:
            if call_off is not None:
                call_off()

    def _rest(self, lane: str) -> None:
        if lane in self._wakes:
            self._idle.add(lane)
            self._settled.set()

    async def failed(self, name: str, error: BaseException) -> None:
        """Tells what ended the runner of the present task, and returns when it may begin again (C11).

        What the world did not let it do is tried again soon (F4). Unexpected errors are tried again later
        and later, and in the end not before an operator resumes it.
        """
        if isinstance(error, WorldError):
            await self.trouble(name, error)
            return
        lane, said = _lane(), error_sentence(error)
        if isinstance(error, EngineCrashed):  # it ends with the engine
            await asyncio.Event().wait()
        self._ends[lane] += 1
        ends = self._ends[lane]
        if ends < ENDS:
            self._report(f"{name} ended unexpectedly and begins again: {said}")
            await self._wait(lane, TROUBLE << (ends - 1))
        else:
            await self._stand_still(name, lane, said)

    async def _stand_still(self, name: str, lane: str, said: str) -> None:
        self.faults[name] = said
        revival = self._revivals.setdefault(name, asyncio.Event())
        self._report(f"{name} ended unexpectedly {ENDS} times and stopped until it is resumed: {said}")
        self._still.add(lane)
        self._rest(lane)
        await revival.wait()
        self._still.discard(lane)
        self._ends.pop(lane, None)

    async def trouble(self, name: str, error: WorldError) -> None:
        """Says what stopped a runner, and returns after a while: the world may get better (F4)."""
        self._report(f"{name}: {error.message}")
        await self._wait(_lane(), TROUBLE)

    async def _wait(self, lane: str, time: int) -> None:
        over = asyncio.Event()

        def again() -> None:
            self._idle.discard(lane)
            over.set()

        call_off = self._timer.call_at(self._clock.now() + time, again)
        self._stuck.add(lane)
        self._rest(lane)
        try:
            await over.wait()
        finally:
            self._stuck.discard(lane)
            call_off()


def _lane() -> str:
    task = asyncio.current_task()
    return task.get_name() if task is not None else ""


def place_of(runner: Runner) -> tuple[int, str]:
    """Returns how far a runner has come, and its name: what lies furthest behind sorts first."""
    return runner.position, runner.name


async def stepped(runner: Runner) -> bool:
    """Does the next delivery or projected event of a runner; returns whether there was one."""
    before = runner.handled
    while await runner.work(1):
        if runner.handled != before:
            return True
    return False

"""Has runners work whenever there is something to do, and sleep until woken or due otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from workbench.engine.projecting import ProjectionRunner
from workbench.engine.subscribing import SubscriptionRunner
from workbench.engine.tasks import Tasks
from workbench.engine.timing import Timer
from workbench.errors import WorkbenchError
from workbench.model.changes import Changes
from workbench.model.clock import MICROSECONDS, Clock

TROUBLE = MICROSECONDS
"""How long a runner rests after the store failed it."""

Runner = SubscriptionRunner | ProjectionRunner


class Following:
    """The lanes of all runners: each worker of a subscription is one, each projection is one.

    Args:
        running: Whether the engine moves by itself.
        notify: Told what was passed by without a commit that tells of it.
        report: Told in words what stopped somebody.
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
        self._settled = asyncio.Event()

    def follow(self, name: str, runner: Runner) -> None:
        """Begins to have a runner work, under a name that is unique."""
        lanes = runner.lanes if isinstance(runner, SubscriptionRunner) else 1
        self._lanes[name] = [name, *(f"{name} worker {number}" for number in range(2, lanes + 1))]
        for lane in self._lanes[name]:
            self._wakes[lane] = asyncio.Event()
            self._tasks.spawn(self._follow(lane, runner), lane)

    def wake(self, name: str) -> None:
        """Has one runner look for work."""
        for lane in self._lanes.get(name, ()):
            self._wake_lane(lane)

    def wake_all(self) -> None:
        """Has everybody look for work."""
        for lane in self._wakes:
            self._wake_lane(lane)

    def _wake_lane(self, lane: str) -> None:
        self._idle.discard(lane)
        self._wakes[lane].set()

    async def all_idle(self) -> None:
        """Returns when nobody has anything to do; what is due later does not count."""
        while len(self._idle) < len(self._wakes):
            self._settled.clear()
            await self._settled.wait()

    async def _follow(self, lane: str, runner: Runner) -> None:
        """Works whenever there is something to do, and sleeps until woken or due otherwise."""
        wake = self._wakes[lane]
        place = place_of(runner)
        while True:
            wake.clear()
            self._idle.discard(lane)
            worked = False
            try:
                if self._running() and not runner.paused:
                    worked = await runner.work()
                elif isinstance(runner, SubscriptionRunner):
                    await runner.rest()
            except WorkbenchError as error:
                await self.trouble(runner.name, error)
            if worked:
                await asyncio.sleep(0)
                continue
            if place != place_of(runner):  # it may have passed by messages without a commit that tells of it
                place = place_of(runner)
                self._notify(_moved(runner))
            await self._sleep(lane, runner)

    async def _sleep(self, lane: str, runner: Runner) -> None:
        """Sleeps until it is woken, or until something of the runner is due."""
        due = runner.next_due() if isinstance(runner, SubscriptionRunner) else None
        if not self._running() or runner.paused:
            due = None
        self._rest(lane)
        call_off = None if due is None else self._timer.call_at(due, lambda: self._wake_lane(lane))
        try:
            await self._wakes[lane].wait()
        finally:
            if call_off is not None:
                call_off()

    def _rest(self, lane: str) -> None:
        self._idle.add(lane)
        self._settled.set()

    async def trouble(self, name: str, error: WorkbenchError) -> None:
        """Says what stopped a runner, and returns after a while: the world may get better (F4)."""
        self._report(f"{name}: {error.message}")
        task = asyncio.current_task()
        lane = task.get_name() if task is not None else ""
        over = asyncio.Event()

        def again() -> None:
            self._idle.discard(lane)
            over.set()

        call_off = self._timer.call_at(self._clock.now() + TROUBLE, again)
        if lane in self._wakes:
            self._rest(lane)
        try:
            await over.wait()
        finally:
            call_off()


def _moved(runner: Runner) -> Changes:
    names = frozenset((runner.name,))
    is_subscription = isinstance(runner, SubscriptionRunner)
    return Changes(subscriptions=names) if is_subscription else Changes(projections=names)


def place_of(runner: Runner) -> tuple[int, str]:
    """Returns how far a runner has come, and its name: what lies furthest behind sorts first."""
    return (runner.cursor if isinstance(runner, SubscriptionRunner) else runner.checkpoint), runner.name

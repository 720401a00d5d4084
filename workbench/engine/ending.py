"""How an engine ends: in order, or at once, as where its program dies (M2, W11)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.engine.group_commit import Commits
from workbench.engine.handler_deadlines import HandlerDeadlines
from workbench.engine.large_reads import LargeReads
from workbench.engine.scheduler import Scheduler
from workbench.engine.tasks import Tasks
from workbench.engine.timers import Timer

STOP_SECONDS = 10.0
GIVE_BACK_SECONDS = 1.0
"""For what was given up to be stored as such (M2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Ends what moves.

    Attributes:
        report: Told what could not be noted.
    """

    scheduler: Scheduler
    tasks: Tasks
    timer: Timer
    deadlines: HandlerDeadlines
    writer: Commits
    large: LargeReads
    report: Callable[[str], None]

    async def in_order(self, notes: Sequence[Callable[[], Awaitable[Any]]]) -> None:
        """Lets running handlers finish for at most ten seconds, and notes where everything stands (M2)."""
        self.scheduler.wake_all()
        await self.timer.at_most(STOP_SECONDS, self.scheduler.all_idle())
        for _ in range(2):  # a handler that swallows its cancellation is abandoned
            self.deadlines.stop()
            await self.timer.at_most(GIVE_BACK_SECONDS, self.scheduler.all_idle())
        await self.tasks.stop()
        self.large.close()
        for note in notes:
            try:
                await note()
            except Exception as error:  # noqa: BLE001  # what is not noted is done again at the next start
                self.report(f"the end was not noted: {type(error).__name__}: {error}")

    async def at_once(self) -> None:
        """Ends without a word to the store: what was claimed stays claimed, as after kill -9."""
        await self.tasks.stop()
        self.scheduler.end()
        self.large.close()
        await self.writer.close()

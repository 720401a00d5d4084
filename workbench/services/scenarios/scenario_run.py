"""Runs one scenario: a store in memory, a clock that is moved by hand, and the real engine on both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from workbench.model.error_text import error_text
from workbench.model.scenario import Scenario
from workbench.project.durations import write_duration
from workbench.project.project import Project
from workbench.services.scenarios.scenario_stage import HORIZON, ScenarioStage, staged

T = TypeVar("T")
MOST = 2_000
"""Seconds of its own time, and due times, after which a scenario is waited for no longer."""


class _Restless(Exception):
    """There is always more to do."""


class ScenarioWorld(ScenarioStage):
    """Has the engine move by itself between the steps.

    Handlers run one after the other on the loop, so that the order of all that happens is the same every
    time.
    """

    def __init__(self, project: Project, scenario: Scenario) -> None:
        super().__init__(staged(project, self._failed), scenario)
        self._turns = 0

    def _failed(self, handler: str, error: Exception) -> None:
        self.done.failures.append((handler, error_text(error)))

    async def run(self, observe: Callable[[], T]) -> T:
        """Does all that the scenario says; returns what is observed at its end, before the world is stopped.

        Raises:
            WorkbenchError: It cannot be done; says what stands in the way.
        """
        await self.begin()
        try:
            await self._follow()
            return observe()
        except _Restless:
            self.unfinished = f"after {MOST:,} due times there is still more to do"
            return observe()
        finally:
            await self.world.stop()

    async def _follow(self) -> None:
        """Does the steps; afterwards lets all happen that is to come, unless the last step is a time."""
        await self._settle()
        self.look_at_rows()
        for number, step in enumerate(self.scenario.when):
            if (seconds := self.until(step)) > 0:
                await self._timer.advance(seconds, self._settle)
            await self.do(number, step.act)
            await self._settle()
        if self.open_ended:
            done = await self._timer.drain(self._settle, within=HORIZON)
            self.unfinished = "" if done else f"after {write_duration(HORIZON)} there is still more to do"

    async def _settle(self) -> None:
        self._turns += 1
        if self._turns > MOST:
            raise _Restless
        await self.world.settle()

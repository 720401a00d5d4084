"""Explores scenarios of the open project beside the loop, in worlds of their own: its store is untouched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.tasks import aside
from workbench.services.project.project_trust import not_trusted

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.scenario import Scenario
    from workbench.project.project import Project
    from workbench.services.worlds.exploration import Explored, ExplorePlan
    from workbench.services.worlds.explored import Choices, Exploration
    from workbench.services.worlds.told_schedule import Standing, ToldSchedule


class Explorations:
    """Explores with the model that runs.

    Args:
        environ: Where processes find what is trusted.
    """

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, environ

    @property
    def project(self) -> Project:
        """What is explored, as it is now."""
        return self._world.model

    async def explore(
        self,
        scenarios: Sequence[Scenario],
        plan: ExplorePlan,
        *,
        told: Callable[[Exploration], object],
        done: Callable[[Explored], object],
    ) -> None:
        """Explores scenarios, in other processes; cancelled, it tells what was found so far.

        Args:
            told: Called on this loop now and then with how it stands.
            done: Called on this loop with what came of each.

        Raises:
            NotTrusted: The project has Python modules that are not trusted.
        """
        from workbench.services.worlds.exploration import explore_all  # imports what opening does not need

        if self.project.restricted:
            raise not_trusted(self.project, "exploring it")
        loop = asyncio.get_running_loop()
        work = partial(
            explore_all,
            self.project,
            scenarios,
            plan,
            done=lambda one: loop.call_soon_threadsafe(done, one),
            told=lambda one: loop.call_soon_threadsafe(told, one),
            environ=self._environ,
            beside=True,
        )
        await aside(work)

    async def schedule(
        self, project: Project, one: Explored, choices: Choices, faults: Mapping[str, int]
    ) -> ToldSchedule:
        """Does one schedule of an explored scenario again, beside the loop.

        Args:
            project: As it was explored.
            faults: As they were.
        """
        from workbench.services.worlds.exploration import schedule_of

        return await aside(partial(schedule_of, project, one, choices, faults))

    async def stepped(
        self, project: Project, scenario: Scenario, choices: Choices, faults: Mapping[str, int]
    ) -> Standing:
        """Makes moves of a scenario in a new world, beside the loop; see `exploration.stepped_to`."""
        from workbench.services.worlds.exploration import stepped_to

        return await aside(partial(stepped_to, project, scenario, choices, faults))

"""The scenarios of a project: which there are, and what comes of them."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.errors import NotFound, WorkbenchError
from workbench.model.clock import Clock, SystemClock
from workbench.model.counts import counted
from workbench.model.error_text import error_sentence
from workbench.model.hints import did_you_mean
from workbench.model.registry import Registry
from workbench.model.scenario import (
    Happened,
    IssuedCommand,
    Occurrence,
    Scenario,
    ScenarioResult,
    ScenarioVerdict,
)
from workbench.model.scenario_verdict import judge
from workbench.model.secrets import without_secrets
from workbench.project.project import Project, load_project
from workbench.project.project_file import project_root
from workbench.project.scenarios import ScenarioFile, find_scenarios
from workbench.services.project.project_trust import not_trusted, trust_of
from workbench.services.scenarios.observations import witness
from workbench.services.scenarios.scenario_run import ScenarioWorld

LONGEST = 30.0
"""Seconds after which a scenario is given up."""
Told = Callable[[ScenarioResult], None]


class Scenarios:
    """A project's scenario files.

    Args:
        clock: Measures how long runs take; the scenarios themselves have clocks of their own.
    """

    def __init__(self, project: Project, clock: Clock) -> None:
        self.project = project
        self.clock = clock

    def files(self) -> list[ScenarioFile]:
        """Returns the files with their scenarios, or with what is wrong with them.

        Raises:
            NotTrusted: The project's modules are not trusted, so that there is no model to run.
        """
        return find_scenarios(self.project.root, self.model())

    def model(self) -> Registry:
        """Returns the model that runs; raises as `files`."""
        if self.project.restricted:
            raise not_trusted(self.project, "running scenarios")
        return self.project.registry

    async def run(
        self, scenarios: Iterable[Scenario], *, told: Told | None = None, cancel: asyncio.Event | None = None
    ) -> list[ScenarioResult]:
        """Runs scenarios one after the other.

        Args:
            told: Gets each result as soon as there is one.
            cancel: Once set, no further one begins.
        """
        results: list[ScenarioResult] = []
        for scenario in scenarios:
            if cancel is not None and cancel.is_set():
                break
            results.append(await self.run_one(scenario))
            if told is not None:
                told(results[-1])
            await asyncio.sleep(0)
        return results

    async def run_one(self, scenario: Scenario) -> ScenarioResult:
        """Runs one scenario; whatever stands in its way is its result."""
        started = self.clock.monotonic()
        result = await self._run(scenario)
        return replace(result, took=self.clock.monotonic() - started)

    async def play(self, scenario: Scenario) -> Happened:
        """Runs one scenario and returns what followed.

        Raises:
            TimeoutError: It took too long.
            Exception: It cannot be run, or the model's own code failed.
        """
        async with asyncio.timeout(LONGEST):
            if scenario.stepped:
                from workbench.services.worlds.scripted_world import run_stepped

                return await run_stepped(self.project, scenario, partial(witness, scenario))
            world = ScenarioWorld(self.project, scenario)
            return await world.run(lambda: witness(scenario, world))

    async def _run(self, scenario: Scenario) -> ScenarioResult:
        try:
            return judge(scenario, await self.play(scenario))
        except TimeoutError:
            said = f"it took longer than {LONGEST:g} s: do policies go round, or does a handler wait?"
        except WorkbenchError as error:
            said = error.message
        except Exception as error:  # noqa: BLE001  # the model's own code failed; that is this scenario's result
            frame = traceback.extract_tb(error.__traceback__)[-1]
            said = f"{error_sentence(error)} ({Path(frame.filename).name}:{frame.lineno})"
        acts = [*scenario.given, *(step.act for step in scenario.when)]
        about = [act.data for act in acts if isinstance(act, IssuedCommand | Occurrence)]
        return ScenarioResult(
            scenario=scenario, verdict=ScenarioVerdict.BROKEN, trouble=without_secrets(said, *about)
        )


def open_scenarios(target: Path, environ: Mapping[str, str], *, trust: bool = False) -> Scenarios:
    """Returns the scenarios of a project folder; its store is not opened.

    Args:
        trust: The person trusts the project's modules as they are now.

    Raises:
        NotFound: There is no project.
        ProjectError: The project's files are wrong; every problem with its place.
    """
    root = project_root(target)
    if not root.is_dir():
        raise NotFound(f"there is no folder {target}", hint="give a project folder or its project.tsk")
    project = load_project(root, environ=environ, trusted=trust_of(environ, trust=trust))
    return Scenarios(project, SystemClock())


def chosen(files: Sequence[ScenarioFile], names: Sequence[str]) -> list[Scenario]:
    """Returns the scenarios whose sentence or file holds one of the names; all where none is given.

    Raises:
        NotFound: Nothing has one of the names.
    """
    found = [scenario for file in files for scenario in file.scenarios]
    if not names:
        return found
    for name in names:
        said = name.casefold()
        unread = [one for file in files for one in file.unread]
        wrong = any(said in file.name.casefold() for file in files if file.problems)
        wrong = wrong or any(said in one.title.casefold() for one in unread)
        if not wrong and not any(_holds(scenario, name) for scenario in found):
            count = f"the project has {counted(len(found), 'scenario')}"
            count += f", and {len(unread):,} more with mistakes" if unread else ""
            hint = did_you_mean(name, (one.name for one in found), count, cutoff=0.4)
            raise NotFound(f"no scenario is called {name}", hint=hint)
    return [scenario for scenario in found if any(_holds(scenario, name) for name in names)]


def _holds(scenario: Scenario, name: str) -> bool:
    return name.casefold() in scenario.title.casefold()

"""What the project's scenarios say of the model that runs now; asked again when it is another (V3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.tasks import aside
from workbench.errors import WorkbenchError
from workbench.model.changes import Changes
from workbench.model.counts import counted
from workbench.model.scenario import Scenario, ScenarioResult
from workbench.project.project import Project
from workbench.project.scenarios import FOLDER, ScenarioFile, UnreadScenario
from workbench.services.scenarios.coverage import Run, coverage

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.scenarios import Scenarios

QUIET = 0.2
"""Seconds after a change before scenarios are run again: changes come in groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """What came of a scenario, and on which model.

    Attributes:
        project: The project as it was read for that run.
    """

    result: ScenarioResult
    project: Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the scenarios of a project stand.

    Attributes:
        passed, failed: By verdicts on the model that runs now.
        empty: Passed, but assert nothing.
        unsure: Not run yet, or only on an earlier model.
        mistakes: Mistakes in their files, of which only the scenarios without one are read.
        running: Whether they are being run.
        gaps: Of the model's coverage, where there are scenarios and all were run.
    """

    passed: int = 0
    failed: int = 0
    empty: int = 0
    unsure: int = 0
    mistakes: int = 0
    running: bool = False
    gaps: int = 0

    @property
    def total(self) -> int:
        """How many scenarios can be run."""
        return self.passed + self.failed + self.empty + self.unsure

    @property
    def said(self) -> str:
        """It in words; empty where there is nothing to say."""
        waiting = "running" if self.running else "not run"
        if self.total and self.total == self.unsure:
            waiting = f"{'scenario' if self.unsure == 1 else 'scenarios'} {waiting}"
        counts = (
            (self.failed, "failed"),
            (self.passed, "passed"),
            (self.empty, "asserts nothing" if self.empty == 1 else "assert nothing"),
            (self.unsure, waiting),
            (self.mistakes, "mistake" if self.mistakes == 1 else "mistakes"),
        )
        return ", ".join(f"{count:,} {word}" for count, word in counts if count)

    @property
    def role(self) -> str:
        """Its colour: green is said only of verdicts on the model that runs now (V3)."""
        if self.failed:
            return "error"
        if self.mistakes or self.empty:
            return "warning"
        return "ok" if self.passed and not self.unsure else "muted"


class ScenarioStatus:
    """The project's scenarios with the verdicts on them.

    They are read and run with the model that runs at that moment, in a thread: whatever a handler does, the
    loop goes on. What a person ran once is run again by itself when the model or its file is another, and so
    is a scenario that is new then. Where the project has modules, nothing runs before that was asked for,
    since its handlers are real code; else all run by themselves.

    Attributes:
        files: As they were read last.
        trouble: Why there is no model to run; empty where there is one.
        running: Title of the scenario that runs; empty for none.
        progress: How many of how many are done of the run that goes on.
    """

    def __init__(self, world: World[Project]) -> None:
        self._world = world
        self._read_with: Project | None = None
        self.files: tuple[ScenarioFile, ...] = ()
        self.trouble = ""
        self.running = ""
        self.progress = (0, 0)
        self._kept: dict[str, ScenarioRun] = {}
        self._asked: set[str] = set()
        self._tried: tuple[Project | None, Sequence[Run], Sequence[UnreadScenario], int] = (None, (), (), 0)
        self._task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._listeners: list[Callable[[], None]] = []
        world.listen(self._changed)

    # -- how they stand -----------------------------------------------------------------------------------

    def all(self) -> list[Scenario]:
        """Returns all that can be run, in the order of their files."""
        return [scenario for file in self.files for scenario in file.scenarios]

    def unread(self) -> list[UnreadScenario]:
        """Returns those that cannot be run, since something is wrong with them or their file."""
        return [one for file in self.files for one in file.unread]

    def counted(self) -> str:
        """Says how many there are, with those that cannot be run, and how many mistakes: ``3, 1 mistake``."""
        mistakes = sum(len(file.problems) for file in self.files)
        said = f"{len(self.all()) + len(self.unread()):,}"
        return f"{said}, {counted(mistakes, 'mistake')}" if mistakes else said

    def of(self, scenario: Scenario) -> ScenarioRun | None:
        """Returns the newest verdict on a scenario of that title, also one of an earlier model."""
        return self._kept.get(scenario.title)

    def holds(self, scenario: Scenario) -> bool:
        """Whether there is a verdict on this scenario as it is, by the model that runs now."""
        found = self._kept.get(scenario.title)
        now = self._world.model
        return found is not None and found.project is now and found.result.scenario == scenario

    def runs(self) -> list[tuple[Scenario, ScenarioResult | None]]:
        """Returns all that can be run, each with what came of it as it is, by the model that runs now."""
        found = ((one, self._kept[one.title].result if self.holds(one) else None) for one in self.all())
        return list(found)

    @property
    def busy(self) -> bool:
        """Whether scenarios are being run, or are about to be."""
        return self._task is not None

    def tally(self) -> Tally:
        """Counts the verdicts; those of an earlier model count as unsure."""
        passed = failed = empty = unsure = 0
        for scenario in self.all():
            if not self.holds(scenario):
                unsure += 1
            elif not self._kept[scenario.title].result.passed:
                failed += 1
            elif scenario.asserts_nothing:
                empty += 1
            else:
                passed += 1
        mistakes = sum(len(file.problems) for file in self.files)
        return Tally(
            passed=passed,
            failed=failed,
            empty=empty,
            unsure=unsure,
            mistakes=mistakes,
            running=bool(self.running),
            gaps=self._gaps() if not unsure and not self.busy else 0,
        )

    def _gaps(self) -> int:
        """Counts what no scenario tries, again where they were run since."""
        project, runs, unread = self._world.model, self.runs(), self.unread()
        if (project, runs, unread) != self._tried[:3]:
            count = coverage(project.registry, runs, unread=unread).gaps if runs else 0
            self._tried = project, runs, unread, count
        return self._tried[3]

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls a function after each change of this; returns how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def watched(self) -> tuple[Path, ...]:
        """Returns the folder of the scenarios and their files, as far as they are there."""
        folder = self._world.model.root / FOLDER
        return (folder, *(file.path for file in self.files)) if folder.is_dir() else ()

    # -- reading and running ------------------------------------------------------------------------------

    async def look(self, *, run: bool = False) -> None:
        """Reads the files; where they changed, what was run of them is run again.

        Args:
            run: All are run that have no verdict, since a person changed some here.
        """
        changed = await self._read()
        if run:
            self._asked |= {one.title for one in self.all()}
        if self._asked and (changed or run):
            self._again()

    def run(self, titles: Iterable[str]) -> None:
        """Runs scenarios one after the other, unless some are running; verdicts come as they are found."""
        wanted = list(titles)
        if self._task is None and wanted:
            self._asked.update(wanted)
            self.progress = (0, len(wanted))
            self._begin(self._run(wanted))

    def stop(self) -> None:
        """Lets the running scenario end and begins no further one."""
        self._stopping = True

    async def close(self) -> None:
        """Ends what runs."""
        self._listeners.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _changed(self, changes: Changes) -> None:
        if changes.model and self._read_with is not None:
            self._again()

    def _again(self) -> None:
        """Runs again what was asked for and has no verdict now, once the files no longer change."""
        if self._task is not None:
            self._task.cancel()
        self._begin(self._run_again())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._stopping = False
        self._task = asyncio.get_running_loop().create_task(work, name="Scenarios")
        self._tasks.add(self._task)
        self._task.add_done_callback(self._ended)
        self._tell()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task is self._task:
            self._task, self.running = None, ""
            self._tell()
        if not task.cancelled() and (error := task.exception()) is not None:
            said = {"message": "scenarios could not be run", "exception": error}
            task.get_loop().call_exception_handler(said)

    async def _run_again(self) -> None:
        await asyncio.sleep(QUIET)
        await self._read()
        due = [scenario for scenario in self.all() if scenario.title in self._asked]
        await self._run([scenario.title for scenario in due if not self.holds(scenario)])

    async def _read(self) -> bool:
        """Reads the files with the model that runs; returns whether they changed."""
        project: Project | None = None
        while project is not self._world.model:
            project = self._world.model
            service = self._service(project)
            try:
                files, trouble = tuple(await asyncio.to_thread(service.files)), ""
            except WorkbenchError as error:
                files, trouble = (), error.message
        before = (self.files, self.trouble, self._read_with)
        known = {scenario.title for scenario in self.all()}
        self.files, self.trouble, self._read_with = files, trouble, project
        if self._asked or not project.modules:
            self._asked |= {scenario.title for scenario in self.all()} - known
        if before[:2] != (files, trouble) or before[2] is None:
            self._tell()
        return before[:2] != (files, trouble)

    async def _run(self, titles: list[str]) -> None:
        for number, title in enumerate(titles):
            project = self._world.model
            scenario = next((one for one in self.all() if one.title == title), None)
            if self._stopping:
                self._asked -= set(titles[number:]) - set(self._kept)
                return
            if scenario is None:
                continue
            self.running, self.progress = title, (number, len(titles))
            self._tell()
            service = self._service(project)
            result = await aside(lambda one=scenario, by=service: by.run_one(one))  # type: ignore[misc]
            self._kept[title] = ScenarioRun(result=result, project=project)
            self.progress = (number + 1, len(titles))
            self._tell()

    def _service(self, project: Project) -> Scenarios:
        from workbench.services.scenarios import Scenarios  # imports what opening a project does not need

        return Scenarios(project, self._world.clock)

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()

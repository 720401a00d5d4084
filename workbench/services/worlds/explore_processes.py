"""Explores in several processes: each takes its share of the schedules of every scenario."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Self

from workbench.services.worlds.explored import Exploration
from workbench.services.worlds.moves import Fault

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from workbench.model.scenario import Scenario
    from workbench.services.worlds.scenario_explorer import Plan

LEAST = 0.5
"""Seconds that each scenario gets at least."""
LOOK = 0.05
"""Seconds between two looks at what the processes have to tell."""
GARBAGE = 50_000
"""Objects after which a process looks for what nothing refers to any more."""


class ExploreProcesses:
    """Some processes that explore the same scenarios, one after the other.

    Args:
        scenarios: Written in its files or not.
        root: The project's folder. What it brings must be trusted already: they look for themselves (H1).
        environ: Where they find what is trusted.
        plan: Its seconds are for all scenarios together.
        faults: How many of each kind may happen in one run.
        count: How many processes.

    Attributes:
        latest: By number of the scenario, what each process told of it.
    """

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str],
        scenarios: Sequence[Scenario],
        plan: Plan,
        faults: Mapping[Fault, int],
        count: int,
    ) -> None:
        self._context = multiprocessing.get_context("spawn")  # no thread of this process is copied half
        self._settings = (root, dict(environ), tuple(scenarios), plan, dict(faults))
        self._count = count
        self._running: list[tuple[BaseProcess, Connection]] = []
        self._over: dict[int, set[int]] = {}
        self.latest: dict[int, dict[int, Exploration]] = {}

    def __enter__(self) -> Self:
        for part in range(self._count):
            ours, theirs = self._context.Pipe(duplex=False)
            process = self._context.Process(
                target=_work, args=(theirs, (part, self._count), *self._settings), daemon=True
            )
            process.start()
            theirs.close()
            self._running.append((process, ours))
        return self

    def __exit__(self, *_: object) -> None:
        for process, ours in self._running:
            process.terminate()
            process.join()
            ours.close()

    async def told(self, number: int) -> AsyncIterator[Exploration]:
        """Yields what all processes together came to with a scenario so far, until they are done with it."""
        while len(self._over.get(number, ())) < self._count:
            await asyncio.sleep(LOOK)
            if self._listen():
                yield self.together(number)
        yield self.together(number)

    def together(self, number: int) -> Exploration:
        """Returns what the processes together told of a scenario."""
        found = Exploration(scenario=self._settings[2][number].name)
        parts = self.latest.get(number, {})
        for _, one in sorted(parts.items()):
            found.take(one)
        found.seconds = max((one.seconds for one in parts.values()), default=0.0)
        found.complete = min((one.complete for one in parts.values()), default=-1)
        found.exhausted = all(one.exhausted for one in parts.values())
        if len(parts) < self._count:
            found.complete, found.exhausted = -1, False
        return found

    def _listen(self) -> bool:
        """Takes what the processes have told; returns whether that was anything."""
        heard = False
        for part, (process, ours) in enumerate(list(self._running)):
            try:
                while ours.poll():
                    number, over, exploration = ours.recv()
                    self.latest.setdefault(number, {})[part] = exploration
                    if over:
                        self._over.setdefault(number, set()).add(part)
                    heard = True
            except (EOFError, OSError):
                if process.exitcode not in (0, None):
                    self._died(part, process)
        return heard

    def _died(self, part: int, process: BaseProcess) -> None:
        """Counts one that ended unexpectedly as done with everything."""
        for number, scenario in enumerate(self._settings[2]):
            if part not in self._over.setdefault(number, set()):
                told = self.latest.setdefault(number, {}).setdefault(
                    part, Exploration(scenario=scenario.name)
                )
                told.trouble = f"a process ended unexpectedly ({process.exitcode})"
                told.complete = -1
                self._over[number].add(part)


def _work(
    pipe: Connection,
    share: tuple[int, int],
    root: Path,
    environ: Mapping[str, str],
    wanted: Sequence[Scenario],
    plan: Plan,
    faults: Mapping[Fault, int],
) -> None:
    """What one process does."""
    gc.freeze()
    gc.set_threshold(GARBAGE)  # a world is much garbage that ends at once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it ends it
    with suppress(BrokenPipeError):
        asyncio.run(_explore(pipe, share, root, environ, wanted, plan, faults))
    pipe.close()


async def _explore(
    pipe: Connection,
    share: tuple[int, int],
    root: Path,
    environ: Mapping[str, str],
    wanted: Sequence[Scenario],
    plan: Plan,
    faults: Mapping[Fault, int],
) -> None:
    from workbench.services.scenarios import open_scenarios
    from workbench.services.worlds.scenario_explorer import ScenarioExplorer

    project = open_scenarios(root, environ).project
    left = plan.seconds
    for number, scenario in enumerate(wanted):
        explorer = ScenarioExplorer(project, scenario, faults=faults)
        own = replace(plan, share=share, seconds=slice_of(left, len(wanted) - number))
        said = await explorer.explore(own, partial(_tell, pipe, number))
        pipe.send((number, True, said))
        left -= said.seconds


def _tell(pipe: Connection, number: int, so_far: Exploration) -> None:
    pipe.send((number, False, so_far))


def slice_of(left: float, count: int) -> float:
    """Returns how many seconds the next one of some scenarios gets of those that are left for them."""
    return max(LEAST, left / count)

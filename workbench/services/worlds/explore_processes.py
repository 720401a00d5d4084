"""Explores in several processes: each takes its share of the schedules of every scenario."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import math
import multiprocessing
import os
import re
import shutil
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Self

from workbench.model.clock import SystemClock
from workbench.services.worlds.explored import OVER, Exploration
from workbench.services.worlds.moves import Fault
from workbench.tusk.scratch import scratch_folder

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from workbench.model.scenario import Scenario
    from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer

LEAST = 0.5
"""Seconds that each scenario gets at least."""
STILL = 10.0
"""Seconds that plain code may hold a process up, and `OVER` behind the time of all; then that says where."""
BEAT = 0.25
"""Seconds between two looks of a process whether it still goes on, and its parent is there."""
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
        still: Seconds that plain code may hold one of them up.

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
        still: float = STILL,
    ) -> None:
        self._still = still
        self._folder = scratch_folder("explore")
        self._context = multiprocessing.get_context("spawn")  # no thread of this process is copied half
        self._settings = (root, dict(environ), tuple(scenarios), plan, dict(faults))
        self._count = count
        self._running: list[tuple[BaseProcess, Connection]] = []
        self._over: dict[int, set[int]] = {}
        self._deciding: dict[int, frozenset[str]] = {}
        self.latest: dict[int, dict[int, Exploration]] = {}

    def __enter__(self) -> Self:
        for part in range(self._count):
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=_work,
                args=(theirs, (self._last_words(part), self._still), (part, self._count), *self._settings),
                daemon=True,
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
        shutil.rmtree(self._folder, ignore_errors=True)

    async def told(self, number: int) -> AsyncIterator[Exploration]:
        """Yields what all processes together came to with a scenario so far, until they are done with it."""
        while len(self._over.get(number, ())) < self._count:
            await asyncio.sleep(LOOK)
            if self._listen():
                yield self.together(number)
        yield self.together(number)

    def together(self, number: int) -> Exploration:
        """Returns what the processes together told of a scenario.

        A process that does not know yet which read models decide numbers its choices otherwise: it begins
        again, and what it told counts from then on.
        """
        found = Exploration(scenario=self._settings[2][number].name)
        told = self.latest.get(number, {})
        known = self._deciding.get(number, frozenset())
        parts = {part: one for part, one in sorted(told.items()) if one.deciding == known}
        for one in parts.values():
            found.take(one)
        found.trouble = next((one.trouble for one in told.values() if one.trouble), "")
        found.unsteady = any(one.unsteady for one in told.values())
        found.seconds = max((one.seconds for one in told.values()), default=0.0)
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
                    self._hear(part, number, exploration, over=over)
                    heard = True
            except (EOFError, OSError):
                if process.exitcode not in (0, None):
                    self._died(part, process)
        return heard

    def _hear(self, part: int, number: int, exploration: Exploration, *, over: bool) -> None:
        """Takes what one told; where it saw more read models decide than others, they are told of them."""
        told, ended = self.latest.setdefault(number, {}), self._over.setdefault(number, set())
        told[part] = exploration
        if over:
            ended.add(part)
        known = self._deciding.get(number, frozenset())
        if not exploration.deciding <= known:
            known |= exploration.deciding
            self._deciding[number] = known
            for _, pipe in self._running:
                with suppress(OSError):
                    pipe.send((number, known))
        ended -= {one for one in ended if not _holds(told[one], known)}

    def _died(self, part: int, process: BaseProcess) -> None:
        """Counts one that ended unexpectedly as done with everything."""
        why = f"a process ended unexpectedly ({process.exitcode})"
        if held := _held_in(self._last_words(part), self._settings[0]):
            why = f"{held} did not come back in time: does it wait for something?"
        for number, scenario in enumerate(self._settings[2]):
            if part not in self._over.setdefault(number, set()):
                told = self.latest.setdefault(number, {}).setdefault(
                    part, Exploration(scenario=scenario.name)
                )
                told.trouble = why
                told.complete = -1
                self._over[number].add(part)
                if held:
                    why, held = f"in {scenario.name}, {why}", ""

    def _last_words(self, part: int) -> Path:
        """Returns the file in which a process says where it was held up."""
        return self._folder / str(part)


def _held_in(file: Path, root: Path) -> str:
    """Returns which function of a project a process was held up in, and where; empty if it was in none."""
    text = file.read_text(errors="replace") if file.is_file() else ""
    for path, line, name in re.findall(r'^  File "(.+)", line (\d+) in (.+)$', text, re.MULTILINE):
        if Path(path).is_relative_to(root.resolve()):
            return f"{name} ({Path(path).relative_to(root.resolve())}:{line})"
    return "what it called" if text else ""


def _holds(one: Exploration, deciding: frozenset[str]) -> bool:
    """Whether what was told of a scenario stays so, where these read models decide; trouble always does."""
    return bool(one.trouble) or one.deciding >= deciding


def _work(
    pipe: Connection,
    watch: tuple[Path, float],
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
    last_words, still = watch
    with suppress(BrokenPipeError, ConnectionResetError, EOFError), last_words.open("w") as file:
        # No thread of Python's: code that never lets another one run does not hold it up.
        watched = partial(faulthandler.dump_traceback_later, exit=True, file=file)
        part = _Part(pipe, replace(plan, share=share), wanted, faults, watched, still)
        asyncio.run(part.work(root, environ))
    faulthandler.cancel_dump_traceback_later()
    pipe.close()


async def _beat(watched: Callable[[], object]) -> None:
    """Has this process end once it is held up for too long, or its parent is gone."""
    parent = multiprocessing.parent_process()
    while parent is not None and parent.is_alive():
        watched()
        await asyncio.sleep(BEAT)
    os._exit(1)


class _Part:
    """One process: it explores its share of each scenario, and again where others saw what it did not."""

    def __init__(
        self,
        pipe: Connection,
        plan: Plan,
        wanted: Sequence[Scenario],
        faults: Mapping[Fault, int],
        watch: Callable[[float], object],
        still: float,
    ) -> None:
        self._watch, self._still, self._ends = watch, still, math.inf
        self._clock = SystemClock()
        self._pipe, self._plan, self._wanted, self._faults = pipe, plan, wanted, faults
        self._deciding: dict[int, frozenset[str]] = {}
        self._explorers: dict[int, ScenarioExplorer] = {}
        self._todo = deque(range(len(wanted)))

    async def work(self, root: Path, environ: Mapping[str, str]) -> None:
        """Explores until it is ended from outside.

        Raises:
            EOFError, OSError: Who began it has ended.
        """
        from workbench.services.scenarios import open_scenarios
        from workbench.services.worlds.scenario_explorer import ScenarioExplorer

        project = open_scenarios(root, environ).project
        left = self._plan.seconds
        self._ends = self._clock.monotonic() + left
        beats = asyncio.create_task(_beat(self._watched))
        while not beats.done():
            self._hear()
            self._watched()
            number = self._todo[0]
            if number not in self._explorers:
                self._explorers[number] = ScenarioExplorer(project, self._wanted[number], faults=self._faults)
            explorer = self._explorers[number]
            explorer.knows(self._deciding.get(number, ()))
            plan = replace(self._plan, seconds=slice_of(left, len(self._todo)))
            said = await explorer.explore(plan, partial(self._tell, number))
            left -= said.seconds
            if _holds(said, self._deciding.get(number, frozenset())):
                self._todo.popleft()
                self._pipe.send((number, True, said))

    def _watched(self) -> None:
        """Has this process end where it does not come to this again."""
        self._watch(min(self._still, max(0.0, self._ends - self._clock.monotonic()) + OVER))

    def _tell(self, number: int, so_far: Exploration) -> None:
        self._pipe.send((number, False, so_far))
        self._hear()
        self._watched()
        self._explorers[number].knows(self._deciding.get(number, ()))

    def _hear(self) -> None:
        """Takes up what others saw; where nothing is left to do, it waits for that."""
        while not self._todo or self._pipe.poll():
            faulthandler.cancel_dump_traceback_later()  # it may wait
            number, deciding = self._pipe.recv()
            self._deciding[number] = deciding
            explored = self._explorers.get(number)
            if explored and number not in self._todo and not _holds(explored.result, deciding):
                self._todo.append(number)


def slice_of(left: float, count: int) -> float:
    """Returns how many seconds the next one of some scenarios gets of those that are left for them."""
    return max(LEAST, left / count)

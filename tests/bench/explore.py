"""How fast a scenario is explored: schedules and moves a second on one core, and how soon a race is found.

    python -m tests.bench.explore [SECONDS]

The race is that of the sample of orders without its care: a cancelled order is charged. Times are of the
processor, so that other work on the machine counts less.
"""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.services.worlds.race import opened, orders_that_race
from workbench.services.scenarios.scenario_run import ScenarioWorld
from workbench.services.worlds.explore_processes import GARBAGE
from workbench.services.worlds.explored import Choices
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.strategies import Randomly


async def measure(seconds: float) -> None:
    gc.set_threshold(GARBAGE)  # as the processes do that explore
    with tempfile.TemporaryDirectory() as folder:
        project, (scenario,) = opened(orders_that_race(Path(folder) / "orders"))
    began, runs = time.process_time(), 0
    while time.process_time() - began < seconds:
        await ScenarioWorld(project, scenario).run(lambda: None)
        runs += 1
    plain = (time.process_time() - began) / runs
    print(f"{'the scenario as `workbench test` runs it':<42} {1 / plain:7,.0f} runs/s")
    for title, faults in (
        ("by chance", {}),
        ("with crashes, duplicates and delays", dict.fromkeys(Fault, 1)),
    ):
        explorer = ScenarioExplorer(project, scenario, faults=faults)
        began, runs, moves, other = time.process_time(), 0, 0, set[Choices]()
        while (took := time.process_time() - began) < seconds:
            run = await explorer.play(Randomly(random.Random(runs)))
            runs, moves = runs + 1, moves + len(run.world.deeds)
            other.add(run.choices)
        print(
            f"{title:<42} {runs / took:7,.0f} schedules/s {moves / took:9,.0f} moves/s"
            f" {took / moves * 1e6:7,.0f} µs a move; {plain * runs / took:.2f} times as many as that;"
            f" {len(other):,} of {runs:,} unlike all before"
        )
    explorer = ScenarioExplorer(project, scenario)
    began = time.process_time()
    result = await explorer.explore(Plan(deviations=1, seconds=seconds, random=False))
    (found,) = result.findings.values()
    print(
        f"the race: found at schedule {found.found_at} after {found.seconds * 1000:,.0f} ms,"
        f" {found.deviations} deviation(s), shrunk in {found.shrunk_in} runs;"
        f" all with up to 1 deviation in {(time.process_time() - began) * 1000:,.0f} ms"
    )


if __name__ == "__main__":
    asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0))

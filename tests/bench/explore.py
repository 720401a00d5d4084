"""How fast a scenario is explored: schedules and moves a second on one core, and how soon a race is found.

    python -m tests.bench.explore [SECONDS]

The race is that of the sample of orders without its care: a cancelled order is charged. Times are of the
processor, so that other work on the machine counts less.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.services.worlds.race import opened, orders_that_race
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer


async def measure(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project, (scenario,) = opened(orders_that_race(Path(folder) / "orders"))
    for title, faults, merging in (
        ("each schedule to its end", {}, False),
        ("states merged", {}, True),
        ("with crashes, duplicates and delays", dict.fromkeys(Fault, 1), True),
    ):
        explorer = ScenarioExplorer(project, scenario, faults=faults, merging=merging)
        began = time.process_time()
        number = 0
        while time.process_time() - began < seconds:
            number += 1
            again = ScenarioExplorer(project, scenario, faults=faults, merging=merging)
            result = await again.explore(Plan(deviations=3, seconds=seconds, random=False))
            explorer.result.take(result)
        took = time.process_time() - began
        done = explorer.result
        runs = done.schedules + done.merged
        print(
            f"{title:<38} {runs / took:7,.0f} schedules/s {done.moves / took:9,.0f} moves/s"
            f" {took / max(1, done.moves) * 1e6:7,.0f} µs a move"
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

"""Takes steps away from a scenario of generated commands, as far as it still breaks what it broke."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.model.counts import counted
from workbench.services.worlds.shrink import shrunk
from workbench.services.worlds.strategies import Resembling

if TYPE_CHECKING:
    from workbench.model.scenario import Scenario, ScenarioStep
    from workbench.services.worlds.explored import Choices
    from workbench.services.worlds.scenario_explorer import ScenarioExplorer
    from workbench.services.worlds.schedule_runs import Run


async def shortened(
    explorer_of: Callable[[Scenario], ScenarioExplorer],
    scenario: Scenario,
    invariant: str,
    choices: Choices,
    over: Callable[[], bool],
) -> tuple[Scenario, Run, Run]:
    """Returns the shortest scenario that was found, its usual run, and the simplest run of it that breaks.

    First steps are taken away, half of them, then fewer at once; then what deviates.

    Args:
        explorer_of: Makes what runs a scenario.
        choices: A schedule of the scenario that breaks the invariant.
        over: Whether there is no time left: it is as short then as it has become.
    """
    explorer = explorer_of(scenario)
    best, usual, found = scenario, await explorer.usual(), await explorer.replayed(choices)
    size = len(best.when) // 2
    while size and invariant in found.broken and not over():
        for steps in _without(best.when, size):
            less = replace(best, when=steps)
            tried = explorer_of(less)
            try:
                plain = await tried.usual()
                run = plain if invariant in plain.broken else await tried.play(_as(found))
            except (TimeoutError, WorkbenchError):
                continue
            if invariant in run.broken:
                best, explorer, usual, found = less, tried, plain, run
                break
            if over():
                break
        else:
            size //= 2
            continue
        size = min(size, max(1, len(best.when) // 2)) if len(best.when) > 1 else 0
    if invariant in found.broken and best is not scenario:
        smallest, _, _ = await shrunk(explorer.replayed, invariant, found.choices)
        found = await explorer.replayed(smallest)
        name = f"{counted(len(best.when), 'command')} of {scenario.name}"
        best = replace(best, name=name)
    return best, usual, found


def _without(steps: Sequence[ScenarioStep], size: int) -> Iterator[tuple[ScenarioStep, ...]]:
    """Yields the steps without some in a row, the last ones first."""
    for end in range(len(steps), 0, -size):
        yield (*steps[: max(0, end - size)], *steps[end:])


def _as(run: Run) -> Resembling:
    return Resembling([deed.move for deed in run.world.deeds])

"""Explores scenarios one after the other, and says what came of each in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.project.scenarios import write_scenario
from workbench.services.worlds.explored import Exploration, Violation
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.saved_schedule import as_scenario
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.schedule_words import MoveLine, deviations, move_lines

if TYPE_CHECKING:
    from workbench.model.scenario import Scenario
    from workbench.project.project import Project
    from workbench.services.worlds.run_checks import Rule

LONGEST_NAME = 200
LEAST = 0.5
"""Seconds that each scenario gets at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorePlan:
    """How scenarios are explored.

    Attributes:
        seconds: For all of them together.
        deviations, seed: As `scenario_explorer.Plan` has them.
        faults: How often what may go wrong in one run, by its name.
        processes: At once; 0 for one for each core.
    """

    seconds: float = 30.0
    deviations: int = 2
    seed: int = 1
    faults: Mapping[str, int] = field(default_factory=dict)
    processes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldViolation:
    """An invariant that is broken, as a person is told of it.

    Attributes:
        deviations: In words what is otherwise than usual.
        usual: What the engine does by itself, move by move.
        moves: The schedule with the fewest deviations that breaks it.
        scenario: The same as a scenario that names its deliveries.
        written: That scenario's text.
    """

    finding: Violation
    deviations: Sequence[str]
    usual: Sequence[MoveLine]
    moves: Sequence[MoveLine]
    scenario: Scenario
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What came of exploring one scenario."""

    scenario: Scenario
    exploration: Exploration
    findings: Sequence[ToldViolation] = ()

    def value(self) -> dict[str, Any]:
        """Returns it as plain values."""
        one = self.exploration
        return {
            "scenario": one.scenario,
            "file": self.scenario.place.file,
            "line": self.scenario.place.line,
            "said": one.sentence(),
            "schedules": one.schedules,
            "merged": one.merged,
            "moves": one.moves,
            "seconds": round(one.seconds, 3),
            "complete": one.complete,
            "trouble": one.trouble,
            "ends": [
                {"words": words, "count": outcome.count, "broken": sorted(outcome.broken)}
                for words, _, outcome in one.told_ends()
            ],
            "findings": [
                {
                    "invariant": told.finding.invariant,
                    "words": told.finding.words,
                    "count": told.finding.count,
                    "schedule": told.finding.found_at,
                    "choices": list(told.finding.choices),
                    "deviations": list(told.deviations),
                    "usual": [_line(line) for line in told.usual],
                    "moves": [_line(line) for line in told.moves],
                    "saved": told.written,
                }
                for told in self.findings
            ],
        }


def _line(line: MoveLine) -> dict[str, Any]:
    return {**asdict(line), "made": asdict(line.made)}


async def explore_all(
    project: Project,
    scenarios: Sequence[Scenario],
    plan: ExplorePlan,
    *,
    done: Callable[[Explored], object],
    told: Callable[[Exploration], object] = lambda _: None,
    rules: Mapping[str, Rule] | None = None,
) -> None:
    """Explores scenarios one after the other; those that end early leave their time to those behind.

    Args:
        done: Given what came of each, also of one that was cut short by a cancellation.
        told: Called now and then with how it stands.
        rules: What else must hold behind every move.
    """
    left = plan.seconds
    for number, scenario in enumerate(scenarios):
        explorer = ScenarioExplorer(
            project,
            scenario,
            faults={Fault(name): often for name, often in plan.faults.items()},
            rules=rules,
        )
        each = max(LEAST, left / (len(scenarios) - number))
        one = Plan(deviations=plan.deviations, seconds=each, seed=plan.seed)
        try:
            await explorer.explore(one, told)
        finally:
            done(await _told(explorer, scenario))
        left -= explorer.result.seconds


async def _told(explorer: ScenarioExplorer, scenario: Scenario) -> Explored:
    usual = (await explorer.replayed()).world
    found = []
    for finding in explorer.result.findings.values():
        world = (await explorer.replayed(finding.choices)).world
        words = deviations(world, usual)
        saved = as_scenario(world, f"{scenario.name}: {'; '.join(words) or 'as usual'}"[:LONGEST_NAME])
        told = ToldViolation(
            finding=finding,
            deviations=words,
            usual=move_lines(usual),
            moves=move_lines(world, usual),
            scenario=saved,
            written=write_scenario(saved, world.world.registry),
        )
        found.append(told)
    return Explored(scenario=scenario, exploration=explorer.result, findings=found)

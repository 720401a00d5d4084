"""Explores scenarios one after the other, and says what came of each in words."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.project.project_file import project_root
from workbench.project.scenarios import find_scenarios
from workbench.services.project.project_trust import not_trusted, trust_of
from workbench.services.scenarios import chosen
from workbench.services.worlds.explore_processes import ExploreProcesses, slice_of
from workbench.services.worlds.explored import OVER, Choices, Exploration, Violation
from workbench.services.worlds.generated_scenario import PLACE
from workbench.services.worlds.moves import Fault
from workbench.services.worlds.run_checks import DUPLICATES
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.shortened_scenario import shortened
from workbench.services.worlds.strategies import UpTo
from workbench.services.worlds.told_schedule import Standing, ToldSchedule, told_schedule

if TYPE_CHECKING:
    from workbench.model.scenario import Scenario
    from workbench.project.project import Project
    from workbench.services.worlds.run_checks import Rule
    from workbench.services.worlds.schedule_words import MoveLine

SHORTENING = 10.0
"""Seconds that it may take at most to take away generated commands of which what was found has no need."""
WORTH = 5.0
"""Seconds from which on several processes are worth their beginning."""


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
    """An invariant that is broken, and by the schedule with the fewest deviations that breaks it.

    Of generated commands the schedule has only those that are needed, and so do the finding's choices.
    """

    finding: Violation
    schedule: ToldSchedule

    @property
    def said(self) -> str:
        """Says what is broken, by what, and how it is done again where it can be."""
        written = ["", self.schedule.written] if self.finding.again else []
        return "\n".join([self.finding.words, *(f"  {one}" for one in self.schedule.deviations), *written])


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
                    "again": told.finding.again,
                    "schedule": told.finding.found_at,
                    "choices": list(told.finding.choices),
                    "deviations": list(told.schedule.deviations),
                    "usual": [_line(line) for line in told.schedule.usual],
                    "moves": [_line(line) for line in told.schedule.moves],
                    "saved": told.schedule.written if told.finding.again else "",
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
    environ: Mapping[str, str] | None = None,
    beside: bool = False,
) -> None:
    """Explores scenarios one after the other; those that end early leave their time to those behind.

    Args:
        done: Given what came of each, also of one that was cut short by a cancellation.
        told: Called now and then with how it stands.
        rules: What else must hold behind every move.
        environ: Where processes find what is trusted; without it, and with rules, it is one process.
        beside: One process alone runs beside this one, too: nothing that it does holds this one up.
    """
    faults = _faults(plan.faults)
    one = Plan(deviations=plan.deviations, seconds=plan.seconds, seed=plan.seed)
    count = plan.processes or (os.cpu_count() or 1 if plan.seconds >= WORTH else 1)
    made = partial(ScenarioExplorer, project, faults=faults, rules=rules)
    explorers = [made(scenario) for scenario in scenarios]
    if (count > 1 or beside) and rules is None and environ is not None:
        with ExploreProcesses(project.root, environ, scenarios, one, faults, count) as processes:
            for number, explorer in enumerate(explorers):
                try:
                    async for so_far in processes.told(number):
                        explorer.result = so_far
                        told(so_far)
                finally:
                    done(await _told(explorer, scenarios[number], made, plan.seconds))
        return
    left = plan.seconds
    for number, explorer in enumerate(explorers):
        own = replace(one, seconds=slice_of(left, len(scenarios) - number))
        try:
            await explorer.explore(own, told)
        finally:
            done(await _told(explorer, scenarios[number], made, plan.seconds))
        left -= explorer.result.seconds


async def no_order_goes_wrong(
    path: Path, scenario: str, plan: ExplorePlan, *, trusted: bool = False
) -> list[str]:
    """Explores the scenarios of a project, and tells what was tried of each.

    Args:
        path: Of the project.
        scenario: Only those whose sentence or file holds this.
        trusted: Whether its modules may be imported as they are now; else only what a person trusted.

    Raises:
        AssertionError: An invariant is broken, and how; or nothing could be explored, or one not to the end.
        NotFound: There is no such project or scenario.
        NotTrusted: It has Python modules that are not trusted.
        ProjectError: Its files are wrong.
    """
    environ = dict(os.environ)
    project = load_project(project_root(path), environ=environ, trusted=trusted or trust_of(environ))
    if project.restricted:
        raise not_trusted(project, "exploring it", hint="read it; if you trust it: trusted=True")
    found = chosen(find_scenarios(project.root, project.registry), [scenario] if scenario else [])
    explored: list[Explored] = []
    await explore_all(project, [one for one in found if not one.fixed], plan, done=explored.append)
    said = [f"{one.exploration.scenario}: {one.exploration.sentence()}" for one in explored]
    wrong = [told.said for one in explored for told in one.findings]
    wrong += [words for words, one in zip(said, explored, strict=True) if one.exploration.trouble]
    if wrong or not explored:
        raise AssertionError("\n".join(wrong) or nothing_to_explore(found))
    return said


def nothing_to_explore(scenarios: Sequence[Scenario]) -> str:
    """Says why none of some scenarios can be explored."""
    said = [f"{one.name}: {one.fixed[0].lower()}{one.fixed[1:]}" for one in scenarios if one.fixed]
    return "\n".join(["no scenario to explore" + (":" if said else ""), *(f"  {one}" for one in said)])


async def schedule_of(
    project: Project, one: Explored, choices: Choices, faults: Mapping[str, int]
) -> ToldSchedule:
    """Does one schedule of an explored scenario again, and tells it.

    Args:
        project: As it was explored.
        faults: As they were.
    """
    explorer = ScenarioExplorer(project, one.scenario, faults=_faults(faults))
    explorer.result = one.exploration
    usual = (await explorer.usual()).world
    return told_schedule(one.scenario, await explorer.replayed(choices), usual)


async def stepped_to(
    project: Project, scenario: Scenario, choices: Choices, faults: Mapping[str, int]
) -> Standing:
    """Makes moves of a scenario in a new world.

    Args:
        choices: Which of those that are possible each time.
        faults: How often what may go wrong, by its name.

    Raises:
        TimeoutError, WorkbenchError: As `ScenarioExplorer.play`.
    """
    explorer = ScenarioExplorer(project, scenario, faults=_faults(faults))
    usual = (await explorer.usual()).world
    run = await explorer.play(UpTo(choices))
    possible = [str(move) for move in run.world.moves]
    return Standing(choices=choices, told=told_schedule(scenario, run, usual), possible=possible)


def _faults(told: Mapping[str, int]) -> dict[Fault, int]:
    return {Fault(name): often for name, often in told.items()}


async def _told(
    explorer: ScenarioExplorer,
    scenario: Scenario,
    made: Callable[[Scenario], ScenarioExplorer],
    seconds: float,
) -> Explored:
    if not explorer.result.findings:
        return Explored(scenario=scenario, exploration=explorer.result)
    usual = (await explorer.usual()).world
    clock, found = SystemClock(), []
    ends = clock.monotonic() + max(OVER, min(SHORTENING, seconds - explorer.result.seconds))
    for finding in explorer.result.findings.values():
        run, of, beside = await explorer.replayed(finding.choices), scenario, usual
        if finding.invariant not in run.broken and finding.invariant != DUPLICATES:
            finding.lost()
        elif finding.invariant in run.broken and scenario.place == PLACE:
            of, plain, run = await shortened(
                made, scenario, finding.invariant, finding.choices, lambda: clock.monotonic() >= ends
            )
            finding.choices, finding.words = run.choices, run.broken[finding.invariant]
            beside = plain.world
        schedule = told_schedule(of, run, beside)
        found.append(ToldViolation(finding=finding, schedule=schedule))
    return Explored(scenario=scenario, exploration=explorer.result, findings=found)

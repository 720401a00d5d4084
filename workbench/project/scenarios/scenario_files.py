"""Finds the scenario files of a project; one that cannot be read harms no other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.model.registry import Registry
from workbench.model.scenario import Scenario
from workbench.project.scenarios.scenario_reader import sound_scenarios
from workbench.project.scenarios.unread_scenarios import UnreadScenario, unread_in
from workbench.tusk import Problem, TskError, read_file

FOLDER = "scenarios"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """One scenario file as it was read.

    Attributes:
        name: Relative to the project, such as ``scenarios/accounts.tsk``.
        scenarios: Those with which nothing is wrong.
        problems: What is wrong with it.
        unread: Those with which something is wrong, as far as the file lets them be found.
    """

    path: Path
    name: str
    scenarios: tuple[Scenario, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[UnreadScenario, ...] = ()


def find_scenarios(root: Path, registry: Registry) -> list[ScenarioFile]:
    """Reads every scenario file of a project, in the order of their names."""
    return [_read(path, f"{FOLDER}/{path.name}", registry) for path in sorted((root / FOLDER).glob("*.tsk"))]


def _read(path: Path, name: str, registry: Registry) -> ScenarioFile:
    try:
        data = read_file(path)
    except OSError as error:
        said = f"it cannot be read: {error.strerror or error}"
        problem = Problem(file=name, line=1, column=1, end_column=2, code="E-READ", message=said)
        return ScenarioFile(path=path, name=name, problems=(problem,))
    try:
        found, problems = sound_scenarios(data, name, registry)
    except TskError as error:
        found, problems = (), list(error.found)
    return ScenarioFile(
        path=path,
        name=name,
        scenarios=found,
        problems=tuple(problems),
        unread=unread_in(data.decode(errors="replace"), name, registry, found, problems) if problems else (),
    )

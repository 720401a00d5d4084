"""One schedule as a person is told of it: beside the usual one, in words, and as a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.project.scenarios import write_scenario
from workbench.services.worlds.move_facts import Parts, parts_behind
from workbench.services.worlds.saved_schedule import as_scenario
from workbench.services.worlds.schedule_words import MoveLine, deviations, move_lines

if TYPE_CHECKING:
    from workbench.model.scenario import Scenario
    from workbench.services.worlds.explored import Choices
    from workbench.services.worlds.schedule_runs import Run
    from workbench.services.worlds.stepped_world import SteppedWorld

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSchedule:
    """A schedule beside the usual one.

    Attributes:
        deviations: In words what is otherwise than usual.
        usual: What the engine does by itself, move by move.
        moves: The schedule.
        usual_parts, parts: What states and rows are behind each of these moves.
        broken: What does not hold, and the number of the move behind which it does not, from 1.
        scenario: The schedule as a scenario that names its deliveries.
        written: That scenario's text.
    """

    choices: Choices
    deviations: Sequence[str]
    usual: Sequence[MoveLine]
    moves: Sequence[MoveLine]
    usual_parts: Sequence[Parts]
    parts: Sequence[Parts]
    broken: Mapping[str, int]
    scenario: Scenario
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a scenario stands that is stepped by hand.

    Attributes:
        choices: That were made.
        told: What was done, beside what the engine does by itself.
        possible: What can be done next, in words; first what the engine would do.
    """

    choices: Choices
    told: ToldSchedule
    possible: Sequence[str]


def told_schedule(scenario: Scenario, run: Run, usual: SteppedWorld) -> ToldSchedule:
    """Tells a run.

    Args:
        usual: The world in which the engine did what it does by itself.
    """
    world = run.world
    words = deviations(world, usual)
    said = "; ".join(words or run.broken) or "as usual"
    saved = as_scenario(world, f"{scenario.name}: {said}"[:LONGEST_NAME])
    return ToldSchedule(
        choices=run.choices,
        deviations=words,
        usual=move_lines(usual),
        moves=move_lines(world, usual),
        usual_parts=parts_behind(usual),
        parts=parts_behind(world),
        broken=run.broken_at,
        scenario=saved,
        written=write_scenario(saved, world.world.registry),
    )

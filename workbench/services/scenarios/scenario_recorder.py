"""Records a scenario from history: the events before, the command that was issued, what it made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.errors import InvalidValue, NotFound
from workbench.model.event import RecordedEvent
from workbench.model.json_values import read_json
from workbench.model.scenario import (
    Expected,
    FactKind,
    FilePlace,
    Happened,
    IssuedCommand,
    Occurrence,
    Scenario,
    ScenarioResult,
    ScenarioStep,
)
from workbench.model.secrets import disguised
from workbench.project.scenarios import FOLDER
from workbench.services.scenarios.scenario_service import Scenarios
from workbench.store.stored_values import CommandRecord

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

MOST = 1000
"""Events before the command that a scenario takes along."""
PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A scenario made from history, and what came of a first run of it."""

    scenario: Scenario
    result: ScenarioResult


async def record(world: World[Project], stream: str, version: int, *, name: str = "") -> Recorded:
    """Makes a scenario of an event: given what was before, when its command, then that command's events.

    What is given are the events of the stream, and of the streams that have to do with them by a common
    correlation, so that projections and processes find what they build on. Secrets are made up.
    Dead letters that a first run leaves are part of what must follow.

    Args:
        version: Of one of the events that the command made.
        name: By default what the command leads to.

    Raises:
        NotFound: There is no such event, or no command of this store made it.
        InvalidValue: Too much happened before.
    """
    event = next(iter(world.reader.read_stream(stream, after=version - 1, limit=1)), None)
    if event is None or event.version != version:
        raise NotFound(f"{stream} has no event at version {version}")
    command = _command_of(world, event)
    made = _made(world, command)
    said = name or f"{command.type} leads to {', '.join(dict.fromkeys(one.type for one in made))}"
    place = FilePlace(file=FOLDER, line=1, column=1)
    scenario = Scenario(
        name=said,
        place=place,
        given=tuple(_occurrence(one) for one in _before(world, made[0], command)),
        when=(
            ScenarioStep(act=IssuedCommand(command=command.type, data=disguised(read_json(command.data)))),
        ),
        then=tuple(
            Expected(
                kind=FactKind.EVENT,
                facts={"event": one.type, "stream": one.stream, "data": disguised(one.json())},
                place=place,
            )
            for one in made
        ),
    )
    scenarios = Scenarios(world.model, world.clock)
    letters = _letters(await scenarios.play(scenario), place)
    scenario = replace(scenario, then=(*scenario.then, *letters))
    return Recorded(scenario=scenario, result=await scenarios.run_one(scenario))


def _command_of(world: World[Project], event: RecordedEvent) -> CommandRecord:
    """Looks the command up among those that were issued, the newest first."""
    before: int | None = None
    while page := world.reader.commands(limit=PAGE, before=before):
        for command in page:
            if command.command_id == event.causation_id:
                return command
        before = page[-1].number
        reached = [command.last_position for command in page if command.last_position]
        if reached and reached[-1] < event.position:
            break
    raise NotFound(
        f"no command of this store made {event.type} at version {event.version} of {event.stream}",
        hint="choose an event that a command made; imported events have none",
    )


def _made(world: World[Project], command: CommandRecord) -> list[RecordedEvent]:
    """Returns the events of a command: those that follow each other in its stream from its first one on."""
    first = world.reader.event_at(command.first_position)
    if first is None:
        raise NotFound(f"the store has no event at position {command.first_position}")
    count = command.version - first.version + 1
    return world.reader.read_stream(first.stream, after=first.version - 1, limit=count)


def _before(world: World[Project], first: RecordedEvent, command: CommandRecord) -> list[RecordedEvent]:
    reader, known = world.reader, world.registry
    own = (
        reader.read_stream(first.stream, limit=min(first.version - 1, MOST + 1)) if first.version > 1 else []
    )
    correlations = {command.correlation_id, *(event.correlation_id for event in own)}
    streams = {first.stream, *_streams(world, correlations, first.position)}
    found = {event.position: event for event in own}
    for stream in streams:
        if known.aggregate_of_stream(stream) is None or len(found) > MOST:
            continue
        events = reader.read_stream(stream, limit=MOST + 1)
        found |= {event.position: event for event in events if event.position < first.position}
    if len(found) > MOST:
        raise InvalidValue(
            f"more than {MOST:,} events happened before it", path="", hint="choose one earlier in its stream"
        )
    before = [found[position] for position in sorted(found)]
    return [event for event in before if event.stream == first.stream or event.type in known.events]


def _streams(world: World[Project], correlations: set[UUID], position: int) -> Iterator[str]:
    for correlation in correlations:
        for event in world.reader.correlated(correlation, PAGE):
            if event.position < position:
                yield event.stream


def _occurrence(event: RecordedEvent) -> Occurrence:
    return Occurrence(
        type=event.type, stream=event.stream, data=disguised(event.json()), version=event.schema_version
    )


def _letters(happened: Happened, place: FilePlace) -> list[Expected]:
    """Returns the dead letters that a run left, as expectations."""
    kept = ("dead_letter", "error", "reason", "attempts")
    return [
        Expected(
            kind=FactKind.DEAD_LETTER, facts={key: facts[key] for key in kept if facts[key]}, place=place
        )
        for facts in happened.letters
    ]

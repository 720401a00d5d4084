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


class ScenarioRecorder:
    """Records scenarios from what a world's store holds."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    async def record(self, stream: str, version: int, *, name: str = "") -> Recorded:
        """Makes a scenario of an event: given what was before, when its command, then that command's events.

        What is given are the events of the streams that were decided over, and of the streams that have to do
        with them by a common correlation, so that projections and processes find what they build on; each at
        its time, and the command at its own. Secrets are made up. Dead letters that a first run leaves are
        part of what must follow.

        Args:
            version: Of one of the events that the command made.
            name: By default what the command leads to.

        Raises:
            NotFound: There is no such event, or no command of this store made it.
            InvalidValue: Too much happened before.
        """
        event = next(iter(self._world.reader.read_stream(stream, after=version - 1, limit=1)), None)
        if event is None or event.version != version:
            raise NotFound(f"{stream} has no event at version {version}")
        command = self._command_of(event)
        made = self._made(command)
        before = self._before(made[0], self._involved(command, made), command.correlation_id)
        said = name or f"{command.type} leads to {', '.join(dict.fromkeys(one.type for one in made))}"
        place = FilePlace(file=FOLDER, line=1, column=1)
        scenario = Scenario(
            name=said,
            place=place,
            now=made[0].occurred_at,
            given=tuple(_occurrence(one) for one in before),
            when=(ScenarioStep(act=_issued(command)),),
            then=tuple(
                Expected(
                    kind=FactKind.EVENT,
                    facts={"event": one.type, "stream": one.stream, "data": disguised(one.json())},
                    place=place,
                )
                for one in made
            ),
        )
        scenarios = Scenarios(self._world.model, self._world.clock)
        letters = _letters(await scenarios.play(scenario), place)
        scenario = replace(scenario, then=(*scenario.then, *letters))
        return Recorded(scenario=scenario, result=await scenarios.run_one(scenario))

    def _command_of(self, event: RecordedEvent) -> CommandRecord:
        """Looks the command up among those that were issued, the newest first."""
        before: int | None = None
        while page := self._world.reader.commands(limit=PAGE, before=before):
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

    def _made(self, command: CommandRecord) -> list[RecordedEvent]:
        """Returns the events of a command, whichever streams they went to, in their order."""
        first, last = command.first_position, command.last_position
        found = self._world.reader.read_log(first - 1, last - first + 1, upto=last)
        return [event for event in found if event.causation_id == command.command_id]

    def _before(self, first: RecordedEvent, involved: set[str], correlation: UUID) -> list[RecordedEvent]:
        """Returns what happened earlier in the streams that were decided over, and in related ones."""
        known = self._world.registry
        found = self._earlier(involved, first.position)
        correlations = {correlation, *(event.correlation_id for event in found.values())}
        related = {*self._streams(correlations, first.position)} - involved
        related = {stream for stream in related if known.aggregate_of_stream(stream) is not None}
        found |= self._earlier(related, first.position, len(found))
        before = [found[position] for position in sorted(found)]
        return [event for event in before if event.stream in involved or event.type in known.events]

    def _earlier(self, streams: set[str], position: int, count: int = 0) -> dict[int, RecordedEvent]:
        found: dict[int, RecordedEvent] = {}
        for stream in streams:
            events = self._world.reader.read_stream(stream, limit=MOST + 1)
            found |= {event.position: event for event in events if event.position < position}
            if count + len(found) > MOST:
                said = f"more than {MOST:,} events happened before it"
                raise InvalidValue(said, path="", hint="choose one earlier in its stream")
        return found

    def _involved(self, command: CommandRecord, made: list[RecordedEvent]) -> set[str]:
        """Returns the streams that a command was decided over, those that it only looked at, too."""
        streams = {command.stream, *(event.stream for event in made)}
        if (kind := self._world.registry.commands.get(command.type)) is None:
            return streams
        values = read_json(command.data)
        return streams | {*self._world.registry.streams_of(kind.for_values(values), values)}

    def _streams(self, correlations: set[UUID], position: int) -> Iterator[str]:
        for correlation in correlations:
            for event in self._world.reader.correlated(correlation, PAGE):
                if event.position < position:
                    yield event.stream


def _issued(command: CommandRecord) -> IssuedCommand:
    return IssuedCommand(command=command.type, data=disguised(read_json(command.data)))


def _occurrence(event: RecordedEvent) -> Occurrence:
    return Occurrence(
        type=event.type,
        stream=event.stream,
        data=disguised(event.json()),
        version=event.schema_version,
        at=event.occurred_at,
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

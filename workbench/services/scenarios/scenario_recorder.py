"""Records a scenario from history: the events before, the command that was issued, what it made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.errors import InvalidValue, NotFound
from workbench.model.command import CommandOutcome
from workbench.model.event import RecordedEvent
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, called
from workbench.model.scenario import (
    Expected,
    FactKind,
    Facts,
    FilePlace,
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
LONGEST_NAME = 120
"""Characters of the name that a recorded refusal has."""
PLACE = FilePlace(file=FOLDER, line=1, column=1)
"""Of what is not written yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A scenario made from history, and what came of a first run of it.

    Attributes:
        differs: What a run makes and the store says did not happen, as sentences; it is not in the scenario.
    """

    scenario: Scenario
    result: ScenarioResult
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Past:
    """What the store says of what followed.

    Attributes:
        followed: Commands that followed.
        handled: Subscriptions that handled all that was made.
    """

    followed: Sequence[CommandRecord]
    handled: Collection[str]

    def denies(self, letter: Facts) -> str:
        """Says that a dead letter of a run did not happen; empty where the store does not know better."""
        name = letter["dead_letter"]
        same = [one for one in self.followed if read_json(one.data) == letter["data"]]
        done = next((one for one in same if one.outcome == CommandOutcome.ACCEPTED), None)
        if name == COMMANDS_TOPIC and done is not None:
            what = f"{done.type} was accepted"
        elif name in self.handled:
            what = f"{name} handled it"
        else:
            return ""
        return f"In the store {what}; in the run it is a dead letter of {called(name)}: {letter['message']}"


class ScenarioRecorder:
    """Records scenarios from what a world's store holds."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    async def record(self, stream: str, version: int, *, upto: int = 0, name: str = "") -> Recorded:
        """Makes a scenario of events: given what was before, when their commands, then what these made.

        What is given are the events of the streams that were decided over, then and by the commands that
        followed, and of the streams that have to do with them by a common correlation, so that projections
        and processes find what they build on; each at its time, and the commands at their own. Commands that
        followed by themselves are not issued; the chosen events that they made must follow. Secrets
        are made up. Dead letters that a first run leaves are part of what must follow, unless the store says
        that they did not happen.

        Args:
            version: Of the first event.
            upto: Version of the last event; that of the first if 0.
            name: By default what the commands lead to.

        Raises:
            NotFound: There is no such event, or no command of this store made it.
            InvalidValue: Too much happened before.
        """
        events = self._world.reader.read_stream(stream, after=version - 1, limit=max(1, upto - version + 1))
        events = [event for event in events if event.version >= version]
        if not events or events[0].version != version:
            raise NotFound(f"{stream} has no event at version {version}")
        return await self._recorded(self._commands(events), events, name)

    async def record_commands(self, chosen: Sequence[CommandRecord]) -> Recorded:
        """Makes a scenario of commands in the order in which they were issued, as `record` does of events.

        Those that were refused are issued in it as well; what they came to is not part of what must follow.

        Raises:
            InvalidValue: None of them was accepted, or too much happened before.
        """
        commands = self._given(chosen)
        if not any(one.first_position for one in commands):
            raise InvalidValue(
                "none of these commands was accepted", path="", hint="choose one that was, too"
            )
        return await self._recorded(commands, [], "")

    async def _recorded(
        self, commands: Sequence[CommandRecord], events: Sequence[RecordedEvent], name: str
    ) -> Recorded:
        made = sorted(
            (one for command in commands for one in self._made(command)), key=lambda one: one.position
        )
        involved = {stream for command in commands for stream in self._involved(command, made)}
        correlations = {one.correlation_id for one in commands}
        followed = self._followed(commands, correlations)
        involved |= {stream for command in followed for stream in self._involved(command, [])}
        before = self._before(made[0].position, involved, correlations)
        made = _with_followers(made, events, correlations)
        issued = " and ".join(dict.fromkeys(one.type for one in commands))
        said = f"{issued} leads to {', '.join(dict.fromkeys(one.type for one in made))}"
        then = [
            Expected(
                kind=FactKind.EVENT,
                facts={"event": one.type, "stream": one.stream, "data": disguised(one.json())},
                place=PLACE,
            )
            for one in made
        ]
        when = self._steps(commands, made[0].occurred_at)
        past = _Past(followed, self._handled(correlations, made))
        return await self._told(name or said, made[0].occurred_at, before, when, then, past)

    async def record_refusal(self, command: CommandRecord, *, name: str = "") -> Recorded:
        """Makes a scenario of a command that was refused or failed: given what was before, then that.

        Raises:
            InvalidValue: It was accepted, or too much happened before.
        """
        facts = _refusal(command)
        involved = self._involved(command, [])
        after = {event.position for event in self._earlier(involved, None).values() if _later(event, command)}
        position = min(after, default=self._world.reader.head() + 1)
        before = self._before(position, involved, {command.correlation_id})
        ends = "fails" if command.outcome == CommandOutcome.FAILED else "is refused"
        said = name or f"{command.type} {ends}: {command.message}"[:LONGEST_NAME]
        then = [Expected(kind=FactKind(next(iter(facts))), facts=facts, place=PLACE)]
        when = (ScenarioStep(act=_issued(command)),)
        return await self._told(said, command.issued_at, before, when, then)

    async def _told(
        self,
        name: str,
        now: int,
        before: Sequence[RecordedEvent],
        when: tuple[ScenarioStep, ...],
        then: Sequence[Expected],
        past: _Past | None = None,
    ) -> Recorded:
        given = tuple(map(occurrence_of, before))
        scenario = Scenario(name=name, place=PLACE, now=now, given=given, when=when, then=tuple(then))
        scenarios = Scenarios(self._world.model, self._world.clock)
        letters = (await scenarios.play(scenario)).letters
        untrue = {at: said for at, one in enumerate(letters) if past and (said := past.denies(one))}
        kept = [_letter(one) for at, one in enumerate(letters) if at not in untrue]
        scenario = replace(scenario, then=(*scenario.then, *kept))
        result = await scenarios.run_one(scenario)
        return Recorded(scenario=scenario, result=result, differs=tuple(untrue.values()))

    def _followed(self, commands: Sequence[CommandRecord], correlations: set[UUID]) -> list[CommandRecord]:
        """Returns the commands that came later in the same correlations, whatever became of them."""
        found: list[CommandRecord] = []
        first, before = commands[0].number, None
        while page := self._world.reader.commands(limit=PAGE, before=before):
            found += [one for one in page if one.number > first and one.correlation_id in correlations]
            if (before := page[-1].number) <= first:
                break
        return [one for one in found if one not in commands]

    def _handled(self, correlations: set[UUID], made: Sequence[RecordedEvent]) -> set[str]:
        """Returns the subscriptions that are past what was made, with no row and no dead letter of it."""
        reader, last = self._world.reader, max(event.position for event in made)
        past = {one.name for one in reader.subscriptions() if one.cursor >= last}
        rows = reader.deliveries_at([event.position for event in made])
        numbers = [number for one in correlations for number in reader.correlated_letters(one, 0)[0]]
        letters = {one.subscription for one in reader.letters_numbered(numbers)}
        return past - letters - {one.subscription for one in rows}

    def _commands(self, events: Iterable[RecordedEvent]) -> list[CommandRecord]:
        """Returns the commands that made events, in their order; not those that followed by themselves."""
        return self._given([*{one.command_id: one for one in map(self._command_of, events)}.values()])

    def _given(self, found: Sequence[CommandRecord]) -> list[CommandRecord]:
        """Returns those that did not follow by themselves, in their order; the first if all did."""
        registry = self._world.registry
        given = [
            one
            for one in found
            if one.origin not in registry.reactors and one.origin not in registry.subscriptions
        ]
        return sorted(given or found[:1], key=lambda one: one.number)

    def _steps(self, commands: Sequence[CommandRecord], now: int) -> tuple[ScenarioStep, ...]:
        """Returns commands as steps: a later one at the time at which it made its first event."""
        steps = []
        for command in commands:
            made = self._made(command)
            at = made[0].occurred_at if made else command.issued_at
            steps.append(ScenarioStep(act=_issued(command), at=at if at > now else None))
            now = max(now, at)
        return tuple(steps)

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
        if not last:
            return []
        found = self._world.reader.read_log(first - 1, last - first + 1, upto=last)
        return [event for event in found if event.causation_id == command.command_id]

    def _before(self, position: int, involved: set[str], correlations: set[UUID]) -> list[RecordedEvent]:
        """Returns what happened earlier in the streams that were decided over, and in related ones."""
        known = self._world.registry
        found = self._earlier(involved, position)
        correlations = {*correlations, *(event.correlation_id for event in found.values())}
        related = {*self._streams(correlations, position)} - involved
        related = {stream for stream in related if known.aggregate_of_stream(stream) is not None}
        found |= self._earlier(related, position, len(found))
        before = [found[at] for at in sorted(found)]
        return [event for event in before if event.stream in involved or event.type in known.events]

    def _earlier(self, streams: set[str], position: int | None, count: int = 0) -> dict[int, RecordedEvent]:
        found: dict[int, RecordedEvent] = {}
        for stream in streams:
            events = self._world.reader.read_stream(stream, limit=MOST + 1)
            found |= {
                event.position: event for event in events if position is None or event.position < position
            }
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


def _with_followers(
    made: Sequence[RecordedEvent], chosen: Iterable[RecordedEvent], correlations: set[UUID]
) -> list[RecordedEvent]:
    """Returns what commands made, and which of the chosen events followed from it, in their order."""
    known = {one.position: one for one in made}
    known |= {
        one.position: one
        for one in chosen
        if one.position > made[0].position and one.correlation_id in correlations
    }
    return [known[at] for at in sorted(known)]


def _refusal(command: CommandRecord) -> Facts:
    """Returns how a command ended, as a scenario says it."""
    if command.outcome == CommandOutcome.REJECTED:
        facts = {"rejected": command.type, "message": command.message, "field": command.field}
        return {key: value for key, value in facts.items() if value}
    if command.outcome == CommandOutcome.CONFLICT:
        return {"conflict": command.type, "version": command.version}
    if command.outcome == CommandOutcome.FAILED:
        return {"failed": command.type, "message": command.message}
    raise InvalidValue(
        f"{command.type} was {command.outcome}", path="", hint="choose one that was not accepted"
    )


def _later(event: RecordedEvent, command: CommandRecord) -> bool:
    """Whether an event was stored after a command was refused; its own stream says that by its version."""
    if event.stream == command.stream:
        return event.version > command.version
    return event.recorded_at > command.issued_at


def _issued(command: CommandRecord) -> IssuedCommand:
    data = disguised(read_json(command.data))
    return IssuedCommand(command=command.type, data=data, expected=command.expected)


def occurrence_of(event: RecordedEvent) -> Occurrence:
    """Returns an event of the store as a scenario gives it; its secrets are made up."""
    return Occurrence(
        type=event.type,
        stream=event.stream,
        data=disguised(event.json()),
        version=event.schema_version,
        at=event.occurred_at,
    )


def _letter(facts: Facts) -> Expected:
    """Returns a dead letter that a run left, as an expectation."""
    kept = {key: facts[key] for key in ("dead_letter", "error", "reason", "attempts") if facts[key]}
    return Expected(kind=FactKind.DEAD_LETTER, facts=kept, place=PLACE)

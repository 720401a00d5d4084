"""What a scenario's world is made of: what is given, what it does, and what there is to see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from typing_extensions import override

from workbench.engine.command_handler import Issue
from workbench.engine.staged_handlers import on_stage
from workbench.engine.timers import CallOff, VirtualTimer
from workbench.engine.world import World
from workbench.errors import InvalidCommand, InvalidValue, WorkbenchError
from workbench.model.calendar_spans import later
from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.command import CommandOutcome, CommandResult
from workbench.model.dead_letter import LetterStatus
from workbench.model.fault import FaultRule
from workbench.model.ids import derived_id
from workbench.model.scenario import (
    IssuedCommand,
    Occurrence,
    Replay,
    Scenario,
    ScenarioAct,
    ScenarioStep,
    moment,
)
from workbench.project.declared.column_values import row_typed
from workbench.project.project import Project
from workbench.services.scenarios import given_history
from workbench.services.scenarios.staged_draws import drawn_on_stage
from workbench.store.operations import Append, Operation, ReplayLetter
from workbench.store.paging import all_rows
from workbench.store.ports import Reader
from workbench.store.stored_values import DeadLetter

Rows = Mapping[Any, Mapping[str, Any]]
"""Of a read model, by their keys."""
SEED = 1
"""Of ids and jitter: a scenario that fails, fails always."""
HORIZON = 3660 * 86_400.0
EVERYTHING = 1_000_000
"""Events and messages that are read at once: all that a scenario can make."""


@dataclass(slots=True, kw_only=True)
class ScenarioDeeds:
    """What the scenario itself did, so that it can be told from what followed.

    Attributes:
        before: Position of the last event that was given.
        commands: Ids of its commands.
        events: Ids of the events that it let happen.
        refusals: How its commands ended that were not accepted.
        failures: Handlers that raised something, and what.
    """

    before: int = 0
    commands: set[UUID] = field(default_factory=set)
    events: set[UUID] = field(default_factory=set)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)


class StageTimer(VirtualTimer):
    """Leaves housekeeping out: what a scenario made is to be seen, and a year of it passes in no time."""

    @override
    def call_at(self, due: int, callback: Callable[[], None], *, background: bool = False) -> CallOff:
        return (lambda: None) if background else super().call_at(due, callback)


def staged(
    project: Project, failed: Callable[[str, Exception], object] = lambda _handler, _error: None
) -> Project:
    """Returns the project as it runs in a scenario: its handlers are told that it is a dry run.

    Args:
        failed: Told the handler that raised something, and what.
    """
    handlers = on_stage(drawn_on_stage(project.registry.handlers), failed=failed)
    return replace(project, registry=replace(project.registry, handlers=handlers))


class ScenarioStage:
    """A world of its own for one scenario; nothing of the project's own store is touched.

    What is given is history: it is stored before the engine starts, subscriptions, policies and processes
    begin behind it, and only projections, and the memory of processes, have seen it.

    Args:
        project: As `staged` gives it.
        stepped: Nothing moves by itself there.

    Attributes:
        scenario: As given.
        began: When the scenario begins, microseconds since 1970.
        rows_before: What each read model held of what is given.
        unfinished: What was still to do when it was ended early.
    """

    def __init__(self, project: Project, scenario: Scenario, *, stepped: bool = False) -> None:
        clock = ManualClock(given_history.beginning(scenario))
        self.began = clock.now()
        self.done = ScenarioDeeds()
        self.unfinished = ""
        self.rows_before: dict[str, Rows] = {}
        self._pending: given_history.Pending = {}
        self._timer = StageTimer(clock)
        self.scenario = scenario
        self._clock = clock
        self.world = World.in_memory(project, clock, timer=self._timer, seed=SEED, stepped=stepped)

    @property
    def reader(self) -> Reader:
        """Reads what is stored."""
        return self.world.reader

    async def begin(self) -> None:
        """Stores what is given, and starts the engine.

        Raises:
            WorkbenchError: It cannot be stored.
        """
        scenario, registry = self.scenario, self.world.registry
        self._write([*given_history.topics(registry), *given_history.events(scenario.given)])
        given = self.reader.read_log(0, EVERYTHING)
        memories = given_history.memories(registry, given, self._pending)
        self._write([*memories, *given_history.starts(registry)])
        given_history.policies(registry, given, self._pending)
        self.done.before = self.reader.head()
        await self.world.start()

    def look_at_rows(self) -> None:
        """Keeps what each read model holds now as what it held before the first step."""
        self.rows_before = {name: self.rows(name) for name in self.world.registry.projections}

    @property
    def open_ended(self) -> bool:
        """Whether the scenario is over when nothing is left to do, and not at a time."""
        return not self.scenario.when or self.scenario.when[-1].act is not None

    @property
    def at_rest(self) -> bool:
        """Whether nothing is left to do: a scenario that ends at a time may end before that."""
        return not self.unfinished and (self.open_ended or self._due() is None)

    def _due(self) -> int | None:
        """Returns when something is due that waits for its time, microseconds since 1970; None for never."""
        return self._timer.next_due()

    @property
    def undone(self) -> list[str]:
        """What events that are given would have led to within the scenario's time."""
        last = self.began + int(HORIZON * MICROSECONDS) if self.open_ended else self.world.clock.now()
        return list(given_history.undone(self._pending, self.began, last))

    def until(self, step: ScenarioStep) -> float:
        """Returns how many seconds from now on pass before a step.

        Raises:
            InvalidValue: Its time has passed, or the calendar has no such time.
        """
        now = self.world.clock.now()
        if step.at is None:
            return (later(now, step.after, "after") - now) / MICROSECONDS
        if step.at < now:
            said = f"at {moment(step.at)} has passed, it is {moment(now)} already"
            raise InvalidValue(said, path=str(step.place or ""))
        return (step.at - now) / MICROSECONDS

    def _write(self, operations: Iterable[Operation]) -> None:
        for answer in self.world.store.write(list(operations)):
            if isinstance(answer, WorkbenchError):
                raise answer

    async def do(self, number: int | str, act: ScenarioAct | None) -> None:
        """Does what a step says; its number makes the ids of what it does."""
        match act:
            case IssuedCommand() as order:
                await self._issue(order, derived_id("scenario command", number))
            case Occurrence() as one:
                event = given_history.new_event(one, derived_id("scenario event", number))
                self.done.events.add(event.id)
                await self.world.act(Append(stream=one.stream, events=(event,)))
            case FaultRule() as rule:
                self.world.faults.arm(rule)
            case Replay() as again:
                for letter in self.letters():
                    if letter.subscription == again.subscription:
                        await self.world.act(ReplayLetter(number=letter.number))

    async def _issue(self, order: IssuedCommand, command_id: UUID) -> None:
        self.done.commands.add(command_id)
        issue = Issue(
            type=order.command,
            values=order.data,
            id=command_id,
            expected=order.expected,
            origin="scenario",
        )
        try:
            result = await self.world.running().commands.handle(issue)
        except InvalidCommand as error:
            self.done.refusals += [
                self._timed(_refusal(order.command, text, ".".join(map(str, place))))
                for place, text in error.fields
            ]
        else:
            if not result.accepted:
                self.done.refusals.append(self._timed(_answer(result)))

    def _timed(self, facts: dict[str, Any]) -> dict[str, Any]:
        return {**facts, "at": moment(self.world.clock.now())}

    def rows(self, projection: str) -> Rows:
        """Returns what a read model holds now."""
        kind = self.world.registry.projections[projection]
        columns = {column.name: column.kind for column in kind.columns}
        found = all_rows(self.reader, projection, kind.key)
        return {row[kind.key]: row_typed(row, columns) or {} for row in found}

    def letters(self) -> list[DeadLetter]:
        """Returns the open dead letters, the first one first."""
        found: list[DeadLetter] = []
        number = 1
        while (letter := self.reader.letter(number)) is not None:
            found.append(letter)
            number += 1
        return [letter for letter in found if letter.status is LetterStatus.OPEN]


def _refusal(command: str, message: str, at: str | None) -> dict[str, Any]:
    return {"rejected": command, "message": message, "field": at or None}


def _answer(result: CommandResult) -> dict[str, Any]:
    if result.outcome is CommandOutcome.CONFLICT:
        return {"conflict": result.command_type, "version": result.version}
    if result.outcome is CommandOutcome.REJECTED:
        return _refusal(result.command_type, result.message, result.field)
    return {"failed": result.command_type, "message": result.message}

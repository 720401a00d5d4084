"""Turns what a scenario gives into a store's beginning: events that nothing reacts to any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from workbench.errors import WorkbenchError
from workbench.model.calendar_spans import Calendar, later
from workbench.model.clock import ManualClock, from_datetime
from workbench.model.decision_context import ReactionContext
from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.ids import derived_id
from workbench.model.json_values import write_json
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC
from workbench.model.policy import Reaction, ReactorType, issue
from workbench.model.project_code import ProjectCode
from workbench.model.registry import Registry
from workbench.model.scenario import Occurrence, Scenario, moment
from workbench.store.operations import Append, EnsureSubscription, EnsureTopic, Operation, SaveProcess
from workbench.store.paging import PAGE
from workbench.store.ports import Reader, Store
from workbench.store.waiter import Reached


def beginning(scenario: Scenario) -> int:
    """Returns when a scenario begins, microseconds since 1970: never before what it gives."""
    if scenario.now is not None:
        return scenario.now
    return max([ManualClock().now(), *(one.at for one in scenario.given if one.at is not None)])


def topics(registry: Registry) -> Iterator[Operation]:
    """Yields what makes the topics."""
    for name in (*registry.topics, COMMANDS_TOPIC):
        yield EnsureTopic(name=name)


def events(given: Sequence[Occurrence]) -> Iterator[Operation]:
    """Yields what stores the events that are given, in their order."""
    for number, one in enumerate(given):
        yield Append(stream=one.stream, events=(new_event(one, derived_id("given", number)),))


def new_event(one: Occurrence, event_id: UUID) -> NewEvent:
    """Returns an event as it is stored."""
    return NewEvent(
        id=event_id,
        type=one.type,
        data=write_json(dict(one.data)),
        schema_version=one.version,
        occurred_at=one.at,
    )


@dataclass(slots=True)
class Undone:
    """What one instance of a process, or a policy, would have issued for later, and has not withdrawn.

    Attributes:
        timers: The commands with the times at which they are due, microseconds since 1970.
        now: When the event happened that it reacts to.
    """

    timers: list[tuple[Any, int]] = field(default_factory=list)
    now: int = 0

    def react(self, record: RecordedEvent, reaction: Reaction) -> None:
        """Notes what it would have done when an event happened."""
        self.now = record.occurred_at
        for deed in reaction:
            issue(deed, self)

    def issue(
        self, command: Any, *, delay: float | Calendar = 0.0, at: datetime | None = None, **_: object
    ) -> None:
        """Notes a command with the time at which it is due."""
        due = from_datetime(at) if at is not None else later(self.now, delay, "after")
        self.timers.append((command, due))

    def withdraw(self, commands: Iterable[type], having: Mapping[str, Any]) -> None:
        """Forgets the commands of some types that have these values."""
        kinds = tuple(commands)
        self.timers = [
            (one, due)
            for one, due in self.timers
            if not isinstance(one, kinds) or any(getattr(one, key) != having[key] for key in having)
        ]


Pending = dict[tuple[str, str], Undone]
"""By the name of the policy or process and what tells its instances apart."""


def undone(pending: Pending, begin: int, end: int) -> Iterator[str]:
    """Says which commands would have been due in the scenario's time, had what is given been reacted to."""
    found: dict[tuple[str, str], int] = {}
    for (name, _key), one in pending.items():
        for command, due in one.timers:
            if begin < due <= end:
                what = name, command.command_type
                found[what] = min(due, found.get(what, due))
    for (name, command), due in found.items():
        said = f"nothing reacts to what is given: {name} would have issued {command} for {moment(due)}"
        yield f"{said}; where that matters, let the event happen in when"


def policies(registry: Registry, given: Sequence[RecordedEvent], pending: Pending) -> None:
    """Notes what policies would have issued for later for the events that are given."""
    for kind in registry.reactors.values():
        for record in given if kind.correlate is None else ():
            if record.type in kind.events:
                with suppress(Exception), ProjectCode(f"{kind.name} could not react to {record.type}"):
                    context = ReactionContext(record.occurred_at, record)
                    _, reaction = kind.react(None, registry.read_event(record), context)
                    pending.setdefault((kind.name, str(record.position)), Undone()).react(record, reaction)


def memories(
    registry: Registry,
    given: Iterable[RecordedEvent],
    pending: Pending,
    *,
    upto: Mapping[str, Reached] | None = None,
    anyway: bool = False,
) -> Iterator[Operation]:
    """Yields what processes remember of the events that are given; what they would do is left undone.

    Args:
        given: Looked at once for each process.
        pending: Gets what they would have issued for later.
        upto: How far processes had come that had not come to the end, or left something behind.
        anyway: An event to which a process cannot react leaves its memory as it is.
    """
    reached = upto or {}
    for kind in registry.reactors.values():
        if kind.correlate is None or kind.read_state is None or kind.write_state is None:
            continue
        states: dict[str, tuple[Any, int]] = {}
        for record in given:
            if record.type in kind.events and _handled(record.position, reached.get(kind.name)):
                with suppress(WorkbenchError) if anyway else nullcontext():
                    _remember(kind, registry, record, states, pending)
        for key, (state, began) in states.items():
            said = None if state is None else kind.write_state(state)
            yield SaveProcess(process=kind.name, key=key, state=said, began=began)


def _handled(position: int, reached: Reached | None) -> bool:
    return reached is None or (position <= reached.cursor and position not in reached.left)


def _remember(
    kind: ReactorType,
    registry: Registry,
    record: RecordedEvent,
    states: dict[str, tuple[Any, int]],
    pending: Pending,
) -> None:
    event = registry.read_event(record)
    with ProjectCode(f"{kind.name} could not react to {record.type}", record.data):
        if key := kind.correlate(event, record) if kind.correlate else None:
            context = ReactionContext(record.occurred_at, record)
            state, began = states.get(key, (None, 0))
            began = record.position if state is None else began
            state, reaction = kind.react(state, event, context)
            states[key] = state, began
            pending.setdefault((kind.name, key), Undone()).react(record, reaction)


def recall(store: Store, registry: Registry, upto: Mapping[str, Reached]) -> None:
    """Has processes know what the events of a store say that they knew, as far as they can react to them.

    Args:
        upto: As of `memories`.
    """
    reader = store.reader()
    try:
        store.write([*memories(registry, _History(registry, reader), {}, upto=upto, anyway=True)])
    finally:
        reader.close()


class _History(Iterable[RecordedEvent]):
    """The events that processes react to, read again whenever they are asked for."""

    def __init__(self, registry: Registry, reader: Reader) -> None:
        kinds = [one for one in registry.reactors.values() if one.stateful]
        self._types, self._reader = frozenset[str]().union(*(one.events for one in kinds)), reader

    def __iter__(self) -> Iterator[RecordedEvent]:
        after, head = 0, self._reader.head()
        while self._types and after < head:
            found, after = self._reader.read_types(self._types.__contains__, after, PAGE)
            yield from found


def starts(registry: Registry) -> Iterator[Operation]:
    """Yields what has every subscription, policy and process begin behind what is stored."""
    for one in registry.subscriptions.values():
        yield EnsureSubscription(name=one.name, topic=one.topic, cursor=None)
    for name in registry.reactors:
        yield EnsureSubscription(name=name, topic=LOG_TOPIC, cursor=None)
    yield EnsureSubscription(name=COMMANDS_TOPIC, topic=COMMANDS_TOPIC, cursor=None)

"""Turns what a scenario gives into a store's beginning: events that nothing reacts to any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from workbench.model.clock import ManualClock
from workbench.model.decision_context import ReactionContext
from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.ids import derived_id
from workbench.model.json_values import write_json
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC
from workbench.model.project_code import ProjectCode
from workbench.model.registry import Registry
from workbench.model.scenario import Occurrence, Scenario
from workbench.store.operations import Append, EnsureSubscription, EnsureTopic, Operation, SaveProcess


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


def memories(registry: Registry, given: Sequence[RecordedEvent]) -> Iterator[Operation]:
    """Yields what processes remember of the events that are given; what they would do is left undone."""
    for kind in registry.reactors.values():
        if kind.correlate is None or kind.read_state is None or kind.write_state is None:
            continue
        states: dict[str, tuple[Any, int]] = {}
        for record in given:
            if record.type in kind.events:
                event = registry.read_event(record)
                with ProjectCode(f"{kind.name} could not react to {record.type}", record.data):
                    if key := kind.correlate(event, record):
                        context = ReactionContext(record.occurred_at, record)
                        state, began = states.get(key, (None, 0))
                        began = record.position if state is None else began
                        states[key] = kind.react(state, event, context)[0], began
        for key, (state, began) in states.items():
            said = None if state is None else kind.write_state(state)
            yield SaveProcess(process=kind.name, key=key, state=said, began=began)


def starts(registry: Registry) -> Iterator[Operation]:
    """Yields what has every subscription, policy and process begin behind what is stored."""
    for one in registry.subscriptions.values():
        yield EnsureSubscription(name=one.name, topic=one.topic, cursor=None)
    for name in registry.reactors:
        yield EnsureSubscription(name=name, topic=LOG_TOPIC, cursor=None)
    yield EnsureSubscription(name=COMMANDS_TOPIC, topic=COMMANDS_TOPIC, cursor=None)

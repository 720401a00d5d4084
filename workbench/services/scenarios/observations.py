"""Looks at what followed in a rehearsal and says it in the words of a scenario's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.model.clock import MICROSECONDS
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.model.projection import ColumnKind
from workbench.model.scenario import Followed, Happened, Scenario, moment
from workbench.project.durations import write_duration
from workbench.services.scenarios.scenario_run import EVERYTHING, ScenarioWorld
from workbench.store.stored_values import ProjectionStatus

PAGE = 1000


def witness(scenario: Scenario, rehearsal: ScenarioWorld) -> Happened:
    """Returns what followed, as far as the scenario asks for it."""
    asked = {str(one.facts["topic"]) for one in scenario.then if "topic" in one.facts}
    projections = {str(one.facts["projection"]) for one in scenario.then if "projection" in one.facts}
    return Happened(
        refusals=tuple(rehearsal.done.refusals),
        events=tuple(_events(rehearsal)),
        commands=tuple(_commands(rehearsal)),
        messages=tuple(facts for topic in sorted(asked) for facts in _messages(rehearsal, topic)),
        letters=tuple(_letters(rehearsal)),
        rows={name: _rows(rehearsal, name) for name in projections},
        faults=dict(_faults(rehearsal)),
        seconds=(rehearsal.world.clock.now() - rehearsal.began) / MICROSECONDS,
        unfinished=rehearsal.unfinished or "; ".join(rehearsal.world.running().errors),
    )


def _events(rehearsal: ScenarioWorld) -> Iterator[Followed]:
    done = rehearsal.done
    for event in rehearsal.world.reader.read_log(done.before, EVERYTHING):
        if event.id not in done.events:
            facts = {"event": event.type, "stream": event.stream, "data": event.json()}
            yield Followed(facts=facts, direct=event.causation_id in done.commands)


def _commands(rehearsal: ScenarioWorld) -> Iterator[dict[str, Any]]:
    before = rehearsal.done.before
    found, _ = rehearsal.world.reader.read_topic(COMMANDS_TOPIC, lambda _type: False, before, EVERYTHING)
    for message in found:
        yield {
            "command": message.type,
            "by": (read_json(message.metadata) if message.metadata else {}).get("origin"),
            "after": write_duration(_delay(message)),
            "data": message.json(),
        }


def _delay(message: Message) -> float:
    if message.deliver_at is None:
        return 0.0
    return (message.deliver_at - message.published_at) / MICROSECONDS


def _messages(rehearsal: ScenarioWorld, topic: str) -> Iterator[dict[str, Any]]:
    routing, before = rehearsal.world.registry.routing, rehearsal.done.before
    found, _ = rehearsal.world.reader.read_topic(
        topic, lambda event: topic in routing.topics_of(event), before, EVERYTHING
    )
    for message in found:
        yield {"message": message.type, "topic": topic, "data": message.json()}


def _letters(rehearsal: ScenarioWorld) -> Iterator[dict[str, Any]]:
    for letter in rehearsal.letters():
        yield {
            "dead_letter": letter.subscription,
            "error": letter.error_type,
            "message": letter.error,
            "reason": letter.reason.value,
            "attempts": len(letter.attempts),
            "data": read_json(letter.data),
        }


def _rows(rehearsal: ScenarioWorld, name: str) -> dict[Any, Mapping[str, Any]]:
    projection = rehearsal.world.registry.projections[name]
    times = [column.name for column in projection.columns if column.kind is ColumnKind.TIME]
    found: dict[Any, Mapping[str, Any]] = {}
    after = None
    while True:
        page = rehearsal.world.reader.rows(name, where={}, after=after, limit=PAGE)
        for row in page.rows:
            said = {column: moment(row[column]) for column in times if row.get(column) is not None}
            after = row[projection.key]
            found[after] = {**row, **said}
        if not page.more:
            return found


def _faults(rehearsal: ScenarioWorld) -> Iterator[tuple[str, str]]:
    for name in rehearsal.world.registry.projections:
        live = rehearsal.world.reader.generations(name)[0]
        if live.status is ProjectionStatus.FAULTED:
            yield name, live.fault

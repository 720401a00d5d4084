"""Looks at what followed in a scenario's world and says it in the words of a scenario's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from workbench.errors import WorkbenchError
from workbench.model.calendar_spans import later
from workbench.model.clock import MICROSECONDS
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.model.scenario import Deed, FactKind, Facts, Followed, Happened, Scenario, moment
from workbench.model.scenario_verdict import unlisted_letters
from workbench.project.durations import read_span, write_duration
from workbench.services.commands.commands import Commands
from workbench.services.scenarios.log_deeds import LogDeeds
from workbench.services.scenarios.scenario_stage import EVERYTHING, Rows, ScenarioStage
from workbench.services.scenarios.typed_values import typed, typed_answer
from workbench.services.worlds.invariants import BrokenInvariant, InvariantWatch, commits
from workbench.store.stored_values import DeadLetter, ProjectionStatus


def witness(scenario: Scenario, scene: ScenarioStage) -> Happened:
    """Returns what followed, as far as the scenario asks for it."""
    asked = {str(one.facts["topic"]) for one in scenario.then if "topic" in one.facts}
    projections = {str(one.facts["projection"]) for one in scenario.then if "projection" in one.facts}
    return Happened(
        refusals=tuple(scene.done.refusals),
        events=tuple(_events(scene)),
        commands=tuple(_commands(scene, [one.facts for one in scenario.then if "command" in one.facts])),
        messages=tuple(facts for topic in sorted(asked) for facts in _messages(scene, topic)),
        letters=tuple(map(_letter, scene.letters())),
        rows={name: scene.rows(name) for name in projections},
        answers=tuple(_answer(scene, one.facts) for one in scenario.then if one.kind is FactKind.QUERY),
        faults=dict(_faults(scene)),
        undone=tuple(scene.undone),
        beside=tuple(
            facts
            for name in scene.world.registry.projections
            if name not in projections
            for facts in _changed_rows(name, scene.rows_before[name], scene.rows(name))
        ),
        broken=tuple(_broken(scene)),
        deeds=frozenset(_deeds(scene)),
        began=scene.began,
        seconds=(scene.world.clock.now() - scene.began) / MICROSECONDS,
        unfinished=scene.unfinished or "; ".join(scene.world.running().errors),
    )


def _broken(scene: ScenarioStage) -> Iterator[Facts]:
    """Yields the invariants that what followed broke; what is given is taken as it is (Y4)."""
    registry, reader = scene.world.registry, scene.reader
    if not registry.invariants:
        return
    watch, log = InvariantWatch(registry), reader.read_log(0, EVERYTHING)
    given = [one for one in log if one.position <= scene.done.before]
    watch.after(given)
    times = {one.position: moment(one.occurred_at) for one in log}
    found = [one for commit in commits(log[len(given) :]) for one in watch.after(commit)]
    for one in (*found, *broken_at_rest(watch, scene)):
        yield {"invariant": one.invariant, "words": one.words, "at": times.get(one.position, "")}


def broken_at_rest(watch: InvariantWatch, scene: ScenarioStage) -> list[BrokenInvariant]:
    """Returns which invariants a scenario breaks at its end, if nothing is left to do there (Y2, Y4)."""
    if not scene.at_rest:
        return []
    unexpected = {one.number for one in unexpected_letters(scene)}
    return watch.at_rest(scene.reader, {one.number for one in scene.letters()} - unexpected)


def unexpected_letters(scene: ScenarioStage) -> list[DeadLetter]:
    """Returns the open dead letters that the scenario does not expect as they are."""
    letters = scene.letters()
    return [letters[at] for at in unlisted_letters(scene.scenario, [_letter(one) for one in letters])]


def _deeds(scene: ScenarioStage) -> Iterable[Deed]:
    """Returns what happened behind what is given, also what went wrong and succeeded at another try."""
    deeds = LogDeeds(scene.world.registry, after=scene.done.before).read(scene.reader)
    for handler, error in scene.done.failures:
        deeds.fail(handler, [error])
    return deeds.times()


def _events(scene: ScenarioStage) -> Iterator[Followed]:
    done = scene.done
    for event in scene.reader.read_log(done.before, EVERYTHING):
        if event.id not in done.events:
            kind = scene.world.registry.events.get(event.type)
            data = typed(event.json(), kind.schema if kind is not None else {})
            at = moment(event.occurred_at)
            facts = {"event": event.type, "stream": event.stream, "at": at, "data": data}
            yield Followed(facts=facts, direct=event.causation_id in done.commands)


def _commands(scene: ScenarioStage, expected: Sequence[Facts]) -> Iterator[dict[str, Any]]:
    before = scene.done.before
    found, _ = scene.reader.read_topic(COMMANDS_TOPIC, lambda _type: False, before, EVERYTHING)
    for message in found:
        kind = scene.world.registry.commands.get(message.type)
        asked = [str(one["after"]) for one in expected if one["command"] == message.type and "after" in one]
        facts: dict[str, Any] = {
            "command": message.type,
            "by": (read_json(message.metadata) if message.metadata else {}).get("origin"),
            "after": _delay(message, asked),
            "at": moment(message.deliver_at or message.published_at),
            "data": typed(message.json(), kind.schema if kind is not None else {}),
        }
        yield {**facts, "withdrawn": True} if message.withdrawn else facts


def _delay(message: Message, asked: Iterable[str]) -> str:
    """Returns how much later a command is due, in the words of what is asked for where that is the same."""
    now, due = message.published_at, message.deliver_at or message.published_at
    same = (text for text in asked if later(now, read_span(text), "after") == due)
    return next(same, write_duration((due - now) / MICROSECONDS))


def _messages(scene: ScenarioStage, topic: str) -> Iterator[dict[str, Any]]:
    routing, before = scene.world.registry.routing, scene.done.before
    found, _ = scene.reader.read_topic(
        topic, lambda event: topic in routing.topics_of(event), before, EVERYTHING
    )
    for message in found:
        kind = scene.world.registry.events.get(message.type) if message.event else None
        yield {
            "message": message.type,
            "topic": topic,
            "at": moment(message.published_at),
            "data": typed(message.json(), kind.schema if kind is not None else {}),
        }


def _letter(letter: DeadLetter) -> Facts:
    return {
        "dead_letter": letter.subscription,
        "error": letter.error_type,
        "message": letter.error,
        "reason": letter.reason.value,
        "attempts": len(letter.attempts),
        "data": read_json(letter.data),
    }


def _changed_rows(name: str, before: Rows, after: Rows) -> Iterator[Facts]:
    """Yields rows that are new, the columns that are others, and rows that are gone."""
    for key, row in after.items():
        old = before.get(key, {})
        data = {column: value for column, value in row.items() if column not in old or old[column] != value}
        if data:
            yield {"row": key, "projection": name, "data": data}
    yield from ({"no_row": key, "projection": name} for key in before if key not in after)


def _answer(scene: ScenarioStage, asked: Facts) -> Facts:
    try:
        answer = Commands(scene.world).ask(asked["query"], asked.get("data", {}))
    except WorkbenchError as error:
        answer = f"it fails: {error}"
    return {**asked, "answer": typed_answer(answer)}


def _faults(scene: ScenarioStage) -> Iterator[tuple[str, str]]:
    for name in scene.world.registry.projections:
        live = scene.reader.generations(name)[0]
        if live.status is ProjectionStatus.FAULTED:
            yield name, live.fault

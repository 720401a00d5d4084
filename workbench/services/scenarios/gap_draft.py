"""Drafts the scenario that would fill a gap: tries short histories until one leads to what is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, ProjectError, WorkbenchError
from workbench.model.registry import Registry
from workbench.model.scenario import FactKind, Facts
from workbench.project.scenarios import FOLDER, read_scenarios, write_item
from workbench.services.commands.example_values import example_of
from workbench.services.scenarios.coverage import Try
from workbench.services.scenarios.log_deeds import ISSUES
from workbench.services.scenarios.scenario_edits import WrittenStep
from workbench.services.scenarios.step_forms import UUID, StepKind, begun
from workbench.tusk.write import INDENT, write_value

if TYPE_CHECKING:
    from workbench.model.scenario import ScenarioResult
    from workbench.services.scenarios.scenario_service import Scenarios

MOST = 200
"""Histories that are tried."""
SECONDS = 3.0
"""That trying them takes at most; the last one is run to its end."""
LONGEST = 120
"""Characters of the name that a scenario gets of what it tries."""
FURTHER = 2
"""Events of one stream behind the one with which it begins."""
FAR = 1_000
"""A number is varied by this much."""
_HOLE = "‹"
_TEXT = re.compile("'([^']+)'")
_NUMBER = re.compile(r"(?<![\w.'])\d{1,9}(?![\w.'])")


@dataclass(frozen=True, slots=True)
class _Story:
    """What is given and done."""

    given: tuple[Facts, ...]
    done: Facts

    def written(self, name: str, then: Sequence[Facts] = ()) -> str:
        """Returns it as a scenario."""
        given = [f"{INDENT}given: [{', '.join(map(write_item, self.given))}]"] if self.given else []
        expected = ", ".join(map(write_item, then))
        lines = [*given, f"{INDENT}when: {write_item(self.done)}", f"{INDENT}then: [{expected}]"]
        return "\n".join([f"{write_value(name)} {{", *lines, "}", ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDraft:
    """A scenario that tries something.

    Attributes:
        name: What it tries, in words.
        then: What must follow.
        fills: Whether it came to what is wanted when it was run, with nothing unexpected if that could be;
            else it is a beginning.
    """

    name: str
    story: _Story
    then: tuple[Facts, ...]
    fills: bool

    def written(self, name: str) -> str:
        """Returns it as it stands in a file, under a name."""
        return self.story.written(name, self.then)


async def drafted(scenarios: Scenarios, one: Try) -> GapDraft:
    """Returns a scenario for a gap; runs up to `MOST` of them, so that it is called beside the loop.

    Where none leads there it is the first one, with what must follow: a person fills in what is missing.

    Raises:
        InvalidValue: Nothing that a scenario can do leads there.
    """
    registry, clock = scenarios.project.registry, scenarios.clock
    name, then = one.words[:LONGEST], tuple(_expected(one))
    begun_at, first, failing = clock.monotonic(), None, None
    for story in islice(_stories(registry, one), MOST):
        first = first or story
        try:
            (read,) = read_scenarios(story.written(name, then), f"{FOLDER}/draft.tsk", registry)
        except (WorkbenchError, ProjectError):
            continue
        result = await scenarios.run_one(read)
        fills = bool(result.deeds.intersection(one.deeds))
        if fills and result.passed:
            came = tuple(_with_message(facts, result) for facts in then)
            return GapDraft(name=name, story=story, then=came, fills=True)
        failing = failing or (story if fills else None)
        if clock.monotonic() - begun_at > SECONDS:
            break
    found = failing or first
    if found is None:
        said = f"nothing that a scenario can do leads to it: {one.words}"
        raise InvalidValue(said, path="", hint="publish a message that does, in the window")
    return GapDraft(name=name, story=found, then=then, fills=failing is not None)


def _expected(one: Try) -> Iterator[Facts]:
    match one.kind:
        case "event":
            yield {FactKind.EVENT.value: one.name}
        case "refusal":
            said = one.name.rpartition(": ")[2]
            yield {"rejected": one.command} | ({"message": said} if said and _HOLE not in said else {})
        case "failure" if one.words.startswith(f"{one.by} rejects"):
            yield {"dead_letter": one.by}
        case "reaction" if one.deeds[0][2] == ISSUES:
            yield {"command": one.name, "by": one.by}


def _with_message(facts: Facts, result: ScenarioResult) -> Facts:
    """Returns an expected refusal with the message that came: another one would be none of it."""
    if FactKind.REJECTED.value not in facts or "message" in facts:
        return facts
    found = (line.found for part in result.parts for line in part.lines if line.found is not None)
    said = (one.get("message") for one in found if one.get("rejected") == facts["rejected"])
    message = next(filter(None, said), None)
    return {**facts, "message": message} if message else facts


# -- what could lead there ----------------------------------------------------------------------------------


def _stories(registry: Registry, one: Try) -> Iterator[_Story]:
    """Yields what could lead to it, short histories first."""
    words = _Words.of(registry, one)
    if one.command:
        command = registry.commands[one.command]
        owners, done = [place.aggregate for place in command.places], {"command": one.command}
        yield from _told(registry, owners, done, words, creates=command.creates is not False)
        return
    for event in _causes(registry, one):
        reader = registry.reactors.get(one.by)
        known = (event, *(reader.events if reader is not None and reader.stateful else ()))
        owners = [name for of in known for name, kind in registry.aggregates.items() if of in kind.events]
        yield from _told(registry, owners, {"event": event}, words, creates=True)


@dataclass(frozen=True, slots=True)
class _Words:
    """Texts and numbers of which the rules of something speak: values by which they differ."""

    texts: tuple[str, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, registry: Registry, one: Try) -> _Words:
        """Reads them from what is told of who does it."""
        told = " ".join(f"{flow.name} {flow.words}" for flow in registry.told_of(one.doer))
        texts = dict.fromkeys(_TEXT.findall(told))
        numbers = (int(found) + by for found in dict.fromkeys(_NUMBER.findall(told)) for by in (0, 1, -1))
        return cls(tuple(texts), tuple(dict.fromkeys(numbers)))


def _causes(registry: Registry, one: Try) -> list[str]:
    if one.cause:
        return [one.cause]
    if one.by in registry.reactors:
        return list(registry.reactors[one.by].events)
    return list(registry.handled_by(registry.subscriptions[one.by]))


def _told(
    registry: Registry, owners: Sequence[str], done: Facts, words: _Words, *, creates: bool
) -> Iterator[_Story]:
    """Yields histories of streams together with what is done then, and with other values in it."""
    own = [
        list(_histories(registry, kind, empty=creates or at > 0))
        for at, kind in enumerate(dict.fromkeys(owners))
    ]
    for several in sorted(product(*own), key=lambda some: sum(map(len, some)))[:MOST]:
        steps: list[WrittenStep] = []
        for event in (event for events in reversed(several) for event in events):
            steps.append(_step(begun(registry, _kind("given", {"event": event}), steps)))
        given = tuple(facts for step in steps for facts in step.said if isinstance(facts, Mapping))
        facts = begun(registry, _kind("when", done), steps)
        if isinstance(facts, Mapping):
            yield from (_Story(given, other) for other in _varied(registry, facts, words))
            for last in _chosen(registry, given[-1]) if given else ():
                yield _Story((*given[:-1], last), facts)


def _histories(registry: Registry, aggregate: str, *, empty: bool) -> Iterator[tuple[str, ...]]:
    events = tuple(registry.aggregates[aggregate].events)
    emitted = {
        flow.name
        for name, command in registry.commands.items()
        if command.creates is not False and aggregate in command.over
        for flow in registry.flows_of(f"command:{name}")
        if flow.verb == "emits"
    }
    beginnings = [event for event in events if event in emitted] or list(events)
    yield from [()] * empty
    for further in range(FURTHER + 1):
        yield from ((one, *rest) for one in beginnings for rest in product(events, repeat=further))


def _kind(part: str, facts: Facts) -> StepKind:
    return StepKind(part=part, words="", facts=facts, icon="")


def _step(said: Facts | str) -> WrittenStep:
    return WrittenStep(part="given", number=0, text="", said=(said,))


def _varied(registry: Registry, facts: Facts, words: _Words) -> Iterator[Facts]:
    """Yields it as it is, with all fields, each choice that one has, and other numbers and texts."""
    yield facts
    data: Mapping[str, Any] = facts.get("data", {})
    fields = {name: one for name, one in fields_of(registry, facts).items() if name not in _ids(registry)}
    lacking = (name for name in fields if data.get(name) is None)
    whole = {**data, **{name: example_value(fields[name]) for name in lacking}}
    if whole != data:
        yield {**facts, "data": whole}
    free = [name for name in fields if not fields[name].get("enum")]
    yield {**facts, "data": {**whole, **{name: _other(whole[name]) for name in free}}}
    yield from _chosen(registry, facts)
    for name in free:
        for value in _spoken_of(whole[name], words):
            yield {**facts, "data": {**data, name: value}}


def _chosen(registry: Registry, facts: Facts) -> Iterator[Facts]:
    """Yields it with each choice that a field has."""
    data: Mapping[str, Any] = facts.get("data", {})
    for name, field in fields_of(registry, facts).items():
        for choice in field.get("enum", ()):
            if name not in _ids(registry) and data.get(name) != choice:
                yield {**facts, "data": {**data, name: choice}}


def _spoken_of(value: Any, words: _Words) -> Iterator[Any]:
    if isinstance(value, str):
        yield from words.texts
        yield from (f"{value}{text}" for text in words.texts)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from words.numbers


def _other(value: Any) -> Any:
    """Returns another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + FAR
    return f"{value}s" if isinstance(value, str) else value  # also an address stays one


def _ids(registry: Registry) -> frozenset[str]:
    return frozenset(place.id for command in registry.commands.values() for place in command.places)


def example_value(field: Mapping[str, Any]) -> Any:
    """Returns a value that a field can have, not null."""
    return example_of(
        {
            "properties": {
                "one": {key: said for key, said in field.items() if key != "default" or said is not None}
            },
            "required": ["one"],
        },
        lambda: UUID,
        needed=True,
    )["one"]


def fields_of(registry: Registry, facts: Facts) -> dict[str, Mapping[str, Any]]:
    """Returns the fields of what is done, with what they refer to in place."""
    name = str(facts.get("command"))
    kind = registry.commands[name] if name in registry.commands else registry.events[str(facts["event"])]
    known: Mapping[str, Any] = kind.schema.get("$defs", {})
    schema = _resolved(kind.schema, known)
    return {name: _resolved(field, known) for name, field in schema.get("properties", {}).items()}


def _resolved(field: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a field is where it is not null."""
    found = dict(known.get(str(field.get("$ref", "")).rpartition("/")[2], field))
    others = [one for one in found.pop("anyOf", ()) if one.get("type") != "null"]
    return {**found, **_resolved(others[0], known)} if others else found

"""A scenario of generated commands, from the schemas of their forms: a beginning for exploring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from workbench.errors import CallerError, InvalidValue
from workbench.model.ids import derived_id
from workbench.model.scenario import FilePlace, IssuedCommand, Scenario, ScenarioStep
from workbench.project.scenarios import FOLDER
from workbench.services.commands.example_values import example_of
from workbench.services.scenarios.gap_draft import example_value, fields_of

if TYPE_CHECKING:
    from workbench.model.command import CommandType
    from workbench.model.registry import Registry

GENERATED = 6
"""Commands, as many orders as they have are explored soon."""
HALF = 0.5
STREAMS = 2
"""Of each kind at most, so that commands meet."""
MISSING = 0.1
"""How likely a field names a stream that was not begun, and a beginning one that was."""
PLACE = FilePlace(file=f"{FOLDER}/generated.tsk", line=1, column=1)


def generated_scenario(registry: Registry, count: int, seed: int = 1) -> Scenario:
    """Returns a scenario that issues commands which people give; the same seed gives the same.

    Those that policies, processes and handlers issue follow by themselves; of these, an operator may give
    those that concern what people begin, such as a cancellation, a few times. The first command begins a
    stream, each of the others begins one or concerns one that was begun; choices are made by chance. A field
    that is called as an aggregate or its id names a stream that was begun before, now and then a missing one.

    Raises:
        InvalidValue: The model has no command that begins a stream.
    """
    given = {name: registry.commands[name] for name in _given(registry)} or registry.commands
    first = [one for one in given.values() if one.creates is not False]
    if not first:
        raise InvalidValue("no command that people give begins a stream", path="", hint="explore a scenario")
    random, ids = Random(f"generated/{seed}"), dict[str, list[Any]]()  # noqa: S311  # no secret
    named = _named(registry)
    steps, left = [], dict.fromkeys(_operated(registry), STREAMS)
    for number in range(count):
        begun = {name for name, own in ids.items() if len(own) >= STREAMS}
        new = [one for one in first if one.aggregate not in begun]
        ready = [one for one in given.values() if _ready(one, ids)]
        operated = [one for name in left if left[name] and _ready(one := registry.commands[name], ids)]
        possible = [*new, *ready, *ready, *operated] or first
        met = [one for one in possible if all(of in ids for of in _references(one, named).values())]
        kind = random.choice(met or possible)
        if kind.name in left:
            left[kind.name] -= 1
        data = _data(registry, kind, random, ids, number, seed)
        _refer(kind, data, _references(kind, named), random, ids)
        act = IssuedCommand(command=kind.name, data=data)
        steps.append(ScenarioStep(act=act))
    return Scenario(name=f"{count} generated commands, seed {seed}", place=PLACE, when=tuple(steps))


def told_of(scenario: Scenario, registry: Registry) -> str:
    """Returns in words which commands were generated, and which ones never are."""
    issued = Counter(one.act.command for one in scenario.when if isinstance(one.act, IssuedCommand))
    said = f"generated: {', '.join(f'{name} {count}×' for name, count in issued.items())}"
    if left := sorted(set(registry.commands) - {*_given(registry), *_operated(registry)}):
        said += f"; left out, as policies, processes or handlers issue them: {', '.join(left)}"
        said += " (those that name an actor in by are generated)"
    return said


def _given(registry: Registry) -> list[str]:
    """Returns the commands that people give: those that actors have, and those that nothing issues."""
    follow = {one for kind in registry.reactors.values() for one in kind.commands}
    told = [registry.flows_of(f"subscription:{name}") for name in registry.subscriptions]
    follow |= {flow.name for flows in told for flow in flows if flow.verb == "issues"}
    own = {flow.name for actor in registry.actors for flow in registry.flows_of(f"external:{actor}")}
    return [name for name in registry.commands if name in own or name not in follow]


def _operated(registry: Registry) -> list[str]:
    """Returns the commands that follow by themselves, but concern what people begin: an operator may, too."""
    given = _given(registry)
    begun = {
        registry.commands[name].aggregate for name in given if registry.commands[name].creates is not False
    }
    return [
        name
        for name, kind in registry.commands.items()
        if name not in given and kind.aggregate in begun and kind.creates is not True
    ]


def _ready(kind: CommandType, ids: dict[str, list[Any]]) -> bool:
    """Whether what a command changes was begun."""
    own, *others = kind.places
    needed = [own, *(one for one in others if one.creates is False)]
    return kind.creates is not True and all(one.aggregate in ids for one in needed)


def _named(registry: Registry) -> dict[str, str]:
    """Returns the aggregates that fields name: by their own name, and by what commands call their ids."""
    found: dict[str, set[str]] = {}
    for kind in registry.commands.values():
        for place in kind.places:
            found.setdefault(place.id, set()).add(place.aggregate)
    by_id = {name: min(of) for name, of in found.items() if len(of) == 1}
    return by_id | {name: of for of in registry.aggregates for name in (of, f"{of}_id")}


def _references(kind: CommandType, named: Mapping[str, str]) -> dict[str, str]:
    """Returns the fields that name a stream which the command does not decide over, and its aggregate."""
    own = {place.id for place in kind.places}
    return {name: named[name] for name in sorted(kind.fields - own) if name in named}


def _refer(
    kind: CommandType,
    data: dict[str, Any],
    references: Mapping[str, str],
    random: Random,
    ids: Mapping[str, list[Any]],
) -> None:
    """Has fields name streams that were begun, where the command takes that."""
    for name, aggregate in references.items():
        if not (begun := ids.get(aggregate)):
            continue
        value = random.choice(begun)
        if random.random() < MISSING:
            value = _another(kind, {**data, name: begun[0]}, name, len(begun))
        with suppress(CallerError):
            kind.parse({**data, name: value})
            data[name] = value


def _data(
    registry: Registry, kind: CommandType, random: Random, ids: dict[str, list[Any]], number: int, seed: int
) -> dict[str, Any]:
    """Returns values that the command takes; where an id of another shape is not taken it is the example."""
    named = {place.id for place in kind.places}
    asked = {**kind.schema, "required": [*kind.schema.get("required", ()), *named]}
    data = example_of(asked, lambda: str(derived_id("generated", seed, number)), needed=True)
    for name, field in fields_of(registry, {"command": kind.name}).items():
        if name not in named and (choices := field.get("enum")):
            data[name] = random.choice(choices)
        elif name not in named and data.get(name) is None and random.random() < HALF:
            data[name] = example_value(field)
    for place in kind.places:
        own = ids.setdefault(place.aggregate, [])
        often = 1 - MISSING if place.creates else HALF
        new = not own or (place.creates is not False and len(own) < STREAMS and random.random() < often)
        example = data[place.id]
        data[place.id] = (
            _another(kind, data, place.id, len(own))
            if new and own
            else example
            if new
            else random.choice(own)
        )
        if data[place.id] not in own:
            own.append(data[place.id])
    return data


def _another(kind: CommandType, data: dict[str, Any], name: str, number: int) -> Any:
    """Returns another id than the example, if the command takes one."""
    example = data[name]
    for value in (f"{example}{number + 1}", f"{example}{'abc'[number % 3]}", example):
        try:
            kind.parse({**data, name: value})
        except CallerError:
            continue
        return value
    return example

"""What states and rows are behind each move of a stepped world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.model.expressions.cel_values import Wrong
from workbench.model.secrets import masked
from workbench.project.declared.value_classes import as_json
from workbench.services.scenarios.scenario_stage import EVERYTHING
from workbench.services.worlds.log_facts import ROW, STATE, Fact, LogFacts
from workbench.services.worlds.moves import MoveKind

if TYPE_CHECKING:
    from workbench.services.worlds.stepped_world import SteppedWorld

LONGEST = 200
"""Characters of a value."""
Part = tuple[str, str]
"""A stream, or a read model and the key of a row; and a field of it, empty where it has none."""
Parts = Mapping[Part, str]
"""Parts of states and rows with their values as JSON text, secrets masked."""


def parts_behind(world: SteppedWorld) -> list[Parts]:
    """Returns for each move that was made what states and rows are behind it.

    Rows are those that handlers find then: a read model that something decides by has folded what its own
    moves were, all others every event. Read models whose rows handlers write are left out.
    """
    registry = world.world.registry
    shown = {name for name, one in registry.projections.items() if not one.by_handlers}
    late = {name: LogFacts(registry, (), projections=(name,)) for name in shown & world.deciding}
    prompt = LogFacts(registry, (), states=registry.aggregates, projections=shown - late.keys())
    known: dict[Part, str] = {}
    found: list[Parts] = []
    upto: dict[str, int] = {}

    def fold(folded: LogFacts, name: str, position: int) -> None:
        after = upto.get(name, 0)
        upto[name] = max(after, position)  # behind a crash it may follow again
        for fact in folded.take(world.reader.read_log(after, EVERYTHING, upto=upto[name])):
            for gone in [one for one in known if one[0] == _named(fact)]:
                del known[gone]
            known.update(((_named(fact), field), said) for field, said in _fields(world, folded, fact))

    for deed in world.deeds:
        fold(prompt, "", deed.last)
        move = deed.move
        if move.kind is MoveKind.PROJECTION and move.name in late:
            fold(late[move.name], move.name, move.at)
        found.append(dict(known))
    return found


def _named(fact: Fact) -> str:
    return f"{fact[1]}-{fact[2]}" if fact[0] == STATE else f"{fact[1]} {fact[-1]}"


def _fields(world: SteppedWorld, folded: LogFacts, fact: Fact) -> Iterator[Part]:
    """Yields the fields of a state or row with their values."""
    if fact[0] not in {STATE, ROW} or len(fact) < 3:
        return
    try:
        value = _value(world, folded, fact)
    except Wrong as error:
        yield "", str(error)
        return
    if not isinstance(value, dict):
        yield "", _text(value)
        return
    for name, one in value.items():
        yield name, _text(one)


def _value(world: SteppedWorld, folded: LogFacts, fact: Fact) -> Any:
    kind, name, subject = fact
    if kind == STATE:
        state = folded.state(name, subject)
        return masked(as_json(world.world.registry.aggregates[name].show_state(state)))
    row = folded.row(name, subject)
    return masked(as_json(folded.told_row(name, row))) if row is not None else {}


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()[:LONGEST]

"""Finds what the parts of a model say of each other that is not so, before it comes out while they run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from workbench.errors import InvalidName
from workbench.model.hints import did_you_mean
from workbench.model.json_values import check_name
from workbench.model.projection import misnamed
from workbench.model.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One thing that is not so.

    Attributes:
        kind: Of the part that says it, as a section of a project file is called, such as ``command``.
        name: Of that part.
    """

    kind: str
    name: str
    message: str
    hint: str = ""


def contradictions_in(registry: Registry) -> list[Contradiction]:
    """Returns all that a model's parts say of each other that is not so."""
    return [
        *_names(registry),
        *_commands(registry),
        *_projections(registry),
        *_reactors(registry),
    ]


def unread_topics(registry: Registry) -> list[str]:
    """Returns topics whose messages have no reader, though something is routed to them."""
    read = {one.topic for one in registry.subscriptions.values()}
    routed = {topic for event in registry.events for topic in registry.routing.topics_of(event)}
    return [name for name in registry.topics if name in routed and name not in read]


def _names(registry: Registry) -> Iterator[Contradiction]:
    """Finds names that the store refuses, and aggregates whose streams would be another one's."""
    kinds: dict[str, Mapping[str, object]] = {
        "aggregate": registry.aggregates,
        "command": registry.commands,
        "event": registry.events,
        "projection": registry.projections,
        "policy": registry.reactors,
        "topics": registry.topics,
        "subscriptions": registry.subscriptions,
    }
    for kind, found in kinds.items():
        for name in found:
            try:
                check_name(name, what="its name")
            except InvalidName as error:
                yield Contradiction(kind=kind, name=name, message=error.message, hint=error.hint)
    for name in registry.aggregates:
        if "-" in name:
            said = f"its streams would be taken for those of {name.partition('-')[0]!r}"
            yield Contradiction(kind="aggregate", name=name, message=said, hint="write the name without -")


def _commands(registry: Registry) -> Iterator[Contradiction]:
    for name, command in registry.commands.items():
        for one in command.places:
            if one.aggregate not in registry.aggregates:
                said = f"it involves {one.aggregate}, which is no aggregate of the model"
                known = ", ".join(sorted(registry.aggregates))
                yield Contradiction(kind="command", name=name, message=said, hint=f"there are: {known}")


def _projections(registry: Registry) -> Iterator[Contradiction]:
    for name, projection in registry.projections.items():
        if said := misnamed(name, [column.name for column in projection.columns]):
            yield Contradiction(kind="projection", name=name, message=said)
        for event in projection.handlers():
            yield from _unknown("projection", name, "event", event, registry.events)


def _reactors(registry: Registry) -> Iterator[Contradiction]:
    for name, reactor in registry.reactors.items():
        kind = "process" if reactor.stateful else "policy"
        for event in reactor.events:
            yield from _unknown(kind, name, "event", event, registry.events)
        for command in reactor.commands:
            yield from _unknown(kind, name, "command", command, registry.commands)


def _unknown(kind: str, name: str, what: str, said: str, known: Collection[str]) -> Iterator[Contradiction]:
    if said not in known:
        hint = did_you_mean(said, known, f"list its class with an aggregate's {what}s")
        yield Contradiction(kind=kind, name=name, message=f"no aggregate has the {what} {said}", hint=hint)

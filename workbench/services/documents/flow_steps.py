"""Tells a model step by step: what is asked for, what happens, who reads it, and what follows by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from workbench.model.command_order import command_order
from workbench.model.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One step of a flow.

    Attributes:
        kind: ``actor``, ``command``, ``event``, ``projection``, ``query`` or ``reaction``.
        name: Of that command, event, …; the subscription's for a handler that reacts.
        sources: Numbers of the earlier steps that lead to it, counted from 0.
        again: It was told before, and what follows from it too.
    """

    kind: str
    name: str
    sources: tuple[int, ...] = ()
    again: bool = False


def flow_steps_of(registry: Registry) -> tuple[FlowStep, ...]:
    """Returns all steps: each command that no reaction issues with all that follows from it, then the rest.

    Every command, event, reaction, read model and query is told: a reaction wherever it issues something, a
    read model once, behind all its events, and a query behind the read models that it asks.
    """
    teller = _Teller(registry, reactions_of(registry))
    teller.tell()
    return tuple(teller.steps)


def steps_about(steps: Sequence[FlowStep], only: Collection[str] | None) -> tuple[FlowStep, ...]:
    """Returns the steps of some nodes of the board, each with those of its sources that are left.

    Args:
        only: Ids of the nodes, such as ``subscription:billing``; None for all.
    """
    kept = [at for at, one in enumerate(steps) if only is None or node_id(one.kind, one.name) in only]
    places = {at: place for place, at in enumerate(kept)}
    return tuple(
        replace(steps[at], sources=tuple(places[one] for one in steps[at].sources if one in places))
        for at in kept
    )


def node_id(kind: str, name: str) -> str:
    """Returns the id of the board's node that is a step's."""
    word = {"reaction": "subscription", "actor": "external"}.get(kind, kind)
    return f"{word}:{name}"


def reactions_of(registry: Registry) -> dict[str, tuple[str, ...]]:
    """Returns the policies, processes and subscriptions, each with the events that it handles."""
    found = {name: one.events for name, one in registry.reactors.items()}
    return found | {name: registry.handled_by(one) for name, one in registry.subscriptions.items()}


def emitted_by(registry: Registry, command: str) -> tuple[str, ...]:
    """Returns the events that a command is known to emit, once each."""
    flows = registry.flows_of(f"command:{command}")
    return tuple(dict.fromkeys(one.name for one in flows if one.verb == "emits"))


def issued_by(registry: Registry, reaction: str, event: str = "") -> tuple[str, ...]:
    """Returns the commands that a reaction is known to issue, once each.

    Args:
        event: Only those that may follow from this event.
    """
    flows = registry.flows_of(f"subscription:{reaction}")
    fitting = (one for one in flows if one.verb == "issues" and (not event or one.cause in {"", event}))
    return tuple(dict.fromkeys(one.name for one in fitting if one.name in registry.commands))


def askers_of(registry: Registry, command: str) -> tuple[str, ...]:
    """Returns the actors and outside systems that give a command."""
    return tuple(
        name
        for name in registry.actors
        if any(one.verb == "issues" and one.name == command for one in registry.flows_of(f"external:{name}"))
    )


def asked_by(registry: Registry, query: str) -> tuple[str, ...]:
    """Returns the read models that a query is known to ask, once each."""
    rules = (one for one in registry.rules_of(f"query:{query}") if one.verb in {"lists", "gets"})
    return tuple(dict.fromkeys(one.name for one in rules if one.name in registry.projections))


@dataclass(slots=True)
class _Teller:
    registry: Registry
    reactions: dict[str, tuple[str, ...]]
    steps: list[FlowStep] = field(default_factory=list)
    first: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """Where each was told first, by kind, name, and for a reaction what led to it."""

    def tell(self) -> None:
        for command in command_order(self.registry):
            if ("command", command, "") not in self.first:
                askers = askers_of(self.registry, command)
                self._follow("command", command, [self._add("actor", name) for name in askers])
                self._read()
        for event in self.registry.events:
            if ("event", event, "") not in self.first:
                self._follow("event", event, [])
        told = {name for kind, name, _ in self.first if kind == "reaction"}
        for name, events in self.reactions.items():
            if name not in told and (events or name in self.registry.reactors):
                self._add("reaction", name, [self.first["event", one, ""] for one in events])
        self._read(unknown=True)

    def _follow(self, kind: str, name: str, sources: Sequence[int]) -> None:
        """Tells a thing and all that follows from it, each before the next one beside it."""
        todo = deque([(kind, name, sources, "")])
        while todo:
            kind, name, sources, cause = todo.popleft()
            again = (kind, name, cause) in self.first
            number = self._add(kind, name, sources, cause, again=again)
            if not again:
                led = [*self._next(kind, name, cause)]
                todo.extendleft(
                    (*one, [number], name if one[0] == "reaction" else "") for one in reversed(led)
                )

    def _next(self, kind: str, name: str, cause: str) -> Iterator[tuple[str, str]]:
        if kind == "command":
            yield from (("event", one) for one in emitted_by(self.registry, name))
        elif kind == "event":
            reactions = (one for one, events in self.reactions.items() if name in events)
            yield from (("reaction", one) for one in reactions if issued_by(self.registry, one, name))
        elif kind == "reaction":
            yield from (("command", one) for one in issued_by(self.registry, name, cause))

    def _read(self, *, unknown: bool = False) -> None:
        """Tells read models and queries all of whose sources have been told; in the end all others, too."""
        projections = self.registry.projections.items()
        self._behind("projection", "event", ((name, one.handlers()) for name, one in projections), unknown)
        asked = ((name, asked_by(self.registry, name)) for name in self.registry.queries)
        self._behind("query", "projection", ((name, one) for name, one in asked if one or unknown), unknown)

    def _behind(
        self, kind: str, source: str, things: Iterable[tuple[str, Iterable[str]]], unknown: bool
    ) -> None:
        for name, sources in things:
            places = [self.first.get((source, one, "")) for one in sources]
            known = [one for one in places if one is not None]
            if (kind, name, "") not in self.first and (unknown or len(known) == len(places)):
                self._add(kind, name, known)

    def _add(
        self, kind: str, name: str, sources: Sequence[int] = (), cause: str = "", *, again: bool = False
    ) -> int:
        number = len(self.steps)
        self.steps.append(FlowStep(kind=kind, name=name, sources=tuple(sources), again=again))
        self.first.setdefault((kind, name, cause), number)
        return number

"""Finds loops of events, policies and commands in which nothing has a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from workbench.model.model_flow import ModelFlow
from workbench.model.registry import Registry


@dataclass(frozen=True, slots=True)
class LoopStep:
    """What follows from an event without a condition: who issues which command, and what that emits.

    Attributes:
        by: ``policy NAME`` or ``process NAME``.
        way: The command; where it follows from a refusal, what was refused stands before it.
    """

    by: str
    way: str
    event: str

    @property
    def command(self) -> str:
        """The command that is issued first."""
        return self.way.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class EndlessLoop:
    """A way from an event to itself.

    Attributes:
        event: With which it begins.
    """

    event: str
    steps: tuple[LoopStep, ...]

    @property
    def way(self) -> str:
        """All of it, such as ``a.sent → policy p → send → a.sent``."""
        return " → ".join([self.event, *(f"{one.by} → {one.way} → {one.event}" for one in self.steps)])

    @property
    def said(self) -> str:
        """What it is, as a sentence."""
        return f"this never ends{' while it is refused' if ' → refused → ' in self.way else ''}: {self.way}"


def endless_loops(registry: Registry) -> list[EndlessLoop]:
    """Returns each way from an event to itself on which nothing has a condition or waits.

    A way through ``refused`` goes on as long as that command is refused.

    Only what is declared is looked at: what Python does under which condition is not known.
    """
    emitted = {name: list(_emitted(registry, name)) for name in registry.commands}
    steps = {event: list(_steps(registry, event, emitted)) for event in registry.events}
    found: dict[frozenset[str], EndlessLoop] = {}
    for event in registry.events:
        if way := _way_back(event, steps):
            found.setdefault(frozenset(one.event for one in way), EndlessLoop(event, tuple(way)))
    return list(found.values())


def _emitted(registry: Registry, command: str) -> Iterator[str]:
    """Yields the events that a command emits whenever it is issued; none where it may be refused."""
    if f"rules:command:{command}" not in registry.flows or _may_be_refused(registry, command):
        return
    for one in registry.flows_of(f"command:{command}"):
        if one.verb == "emits" and not one.words:
            yield one.name


def _may_be_refused(registry: Registry, command: str) -> bool:
    rules = registry.flows.get(f"rules:command:{command}", ())
    return registry.commands[command].creates or any(one.verb == "refuses" for one in rules)


def _steps(registry: Registry, event: str, emitted: Mapping[str, list[str]]) -> Iterator[LoopStep]:
    for name, reactor in registry.reactors.items():
        flows = registry.flows_of(f"subscription:{name}")
        if any(one.verb == "consumes" and "ends" in one.words.split(" by ")[0] for one in flows):
            continue
        kind = "process" if reactor.stateful else "policy"
        for way, command in _issued(registry, [one for one in flows if one.cause == event]):
            for made in emitted.get(command, ()):
                yield LoopStep(f"{kind} {name}", way, made)


def _issued(registry: Registry, flows: Iterable[ModelFlow]) -> Iterator[tuple[str, str]]:
    """Yields what is issued without a condition, also where another one is refused: the way, the name."""
    ways = {"": ""}
    for one in flows:
        if one.verb == "issues" and one.words in ways:
            way = ways[one.words] + one.name
            yield way, one.name
            if _may_be_refused(registry, one.name):
                refused = f"if {one.name} is refused"
                ways[f"{one.words}, {refused}" if one.words else refused] = f"{way} → refused → "


def _way_back(event: str, steps: Mapping[str, list[LoopStep]]) -> list[LoopStep]:
    """Returns the shortest way from an event to itself; empty if there is none."""
    ways, seen = [[one] for one in steps[event]], {event}
    for way in ways:
        if way[-1].event == event:
            return way
        if way[-1].event not in seen:
            seen.add(way[-1].event)
            ways += [[*way, one] for one in steps.get(way[-1].event, ())]
    return []

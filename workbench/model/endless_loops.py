"""Finds loops of events, policies and commands in which nothing has a condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.model.registry import Registry


@dataclass(frozen=True, slots=True)
class _Step:
    """What follows from an event without a condition: who issues which command, and what that emits."""

    by: str
    command: str
    event: str


def endless_loops(registry: Registry) -> list[str]:
    """Returns each way from an event to itself on which nothing has a condition or waits, in words.

    Only what is declared is looked at: what Python does under which condition is not known.
    """
    emitted = {name: list(_emitted(registry, name)) for name in registry.commands}
    steps = {event: list(_steps(registry, event, emitted)) for event in registry.events}
    found: dict[frozenset[str], str] = {}
    for event in registry.events:
        if way := _way_back(event, steps):
            said = " → ".join(f"{one.by} → {one.command} → {one.event}" for one in way)
            found.setdefault(frozenset(one.event for one in way), f"{event} → {said}")
    return list(found.values())


def _emitted(registry: Registry, command: str) -> Iterator[str]:
    """Yields the events that a command emits whenever it is issued; none where it may be refused."""
    rules = registry.flows.get(f"rules:command:{command}")
    if rules is None or any(one.verb == "refuses" for one in rules) or registry.commands[command].creates:
        return
    for one in registry.flows_of(f"command:{command}"):
        if one.verb == "emits" and not one.words:
            yield one.name


def _steps(registry: Registry, event: str, emitted: Mapping[str, list[str]]) -> Iterator[_Step]:
    for name, reactor in registry.reactors.items():
        flows = registry.flows_of(f"subscription:{name}")
        if any(one.verb == "consumes" and "ends" in one.words.split(" by ")[0] for one in flows):
            continue
        kind = "process" if reactor.stateful else "policy"
        for one in flows:
            if one.verb == "issues" and one.cause == event and not one.words:
                for made in emitted.get(one.name, ()):
                    yield _Step(f"{kind} {name}", one.name, made)


def _way_back(event: str, steps: Mapping[str, list[_Step]]) -> list[_Step]:
    """Returns the shortest way from an event to itself; empty if there is none."""
    ways, seen = [[one] for one in steps[event]], {event}
    for way in ways:
        if way[-1].event == event:
            return way
        if way[-1].event not in seen:
            seen.add(way[-1].event)
            ways += [[*way, one] for one in steps.get(way[-1].event, ())]
    return []

"""The order in which a story tells commands: what begins an aggregate before what changes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workbench.model.registry import Registry


def command_order(registry: Registry) -> tuple[str, ...]:
    """Returns the names of all commands, aggregate by aggregate as they are declared, beginners first.

    Before a command stand those that begin the aggregates over which it and all that follows from it are
    decided. What reactions issue follows by itself, and stands last.
    """
    names = [name for owner in registry.aggregates.values() for name in owner.commands]
    leads = _leads(registry)
    follows = {name: dict.fromkeys(_follow(registry, name, leads)) for name in names}
    issued = {one for found in leads.values() for one in found}
    begins: dict[str, list[str]] = {}
    for name in names:
        if registry.commands[name].creates and name not in issued:
            begins.setdefault(registry.commands[name].aggregate, []).append(name)
    told: dict[str, None] = {}
    for name in sorted(names, key=issued.__contains__):
        _tell(registry, name, follows, begins, told)
    return tuple(told)


def _tell(
    registry: Registry,
    name: str,
    follows: dict[str, dict[str, None]],
    begins: dict[str, list[str]],
    told: dict[str, None],
) -> None:
    """Adds a command behind what begins that which it changes; a ring is told from where it is met."""
    walk, met = [name], {name}
    while walk:
        here = walk[-1]
        changed = [registry.commands[one] for one in (here, *follows[here])]
        owners = dict.fromkeys(one.aggregate for one in changed if not one.creates)
        before = (one for owner in owners for one in begins.get(owner, ()))
        due = next((one for one in before if one not in told and one not in met), "")
        if due:
            met.add(due)
            walk.append(due)
        else:
            told.setdefault(walk.pop())


def _follow(registry: Registry, name: str, leads: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yields the commands that reactions issue after a command, directly or by others."""
    todo, met = [name], {name}
    while todo:
        events = [one.name for one in registry.flows_of(f"command:{todo.pop()}") if one.verb == "emits"]
        for issued in (one for event in events for one in leads.get(event, ())):
            if issued not in met:
                met.add(issued)
                todo.append(issued)
                yield issued


def _leads(registry: Registry) -> dict[str, list[str]]:
    """Returns the commands that reactions issue, by the events from which they may follow."""
    found: dict[str, list[str]] = {}
    for name in (*registry.reactors, *registry.subscriptions):
        for flow in registry.flows_of(f"subscription:{name}"):
            if flow.verb != "issues" or flow.name not in registry.commands:
                continue
            for event in [flow.cause] if flow.cause else _heard(registry, name):
                found.setdefault(event, []).append(flow.name)
    return found


def _heard(registry: Registry, name: str) -> Sequence[str]:
    one = registry.reactors.get(name)
    return one.events if one is not None else registry.handled_by(registry.subscriptions[name])

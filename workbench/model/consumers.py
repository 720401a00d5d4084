"""Who reads events: read models, policies, processes and subscriptions."""

from __future__ import annotations

from workbench.model.registry import Registry


def consumers_of(registry: Registry) -> dict[str, tuple[str, ...]]:
    """Returns the ids of the nodes that read each type of event, such as ``projection:orders``.

    The state of an aggregate is no consumer: it is folded from its own events by whom they are read.
    """
    found: dict[str, list[str]] = {name: [] for name in registry.events}
    readers = {f"projection:{name}": tuple(one.handlers()) for name, one in registry.projections.items()}
    readers |= {f"subscription:{name}": one.events for name, one in registry.reactors.items()}
    readers |= {
        f"subscription:{name}": registry.handled_by(one) for name, one in registry.subscriptions.items()
    }
    for reader, events in readers.items():
        for event in events:
            found.setdefault(event, []).append(reader)
    return {event: tuple(dict.fromkeys(names)) for event, names in found.items()}

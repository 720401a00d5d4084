"""Who receives events of some types: said before history is brought in (B3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbench.model.messaging import LOG_TOPIC, Subscription
from workbench.model.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Something of the model that gets events.

    Attributes:
        kind: ``read model``, ``subscription``, ``policy`` or ``process``.
        events: How many it gets; a filter may keep some of them back.
        reads_only: Whether it only writes rows that can be rebuilt.
    """

    kind: str
    name: str
    events: int
    reads_only: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({self.events:,})"


def receivers_of(registry: Registry, types: Mapping[str, int]) -> tuple[Receiver, ...]:
    """Returns who gets events, those that act on them first.

    Args:
        types: How many events there are of each type.
    """
    found = [
        *(
            _receiver("subscription", one.name, types, _wanted(registry, one))
            for one in registry.subscriptions.values()
        ),
        *(
            _receiver("process" if one.stateful else "policy", one.name, types, one.events.__contains__)
            for one in registry.reactors.values()
        ),
        *(
            _receiver("read model", one.name, types, one.handlers().__contains__, reads_only=True)
            for one in registry.projections.values()
        ),
    ]
    return tuple(one for one in found if one.events)


def _receiver(
    kind: str, name: str, types: Mapping[str, int], wanted: Callable[[str], bool], *, reads_only: bool = False
) -> Receiver:
    count = sum(number for type_name, number in types.items() if wanted(type_name))
    return Receiver(kind=kind, name=name, events=count, reads_only=reads_only)


def _wanted(registry: Registry, subscription: Subscription) -> Callable[[str], bool]:
    topics_of = registry.routing.topics_of

    def wanted(type_name: str) -> bool:
        if subscription.types and type_name not in subscription.types:
            return False
        return subscription.topic == LOG_TOPIC or subscription.topic in topics_of(type_name)

    return wanted

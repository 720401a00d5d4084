"""Who receives events of some types: said before history is brought in (B3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from workbench.model.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Something of the model that gets events.

    Attributes:
        kind: ``read model``, ``subscription``, ``policy`` or ``process``.
        events: How many it gets, at most where it is filtered.
        filtered: Whether a filter may keep some of them back.
        reads_only: Whether it only writes rows that can be rebuilt.
    """

    kind: str
    name: str
    events: int
    filtered: bool = False
    reads_only: bool = False

    def __str__(self) -> str:
        most = "up to " if self.filtered else ""
        return f"{self.kind} {self.name} ({most}{self.events:,})"


def receivers_of(registry: Registry, types: Mapping[str, int]) -> tuple[Receiver, ...]:
    """Returns who gets events, those that act on them first.

    Args:
        types: How many events there are of each type.
    """
    found = [
        *(
            Receiver(
                kind="subscription",
                name=one.name,
                events=_count(types, partial(registry.gets, one)),
                filtered=not one.filter.empty,
            )
            for one in registry.subscriptions.values()
        ),
        *(
            Receiver(
                kind="process" if one.stateful else "policy",
                name=one.name,
                events=_count(types, one.events.__contains__),
            )
            for one in registry.reactors.values()
        ),
        *(
            Receiver(
                kind="read model",
                name=one.name,
                events=_count(types, one.handlers().__contains__),
                reads_only=True,
            )
            for one in registry.projections.values()
        ),
    ]
    return tuple(one for one in found if one.events)


def _count(types: Mapping[str, int], wanted: Callable[[str], bool]) -> int:
    return sum(number for type_name, number in types.items() if wanted(type_name))

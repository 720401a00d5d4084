"""Two models over one log: what each calls what is stored, and the state that each makes of a stream."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.errors import InvalidEvent, UnknownEvent, WorkbenchError
from workbench.model.error_text import error_sentence, error_text
from workbench.model.json_differences import Difference, differences
from workbench.model.secrets import without_secrets
from workbench.services.design.schema_trial import reason_of
from workbench.services.streams.stream_history import masked_difference

if TYPE_CHECKING:
    from workbench.model.aggregate import AggregateType
    from workbench.model.event import RecordedEvent
    from workbench.model.registry import Registry

Told = Callable[[str, int, int], object]
"""Told what is looked at, and how much of how much of it; what it raises ends the work."""
NO_AGGREGATE = "no aggregate of the model has this category"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideModel:
    """One of two models, given events that are read as the new one calls them.

    Attributes:
        called: What this one calls types that the reader calls otherwise (U3).
    """

    registry: Registry
    called: Mapping[str, str] = field(default_factory=dict)

    def own(self, event: RecordedEvent) -> RecordedEvent:
        """Returns an event with the name that this model has for its type."""
        name = self.called.get(event.type)
        return event if name is None else msgspec.structs.replace(event, type=name)

    def wants(self, types: Collection[str]) -> Callable[[str], bool]:
        """Returns whether events are of types that this model calls so, asked by the reader's names."""
        return lambda name: self.called.get(name, name) in types


def both_sides(old: Registry, new: Registry) -> tuple[SideModel, SideModel]:
    """Returns both models for a reader that calls types as the new one does."""
    stored, before = new.stored_names(), {below: name for name, below in old.stored_names().items()}
    names = {*new.events, *stored.values(), *old.events, *before}
    called = {name: before.get(stored.get(name, name), stored.get(name, name)) for name in names}
    return (
        SideModel(registry=old, called={name: own for name, own in called.items() if own != name}),
        SideModel(registry=new),
    )


class StateFold:
    """The state of one stream as one model folds it; stops at the first event that cannot be folded.

    Attributes:
        trouble: Why there is no state; empty if all is well.
    """

    __slots__ = ("_aggregate", "_model", "state", "trouble", "version")

    def __init__(self, model: SideModel, aggregate: AggregateType | None) -> None:
        self._model, self._aggregate = model, aggregate
        self.state: Any = None
        self.version = 0
        self.trouble = "" if aggregate is not None else NO_AGGREGATE

    def take(self, event: RecordedEvent) -> None:
        """Folds the next event."""
        self.version = event.version
        if self.trouble or self._aggregate is None:
            return
        try:
            value = self._model.registry.read_event(self._model.own(event))
            self.state = self._aggregate.evolve(self.state, value)
        except KeyboardInterrupt:
            raise
        except (InvalidEvent, UnknownEvent) as error:
            self._fail(f"{event.type}: {reason_of(event.type, error)}")
        except BaseException as error:  # noqa: BLE001  # code of the model may raise anything
            self._fail(f"{event.type}: {without_secrets(reason(error), event.data)}")

    def _fail(self, said: str) -> None:
        self.trouble, self.state = f"cannot be folded: {said}", None

    def shown(self, fields: Collection[str]) -> dict[str, Any] | None:
        """Returns these fields of the state as plain values; None where there is no state."""
        if self._aggregate is None or self.state is None:
            return None
        found = self._aggregate.show_state(self.state)
        return {name: found.get(name) for name in fields}


def state_differences(old: StateFold, new: StateFold, fields: Collection[str]) -> list[Difference]:
    """Returns how a state differs in fields that both have, secrets masked; empty where neither folds."""
    if old.trouble or new.trouble:
        if old.trouble and new.trouble:
            return []
        return [Difference("changed", "", old.trouble or "a state", new.trouble or "a state")]
    before, after = old.shown(fields), new.shown(fields)
    if before == after:
        return []
    if before is None or after is None:
        words = ("no state" if one is None else "a state" for one in (before, after))
        return [Difference("changed", "", *words)]
    return [masked_difference(one) for one in differences(before, after)]


def state_fields(model: Registry, aggregate: str) -> tuple[str, ...]:
    """Returns the names of the fields of an aggregate's state; none where the model has no such aggregate."""
    known = model.declared.get(aggregate)
    return tuple(one.encode_name for one in msgspec.structs.fields(known.state)) if known is not None else ()


def reason(error: BaseException) -> str:
    """Returns why something failed, in a sentence."""
    return error_text(error) if isinstance(error, WorkbenchError) else error_sentence(error)

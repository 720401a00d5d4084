"""Appends an event by hand: checked as one that a command makes, and recorded as an operator's act (B4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.engine.aggregate_loader import AggregateLoader, with_new
from workbench.errors import ANY, InvalidEvent, InvalidValue, WrongExpectedVersion
from workbench.model.error_text import error_text
from workbench.model.event import NewEvent, event_data
from workbench.model.hints import did_you_mean
from workbench.model.json_values import check_name, check_words, write_json
from workbench.model.marks import BY_HAND
from workbench.model.operator_acts import OperatorAct
from workbench.model.secrets import without_secrets
from workbench.store.operations import Append
from workbench.store.rules import fits
from workbench.store.stored_values import AppendResult

REASON = 2_000
"""Characters of the reason."""

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.event import EventType
    from workbench.project.project import Project

Fault = tuple[tuple[str | int, ...], str]
"""The place of a field, and what is wrong there."""
_MISSING = re.compile(r"Object missing required field `(.+)`")
_STEPS = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMade:
    """An event as a person wants it.

    Attributes:
        data: Its fields.
        why: For the record.
        expected: Version that the stream must be at, 0 for a new one; None for any.
    """

    stream: str
    type: str
    data: Mapping[str, Any]
    why: str
    expected: int | None = None


class EventAppend:
    """Events in, one by one, without a command."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def types(self, stream: str) -> list[str]:
        """Returns the events that a stream may get: those of its aggregate, all where it has none."""
        registry = self._world.registry
        aggregate = registry.aggregate_of_stream(stream)
        return list(aggregate.events if aggregate is not None else registry.events)

    def faults(self, name: str, data: Mapping[str, Any]) -> list[Fault]:
        """Returns what of an event's fields does not fit its type; empty if all is well."""
        return _read(self._kind(name), data)[1]

    async def append(self, made: HandMade) -> AppendResult:
        """Appends an event and records the act, both or neither; returns where it stands.

        The stream's aggregate, where there is one, must be able to fold it as the stream is then.

        Raises:
            InvalidName: The stream cannot be called so.
            InvalidEvent: There is no such event, its fields do not fit its type, or the stream's aggregate
                has no such event or cannot fold it; says which.
            InvalidValue: Nothing says why, or too much does.
            WrongExpectedVersion, StreamClosed: The stream is at another version (A8), or closed (A2).
            StoreReadOnly: This window only observes.
        """
        check_name(made.stream, what="the stream")
        if not made.why.strip():
            raise InvalidValue("say why the event is appended: it is recorded with it", path="why")
        check_words(made.why, what="the reason", most=REASON)
        kind = self._kind(made.type)
        event = self._event(kind, made)
        version = await self._world.ask(partial(self._fitting, kind, made, event))
        append = Append(stream=made.stream, events=(event,), expected=version)
        note = self._world.record(
            OperatorAct.APPEND,
            f"stream {made.stream}",
            f"{made.type}: {made.why.strip()}",
            count=1,
            counts=False,
        )
        answers = await self._world.act(append, note)
        result: AppendResult = answers[0]
        return result

    def _kind(self, name: str) -> EventType:
        events = self._world.registry.events
        if name not in events:
            meant = did_you_mean(name, events)
            raise InvalidEvent(f"there is no event {name} in the model", path="type", hint=meant)
        return events[name]

    def _event(self, kind: EventType, made: HandMade) -> NewEvent:
        data, faults = _read(kind, made.data)
        if faults:
            told = "; ".join(f"{'.'.join(map(str, loc)) or 'it'} {said}" for loc, said in faults)
            raise InvalidEvent(f"{kind.name} cannot be appended: {told}", path="data")
        return NewEvent(
            id=self._world.running().new_id(),
            type=kind.name,
            schema_version=kind.version,
            data=data,
            metadata=write_json({BY_HAND: True, "who": self._world.who, "why": made.why.strip()}),
        )

    def _fitting(self, kind: EventType, made: HandMade, event: NewEvent) -> int:
        """Returns the version of the stream at which the event fits; reads it, so call it in a thread."""
        registry, reader = self._world.registry, self._world.reader
        aggregate, info = registry.aggregate_of_stream(made.stream), reader.stream(made.stream)
        version, expected = info.version if info else 0, ANY if made.expected is None else made.expected
        if not fits(expected, version):
            raise WrongExpectedVersion(made.stream, expected=expected, actual=version)
        if aggregate is None:
            return version
        if kind.name not in aggregate.events:
            said = f"{made.stream} is a stream of {aggregate.name}, which has no event {kind.name}"
            raise InvalidEvent(said, path="type", hint=f"it has {', '.join(aggregate.events)}")
        loaded = AggregateLoader(reader, registry).load(aggregate, made.stream)
        with_new(aggregate, made.stream, loaded, [(event, kind.decode(event.data))])
        return loaded.version


def _read(kind: EventType, data: Mapping[str, Any]) -> tuple[str, list[Fault]]:
    """Returns an event's fields as the JSON text that is stored, defaults among them, and what is wrong."""
    if unknown := [name for name in data if name not in fields_of(kind.schema)]:
        return "", [((name,), f"is no field of {kind.name}") for name in unknown]
    try:
        return event_data(kind.decode(write_json(dict(data)))), []
    except (msgspec.MsgspecError, ValueError, InvalidValue) as error:
        return "", [_fault(without_secrets(error_text(error), data))]


def fields_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the fields of an object's schema, each with its own; a reference at its root is followed."""
    if "$ref" in schema:
        schema = schema.get("$defs", {}).get(str(schema["$ref"]).rpartition("/")[2], {})
    found: Mapping[str, Any] = schema.get("properties", {})
    return found


def _fault(said: str) -> Fault:
    """Returns the place that msgspec names behind what it says, and the rest."""
    told, _, place = said.partition(" - at ")
    steps = [name or int(index) for name, index in _STEPS.findall(place.strip("`"))]
    if missing := _MISSING.fullmatch(told):
        return (*steps, missing[1]), "must be given"
    return tuple(steps), f"does not fit: {told[:1].lower()}{told[1:]}"

"""What a command comes to on given states, and how that is appended: in the order of the decision (K8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from workbench.engine.aggregate_loader import Loaded, with_new
from workbench.errors import CallerError, CommandRejected, InvalidEvent, WrongExpectedVersion
from workbench.model.aggregate import AggregateType
from workbench.model.command import CommandType
from workbench.model.decision_context import DecisionContext, For
from workbench.model.event import NewEvent, written
from workbench.model.ids import NewId
from workbench.model.project_code import ProjectCode
from workbench.model.registry import Registry
from workbench.store.operations import Append
from workbench.store.rules import fits
from workbench.store.stored_values import CommandRecord


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command comes to on the states that it is decided over: events, or why not.

    Attributes:
        loaded: The states, that of its own aggregate first.
        events: In order, each with the number of the state that it is for.
        after: The states with the events.
    """

    loaded: tuple[Loaded, ...]
    events: tuple[tuple[int, NewEvent], ...] = ()
    after: tuple[Loaded, ...] = ()
    refusal: CallerError | None = None

    def appends(self, streams: Sequence[str]) -> Iterator[Append]:
        """Yields an append for each run of events of one stream; each stream is expected as it was loaded.

        The first one is that of the command's own stream; a stream without events is only expected.
        """
        if len(streams) == 1:  # nearly always
            events = tuple(event for _, event in self.events)
            yield Append(stream=streams[0], events=events, expected=self.loaded[0].version)
            return
        versions = [one.version for one in self.loaded]
        runs = [(at, tuple(event for _, event in run)) for at, run in groupby(self.events, itemgetter(0))]
        if not runs or runs[0][0]:
            runs.insert(0, (0, ()))
        runs += [(at, ()) for at in {*range(len(streams))} - {at for at, _ in runs}]
        for at, events in runs:
            yield Append(stream=streams[at], events=events, expected=versions[at])
            versions[at] += len(events)


class Decider:
    """Decides commands as a model says; reads and writes nothing."""

    def __init__(self, registry: Registry, new_id: NewId) -> None:
        self._registry, self._new_id = registry, new_id
        self._owners = {event: one.name for one in registry.aggregates.values() for event in one.events}

    def aggregates(self, kind: CommandType) -> tuple[AggregateType, ...]:
        """Returns what a command is decided over, its own first."""
        known = self._registry.aggregates
        if not kind.involves:
            return (known[kind.aggregate],)
        return tuple(known[place.aggregate] for place in kind.places)

    def decide(
        self,
        kind: CommandType,
        command: Any,
        base: CommandRecord,
        now: int,
        streams: tuple[str, ...],
        loaded: tuple[Loaded, ...],
        expected: int | None = None,
    ) -> Decision:
        """Returns what a command comes to on these states; what refuses it is a part of the answer.

        Args:
            base: Says the command's ids and data.
            now: The time of the decision (K5).
            expected: The version that its sender expects; None for any.
        """
        decide = self._registry.aggregates[kind.aggregate].decide
        try:
            _check_expected(kind, expected, streams, loaded)
            context = DecisionContext(now, _states(kind, loaded))
            with ProjectCode(f"{kind.name} could not be decided", base.data):
                decided = decide(loaded[0].state, command, context)
                return self._new_events(kind, decided, base, context.at, streams, loaded)
        except CallerError as refusal:
            return Decision(loaded, refusal=refusal)

    def _new_events(
        self,
        kind: CommandType,
        decided: Any,
        base: CommandRecord,
        now: int,
        streams: tuple[str, ...],
        loaded: tuple[Loaded, ...],
    ) -> Decision:
        events: list[tuple[int, NewEvent]] = []
        folds: list[list[tuple[NewEvent, Any]]] = [[] for _ in loaded]
        for said in decided:
            event = said.event if isinstance(said, For) else said
            known = self._registry.events.get(event.event_type)
            if known is None:
                raise InvalidEvent(f"{type(event).__name__} is not an event of this model", path="")
            place = self._place(kind, said, known.name) if kind.involves else 0
            data, value = written(event, known.decode)
            new = NewEvent(
                id=self._new_id(),
                type=known.name,
                schema_version=known.version,
                data=data,
                occurred_at=now,
                correlation_id=base.correlation_id,
                causation_id=base.command_id,
            )
            events.append((place, new))
            folds[place].append((new, value))
        after = map(with_new, self.aggregates(kind), streams, loaded, folds)
        return Decision(loaded, tuple(events), tuple(after))

    def _place(self, kind: CommandType, said: Any, event: str) -> int:
        """Returns which of the aggregates that a command is decided over an event is for (K8)."""
        names = ["", *kind.involves]
        if isinstance(said, For):
            if said.name not in names:
                raise InvalidEvent(f"{kind.name} involves no {said.name}", path="")
            return names.index(said.name)
        owner = self._owners.get(event)
        return next((at for at, place in enumerate(kind.places) if place.aggregate == owner), 0)


def _check_expected(
    kind: CommandType, expected: int | None, streams: tuple[str, ...], loaded: tuple[Loaded, ...]
) -> None:
    """K2, K4 and K8, before anything is decided."""
    if expected is not None and not fits(expected, loaded[0].version):
        raise WrongExpectedVersion(streams[0], expected=expected, actual=loaded[0].version)
    for at, place in enumerate(kind.places):
        stream, version = streams[at], loaded[at].version
        if place.creates and version:
            raise CommandRejected(f"{stream} exists already, at version {version}", field=place.id)
        if place.creates is False and not version:
            raise CommandRejected(f"{stream} does not exist", field=place.id)
        if at and stream in streams[:at]:
            raise CommandRejected(f"{stream} is meant twice, and two are needed", field=place.id)


def _states(kind: CommandType, loaded: tuple[Loaded, ...]) -> dict[str, Any]:
    if not kind.involves:
        return dict.fromkeys(kind.absent)
    found = {name: one.state for name, one in zip(kind.involves, loaded[1:], strict=True)}
    return {**dict.fromkeys(kind.absent), **found} if kind.absent else found

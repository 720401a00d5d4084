"""Loads aggregates: cached state or snapshot, then the events behind it, upcast and folded (K1)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from workbench.model.aggregates import AggregateType
from workbench.model.registry import Registry
from workbench.store.ports import EventReader

PAGE = 1000
KEPT = 2000


@dataclass(frozen=True, slots=True)
class Loaded:
    """An aggregate's state and the version that it is the fold of; version 0 has no state (K4)."""

    version: int
    state: Any


EMPTY = Loaded(0, None)


class AggregateLoader:
    """Loads and remembers aggregates; the memory is bounded and always brought up to date by a short read."""

    def __init__(self, reader: EventReader, registry: Registry) -> None:
        self._reader = reader
        self._registry = registry
        self._cache: OrderedDict[str, Loaded] = OrderedDict()

    def load(self, aggregate: AggregateType, stream: str) -> Loaded:
        """Returns the present state.

        Raises:
            UnknownEvent: The stream holds an event that the model does not know (U2).
        """
        loaded = self._cache.get(stream) or self._from_snapshot(aggregate, stream)
        loaded = self._fold(aggregate, stream, loaded, upto=None)
        self.remember(stream, loaded)
        return loaded

    def at_version(self, aggregate: AggregateType, stream: str, version: int) -> Loaded:
        """Returns the state as it was at a version of the past; nothing is remembered."""
        start = self._from_snapshot(aggregate, stream)
        return self._fold(aggregate, stream, start if start.version <= version else EMPTY, upto=version)

    def remember(self, stream: str, loaded: Loaded) -> None:
        """Keeps a state for the next load."""
        if loaded.version:
            self._cache[stream] = loaded
            self._cache.move_to_end(stream)
            if len(self._cache) > KEPT:
                self._cache.popitem(last=False)

    def _from_snapshot(self, aggregate: AggregateType, stream: str) -> Loaded:
        snapshot = self._reader.snapshot(stream)
        if snapshot is None or snapshot.state_hash != aggregate.state_hash:
            return EMPTY
        return Loaded(snapshot.version, aggregate.read_state(snapshot.state))

    def _fold(self, aggregate: AggregateType, stream: str, start: Loaded, upto: int | None) -> Loaded:
        version, state = start.version, start.state
        while upto is None or version < upto:
            limit = PAGE if upto is None else min(PAGE, upto - version)
            page = self._reader.read_stream(stream, after=version, limit=limit)
            for record in page:
                state = aggregate.evolve(state, self._registry.read_event(record))
                version = record.version
            if len(page) < limit:
                break
        return Loaded(version, state)

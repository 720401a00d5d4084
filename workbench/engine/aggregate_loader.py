"""Loads aggregates: cached state or snapshot, then the events behind it, upcast and folded (K1)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidEvent, ModelFailed, WorkbenchError
from workbench.model.aggregate import AggregateType
from workbench.model.error_text import error_sentence, error_text
from workbench.model.event import NewEvent, StoredData
from workbench.model.registry import Registry
from workbench.model.secrets import without_secrets
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
    """Loads and remembers aggregates; the memory is bounded.

    What is remembered is taken as it is while the stream is known to stand at its version, else brought up to
    date by a short read. Each commit of this process is told to `committed`; what another one wrote is found
    by the expected version, and then `forget` is called, or by `refresh` (K2).
    """

    def __init__(self, reader: EventReader, registry: Registry) -> None:
        self._reader = reader
        self._registry = registry
        self._cache: OrderedDict[str, Loaded] = OrderedDict()
        self._heads: dict[str, int | None] = {}

    def load(self, aggregate: AggregateType, stream: str) -> Loaded:
        """Returns the present state.

        Raises:
            UnknownEvent: The stream holds an event that the model does not know (U2).
        """
        loaded = self._cache.get(stream)
        if loaded is not None and self._heads.get(stream) == loaded.version:
            self._cache.move_to_end(stream)
            return loaded
        start = loaded or self._from_snapshot(aggregate, stream)
        loaded = self._fold(aggregate, stream, start, upto=None)
        self._heads[stream] = loaded.version
        self._remember(stream, loaded)
        return loaded

    def refresh(self, aggregate: AggregateType, stream: str) -> Loaded:
        """Returns the state as the store has it, also where another process wrote it; raises as `load`."""
        info = self._reader.stream(stream)
        self.committed(stream, info.version if info else 0)
        return self.load(aggregate, stream)

    def committed(self, stream: str, version: int | None) -> None:
        """Notes which version a stream came to; None where only the store knows."""
        if stream in self._cache:
            self._heads[stream] = version

    def advance(self, stream: str, loaded: Loaded) -> None:
        """Remembers a state that was just stored: the one that a replay of its stream gives."""
        known = stream in self._cache
        self._remember(stream, loaded)
        if not known:  # then its version is not known
            self._heads[stream] = None

    def forget(self, stream: str) -> None:
        """Has the next load read the stream again."""
        self._cache.pop(stream, None)
        self._heads.pop(stream, None)

    def at_version(self, aggregate: AggregateType, stream: str, version: int) -> Loaded:
        """Returns the state as it was at a version of the past; nothing is remembered."""
        start = self._from_snapshot(aggregate, stream)
        return self._fold(aggregate, stream, start if start.version <= version else EMPTY, upto=version)

    def _remember(self, stream: str, loaded: Loaded) -> None:
        if not loaded.version:
            self.forget(stream)
            return
        self._cache[stream] = loaded
        self._cache.move_to_end(stream)
        if len(self._cache) > KEPT:
            oldest, _ = self._cache.popitem(last=False)
            self._heads.pop(oldest, None)

    def _from_snapshot(self, aggregate: AggregateType, stream: str) -> Loaded:
        snapshot = self._reader.snapshot(stream)
        if snapshot is None or snapshot.state_hash != aggregate.state_hash:
            return EMPTY
        return Loaded(snapshot.version, aggregate.read_state(snapshot.state))

    def _fold(self, aggregate: AggregateType, stream: str, start: Loaded, upto: int | None) -> Loaded:
        version, state = start.version, start.state
        while upto is None or version < upto:
            limit = PAGE if upto is None else min(PAGE, upto - version)
            page = self._reader.read_data(stream, after=version, limit=limit)
            for record in page:
                state = _evolved(aggregate, state, self._registry.read_event(record), record)
                version = record.version
            if len(page) < limit:
                break
        return Loaded(version, state)


def with_new(
    aggregate: AggregateType, stream: str, loaded: Loaded, new: Iterable[tuple[NewEvent, Any]]
) -> Loaded:
    """Returns an aggregate with events that are to be appended to it (K1).

    Args:
        new: Each with what a replay will read of it.

    Raises:
        InvalidEvent: The aggregate cannot fold one of them, so it must not be stored.
    """
    version, state = loaded.version, loaded.state
    for event, value in new:
        try:
            state = aggregate.evolve(state, value)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            said = without_secrets(_reason(error), event.data)
            raise InvalidEvent(f"{stream} cannot fold {event.type}: {said}", path="") from error
        version += 1
    return Loaded(version, state)


def _reason(error: BaseException) -> str:
    return error_text(error) if isinstance(error, WorkbenchError) else error_sentence(error)


def _evolved(aggregate: AggregateType, state: Any, event: Any, record: StoredData) -> Any:
    try:
        return aggregate.evolve(state, event)
    except (WorkbenchError, KeyboardInterrupt):
        raise
    except BaseException as error:
        said = without_secrets(error_sentence(error), record.data)
        raise ModelFailed(f"{record.type} at position {record.position} cannot be folded: {said}") from error

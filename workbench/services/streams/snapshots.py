"""Looks at the snapshot of a stream, and compares it with the fold of its events (S1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ReadTooLong, WorkbenchError
from workbench.model.error_text import error_sentence
from workbench.model.json_values import read_json
from workbench.store.paging import stream_events

if TYPE_CHECKING:
    from workbench.model.aggregate import AggregateType
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotSight:
    """The snapshot of a stream: the store keeps the newest one.

    Attributes:
        version: Of the stream, that the snapshot is the fold of.
        last: The stream's present version.
        size: Of the state as it is stored, in bytes.
        state: As plain values.
        used: Whether the present model reads it; one that an earlier definition folded is left alone (K1).
    """

    stream: str
    version: int
    last: int
    size: int
    state: Any
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotCheck:
    """A snapshot beside what the present model folds from the events up to its version.

    Attributes:
        folded: As plain values.
        alike: Whether both are the same.
        trouble: Why there is no fold; empty if all is well.
    """

    folded: Any = None
    alike: bool = False
    trouble: str = ""


def snapshot_of(registry: Registry, reader: Reader, stream: str) -> SnapshotSight | None:
    """Returns the snapshot of a stream; None where it has none."""
    kept, info = reader.snapshot(stream), reader.stream(stream)
    if kept is None or info is None:
        return None
    aggregate = registry.aggregate_of_stream(stream)
    return SnapshotSight(
        stream=stream,
        version=kept.version,
        last=info.version,
        size=len(kept.state.encode()),
        state=read_json(kept.state),
        used=aggregate is not None and kept.state_hash == aggregate.state_hash,
    )


def checked(registry: Registry, reader: Reader, sight: SnapshotSight) -> SnapshotCheck:
    """Folds a stream up to the version of its snapshot, from its first event; reads these, so in a thread."""
    aggregate = registry.aggregate_of_stream(sight.stream)
    if aggregate is None:
        return SnapshotCheck(trouble="no aggregate of the model has this category")
    try:
        folded = read_json(_folded(aggregate, registry, reader, sight))
    except ReadTooLong:
        raise
    except Exception as error:  # noqa: BLE001  # the aggregate's code may raise anything
        said = error.message if isinstance(error, WorkbenchError) else error_sentence(error)
        return SnapshotCheck(trouble=said)
    return SnapshotCheck(folded=folded, alike=folded == sight.state)


def _folded(aggregate: AggregateType, registry: Registry, reader: Reader, sight: SnapshotSight) -> str:
    state: Any = None
    for event in stream_events(reader, sight.stream):
        if event.version > sight.version:
            break
        state = aggregate.evolve(state, registry.read_event(event))
    return aggregate.write_state(state)

"""Looks at streams, events, states and what caused what, which changes nothing (I12); closes streams."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.engine.aggregate_loader import AggregateLoader
from workbench.errors import NotFound, ReadTooLong, WorkbenchError
from workbench.model.aggregate import AggregateType
from workbench.model.error_text import error_sentence
from workbench.model.event import RecordedEvent
from workbench.model.operator_acts import OperatorAct
from workbench.model.secrets import masked
from workbench.services.streams.snapshots import SnapshotCheck, SnapshotSight, checked, snapshot_of
from workbench.services.streams.stream_history import History, HistoryStep, StreamFold
from workbench.store.operations import CloseStream
from workbench.store.paging import stream_events
from workbench.store.ports import Reader
from workbench.store.stored_values import Glance, LogEntry, StreamInfo

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

LATELY = 500
"""Positions at the end of the log in which is looked for the streams that were changed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAt:
    """A stream's state at a version, and what the event of that version changed.

    Attributes:
        before: State one version earlier, as plain values; None where there was none.
        after: State at the version.
        trouble: Why there is no state: no aggregate in the model, an unknown event; empty if all is well.
    """

    version: int
    before: Any
    after: Any
    trouble: str = ""


class Streams:
    """Reads for views; each is short enough to be called while painting, where it does not say otherwise."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    @property
    def _reader(self) -> Reader:
        return self._world.reader

    def head(self) -> int:
        """Returns the highest position."""
        return self._reader.head()

    def count(self) -> int:
        """Returns how many streams there are; they are numbered 1 to this."""
        return self._reader.stream_count()

    def page(self, first: int, limit: int) -> list[StreamInfo]:
        """Returns streams by number, from ``first``."""
        return self._reader.streams(first, limit)

    def numbered(self, numbers: Sequence[int]) -> list[StreamInfo]:
        """Returns the streams with these numbers, in the order asked for."""
        return self._reader.streams_numbered(numbers)

    def find(
        self, *, text: str = "", category: str = "", order: str = "-updated", limit: int = -1, behind: int = 0
    ) -> array[int]:
        """Returns the numbers of all streams that fit; looks at the whole store, so call it in a thread.

        Args:
            order: ``number``, ``name``, ``version`` or ``updated``; ``-`` in front turns it round.
            limit: How many at most; below 0 for all.
            behind: Those alone that have an event behind this position.
        """
        return self._reader.find_streams(
            text=text, category=category, order=order, limit=limit, behind=behind
        )

    async def search(self, text: str, limit: int) -> list[StreamInfo]:
        """Returns the streams with that part in their names, the last changed first; looks in a thread."""
        numbers = await self._world.ask(partial(self.find, text=text, limit=limit))
        return self.numbered(numbers) if numbers else []

    def recent(self, limit: int) -> list[str]:
        """Returns the names of streams, the last changed first; quick in a store of any size.

        Behind those of the last `LATELY` positions stand the ones that were made last.
        """
        lately = self._reader.log(max(1, self._reader.head() - LATELY + 1), LATELY)
        names = [entry.stream for entry in reversed(lately) if entry.event]
        made = self._reader.streams(max(1, self._reader.stream_count() - limit + 1), limit)
        return list(dict.fromkeys([*names, *(stream.name for stream in reversed(made))]))[:limit]

    def beginning(self, prefix: str, limit: int) -> list[StreamInfo]:
        """Returns the first streams whose names begin so; quick in a store of any size."""
        return self._reader.streams_from(prefix, limit)

    def categories(self, behind: int = 0) -> list[tuple[str, int]]:
        """Returns the categories of streams with their counts: of all, or those with higher numbers."""
        return self._reader.categories(behind)

    def get(self, name: str) -> StreamInfo | None:
        """Returns one stream."""
        return self._reader.stream(name)

    def entries(self, stream: str, versions: Sequence[int]) -> list[LogEntry]:
        """Returns the events of a stream that have these versions, without payloads."""
        return self._reader.stream_entries(stream, versions)

    def times(self, stream: str, after: int, limit: int) -> array[int]:
        """Returns when the first events behind version ``after`` happened; microseconds since 1970."""
        return self._reader.stream_times(stream, after, limit)

    def log_runs(self, after: int = 0) -> list[range]:
        """Returns the positions above ``after`` at which something stands, as runs without gaps (I3)."""
        return self._reader.log_runs(after)

    def log(self, first: int, limit: int) -> list[LogEntry]:
        """Returns the first ``limit`` events and messages at positions from ``first``."""
        return self._reader.log(first, limit)

    def log_at(self, positions: Sequence[int]) -> list[LogEntry]:
        """Returns what stands at some positions; what stands there no more is left out."""
        return self._reader.log_at(positions)

    def position_before(self, time: int) -> int:
        """Returns the highest position recorded before a time (microseconds since 1970), 0 if none."""
        return self._reader.position_before(time)

    def glance(self, stream: str, version: int) -> Glance[RecordedEvent] | None:
        """Returns the event of a stream at a version, with the beginning of its payload."""
        return self.glance_at(self._reader.position_of(stream, version))

    def glance_at(self, position: int) -> Glance[RecordedEvent] | None:
        """Returns the event at a position, with the beginning of its payload; None where a message stands."""
        return self._reader.event_glance(position)

    def event(self, event_id: UUID) -> RecordedEvent | None:
        """Returns the event with an id."""
        return self._reader.event(event_id)

    def event_at(self, position: int) -> RecordedEvent | None:
        """Returns the event at a position, None where a message stands."""
        return self._reader.event_at(position)

    def state_size(self, stream: str, version: int, most: int) -> int:
        """Returns how many bytes must be read for the state at a version; -1 where there are too many events.

        The bytes are not read for it.

        Args:
            most: Events that are not too many.
        """
        snapshot = self._reader.snapshot(stream)
        start = snapshot.version if snapshot is not None and snapshot.version < version else 0
        if version - start > most:
            return -1
        kept = len(snapshot.state) if snapshot is not None and start else 0
        return kept + self._reader.stream_bytes(stream, start, version)

    def state_at(self, stream: str, version: int) -> StateAt:
        """Returns the state at a version and the one before it; never raises for what the data holds."""
        aggregate = self._world.registry.aggregate_of_stream(stream)
        if aggregate is None:
            said = "No aggregate of the model has this category, so its events have no state."
            return StateAt(version=version, before=None, after=None, trouble=said)
        try:
            loader = AggregateLoader(self._reader, self._world.registry)
            before, after = (self._shown(loader, aggregate, stream, at) for at in (version - 1, version))
        except ReadTooLong:
            raise
        except (WorkbenchError, ValueError, TypeError, KeyError, AttributeError) as error:
            return StateAt(version=version, before=None, after=None, trouble=error_sentence(error))
        return StateAt(version=version, before=before, after=after)

    @staticmethod
    def _shown(loader: AggregateLoader, aggregate: AggregateType, stream: str, version: int) -> Any:
        if version < 1:
            return None
        return aggregate.show_state(loader.at_version(aggregate, stream, version).state)

    def snapshot(self, stream: str) -> SnapshotSight | None:
        """Returns the snapshot of a stream; None where it has none."""
        return snapshot_of(self._world.registry, self._reader, stream)

    def check_snapshot(self, sight: SnapshotSight) -> SnapshotCheck:
        """Compares a snapshot with the fold of the events; reads them, so call it in a thread."""
        return checked(self._world.registry, self._reader, sight)

    def history(
        self, name: str, version: int | None = None, *, last: int, reveal: Collection[str] = ()
    ) -> History:
        """Folds a stream up to a version, one event after the other; reads it whole.

        Args:
            version: None for the present one.
            last: How many of the last events are told.
            reveal: Keys whose values are shown though they look like secrets.

        Raises:
            NotFound: There is no such stream, or it has no such version.
        """
        stream = self._known(name)
        upto = stream.version if version is None else version
        if not 1 <= upto <= stream.version:
            raise NotFound(f"{name} has versions 1 to {stream.version}; there is no version {upto}")
        aggregate = self._world.registry.aggregate_of_stream(name)
        fold = StreamFold(self._world.model, aggregate, reveal)
        steps: deque[HistoryStep] = deque(maxlen=last)
        steps.extend(fold.step(event) for event in islice(stream_events(self._reader, name), upto))
        return History(
            stream=stream,
            version=upto,
            aggregate=aggregate.name if aggregate else "",
            steps=tuple(steps),
            earlier=upto - len(steps),
            state=masked(fold.shown, reveal=reveal),
            trouble=fold.trouble,
        )

    def _known(self, name: str) -> StreamInfo:
        stream = self.get(name)
        if stream is not None:
            return stream
        near = [one.name for one in self.beginning(name, 3)]
        listed = f"names that begin so: {', '.join(near)}" if near else ""
        raise NotFound(
            f"there is no stream {name}", hint=listed or "streams are listed by: workbench streams"
        )

    def caused_by(self, correlation_id: UUID, limit: int = 500) -> list[RecordedEvent]:
        """Returns the events of one correlation, in order."""
        return self._reader.correlated(correlation_id, limit)

    async def close(self, stream: str, *, closed: bool) -> None:
        """Has a stream take no more events, or take them again (A2).

        Raises:
            NotFound: There is no such stream.
        """
        act = OperatorAct.CLOSE if closed else OperatorAct.OPEN_AGAIN
        async with self._world.at_work() as engine:
            stands = self._reader.stream(stream)
            count = int(stands is not None and stands.closed is not closed)
            note = self._world.record(act, f"stream {stream}", act=str(engine.new_id()), count=count)
            await engine.commit(CloseStream(stream=stream, closed=closed), note)

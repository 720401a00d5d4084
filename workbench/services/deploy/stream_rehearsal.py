"""Folds streams by two models, and decides again what was accepted on them; memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.model.aggregate import category_of
from workbench.model.json_values import write_json
from workbench.services.deploy.rehearsed import field_of
from workbench.services.deploy.two_models import StateFold, state_differences, state_fields
from workbench.services.worlds.compare import MOST, StoreDifference
from workbench.store.paging import stream_events

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.json_differences import Difference
    from workbench.services.deploy.command_rehearsal import CommandRehearsal
    from workbench.services.deploy.rehearsed import Rehearsed
    from workbench.services.deploy.two_models import SideModel, Told
    from workbench.store.ports import Reader

AT_ONCE = 1_000
"""Events that are read before the commands that made them are looked up."""
STREAMS = 500
"""Streams whose names are read at once."""
_LONGEST = 80
"""Characters of a value that are told."""


@dataclass(frozen=True, slots=True)
class _Page:
    """Events of a stream that stand behind each other.

    Attributes:
        begins: They are its first ones.
        ends: They are its last ones; there may be none.
    """

    stream: str
    events: Sequence[RecordedEvent]
    begins: bool
    ends: bool


class StreamRehearsal:
    """Walks the streams of aggregates, stream by stream.

    Args:
        commands: Decides again what was accepted.
        told: Told how far it is, in streams.
    """

    def __init__(
        self,
        reader: Reader,
        sides: tuple[SideModel, SideModel],
        commands: CommandRehearsal,
        found: Rehearsed,
        told: Told,
    ) -> None:
        self._reader, self._sides, self._commands = reader, sides, commands
        self._found, self._told = found, told
        self._fields: dict[str, tuple[str, ...]] = {}
        self._open = self._folds("")
        self.since: dict[str, tuple[int, bool]] = {}
        """From which position on the streams differ that are listed."""

    def run(self, categories: Sequence[str]) -> None:
        """Folds the streams of these categories.

        Raises:
            WorldError: The store cannot be read.
        """
        numbers = [self._reader.find_streams(category=one) for one in categories]
        total, done = sum(map(len, numbers)), 0
        for some in numbers:
            for at in range(0, len(some), STREAMS):
                names = [one.name for one in self._reader.streams_numbered(some[at : at + STREAMS])]
                for pages in _batches(self._pages(names)):
                    self._take(pages)
                done += len(names)
                self._told("Folding streams", done, total)

    def _pages(self, names: Sequence[str]) -> Iterator[_Page]:
        head = self._found.head
        for name in names:
            after, more = 0, True
            while more:
                events, begins = self._reader.read_stream(name, after, AT_ONCE), not after
                more = len(events) == AT_ONCE and events[-1].position < head
                after = events[-1].version if events else after
                if events and events[-1].position > head:
                    events = [one for one in events if one.position <= head]
                yield _Page(name, events, begins, ends=not more)

    def _take(self, pages: Sequence[_Page]) -> None:
        causes = {
            cause for page in pages for one in page.events if (cause := one.causation_bytes) is not None
        }
        known = self._reader.commands_named([UUID(bytes=cause) for cause in causes])
        commands = {one.first_position: one for one in known if self._commands.concerns(one)}
        for page in pages:
            if page.begins:
                self._open = self._folds(page.stream)
            old, new = self._open
            for event in page.events:
                record = commands.get(event.position)
                if record is not None:
                    self._commands.ask(record, event.occurred_at, (page.stream, new))
                old.take(event)
                new.take(event)
            if page.ends:
                self._compare(page.stream, old, new)

    def _compare(self, stream: str, old: StateFold, new: StateFold) -> None:
        fields = self._fields_of(category_of(stream))
        if differ := state_differences(old, new, fields):
            self._note(stream, differ, self._first(stream, fields))

    def _folds(self, stream: str) -> tuple[StateFold, StateFold]:
        old, new = (StateFold(side, side.registry.aggregate_of_stream(stream)) for side in self._sides)
        return old, new

    def _fields_of(self, aggregate: str) -> tuple[str, ...]:
        if aggregate not in self._fields:
            old, new = (state_fields(side.registry, aggregate) for side in self._sides)
            self._fields[aggregate] = tuple(name for name in old if name in new)
        return self._fields[aggregate]

    def _first(self, stream: str, fields: Sequence[str]) -> int:
        """Returns the position of the first event behind which states differ; 0 where it is not listed."""
        if self._found.counts["stream"] >= MOST:
            return 0
        old, new = self._folds(stream)
        for event in stream_events(self._reader, stream):
            old.take(event)
            new.take(event)
            if state_differences(old, new, fields):
                return event.position
        return 0

    def _note(self, stream: str, differ: Sequence[Difference], since: int) -> None:
        """Notes the first place that differs of each field."""
        self._found.differ["stream"] += 1
        if since:
            self.since[stream] = (since, True)
        first: dict[str, Difference] = {}
        for one in differ:
            first.setdefault(field_of(one.path), one)
        for one in first.values():
            before, after = (_short(value, whole=not one.path) for value in (one.before, one.after))
            self._found.note(
                StoreDifference(
                    kind="stream", where=stream, key=one.path, ours=before, theirs=after, since=since
                )
            )


def _batches(pages: Iterable[_Page]) -> Iterator[list[_Page]]:
    """Yields pages in order, some of them together that have not many events."""
    batch: list[_Page] = []
    count = 0
    for page in pages:
        batch.append(page)
        count += len(page.events)
        if count >= AT_ONCE:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _short(value: Any, *, whole: bool) -> str:
    said = str(value) if whole else write_json(value)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"

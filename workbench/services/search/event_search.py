"""Finds events in the log by stream and type, from the beginning or from the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING

from workbench.model.event import RecordedEvent
from workbench.store.paging import stream_events, typed_events

if TYPE_CHECKING:
    from workbench.store.ports import Reader

PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events.

    Attributes:
        stream: Name of a stream; ``*`` matches anything; empty for all.
        type: Event type, the same way.
        after: Only those behind this position.
    """

    stream: str = ""
    type: str = ""
    after: int = 0

    def fits(self, event: RecordedEvent) -> bool:
        """Whether an event is one of them."""
        return self.fits_type(event.type) and (not self.stream or fnmatchcase(event.stream, self.stream))

    def fits_type(self, name: str) -> bool:
        """Whether events of that type can be among them."""
        return not self.type or fnmatchcase(name, self.type)


class EventSearch:
    """Searches one store."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def first(self, wanted: EventQuery, limit: int) -> list[RecordedEvent]:
        """Returns the first events that fit, in the order of their positions."""
        one_stream = wanted.stream and not set(wanted.stream) & set("*?[")
        events = self._stream(wanted) if one_stream else self._log(wanted)
        return list(islice(filter(wanted.fits, events), limit))

    def _log(self, wanted: EventQuery) -> Iterator[RecordedEvent]:
        return typed_events(self._reader, wanted.fits_type, wanted.after, self._reader.head())

    def _stream(self, wanted: EventQuery) -> Iterator[RecordedEvent]:
        events = stream_events(self._reader, wanted.stream)
        return (event for event in events if event.position > wanted.after)

    def last(self, wanted: EventQuery, limit: int) -> list[RecordedEvent]:
        """Returns the last events that fit, in the order of their positions."""
        found: list[RecordedEvent] = []
        upto = self._reader.head()
        while upto > wanted.after and len(found) < limit:
            begin = max(wanted.after, upto - PAGE)
            found = [*filter(wanted.fits, self._reader.read_log(begin, PAGE, upto=upto)), *found]
            upto = begin
        return found[-limit:]

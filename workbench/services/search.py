"""Finds events in the log by stream and type, from the beginning or from the end."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.model.clock import rfc3339
from workbench.model.event import RecordedEvent
from workbench.model.json_values import read_text
from workbench.model.secrets import masked
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


def first_events(reader: Reader, wanted: EventQuery, limit: int) -> list[RecordedEvent]:
    """Returns the first events that fit, in the order of their positions."""
    pages = _stream if wanted.stream and not set(wanted.stream) & set("*?[") else _log
    return list(islice((event for event in pages(reader, wanted) if wanted.fits(event)), limit))


def last_events(reader: Reader, wanted: EventQuery, limit: int) -> list[RecordedEvent]:
    """Returns the last events that fit, in the order of their positions."""
    found: list[RecordedEvent] = []
    upto = reader.head()
    while upto > wanted.after and len(found) < limit:
        begin = max(wanted.after, upto - PAGE)
        page = [event for event in reader.read_log(begin, PAGE, upto=upto) if wanted.fits(event)]
        found = page + found
        upto = begin
    return found[-limit:]


def _log(reader: Reader, wanted: EventQuery) -> Iterator[RecordedEvent]:
    return typed_events(reader, wanted.fits_type, wanted.after, reader.head())


def _stream(reader: Reader, wanted: EventQuery) -> Iterator[RecordedEvent]:
    events = stream_events(reader, wanted.stream)
    return (event for event in events if event.position > wanted.after)


def shown_event(event: RecordedEvent, reveal: Collection[str] = ()) -> dict[str, Any]:
    """Returns an event as plain values for people and programs, secrets masked.

    Args:
        reveal: Keys whose values are shown though they look like secrets.
    """
    return {
        "stream": event.stream,
        "version": event.version,
        "position": event.position,
        "id": str(event.id),
        "type": event.type,
        "schema_version": event.schema_version,
        "occurred_at": rfc3339(event.occurred_at),
        "recorded_at": rfc3339(event.recorded_at),
        "correlation_id": str(event.correlation_id),
        "causation_id": str(event.causation_id) if event.causation_id else None,
        "metadata": shown_text(event.metadata, reveal) if event.metadata is not None else None,
        "data": shown_text(event.data, reveal),
    }


def shown_text(text: str, reveal: Collection[str] = ()) -> Any:
    """Returns what a stored JSON text says, secrets masked; the text itself where it says nothing."""
    try:
        return masked(read_text(text), reveal=reveal)
    except ValueError:
        return text

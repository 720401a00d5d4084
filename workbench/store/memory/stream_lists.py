"""Lists streams and events in memory: the ports `StreamLists` and `EventLists`."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from workbench.model.event import RecordedEvent
from workbench.model.messaging import Message
from workbench.model.text_folding import folded
from workbench.store.list_ports import GLANCE_BYTES
from workbench.store.memory.tables import Tables
from workbench.store.stored_values import Glance, LogEntry, StreamInfo

_ORDERS: dict[str, Callable[[StreamInfo], Any]] = {
    "number": lambda stream: stream.number,
    "name": lambda stream: stream.name,
    "version": lambda stream: stream.version,
    "updated": lambda stream: stream.last_position,
}


class MemoryStreamLists:
    """The part of a reader that lists streams and their events."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def stream_count(self) -> int:
        """Returns how many streams there are."""
        return len(self._tables.streams)

    def streams(self, first: int, limit: int) -> list[StreamInfo]:
        """Returns streams by number, from ``first``."""
        found = (stream for stream in self._tables.streams.values() if stream.number >= first)
        return sorted(found, key=_ORDERS["number"])[:limit]

    def streams_numbered(self, numbers: Sequence[int]) -> list[StreamInfo]:
        """Returns the streams with these numbers, in the order asked for."""
        by_number = {stream.number: stream for stream in self._tables.streams.values()}
        return [by_number[number] for number in numbers if number in by_number]

    def streams_from(self, prefix: str, limit: int) -> list[StreamInfo]:
        """Returns the first streams whose names begin so, by name."""
        found = (stream for stream in self._tables.streams.values() if stream.name.startswith(prefix))
        return sorted(found, key=_ORDERS["name"])[:limit]

    def find_streams(
        self, *, text: str = "", category: str = "", order: str = "number", limit: int = -1, behind: int = 0
    ) -> array[int]:
        """Returns the numbers of all streams that fit, in order; those alike by number."""
        needle = folded(text)
        found = [
            stream
            for stream in self.streams(0, len(self._tables.streams))
            if needle in folded(stream.name)
            and category in ("", stream.category)
            and stream.last_position > behind
        ]
        found.sort(key=_ORDERS[order.lstrip("-")], reverse=order.startswith("-"))
        return array("q", [stream.number for stream in found[: None if limit < 0 else limit]])

    def categories(self, behind: int = 0) -> list[tuple[str, int]]:
        """Returns the categories of streams with their counts, by name."""
        streams = self.streams(behind + 1, len(self._tables.streams))
        return sorted(Counter(stream.category for stream in streams).items())

    def log(self, first: int, limit: int) -> list[LogEntry]:
        """Returns the first ``limit`` entries that stand at ``first`` or behind it, without payloads (I3)."""
        stored: Iterable[RecordedEvent | Message] = itertools.chain(
            self._tables.events.values(), self._tables.messages.values()
        )
        behind = sorted((one for one in stored if one.position >= first), key=lambda one: one.position)
        return [_entry(one) for one in behind[:limit]]

    def log_at(self, positions: Sequence[int]) -> list[LogEntry]:
        """Returns what stands at some positions, without payloads; what stands there no more is left out."""
        wanted = set(positions)
        return [one for one in self.log(min(wanted, default=0), 2**31) if one.position in wanted]

    def log_runs(self, after: int = 0) -> list[range]:
        """Returns the positions above ``after`` at which something stands, as runs without gaps (I3)."""
        places = sorted(place for place in (*self._tables.events, *self._tables.messages) if place > after)
        runs = itertools.groupby(enumerate(places), key=lambda pair: pair[1] - pair[0])
        found = [[place for _, place in run] for _, run in runs]
        return [range(run[0], run[-1] + 1) for run in found]

    def _versions(self, name: str, after: int, upto: int) -> list[RecordedEvent]:
        stream = self._tables.streams.get(name)
        last = min(upto, stream.version) if stream else 0
        places = [self._tables.versions[name, version] for version in range(after + 1, last + 1)]
        return [self._tables.events[position] for position in places]

    def stream_entries(self, name: str, versions: Sequence[int]) -> list[LogEntry]:
        """Returns the events of a stream that have these versions, in their order, without payloads."""
        places = [self._tables.versions.get((name, version)) for version in sorted(set(versions))]
        return [_entry(self._tables.events[place]) for place in places if place is not None]

    def stream_times(self, name: str, after: int, limit: int) -> array[int]:
        """Returns when the first ``limit`` events behind version ``after`` happened, by version."""
        return array("q", [event.occurred_at for event in self._versions(name, after, after + limit)])

    def stream_bytes(self, name: str, after: int, upto: int) -> int:
        """Returns how many bytes the payloads of some versions of a stream have."""
        return sum(len(event.data.encode()) for event in self._versions(name, after, upto))

    def position_of(self, stream: str, version: int) -> int:
        """Returns where the event of a stream stands that has a version, 0 if there is none."""
        return self._tables.versions.get((stream, version)) or 0

    def event_glance(self, position: int) -> Glance[RecordedEvent] | None:
        """Returns the event at a position with the first `GLANCE_BYTES` of its payload."""
        event = self._tables.events.get(position)
        if event is None:
            return None
        text, size = beginning(event.data)
        return Glance(of=replace(event, data=text), size=size)

    def message_glance(self, position: int) -> Glance[Message] | None:
        """Returns the published message at a position with the first `GLANCE_BYTES` of its payload."""
        message = self._tables.messages.get(position)
        if message is None:
            return None
        text, size = beginning(message.data)
        return Glance(of=replace(message, data=text), size=size)


def beginning(text: str) -> tuple[str, int]:
    """Returns the first `GLANCE_BYTES` of a payload, and how many bytes it has."""
    data = text.encode()
    return data[:GLANCE_BYTES].decode(errors="ignore"), len(data)


def _entry(one: RecordedEvent | Message) -> LogEntry:
    if isinstance(one, RecordedEvent):
        stream, version, recorded, occurred = one.stream, one.version, one.recorded_at, one.occurred_at
    else:
        stream, version, recorded, occurred = one.topic, 0, one.published_at, one.published_at
    return LogEntry(
        position=one.position,
        event=isinstance(one, RecordedEvent),
        stream=stream,
        version=version,
        type=one.type,
        recorded_at=recorded,
        occurred_at=occurred,
        id=one.id,
        withdrawn=isinstance(one, Message) and one.withdrawn,
    )

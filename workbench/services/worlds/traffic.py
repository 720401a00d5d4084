"""What came from outside in a range of the log: the events and messages that nothing in the range caused."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.store.operations import Append, AppendMany, NewMessage, Operation

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader

PAGE = 1_000
STREAMS = 100
"""Streams of one append at most (A10)."""
Entry: TypeAlias = RecordedEvent | Message


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came from outside at one moment: the events of one command, or a message.

    Attributes:
        at: When it was stored, microseconds since 1970.
        entries: Events, or one message.
    """

    at: int
    entries: tuple[Entry, ...]

    def operation(self, now: int) -> Operation:
        """Returns what stores it again, under the same ids.

        Args:
            now: What time it is there. When something happened, is due or expires is as far from it as then.
        """
        shift = now - self.at
        if isinstance(one := self.entries[0], Message):
            return _message(one, shift)
        events = [one for one in self.entries if isinstance(one, RecordedEvent)]
        appends = []
        for stream in dict.fromkeys(one.stream for one in events):
            new = tuple(_event(one, now, shift) for one in events if one.stream == stream)
            appends.append(Append(stream=stream, events=new))
        return appends[0] if len(appends) == 1 else AppendMany(appends=tuple(appends))


def _event(one: RecordedEvent, now: int, shift: int) -> NewEvent:
    return NewEvent(
        id=one.id,
        type=one.type,
        data=one.data,
        schema_version=one.schema_version,
        recorded_at=now,
        occurred_at=one.occurred_at + shift,
        correlation_id=one.correlation_id,
        causation_id=one.causation_id,
        metadata=one.metadata,
    )


def _message(one: Message, shift: int) -> NewMessage:
    return NewMessage(
        id=one.id,
        topic=one.topic,
        type=one.type,
        key=one.key,
        data=one.data,
        correlation_id=one.correlation_id,
        causation_id=one.causation_id,
        metadata=one.metadata,
        priority=one.priority,
        deliver_at=_later(one.deliver_at, shift),
        expires_at=_later(one.expires_at, shift),
    )


def _later(at: int | None, shift: int) -> int | None:
    return None if at is None else at + shift


@dataclass(slots=True, kw_only=True)
class Traffic:
    """A range of the log, and what came from outside in it.

    Attributes:
        first: Its first position.
        upto: Its last position.
        begin: When its first entry was stored, microseconds since 1970; 0 where nothing is in it.
        end: When its last entry was stored.
        arrivals: How much came from outside; the events of one command are one.
        events: How many events of it came from outside.
        types: How many events of each type there were in all.
    """

    first: int
    upto: int
    begin: int = 0
    end: int = 0
    arrivals: int = 0
    events: int = 0
    types: Counter[str] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        """How long it took then."""
        return (self.end - self.begin) / 1_000_000


def look(registry: Registry, reader: Reader, first: int, upto: int) -> Traffic:
    """Returns what a range of the log holds."""
    found = Traffic(first=first, upto=upto)
    for one in arrivals(registry, reader, found, count=True):
        found.arrivals += 1
        found.events += sum(isinstance(entry, RecordedEvent) for entry in one.entries)
    return found


def arrivals(
    registry: Registry, reader: Reader, traffic: Traffic, *, count: bool = False
) -> Iterator[Arrival]:
    """Yields what came from outside, in its order.

    Args:
        count: Whether types and times of all that is read are noted in the traffic.
    """
    outside = _outside(registry, reader, traffic, count=count)
    for (_, at), some in groupby(outside, key=lambda one: (one.causation_bytes or one.id_bytes, _at(one))):
        part: list[Entry] = []
        for one in some:
            if part and (isinstance(one, Message) or len({*map(_stream, part), _stream(one)}) > STREAMS):
                yield Arrival(at, tuple(part))
                part = []
            part.append(one)
        yield Arrival(at, tuple(part))


def _stream(one: Entry) -> str:
    return one.stream


def _at(one: Entry) -> int:
    return one.published_at if isinstance(one, Message) else one.recorded_at


def _outside(registry: Registry, reader: Reader, traffic: Traffic, *, count: bool) -> Iterator[Entry]:
    """Yields entries that nothing in the range caused: neither an event or message, nor a command of one."""
    inside: set[bytes] = set()
    entries = _entries(registry, reader, traffic.first - 1, traffic.upto)
    for page in _pages(entries):
        causes = _causes(reader, page, inside)
        for one in page:
            if count:
                traffic.begin = traffic.begin or _at(one)
                traffic.end = max(traffic.end, _at(one))
                traffic.types.update((one.type,) if isinstance(one, RecordedEvent) else ())
            cause = one.causation_bytes
            if cause not in inside and causes.get(cause) not in inside and not _withdrawn(one):
                yield one
            inside.add(one.id_bytes)


def _withdrawn(one: Entry) -> bool:
    return isinstance(one, Message) and one.withdrawn


def _causes(reader: Reader, page: Sequence[Entry], inside: set[bytes]) -> Mapping[bytes | None, bytes]:
    """Returns by the id of a command what caused that: the message of one may be gone (G1)."""
    asked = {one.causation_bytes for one in page} - inside - {None}
    found = reader.commands_named([UUID(bytes=one) for one in asked if one])
    return {one.command_id.bytes: one.causation_id.bytes for one in found if one.causation_id}


def _pages(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    page: list[Entry] = []
    for one in entries:
        page.append(one)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _entries(registry: Registry, reader: Reader, after: int, upto: int) -> Iterator[Entry]:
    topics = [_published(reader, topic, after, upto) for topic in (*registry.topics, COMMANDS_TOPIC)]
    return heapq.merge(_events(reader, after, upto), *topics, key=lambda one: one.position)


def _events(reader: Reader, after: int, upto: int) -> Iterator[Entry]:
    while page := reader.read_log(after, PAGE, upto=upto):
        yield from page
        after = page[-1].position


def _published(reader: Reader, topic: str, after: int, upto: int) -> Iterator[Entry]:
    while after < upto:
        found, looked = reader.read_topic(topic, lambda _type: False, after, PAGE)
        yield from (one for one in found if not one.event and one.position <= upto)
        if looked <= after:
            return
        after = looked

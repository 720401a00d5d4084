"""Appends, snapshots, commands' results and messages, in memory: the contract in its plainest words."""

from __future__ import annotations

from msgspec.structs import replace

from workbench.errors import (
    AppendManyFailed,
    DuplicateEventId,
    EventIdReused,
    MessageIdReused,
    NotFound,
    PartialDuplicate,
    StreamClosed,
    TopicAlreadyExists,
    TopicNotFound,
    WorkbenchError,
    WrongExpectedVersion,
)
from workbench.model.aggregate import category_of
from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.json_values import check_name
from workbench.model.messaging import Message
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import (
    Append,
    AppendMany,
    CloseStream,
    CreateTopic,
    EnsureTopic,
    NewMessage,
    Operation,
    RecordCommand,
    Retain,
    SaveSnapshot,
)
from workbench.store.rules import check_append, check_many, fits, half_stored
from workbench.store.stored_values import AppendResult, CommandRecord, StreamInfo


def append(tables: Tables, op: Append, now: int) -> AppendResult:
    """Appends as the table A1–A9 says."""
    return _judge(tables, op) or _write(tables, op, now)


def append_many(tables: Tables, op: AppendMany, now: int) -> tuple[AppendResult, ...]:
    """Appends to several streams, all or nothing (A10)."""
    check_many(op)
    results: list[AppendResult | None] = []
    failures: list[tuple[int, WorkbenchError]] = []
    for index, part in enumerate(op.appends):
        try:
            results.append(_judge(tables, part))
        except WorkbenchError as error:
            results.append(None)
            failures.append((index, error))
    if failures := failures or half_stored(op, results):
        raise AppendManyFailed(failures)
    pairs = zip(op.appends, results, strict=True)
    return tuple(result or _write(tables, part, now) for part, result in pairs)


def _judge(tables: Tables, op: Append) -> AppendResult | None:
    check_append(op, ())
    stream = tables.streams.get(op.stream)
    version = stream.version if stream else 0
    stored = [_stored(tables, event) for event in op.events]
    if any(stored):
        return _repeated(tables, op, stored)
    if stream is not None and stream.closed:
        raise StreamClosed(f"stream {op.stream} is closed and takes no more events")
    if not fits(op.expected, version):
        raise WrongExpectedVersion(op.stream, expected=op.expected, actual=version)
    return None if op.events else _result(op.stream, [], version)


def _stored(tables: Tables, event: NewEvent) -> RecordedEvent | None:
    position = tables.event_ids.get(event.id.bytes)
    return None if position is None else tables.events[position]


def _repeated(tables: Tables, op: Append, stored: list[RecordedEvent | None]) -> AppendResult:
    known = [record for record in stored if record is not None]
    for event, record in zip(op.events, stored, strict=True):
        if record is not None and not _same(tables, op, event, record):
            raise EventIdReused(f"event id {event.id} belongs to another event")
    if len(known) < len(stored):
        raise PartialDuplicate("some of the events are stored already, the others are not")
    first = known[0].version
    if [record.version for record in known] != list(range(first, first + len(known))):
        raise EventIdReused("these event ids are stored, but in another order")
    if not fits(op.expected, first - 1):
        raise DuplicateEventId("these events are stored, not where expected")
    return replace(_result(op.stream, known, 0), idempotent=True)


def _same(tables: Tables, op: Append, event: NewEvent, record: RecordedEvent) -> bool:
    stored = tables.events.stored
    said = (op.stream, stored(event.type), event.schema_version, event.data, event.metadata)
    return said == (record.stream, stored(record.type), record.schema_version, record.data, record.metadata)


def _write(tables: Tables, op: Append, now: int) -> AppendResult:
    stream = tables.streams.get(op.stream) or _new_stream(tables, op.stream, now)
    records = []
    for version, event in enumerate(op.events, stream.version + 1):
        correlation = event.correlation_id or event.id
        record = RecordedEvent(
            position=tables.next("position"),
            stream=op.stream,
            version=version,
            id_bytes=event.id.bytes,
            type=event.type,
            schema_version=event.schema_version,
            recorded_at=now if event.recorded_at is None else event.recorded_at,
            occurred_at=now if event.occurred_at is None else event.occurred_at,
            correlation_bytes=correlation.bytes,
            causation_bytes=event.causation_id.bytes if event.causation_id else None,
            data=event.data,
            metadata=event.metadata,
        )
        tables.events.put(record.position, record)
        tables.event_ids.put(record.id_bytes, record.position)
        tables.versions.put((op.stream, version), record.position)
        records.append(record)
    last = records[-1]
    tables.streams.put(
        op.stream, replace(stream, version=last.version, updated_at=now, last_position=last.position)
    )
    return _result(op.stream, records, 0)


def _new_stream(tables: Tables, name: str, now: int) -> StreamInfo:
    return StreamInfo(
        number=tables.next("stream"),
        name=name,
        category=category_of(name),
        version=0,
        closed=False,
        created_at=now,
        updated_at=now,
        last_position=0,
    )


def _result(stream: str, records: list[RecordedEvent], version: int) -> AppendResult:
    return AppendResult(
        stream=stream,
        first_version=records[0].version if records else 0,
        last_version=records[-1].version if records else version,
        first_position=records[0].position if records else 0,
        last_position=records[-1].position if records else 0,
    )


def close_stream(tables: Tables, op: CloseStream, now: int) -> None:
    """Closes a stream, or opens it again (A2)."""
    stream = tables.streams.get(op.stream)
    if stream is None:
        raise NotFound(f"there is no stream {op.stream}")
    if not fits(op.expected, stream.version):
        raise WrongExpectedVersion(op.stream, expected=op.expected, actual=stream.version)
    tables.streams.put(op.stream, replace(stream, closed=op.closed, updated_at=now))


def save_snapshot(tables: Tables, op: SaveSnapshot, _now: int) -> None:
    """Keeps a snapshot, never an older one over a newer one (S1)."""
    before = tables.snapshots.get(op.snapshot.stream)
    if op.snapshot.stream in tables.streams and (before is None or before.version <= op.snapshot.version):
        tables.snapshots.put(op.snapshot.stream, op.snapshot)


def known_record(tables: Tables, op: Operation) -> CommandRecord | None:
    """Returns what is remembered under the command id of an operation, if it is one that remembers."""
    return tables.commands.get(op.record.command_id.bytes) if isinstance(op, RecordCommand) else None


def record_command(tables: Tables, op: RecordCommand, appended: AppendResult | None) -> CommandRecord:
    """Remembers how a command ended, once (K3)."""
    record = op.record
    if (known := tables.commands.get(record.command_id.bytes)) is not None:
        return known
    if appended is not None and appended.first_position:
        record = replace(
            record,
            version=appended.last_version,
            first_position=appended.first_position,
            last_position=appended.last_position,
        )
    tables.commands.put(record.command_id.bytes, replace(record, number=tables.next("command")))
    return record


def ensure_topic(tables: Tables, op: EnsureTopic, now: int) -> None:
    """Makes a topic unless it exists."""
    if op.name not in tables.topics:
        check_name(op.name, what="the topic's name")
        tables.topics.put(op.name, now)


def create_topic(tables: Tables, op: CreateTopic, now: int) -> None:
    """Makes a topic that must not exist (P4)."""
    if op.name in tables.topics:
        raise TopicAlreadyExists(f"there is a topic {op.name} already")
    ensure_topic(tables, EnsureTopic(name=op.name), now)


def retain(tables: Tables, op: Retain, _now: int) -> int:
    """Removes settled messages of a topic (G1)."""
    for name in op.subscriptions:
        if name not in tables.subscriptions:
            raise NotFound(f"there is no subscription {name}")
    readers = [tables.subscriptions[name].cursor for name in op.subscriptions]
    passed = min(readers, default=tables.last("position"))
    held = {
        row.position
        for row in tables.deliveries.values()
        if tables.subscriptions[row.subscription].topic == op.topic
    }
    found = sorted(one.position for one in tables.messages.values() if one.topic == op.topic)
    settled = found if op.keep is None else found[: max(0, len(found) - op.keep)]
    gone = [
        position
        for position in settled
        if position <= passed
        and position not in held
        and (op.before is None or tables.messages[position].published_at < op.before)
    ][: op.limit]
    for position in gone:
        tables.message_ids.drop(tables.messages[position].id_bytes)
        tables.messages.drop(position)
        tables.timeouts.drop(position)
    return len(gone)


def publish(tables: Tables, op: NewMessage, now: int) -> int:
    """Stores a message; a known id with the same content answers with its first position (P2)."""
    if op.topic not in tables.topics:
        raise TopicNotFound(f"there is no topic {op.topic}")
    known = tables.message_ids.get(op.id.bytes)
    if known is not None:
        stored = tables.messages[known]
        if (stored.topic, stored.type, stored.key, stored.data) != (op.topic, op.type, op.key, op.data):
            raise MessageIdReused(f"message id {op.id} belongs to another message")
        return known
    position = tables.next("position")
    message = Message(
        position=position,
        id_bytes=op.id.bytes,
        topic=op.topic,
        type=op.type,
        key=op.key,
        data=op.data,
        event=False,
        metadata=op.metadata,
        priority=op.priority,
        published_at=now,
        deliver_at=op.deliver_at,
        expires_at=op.expires_at,
        correlation_bytes=op.correlation_id.bytes,
        causation_bytes=op.causation_id.bytes if op.causation_id else None,
    )
    tables.messages.put(position, message)
    tables.message_ids.put(op.id.bytes, position)
    if op.instance:
        tables.timeouts.put(position, (op.instance, op.type))
    return position


RUN: Run = {
    Append: append,
    AppendMany: append_many,
    CloseStream: close_stream,
    SaveSnapshot: save_snapshot,
    EnsureTopic: ensure_topic,
    CreateTopic: create_topic,
    NewMessage: publish,
    Retain: retain,
}

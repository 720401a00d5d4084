"""Writes the log: appends as the table A1–A10 says, snapshots, command results, published messages."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from workbench.errors import (
    ANY,
    STREAM_EXISTS,
    DuplicateEventId,
    EventIdReused,
    InvalidEvent,
    MessageIdReused,
    PartialDuplicate,
    StreamClosed,
    TopicNotFound,
    WrongExpectedVersion,
)
from workbench.model.events import NewEvent
from workbench.model.values import check_name
from workbench.store.operations import (
    Append,
    Atomic,
    EnsureTopic,
    NewMessage,
    Operation,
    RecordCommand,
    SaveSnapshot,
    Settle,
)
from workbench.store.sql.heads import Heads, StreamHead
from workbench.store.values import AppendResult, CommandRecord

_INSERT = "insert into events values (?,?,?,?,?,?,?,?,?,?,?,?)"


def suspects(con: sqlite3.Connection, operations: Sequence[Operation]) -> set[bytes]:
    """Returns the event ids of a group that are stored already, or that stand in it more than once.

    One question for the whole group instead of one for each append: nearly always there are none.
    """
    ids = [event.id.bytes for events in _appended(operations) for event in events]
    found = {one for one, count in Counter(ids).items() if count > 1} if len(set(ids)) < len(ids) else set()
    for first in range(0, len(ids), 500):
        part = ids[first : first + 500]
        marks = ",".join("?" * len(part))
        found.update(
            row[0] for row in con.execute(f"select event_id from events where event_id in ({marks})", part)
        )
    return found


def _appended(operations: Sequence[Operation]) -> Iterator[tuple[NewEvent, ...]]:
    for operation in operations:
        match operation:
            case Append():
                yield operation.events
            case Atomic():
                yield from _appended(operation.operations)
            case Settle():
                yield from _appended(operation.effects)


def append(
    con: sqlite3.Connection, heads: Heads, op: Append, now: int, suspected: set[bytes]
) -> AppendResult:
    """Appends events to a stream; whatever it refuses, it refuses before it writes anything.

    Args:
        suspected: Event ids that may be stored already, from `suspects`.

    Raises:
        InvalidEvent: The same id twice in one request (A1).
        StreamClosed, DuplicateEventId, EventIdReused, PartialDuplicate, WrongExpectedVersion: A2–A8.
    """
    _check_request(op, heads)
    head = heads.stream(op.stream)
    version = head.version if head else 0
    known = suspected and any(event.id.bytes in suspected for event in op.events)
    stored = _stored(con, op.events) if known else {}
    if stored:
        return _repeated(con, op, head, stored)
    if head is not None and head.closed:
        raise StreamClosed(f"stream {op.stream} is closed and takes no more events")
    if not fits(op.expected, version):
        raise WrongExpectedVersion(op.stream, expected=op.expected, actual=version)
    if not op.events:
        return AppendResult(
            stream=op.stream, first_version=0, last_version=version, first_position=0, last_position=0
        )
    return _insert(con, heads, op, head or heads.new_stream(op.stream, now), now)


def fits(expected: int, version: int) -> bool:
    """Whether a stream at ``version`` is what the caller expected; version 0 means that there is none."""
    match expected:
        case value if value == ANY:
            return True
        case value if value == STREAM_EXISTS:
            return version > 0
        case _:
            return version == expected


def _check_request(op: Append, heads: Heads) -> None:
    check_name(op.stream, what="the stream's name")
    if op.expected < STREAM_EXISTS:
        raise InvalidEvent(f"expected version {op.expected} is no version", path="")
    if len(op.events) > 1 and len({event.id for event in op.events}) != len(op.events):
        raise InvalidEvent("the same event id stands twice in one request", path="")
    for event in op.events:
        if event.type not in heads.types:
            check_name(event.type, what="the event type")


def _stored(con: sqlite3.Connection, events: tuple[NewEvent, ...]) -> dict[bytes, tuple[Any, ...]]:
    found: dict[bytes, tuple[Any, ...]] = {}
    ids = [event.id.bytes for event in events]
    for first in range(0, len(ids), 500):
        part = ids[first : first + 500]
        marks = ",".join("?" * len(part))
        rows = con.execute(
            "select event_id, stream_id, version, position, type_id, schema_version, data, meta"
            f" from events where event_id in ({marks})",
            part,
        )
        found.update((row[0], row) for row in rows)
    return found


def _repeated(
    con: sqlite3.Connection, op: Append, head: StreamHead | None, stored: dict[bytes, tuple[Any, ...]]
) -> AppendResult:
    """Answers an append of which some ids are known: A3, A4, A5 or A6."""
    rows = [stored.get(event.id.bytes) for event in op.events]
    for event, row in zip(op.events, rows, strict=True):
        if row is not None and not _same(con, event, row, head):
            raise EventIdReused(f"event id {event.id} belongs to another event, at position {row[3]}")
    known = [row for row in rows if row is not None]
    if len(known) < len(rows):
        raise PartialDuplicate(
            f"{len(known)} of {len(rows)} events are stored already, the others are not; nothing was written"
        )
    first, last = known[0], known[-1]
    versions = [row[2] for row in known]
    if versions != list(range(first[2], first[2] + len(known))):
        raise EventIdReused("these event ids are stored, but in another order")
    if not fits(op.expected, first[2] - 1):
        raise DuplicateEventId(
            f"these events are stored as versions {first[2]} to {last[2]} of {op.stream}, not where expected"
        )
    return AppendResult(
        stream=op.stream,
        first_version=first[2],
        last_version=last[2],
        first_position=first[3],
        last_position=last[3],
        idempotent=True,
    )


def _same(con: sqlite3.Connection, event: NewEvent, row: tuple[Any, ...], head: StreamHead | None) -> bool:
    (name,) = con.execute("select name from types where id = ?", (row[4],)).fetchone()
    stored = (row[1], name, row[5], row[6], row[7])
    wanted = (head.number if head else 0, event.type, event.schema_version, event.data, event.metadata)
    return bool(stored == wanted)


def _insert(con: sqlite3.Connection, heads: Heads, op: Append, head: StreamHead, now: int) -> AppendResult:
    position, version = heads.position, head.version
    rows = []
    for offset, event in enumerate(op.events, 1):
        correlation = event.correlation_id or event.id
        rows.append(
            (
                position + offset,
                head.number,
                version + offset,
                event.id.bytes,
                heads.types.get(event.type) or heads.type_number(event.type),
                event.schema_version,
                now,
                now if event.occurred_at is None else event.occurred_at,
                correlation.bytes,
                event.causation_id.bytes if event.causation_id else None,
                event.data,
                event.metadata,
            )
        )
    con.executemany(_INSERT, rows)
    last_position, last_version = position + len(rows), version + len(rows)
    con.execute(
        "update streams set version = ?, updated_at = ?, last_position = ? where id = ?",
        (last_version, now, last_position, head.number),
    )
    heads.position, head.version = last_position, last_version
    return AppendResult(
        stream=op.stream,
        first_version=version + 1,
        last_version=last_version,
        first_position=position + 1,
        last_position=last_position,
    )


def save_snapshot(con: sqlite3.Connection, heads: Heads, op: SaveSnapshot, now: int) -> None:
    """Keeps a snapshot, never an older one over a newer one (S1)."""
    head = heads.stream(op.snapshot.stream)
    if head is not None:
        con.execute(
            "insert into snapshots values (?,?,?,?,?) on conflict (stream_id) do update set version ="
            " excluded.version, state_hash = excluded.state_hash, state = excluded.state,"
            " taken_at = excluded.taken_at where excluded.version >= snapshots.version",
            (head.number, op.snapshot.version, op.snapshot.state_hash, op.snapshot.state, now),
        )


def record_command(
    con: sqlite3.Connection, op: RecordCommand, appended: AppendResult | None
) -> CommandRecord:
    """Remembers how a command ended; returns the record as it is stored."""
    record = op.record
    if appended is not None and appended.first_position:
        places = (appended.last_version, appended.first_position, appended.last_position)
    else:
        places = (record.version, record.first_position, record.last_position)
    con.execute(
        "insert or ignore into commands values (null,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            record.command_id.bytes,
            record.type,
            record.stream,
            record.data,
            record.outcome,
            record.message,
            record.hint,
            record.field,
            record.expected,
            *places,
            record.attempts,
            record.issued_at,
            record.duration_us,
            record.correlation_id.bytes,
            _bytes(record.causation_id),
            record.origin,
        ),
    )
    return record


def ensure_topic(con: sqlite3.Connection, heads: Heads, op: EnsureTopic, now: int) -> None:
    """Makes a topic unless it exists."""
    if op.name not in heads.topics:
        check_name(op.name, what="the topic's name")
        number = con.execute("insert into topics (name, created_at) values (?, ?)", (op.name, now)).lastrowid
        heads.topics[op.name] = number or 0


def publish(con: sqlite3.Connection, heads: Heads, op: NewMessage, now: int) -> int:
    """Stores a message; a known id with the same content answers with its first position (P2).

    Raises:
        TopicNotFound: No such topic (P4).
        MessageIdReused: The id belongs to another message.
    """
    topic = heads.topics.get(op.topic)
    if topic is None:
        known = ", ".join(sorted(heads.topics))
        raise TopicNotFound(f"there is no topic {op.topic}", hint=f"topics: {known}")
    row = con.execute(
        "select position, topic_id, type, key, data from messages where message_id = ?", (op.id.bytes,)
    ).fetchone()
    if row is not None:
        if row[1:] != (topic, op.type, op.key, op.data):
            raise MessageIdReused(f"message id {op.id} belongs to another message, at position {row[0]}")
        return int(row[0])
    heads.position += 1
    con.execute(
        "insert into messages values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            heads.position,
            topic,
            op.id.bytes,
            op.type,
            op.key,
            op.data,
            op.metadata,
            op.priority,
            now,
            op.deliver_at,
            op.expires_at,
            op.correlation_id.bytes,
            _bytes(op.causation_id),
        ),
    )
    return heads.position


def _bytes(identity: UUID | None) -> bytes | None:
    return identity.bytes if identity is not None else None

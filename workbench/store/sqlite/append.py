"""Appends events as the table A1–A10 says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from workbench.errors import (
    AppendManyFailed,
    DuplicateEventId,
    EventIdReused,
    NotFound,
    PartialDuplicate,
    StreamClosed,
    WorkbenchError,
    WrongExpectedVersion,
)
from workbench.model.event import NewEvent
from workbench.store.operations import (
    Append,
    AppendMany,
    Atomic,
    CloseStream,
    Operation,
    Settle,
)
from workbench.store.rules import check_append, check_many, fits, half_stored
from workbench.store.sqlite.batch import Batch
from workbench.store.sqlite.heads import Heads, StreamHead
from workbench.store.sqlite.rows import known_ids
from workbench.store.sqlite.run_table import Run
from workbench.store.stored_values import AppendResult


def find_possibly_stored(
    con: sqlite3.Connection, heads: Heads, operations: Sequence[Operation]
) -> set[bytes]:
    """Returns the event ids of a group that are stored already, or that stand in it more than once.

    One question for the whole group instead of one for each append, and only for ids that are not beyond all
    that are stored: nearly always there are none.
    """
    ids = [event.id.bytes for events in appended(operations) for event in events]
    found, heads.newest_event = known_ids(con, "events where event_id", ids, heads.newest_event)
    return found


def event_ids(operations: Sequence[Operation]) -> Iterator[UUID]:
    """Yields the ids of all events that a group appends."""
    return (event.id for events in appended(operations) for event in events)


def was_stored(con: sqlite3.Connection, operations: Sequence[Operation], possibly_stored: set[bytes]) -> bool:
    """Whether a group whose outcome is not known was stored: it is, whole or not at all (F3).

    Args:
        possibly_stored: Event ids that were stored before it already, and say nothing.
    """
    return any(
        con.execute("select 1 from events where event_id = ?", (one.bytes,)).fetchone()
        for one in event_ids(operations)
        if one.bytes not in possibly_stored
    )


def appended(operations: Sequence[Operation]) -> Iterator[tuple[NewEvent, ...]]:
    """Yields the events of each append in a group, whatever it is wrapped in."""
    for operation in operations:
        match operation:
            case Append():
                yield operation.events
            case AppendMany():
                yield from appended(operation.appends)
            case Atomic():
                yield from appended(operation.operations)
            case Settle():
                yield from appended(operation.effects)


def append(
    con: sqlite3.Connection, batch: Batch, heads: Heads, op: Append, now: int, possibly_stored: set[bytes]
) -> AppendResult:
    """Appends events to a stream; whatever it refuses, it refuses before it writes anything.

    Args:
        possibly_stored: Event ids that may be stored already, from `find_possibly_stored`.

    Raises:
        InvalidEvent: The same id twice in one request (A1).
        StreamClosed, DuplicateEventId, EventIdReused, PartialDuplicate, WrongExpectedVersion: A2–A8.
    """
    head = heads.stream(op.stream)
    result = _judge(con, batch, heads, op, head, possibly_stored)
    return result or _insert(batch, heads, op, head or heads.new_stream(op.stream, now), now)


def append_many(
    con: sqlite3.Connection, batch: Batch, heads: Heads, op: AppendMany, now: int, possibly_stored: set[bytes]
) -> tuple[AppendResult, ...]:
    """Appends to several streams, all or nothing (A10).

    Raises:
        InvalidEvent: More than 100 streams, a stream or an id twice in one request (A1).
        AppendManyFailed: Every entry that fails, each with its own error.
    """
    check_many(op)
    results: list[AppendResult | None] = []
    failures: list[tuple[int, WorkbenchError]] = []
    for index, part in enumerate(op.appends):
        try:
            results.append(_judge(con, batch, heads, part, heads.stream(part.stream), possibly_stored))
        except WorkbenchError as error:
            results.append(None)
            failures.append((index, error))
    if not failures:
        failures = half_stored(op, results)
    if failures:
        raise AppendManyFailed(failures)
    return tuple(
        result
        or _insert(batch, heads, part, heads.stream(part.stream) or heads.new_stream(part.stream, now), now)
        for part, result in zip(op.appends, results, strict=True)
    )


def _judge(
    con: sqlite3.Connection,
    batch: Batch,
    heads: Heads,
    op: Append,
    head: StreamHead | None,
    possibly_stored: set[bytes],
) -> AppendResult | None:
    """Decides an append by the table A1–A9; None means that its events are to be written."""
    check_append(op, heads.types)
    version = head.version if head else 0
    known = possibly_stored and any(event.id.bytes in possibly_stored for event in op.events)
    if known:
        batch.flush()
    stored = _stored(con, op.events) if known else {}
    if stored:
        return _repeated(heads, op, head, stored)
    if head is not None and head.closed:
        raise StreamClosed(f"stream {op.stream} is closed and takes no more events")
    if not fits(op.expected, version):
        raise WrongExpectedVersion(op.stream, expected=op.expected, actual=version)
    if not op.events:
        return AppendResult(
            stream=op.stream, first_version=0, last_version=version, first_position=0, last_position=0
        )
    return None


def close_stream(con: sqlite3.Connection, heads: Heads, op: CloseStream, now: int) -> None:
    """Closes a stream, or opens it again (A2).

    Raises:
        NotFound: There is no such stream.
        WrongExpectedVersion: It is not at the version that the caller expected.
    """
    head = heads.stream(op.stream)
    if head is None:
        raise NotFound(f"there is no stream {op.stream}")
    if not fits(op.expected, head.version):
        raise WrongExpectedVersion(op.stream, expected=op.expected, actual=head.version)
    con.execute("update streams set closed = ?, updated_at = ? where id = ?", (op.closed, now, head.number))
    head.closed = op.closed


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
    heads: Heads, op: Append, head: StreamHead | None, stored: dict[bytes, tuple[Any, ...]]
) -> AppendResult:
    """Answers an append of which some ids are known: A3, A4, A5 or A6."""
    rows = [stored.get(event.id.bytes) for event in op.events]
    for event, row in zip(op.events, rows, strict=True):
        if row is not None and not _same(heads, event, row, head):
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


def _same(heads: Heads, event: NewEvent, row: tuple[Any, ...], head: StreamHead | None) -> bool:
    stored = (row[1], row[5], row[6], row[7])
    wanted = (head.number if head else 0, event.schema_version, event.data, event.metadata)
    return bool(stored == wanted) and heads.is_type(row[4], event.type)


def _insert(batch: Batch, heads: Heads, op: Append, head: StreamHead, now: int) -> AppendResult:
    position, version = heads.position, head.version
    for offset, event in enumerate(op.events, 1):
        correlation = event.correlation_id or event.id
        batch.events.append(
            (
                position + offset,
                head.number,
                version + offset,
                event.id.bytes,
                heads.types.get(event.type) or heads.type_number(event.type),
                event.schema_version,
                now if event.recorded_at is None else event.recorded_at,
                now if event.occurred_at is None else event.occurred_at,
                correlation.bytes,
                event.causation_id.bytes if event.causation_id else None,
                event.data,
                event.metadata,
            )
        )
    last_position, last_version = position + len(op.events), version + len(op.events)
    batch.streams[head.number] = (last_version, now, last_position, head.number)
    heads.position, head.version = last_position, last_version
    return AppendResult(
        stream=op.stream,
        first_version=version + 1,
        last_version=last_version,
        first_position=position + 1,
        last_position=last_position,
    )


RUN: Run = {
    Append: lambda w, o: append(w.con, w.batch, w.heads, o, w.now, w.possibly_stored),
    AppendMany: lambda w, o: append_many(w.con, w.batch, w.heads, o, w.now, w.possibly_stored),
    CloseStream: lambda w, o: close_stream(w.con, w.heads, o, w.now),
}

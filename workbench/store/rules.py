"""Rules that every adapter applies the same way, before it looks at what is stored."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import (
    ANY,
    STREAM_EXISTS,
    InvalidEvent,
    InvalidName,
    InvalidValue,
    NotFound,
    PartialDuplicate,
    WorkbenchBug,
    WorkbenchError,
)
from workbench.model.clock import MICROSECONDS, checked_time
from workbench.model.error_text import error_sentence
from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.json_values import MAX_BYTES, check_name
from workbench.model.messaging import Message
from workbench.model.projection import misnamed, unstorable
from workbench.store.operations import Append, AppendMany
from workbench.store.operations.projection_operations import EnsureProjection
from workbench.store.stored_values import AppendResult, Delivery

MANY = 100
"""Streams that one request may append to (A10)."""
MAX_VERSION = 2**31 - 1
AT_ONCE = 2 * 1024 * 1024
"""Characters of payloads with which a read on the loop is content, of which one alone may be more (V4)."""
SURELY_SMALL = MAX_BYTES // 4
"""Characters that never take more bytes than are allowed."""


def own_error(error: Exception) -> WorkbenchError:
    """Returns the error with which one operation fails; the others of its group do not (C6)."""
    if isinstance(error, WorkbenchError):
        return error
    said = error_sentence(error)
    bound = isinstance(error, OverflowError | UnicodeError) or "binding" in said
    found = (
        InvalidValue(f"the store cannot hold a value of this: {said}", path="")
        if bound
        else WorkbenchBug(f"the store failed: {said}")
    )
    found.__cause__ = error
    return found


def detached(subscription: str) -> NotFound:
    """Returns the refusal to deliver something to a subscription that nothing handles (P7)."""
    return NotFound(
        f"subscription {subscription} is detached: it has no handler now",
        hint="bring it back, or trust or fix its module; dead letters can be archived or purged meanwhile",
    )


def check_rows(rows: Iterable[Mapping[str, Any]]) -> None:
    """Refuses rows that no table can hold.

    Raises:
        InvalidValue: A number or text that a row cannot hold.
    """
    for row in rows:
        for name, value in row.items():
            if said := unstorable(value):
                raise InvalidValue(f"the store cannot hold a value of this: column {name}: {said}", path="")


def fits(expected: int, version: int) -> bool:
    """Whether a stream at ``version`` is what the caller expected; version 0 means that there is none."""
    match expected:
        case value if value == ANY:
            return True
        case value if value == STREAM_EXISTS:
            return version > 0
        case _:
            return version == expected


def check_append(op: Append, known_types: Container[str]) -> None:
    """Refuses what no append may be.

    Args:
        known_types: Event types whose names were looked at before.

    Raises:
        InvalidEvent: The same id twice in one request (A1), or no version is expected.
        InvalidEvent: A time, version or text that cannot be stored.
        InvalidName: Of the stream or a type.
    """
    check_name(op.stream, what="the stream's name")
    if op.expected < STREAM_EXISTS:
        raise InvalidEvent(f"expected version {op.expected} is no version", path="")
    if len(op.events) > 1 and len({event.id for event in op.events}) != len(op.events):
        raise InvalidEvent("the same event id stands twice in one request", path="")
    for event in op.events:
        if event.type not in known_types:
            check_name(event.type, what="the event type")
        _check_event(event)


def _check_event(event: NewEvent) -> None:
    if not 1 <= event.schema_version <= MAX_VERSION:
        raise InvalidEvent(f"schema version {event.schema_version} is no version", path="")
    try:
        for moment in (event.occurred_at, event.recorded_at):
            if moment is not None:
                checked_time(moment)
    except ValueError as error:
        raise InvalidEvent(str(error), path="") from None
    for text in (event.data, event.metadata or ""):
        if len(text) <= SURELY_SMALL and text.isascii():
            continue
        try:
            size = len(text.encode())
        except UnicodeEncodeError as error:
            raise InvalidEvent(f"lone surrogate at character {error.start + 1}") from None
        if size > MAX_BYTES:
            raise InvalidEvent(f"larger than {MAX_BYTES // 1024 // 1024} MiB")


def check_many(op: AppendMany) -> None:
    """Refuses what no request to several streams may be.

    Raises:
        InvalidEvent: More than 100 streams, or a stream or an id twice (A1, A10).
    """
    if len(op.appends) > MANY:
        raise InvalidEvent(f"{len(op.appends)} streams in one request; {MANY} are the most", path="")
    if len({part.stream for part in op.appends}) < len(op.appends):
        raise InvalidEvent("the same stream stands twice in one request", path="")
    ids = [event.id for part in op.appends for event in part.events]
    if len(set(ids)) < len(ids):
        raise InvalidEvent("the same event id stands twice in one request", path="")


def half_stored(op: AppendMany, results: Sequence[AppendResult | None]) -> list[tuple[int, WorkbenchError]]:
    """Returns the entries that are stored already, where others of the same request are not (A6)."""
    known = [index for index, result in enumerate(results) if result is not None and result.idempotent]
    if not known or len(known) == sum(1 for part in op.appends if part.events):
        return []
    said = "is stored already, others of the request are not"
    return [(index, PartialDuplicate(f"{op.appends[index].stream} {said}")) for index in known]


def check_table_names(op: EnsureProjection) -> None:
    """Makes sure that names can be those of tables and columns.

    Raises:
        InvalidName: One cannot.
    """
    if said := misnamed(op.name, [name for name, _ in op.columns]):
        raise InvalidName(said, path="")


def urgency(delivery: Delivery) -> tuple[bool, int, int]:
    """Returns what orders deliveries that can be claimed: in doubt first, then by priority and age (R1)."""
    boosted = delivery.enqueued_at - delivery.priority * MICROSECONDS
    return delivery.crashed == 0, boosted, delivery.position


def room_left(room: int | None, read: Iterable[Message | RecordedEvent]) -> int | None:
    """Returns how many characters of payloads there is room for behind these; None for any number."""
    return None if room is None else max(0, room - sum(len(one.data) for one in read))

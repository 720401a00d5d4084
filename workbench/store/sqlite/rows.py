"""Turns rows into the store's values; the only place that knows the order of columns."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import starmap
from typing import Any, Literal
from uuid import UUID

import msgspec

from workbench.model.command import CommandOutcome
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState, Trigger, sources
from workbench.model.event import RecordedEvent
from workbench.model.marks import WITHDRAWN
from workbench.model.messaging import COMMANDS_TOPIC, Message, event_as_message
from workbench.store.letter_jobs import Job, JobPlan, JobStatus
from workbench.store.letter_values import message_of
from workbench.store.sqlite.column_shapes import ColumnShape, Count, Id, RowShape, json_reader, uuid_of
from workbench.store.stored_values import (
    Attempt,
    CommandRecord,
    DeadLetter,
    Delivery,
    ProjectionState,
    ProjectionStatus,
    Reason,
    StreamInfo,
)

HEAD = (
    "select max(coalesce((select max(position) from events), 0), coalesce((select max(position) from messages), 0),"
    " coalesce((select cast(value as integer) from meta where key = 'head'), 0)) head"
)
"""The highest position that was given away; retention may have taken what stood there (I3, G1)."""
EVENTS = (
    "select e.position, s.name, e.version, e.event_id, t.name, e.schema_version, e.recorded_at, e.occurred_at,"
    " e.correlation_id, e.causation_id, e.data, e.meta"
    " from events e join streams s on s.id = e.stream_id join types t on t.id = e.type_id "
)
MESSAGES = (
    "select m.position, p.name, m.message_id, m.type, m.key, m.data, m.meta, m.priority, m.published_at,"
    " m.deliver_at, m.expires_at, m.correlation_id, m.causation_id"
    " from messages m join topics p on p.id = m.topic_id "
)
EVENT_DATA, MESSAGE_DATA = 10, 5
"""Places of the payloads in rows of `EVENTS` and `MESSAGES`."""
LETTERS = (
    "select id, subscription, topic, position, message_id, type, key, data, meta, reason, error_type, error, place,"
    " traceback, attempts, first_failed_at, died_at, generation, status, parent, edited, changed_at, correlation_id"
    " from dead_letters "
)
DELIVERIES = (
    "select id, position, message_id, key, state, generation, acquired, failed, crashed, due_at, lease_token,"
    " lease_until, lease_owner, priority, enqueued_at, expires_at, data, attempts, letter_id from deliveries "
)
COMMANDS = (
    "select id, command_id, type, stream, data, outcome, message, hint, field, expected, version, first_position,"
    " last_position * (first_position > 0) last_position, attempts, issued_at, duration_us, correlation_id, causation_id,"
    " origin from commands "
)
"""The row of a command without events has how far the log was as its last position (`records.record_command`)."""
PROJECTIONS = (
    "select name, generation, live, checkpoint, columns, definition_hash, status, fault, fault_position, rows,"
    " updated_at, (value is generation) held from projections left join meta on key = 'held ' || name "
)
"""The store's `meta` says which generation is held beside the live one (J10)."""
JOBS = (
    "select id, action, numbers, per_second, skip_on, status, step, done, failed, skipped, trouble, created_at,"
    " changed_at, plan from jobs "
)
WITHDRAWN_COMMAND = f"p.name = '{COMMANDS_TOPIC}' and ifnull(instr(m.meta, '\"{WITHDRAWN}\":true'), 0) > 0"
"""Whether a message ``m`` of a topic ``p`` is a command that was taken back (K7)."""
STREAMS = "select id, name, category, version, closed, created_at, updated_at, last_position from streams "

Columns = tuple[tuple[str, str], ...]
"""Names and kinds of the columns of a projection, the key first."""
_columns = json_reader(tuple[tuple[str, str], ...], "columns of projections")
_plan = json_reader(JobPlan, "plans of jobs")
_numbers = json_reader(tuple[int, ...], "numbers of jobs")
attempts = json_reader(tuple[Attempt, ...], "attempts of deliveries or dead_letters")

_Text, _MaybeText, _MaybeId, _MaybeInt, _Flag = str, str | None, Id | None, int | None, Literal[0, 1]
_EVENT = ColumnShape(
    EVENTS, Count, _Text, Count, Id, _Text, Count, int, int, Id, _MaybeId, _Text, _MaybeText
)  # fmt: skip
_MESSAGE = ColumnShape(
    MESSAGES, Count, _Text, Id, _Text, _Text, _Text, _MaybeText, int, int, _MaybeInt, _MaybeInt, Id, _MaybeId
)
_DELIVERY = ColumnShape(
    DELIVERIES, Count, Count, Id, _Text, DeliveryState, Count, Count, Count, Count, _MaybeInt, _MaybeId, _MaybeInt,
    _MaybeId, int, int, _MaybeInt, _MaybeText, _Text, _MaybeInt,
)  # fmt: skip
letters = RowShape(
    DeadLetter, LETTERS,
    Count, _Text, _Text, Count, Id, _Text, _Text, _Text, _MaybeText, Reason, _Text, _Text, _Text, _Text, _Text,
    int, int, Count, LetterStatus, _MaybeInt, _MaybeText, int, Id, attempts=attempts,
)  # fmt: skip
jobs = RowShape(
    Job, JOBS,
    Count, _Text, _Text, float, _Flag, JobStatus, Count, Count, Count, Count, _Text, int, int, _Text,
    numbers=_numbers, plan=_plan,
)  # fmt: skip
commands = RowShape(
    CommandRecord, COMMANDS,
    Count, Id, _Text, _Text, _Text, CommandOutcome, _Text, _Text, _MaybeText, _MaybeInt, Count, Count, Count, Count,
    int, int, Id, _MaybeId, _Text, outcome=str,
)  # fmt: skip
projections = RowShape(
    ProjectionState, PROJECTIONS,
    _Text, Count, _Flag, Count, _Text, _Text, ProjectionStatus, _Text, Count, Count, int, _Flag,
    columns=_columns,
)  # fmt: skip
streams = RowShape(StreamInfo, STREAMS, Count, _Text, _Text, Count, _Flag, int, int, Count)


_NUMBERS = msgspec.json.Decoder(list[int])


def numbers(said: str | None) -> array[int]:
    """Returns the numbers that `group_concat` joined, in their order; none for null."""
    return array("q", _NUMBERS.decode(f"[{said or ''}]"))


def events(rows: Iterable[Any]) -> list[RecordedEvent]:
    """Reads rows of `EVENTS`, whose columns stand in the order of the fields."""
    return list(starmap(RecordedEvent, _EVENT(rows)))


def messages(rows: Iterable[Any]) -> list[Message]:
    """Reads rows of `MESSAGES`."""
    return [
        Message(
            position=row[0],
            topic=row[1],
            id_bytes=row[2],
            type=row[3],
            key=row[4],
            data=row[5],
            event=False,
            metadata=row[6],
            priority=row[7],
            published_at=row[8],
            deliver_at=row[9],
            expires_at=row[10],
            correlation_bytes=row[11],
            causation_bytes=row[12],
        )
        for row in _MESSAGE(rows)
    ]


def beginning(column: str, most: int) -> str:
    """Returns, for SQL of a reader, the first characters of a text of any kind; `substr` ends at a NUL.

    Args:
        most: How many characters, of no more than four bytes each; of an empty text SQLite has no bytes.
    """
    return f"coalesce(first_of(substr(cast({column} as blob), 1, {4 * most}), {most}), {column})"


def first_of(data: bytes | None, most: int) -> str | None:
    """Returns the first characters of a text's bytes, NUL as an escape."""
    return None if data is None else data.decode(errors="ignore")[:most].replace("\0", "\\u0000")


def states(*triggers: Trigger) -> str:
    """Returns, for SQL, the states in which a trigger is legal."""
    return ",".join(f"'{state}'" for state in sources(*triggers))


def message_at(con: sqlite3.Connection, position: int, topic: str) -> Message | None:
    """Returns the published message or the event at a position."""
    found = messages(con.execute(MESSAGES + "where m.position = ?", (position,)))
    if found:
        return found[0]
    recorded = events(con.execute(EVENTS + "where e.position = ?", (position,)))
    return event_as_message(recorded[0], topic) if recorded else None


def message_to_deliver(
    con: sqlite3.Connection, position: int, topic: str, letter: int | None
) -> Message | None:
    """Returns the message of a delivery; of one that retention took, what its dead letter kept (G1, L1)."""
    found = message_at(con, position, topic)
    if found is None and letter is not None:
        kept = letters(con.execute(LETTERS + "where id = ?", (letter,)))
        return message_of(kept[0]) if kept else None
    return found


def deliveries(rows: Iterable[Any], subscription: str) -> list[Delivery]:
    """Reads rows of `DELIVERIES`."""
    return [
        Delivery(
            number=row[0],
            subscription=subscription,
            position=row[1],
            message_id=UUID(bytes=row[2]),
            key=row[3],
            state=row[4],
            generation=row[5],
            acquired=row[6],
            failed=row[7],
            crashed=row[8],
            due_at=row[9],
            lease_token=uuid_of(row[10]),
            lease_until=row[11],
            lease_owner=uuid_of(row[12]),
            priority=row[13],
            enqueued_at=row[14],
            expires_at=row[15],
            data=row[16],
            attempts=attempts(row[17]),
            dead_letter=row[18],
        )
        for row in _DELIVERY(rows)
    ]


def known_ids(
    con: sqlite3.Connection, column: str, ids: Sequence[bytes], newest: bytes
) -> tuple[set[bytes], bytes]:
    """Returns which ids are stored or given more than once, and the greatest id from now on.

    Args:
        column: The table and its column, as in ``events where event_id``.
        newest: The greatest id that is stored; what is greater need not be looked for.
    """
    if not ids:
        return set(), newest
    twice = {one for one, count in Counter(ids).items() if count > 1} if len(set(ids)) < len(ids) else set()
    greatest = max(ids)
    if min(ids) > newest:
        return twice, greatest
    return stored_ids(con, column, [one for one in ids if one <= newest]) | twice, max(newest, greatest)


def stored_ids(con: sqlite3.Connection, column: str, ids: Sequence[bytes]) -> set[bytes]:
    """Returns which ids are stored; the column is named as for `known_ids`."""
    _, _, name = column.rpartition(" ")
    found: set[bytes] = set()
    for first in range(0, len(ids), 500):
        part = ids[first : first + 500]
        marks = ",".join("?" * len(part))
        found.update(row[0] for row in con.execute(f"select {name} from {column} in ({marks})", part))
    return found


@lru_cache(maxsize=256)
def columns_of(columns: str) -> Columns:
    """Returns the names and kinds of the columns of a projection, which the store keeps as JSON."""
    found: Columns = _columns(columns)
    return found

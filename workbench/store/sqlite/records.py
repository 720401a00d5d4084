"""Writes what stands beside the events: snapshots, results of commands, topics and published messages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec.structs import replace

from workbench.errors import MessageIdReused, NotFound, TopicAlreadyExists, TopicNotFound
from workbench.model.json_values import check_name
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.operations import (
    Atomic,
    CreateTopic,
    EnsureTopic,
    NewMessage,
    Operation,
    RecordCommand,
    Retain,
    SaveSnapshot,
    Settle,
)
from workbench.store.sqlite.batch import Batch
from workbench.store.sqlite.heads import Heads
from workbench.store.sqlite.rows import COMMANDS, commands, known_ids
from workbench.store.sqlite.run_table import Run
from workbench.store.stored_values import AppendResult, CommandRecord


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


def known_commands(con: sqlite3.Connection, heads: Heads, operations: Sequence[Operation]) -> set[bytes]:
    """Returns the command ids of a group that are stored already, or that stand in it more than once."""
    ids = [one.bytes for one in _command_ids(operations)]
    found, heads.newest_command = known_ids(con, "commands where command_id", ids, heads.newest_command)
    return found


def _command_ids(operations: Sequence[Operation]) -> Iterator[UUID]:
    for operation in operations:
        match operation:
            case RecordCommand():
                yield operation.record.command_id
            case Atomic():
                yield from _command_ids(operation.operations)


def known_record(con: sqlite3.Connection, op: RecordCommand) -> CommandRecord | None:
    """Returns what is stored under a command's id."""
    query = COMMANDS + "where command_id = ?"
    found = commands(con.execute(query, (op.record.command_id.bytes,)))
    return found[0] if found else None


def record_command(
    batch: Batch, heads: Heads, op: RecordCommand, appended: AppendResult | None
) -> CommandRecord:
    """Remembers how a command ended, whose id is not known; returns the record.

    The row of one that wrote no event says how far the log was by then, as its last position.
    """
    record = op.record
    if appended is not None and appended.first_position:
        record = replace(
            record,
            version=appended.last_version,
            first_position=appended.first_position,
            last_position=appended.last_position,
        )
    batch.commands.append(
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
            record.version,
            record.first_position,
            record.last_position or heads.position,
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


def create_topic(con: sqlite3.Connection, heads: Heads, op: CreateTopic, now: int) -> None:
    """Makes a topic.

    Raises:
        TopicAlreadyExists: There is one of that name (P4).
    """
    if op.name in heads.topics:
        raise TopicAlreadyExists(f"there is a topic {op.name} already")
    ensure_topic(con, heads, EnsureTopic(name=op.name), now)


def published_before(con: sqlite3.Connection, heads: Heads, operations: Sequence[Operation]) -> set[bytes]:
    """Returns the message ids of a group that are stored already, or that stand in it more than once."""
    ids = [one.bytes for one in _message_ids(operations)]
    found, heads.newest_message = known_ids(con, "messages where message_id", ids, heads.newest_message)
    return found


def _message_ids(operations: Sequence[Operation]) -> Iterator[UUID]:
    for operation in operations:
        match operation:
            case NewMessage():
                yield operation.id
            case Atomic():
                yield from _message_ids(operation.operations)
            case Settle():
                yield from _message_ids(operation.effects)


def publish(
    con: sqlite3.Connection, batch: Batch, heads: Heads, op: NewMessage, now: int, possibly_stored: set[bytes]
) -> int:
    """Stores a message; a known id with the same content answers with its first position (P2).

    Args:
        possibly_stored: Message ids that may be stored already.

    Raises:
        TopicNotFound: No such topic (P4).
        MessageIdReused: The id belongs to another message.
    """
    topic = heads.topics.get(op.topic)
    if topic is None:
        known = ", ".join(sorted(heads.topics))
        raise TopicNotFound(f"there is no topic {op.topic}", hint=f"topics: {known}")
    identity = op.id.bytes
    if identity in possibly_stored:
        batch.flush()
        row = con.execute(
            "select position, topic_id, type, key, data from messages where message_id = ?", (identity,)
        ).fetchone()
        if row is not None:
            if row[1:] != (topic, op.type, op.key, op.data):
                raise MessageIdReused(f"message id {op.id} belongs to another message, at position {row[0]}")
            return int(row[0])
    heads.position += 1
    batch.messages.append(
        (
            heads.position,
            topic,
            identity,
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
        )
    )
    if op.instance:
        con.execute("insert into timeouts values (?,?,?)", (heads.position, op.instance, op.type))
    return heads.position


def retain(con: sqlite3.Connection, heads: Heads, op: Retain) -> int:
    """Removes settled messages of a topic (G1); returns how many.

    Raises:
        NotFound: A subscription does not exist.
    """
    topic = heads.topics.get(op.topic)
    passed = min((_cursor(con, name) for name in op.subscriptions), default=heads.position)
    if op.keep is not None:
        kept = con.execute(
            "select position from messages where topic_id = ? order by position desc limit 1 offset ?",
            (topic, op.keep),
        ).fetchone()
        passed = min(passed, kept[0] if kept else 0)
    removed = con.execute(
        "delete from messages where position in (select m.position from messages m where m.topic_id = ?"
        " and m.position <= ? and m.published_at < ? and not exists (select 1 from deliveries d"
        " join subscriptions s on s.id = d.subscription_id where d.position = m.position and s.topic = ?)"
        " order by m.position limit ?)",
        (topic, passed, 2**62 if op.before is None else op.before, op.topic, op.limit),
    ).rowcount
    if removed and op.topic == COMMANDS_TOPIC:
        gone = "position <= ? and position not in (select position from messages)"
        con.execute(f"delete from timeouts where {gone}", (passed,))
    # The newest position may be among them, and no position is ever given away twice (I3).
    con.execute("insert or replace into meta values ('head', ?)", (str(heads.position),))
    return removed


def _cursor(con: sqlite3.Connection, subscription: str) -> int:
    row = con.execute("select cursor from subscriptions where name = ?", (subscription,)).fetchone()
    if row is None:
        raise NotFound(f"there is no subscription {subscription}")
    return int(row[0])


def _bytes(identity: UUID | None) -> bytes | None:
    return identity.bytes if identity is not None else None


RUN: Run = {
    SaveSnapshot: lambda w, o: save_snapshot(w.con, w.heads, o, w.now),
    EnsureTopic: lambda w, o: ensure_topic(w.con, w.heads, o, w.now),
    CreateTopic: lambda w, o: create_topic(w.con, w.heads, o, w.now),
    NewMessage: lambda w, o: publish(w.con, w.batch, w.heads, o, w.now, w.published),
    Retain: lambda w, o: retain(w.con, w.heads, o),
}

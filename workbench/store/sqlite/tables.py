"""The tables of a store, as SQLModel classes: schema, migrations and ad-hoc queries come from here.

Times are microseconds since 1970; ids are the 16 bytes of a UUID; payloads are JSON text.
"""
# No postponed annotations here: SQLModel reads them when the classes are made.

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Column, Field, SQLModel

APPLICATION_ID = 0x4557424E
"""``EWBN`` in the file's header: Event Workbench."""
SCHEMA_VERSION = 9


def _text(*, null: bool = False) -> Column:  # type: ignore[type-arg]  # SQLAlchemy infers it per use
    return Column(Text, nullable=null)


def _id(*, null: bool = False) -> Column:  # type: ignore[type-arg]  # SQLAlchemy infers it per use
    return Column(LargeBinary(16), nullable=null)


class Meta(SQLModel, table=True):
    """Facts about the store itself."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class EventTypeRow(SQLModel, table=True):
    """Names of event types, interned."""

    __tablename__ = "types"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class StreamRow(SQLModel, table=True):
    """Streams, numbered in the order of their creation, with their heads."""

    __tablename__ = "streams"
    __table_args__ = (Index("streams_category", "category"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    category: str
    version: int
    closed: int = Field(default=0)
    created_at: int
    updated_at: int
    last_position: int


class EventRow(SQLModel, table=True):
    """The log. Positions are shared with messages: one common order."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("stream_id", "version"),
        UniqueConstraint("event_id"),
        Index("events_correlation", "correlation_id"),
    )
    position: int | None = Field(default=None, primary_key=True)
    stream_id: int
    version: int
    event_id: bytes = Field(sa_column=_id())
    type_id: int
    schema_version: int
    recorded_at: int
    occurred_at: int
    correlation_id: bytes = Field(sa_column=_id())
    causation_id: bytes | None = Field(sa_column=_id(null=True))
    data: str = Field(sa_column=_text())
    meta: str | None = Field(sa_column=_text(null=True))


class SnapshotRow(SQLModel, table=True):
    """The newest snapshot of each stream."""

    __tablename__ = "snapshots"
    stream_id: int = Field(primary_key=True)
    version: int
    state_hash: str
    state: str = Field(sa_column=_text())
    taken_at: int


class CommandRow(SQLModel, table=True):
    """Commands and how they ended.

    ``last_position`` of one without events is how far the log was by then; 0 where that is not known.
    """

    __tablename__ = "commands"
    __table_args__ = (UniqueConstraint("command_id"),)
    id: int | None = Field(default=None, primary_key=True)
    command_id: bytes = Field(sa_column=_id())
    type: str
    stream: str
    data: str = Field(sa_column=_text())
    outcome: str
    message: str
    hint: str
    field: str | None
    expected: int | None
    version: int
    first_position: int
    last_position: int
    attempts: int
    issued_at: int
    duration_us: int
    correlation_id: bytes = Field(sa_column=_id())
    causation_id: bytes | None = Field(sa_column=_id(null=True))
    origin: str


class TopicRow(SQLModel, table=True):
    """Topics that exist."""

    __tablename__ = "topics"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    created_at: int


class MessageRow(SQLModel, table=True):
    """Messages that were published; routed events are not copied here (P1)."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("message_id"),
        Index("messages_topic", "topic_id", "position"),
        Index("messages_urgent", "topic_id", "position", sqlite_where=text("priority <> 0")),
    )
    position: int | None = Field(default=None, primary_key=True)
    topic_id: int
    message_id: bytes = Field(sa_column=_id())
    type: str
    key: str
    data: str = Field(sa_column=_text())
    meta: str | None = Field(sa_column=_text(null=True))
    priority: int
    published_at: int
    deliver_at: int | None
    expires_at: int | None
    correlation_id: bytes = Field(sa_column=_id())
    causation_id: bytes | None = Field(sa_column=_id(null=True))


class SubscriptionRow(SQLModel, table=True):
    """Durable subscriptions with their cursors."""

    __tablename__ = "subscriptions"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    topic: str
    cursor: int
    claimed_to: int = Field(default=0)
    claim_token: bytes | None = Field(sa_column=_id(null=True))
    claim_owner: bytes | None = Field(sa_column=_id(null=True))
    claim_until: int | None
    paused: int = Field(default=0)
    delivered: int = Field(default=0)
    failed: int = Field(default=0)
    filtered: int = Field(default=0)
    retried: int = Field(default=0)
    died: int = Field(default=0)
    expired: int = Field(default=0)
    skipped: int = Field(default=0)
    created_at: int


class DeliveryRow(SQLModel, table=True):
    """Deliveries that are not, or not yet, a plain success (contract §5).

    ``rank`` orders the rows of one state: ready and blocked ones by urgency (when the message was enqueued, less
    the boost of its priority), delayed ones by when they are due, leased ones by when the lease ends.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("subscription_id", "position"),
        Index("deliveries_rank", "subscription_id", "state", "rank", "position"),
        Index("deliveries_key", "subscription_id", "key", "position", sqlite_where=text("key <> ''")),
        Index("deliveries_suspects", "subscription_id", sqlite_where=text("crashed > 0")),
        Index("deliveries_letters", "letter_id", sqlite_where=text("letter_id is not null")),
    )
    id: int | None = Field(default=None, primary_key=True)
    subscription_id: int
    position: int
    message_id: bytes = Field(sa_column=_id())
    key: str
    state: str
    rank: int
    generation: int = Field(default=0)
    acquired: int = Field(default=0)
    failed: int = Field(default=0)
    crashed: int = Field(default=0)
    due_at: int | None
    lease_token: bytes | None = Field(sa_column=_id(null=True))
    lease_until: int | None
    lease_owner: bytes | None = Field(sa_column=_id(null=True))
    priority: int = Field(default=0)
    enqueued_at: int
    expires_at: int | None
    data: str | None = Field(sa_column=_text(null=True))
    attempts: str = Field(sa_column=_text())
    letter_id: int | None


class LetterRow(SQLModel, table=True):
    """Dead letters (contract §6)."""

    __tablename__ = "dead_letters"
    __table_args__ = (
        Index("dead_letters_status", "status", "id"),
        Index("dead_letters_subscription", "subscription", "status"),
    )
    id: int | None = Field(default=None, primary_key=True)
    subscription: str
    topic: str
    position: int
    message_id: bytes = Field(sa_column=_id())
    type: str
    key: str
    data: str = Field(sa_column=_text())
    meta: str | None = Field(sa_column=_text(null=True))
    reason: str
    error_type: str
    error: str
    place: str
    traceback: str = Field(sa_column=_text())
    attempts: str = Field(sa_column=_text())
    first_failed_at: int
    died_at: int
    generation: int
    status: str
    parent: int | None
    edited: str | None = Field(sa_column=_text(null=True))
    changed_at: int
    correlation_id: bytes = Field(sa_column=_id())


class LetterChangeRow(SQLModel, table=True):
    """What archived and purged dead letters were before, a row for each act that is not undone (L9)."""

    __tablename__ = "letter_changes"
    __table_args__ = (Index("letter_changes_letter", "letter_id"), Index("letter_changes_act", "act"))
    id: int | None = Field(default=None, primary_key=True)
    act: str
    letter_id: int
    status: str
    changed_at: int


class LetterNoteRow(SQLModel, table=True):
    """Who takes care of dead letters, and what is known of them."""

    __tablename__ = "letter_notes"
    letter_id: int | None = Field(default=None, primary_key=True)
    owner: str
    note: str


class JobRow(SQLModel, table=True):
    """Bulk actions on dead letters, each with the list that was frozen when it was confirmed (L5)."""

    __tablename__ = "jobs"
    id: int | None = Field(default=None, primary_key=True)
    action: str
    numbers: str = Field(sa_column=_text())
    per_second: float
    skip_on: int
    status: str
    step: int
    done: int
    failed: int
    skipped: int
    trouble: str
    created_at: int
    changed_at: int
    plan: str = Field(sa_column=_text())


class ProjectionRow(SQLModel, table=True):
    """Generations of projections with their checkpoints; their rows are in tables of their own."""

    __tablename__ = "projections"
    name: str = Field(primary_key=True)
    generation: int = Field(primary_key=True)
    live: int
    checkpoint: int
    definition_hash: str
    columns: str = Field(sa_column=_text())
    status: str
    fault: str
    fault_position: int
    rows: int = Field(default=0)
    updated_at: int


class PassedRow(SQLModel, table=True):
    """Events that projections could not fold and went on behind."""

    __tablename__ = "passed_events"
    __table_args__ = (UniqueConstraint("projection", "generation", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    projection: str
    generation: int
    position: int
    stream: str
    kind: str
    error: str
    at: int


class ProcessRow(SQLModel, table=True):
    """States of the instances of processes."""

    __tablename__ = "processes"
    process: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    state: str = Field(sa_column=_text())
    began: int


class TimeoutRow(SQLModel, table=True):
    """Commands that instances of processes issued for later, so that they can be withdrawn."""

    __tablename__ = "timeouts"
    __table_args__ = (Index("timeouts_instance", "instance", "type"),)
    position: int | None = Field(default=None, primary_key=True)
    instance: str
    type: str


class ActionRow(SQLModel, table=True):
    """What operators did."""

    __tablename__ = "actions"
    __table_args__ = (Index("actions_act", "act", sqlite_where=text("act <> ''")),)
    id: int | None = Field(default=None, primary_key=True)
    at: int
    action: str
    subject: str
    detail: str
    who: str
    count: int
    act: str
    undone: int


class ReplacedRow(SQLModel, table=True):
    """What acts of operators replaced, so that their undo brings back just that (L10)."""

    __tablename__ = "replaced"
    __table_args__ = (Index("replaced_act", "act"),)
    id: int | None = Field(default=None, primary_key=True)
    act: str
    at: int
    number: int
    kept: str = Field(sa_column=_text())

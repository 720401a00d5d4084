"""What the store answers with: frozen values; database rows never leave the adapter."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState


class Instance(NamedTuple):
    """An instance of a process: state as JSON, position of what began it; 0 if schema 6 held it already."""

    state: str
    began: int


class StreamInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A stream as listings show it; times in microseconds since 1970."""

    number: int
    name: str
    category: str
    version: int
    closed: bool
    created_at: int
    updated_at: int
    last_position: int


class AppendResult(msgspec.Struct, frozen=True, kw_only=True):
    """Where an append put its events; zeros where it wrote none (A9)."""

    stream: str
    first_version: int
    last_version: int
    first_position: int
    last_position: int
    idempotent: bool = False

    def after(self, first: AppendResult | None) -> AppendResult:
        """Returns what a command's record says of several appends: the first one's version, all positions."""
        if first is None:
            return self
        places = [one.first_position for one in (first, self) if one.first_position]
        last = max(first.last_position, self.last_position)
        version = self.last_version if self.stream == first.stream else first.last_version
        first = msgspec.structs.replace(first, last_version=version, last_position=last)
        return msgspec.structs.replace(first, first_position=min(places, default=0))


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The fold of a stream exactly at a version (S1)."""

    stream: str
    version: int
    state_hash: str
    state: str


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was issued and how it ended; the history and the memory of command ids (K3)."""

    number: int = 0
    command_id: UUID
    type: str
    stream: str
    data: str
    outcome: str
    message: str = ""
    hint: str = ""
    field: str | None = None
    expected: int | None = None
    version: int = 0
    first_position: int = 0
    last_position: int = 0
    attempts: int = 1
    issued_at: int = 0
    duration_us: int = 0
    correlation_id: UUID
    causation_id: UUID | None = None
    origin: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try of a delivery that failed.

    Attributes:
        copy: Id of the edited copy on which it ran (L6); None for the message's own payload.
    """

    number: int
    at: int
    duration_us: int
    error_type: str
    error: str
    place: str = ""
    copy: UUID | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that was not a plain success.

    Attributes:
        number: Identity of the row.
        position: Of the message that it is for.
        data: Edited payload, or None for the message's own.
        due_at: Not before, microseconds since 1970.
        lease_owner: The engine that holds it.
        dead_letter: The dead letter that it was replayed from, or that it became.
    """

    number: int
    subscription: str
    position: int
    message_id: UUID
    key: str
    state: DeliveryState
    generation: int = 0
    acquired: int = 0
    failed: int = 0
    crashed: int = 0
    due_at: int | None = None
    lease_token: UUID | None = None
    lease_until: int | None = None
    lease_owner: UUID | None = None
    priority: int = 0
    enqueued_at: int = 0
    expires_at: int | None = None
    data: str | None = None
    attempts: tuple[Attempt, ...] = ()
    dead_letter: int | None = None


class Reason(StrEnum):
    """Why a delivery died (L2)."""

    MAX_ATTEMPTS = "max_attempts"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CRASH_LOOP = "crash_loop"
    FILTER_ERROR = "filter_error"


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that died, with all that is needed to understand and repair it (L1).

    Attributes:
        data: The original bytes as text; never changed (I10).
        edited: The payload of the latest edited copy, or None (L6).
        place: Where in the handler's code the error rose, such as ``mail.py:31 send_welcome``.
        parent: The dead letter whose replay failed and made this one (L4).
    """

    number: int = 0
    subscription: str
    topic: str
    position: int
    message_id: UUID
    type: str
    key: str
    data: str
    metadata: str | None = None
    reason: Reason
    error_type: str = ""
    error: str = ""
    place: str = ""
    traceback: str = ""
    attempts: tuple[Attempt, ...] = ()
    first_failed_at: int = 0
    died_at: int = 0
    generation: int = 0
    status: LetterStatus = LetterStatus.OPEN
    parent: int | None = None
    edited: str | None = None
    changed_at: int = 0
    correlation_id: UUID


class LetterLine(NamedTuple):
    """What a list shows of a dead letter: neither payload nor traceback, of an error only its beginning.

    Attributes:
        attempts: How many were made.
        died_at: Microseconds since 1970.
    """

    number: int
    status: str
    type: str
    key: str
    error: str
    attempts: int
    died_at: int
    subscription: str


class LetterFacts(NamedTuple):
    """What dead letters are searched, grouped and repaired by.

    Attributes:
        error: Its beginning.
        data: The original payload, JSON.
        metadata: JSON, or None.
        tries: How many were made.
        died_at: Microseconds since 1970.
        owner: Who takes care of it; empty for none.
        note: What operators wrote about it.
        edited: Its latest edited copy, JSON, or None (L6).
    """

    number: int
    subscription: str
    topic: str
    type: str
    key: str
    reason: str
    error_type: str
    error: str
    place: str
    data: str
    metadata: str | None
    tries: int
    died_at: int
    owner: str = ""
    note: str = ""
    edited: str | None = None


class LetterGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters with one cause: subscription, error type, place in the handler's code.

    Attributes:
        first_at: When the first of them died, microseconds since 1970.
        numbers: Of the dead letters, ascending.
    """

    subscription: str
    error_type: str
    place: str
    count: int
    first_at: int
    last_at: int
    numbers: tuple[int, ...]


T = TypeVar("T")


class Glance(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Something with no more than the beginning of its payload.

    Attributes:
        size: Bytes of the whole payload.
    """

    of: T
    size: int


class RowOrder(NamedTuple):
    """The rows of a read model in an order: numbers that hold good in one of its generations."""

    generation: int
    numbers: Sequence[int]


class Depth(msgspec.Struct, frozen=True, kw_only=True):
    """What waits in a subscription, by state, and since when; beside what lies behind its cursor.

    Attributes:
        oldest: When the oldest of them was enqueued, microseconds since 1970; None if nothing waits.
    """

    blocked: int = 0
    delayed: int = 0
    ready: int = 0
    leased: int = 0
    oldest: int | None = None


class SubscriptionState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a subscription stands.

    Attributes:
        cursor: Every message up to here is settled or has a row.
        claimed_to: Messages up to here were handed out; above the cursor after a crash they are in doubt.
        claim_token, claim_owner, claim_until: Under which, to which engine, and until when.
        delivered: Handled successfully, ever.
        failed: Attempts that failed, ever.
        retried, died, expired, skipped: How attempts and deliveries ended, ever.
        waiting: Rows that are blocked, delayed, ready or leased.
        dead: Dead letters that are open.
    """

    number: int
    name: str
    topic: str
    cursor: int
    claimed_to: int
    paused: bool
    delivered: int
    failed: int
    filtered: int
    created_at: int
    retried: int = 0
    died: int = 0
    expired: int = 0
    skipped: int = 0
    waiting: int = 0
    retrying: int = 0
    dead: int = 0
    claim_token: UUID | None = None
    claim_owner: UUID | None = None
    claim_until: int | None = None


class ProjectionStatus(StrEnum):
    """Whether a projection follows the log."""

    LIVE = "live"
    PAUSED = "paused"
    FAULTED = "faulted"


class PassedKind(StrEnum):
    """How a projection went on behind an event that it could not fold (J2)."""

    SKIPPED = "skipped"
    PARKED = "parked"


class PassedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is not in a projection's rows; if parked, nothing later of its stream is, either."""

    position: int
    stream: str
    kind: PassedKind
    error: str
    at: int = 0


class ProjectionState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one generation of a projection stands.

    Attributes:
        live: Whether readers get these rows; else they are being rebuilt (J3).
        checkpoint: Its rows are the fold of all events up to here (I9).
        columns: Pairs of name and kind, as the table has them; the first is the key.
        definition_hash: Of the definition that made the rows (J4).
        fault: What went wrong at ``fault_position`` (J2); empty unless faulted.
        held: Whether it stays beside the live rows until a person has it take their place (J10).
    """

    name: str
    generation: int
    live: bool
    checkpoint: int
    columns: tuple[tuple[str, str], ...]
    definition_hash: str
    status: ProjectionStatus
    fault: str = ""
    fault_position: int = 0
    rows: int = 0
    updated_at: int = 0
    held: bool = False


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the common order as listings show it, without payload; ``withdrawn``: a command (K7)."""

    position: int
    event: bool
    stream: str
    version: int
    type: str
    recorded_at: int
    occurred_at: int
    id: UUID
    withdrawn: bool = False


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a projection table and whether more follow."""

    rows: list[dict[str, Any]]
    more: bool

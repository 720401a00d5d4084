"""What can be written: each operation is a value; a list of them is one transaction (C2, C6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from workbench.errors import ANY
from workbench.model.event import NewEvent
from workbench.store.settlements import NewDelivery, Settlement
from workbench.store.stored_values import (
    CommandRecord,
    Job,
    OperatorAction,
    Snapshot,
)


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that `StoreWriter.write` takes."""


class Append(Operation, frozen=True, kw_only=True):
    """Appends events to one stream (A1–A9); answers with `AppendResult`.

    Attributes:
        expected: ANY, NO_STREAM, STREAM_EXISTS or an exact version.
    """

    stream: str
    events: tuple[NewEvent, ...]
    expected: int = ANY


class AppendMany(Operation, frozen=True, kw_only=True):
    """Appends to up to 100 streams, all or nothing (A10); answers with a tuple of `AppendResult`."""

    appends: tuple[Append, ...]


class CloseStream(Operation, frozen=True, kw_only=True):
    """Has a stream take no more events (A2), or take them again.

    Attributes:
        expected: As for an append; a stream that does not exist cannot be closed.
    """

    stream: str
    expected: int = ANY
    closed: bool = True


class Atomic(Operation, frozen=True, kw_only=True):
    """Several operations of which all take effect or none; answers with the list of answers."""

    operations: tuple[Operation, ...]


class RecordCommand(Operation, frozen=True, kw_only=True):
    """Remembers a command's outcome under its id; answers with the record (K3).

    Where the id is known, nothing changes, nothing else of the same `Atomic` takes effect, and the answer
    is the record that is stored. Where an `Append` stands before it in the same `Atomic`, its positions are
    those of that append.
    """

    record: CommandRecord


class SaveSnapshot(Operation, frozen=True, kw_only=True):
    """Keeps a snapshot unless a newer one is kept already (S1)."""

    snapshot: Snapshot


class NewMessage(Operation, frozen=True, kw_only=True):
    """Publishes one message to a topic (P2); answers with its position."""

    id: UUID
    topic: str
    type: str
    key: str
    data: str
    correlation_id: UUID
    causation_id: UUID | None = None
    metadata: str | None = None
    priority: int = 0
    deliver_at: int | None = None
    expires_at: int | None = None


class EnsureTopic(Operation, frozen=True, kw_only=True):
    """Makes sure that a topic exists."""

    name: str


class CreateTopic(Operation, frozen=True, kw_only=True):
    """Makes a topic that must not exist (P4)."""

    name: str


class Retain(Operation, frozen=True, kw_only=True):
    """Removes settled messages of a topic (G1); answers how many.

    Only messages that every subscription of the topic has passed, and that no delivery is left of, can go.

    Attributes:
        before: Published before this time, microseconds since 1970; None for any time.
        keep: So many of the newest stay whatever their age; None for no such limit.
        subscriptions: Names of those that read the topic.
        limit: At most so many at once.
    """

    topic: str
    subscriptions: tuple[str, ...]
    before: int | None = None
    keep: int | None = None
    limit: int = 5000


class ForgetMessages(Operation, frozen=True, kw_only=True):
    """Removes the messages of a topic and what waits of them, but for dead letters; answers how many.

    Attributes:
        released: Subscriptions in which a dead letter blocks nothing (O2).
    """

    topic: str
    released: tuple[str, ...] = ()


class EnsureSubscription(Operation, frozen=True, kw_only=True):
    """Makes sure that a subscription exists; a new one starts at its cursor, None is the head (P4)."""

    name: str
    topic: str
    cursor: int | None = 0


class Claim(Operation, frozen=True, kw_only=True):
    """Marks messages as handed out, so that after a crash they are in doubt (contract §5).

    It is refused with `StaleLease` where another engine's claim stands, also one that ran out (D5).

    Attributes:
        after: Where the cursor must stand; elsewhere it was moved: `StaleLease`. None for anywhere.
        owner: The engine that claims; None for one that is not known, which counts as dead.
        until: When the claim runs out unless it is extended, microseconds since 1970.
    """

    subscription: str
    upto: int
    token: UUID
    after: int | None = None
    owner: UUID | None = None
    until: int = 0


class Unclaim(Operation, frozen=True, kw_only=True):
    """Gives back what is claimed under a token; nothing happens where it is not any more."""

    subscription: str
    token: UUID


class Lease(Operation, frozen=True, kw_only=True):
    """Leases delivery rows; answers with the numbers that could be leased (contract §5: claim).

    Rows with a key cannot while another engine's claim stands: what is claimed may have that key (I6).

    Attributes:
        owner: As for `Claim`.
    """

    subscription: str
    numbers: tuple[int, ...]
    token: UUID
    until: int
    owner: UUID | None = None


class Extend(Operation, frozen=True, kw_only=True):
    """Moves the deadline of what is held under a token while handlers run (D4); answers how many."""

    subscription: str
    token: UUID
    until: int


class Reclaim(Operation, frozen=True, kw_only=True):
    """Takes back rows whose lease has run out: they count a crash (contract §5); answers how many.

    Attributes:
        topic: Where their messages are looked up.
        keep: Tokens whose holders still run.
        release_key: Whether those behind one that died of it go on (O2).
    """

    subscription: str
    topic: str
    now: int
    keep: tuple[UUID, ...] = ()
    max_crashes: int = 3
    release_key: bool = False


class Skip(Operation, frozen=True, kw_only=True):
    """An operator skips waiting deliveries; answers how many still waited (contract §5).

    Attributes:
        release_key: Whether a dead letter blocks nothing, so that the next goes on even behind one (O2).
    """

    subscription: str
    numbers: tuple[int, ...]
    release_key: bool = False


class Settle(Operation, frozen=True, kw_only=True):
    """Commits a batch: cursor, buffered effects and what did not succeed, all in one (contract §5, D1).

    Attributes:
        cursor: New cursor; None where only rows are settled.
        token: Of the claim or lease; another one in the store is `StaleLease` and nothing takes effect.
        delivered, failed, filtered, retried, died, expired: Added to the subscription's counters.
        release_key: Whether a dead letter blocks nothing: the next delivery of its key goes on (O2).
        claim: Where the next batch ends, which is claimed in the same breath.
        claim_token, claim_until: Of that claim.
        owner: The engine that settles: the next claim, and what is leased as it comes into being, are its.
    """

    subscription: str
    token: UUID
    cursor: int | None = None
    delivered: int = 0
    failed: int = 0
    filtered: int = 0
    retried: int = 0
    died: int = 0
    expired: int = 0
    claim: int | None = None
    claim_token: UUID | None = None
    claim_until: int | None = None
    owner: UUID | None = None
    effects: tuple[Operation, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    release_key: bool = False


class RecoverSubscription(Operation, frozen=True, kw_only=True):
    """Takes back what a dead engine held: rows count a crash, claimed messages are in doubt (contract §5).

    That is (D5) what has run out, what is the engine's own, and in a store that only one process can write
    what was taken before that process opened it.

    Attributes:
        in_doubt: Rows for the messages between cursor and claim that the subscription wants.
        claim: The token of that claim; where another one stands, or it is protected, the cursor stays.
        owner: An engine of whose leases nothing runs any more.
        keep: Tokens whose holders still run.
        release_key: Whether a dead letter blocks nothing (O2).
    """

    subscription: str
    topic: str
    in_doubt: tuple[NewDelivery, ...]
    max_crashes: int
    claim: UUID | None = None
    owner: UUID | None = None
    keep: tuple[UUID, ...] = ()
    release_key: bool = False


class ConfigureSubscription(Operation, frozen=True, kw_only=True):
    """An operator pauses or resumes a subscription, or moves its cursor; None leaves as it is.

    What waits behind the new cursor is delivered again from the log, but for what is being replayed.

    Attributes:
        release_key: Whether a dead letter blocks nothing (O2).
    """

    subscription: str
    paused: bool | None = None
    cursor: int | None = None
    release_key: bool = False


class ReplayLetter(Operation, frozen=True, kw_only=True):
    """Gives an open dead letter back to the subscription that failed (L3); answers whether it did.

    It does not where the letter is no longer open, or where its message is being delivered again anyway (I5).

    Attributes:
        data: Edited payload (L6), or None for the original.
        message_id: New id of the edited copy.
    """

    number: int
    data: str | None = None
    message_id: UUID | None = None


class MarkLetters(Operation, frozen=True, kw_only=True):
    """Moves dead letters between open, archived and purged by compare-and-set (L7, L8); answers how many.

    Attributes:
        act: A name for what the operator does, under which `RestoreLetters` takes it back.
        skip_on: Whether what is blocked behind them goes on (L7).
    """

    numbers: tuple[int, ...]
    before: tuple[str, ...]
    after: str
    act: str = ""
    skip_on: bool = False


class RestoreLetters(Operation, frozen=True, kw_only=True):
    """Has archived and purged dead letters come to what they were before that (L7, L9); answers how many.

    Attributes:
        act: Only those that this act changed, and nothing since; empty for whatever changed them last.
    """

    numbers: tuple[int, ...]
    act: str = ""


class ForgetLetters(Operation, frozen=True, kw_only=True):
    """Removes for good the dead letters that were purged before a time (L7); answers how many."""

    before: int


class StartJob(Operation, frozen=True, kw_only=True):
    """Freezes the list of a bulk action (L5); answers the job's number."""

    job: Job


class AdvanceJob(Operation, frozen=True, kw_only=True):
    """Does some steps of a job and counts how they ended, each for itself; answers the job as it stands.

    Attributes:
        step: Where the job must stand; elsewhere it was advanced already, and nothing is done.
        operations: One for each number that is next.
        status: What it comes to.
        note: Recorded in the same breath; ``{answer}`` in its detail is how many the job has dealt with (L9).
    """

    number: int
    step: int
    operations: tuple[Operation, ...]
    status: str
    note: RecordAction | None = None


class ProjectRows(Operation, frozen=True, kw_only=True):
    """Puts and deletes rows of a table that handlers write through their context (D1)."""

    name: str
    rows: tuple[dict[str, Any], ...] = ()
    deleted: tuple[Any, ...] = ()


class SaveProcess(Operation, frozen=True, kw_only=True):
    """Keeps the state of one instance of a process; None forgets it."""

    process: str
    key: str
    state: str | None


class RecordAction(Operation, frozen=True, kw_only=True):
    """Records what an operator did; answers with the record's number.

    It stands in the same `Atomic` as what was done, behind it (L9). ``{answer}`` in its detail is what the
    operations before it answered, as a number.

    Attributes:
        number: Of the record whose detail this one replaces: an act that takes several writes has one record.
        earlier: What earlier writes of the same act answered, added to the answer.
    """

    action: OperatorAction
    number: int = 0
    earlier: int = 0

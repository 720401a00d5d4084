"""What can be written of streams, commands and topics (C2, C6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from typing_extensions import override

from workbench.errors import ANY
from workbench.model.event import NewEvent
from workbench.store.operations.operation import Operation
from workbench.store.stored_values import CommandRecord, Snapshot

if TYPE_CHECKING:
    from workbench.store.operations.touched import Touched


class Append(Operation, frozen=True, kw_only=True):
    """Appends events to one stream (A1–A9); answers with `AppendResult`.

    Attributes:
        expected: ANY, NO_STREAM, STREAM_EXISTS or an exact version.
    """

    refuses_first: ClassVar[bool] = True
    batched: ClassVar[bool] = True
    stream: str
    events: tuple[NewEvent, ...]
    expected: int = ANY

    @property
    @override
    def weight(self) -> int:
        return sum(len(event.data) for event in self.events)

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        if answer.idempotent or not self.events:
            return
        touched.head = max(touched.head, answer.last_position)
        touched.streams.add(self.stream)
        touched.versions[self.stream] = answer.last_version
        for event in self.events:
            touched.flow[f"event:{event.type}"] += 1


class AppendMany(Operation, frozen=True, kw_only=True):
    """Appends to up to 100 streams, all or nothing (A10); answers with a tuple of `AppendResult`."""

    refuses_first: ClassVar[bool] = True
    batched: ClassVar[bool] = True
    appends: tuple[Append, ...]

    @property
    @override
    def weight(self) -> int:
        return sum(one.weight for one in self.appends)

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        for part, part_answer in zip(self.appends, answer, strict=True):
            part.touch(part_answer, touched)


class CloseStream(Operation, frozen=True, kw_only=True):
    """Has a stream take no more events (A2), or take them again.

    Attributes:
        expected: As for an append; a stream that does not exist cannot be closed.
    """

    stream: str
    expected: int = ANY
    closed: bool = True

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.streams.add(self.stream)


class RecordCommand(Operation, frozen=True, kw_only=True):
    """Remembers a command's outcome under its id; answers with the record (K3).

    Where the id is known, nothing changes, nothing else of the same `Atomic` takes effect, and the answer
    is the record that is stored. Where an `Append` stands before it in the same `Atomic`, its positions are
    those of that append.
    """

    never_refuses: ClassVar[bool] = True
    batched: ClassVar[bool] = True
    record: CommandRecord

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.commands = True


class SaveSnapshot(Operation, frozen=True, kw_only=True):
    """Keeps a snapshot unless a newer one is kept already (S1)."""

    never_refuses: ClassVar[bool] = True
    snapshot: Snapshot


class NewMessage(Operation, frozen=True, kw_only=True):
    """Publishes one message to a topic (P2); answers with its position.

    Attributes:
        instance: Of a process that issues a command for later: who may withdraw it (K7).
    """

    refuses_first: ClassVar[bool] = True
    batched: ClassVar[bool] = True
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
    instance: str = ""

    @property
    @override
    def weight(self) -> int:
        return len(self.data)

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.head = max(touched.head, answer)


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
        keep: How many of the newest stay whatever their age; None for no such limit.
        subscriptions: Names of those that read the topic.
        limit: How many at once, at most.
    """

    topic: str
    subscriptions: tuple[str, ...]
    before: int | None = None
    keep: int | None = None
    limit: int = 5000

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.removed |= answer > 0


class ForgetMessages(Operation, frozen=True, kw_only=True):
    """Removes the messages of a topic and what waits of them, but for dead letters; answers how many.

    Attributes:
        released: Subscriptions in which a dead letter blocks nothing (O2).
    """

    topic: str
    released: tuple[str, ...] = ()

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.removed |= answer > 0


class Atomic(Operation, frozen=True, kw_only=True):
    """Several operations of which all take effect or none; answers with the list of answers."""

    batched: ClassVar[bool] = True
    operations: tuple[Operation, ...]

    @property
    @override
    def weight(self) -> int:
        return sum(one.weight for one in self.operations)

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        if any(type(one) is CommandRecord and one.number for one in answer):
            return  # the command was known, and nothing was done
        for part, part_answer in zip(self.operations, answer, strict=True):
            touched.note(part, part_answer)

"""The ports that every store adapter offers: one that writes, those that read, and what only files have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from workbench.model.event import RecordedEvent, StoredData
from workbench.model.messaging import Message
from workbench.model.row_conditions import Where
from workbench.store.deed_port import DeedReader
from workbench.store.letter_jobs import Job
from workbench.store.letter_values import LetterCopy
from workbench.store.list_ports import (
    EventLists,
    FamilyLists,
    LetterLists,
    RecordLists,
    StreamLists,
    TableLists,
)
from workbench.store.operations import Operation
from workbench.store.search_port import SearchReader
from workbench.store.stored_values import (
    DeadLetter,
    Delivery,
    Depth,
    Instance,
    Page,
    PassedEvent,
    ProjectionState,
    Snapshot,
    StreamInfo,
    SubscriptionState,
)

HELD = "has it open"
"""What `Store.observer` ends with where another process may write."""
LEFT = "the process that wrote has ended"
"""What `Store.observer` is once that process writes no more: the store can be opened again, for writing."""


def way_out(observer: str) -> str:
    """Returns what to do to write where one may only look."""
    if observer == LEFT:
        return "open the project again"
    if observer.endswith(HELD):
        return "do it in that process, or end it and open the project again"
    return "let the store's file and its folder be written, and open the project again"


Wanted = Callable[[str], bool]
"""Whether a topic gets events of that type."""


class StoreWriter(Protocol):
    """The one way in; not reentrant, used by one thread at a time (C1)."""

    def write(self, operations: Sequence[Operation]) -> list[Any]:
        """Runs operations in one transaction, each for itself (C6).

        Returns:
            For each operation its answer, or the `WorkbenchError` with which it alone failed.

        Raises:
            WorldError: The transaction as a whole failed.
        """

    def dry_run(self, operations: Sequence[Operation]) -> list[Any]:
        """Runs operations as `write` does and takes everything back; returns what the answers would be.

        Raises:
            WorldError: As for `write`.
        """


class EventReader(Protocol):
    """Reads the log and its streams; every call is one short read transaction (C5)."""

    def head(self) -> int:
        """Returns the highest position, 0 when empty."""

    def stream(self, name: str) -> StreamInfo | None:
        """Returns one stream."""

    def read_stream(self, name: str, after: int = 0, limit: int = 1000) -> list[RecordedEvent]:
        """Returns events of a stream with versions above ``after``, in order."""

    def read_data(self, name: str, after: int = 0, limit: int = 1000) -> list[StoredData]:
        """Returns the same events as `read_stream`, with no more of them than folding needs (K1)."""

    def read_log(self, after: int, limit: int, *, upto: int | None = None) -> list[RecordedEvent]:
        """Returns events with positions above ``after``, in order."""

    def read_topic(
        self, topic: str, wanted: Wanted, after: int, limit: int, *, most: int | None = None
    ) -> tuple[list[Message], int]:
        """Returns messages of a topic above a position, and the position up to which it looked.

        Args:
            most: Characters of payloads with which it is content before it has as many messages; with one
                message at least.
        """

    def read_types(
        self, wanted: Wanted, after: int, limit: int, *, most: int | None = None
    ) -> tuple[list[RecordedEvent], int]:
        """Returns events of some types above a position, and the position up to which it looked.

        Args:
            most: As for `read_topic`.
        """

    def count_types(self, wanted: Wanted) -> int:
        """Returns how many events there are of some types; looks at all of the log."""

    def event(self, event_id: UUID) -> RecordedEvent | None:
        """Returns the event with that id."""

    def event_at(self, position: int) -> RecordedEvent | None:
        """Returns the event at a position; None where a message or nothing stands."""

    def snapshot(self, stream: str) -> Snapshot | None:
        """Returns the newest snapshot of a stream."""


class QueueReader(Protocol):
    """Reads topics, subscriptions, deliveries and dead letters."""

    def subscription(self, name: str) -> SubscriptionState | None:
        """Returns where a subscription stands."""

    def due(self, subscription: str, now: int, limit: int) -> list[tuple[Delivery, Message]]:
        """Returns rows that can be leased now, most urgent first (R1), with their messages.

        Of large messages they are fewer: it is content with `AT_ONCE` characters of payloads (V4).
        """

    def in_order(self, subscription: str) -> bool:
        """Whether no message behind the cursor has a priority: the log's order is that of urgency (R1)."""

    def due_times(self, subscription: str, held: Collection[UUID] = ()) -> tuple[int | None, int | None]:
        """Returns when the next delayed row is due and when the next lease ends, microseconds since 1970.

        Args:
            held: Tokens of leases that do not count.
        """

    def depth(self, subscription: str) -> Depth:
        """Returns what waits in the rows of a subscription, by state."""

    def rows_from(self, subscription: str, after: int, upto: int) -> set[int]:
        """Returns the positions in a range not begun again: what stands in rows (I5), and open letters.

        A letter is open without a row where what it blocked went on before it was restored (L7), or where it
        was imported.
        """

    def copies(self, subscription: str, after: int, upto: int) -> dict[int, LetterCopy]:
        """Returns the edited copies that succeeded of messages in a range, by position (L6).

        One that succeeded as it is in another replay may be among them.
        """

    def backlog(self, topic: str, subscriptions: Sequence[str], limit: int) -> int:
        """Returns how many messages of a topic wait for the subscription that has most to do (B2)."""

    def known_messages(self, ids: Collection[UUID]) -> set[UUID]:
        """Returns which of these message ids are stored (P2)."""

    def position_before(self, time: int) -> int:
        """Returns the highest position recorded before a time (microseconds since 1970), 0 if none."""

    def job(self, number: int) -> Job | None:
        """Returns one bulk action on dead letters (L5)."""

    def jobs(self, limit: int = 100, *, status: str | None = None) -> list[Job]:
        """Returns bulk actions, the newest first; with a status all that have it."""

    def busy_keys(self, subscription: str, keys: Sequence[str], *, dead_too: bool) -> dict[str, int]:
        """Returns which keys have unfinished rows, and behind which position messages wait for them (O1).

        That is 0 where one is under way; a dead one holds up only what lies behind it.
        """

    def message(self, position: int, topic: str) -> Message | None:
        """Returns the message or event at a position."""

    def letter(self, number: int) -> DeadLetter | None:
        """Returns one dead letter."""

    def changed_by(self, act: str) -> list[int]:
        """Returns the dead letters that an act archived or purged, and that no later act changed (L9)."""


class ModelReader(Protocol):
    """Reads what is derived: read models, command results, processes."""

    def generations(self, projection: str) -> list[ProjectionState]:
        """Returns the generations of a projection: the live one, then the one that is being rebuilt (J3)."""

    def passed(self, projection: str, generation: int) -> list[PassedEvent]:
        """Returns the events that a generation skipped and the streams that it parked, in order (J2)."""

    def row(self, projection: str, key: Any, generation: int | None = None) -> dict[str, Any] | None:
        """Returns one row of a read model; of the live generation unless another one is named.

        None where there is none, also for a key that no row can have, such as a lone surrogate.

        Raises:
            NotFound: There is no such read model or generation.
            InvalidValue: The key is of another type than the key column.
        """

    def rows(
        self,
        projection: str,
        *,
        where: Where,
        after: Any | None,
        limit: int,
        order: str = "",
        generation: int | None = None,
    ) -> Page:
        """Returns rows in key order, or in that of a column: texts by code points, all else by size (Q1, Q2).

        Args:
            where: A condition, or by column what it equals; None equals a column that is empty. A whole
                number equals a NUMBER column as the float next to it: that is what such a column keeps.
            after: The last row of the page before, or its key; None for the first page. A row needs only the
                key and the column of the order: the page begins there, also where it moved or went since.
            limit: 1 to 1000.
            order: A column, with ``-`` in front the other way round; empty for the key. Empty columns come
                first; rows that are equal there stand in the order of their keys.
            generation: By default the live one.

        Raises:
            NotFound: There is no such read model or generation.
            InvalidValue: The limit is another, a column does not exist or holds values of another type than
                it is compared with, no row can have the key ``after``, or in another order than that of the
                key there is no row with that key any more.
        """

    def process(self, process: str, key: str) -> Instance | None:
        """Returns the instance of a process that has a key now; None where there is none."""


class Reader(
    EventReader,
    QueueReader,
    ModelReader,
    StreamLists,
    EventLists,
    FamilyLists,
    LetterLists,
    TableLists,
    RecordLists,
    SearchReader,
    DeedReader,
    Protocol,
):
    """All that can be read, through one connection, in one thread at a time."""

    def close(self) -> None:
        """Closes the connection; a second call does nothing."""

    def steady(self) -> AbstractContextManager[None]:
        """Gives all reads inside one common view of the store; for few and short ones (C5).

        In memory it is what stands at each moment.
        """

    def commits(self) -> int:
        """Returns a number that is another one after every commit; only to be compared with this reader's."""

    def interrupt(self) -> None:
        """Stops what another thread reads at this moment, with `ReadTooLong`; else does nothing."""

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Has reads inside that are not done after so much time in all stopped, with `ReadTooLong` (C5).

        What is read over a network raises it at once.
        """


class Store(StoreWriter, Protocol):
    """An open store."""

    @property
    def place(self) -> str:
        """Where it is, as a person is told: the path of its file, for one."""

    @property
    def observer(self) -> str:
        """Empty, or why this process may only look (C8, F5)."""

    @property
    def gone(self) -> str:
        """Empty, or how what is stored ceased to be at its place, as far as was noticed (C10)."""

    def reader(self) -> Reader:
        """Returns a reader of its own, which sees what is committed."""

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has types of events be called otherwise than they are stored, in every reader and write (U3).

        What was said before holds no more.

        Args:
            stored: By the name of a type the name under which its events are stored.
        """

    def look(self) -> str:
        """Looks whether what is stored is still at its place; returns `gone`. Any thread may ask.

        Where another process writes, it looks whether that has ended; `observer` then says so.
        """

    def close(self) -> None:
        """Takes no more writes, and closes what it holds; a second call does nothing."""


@runtime_checkable
class StoreFile(Protocol):
    """What a store offers besides whose data is a file."""

    def rescue(self, target: Path) -> None:
        """Copies what is open here to a new file, also where the store's own is gone (C10).

        Raises:
            StoreReadOnly: It was closed, or the target exists.
            WorldError: It cannot be read or written any more.
        """

    def tidy(self) -> None:
        """Does what can wait until nothing is to be written, such as emptying a large log (C4)."""

"""Dictionaries of frozen values whose changes can be taken back: what a transaction is made of in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from msgspec import structs
from typing_extensions import override

from workbench.model.dead_letter import LetterStatus
from workbench.model.event import RecordedEvent
from workbench.model.messaging import Message, event_as_message
from workbench.store.letter_jobs import Job
from workbench.store.operations import Operation
from workbench.store.operator_actions import Kept, OperatorAction
from workbench.store.stored_values import (
    CommandRecord,
    DeadLetter,
    Delivery,
    Instance,
    PassedEvent,
    ProjectionState,
    Snapshot,
    StreamInfo,
    SubscriptionState,
)

K = TypeVar("K")
V = TypeVar("V")
_ABSENT: Any = object()


class Journal:
    """What was changed since the transaction began, newest last."""

    def __init__(self) -> None:
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []

    def note(self, table: dict[Any, Any], key: Any) -> None:
        """Remembers what stands at a key, before it is changed."""
        self._undo.append((table, key, table.get(key, _ABSENT)))

    def mark(self) -> int:
        """Returns a place to go back to."""
        return len(self._undo)

    def back_to(self, mark: int) -> None:
        """Takes everything back that was changed since."""
        while len(self._undo) > mark:
            table, key, before = self._undo.pop()
            if before is _ABSENT:
                del table[key]
            else:
                table[key] = before

    def clear(self) -> None:
        """Makes the changes final."""
        self._undo.clear()


class Table(Generic[K, V]):
    """One dictionary under a journal; values are frozen, so that a change is always a `put`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._rows: dict[K, V] = {}

    def put(self, key: K, value: V) -> None:
        """Sets what stands at a key."""
        self._journal.note(self._rows, key)
        self._rows[key] = value

    def drop(self, key: K) -> None:
        """Removes a key; no error if it is not there."""
        if key in self._rows:
            self._journal.note(self._rows, key)
            del self._rows[key]

    def get(self, key: K) -> V | None:
        """Returns what stands at a key."""
        return self._rows.get(key)

    def values(self) -> list[V]:
        """Returns all values."""
        return list(self._rows.values())

    def items(self) -> list[tuple[K, V]]:
        """Returns all keys with their values."""
        return list(self._rows.items())

    def __getitem__(self, key: K) -> V:
        return self._rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class EventTable(Table[int, RecordedEvent]):
    """Events as the model names their types; what lies in it has the names that are stored (U3)."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._stored: Mapping[str, str] = {}
        self._named: Mapping[str, str] = {}

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has types be called otherwise than they are stored; ``stored`` is by the names that are seen."""
        self._stored = dict(stored)
        self._named = {below: name for name, below in stored.items()}

    def stored(self, name: str) -> str:
        """Returns under which name events of a type are stored."""
        return self._stored.get(name, name)

    @override
    def put(self, key: int, value: RecordedEvent) -> None:
        """Sets what stands at a position."""
        super().put(key, self._called(value, self._stored))

    @override
    def get(self, key: int) -> RecordedEvent | None:
        """Returns what stands at a position."""
        found = super().get(key)
        return None if found is None else self._called(found, self._named)

    @override
    def values(self) -> list[RecordedEvent]:
        """Returns all events."""
        return [self._called(one, self._named) for one in super().values()]

    @override
    def items(self) -> list[tuple[int, RecordedEvent]]:
        """Returns all positions with their events."""
        return [(key, self._called(one, self._named)) for key, one in super().items()]

    @override
    def __getitem__(self, key: int) -> RecordedEvent:
        return self._called(super().__getitem__(key), self._named)

    @staticmethod
    def _called(event: RecordedEvent, names: Mapping[str, str]) -> RecordedEvent:
        return structs.replace(event, type=names[event.type]) if event.type in names else event


Place = tuple[str, int, Any]
"""Of a row: projection, generation, key."""


class RowNumbers:
    """Numbers by which lists page through rows: given when a row is first listed, and kept."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._numbers: dict[Place, int] = {}

    def number(self, place: Place) -> int:
        """Returns the number of a place, from 1."""
        if place not in self._numbers:
            self._places.append(place)
            self._numbers[place] = len(self._places)
        return self._numbers[place]

    def place(self, number: int) -> Place:
        """Returns the place that got a number."""
        return self._places[number - 1]


class Tables:
    """Everything that a store holds.

    Attributes:
        counters: Highest numbers given away, by what they number; never given again (I3).
        versions: Positions of events by stream and version.
        changes: By dead letter, what it was before each act that archived or purged it (L9).
        notes: By dead letter, its owner and its note.
        timeouts: By position of a command that was issued for later: the instance, and the command's type.
        replaced: By act, what it replaced and when (L9).
        rows: Rows of projections, by projection, generation and key.
        owners: The engines that took something since the store was opened; all others are dead (D5).
        commits: Transactions that were committed.
        head: The highest position that was committed.
        lock: Held while a transaction runs and while something is read: threads see what is committed.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.commits = self.head = 0
        self.row_numbers = RowNumbers()
        journal = self.journal = Journal()
        self.counters: Table[str, int] = Table(journal)
        self.streams: Table[str, StreamInfo] = Table(journal)
        self.events = EventTable(journal)
        self.event_ids: Table[bytes, int] = Table(journal)
        self.versions: Table[tuple[str, int], int] = Table(journal)
        self.snapshots: Table[str, Snapshot] = Table(journal)
        self.commands: Table[bytes, CommandRecord] = Table(journal)
        self.topics: Table[str, int] = Table(journal)
        self.messages: Table[int, Message] = Table(journal)
        self.message_ids: Table[bytes, int] = Table(journal)
        self.subscriptions: Table[str, SubscriptionState] = Table(journal)
        self.owners: set[UUID] = set()
        self.deliveries: Table[int, Delivery] = Table(journal)
        self.letters: Table[int, DeadLetter] = Table(journal)
        self.changes: Table[int, tuple[tuple[str, LetterStatus, int], ...]] = Table(journal)
        self.notes: Table[int, tuple[str, str]] = Table(journal)
        self.jobs: Table[int, Job] = Table(journal)
        self.projections: Table[tuple[str, int], ProjectionState] = Table(journal)
        self.rows: Table[Place, dict[str, Any]] = Table(journal)
        self.passed: Table[tuple[str, int, int], PassedEvent] = Table(journal)
        self.processes: Table[tuple[str, str], Instance] = Table(journal)
        self.timeouts: Table[int, tuple[str, str]] = Table(journal)
        self.replaced: Table[str, tuple[tuple[int, Kept], ...]] = Table(journal)
        self.actions: Table[int, OperatorAction] = Table(journal)

    def keep(self, act: str, now: int, found: Iterable[Kept]) -> None:
        """Keeps what an act replaces; nothing where it has no name."""
        if act:
            before = self.replaced.get(act) or ()
            self.replaced.put(act, (*before, *((now, one) for one in found)))

    def message_at(self, position: int, topic: str) -> Message | None:
        """Returns the published message or the event at a position."""
        if position in self.messages:
            return self.messages[position]
        event = self.events.get(position)
        return event_as_message(event, topic) if event is not None else None

    def next(self, what: str) -> int:
        """Returns the next number of a kind."""
        number = self.last(what) + 1
        self.counters.put(what, number)
        return number

    def last(self, what: str) -> int:
        """Returns the last number of a kind that was given away, 0 if none was."""
        return self.counters.get(what) or 0


Run = dict[type[Operation], Callable[[Tables, Any, int], Any]]
"""Functions by the operation that they run: ``(tables, operation, now) -> answer``."""

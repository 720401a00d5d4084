"""Reads the in-memory store: every read port, without an index."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from workbench.errors import NotFound
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.model.event import RecordedEvent, StoredData
from workbench.model.messaging import COMMANDS_TOPIC, Message, event_as_message
from workbench.model.projection import unstorable
from workbench.model.row_conditions import Where, holds
from workbench.store.letter_jobs import Job
from workbench.store.letter_values import LetterCopy, delivered_copy
from workbench.store.memory import letters, models, queue
from workbench.store.memory.deed_lists import MemoryDeedLists
from workbench.store.memory.table_lists import sort_key
from workbench.store.ports import Wanted
from workbench.store.row_pages import asked_page, compared
from workbench.store.rules import AT_ONCE, room_left, urgency
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
from workbench.store.words_found import holds_all

T = TypeVar("T")


def _committed(reader: type[Any]) -> type[Any]:
    """Has every read of a class but that of one committed number wait for the transaction that runs."""
    for name in dir(reader):
        if not name.startswith("_") and name not in ("head", "commits"):
            setattr(reader, name, _waiting(getattr(reader, name)))
    return reader


def _waiting(read: Callable[..., T]) -> Callable[..., T]:
    @functools.wraps(read)
    def locked(self: MemoryReader, *args: Any, **more: Any) -> T:
        with self._tables.lock:
            return read(self, *args, **more)

    return locked


@_committed
class MemoryReader(MemoryDeedLists):
    """Every read port of `workbench.store.ports` over dictionaries."""

    def close(self) -> None:
        """Does nothing."""

    def interrupt(self) -> None:
        """Does nothing: no read takes long."""

    def within(self, seconds: float) -> AbstractContextManager[None]:  # noqa: ARG002  # nothing takes long here
        """Has reads inside stopped that take longer, which none does (C5)."""
        return nullcontext()

    def steady(self) -> AbstractContextManager[None]:
        """Gives all reads inside what stands at each moment."""
        return nullcontext()

    def commits(self) -> int:
        """Returns a number that is another one after every commit."""
        return self._tables.commits

    # -- events -------------------------------------------------------------------------------------------

    def head(self) -> int:
        """Returns the highest position, 0 when empty."""
        return self._tables.head

    def stream(self, name: str) -> StreamInfo | None:
        """Returns one stream."""
        return self._tables.streams.get(name)

    def read_stream(self, name: str, after: int = 0, limit: int = 1000) -> list[RecordedEvent]:
        """Returns events of a stream with versions above ``after``, in order."""
        return self._versions(name, after, after + limit)

    def read_data(self, name: str, after: int = 0, limit: int = 1000) -> list[StoredData]:
        """Returns the same events as `read_stream`, with no more of them than folding needs (K1)."""
        return [
            StoredData(one.position, one.version, one.type, one.schema_version, one.data)
            for one in self.read_stream(name, after, limit)
        ]

    def read_log(self, after: int, limit: int, *, upto: int | None = None) -> list[RecordedEvent]:
        """Returns events with positions above ``after``, in order."""
        head = self._tables.last("position")
        last = head if upto is None else min(upto, head)
        events = self._tables.events
        found = (events.get(position) for position in range(after + 1, last + 1))
        return [event for event in found if event is not None][:limit]

    def read_topic(
        self, topic: str, wanted: Wanted, after: int, limit: int, *, most: int | None = None
    ) -> tuple[list[Message], int]:
        """Returns messages of a topic above a position, and the position up to which it looked."""
        found: list[Message] = []
        room, head = most, self._tables.last("position")
        messages, events = self._tables.messages, self._tables.events
        for position in range(after + 1, head + 1):
            message = messages.get(position)
            if message is None and topic != COMMANDS_TOPIC:
                event = events.get(position)
                if event is not None and wanted(event.type):
                    message = event_as_message(event, topic)
            if message is None or message.topic != topic:
                continue
            found.append(message)
            room = room_left(room, (message,))
            if len(found) == limit or room == 0:
                return found, position
        return found, max(after, head)

    def read_types(
        self, wanted: Wanted, after: int, limit: int, *, most: int | None = None
    ) -> tuple[list[RecordedEvent], int]:
        """Returns events of some types above a position, and the position up to which it looked."""
        found: list[RecordedEvent] = []
        for event in filter(lambda one: wanted(one.type), self.read_log(after, self.head())):
            found.append(event)
            most = room_left(most, (event,))
            if len(found) == limit or most == 0:
                return found, event.position
        return found, max(after, self.head())

    def count_types(self, wanted: Wanted) -> int:
        """Returns how many events there are of some types; looks at all of the log."""
        return sum(wanted(event.type) for event in self._tables.events.values())

    def event(self, event_id: UUID) -> RecordedEvent | None:
        """Returns the event with that id."""
        position = self._tables.event_ids.get(event_id.bytes)
        return None if position is None else self._tables.events[position]

    def event_at(self, position: int) -> RecordedEvent | None:
        """Returns the event at a position; None where a message or nothing stands."""
        return self._tables.events.get(position)

    def snapshot(self, stream: str) -> Snapshot | None:
        """Returns the newest snapshot of a stream."""
        return self._tables.snapshots.get(stream)

    # -- queues -------------------------------------------------------------------------------------------

    def subscription(self, name: str) -> SubscriptionState | None:
        """Returns where a subscription stands."""
        return queue.standing(self._tables, name) if name in self._tables.subscriptions else None

    def due(self, subscription: str, now: int, limit: int) -> list[tuple[Delivery, Message]]:
        """Returns rows that can be leased now, most urgent first (R1), with their messages."""
        rows = letters.deliveries(self._tables, subscription)
        if not rows:
            return []
        ready = sorted((row for row in rows if row.state is DeliveryState.READY), key=urgency)
        delayed = [row for row in rows if row.state is DeliveryState.DELAYED and (row.due_at or 0) <= now]
        # Where more are due than are asked for, it is those that are due the longest.
        delayed.sort(key=lambda row: (row.due_at or 0, row.position))
        state = self._tables.subscriptions.get(subscription)
        topic = state.topic if state else ""
        ordered = sorted([*ready[:limit], *delayed[:limit]], key=urgency)[:limit]
        found: list[tuple[Delivery, Message]] = []
        room: int | None = AT_ONCE
        for row in ordered:
            if (message := queue.message_to_deliver(self._tables, row, topic)) is not None:
                found.append((row, message))
                room = room_left(room, (message,))
            if room == 0:
                break
        return found

    def in_order(self, subscription: str) -> bool:
        """Whether no message behind the cursor has a priority: the log's order is that of urgency (R1)."""
        state = self._tables.subscriptions.get(subscription)
        return not any(
            state is not None
            and one.topic == state.topic
            and one.position > state.cursor
            and one.priority != 0
            for one in self._tables.messages.values()
        )

    def due_times(self, subscription: str, held: Collection[UUID] = ()) -> tuple[int | None, int | None]:
        """Returns when the next delayed row is due, and when the next lease ends; see `ports.QueueReader`."""
        rows = letters.deliveries(self._tables, subscription)
        due = [row.due_at for row in rows if row.state is DeliveryState.DELAYED and row.due_at is not None]
        ends = [row.lease_until for row in rows if row.lease_until and row.lease_token not in held]
        return min(due, default=None), min(ends, default=None)

    def depth(self, subscription: str) -> Depth:
        """Returns what waits in the rows of a subscription, by state."""
        rows = [
            row
            for row in letters.deliveries(self._tables, subscription)
            if row.state is not DeliveryState.DEAD
        ]
        counts = Counter(row.state.value for row in rows)
        return Depth(**counts, oldest=min((row.enqueued_at for row in rows), default=None))

    def rows_from(self, subscription: str, after: int, upto: int) -> set[int]:
        """Returns the positions in a range not begun again: what stands in rows (I5), and open letters."""
        dead = (
            one.position
            for one in self._tables.letters.values()
            if one.subscription == subscription and one.status is LetterStatus.OPEN
        )
        standing = (row.position for row in letters.deliveries(self._tables, subscription))
        return {one for one in chain(standing, dead) if after < one <= upto}

    def copies(self, subscription: str, after: int, upto: int) -> dict[int, LetterCopy]:
        """Returns the edited copies that succeeded of messages in a range, by position (L6)."""
        return {
            one.position: delivered_copy(one)
            for one in self._tables.letters.values()
            if one.subscription == subscription
            and one.status == LetterStatus.RESOLVED
            and after < one.position <= upto
            and (one.edited is not None or one.generation)
        }

    def backlog(self, topic: str, subscriptions: Sequence[str], limit: int) -> int:
        """Returns how many messages of a topic wait for the subscription that has most to do."""
        most = 0
        for name in subscriptions:
            cursor = self._tables.subscriptions[name].cursor
            behind = [
                one for one in self._tables.messages.values() if one.topic == topic and one.position > cursor
            ]
            rows = letters.deliveries(self._tables, name)
            waiting = [row for row in rows if row.state is not DeliveryState.DEAD]
            most = max(most, len(behind) + len(waiting))
        return min(most, limit)

    def known_messages(self, ids: Collection[UUID]) -> set[UUID]:
        """Returns which of these message ids are stored (P2)."""
        return {one for one in ids if self._tables.message_ids.get(one.bytes) is not None}

    def position_before(self, time: int) -> int:
        """Returns the highest position that was recorded before a time, 0 if none."""
        events = [one.position for one in self._tables.events.values() if one.recorded_at < time]
        messages = [one.position for one in self._tables.messages.values() if one.published_at < time]
        return max([*events, *messages], default=0)

    def job(self, number: int) -> Job | None:
        """Returns one bulk action."""
        return self._tables.jobs.get(number)

    def jobs(self, limit: int = 100, *, status: str | None = None) -> list[Job]:
        """Returns bulk actions, the newest first; with a status all that have it."""
        newest = sorted(self._tables.jobs.values(), key=lambda job: -job.number)
        return newest[:limit] if status is None else [job for job in newest if job.status == status]

    def busy_keys(self, subscription: str, keys: Sequence[str], *, dead_too: bool) -> dict[str, int]:
        """Returns which keys have unfinished rows, and behind which position messages wait for them (O1)."""
        busy: dict[str, int] = {}
        for row in letters.deliveries(self._tables, subscription):
            dead = row.state is DeliveryState.DEAD
            if row.key and row.key in keys and (dead_too or not dead):
                behind = row.position if dead else 0
                busy[row.key] = min(behind, busy.get(row.key, behind))
        return busy

    def message(self, position: int, topic: str) -> Message | None:
        """Returns the message or event at a position."""
        return self._tables.message_at(position, topic)

    def letter(self, number: int) -> DeadLetter | None:
        """Returns one dead letter."""
        return self._tables.letters.get(number)

    def changed_by(self, act: str) -> list[int]:
        """Returns the dead letters that an act archived or purged, and that no later act changed (L9)."""
        return [number for number, found in self._tables.changes.items() if found and found[-1][0] == act]

    # -- models -------------------------------------------------------------------------------------------

    def generations(self, projection: str) -> list[ProjectionState]:
        """Returns the generations of a projection: the live one, then the one that is being rebuilt (J3)."""
        return models.generations(self._tables, projection)

    def passed(self, projection: str, generation: int) -> list[PassedEvent]:
        """Returns the events that a generation skipped and the streams that it parked, in order (J2)."""
        found = [one for key, one in self._tables.passed.items() if key[:2] == (projection, generation)]
        return sorted(found, key=lambda one: one.position)

    def row(self, projection: str, key: Any, generation: int | None = None) -> dict[str, Any] | None:
        """Returns one row of a read model; of the live generation unless another one is named."""
        state = self._state(projection, generation)
        if unstorable(key):
            return None
        key = compared(projection, state.columns, state.columns[0][0], key)
        row = self._tables.rows.get((projection, state.generation, key))
        return None if row is None else dict(row)

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
        """Returns rows in key order, or in that of a column (Q1: 1 ≤ limit ≤ 1000)."""
        state = self._state(projection, generation)
        place, key = (projection, state.generation), state.columns[0][0]

        def row_of(wanted: Any) -> dict[str, Any] | None:
            return self._tables.rows.get((*place, wanted))

        asked = asked_page(projection, state.columns, where, order, after, limit, row_of)
        rows = [row for at, row in self._tables.rows.items() if at[:2] == place]
        found = [row for row in rows if any(holds(part, row) for part in asked.parts)]
        found.sort(key=sort_key(asked.by, key), reverse=asked.descending)
        return Page(rows=[dict(row) for row in found[:limit]], more=len(found) > limit)

    def _state(self, projection: str, generation: int | None) -> ProjectionState:
        known = models.generations(self._tables, projection)
        for state in known:
            if state.generation == generation or (generation is None and state.live):
                return state
        raise NotFound(f"there is no projection {projection}")

    def instances(
        self, process: str, limit: int = 200, words: Sequence[str] = ()
    ) -> list[tuple[str, Instance]]:
        """Returns the instances that a process has now, by their keys, each with all words in it."""
        found = [(place[1], one) for place, one in self._tables.processes.items() if place[0] == process]
        return sorted(one for one in found if holds_all(words, (one[0],), (one[1].state,)))[:limit]

    def instance_count(self, process: str) -> int:
        """Returns how many instances a process has now."""
        return len(self.instances(process, 2**31))

    def timeouts(self, instance: str) -> list[Message]:
        """Returns what an instance of a process issued for later and still waits, the next due first (K7)."""
        state = self._tables.subscriptions.get(COMMANDS_TOPIC)
        rows = {row.position for row in self.deliveries(COMMANDS_TOPIC, 2**31)}
        places = [at for at, (name, _) in self._tables.timeouts.items() if name == instance]
        found = [message for at in places if (message := self._tables.messages.get(at)) is not None]
        waiting = [one for one in found if one.position in rows or (state and one.position > state.cursor)]
        return sorted(waiting, key=lambda one: (one.deliver_at or 0, one.position))

    def process(self, process: str, key: str) -> Instance | None:
        """Returns the instance of a process that has a key now."""
        return self._tables.processes.get((process, key))

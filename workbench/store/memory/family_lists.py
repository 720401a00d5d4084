"""Lists in memory what belongs to one correlation: the port `FamilyLists`."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from workbench.model.event import RecordedEvent
from workbench.model.messaging import Message
from workbench.store.memory.stream_lists import MemoryStreamLists
from workbench.store.stored_values import CommandRecord, Delivery


class MemoryFamilyLists(MemoryStreamLists):
    """The part of a reader that shows what one command caused."""

    def correlated(self, correlation_id: UUID, limit: int, after: int = 0) -> list[RecordedEvent]:
        """Returns the events of one correlation behind a position, in order."""
        return [one for one in self._family(correlation_id) if one.position > after][:limit]

    def correlation_count(self, correlation_id: UUID) -> int:
        """Returns how many events a correlation has."""
        return len(self._family(correlation_id))

    def _family(self, correlation_id: UUID) -> list[RecordedEvent]:
        wanted = correlation_id.bytes
        return [one for one in self._tables.events.values() if one.correlation_bytes == wanted]

    def correlated_messages(self, correlation_id: UUID, after: int, limit: int) -> tuple[list[Message], int]:
        """Returns messages of one correlation behind a position, and the position up to which it looked."""
        wanted, messages = correlation_id.bytes, self._tables.messages.values()
        found = [one for one in messages if one.position > after and one.correlation_bytes == wanted]
        found = sorted(found, key=lambda one: one.position)[:limit]
        head = self._tables.last("position")
        return found, found[-1].position if len(found) >= limit else max(head, after)

    def message_named(self, message_id: UUID) -> Message | None:
        """Returns the published message with that id."""
        position = self._tables.message_ids.get(message_id.bytes)
        return None if position is None else self._tables.messages[position]

    def commands_named(self, ids: Collection[UUID]) -> list[CommandRecord]:
        """Returns how the commands with these ids ended, in the order in which they were handled."""
        found = [self._tables.commands.get(one.bytes) for one in set(ids)]
        return sorted((one for one in found if one is not None), key=lambda one: one.number)

    def deliveries_at(self, positions: Collection[int]) -> list[Delivery]:
        """Returns the rows that all subscriptions have for these messages, dead ones as well, by position."""
        wanted = set(positions)
        found = [row for row in self._tables.deliveries.values() if row.position in wanted]
        return sorted(found, key=lambda one: (one.position, one.subscription))

    def correlated_letters(self, correlation_id: UUID, after: int) -> tuple[list[int], int]:
        """Returns dead letters of one correlation with numbers above ``after``, and up to where it looked."""
        new = [one for one in self._tables.letters.values() if one.number > after]
        last = max((one.number for one in new), default=after)
        return sorted(one.number for one in new if one.correlation_id == correlation_id), last

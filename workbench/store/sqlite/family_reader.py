"""Reads what belongs to one correlation: events, messages, commands, deliveries, dead letters."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from workbench.model.event import RecordedEvent
from workbench.model.messaging import Message
from workbench.store.sqlite import rows
from workbench.store.sqlite.table_reader import TableReader
from workbench.store.stored_values import CommandRecord, Delivery

WINDOW = 200_000
"""Positions in which a call looks for messages of a correlation, some tenths of a second at most."""
AT_ONCE = 500
"""Values in one condition."""


class FamilyReader(TableReader):
    """The part of a reader that shows what one command caused."""

    def correlated(self, correlation_id: UUID, limit: int, after: int = 0) -> list[RecordedEvent]:
        """Returns the events of one correlation behind a position, in order."""
        query = rows.EVENTS + "where e.correlation_id = ? and e.position > ? order by e.position limit ?"
        return rows.events(self._all(query, (correlation_id.bytes, after, limit)))

    def correlation_count(self, correlation_id: UUID) -> int:
        """Returns how many events a correlation has, from the index alone."""
        (count,) = self._one("select count(*) from events where correlation_id = ?", (correlation_id.bytes,))
        return int(count)

    def correlated_messages(self, correlation_id: UUID, after: int, limit: int) -> tuple[list[Message], int]:
        """Returns messages of one correlation behind a position, and the position up to which it looked."""
        (head,) = self._one(rows.HEAD)
        upto = min(int(head), after + WINDOW)
        query = (
            rows.MESSAGES + "where m.position > ? and m.position <= ? and m.correlation_id = ?"
            " order by m.position limit ?"
        )
        found = rows.messages(self._all(query, (after, upto, correlation_id.bytes, limit)))
        return found, found[-1].position if len(found) >= limit else max(upto, after)

    def message_named(self, message_id: UUID) -> Message | None:
        """Returns the published message with that id."""
        found = rows.messages(self._all(rows.MESSAGES + "where m.message_id = ?", (message_id.bytes,)))
        return found[0] if found else None

    def commands_named(self, ids: Collection[UUID]) -> list[CommandRecord]:
        """Returns how the commands with these ids ended, in the order in which they were handled."""
        found: list[CommandRecord] = []
        for part in _parts([one.bytes for one in ids]):
            marks = ",".join("?" * len(part))
            found += rows.commands(self._all(rows.COMMANDS + f"where command_id in ({marks})", tuple(part)))
        return sorted(found, key=lambda one: one.number)

    def deliveries_at(self, positions: Collection[int]) -> list[Delivery]:
        """Returns the rows that all subscriptions have for these messages, dead ones as well, by position."""
        found: list[Delivery] = []
        for name, number in self._all("select name, id from subscriptions order by name"):
            for part in _parts(list(positions)):
                marks = ",".join("?" * len(part))
                query = rows.DELIVERIES + f"where subscription_id = ? and position in ({marks})"
                found += rows.deliveries(self._all(query, (number, *part)), name)
        return sorted(found, key=lambda one: (one.position, one.subscription))

    def correlated_letters(self, correlation_id: UUID, after: int) -> tuple[list[int], int]:
        """Returns dead letters of one correlation with numbers above ``after``, and up to where it looked."""
        (last,) = self._one("select coalesce(max(id), 0) from dead_letters")
        query = "select id from dead_letters where id > ? and id <= ? and correlation_id = ? order by id"
        found = self._all(query, (after, last, correlation_id.bytes)) if last > after else []
        return [row[0] for row in found], max(int(last), after)


def _parts(values: list[bytes] | list[int]) -> Iterator[list[bytes] | list[int]]:
    for first in range(0, len(values), AT_ONCE):
        yield values[first : first + AT_ONCE]

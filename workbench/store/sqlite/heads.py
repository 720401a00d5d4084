"""What the writer knows without asking: the head position, stream heads, names of types and topics."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from workbench.model.aggregate import category_of
from workbench.store.sqlite.column_shapes import ColumnShape, Count
from workbench.store.sqlite.rows import HEAD

KEPT = 50_000
"""Stream heads kept in memory between two transactions, about 300 bytes each; then the longest unused go."""


_STREAMS = "select id, version, closed from streams"
_STREAM = ColumnShape(_STREAMS, Count, Count, Literal[0, 1])


@dataclass(slots=True)
class StreamHead:
    """Number and version of a stream."""

    number: int
    version: int
    closed: bool


class Heads:
    """The writer's memory of the store; correct because there is no other writer (C1).

    A failed operation calls `forget`, and everything is read again.

    Attributes:
        types: Numbers of types, by the names that are seen and by those that are stored.
        newest_event: The greatest event id that is stored. Ids of this program grow with time, so that a greater
            one is new without a look at the store.
        newest_command: The greatest command id that is stored.
        newest_message: The greatest message id that is stored.
        noted: When the time of a write was stored last, see `workbench.store.sqlite.clock_steps`.
        stale: The transaction was rolled back: `forget` before the next one.
        owners: The engines that took something since the store was opened; all others are dead (C8, D5).
    """

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con
        self.streams: OrderedDict[str, StreamHead] = OrderedDict()
        self.types: dict[str, int] = {}
        self._stored: Mapping[str, str] = {}
        self._own: Mapping[str, int] = {}
        self.topics: dict[str, int] = {}
        self.position = 0
        self.next_stream = 1
        self.noted = 0
        self.newest_event = self.newest_command = self.newest_message = b""
        self.stale = False
        self.owners: set[bytes] = set()
        self.forget()

    def forget(self) -> None:
        """Drops what is remembered and reads the heads from the store."""
        con = self._con
        self.streams.clear()
        self.types = self._numbers()
        self.topics = dict(con.execute("select name, id from topics").fetchall())
        (self.position,) = con.execute(HEAD).fetchone()
        (streams,) = con.execute("select coalesce(max(id), 0) from streams").fetchone()
        self.next_stream = streams + 1
        # Never less than before: what the running group writes later is counted already.
        (event,) = con.execute("select coalesce(max(event_id), x'') from events").fetchone()
        (command,) = con.execute("select coalesce(max(command_id), x'') from commands").fetchone()
        (message,) = con.execute("select coalesce(max(message_id), x'') from messages").fetchone()
        self.newest_event = max(self.newest_event, event)
        self.newest_command = max(self.newest_command, command)
        self.newest_message = max(self.newest_message, message)
        self.noted = 0
        self.stale = False

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has types be called otherwise than they are stored; ``stored`` is by the names that are seen (U3)."""
        self._stored = dict(stored)
        self.types = self._numbers()

    def _numbers(self) -> dict[str, int]:
        found = dict(self._con.execute("select name, id from types").fetchall())
        self._own = {name: found[name] for name in self._stored if name in found}
        others = {name: number for name, number in found.items() if name not in self._stored}
        return others | {name: found[below] for name, below in self._stored.items() if below in found}

    def is_type(self, number: int, name: str) -> bool:
        """Whether a number is that of a type: what is stored under its own name is of the type, too."""
        return number in {self.types.get(name), self._own.get(name)}

    def trim(self) -> None:
        """Drops the heads that were unused for longest; only between transactions.

        In one, the rows of heads that moved may wait in the batch still, and the store knows an older version.
        """
        for name in list(islice(self.streams, max(0, len(self.streams) - KEPT))):
            del self.streams[name]

    def stream(self, name: str) -> StreamHead | None:
        """Returns the head of a stream, None where it does not exist."""
        head = self.streams.get(name)
        if head is None:
            found = _STREAM(self._con.execute(f"{_STREAMS} where name = ?", (name,)))
            if not found:
                return None
            row = found[0]
            head = self.streams[name] = StreamHead(row[0], row[1], bool(row[2]))
        else:
            self.streams.move_to_end(name)
        return head

    def new_stream(self, name: str, now: int) -> StreamHead:
        """Makes a stream at version 0."""
        number = self.next_stream
        self._con.execute(
            "insert into streams values (?, ?, ?, 0, 0, ?, ?, 0)", (number, name, category_of(name), now, now)
        )
        self.next_stream += 1
        head = self.streams[name] = StreamHead(number, 0, closed=False)
        return head

    def type_number(self, name: str) -> int:
        """Returns the number of an event type, interning a new one."""
        number = self.types.get(name)
        if number is None:
            below = self._stored.get(name, name)
            number = self._con.execute("insert into types (name) values (?)", (below,)).lastrowid or 0
            self.types[name] = self.types[below] = number
        return number

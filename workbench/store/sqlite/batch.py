"""Rows of one transaction that are written together: one statement for many instead of one for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

SIZES = (64, 16, 4, 1)
"""Rows in one statement. A thread may wait long for the interpreter after each one, beside a busy window."""


Inserts = tuple[tuple[int, str], ...]
"""Statements, each with the number of rows that it inserts, the largest first."""


def inserts(table: str, row: str, suffix: str = "") -> Inserts:
    """Returns statements that insert rows of a table.

    Args:
        row: The values of one row in parentheses.
        suffix: What to do on a conflict.
    """
    return tuple((size, f"insert into {table} values {','.join([row] * size)}{suffix}") for size in SIZES)


_EVENTS = inserts("events", "(?,?,?,?,?,?,?,?,?,?,?,?)")
_COMMANDS = inserts("commands", "(null,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
_MESSAGES = inserts("messages", "(?,?,?,?,?,?,?,?,?,?,?,?,?)")
_STREAMS = "update streams set version = ?, updated_at = ?, last_position = ? where id = ?"


class Batch:
    """What appends and commands of a group leave to be written; readers of those tables call `flush` first.

    Attributes:
        events: Rows of the log.
        streams: By number, the arguments that move a stream's head.
        commands: Rows of commands.
        messages: Rows of published messages.
    """

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con
        self.events: list[tuple[Any, ...]] = []
        self.streams: dict[int, tuple[int, int, int, int]] = {}
        self.commands: list[tuple[Any, ...]] = []
        self.messages: list[tuple[Any, ...]] = []

    def flush(self) -> None:
        """Writes everything."""
        if self.events:
            insert_rows(self._con, _EVENTS, self.events)
            self._con.executemany(_STREAMS, self.streams.values())
        if self.commands:
            insert_rows(self._con, _COMMANDS, self.commands)
        if self.messages:
            insert_rows(self._con, _MESSAGES, self.messages)
        self.clear()

    def clear(self) -> None:
        """Forgets everything: the operation that left it was taken back, or it is written."""
        self.events.clear()
        self.streams.clear()
        self.commands.clear()
        self.messages.clear()


def insert_rows(con: sqlite3.Connection, statements: Inserts, rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows in few statements."""
    first, left = 0, len(rows)
    for size, statement in statements:
        while left >= size:
            con.execute(statement, tuple(chain.from_iterable(rows[first : first + size])))
            first, left = first + size, left - size

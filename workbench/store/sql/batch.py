"""Rows of one transaction that are written together: one statement for many instead of one for each."""

from __future__ import annotations

import sqlite3
from itertools import chain
from typing import Any

SIZES = (64, 16, 4, 1)
"""Rows in one statement. A thread may wait long for the interpreter after each one, beside a busy window."""


def _inserts(table: str, row: str) -> tuple[tuple[int, str], ...]:
    return tuple((size, f"insert into {table} values {','.join([row] * size)}") for size in SIZES)


_EVENTS = _inserts("events", "(?,?,?,?,?,?,?,?,?,?,?,?)")
_COMMANDS = _inserts("commands", "(null,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
_MESSAGES = _inserts("messages", "(?,?,?,?,?,?,?,?,?,?,?,?,?)")
_STREAMS = "update streams set version = ?, updated_at = ?, last_position = ? where id = ?"


class Batch:
    """What appends and commands of a group leave to be written; whoever reads those tables calls `flush` first.

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
            _insert(self._con, _EVENTS, self.events)
            self._con.executemany(_STREAMS, self.streams.values())
        if self.commands:
            _insert(self._con, _COMMANDS, self.commands)
        if self.messages:
            _insert(self._con, _MESSAGES, self.messages)
        self.clear()

    def clear(self) -> None:
        """Forgets everything: the operation that left it was taken back, or it is written."""
        self.events.clear()
        self.streams.clear()
        self.commands.clear()
        self.messages.clear()


def _insert(
    con: sqlite3.Connection, statements: tuple[tuple[int, str], ...], rows: list[tuple[Any, ...]]
) -> None:
    first, left = 0, len(rows)
    for size, statement in statements:
        while left >= size:
            con.execute(statement, tuple(chain.from_iterable(rows[first : first + size])))
            first, left = first + size, left - size

"""The readers of a store that are open: all call types of events alike, and are closed together."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path

from workbench.model.clock import Clock
from workbench.store.sqlite.reader import SqliteReader


class OpenReaders:
    """Makes readers, and knows those that are in use; any thread may ask."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._turn = threading.Lock()
        self._stored: Mapping[str, str] = {}
        self._known: weakref.WeakSet[SqliteReader] = weakref.WeakSet()

    def made(self, con: sqlite3.Connection) -> SqliteReader:
        """Returns a reader over a connection of its own."""
        reader = SqliteReader(con, self._path)
        weakref.finalize(reader, con.close).atexit = False  # a reader that is dropped need not be closed
        reader.limit_reads(self._clock)
        with self._turn:
            reader.name_types(self._stored)
            self._known.add(reader)
        return reader

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has all of them, and those to come, call types of events otherwise than they are stored (U3)."""
        with self._turn:
            self._stored = stored
            for reader in self._known:
                reader.name_types(stored)

    def close(self) -> None:
        """Closes them."""
        with self._turn:
            known = list(self._known)
            self._known.clear()
        for reader in known:
            reader.close()

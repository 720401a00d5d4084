"""Lets one thread at a time use a reader's connection, and has that call types as the model does (U3)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from types import TracebackType


class ReaderTurn:
    """The lock of a reader's connection; what types are called is changed by who takes it next.

    A view of the connection hides the table of types, so that every query sees the names of the model.

    Attributes:
        names: By the name of a type the name under which its events are stored, as it is now.
    """

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con
        self._lock = threading.Lock()
        self._due: Mapping[str, str] | None = None
        self.names: Mapping[str, str] = {}

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has types be called otherwise than they are stored, from the next use on; waits for nothing."""
        self._due = stored

    def acquire(self, timeout: float = -1) -> bool:
        """Takes the turn; returns whether it came within some seconds."""
        return self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        """Gives the turn on."""
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()
        if self._due is not None:
            try:
                self._apply()
            except BaseException:
                self._lock.release()
                raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def _apply(self) -> None:
        stored, self._due = self._due or {}, None
        if stored == self.names:
            return
        self._con.execute("pragma query_only = 0")  # a view of its own is no change of the file
        self._con.execute("pragma temp_store = memory")
        self._con.execute("drop view if exists temp.types")
        if stored:
            self._con.execute(_called(stored))
        self._con.execute("pragma query_only = 1")
        self.names = stored


def _called(stored: Mapping[str, str]) -> str:
    cases = " ".join(f"when {_quoted(below)} then {_quoted(name)}" for name, below in stored.items())
    return f"create temp view types as select id, case name {cases} else name end as name from main.types"


def _quoted(name: str) -> str:
    doubled = name.replace("'", "''")
    return f"'{doubled}'"

"""Stops reads of a connection that take longer than they may (C5)."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import ReadTooLong
from workbench.model.clock import Clock, SystemClock
from workbench.store.sqlite.connection import translated

READ_SECONDS = 30.0
STEPS, FINE_STEPS = 1_000_000, 50_000
"""Instructions of SQLite's machine between two looks at the clock: some 10 ms, and some half of one."""


class ReadLimit:
    """Looks at the clock while a connection reads, and has SQLite stop what is overdue."""

    def __init__(self, con: sqlite3.Connection, path: Path) -> None:
        self._con = con
        self._path = path
        self._clock: Clock = SystemClock()
        self._seconds = READ_SECONDS
        self._began: float | None = None
        self._until: float | None = None
        self._thread = 0

    def set(self, clock: Clock, seconds: float) -> None:
        """Has each read stopped that takes longer."""
        self._clock, self._seconds = clock, seconds
        self._look_every(STEPS)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Has reads inside that are not done after so much time in all stopped, with `ReadTooLong`.

        Those of other threads by the same connection meanwhile are not: who set a limit asks again.
        """
        with translated(self._path):
            self._look_every(FINE_STEPS)
        self._until, self._thread = self._clock.monotonic() + seconds, threading.get_ident()
        try:
            yield
        finally:
            self._until = None
            self._look_every(STEPS)

    def begin(self) -> None:
        """Notes that a read begins.

        Raises:
            ReadTooLong: There is no time left for it.
        """
        self._began = None
        if self._is_over(self._clock.monotonic()):
            raise ReadTooLong(f"reading {self._path} takes longer than it may", hint="ask for less at a time")

    def _is_over(self, now: float) -> bool:
        return self._until is not None and now > self._until and self._thread == threading.get_ident()

    def _look_every(self, steps: int) -> None:
        overdue = weakref.WeakMethod(self._is_overdue)  # the connection must not keep its reader

        def stops() -> bool:
            asked = overdue()
            return asked is None or asked()

        self._con.set_progress_handler(stops, steps)

    def _is_overdue(self) -> bool:
        now = self._clock.monotonic()
        if self._began is None:
            self._began = now
        return now - self._began > self._seconds or self._is_over(now)

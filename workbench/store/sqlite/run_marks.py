"""Tells the log that a killed run left from the log of another file, before SQLite would mix them (F5).

SQLite takes in whatever sound log lies beside a file. So every run writes its name into the file, and into the
file of the lock: a log is taken in only where the file has the name of the run that left the log.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from workbench.errors import StoreCorrupt, WorkbenchError
from workbench.store.lock import StoreLock
from workbench.store.sqlite.connection import held, open_reader

RUN = "run"
"""The row of ``meta`` that holds the name of the last run; copies are made without it."""


def check_log(path: Path) -> None:
    """Makes sure that a log beside the file of a store, if there is one, is that file's; opens neither to write.

    A log without a note of its run, such as that of an older program, is taken for the file's.

    Raises:
        StoreCorrupt: The file is missing or empty, or another one; both were left as they are.
    """
    real = path.resolve()
    log = real.with_name(f"{real.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return
    if not path.exists() or not path.stat().st_size:
        what = "is empty" if path.exists() else "is missing"
        raise StoreCorrupt(
            f"{path} {what}, but {log.name} beside it holds changes of its last run; it was left as it is",
            hint=f"put {path.name} back, or move {log.name} away to begin with a new store",
        )
    if not held(path) and not _is_of(path):
        raise StoreCorrupt(
            f"{path} was replaced: {log.name} beside it holds changes of another file; both were left as they are",
            hint=(
                f"move {log.name} and {real.name}-shm away to open {path.name} as it is, or put back the file that"
                f" they belong to; where file and log were put here together, remove {StoreLock(path).path.name}"
            ),
        )


def _is_of(path: Path) -> bool:
    lock = StoreLock(path)
    noted = lock.runs()
    found = run_of(path)
    # A writer may have begun in between; what is noted then comes before what is written.
    return not noted or found is None or found in noted or lock.runs() != noted


def run_of(path: Path) -> str | None:
    """Returns the name of the run that last wrote the file itself; empty if it has none, None if unreadable."""
    try:
        with contextlib.closing(open_reader(path, immutable=True)) as con:
            return _named(con)
    except (sqlite3.Error, WorkbenchError):  # cut short while the log was taken in, or no store at all
        return None


def _named(con: sqlite3.Connection) -> str:
    row = con.execute("select value from meta where key = ?", (RUN,)).fetchone()
    return str(row[0]) if row else ""


def begin_run(path: Path, con: sqlite3.Connection, lock: StoreLock, name: str) -> None:
    """Writes the name of a new run into the file, and into that of the lock; a full disk is no hindrance.

    At every moment the note names all runs that the file may have, should the process be killed.

    Args:
        con: The writing connection.
        lock: Held by this process.
    """
    may_bear = {*lock.runs(), run_of(path) or "", _named(con), name}
    lock.note(sorted(may_bear))
    with contextlib.suppress(sqlite3.OperationalError):
        con.execute("insert or replace into meta values (?, ?)", (RUN, name))
        _, pages, done = con.execute("pragma wal_checkpoint(passive)").fetchone()
        if pages == done:
            lock.note([name])

"""From a path to the store that lies there: the one place that knows which adapter a file needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.model.clock import Clock
from workbench.store.ports import Reader, Store
from workbench.store.sqlite.connection import Synchronous
from workbench.store.sqlite.event_scan import scan
from workbench.store.sqlite.offline_reader import Look
from workbench.store.sqlite.reader import SqliteReader
from workbench.store.sqlite.schema import remembered_owner
from workbench.store.sqlite.store import SqliteStore

__all__ = ["open_store_file", "read_store_file", "remembered_owner", "scan"]


def open_store_file(
    path: Path, clock: Clock, *, synchronous: Synchronous = "full", owner: Callable[[str], str] | None = None
) -> Store:
    """Opens a store's file, or makes it; arguments and errors are those of `SqliteStore`."""
    return SqliteStore(path, clock, synchronous=synchronous, owner=owner)


@contextmanager
def read_store_file(path: Path) -> Iterator[Reader]:
    """Gives a reader of a store that nobody needs to have open, in one state; writes nothing (F6).

    Raises:
        WorldError: It cannot be read.
    """
    with Look(path) as seen:
        reader = SqliteReader(seen.open(), path)
        try:
            with reader.steady():
                yield reader
        finally:
            reader.close()

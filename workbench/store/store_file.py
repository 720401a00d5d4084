"""From a path to the store that lies there: the one place that knows which adapter a file needs.

The adapter is imported with the first file: without a store, a project is checked in half the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.model.clock import Clock
from workbench.model.event import StoredData
from workbench.model.masking import Masking
from workbench.store.ports import Reader, Store

if TYPE_CHECKING:
    from workbench.store.sqlite.connection import Synchronous
    from workbench.store.waiter import BroughtBack, Waiter


def open_store_file(
    path: Path, clock: Clock, *, synchronous: Synchronous = "full", owner: Callable[[str], str] | None = None
) -> Store:
    """Opens a store's file, or makes it; arguments and errors are those of `SqliteStore`."""
    from workbench.store.sqlite.store import SqliteStore

    return SqliteStore(path, clock, synchronous=synchronous, owner=owner)


def cut_back(path: Path, position: int) -> None:
    """Takes away all that a copy of a store has behind a position; errors as of `store.sqlite.cut`."""
    from workbench.store.sqlite.cut import cut_back

    cut_back(path, position)


def fork_back(path: Path, position: int, began: int, waiters: Mapping[str, Waiter]) -> BroughtBack | None:
    """Takes away only what a copy of a store has behind a position; see `store.sqlite.cut`."""
    from workbench.store.sqlite.cut import fork_back

    return fork_back(path, position, began, waiters)


def keep_part(path: Path, streams: Sequence[str], correlation: UUID | None) -> dict[str, int]:
    """Takes away what a copy of a store has beside some whole streams; see `store.sqlite.part`."""
    from workbench.store.sqlite.part import keep_part

    return keep_part(path, streams, correlation)


def mask_store(path: Path, masking: Masking, step: Callable[[], object]) -> Counter[str]:
    """Masks values wherever they stand in a copy of a store; see `store.sqlite.part`."""
    from workbench.store.sqlite.part import mask_store

    return mask_store(path, masking, step)


def payloads(path: Path) -> Iterator[tuple[str, str]]:
    """Yields of what each JSON text of a copy of a store is, and the text; see `store.sqlite.part`."""
    from workbench.store.sqlite.part import payloads

    return payloads(path)


def pack_tight(path: Path) -> None:
    """Leaves nothing of what was removed in a copy of a store; see `store.sqlite.part`."""
    from workbench.store.sqlite.part import pack_tight

    pack_tight(path)


@contextmanager
def read_store_file(
    path: Path, stored: Mapping[str, str] | None = None, *, steady: bool = True
) -> Iterator[Reader]:
    """Gives a reader of a store that need not be open, in one state; writes nothing (F6).

    Args:
        stored: As `Store.name_types` takes it; None where types are called as they are stored.
        steady: Whether it is one state throughout; else each read sees what is stored by then, and reading
            for long hinders nothing (C5).

    Raises:
        WorldError: It cannot be read.
    """
    from workbench.store.sqlite.offline_reader import Look
    from workbench.store.sqlite.reader import SqliteReader

    with Look(path) as seen:
        reader = SqliteReader(seen.open(), path)
        reader.name_types(stored or {})
        try:
            with reader.steady() if steady else nullcontext():
                yield reader
        finally:
            reader.close()


def last_time(path: Path) -> int:
    """Returns the newest time that is stored, microseconds since 1970; 0 for none.

    Raises:
        WorldError: It cannot be read.
    """
    from workbench.store.sqlite.clock_steps import last_time
    from workbench.store.sqlite.connection import translated
    from workbench.store.sqlite.offline_reader import Look

    with Look(path) as seen, translated(path), closing(seen.open()) as con:
        return last_time(con)


def remembered_owner(path: Path) -> str:
    """Returns what a store that was scanned remembers of its project; empty if nothing."""
    from workbench.store.sqlite.schema import remembered_owner

    return remembered_owner(path)


def scan(path: Path, named: Callable[[str], str]) -> Iterator[tuple[str, StoredData]]:
    """Returns the stream and the data of every event, in the order of the log; errors as of `event_scan`.

    Args:
        named: Returns what a type is called whose events are stored under a name (U3).
    """
    from workbench.store.sqlite.event_scan import scan

    return scan(path, cache(named))


def instances(path: Path) -> Iterator[tuple[str, str]]:
    """Returns process and state of each stored instance; errors as of `waiting_scan`."""
    from workbench.store.sqlite.waiting_scan import instances

    return instances(path)


def waiting_commands(path: Path) -> Iterator[tuple[str, str, str | None]]:
    """Returns type, data and metadata of each issued command that waits; errors as of `waiting_scan`."""
    from workbench.store.sqlite.waiting_scan import waiting_commands

    return waiting_commands(path)

"""Copies a store while others work on it, by SQLite's backup interface (contract M1)."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from workbench.errors import StoreCorrupt, StoreReadOnly
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.offline_reader import Look
from workbench.store.sqlite.run_marks import RUN
from workbench.store.sqlite.schema import check_identity

PAGES = 4_096
"""Pages between two words about the progress."""

Progress = Callable[[int, int], object]


def backup(path: Path, target: Path, progress: Progress | None = None, *, check: bool = True) -> int:
    """Copies a store to a new file, whole or not at all.

    Args:
        path: The database file; other programs may work on it meanwhile.
        target: Where the copy goes; its folder must exist, the file must not.
        progress: Told how many pages are done, of how many.
        check: Whether the copy is examined and surely on the disk; a scratch copy need not be.

    Returns:
        Bytes of the copy.

    Raises:
        NotAStore: The source is something else.
        StoreReadOnly: The target exists already, or cannot be written.
        StoreCorrupt: The copy is damaged; it was removed.
        WorldError: The disk is full, or the like; what was written was removed.
    """
    check_identity(path)
    if target.exists():
        raise StoreReadOnly(f"{target} exists already; it was left as it is", hint="choose another name")
    if not target.parent.is_dir():
        raise StoreReadOnly(f"there is no folder {target.parent}", hint="make it, or choose another one")
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    try:
        _copy(path, half, progress, check=check)
        half.replace(target)  # a reader never meets half a copy
    finally:
        half.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(path: Path, half: Path, progress: Progress | None, *, check: bool) -> None:
    with Look(path) as seen, contextlib.closing(seen.open()) as source:
        if seen.unseen:
            raise StoreReadOnly(
                f"{path} cannot be copied whole: {seen.unseen}", hint="make room for temporary files"
            )
        said = _copy_pages(source, half, progress, check=check)
    if not check:
        return
    if said != "ok":
        raise StoreCorrupt(f"the copy of {path} is damaged: {said}", hint="run: workbench doctor")
    with half.open("rb+") as file:
        os.fsync(file.fileno())


def rescue(con: sqlite3.Connection, target: Path) -> None:
    """Copies what a connection has open, though its file may be gone from its path (C10).

    Raises:
        StoreReadOnly: The target exists already.
        WorldError: It cannot be read or written any more; what was written was removed.
    """
    if target.exists():
        raise StoreReadOnly(f"{target} exists already; it was left as it is", hint="choose another name")
    half = target.with_name(f"{target.name}.part")
    try:
        _copy_pages(con, half, None)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
        if con.in_transaction:
            con.execute("rollback")


def _copy_pages(
    source: sqlite3.Connection, half: Path, progress: Progress | None, *, check: bool = True
) -> str:
    """Copies a store's pages; returns what SQLite finds in the copy, ``ok`` if nothing or where it is not asked."""
    told = None if progress is None else lambda _s, left, pages: progress(pages - left, pages)
    with translated(half):
        # One state of the store: else the copy would start again whenever something is written.
        source.execute("begin")
        source.execute("select count(*) from meta").fetchone()
        with contextlib.closing(sqlite3.connect(half, isolation_level=None)) as copy:
            if not check:
                copy.execute("pragma synchronous = off")
            source.backup(copy, pages=PAGES, progress=told)
            # A file of its own, without a log beside it, and on the disk before it gets its name.
            copy.execute("pragma journal_mode = delete")
            copy.execute("delete from meta where key = ?", (RUN,))
            if not check:
                return "ok"
            return str(copy.execute("pragma integrity_check(1)").fetchone()[0])

"""Opens SQLite connections as contract §2 asks, and says SQLite's errors in our words."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from workbench.errors import (
    ReadTooLong,
    StoreBusy,
    StoreCorrupt,
    StoreFull,
    StoreReadOnly,
    WorkbenchBug,
    WorldError,
)

Synchronous = Literal["full", "normal"]
CACHE_KIB = 64_000
CHECKPOINT_PAGES = 1_000


def open_writer(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    """Opens the one connection that writes and checkpoints (C1, C3, C4).

    Raises:
        WorldError: The file cannot be opened so.
    """
    with translated(path), _connected(f"file:{quote(str(path))}?mode=rw") as con:
        _set_up(con, path, synchronous)
        return con


def _set_up(con: sqlite3.Connection, path: Path, synchronous: Synchronous) -> None:
    """Sets what C3 asks for, and reads it back."""
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2 if synchronous == "full" else 1,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "wal_autocheckpoint": CHECKPOINT_PAGES,
        "cache_size": -CACHE_KIB,
    }
    for pragma, value in wanted.items():
        con.execute(f"pragma {pragma} = {value}")
        (actual,) = con.execute(f"pragma {pragma}").fetchone()
        if actual != value:
            raise WorldError(
                f"SQLite keeps {pragma} at {actual} instead of {value} for {path}",
                hint="the file may lie on a network drive; move the project to a local disk",
            )


def open_reader(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """Opens a connection that can only look (C1, I12).

    Args:
        path: The database file.
        immutable: For files in a folder where nothing can be written: no locks, no shared memory.
    """
    flags = "mode=ro&immutable=1" if immutable else "mode=ro"
    with translated(path), _connected(f"file:{quote(str(path))}?{flags}") as con:
        for pragma in ("query_only = 1", "trusted_schema = 0", "busy_timeout = 5000", "cache_size = -16000"):
            con.execute(f"pragma {pragma}")
        return con


@contextmanager
def _connected(uri: str) -> Iterator[sqlite3.Connection]:
    """Opens a connection, and closes it if it cannot be made ready."""
    con = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        yield con
    except BaseException:
        con.close()
        raise


_held: Counter[tuple[int, int]] = Counter()


def hold(path: Path) -> tuple[int, int]:
    """Notes that this process has SQLite connections to a file for long; returns what `let_go` takes.

    Opening and closing such a file by other means would drop SQLite's locks on it (contract §0.5).
    """
    identity = _identity(path)
    _held[identity] += 1
    return identity


def let_go(identity: tuple[int, int] | None) -> None:
    """Notes that the connections are closed."""
    if identity is not None:
        _held[identity] -= 1


def held(path: Path) -> bool:
    """Whether this process has the file open, so that it may be looked at through SQLite only."""
    return _held[_identity(path)] > 0


def _identity(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_dev, stat.st_ino


@contextmanager
def translated(path: Path | str) -> Iterator[None]:
    """Turns SQLite's errors into those of the error tree.

    Raises:
        WorldError: What the machine said, with what to do about it.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error


LITTLE = 128 * 1024
"""Bytes: with less room than this, an error of the disk means that it is full."""


def _full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < LITTLE
    except OSError:
        return False


if sys.platform == "win32":

    def _limited(path: Path) -> bool:  # noqa: ARG001
        return False

else:
    import resource

    def _limited(path: Path) -> bool:
        """Whether the file or its log is as large as this process may make files."""
        most, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
        files = (path, path.with_name(f"{path.name}-wal"))
        sizes = [file.stat().st_size for file in files if file.exists()]
        return most != resource.RLIM_INFINITY and max(sizes, default=0) + LITTLE > most


def translate(error: sqlite3.Error, path: Path | str) -> WorldError | WorkbenchBug:
    """Returns our error for one of SQLite's."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _full(Path(path))):
        return StoreFull(
            f"the disk that holds {path} is full; nothing of this write was stored",
            hint="make room; writing resumes by itself",
        )
    if name.startswith("SQLITE_IOERR") and _limited(Path(path)):
        return StoreFull(
            f"{path} has reached the size that this process may give to files; nothing of this write was stored",
            hint="raise the limit (ulimit -f); writing resumes by itself",
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(
            f"another program holds {path}", hint="close the other program, or wait and try again"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_AUTH")):
        return StoreReadOnly(
            f"{path} cannot be written: {error}", hint="check the permissions of the file and its folder"
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        return StoreCorrupt(
            f"{path} is damaged: {error}; it was left as it is",
            hint="work on a copy, and take the newest backup",
        )
    if name == "SQLITE_INTERRUPT":
        return ReadTooLong(
            f"reading {path} was stopped, because it took too long", hint="ask for less at a time"
        )
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return WorkbenchBug(f"{type(error).__name__}: {error} ({path})")
    return WorldError(f"SQLite cannot work with {path}: {error}", hint="check the disk")

"""One writer per store file, by whatever path it is named; the operating system frees the lock (C8, C9)."""

from __future__ import annotations

import contextlib
import errno
import glob
import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from workbench.model.clock import rfc3339
from workbench.store.ports import HELD, LEFT


class StoreLock:
    """The right to write a store. Beside ``events.db``, links followed, it holds ``events.db.lock``.

    On Linux it takes the name of the file's device and inode, too, so that neither another mount nor the
    removal of that lock file lets a second writer in.

    Args:
        store: Path of the database file.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._file: IO[str] | None = None
        self._name: socket.socket | None = None
        self._said: dict[str, Any] = {}

    @property
    def path(self) -> Path:
        """Where the lock file lies."""
        real = self._store.resolve()
        return real.with_name(f"{real.name}.lock")

    def acquire(self, now: int) -> bool:
        """Takes the lock if it is free.

        Args:
            now: Microseconds since 1970, noted for others to read.

        Returns:
            Whether this process may write.

        Raises:
            OSError: The lock file cannot be made.
        """
        file = self.path.open("a+", encoding="utf-8")
        if not lock_file(file) or not self._take_name():
            file.close()
            return False
        self._file = file
        self._said = {"pid": os.getpid(), "host": socket.gethostname(), "since": rfc3339(now)}
        self.note(self.runs())
        return True

    def note(self, runs: Sequence[str]) -> None:
        """Notes which runs the file of the store may have; that stays when the lock is released."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):  # the lock holds without the note; on a full disk there is no room
            self._file.seek(0)
            self._file.truncate()
            json.dump({**self._said, "runs": list(runs)}, self._file)
            self._file.flush()

    def runs(self) -> tuple[str, ...]:
        """Returns the runs that were noted last; none if there is no note."""
        runs = self._read().get("runs")
        return tuple(map(str, runs)) if isinstance(runs, list) else ()

    def _read(self) -> dict[str, Any]:
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    def _take_name(self) -> bool:
        if sys.platform != "linux":
            return True
        stat = self._store.stat()
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0event-workbench:{stat.st_dev:x}:{stat.st_ino:x}")
        except OSError as error:
            name.close()
            return (
                error.errno != errno.EADDRINUSE
            )  # where there are no such names, the lock file alone counts
        self._name = name
        return True

    def look_again(self, observer: str) -> str:
        """Returns why one may only look, now: the process that had the store open may have ended (C8)."""
        if not observer.endswith(HELD):
            return observer
        try:
            with self.path.open("a+", encoding="utf-8") as file:
                return LEFT if lock_file(file) else observer
        except OSError:
            return observer

    def holder(self) -> str:
        """Says who holds the lock, in words for a person."""
        said = self._read()
        if not {"pid", "host", "since"} <= said.keys():
            return "another process"
        if (said["pid"], said["host"]) == (os.getpid(), socket.gethostname()):
            return f"this program (since {said['since']})"
        return f"another process (PID {said['pid']} on {said['host']}, since {said['since']})"

    def release(self) -> None:
        """Releases the lock; a second call does nothing."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # what could not be noted on a full disk cannot be now
                self._file.close()
            self._file = None
        if self._name is not None:
            self._name.close()
            self._name = None


def why_shared(path: Path) -> str:
    """Says by what other path the file of a store may be written; empty if by none (C9).

    SQLite keeps the log beside the path by which it was opened: two such paths tear the store apart.
    """
    strays = [stray for stray in names_in_the_making(path) if _is_same(stray, path)]
    links = path.stat().st_nlink - len(strays)
    if links > 1:
        return f"{path} has {links} names (hard links)"
    return f"{path} is mounted as a single file" if _is_mounted(path.resolve()) else ""


def _is_same(stray: Path, path: Path) -> bool:
    """Whether two names are of one file; a name that goes at this moment is of none."""
    try:
        return stray.samefile(path)
    except FileNotFoundError:
        return False


def names_in_the_making(path: Path) -> list[Path]:
    """Returns the names under which processes make the store, as long as it does not have its own."""
    return sorted(path.parent.glob(f"{glob.escape(path.name)}.*.new*"))


def _is_mounted(path: Path) -> bool:
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    escaped = "".join(f"\\{ord(char):03o}" if char in " \t\n\\" else char for char in str(path))
    return any(line.split(" ")[4] == escaped for line in mounts.splitlines())


if sys.platform == "win32":
    import msvcrt

    def lock_file(file: IO[str]) -> bool:
        """Locks a file if it is free, until it is closed or its process ends; says whether it did."""
        # The byte lies behind the text, so that others can still read who holds it.
        file.seek(4096)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock_file(file: IO[str]) -> bool:
        """Locks a file if it is free, until it is closed or its process ends; says whether it did."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

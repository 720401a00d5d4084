"""One writer per store: a lock file that the operating system frees when its holder dies (C8)."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import IO

from workbench.model.clock import rfc3339


class StoreLock:
    """The right to write a store. Beside ``events.db`` it holds ``events.db.lock``.

    Args:
        store: Path of the database file.
    """

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + ".lock")
        self._file: IO[str] | None = None

    def acquire(self, now: int) -> bool:
        """Takes the lock if nobody holds it.

        Args:
            now: Microseconds since 1970, noted for others to read.

        Returns:
            Whether this process may write.
        """
        file = self.path.open("a+", encoding="utf-8")
        if not _lock(file):
            file.close()
            return False
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": rfc3339(now)}, file)
        file.flush()
        self._file = file
        return True

    def holder(self) -> str:
        """Says who holds the lock, in words for a person."""
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
            return f"process {said['pid']} on {said['host']} since {said['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def release(self) -> None:
        """Lets go; a second call does nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> bool:
        # The byte lies behind the text, so that others can still read who holds it.
        file.seek(4096)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

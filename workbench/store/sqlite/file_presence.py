"""Notices when the files of an open store are no longer those at its path (C10)."""

from __future__ import annotations

import os
from pathlib import Path

IDENTITY = (
    "select (select value from meta where key = 'store_id'), (select name from types order by id limit 1),"
    " (select name from streams order by id limit 1), (select event_id from events order by position limit 1)"
)
"""What stays the same in a store for ever, once it is there; it lies in several places of the file."""
GONE = "save a copy of what is open here; once the files are back, or a backup is, open the project again"


class FilePresence:
    """The files of an open store, as they were when it was opened or last looked at.

    Nothing is opened: that would drop SQLite's locks (contract §0.5). A look costs some microseconds.

    Args:
        path: The database file, as the project names it; it and its log must exist.

    Attributes:
        damaged: What is amiss stays so; files that are only away may come back, and are these again.
    """

    def __init__(self, path: Path) -> None:
        real = path.resolve()
        self._files = [path, *(real.with_name(f"{real.name}-{kind}") for kind in ("wal", "shm"))]
        self._seen: list[os.stat_result] = []
        self.damaged = False
        self.renew()

    def renew(self) -> None:
        """Takes the files as they are now for the right ones.

        Raises:
            OSError: One is missing.
        """
        self._seen = [file.stat() for file in self._files]

    def amiss(self) -> str:
        """Says what became of a file since the last look; empty if each stands at its path and none was cut off."""
        now = []
        for file, before in zip(self._files, self._seen, strict=True):
            try:
                found = file.stat()
            except OSError as error:
                return f"{file} is no longer there: {error.strerror or error}"
            if (found.st_dev, found.st_ino) != (before.st_dev, before.st_ino):
                return f"{file} is another file by now"
            if found.st_size < before.st_size:
                self.damaged = True
                return f"{file} was cut off, from {before.st_size:,} to {found.st_size:,} bytes"
            now.append(found)
        self._seen = now
        return ""

    def touched(self) -> bool:
        """Whether another process wrote to the database file since the last look."""
        try:
            return self._files[0].stat().st_mtime_ns != self._seen[0].st_mtime_ns
        except OSError:
            return True

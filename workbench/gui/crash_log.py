"""Where Python stood when the program crashed below it: written then, told at the next start."""

from __future__ import annotations

import contextlib
import faulthandler
import itertools
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QLockFile

KEPT = 10
"""Crashes of which the stacks are kept, the newest."""
TOLD = "The program crashed when it ran last. What was stored and typed is there; where it stood is in {}."


class CrashLog:
    """Has Python write the stacks of all threads into a file of this process, should it crash.

    Args:
        folder: Where; it is made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: QLockFile | None = None
        self._file: TextIO | None = None

    def begin(self) -> Path | None:
        """Begins to watch; returns the file of a process that crashed before, if there is one not told yet.

        Where the folder cannot be written nothing is watched.
        """
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            running = self._take()
            left = self._put_aside(running)
            self._file = running.open("w", encoding="utf-8")
            faulthandler.enable(self._file)
            return left
        return None

    def _take(self) -> Path:
        """Returns a file that no living process writes, and keeps others from it."""
        for number in itertools.count(1):
            running = self._folder / f"running-{number}.txt"
            lock = QLockFile(str(running.with_suffix(".lock")))
            if lock.tryLock(0):
                self._lock = lock
                return running
            if lock.error() is not QLockFile.LockError.LockFailedError:
                raise PermissionError(running)
        raise AssertionError

    def _put_aside(self, running: Path) -> Path | None:
        """Gives what a crash left a name of its own; removes the oldest of these."""
        if not running.exists() or not running.stat().st_size:
            return None
        aside = self._folder / f"crash-{running.stat().st_mtime_ns}.txt"
        running.replace(aside)
        for old in sorted(self._folder.glob("crash-*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return aside

    def end(self) -> None:
        """Watches no more: the process ends as it should."""
        faulthandler.disable()
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.unlock()
        self._file = self._lock = None

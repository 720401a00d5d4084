"""Says which files of a folder belong to this window, and which to windows that are no more."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO
from uuid import uuid4

from workbench.store.lock import lock_file


class WindowFiles:
    """The files of one window, ``WINDOW-NAME.json``, in a folder that other windows use, too.

    A window that has files holds ``WINDOW.lock``; the operating system frees it when the process ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._window = ""
        self._held: dict[str, IO[str]] = {}

    def path(self, name: str) -> Path:
        """Returns where a file of this window lies.

        Raises:
            OSError: Nothing can be written there.
        """
        if not self._window:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            window = uuid4().hex[:16]
            if not self._take(window):
                raise OSError(f"{self._folder} has no locks")
            self._window = window
        return self._folder / f"{self._window}-{name}.json"

    def mine(self) -> list[Path]:
        """Returns the files of this window; those of windows that are no more become its own."""
        windows = {_window_of(path) for end in ("json", "lock") for path in self._folder.glob(f"*.{end}")}
        taken = {one for one in sorted(windows) if one in self._held or self._takes(one)}
        return [path for path in sorted(self._folder.glob("*.json")) if _window_of(path) in taken]

    def close(self) -> None:
        """Releases the files; the next window takes them over."""
        kept = {_window_of(path) for path in self._folder.glob("*.json")}
        for window, file in self._held.items():
            if window not in kept:
                with contextlib.suppress(OSError):
                    self._lock_of(window).unlink()
            file.close()
        self._held.clear()
        self._window = ""

    def _takes(self, window: str) -> bool:
        with contextlib.suppress(OSError):  # what cannot be locked stays where it lies
            return self._take(window)
        return False

    def _take(self, window: str) -> bool:
        """Locks the files of a window unless it lives, or another takes them at this moment."""
        path = self._lock_of(window)
        file = path.open("a+", encoding="utf-8")
        if lock_file(file) and path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
            self._held[window] = file
            return True
        file.close()
        return False

    def _lock_of(self, window: str) -> Path:
        return self._folder / f"{window}.lock"


def _window_of(path: Path) -> str:
    return path.stem.partition("-")[0]

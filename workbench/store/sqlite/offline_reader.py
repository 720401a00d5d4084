"""Looks at a store without writing anything, also where its folder or its disk takes nothing (F6)."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from workbench.errors import StoreFull, StoreReadOnly, WorldError
from workbench.store.sqlite.connection import held, open_reader, translated
from workbench.tusk.scratch import MEMORY, scratch_folder

_PLACES = (None, MEMORY)
"""Where a copy is made to look at: among the temporary folders, else in memory."""


class Look:
    """How the file of a store is looked at; used as a context, or closed at the end.

    Where SQLite can make no index for the log beside the file, the file is taken as it lies there if it has no
    log, else a copy of both, in another folder.

    Args:
        path: The database file.

    Attributes:
        unseen: Empty, or what is not shown: the newest changes, where they could not be copied.

    Raises:
        WorldError: It cannot be read at all.
    """

    def __init__(self, path: Path) -> None:
        self.unseen = ""
        self._path = path
        self._immutable = False
        self._folder: Path | None = None
        try:
            self._try()
        except (StoreFull, StoreReadOnly, WorldError) as error:
            if not isinstance(error, StoreFull | StoreReadOnly) and type(error) is not WorldError:
                raise
            self._look_apart(path.resolve())
            self._try()

    def _try(self) -> None:
        con = self.open()
        try:
            with translated(self._path):
                con.execute("select count(*) from sqlite_master").fetchone()
        finally:
            con.close()

    def _look_apart(self, path: Path) -> None:
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            if not held(path) and self._copy(path, log):
                return
            self.unseen = (
                f"the newest changes, in {log.name} ({log.stat().st_size:,} bytes), cannot be seen here"
            )
        self._immutable = True

    def _copy(self, path: Path, log: Path) -> bool:
        for place in _PLACES:
            folder = None
            try:
                folder = scratch_folder("look", place)
                for file in (path, log):
                    copy = folder / file.name
                    shutil.copyfile(file, copy)
                    copy.chmod(0o600)
            except OSError:
                if folder is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                continue
            self._folder, self._path = folder, folder / path.name
            return True
        return False

    def open(self) -> sqlite3.Connection:
        """Returns a new connection that can only look."""
        return open_reader(self._path, immutable=self._immutable)

    def close(self) -> None:
        """Ends it; connections must be closed by then. A second call does nothing."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> Self:
        """Begins a block at whose end it is closed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()

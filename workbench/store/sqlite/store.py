"""The SQLite store: opens a file safely, writes operations in one transaction, hands out readers."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from workbench.errors import (
    SchemaTooOld,
    StoreFailed,
    StoreFull,
    StoreGone,
    StoreReadOnly,
    WorkbenchError,
    WorldError,
)
from workbench.model.clock import Clock
from workbench.store import operations as op
from workbench.store.lock import StoreLock, why_shared
from workbench.store.operations.kinds import kinds_checked
from workbench.store.ports import HELD
from workbench.store.sqlite import append
from workbench.store.sqlite.backup import rescue
from workbench.store.sqlite.clock_steps import keep_in_step, note_time
from workbench.store.sqlite.connection import (
    Synchronous,
    hold,
    let_go,
    open_reader,
    open_writer,
    translate,
    translated,
)
from workbench.store.sqlite.file_presence import GONE, IDENTITY, FilePresence
from workbench.store.sqlite.heads import Heads
from workbench.store.sqlite.migrations import Progress, migrate
from workbench.store.sqlite.offline_reader import Look
from workbench.store.sqlite.open_readers import OpenReaders
from workbench.store.sqlite.reader import SqliteReader
from workbench.store.sqlite.rows import HEAD
from workbench.store.sqlite.run_marks import begin_run, check_log
from workbench.store.sqlite.schema import check_identity, create_store, remembered_owner, sweep
from workbench.store.sqlite.tables import SCHEMA_VERSION
from workbench.store.sqlite.transaction import Transaction, is_of_one

LARGE_LOG = 16 * 1024 * 1024
"""Bytes of the log beside the file that are worth a moment of idle time (C4)."""


class SqliteStore:
    """One store file, open in this process.

    Args:
        path: The database file; made if it does not exist.
        clock: Gives ``recorded_at``.
        synchronous: ``full`` survives power loss; ``normal`` can lose the last moments to it.
        progress: Told what is done while an older store is converted.
        owner: Given what the store remembers of its project, says what it shall remember from now on, nothing
            where that stays; asked before anything is written, and may refuse by raising (T3).

    Attributes:
        place: The path, as a person is told it.
        observer: Empty, or why this process may only look (C8, F5).
        gone: Empty, or how the files ceased to be those at the path, as far as was noticed (C10).

    Raises:
        WorldError: The file is not ours, damaged, newer, or cannot be made; it is left as it is.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        synchronous: Synchronous = "full",
        progress: Progress | None = None,
        owner: Callable[[str], str] | None = None,
    ) -> None:
        self.path = path
        self.place = str(path)
        self._clock = clock
        self._lock = StoreLock(path)
        self._guard = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._look: Look | None = None
        self._presence: FilePresence | None = None
        self._run_begun = False
        self._broken = self.gone = ""
        self._readers = OpenReaders(path, clock)
        check_log(path)
        if not path.exists() or path.stat().st_size == 0:
            create_store(path, clock.now())
        if shared := why_shared(path):
            raise StoreReadOnly(
                f"{shared}; written by two paths, it would be destroyed",
                hint="take the other path away, or work on a copy (workbench backup)",
            )
        version = check_identity(path)
        own = owner(remembered_owner(path)) if owner is not None else ""
        self.observer = self._why_observer()
        self._held: tuple[int, int] | None = None
        try:
            if not self.observer:
                self._held = hold(path)
                self._open_if_room(version, synchronous, progress)
                self._remember(own)
            if self.observer:
                self._only_look(version)
        except BaseException:
            self.close()
            raise

    def _open_if_room(self, version: int, synchronous: Synchronous, progress: Progress | None) -> None:
        """Opens the writing connection; where the disk is full, the store can be read anyway (F6)."""
        try:
            self._open(synchronous, progress)
        except StoreFull as error:
            if version < SCHEMA_VERSION:
                raise
            self.observer = f"there is no room: {error.message}"
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            let_go(self._held)
            self._held = None
            self._lock.release()

    def _only_look(self, version: int) -> None:
        if version < SCHEMA_VERSION:
            raise SchemaTooOld(
                f"{self.path} has schema {version} and must be converted to {SCHEMA_VERSION}, but {self.observer}",
                hint="open it where it can be written, with no other program at work on it",
            )
        self._look = Look(self.path)
        if self._look.unseen:
            self.observer += f"; {self._look.unseen}"
        self._held = self._held or hold(self.path)

    def _open(self, synchronous: Synchronous, progress: Progress | None) -> None:
        """Opens the writing connection, converting an older store first (M1)."""
        con = self._writer = open_writer(self.path, synchronous)
        with translated(self.path):
            (version,) = con.execute("pragma user_version").fetchone()
            if version < SCHEMA_VERSION:
                migrate(self.path, con, version, progress)
            keep_in_step(con, self._clock.now())
            self._heads = Heads(con)
            self._identity = con.execute(IDENTITY).fetchone()
        sweep(self.path)
        try:
            self._presence = FilePresence(self.path)
        except OSError as error:  # a fault of the disk has kept SQLite from the mode that C3 asks for
            raise WorldError(
                f"SQLite keeps no log beside {self.path}: {error.strerror or error}",
                hint="check the disk, and open it again",
            ) from error

    def _remember(self, owner: str) -> None:
        """Has the store remember its project; a full disk is no reason not to look at it."""
        if owner and self._writer is not None:
            with contextlib.suppress(sqlite3.OperationalError):
                self._writer.execute("insert or replace into meta values ('owner', ?)", (owner,))

    def _why_observer(self) -> str:
        """Returns why nothing may be written; takes the lock if all is well."""
        folder = self.path.resolve().parent
        if not os.access(folder, os.W_OK):
            return f"the folder {folder} cannot be written"
        # The owner's bit is looked at, too: root may write everything, but was asked not to.
        if not os.access(self.path, os.W_OK) or not self.path.stat().st_mode & 0o222:
            return f"the file {self.path.name} is read-only"
        try:
            if not self._lock.acquire(self._clock.now()):
                return f"{self._lock.holder()} {HELD}"
        except OSError as error:
            return f"{self._lock.path} cannot be made: {error.strerror or error}"
        return ""

    def reader(self) -> SqliteReader:
        """Returns a reader with a connection of its own; it must stay in one thread at a time."""
        return self._readers.made(open_reader(self.path) if self._look is None else self._look.open())

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has types of events be called otherwise than they are stored (U3)."""
        with self._guard:
            if self._writer is not None:
                self._heads.name_types(stored)
            self._readers.name_types(dict(stored))

    @kinds_checked
    def write(self, operations: Sequence[op.Operation]) -> list[Any]:
        """Runs operations in one transaction, each for itself; returns what `StoreWriter` says (C2, C6).

        Raises:
            StoreReadOnly: This process only observes.
            WorldError: The transaction failed; nothing of it was stored, unless the error says so.
        """
        with self._guard:
            con = self._writable()
            if not self._run_begun:  # not earlier: a reader leaves nothing behind (I12)
                begin_run(self.path, con, self._lock, str(uuid4()))
                self._run_begun = True
            with self._taken_back(con):
                answers, possibly_stored = self._run_all(con, operations)
            self._commit(con, operations, possibly_stored)
            self._make_sure(operations)
            return answers

    @kinds_checked
    def dry_run(self, operations: Sequence[op.Operation]) -> list[Any]:
        """Runs operations as `write` does, raises what it raises, and takes everything back again."""
        with self._guard:
            con = self._writable()
            with self._taken_back(con):
                answers, _ = self._run_all(con, operations)
            self._roll_back(con)
            return answers

    def _run_all(
        self, con: sqlite3.Connection, operations: Sequence[op.Operation]
    ) -> tuple[list[Any], set[bytes]]:
        """Runs operations; what one of them alone meets unforeseen leaves the others as they are (C6)."""
        try:
            return self._run(con, operations)
        except Exception as error:
            if isinstance(error, WorkbenchError) or not is_of_one(error):
                raise
            self._roll_back(con)
            return self._run(con, operations, apart=True)

    def _run(
        self, con: sqlite3.Connection, operations: Sequence[op.Operation], *, apart: bool = False
    ) -> tuple[list[Any], set[bytes]]:
        """Begins a transaction and runs operations in it; returns answers, and ids that were stored before."""
        con.execute("begin immediate")
        if self._heads.stale:
            self._heads.forget()
        self._heads.trim()
        now = self._clock.now()
        writing = Transaction(con, self._heads, now, operations, apart=apart)
        answers = [writing.guarded(operation) for operation in operations]
        writing.batch.flush()
        self._heads.noted = note_time(con, self._heads.noted, now)
        return answers, writing.possibly_stored

    @contextlib.contextmanager
    def _taken_back(self, con: sqlite3.Connection) -> Iterator[None]:
        """Rolls back what fails inside."""
        try:
            yield
        except sqlite3.Error as error:
            self._roll_back(con)
            raise translate(error, self.path) from error
        except BaseException:
            self._roll_back(con)
            raise

    def _writable(self) -> sqlite3.Connection:
        if self._writer is None:
            raise StoreReadOnly(
                f"{self.path.name} is open for reading only: {self.observer or 'it was closed'}",
                hint="end what works on it, let it be written, or work on a copy",
            )
        if self._broken:
            raise StoreReadOnly(self._broken, hint="close the project and open it again")
        if self._is_gone():
            raise StoreGone(self.gone, hint=GONE)
        return self._writer

    def _is_gone(self) -> bool:
        """Whether the open files are no longer those of this store; only files that were away may come back (C10)."""
        presence = self._presence
        if presence is not None and not presence.damaged:
            touched = presence.touched()  # by our own checkpoint, too
            amiss = presence.amiss()
            if touched and not amiss:
                amiss = self._other_content()
                presence.damaged = bool(amiss)
            self.gone = f"writing to {self.path.name} stopped: {amiss}" if amiss else ""
        return bool(self.gone)

    def _other_content(self) -> str:
        """Says whether another store was written over the file; a new connection sees what lies there."""
        said = f"{self.path} was written over"
        try:
            with contextlib.closing(open_reader(self.path)) as con:
                found = con.execute(IDENTITY).fetchone()
                (head,) = con.execute(HEAD).fetchone()
        except (sqlite3.Error, WorkbenchError) as error:
            return f"{said}: {error}"
        same = all(before in (None, now) for before, now in zip(self._identity, found, strict=True))
        if not same or head < self._heads.position:
            return said
        self._identity = found
        return ""

    def _commit(
        self, con: sqlite3.Connection, operations: Sequence[op.Operation], possibly_stored: set[bytes]
    ) -> None:
        """Commits; an error from COMMIT leaves the outcome open until a fence says what became of it (F3)."""
        try:
            con.execute("commit")
        except sqlite3.Error as error:
            failure = translate(error, self.path)
            self._roll_back(con)
            try:
                con.execute("begin immediate")
                con.execute("insert or replace into meta values ('fence', ?)", (str(self._clock.now()),))
                con.execute("commit")
                stored = append.was_stored(con, operations, possibly_stored)
            except sqlite3.Error as second:
                if isinstance(failure, StoreFull) and isinstance(translate(second, self.path), StoreFull):
                    # What did not fit was not written: its outcome is known, only room must be made (F4).
                    self._roll_back(con)
                    raise failure from error
                self._broken = f"writing to {self.path.name} stopped after a failed COMMIT: {error}"
                self._roll_back(con)
                raise StoreFailed(
                    self._broken,
                    hint="close the project and open it again; what was being written may be stored or not",
                    ids=tuple(append.event_ids(operations)),
                ) from error
            if not stored:
                raise failure from error

    def _make_sure(self, operations: Sequence[op.Operation]) -> None:
        """Acknowledges nothing that was committed into a file that is no longer the store's (C10)."""
        if self._is_gone() and self._presence is not None:
            self._presence.damaged = True  # what was committed is elsewhere
            raise StoreFailed(
                f"{self.gone}; what was being written may be lost",
                hint=GONE,
                ids=tuple(append.event_ids(operations)),
            )

    def _roll_back(self, con: sqlite3.Connection) -> None:
        with contextlib.suppress(sqlite3.Error):  # what cannot be rolled back now is not committed, either
            if con.in_transaction:
                con.execute("rollback")
        self._heads.stale = True

    def look(self) -> str:
        """Looks whether the files are still those at its path; returns empty, or how they ceased to be (C10)."""
        self.observer = self._lock.look_again(self.observer)
        with self._guard:
            return self.gone if self._writer is None or self._is_gone() else ""

    def rescue(self, target: Path) -> None:
        """Copies what is open here to a new file, also where the store's own is gone.

        Raises:
            StoreReadOnly: It was closed, or the target exists.
            WorldError: It cannot be read or written any more.
        """
        with self._guard:
            if self._writer is None:
                raise StoreReadOnly(f"{self.path.name} is not open for writing: {self.observer or 'closed'}")
            rescue(self._writer, target)

    def tidy(self) -> None:
        """Empties the log beside the file, if it is large; a reader prevents it while it reads (C4)."""
        with self._guard:
            real = self.path.resolve()
            log = real.with_name(f"{real.name}-wal")
            if self._writer is None or self._broken or self.gone:
                return
            if not log.exists() or log.stat().st_size < LARGE_LOG:
                return
            with translated(self.path):
                self._writer.execute("pragma busy_timeout = 0")
                try:
                    self._writer.execute("pragma wal_checkpoint(truncate)").fetchone()
                finally:
                    self._writer.execute("pragma busy_timeout = 5000")
                    if self._presence is not None:
                        with contextlib.suppress(OSError):  # the next write reports what is missing
                            self._presence.renew()

    def close(self) -> None:
        """Checkpoints, notes a clean end and closes the file; a second call does nothing."""
        with self._guard:
            self._readers.close()
            if self._writer is not None:
                with contextlib.suppress(sqlite3.Error):  # what is in the log is safe there
                    if not self._broken and not self.gone:
                        self._writer.execute("pragma wal_checkpoint(truncate)")
                with contextlib.suppress(sqlite3.Error):
                    self._writer.close()
                self._writer = None
            let_go(self._held)
            self._held = None
            if self._look is not None:
                self._look.close()
            self._lock.release()

"""The SQLite store: opens a file safely, writes operations in one transaction, hands out readers."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.errors import StoreFailed, StoreReadOnly, WorkbenchBug, WorkbenchError
from workbench.model.clock import Clock
from workbench.store import operations as op
from workbench.store.lock import StoreLock
from workbench.store.sql import appending, letters, projecting, settling
from workbench.store.sql.connection import Synchronous, open_reader, open_writer, translate
from workbench.store.sql.heads import Heads
from workbench.store.sql.reader import SqliteReader
from workbench.store.sql.schema import check_identity, create_store


class SqliteStore:
    """One store file, open in this process.

    Args:
        path: The database file; made if it does not exist.
        clock: Gives ``recorded_at``.
        synchronous: ``full`` survives power loss; ``normal`` can lose the last moments to it.

    Attributes:
        observer: Empty, or why this process may only look (C8, F5).

    Raises:
        WorldError: The file is not ours, damaged, newer, or cannot be made; it is left as it is.
    """

    def __init__(self, path: Path, clock: Clock, *, synchronous: Synchronous = "full") -> None:
        self.path = path
        self._clock = clock
        self._lock = StoreLock(path)
        self._guard = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._immutable = False
        self._broken = ""
        self._readers: list[SqliteReader] = []
        if not path.exists() or path.stat().st_size == 0:
            create_store(path, clock.now())
        check_identity(path)
        self.observer = self._why_observer()
        if not self.observer:
            self._writer = open_writer(path, synchronous)
            self._heads = Heads(self._writer)
            self._suspects: set[bytes] = set()

    def _why_observer(self) -> str:
        """Returns why nothing may be written; takes the lock if all is well."""
        if not os.access(self.path.parent, os.W_OK):
            self._immutable = True
            return f"the folder {self.path.parent} cannot be written"
        # The owner's bit is looked at, too: root may write everything, but was asked not to.
        if not os.access(self.path, os.W_OK) or not self.path.stat().st_mode & 0o222:
            return f"the file {self.path.name} is read-only"
        if not self._lock.acquire(self._clock.now()):
            return f"{self._lock.holder()} has it open"
        return ""

    def reader(self) -> SqliteReader:
        """Returns a reader with a connection of its own; it must stay in one thread at a time."""
        reader = SqliteReader(open_reader(self.path, immutable=self._immutable), self.path)
        self._readers.append(reader)
        return reader

    def write(self, operations: Sequence[op.Operation]) -> list[Any]:
        """Runs operations in one transaction, each in a savepoint of its own (C2, C6).

        Returns:
            For each operation its answer, or the `WorkbenchError` with which it alone failed.

        Raises:
            StoreReadOnly: This process only observes.
            WorldError: The transaction failed; nothing of it was stored, unless the error says so.
        """
        with self._guard:
            con = self._writable()
            now = self._clock.now()
            try:
                con.execute("begin immediate")
                self._suspects = appending.suspects(con, operations)
                answers = [self._guarded(con, operation, now) for operation in operations]
            except sqlite3.Error as error:
                self._roll_back(con)
                raise translate(error, self.path) from error
            except BaseException:
                self._roll_back(con)
                raise
            self._commit(con)
            return answers

    def _writable(self) -> sqlite3.Connection:
        if self._writer is None:
            raise StoreReadOnly(
                f"{self.path.name} is open for reading only: {self.observer or 'it was closed'}",
                hint="close the other window, or work on a copy",
            )
        if self._broken:
            raise StoreFailed(self._broken, hint="close the project and open it again")
        return self._writer

    def _commit(self, con: sqlite3.Connection) -> None:
        """Commits; an error from COMMIT leaves the outcome unknown (contract §0.1, F3)."""
        try:
            con.execute("commit")
        except sqlite3.Error as error:
            failure = translate(error, self.path)
            self._roll_back(con)
            try:
                con.execute("begin immediate")
                con.execute("insert or replace into meta values ('fence', ?)", (str(self._clock.now()),))
                con.execute("commit")
            except sqlite3.Error:
                self._broken = f"writing to {self.path.name} stopped after a failed COMMIT: {error}"
                self._roll_back(con)
                raise StoreFailed(self._broken, hint="close the project and open it again") from error
            raise failure from error

    def _roll_back(self, con: sqlite3.Connection) -> None:
        if con.in_transaction:
            con.execute("rollback")
        self._heads.forget()

    def _guarded(self, con: sqlite3.Connection, operation: op.Operation, now: int) -> Any:
        if isinstance(operation, op.Append):  # it refuses before it writes: nothing would be rolled back
            try:
                return appending.append(con, self._heads, operation, now, self._suspects)
            except WorkbenchError as error:
                return error
        con.execute("savepoint o")
        try:
            answer = self._run(con, operation, now)
        except WorkbenchError as error:
            con.execute("rollback to o")
            con.execute("release o")
            self._heads.forget()
            return error
        con.execute("release o")
        return answer

    def _run(self, con: sqlite3.Connection, operation: op.Operation, now: int) -> Any:
        heads = self._heads
        match operation:
            case op.Append():
                return appending.append(con, heads, operation, now, self._suspects)
            case op.Atomic():
                return self._atomic(con, operation, now)
            case op.NewMessage():
                return appending.publish(con, heads, operation, now)
            case op.Settle():
                for effect in operation.effects:
                    self._run(con, effect, now)
                return settling.settle(con, operation, now)
            case op.Claim():
                return settling.claim(con, operation)
            case op.Lease():
                return settling.lease(con, operation)
            case op.ApplyProjection():
                return projecting.apply_projection(con, operation, now)
            case op.SaveSnapshot():
                return appending.save_snapshot(con, heads, operation, now)
            case op.RecordCommand():
                return appending.record_command(con, operation, None)
            case op.SaveProcess():
                return projecting.save_process(con, operation)
            case _:
                return self._run_rare(con, operation, now)

    def _run_rare(self, con: sqlite3.Connection, operation: op.Operation, now: int) -> Any:
        match operation:
            case op.EnsureTopic():
                return appending.ensure_topic(con, self._heads, operation, now)
            case op.EnsureSubscription():
                return settling.ensure_subscription(con, self._heads, operation, now)
            case op.ConfigureSubscription():
                return settling.configure(con, operation)
            case op.RecoverSubscription():
                return settling.recover(con, operation, now)
            case op.ReplayLetter():
                return letters.replay_letter(con, operation, now)
            case op.MarkLetters():
                return letters.mark_letters(con, operation, now)
            case op.EnsureProjection():
                return projecting.ensure_projection(con, operation, now)
            case op.MarkProjection():
                return projecting.mark_projection(con, operation, now)
            case op.RecordAction():
                action = operation.action
                row = (action.at, action.action, action.subject, action.detail)
                return con.execute("insert into actions values (null,?,?,?,?)", row).lastrowid
            case _:
                raise WorkbenchBug(f"the store does not know the operation {type(operation).__name__}")

    def _atomic(self, con: sqlite3.Connection, operation: op.Atomic, now: int) -> list[Any]:
        answers: list[Any] = []
        appended = None
        for part in operation.operations:
            if isinstance(part, op.RecordCommand):
                answers.append(appending.record_command(con, part, appended))
                continue
            answer = self._run(con, part, now)
            if isinstance(part, op.Append):
                appended = answer
            answers.append(answer)
        return answers

    def close(self) -> None:
        """Checkpoints, notes a clean end and lets go of the file; a second call does nothing."""
        with self._guard:
            for reader in self._readers:
                reader.close()
            self._readers.clear()
            if self._writer is not None:
                if not self._broken:
                    self._writer.execute("pragma wal_checkpoint(truncate)")
                self._writer.close()
                self._writer = None
            self._lock.release()

"""Runs operations inside one write transaction, each for itself (C6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from workbench.errors import WorkbenchBug, WorkbenchError
from workbench.store import operations as op
from workbench.store.letter_values import noted
from workbench.store.rules import own_error
from workbench.store.sqlite import (
    acts,
    append,
    claims,
    jobs,
    letters,
    projection_tables,
    records,
    settle,
    timeouts,
    transient,
)
from workbench.store.sqlite.batch import Batch
from workbench.store.sqlite.heads import Heads
from workbench.store.sqlite.run_table import Run
from workbench.store.stored_values import AppendResult, CommandRecord

_OF_ONE = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
"""What SQLite says of a value that it cannot bind or keep."""


class Transaction:
    """One transaction.

    Args:
        now: Microseconds since 1970; one moment for all that it writes.
        operations: All that will be run: what may be stored already is asked for once.
        apart: Whether each gets a savepoint, so that an unexpected error fails it alone (C6).

    Attributes:
        possibly_stored: Event ids that may be stored already.
        published: Message ids that may be stored already.
    """

    def __init__(
        self,
        con: sqlite3.Connection,
        heads: Heads,
        now: int,
        operations: Sequence[op.Operation],
        *,
        apart: bool = False,
    ) -> None:
        self.con: sqlite3.Connection = con
        self.heads: Heads = heads
        self.now: int = now
        self.batch: Batch = Batch(con)
        self._apart = apart
        self.possibly_stored: set[bytes] = append.find_possibly_stored(con, heads, operations)
        self._commands = records.known_commands(con, heads, operations)
        self.published: set[bytes] = records.published_before(con, heads, operations)

    def guarded(self, operation: op.Operation) -> Any:
        """Runs one operation; returns its answer, or the error with which it alone failed.

        It gets a savepoint, unless it cannot have written anything when it refuses.
        """
        if not self._apart and _clean(operation):
            try:
                return self.run(operation)
            except WorkbenchError as error:
                return error
        self.batch.flush()
        self.con.execute("savepoint o")
        try:
            answer = self.run(operation)
            self.batch.flush()
        except Exception as error:
            if not isinstance(error, WorkbenchError) and not (self._apart and is_of_one(error)):
                raise
            said = own_error(error)
            self.batch.clear()
            self.con.execute("rollback to o")
            self.con.execute("release o")
            self.heads.forget()
            return said
        self.con.execute("release o")
        return answer

    def run(self, operation: op.Operation) -> Any:
        """Runs one operation.

        Raises:
            WorkbenchError: It refuses.
        """
        if not operation.batched:
            self.batch.flush()
        run = _RUN.get(type(operation))
        if run is None:
            raise WorkbenchBug(f"the store does not know the operation {type(operation).__name__}")
        return run(self, operation)

    def atomic(self, operation: op.Atomic) -> list[Any]:
        """Runs several operations; a command's record gets its places from the appends before it.

        Where a command is known, nothing is run and its record is the answer (K3).
        """
        parts = operation.operations
        if self._commands:
            known = [self._known(part) for part in parts]
            if any(known):
                return known
        answers: list[Any] = []
        appended = None
        for part in parts:
            if isinstance(part, op.RecordCommand):
                answers.append(self.record(part, appended))
                continue
            answer = self.run(noted(part, answers) if isinstance(part, op.RecordAction) else part)
            if isinstance(part, op.Append):
                appended = answer.after(appended)
            answers.append(answer)
        return answers

    def record(self, operation: op.RecordCommand, appended: AppendResult | None = None) -> CommandRecord:
        """Remembers a command, once."""
        known = self._known(operation)
        return known or records.record_command(self.batch, self.heads, operation, appended)

    def _known(self, operation: op.Operation) -> CommandRecord | None:
        if not isinstance(operation, op.RecordCommand):
            return None
        if operation.record.command_id.bytes not in self._commands:
            return None
        self.batch.flush()
        return records.known_record(self.con, operation)

    def settle(self, operation: op.Settle) -> None:
        """Writes a batch's effects, then what became of its deliveries."""
        for effect in operation.effects:
            self.run(effect)
        self.batch.flush()
        settle.settle(self.con, operation, self.now)


def is_of_one(error: Exception) -> bool:
    """Whether an error is about one operation, not about the file or the machine: the others can be written."""
    return not isinstance(error, sqlite3.Error) or isinstance(error, _OF_ONE)


def _clean(operation: op.Operation) -> bool:
    """Whether an operation has written nothing when it refuses."""
    if isinstance(operation, op.Atomic):
        first, *others = operation.operations or (operation,)
        return _alone(first) and all(other.never_refuses for other in others)
    return _alone(operation)


def _alone(operation: op.Operation) -> bool:
    return operation.refuses_first or operation.never_refuses


_RUN: Run = {
    op.RecordCommand: Transaction.record,
    op.Atomic: Transaction.atomic,
    op.Settle: Transaction.settle,
    **append.RUN,
    **records.RUN,
    **transient.RUN,
    **settle.RUN,
    **timeouts.RUN,
    **claims.RUN,
    **letters.RUN,
    **jobs.RUN,
    **acts.RUN,
    **projection_tables.RUN,
}

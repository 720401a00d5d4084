"""Runs operations inside one write transaction, each for itself (C6)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import WorkbenchBug, WorkbenchError
from workbench.store import operations as op
from workbench.store.letter_values import noted
from workbench.store.projection_operations import (
    ApplyProjection,
    DropGeneration,
    EnsureProjection,
    MarkProjection,
    SwitchProjection,
)
from workbench.store.rules import own_error
from workbench.store.sqlite import (
    append,
    claims,
    jobs,
    letters,
    projection_tables,
    records,
    settle,
    transient,
)
from workbench.store.sqlite.batch import Batch
from workbench.store.sqlite.heads import Heads
from workbench.store.stored_values import CommandRecord

_REFUSE_FIRST = (op.Append, op.AppendMany, op.NewMessage)
"""What refuses before it writes anything."""
_BATCHED = {op.Append, op.AppendMany, op.RecordCommand, op.NewMessage, op.Atomic}
"""What reads nothing that waits in the batch, or has it flushed itself."""
_NEVER_REFUSE = (op.RecordCommand, op.SaveSnapshot, op.SaveProcess, op.RecordAction)

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
        self.con = con
        self.heads = heads
        self.now = now
        self.batch = Batch(con)
        self._apart = apart
        self.possibly_stored = append.find_possibly_stored(con, heads, operations)
        self._commands = records.known_commands(con, heads, operations)
        self.published = records.published_before(con, heads, operations)

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
        kind = type(operation)
        if kind not in _BATCHED:
            self.batch.flush()
        run = _RUN.get(kind)
        if run is None:
            raise WorkbenchBug(f"the store does not know the operation {type(operation).__name__}")
        return run(self, operation)

    def atomic(self, operation: op.Atomic) -> list[Any]:
        """Runs several operations; a command's record gets its places from the append before it.

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
                answers.append(self._known(part) or records.record_command(self.batch, part, appended))
                continue
            answer = self.run(noted(part, answers) if isinstance(part, op.RecordAction) else part)
            if isinstance(part, op.Append):
                appended = answer
            answers.append(answer)
        return answers

    def record(self, operation: op.RecordCommand) -> CommandRecord:
        """Remembers a command, once."""
        return self._known(operation) or records.record_command(self.batch, operation, None)

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

    def act(self, operation: op.RecordAction) -> int | None:
        """Notes what an operator did, or more of it; returns the record's number."""
        action = noted(operation).action
        row = (operation.number or None, action.at, action.action, action.subject, action.detail)
        return self.con.execute("insert or replace into actions values (?,?,?,?,?)", row).lastrowid


def is_of_one(error: Exception) -> bool:
    """Whether an error is about one operation, not about the file or the machine: the others can be written."""
    return not isinstance(error, sqlite3.Error) or isinstance(error, _OF_ONE)


def _clean(operation: op.Operation) -> bool:
    if isinstance(operation, op.Atomic):
        first, *others = operation.operations or (operation,)
        return isinstance(first, _REFUSE_FIRST + _NEVER_REFUSE) and all(
            isinstance(other, _NEVER_REFUSE) for other in others
        )
    return isinstance(operation, _REFUSE_FIRST + _NEVER_REFUSE)


_RUN: dict[type[op.Operation], Callable[[Transaction, Any], Any]] = {
    op.Append: lambda w, o: append.append(w.con, w.batch, w.heads, o, w.now, w.possibly_stored),
    op.AppendMany: lambda w, o: append.append_many(w.con, w.batch, w.heads, o, w.now, w.possibly_stored),
    op.CloseStream: lambda w, o: append.close_stream(w.con, w.heads, o, w.now),
    op.SaveSnapshot: lambda w, o: records.save_snapshot(w.con, w.heads, o, w.now),
    op.RecordCommand: Transaction.record,
    op.EnsureTopic: lambda w, o: records.ensure_topic(w.con, w.heads, o, w.now),
    op.CreateTopic: lambda w, o: records.create_topic(w.con, w.heads, o, w.now),
    op.NewMessage: lambda w, o: records.publish(w.con, w.batch, w.heads, o, w.now, w.published),
    op.Retain: lambda w, o: records.retain(w.con, w.heads, o),
    op.ForgetMessages: lambda w, o: transient.forget_messages(w.con, w.heads, o, w.now),
    op.Atomic: Transaction.atomic,
    op.EnsureSubscription: lambda w, o: settle.ensure_subscription(w.con, w.heads, o, w.now),
    op.ConfigureSubscription: lambda w, o: settle.configure(w.con, o),
    op.RecoverSubscription: lambda w, o: claims.recover(w.con, w.heads, o, w.now),
    op.Claim: lambda w, o: claims.claim(w.con, w.heads, o),
    op.Unclaim: lambda w, o: claims.unclaim(w.con, o),
    op.Lease: lambda w, o: claims.lease(w.con, w.heads, o),
    op.Extend: lambda w, o: claims.extend(w.con, o),
    op.Reclaim: lambda w, o: claims.reclaim(w.con, o, w.now),
    op.Skip: lambda w, o: settle.skip(w.con, o, w.now),
    op.Settle: Transaction.settle,
    op.ReplayLetter: lambda w, o: letters.replay_letter(w.con, o, w.now),
    op.MarkLetters: lambda w, o: letters.mark_letters(w.con, o, w.now),
    op.RestoreLetters: lambda w, o: letters.restore_letters(w.con, o, w.now),
    op.ForgetLetters: lambda w, o: letters.forget_letters(w.con, o),
    op.StartJob: lambda w, o: jobs.start_job(w.con, o, w.now),
    op.AdvanceJob: lambda w, o: jobs.advance_job(w.con, o, w.now, w.guarded),
    op.ProjectRows: lambda w, o: projection_tables.project_rows(w.con, o, w.now),
    EnsureProjection: lambda w, o: projection_tables.ensure_projection(w.con, o, w.now),
    ApplyProjection: lambda w, o: projection_tables.apply_projection(w.con, o, w.now),
    SwitchProjection: lambda w, o: projection_tables.switch_projection(w.con, o, w.now),
    DropGeneration: lambda w, o: projection_tables.drop_generation(w.con, o),
    MarkProjection: lambda w, o: projection_tables.mark_projection(w.con, o, w.now),
    op.SaveProcess: lambda w, o: projection_tables.save_process(w.con, o),
    op.RecordAction: Transaction.act,
}

"""The in-memory store: the contract without a file, for references, scenarios and dry runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import StoreReadOnly, WorkbenchBug
from workbench.model.clock import Clock
from workbench.store import operations as op
from workbench.store.letter_values import noted
from workbench.store.memory import acts, letters, log, models, queue, transient, withdrawals
from workbench.store.memory.reader import MemoryReader
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations.kinds import kinds_checked
from workbench.store.rules import own_error


class MemoryStore:
    """A store that ends with the process.

    Args:
        clock: Gives ``recorded_at``.

    Attributes:
        place, observer, gone: As `workbench.store.ports.Store` has them; nothing hinders what is in memory.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tables = Tables()
        self._closed = False
        self.place, self.observer, self.gone = "in memory", "", ""

    @property
    def tables(self) -> Tables:
        """Everything that it holds; to be looked at only."""
        return self._tables

    def look(self) -> str:
        """Finds everything where it was."""
        return self.gone

    def reader(self) -> MemoryReader:
        """Returns a reader; it sees what is committed."""
        return MemoryReader(self._tables)

    def name_types(self, stored: Mapping[str, str]) -> None:
        """Has types of events be called otherwise than they are stored (U3)."""
        with self._tables.lock:
            self._tables.events.name_types(stored)

    @kinds_checked
    def write(self, operations: Sequence[op.Operation]) -> list[Any]:
        """Runs operations in one transaction, each for itself (C2, C6).

        Returns:
            For each operation its answer, or the `WorkbenchError` with which it alone failed.

        Raises:
            StoreReadOnly: It was closed.
        """
        with self._tables.lock:
            answers = self._run_all(operations)
            self._tables.journal.clear()
            self._tables.commits += 1
            self._tables.head = self._tables.last("position")
            return answers

    @kinds_checked
    def dry_run(self, operations: Sequence[op.Operation]) -> list[Any]:
        """Runs operations as `write` does and takes everything back; returns what the answers would be."""
        with self._tables.lock:
            answers = self._run_all(operations)
            self._tables.journal.back_to(0)
            return answers

    def _run_all(self, operations: Sequence[op.Operation]) -> list[Any]:
        if self._closed:
            raise StoreReadOnly("the store was closed")
        now = self._clock.now()
        try:
            return [self._guarded(operation, now) for operation in operations]
        except BaseException:
            self._tables.journal.back_to(0)
            raise

    def _guarded(self, operation: op.Operation, now: int) -> Any:
        mark = self._tables.journal.mark()
        try:
            return self._run(operation, now)
        except Exception as error:  # noqa: BLE001  # it fails this operation, not the others
            self._tables.journal.back_to(mark)
            return own_error(error)

    def _run(self, operation: op.Operation, now: int) -> Any:
        run = _RUN.get(type(operation))
        if run is not None:
            return run(self._tables, operation, now)
        match operation:
            case op.Atomic():
                return self._atomic(operation, now)
            case op.Settle():
                for effect in operation.effects:
                    self._run(effect, now)
                return queue.settle(self._tables, operation, now)
            case op.AdvanceJob():
                return letters.advance_job(
                    self._tables, operation, now, lambda part: self._guarded(part, now)
                )
            case op.RecordCommand():
                return log.record_command(self._tables, operation, None)
        raise WorkbenchBug(f"the store does not know the operation {type(operation).__name__}")

    def _atomic(self, operation: op.Atomic, now: int) -> list[Any]:
        answers: list[Any] = []
        appended = None
        known = [log.known_record(self._tables, part) for part in operation.operations]
        if any(known):
            return known
        for part in operation.operations:
            if isinstance(part, op.RecordCommand):
                answers.append(log.record_command(self._tables, part, appended))
                continue
            run = noted(part, answers) if isinstance(part, op.RecordAction) else part
            answers.append(self._run(run, now))
            if isinstance(part, op.Append):
                appended = answers[-1].after(appended)
        return answers

    def close(self) -> None:
        """Takes no more writes; a second call does nothing."""
        self._closed = True

    def reopen(self) -> None:
        """Takes writes again: what was committed is still there, as in a file."""
        self._closed = False
        self._tables.owners.clear()


_RUN: Run = {
    **log.RUN,
    **transient.RUN,
    **queue.RUN,
    **letters.RUN,
    **models.RUN,
    **withdrawals.RUN,
    **acts.RUN,
}

"""Group commit: batches the writes of a loop turn; inline where quick, else in the writer's thread (C6)."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from typing_extensions import override

from workbench.engine.large_reads import LARGE
from workbench.errors import StoreBusy, WorkbenchBug, WorkbenchError
from workbench.model.clock import Clock
from workbench.model.error_text import error_sentence
from workbench.store.operations import Atomic, Operation
from workbench.store.ports import StoreFile, StoreWriter

INLINE_OPERATIONS = 128
INLINE_SECONDS = 0.003
"""Where commits lately took longer than this, they go to the thread: the window never waits for a disk."""
GROUP = 1024
IDLE_SECONDS = 5.0
SWITCH_SECONDS = 0.0005

OnWritten = Callable[[Sequence[Operation], Sequence[Any]], None]


class _DryRun(Operation, frozen=True, kw_only=True):
    """Operations that are run and taken back."""

    operations: tuple[Operation, ...]


class CommandWriter(Protocol):
    """Writes what a command comes to."""

    async def write(self, operation: Operation) -> Any:
        """Returns its answer; raises what it is refused with."""


class Commits:
    """Writes operations, each for itself or several as one; what it is answered is told on.

    Args:
        on_written: Told the operations and their answers after each commit, once the writer has the answer;
            what it raises reaches only the loop's exception handler (C11).
    """

    def __init__(self, store: StoreWriter, clock: Clock, on_written: OnWritten) -> None:
        self._store = store
        self._clock = clock
        self._on_written = on_written

    async def dry_run(self, operations: Sequence[Operation]) -> list[Any]:
        """Runs operations and takes everything back; returns what each would be answered (C6).

        Raises:
            WorldError: The store cannot write.
        """
        return list(await self.write(_DryRun(operations=tuple(operations))))

    async def write_all(self, operations: Sequence[Operation]) -> list[Any]:
        """Writes several operations of which all take effect or none; returns their answers.

        Raises:
            WorkbenchError: What the first that refused, or the transaction as a whole, failed with.
        """
        return list(await self.write(Atomic(operations=tuple(operations))))

    async def write_each(self, operations: Iterable[Operation]) -> list[Any]:
        """Writes several operations, each for itself, with one COMMIT if possible; returns their answers.

        Raises:
            WorkbenchError: What one of them failed with; the others took effect.
        """
        return await asyncio.gather(*map(self.write, operations))

    async def write(self, operation: Operation) -> Any:
        """Writes one operation; returns its answer after the COMMIT.

        Raises:
            WorkbenchError: What the operation, or the transaction as a whole, failed with.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Waits until everything was written; nothing more can be."""
        raise NotImplementedError

    def _answers(self, operations: Sequence[Operation]) -> list[Any]:
        try:
            first = operations[0]
            if isinstance(first, _DryRun):
                return [self._store.dry_run(first.operations)]
            return self._store.write(operations)
        except WorkbenchError as error:
            return [error] * len(operations)
        except Exception as error:  # noqa: BLE001  # no caller may wait for ever because of a bug
            return [_bug(error)] * len(operations)

    def _tell(self, operations: Sequence[Operation], answers: Sequence[Any]) -> None:
        if isinstance(operations[0], _DryRun):
            return
        try:
            self._on_written(operations, answers)
        except Exception as error:  # noqa: BLE001  # what was committed is committed, and the next group waits
            said = {"message": "what follows a commit failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(said)


class InlineCommit(Commits):
    """Commits each operation at once: for worlds in memory that are moved by hand, step by step."""

    @override
    async def write_each(self, operations: Iterable[Operation]) -> list[Any]:
        """Writes several operations, each for itself; see `Commits`."""
        found = tuple(operations)
        return self._written(found) if found else []

    @override
    async def write(self, operation: Operation) -> Any:
        """Writes one operation; see `Commits`."""
        return self._written((operation,))[0]

    def _written(self, operations: Sequence[Operation]) -> list[Any]:
        answers = self._answers(operations)
        self._tell(operations, answers)
        for answer in answers:
            if isinstance(answer, WorkbenchError):
                raise answer
        return answers

    @override
    async def close(self) -> None:
        """Has nothing to wait for."""


class GroupCommit(Commits):
    """Collects the operations of a loop turn and commits them together.

    A small group without large payloads whose commits are lately quick is written on the loop; otherwise the
    writer's thread takes everything that waits. The one connection is used by one of them at a time (C1).
    """

    def __init__(self, store: StoreWriter, clock: Clock, on_written: OnWritten) -> None:
        super().__init__(store, clock, on_written)
        self._file = store if isinstance(store, StoreFile) else None
        self._waiting: list[tuple[Operation, asyncio.Future[Any]]] = []
        self._scheduled = False
        self._closed = False
        self._work: asyncio.Future[list[Any]] | None = None
        self._recent = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        # The thread and the loop take turns quickly; the default of 5 ms makes them wait for each other.
        sys.setswitchinterval(min(SWITCH_SECONDS, sys.getswitchinterval()))

    @override
    async def write(self, operation: Operation) -> Any:
        """Writes one operation; returns its answer after the common COMMIT.

        Cancelling the caller does not cancel the write (C7).

        Raises:
            WorkbenchError: What the operation, or the transaction as a whole, failed with.
            StoreBusy: It was closed.
        """
        if self._closed:
            raise StoreBusy("the engine was stopped", hint="try again in a moment")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((operation, future))
        if not self._scheduled and self._work is None:
            self._scheduled = True
            loop.call_soon(self._flush)
        return await future

    def _flush(self) -> None:
        self._scheduled = False
        if self._work is not None or not self._waiting:
            return
        group = self._next_group()
        light = len(group) <= INLINE_OPERATIONS and sum(one.weight for one, _ in group) < LARGE
        if light and self._recent < INLINE_SECONDS:
            self._finish(group, self._commit([operation for operation, _ in group]))
            if self._waiting:
                self._scheduled = True
                asyncio.get_running_loop().call_soon(self._flush)
            return
        self._ship(group)

    def _ship(self, group: list[tuple[Operation, asyncio.Future[Any]]]) -> None:
        """Has the writer's thread commit a group."""
        loop = asyncio.get_running_loop()
        operations = [operation for operation, _ in group]
        self._work = loop.run_in_executor(self._thread, self._commit, operations)
        self._work.add_done_callback(lambda done: self._shipped(group, done))

    def _next_group(self) -> list[tuple[Operation, asyncio.Future[Any]]]:
        """Takes what is written next: a dry run alone, else all up to the next one."""
        count = 0
        while count < min(GROUP, len(self._waiting)):
            dry_run = isinstance(self._waiting[count][0], _DryRun)
            if dry_run and count:
                break
            count += 1
            if dry_run:
                break
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    def _shipped(
        self, group: list[tuple[Operation, asyncio.Future[Any]]], done: asyncio.Future[list[Any]]
    ) -> None:
        self._work = None
        error = done.exception()
        self._finish(group, done.result() if error is None else [_bug(error)] * len(group))
        self._flush()

    def _commit(self, operations: list[Operation]) -> list[Any]:
        started = self._clock.monotonic()
        answers = self._answers(operations)
        took = self._clock.monotonic() - started
        # A single slow commit counts at once and is forgiven slowly; a large group may take its time.
        self._recent = max(took / max(1, len(operations) / INLINE_OPERATIONS), self._recent * 0.8)
        return answers

    def _finish(self, group: list[tuple[Operation, asyncio.Future[Any]]], answers: list[Any]) -> None:
        if not group:
            return
        self._rest()
        for (_, future), answer in zip(group, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, WorkbenchError):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        self._tell([operation for operation, _ in group], answers)

    def _rest(self) -> None:
        """Has the store tidied after a while without writes; a single timer serves a whole burst."""
        if self._timer is None and self._file is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(IDLE_SECONDS, self._tidy)

    def _tidy(self) -> None:
        self._timer = None
        if self._work is None and not self._waiting:
            loop = asyncio.get_running_loop()
            self._work = loop.run_in_executor(self._thread, self._tidied)
            self._work.add_done_callback(lambda done: self._shipped([], done))

    def _tidied(self) -> list[Any]:
        with contextlib.suppress(WorkbenchError):  # the next write reports what is wrong
            if self._file is not None:
                self._file.tidy()
        return []

    @override
    async def close(self) -> None:
        """Waits until everything was written; nothing more can be."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        while self._work is not None or self._waiting:
            if self._work is not None:
                await asyncio.wait([self._work])
            else:
                self._flush()
        self._thread.shutdown(wait=True)


def _bug(error: BaseException) -> WorkbenchBug:
    bug = WorkbenchBug(f"the store failed: {error_sentence(error)}")
    bug.__cause__ = error
    return bug

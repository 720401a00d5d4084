"""One call of a handler: in a context of its own, and abandoned where it does not end (D1, D4, M2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import copy_context
from types import CoroutineType
from typing import Any

from workbench.engine.handler_deadlines import HandlerDeadlines
from workbench.engine.timers import CallOff
from workbench.model.clock import MICROSECONDS

GRACE = 10.0
"""Seconds for cleaning up that a handler gets once it took too long; then it is abandoned."""


class HandlerCall:
    """Runs a handler in a task, that of its caller; whatever it raises is its failure, even an exit.

    What comes through is the interruption of the program, and the cancellation of the task by anyone but the
    handler: also where the handler swallowed it.

    Attributes:
        failure: What the handler raised, `TimeoutError` where it was given up; None if it succeeded.
        given_up: How often it was cancelled to give it up; after the second time it is abandoned.
    """

    failure: BaseException | None = None
    given_up = 0
    _cancelled_itself = False
    _ended = False
    _work: Any = None
    _waits_for: Any = None

    def __init__(self, task: asyncio.Task[Any], deadlines: HandlerDeadlines) -> None:
        self._task = task
        self._deadlines = deadlines
        self._context = copy_context()

    def begin(self, handler: Callable[..., Any], *arguments: Any) -> bool:
        """Runs it until it waits for the first time; returns whether it ended without that."""
        self._waits_for = self._step(self._first, handler, *arguments)
        return self._ended and not self._cancelled_itself

    def _first(self, handler: Callable[..., Any], *arguments: Any) -> Any:
        work = handler(*arguments)
        if isinstance(work, CoroutineType):
            self._work = work
            return work.send(None)
        self._ended = True
        return None

    def _step(self, function: Callable[..., Any], *arguments: Any) -> Any:
        before = self._task.cancelling()
        try:
            return self._context.run(function, *arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # what a handler raises is its failure
            self._ended = True
            if self._work is None or not isinstance(error, StopIteration):
                self.failure = error
            return None
        finally:
            while self._task.cancelling() > before:  # a handler that cancels its own task stops no engine
                self._task.uncancel()
                self._cancelled_itself = True

    async def finish(self, until: int) -> None:
        """Waits until it has ended.

        Args:
            until: When it is given up, microseconds since 1970.

        Raises:
            CancelledError: The task was cancelled from outside.
        """
        before = self._task.cancelling()
        call_offs: list[CallOff] = []

        def give_up() -> None:
            self.given_up += 1
            self._task.cancel()
            if self.given_up == 1:
                call_offs.append(self._deadlines.call_at(until + round(GRACE * MICROSECONDS), give_up))

        call_offs.append(self._deadlines.call_at(until, give_up))
        try:
            await self
        finally:
            for call_off in call_offs:
                call_off()
            for _ in range(self.given_up):
                self._task.uncancel()
        if self._task.cancelling() > before:
            raise asyncio.CancelledError
        if self.given_up and isinstance(self.failure, asyncio.CancelledError):
            self.failure = TimeoutError().with_traceback(self.failure.__traceback__)

    def __await__(self) -> Generator[Any, Any, None]:
        while not self._ended or self._cancelled_itself:
            thrown: BaseException | None = asyncio.CancelledError() if self._cancelled_itself else None
            try:
                # Its own cancellation comes with the next turn; from Python 3.13 on, not at all.
                yield from _waiting(self._waits_for) if thrown is None else _turn()
            except GeneratorExit:
                self._work.close()
                raise
            except BaseException as error:  # noqa: BLE001  # what it waited for failed, or was cancelled
                thrown = error
            self._cancelled_itself = False
            if not self._ended:
                self._go_on(thrown)

    def _go_on(self, thrown: BaseException | None) -> None:
        if self.given_up > 1:
            self._step(self._work.close)
            self._ended, self.failure = True, asyncio.CancelledError()
        elif thrown is None:
            self._waits_for = self._step(self._work.send, None)
        elif not (isinstance(thrown, asyncio.CancelledError) and _still_ends(self._waits_for)):
            self._waits_for = self._step(self._work.throw, thrown)


def _is_task(waits_for: Any) -> bool:
    """Whether it is a task, or several: what runs in them may swallow a cancellation."""
    return isinstance(waits_for, asyncio.Future) and type(waits_for) is not asyncio.Future


def _still_ends(waits_for: Any) -> bool:
    """Cancels a task that is waited for; returns whether its end is to be waited for."""
    return _is_task(waits_for) and waits_for.cancel()


def _turn() -> Generator[Any, Any, None]:
    """Lets the loop go round once."""
    yield


def _waiting(waits_for: Any) -> Generator[Any, Any, None]:
    """Waits for what a coroutine waits for, such that the wait itself can always be cancelled."""
    if _is_task(waits_for):
        waits_for._asyncio_future_blocking = False  # noqa: SLF001  # the protocol of futures: not awaited yet
        yield from asyncio.shield(waits_for).__await__()
    else:
        yield waits_for

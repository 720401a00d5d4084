"""Tasks that are not lost: references are kept, failures are reported, stopping waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
TRIES = 3
PATIENCE = 1.0
"""Seconds that a cancelled task may take, each time, before it is cancelled again, or its thread left."""

OnError = Callable[[str, BaseException], None]


class Tasks:
    """A group of running tasks that stops as one.

    Args:
        on_error: Told the name of a task and what it died of.
    """

    def __init__(self, on_error: OnError) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Starts a task and keeps it."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(task.get_name(), error)

    async def stop(self) -> None:
        """Cancels what runs and waits until it ended; what swallows that repeatedly is reported and left."""
        for _ in range(TRIES):
            if not self._tasks:
                return
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(set(self._tasks), timeout=PATIENCE)
        for task in self._tasks:
            self._on_error(task.get_name(), TimeoutError("it goes on although it was cancelled"))


async def to_the_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Completes what must not be left half done; a cancellation of the caller takes effect afterwards.

    It runs in a task of its own: a timeout in a task that was cancelled already counts as one more
    cancellation before Python 3.11.3, and would take the rest of a clean-up with it.

    Raises:
        CancelledError: The caller was cancelled; the work is done.
    """
    task = asyncio.get_running_loop().create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()


async def aside(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Runs a coroutine on a loop of its own in a thread; where this is cancelled, it is as well.

    A thread in which code of a project does not end is left after a while.
    """
    begun: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Result]]] = []

    async def inside() -> Result:
        task = asyncio.ensure_future(work())
        begun.append((asyncio.get_running_loop(), task))
        return await task

    thread = asyncio.ensure_future(asyncio.to_thread(asyncio.run, inside()))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        for loop, task in begun:
            with contextlib.suppress(RuntimeError):  # it has just ended, and its loop with it
                loop.call_soon_threadsafe(task.cancel)
        thread.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait([thread], timeout=PATIENCE)
        raise

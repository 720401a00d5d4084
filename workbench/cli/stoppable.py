"""Work in a thread that Ctrl+C stops: nothing of it is left then, or it was done by then."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Told = Callable[[str, int, int], None]
T = TypeVar("T")


async def stoppable(work: Callable[[Told], T], show: Callable[[str], object]) -> T:
    """Does some work in a thread; returns what it comes to even where it was to stop, if it was done before.

    Args:
        work: Gets what it tells how far it is; that raises once it is to stop.
        show: Told how far it is, for people.

    Raises:
        CancelledError: It was stopped.
    """
    stop = threading.Event()

    def told(what: str, done: int, of: int) -> None:
        if stop.is_set():
            raise _Stopped
        show(f"{what.lower()} {done:,} of {of:,}")

    task = asyncio.ensure_future(asyncio.to_thread(work, told))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({task})
        if isinstance(task.exception(), _Stopped):
            raise
        return task.result()


class _Stopped(Exception):
    """A person wanted it to stop."""

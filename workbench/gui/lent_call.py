"""What a thread is given to call, and is never the last to release."""

from __future__ import annotations

import contextlib
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lent(Generic[T]):
    """A call that a thread makes and the loop releases, also where its answer is not waited for.

    What is called often holds a view, or a part of one. Were that to end with the thread's reference, beside
    Qt's loop, while Qt ends it as well, the window would crash.
    """

    def __init__(self, loop: AbstractEventLoop, call: Callable[[], T]) -> None:
        self._loop, self._held, self._begun = loop, [call], False

    def take_back(self, answer: Future[T]) -> None:
        """Releases a call that was cancelled before a thread began it; called on the loop."""
        if answer.cancelled() and not self._begun:
            self._held.clear()

    def __call__(self) -> T:
        """Makes the call; returns its answer."""
        self._begun = True
        try:
            return self._held[0]()
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._held.clear)

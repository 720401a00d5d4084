"""Reads of large payloads beside the loop, which they would hold for as long as they take (V4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from workbench.engine.thread_readers import ThreadReaders
from workbench.store.ports import Reader

T = TypeVar("T")
LARGE = 256 * 1024
"""Characters of payloads that are written or read on the loop at once, at most."""


class LargeReads:
    """Knows how far large payloads may stand, and has what reads them wait for a thread.

    Args:
        make: Opens a reader of the store; None where nothing is read beside the loop: it moves step by step.

    Attributes:
        upto: Behind this position none is known, and it is read on the loop: for small ones that is quicker.
    """

    def __init__(self, make: Callable[[], Reader] | None) -> None:
        self.upto = 0
        # Several at a time would hold the interpreter in turn, and the loop would not get it.
        self._readers = ThreadReaders(make, most=1) if make is not None else None

    def note(self, position: int, weight: int) -> None:
        """Notes which characters of payloads stand at a position, or together before it."""
        if weight >= LARGE and self._readers is not None:
            self.upto = max(self.upto, position)

    async def read(self, after: int, reader: Reader, work: Callable[[Reader], T]) -> T:
        """Returns what is made of what stands behind a position.

        Args:
            reader: That of the loop.
            work: Is called in a thread, with a reader of its own, where a large payload may stand there.
        """
        if (readers := self._readers) is None or after >= self.upto:
            return work(reader)
        return await readers.answer(lambda: work(readers.here()))

    def close(self) -> None:
        """Begins no more reads in threads."""
        if self._readers is not None:
            self._readers.close()

"""A reader for each thread that reads, so that what takes long can be asked beside the loop (C5)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from workbench.store.ports import Reader


class ThreadReaders:
    """Gives a thread the same reader again; it lives as long as the thread, or until its store is closed.

    Args:
        make: Opens a reader of a store.
    """

    def __init__(self, make: Callable[[], Reader]) -> None:
        self._make = make
        self._local = threading.local()

    def here(self) -> Reader:
        """Returns the reader of the thread that asks."""
        if not hasattr(self._local, "reader"):
            self._local.reader = self._make()
        reader: Reader = self._local.reader
        return reader

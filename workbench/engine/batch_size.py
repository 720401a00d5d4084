"""How many deliveries a batch holds: it follows the handler's speed."""

from __future__ import annotations

LARGE = 512
QUICK, SLOW = 0.02, 0.1
"""A batch that took less than QUICK seconds doubles the next one, more than SLOW makes it smaller."""


class BatchSize:
    """The size of the next batch.

    Args:
        smallest: Where it begins, and what it does not fall below.
        shrink: What a slow batch divides it by.
        largest: What it does not grow beyond.
    """

    def __init__(self, smallest: int, shrink: int, largest: int = LARGE) -> None:
        self.now = self._smallest = smallest
        self._shrink, self._largest = shrink, largest

    def adapt(self, took: float) -> None:
        """Notes how many seconds a batch took."""
        if took < QUICK:
            self.now = min(self._largest, self.now * 2)
        elif took > SLOW:
            self.now = max(self._smallest, self.now // self._shrink)

    def reset(self) -> None:
        """Starts again with the smallest."""
        self.now = self._smallest

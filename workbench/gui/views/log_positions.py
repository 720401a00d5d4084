"""Which row of the log shows which position: positions have gaps, rows have none (I3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class LogPositions:
    """Positions at which something stands, in order; it only grows, so that a row keeps its position.

    One thread at a time may extend it, while others look.

    Attributes:
        count: How many there are.
        last: The highest, 0 for none.
    """

    def __init__(self) -> None:
        self.count = self.last = 0
        self._runs: list[range] = []
        self._rows: list[int] = []
        self._starts: list[int] = []

    def extend(self, runs: Iterable[range]) -> None:
        """Adds runs of positions behind the last one."""
        for run in runs:
            if self._runs and run.start == self.last + 1:
                self._runs[-1] = range(self._runs[-1].start, run.stop)
            else:
                self._runs.append(run)
                self._rows.append(self.count)
                self._starts.append(run.start)
            self.count, self.last = self.count + len(run), run[-1]

    def some(self, first: int, limit: int) -> list[int]:
        """Returns the positions of rows from ``first``."""
        found: list[int] = []
        at = bisect_right(self._rows, first) - 1
        while 0 <= at < len(self._runs) and len(found) < limit:
            skipped = max(0, first - self._rows[at])
            found += self._runs[at][skipped : skipped + limit - len(found)]
            at += 1
        return found

    def after(self, position: int) -> int:
        """Returns how many there are behind a position."""
        at = bisect_right(self._starts, position) - 1
        if at < 0:
            return self.count
        return self.count - self._rows[at] - min(len(self._runs[at]), position + 1 - self._starts[at])

    def row(self, position: int) -> int | None:
        """Returns the row of a position, None where nothing stands there."""
        at = bisect_right(self._starts, position) - 1
        if at < 0 or position not in self._runs[at]:
            return None
        return self._rows[at] + position - self._starts[at]

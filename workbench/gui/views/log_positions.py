"""Which row of the log shows which position: positions have gaps, rows have none (I3)."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from workbench.services.search.search_query import SearchQuery
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.services.search.search import Search


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


class FoundPositions:
    """Positions of the entries that hold some words, in order: those of the whole store, then what comes.

    One thread at a time may extend it, while others look.

    Attributes:
        words: What they hold.
        count: How many there are.
        last: The highest, 0 for none.
    """

    def __init__(self, words: str) -> None:
        self.words = words
        self.count = self.last = 0
        self._query = SearchQuery(words=words, kinds=(RecordKind.EVENT, RecordKind.MESSAGE))
        self._found = array("q")
        self._seen: Mapping[str, int] = {}

    def extend(self, search: Search) -> None:
        """Looks through what was not looked at yet; call it in a thread.

        Raises:
            InvalidValue: There are too many words.
        """
        found, self._seen = search.newer(search.read(self._query), self._seen)
        self._found.extend(found)
        self.count, self.last = len(self._found), self._found[-1] if self._found else 0

    def some(self, first: int, limit: int) -> list[int]:
        """Returns the positions of rows from ``first``."""
        return list(self._found[first : first + limit])

    def after(self, position: int) -> int:
        """Returns how many there are behind a position."""
        return self.count - bisect_right(self._found, position, hi=self.count)

    def row(self, position: int) -> int | None:
        """Returns the row of a position, None where it is not among them."""
        at = bisect_left(self._found, position, hi=self.count)
        return at if at < self.count and self._found[at] == position else None

"""Keys of the records that a filter leaves, in order: those of the whole store, then what comes."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.model.search_words import parts_of
from workbench.services.search.search_query import SearchQuery

if TYPE_CHECKING:
    from workbench.services.search.search import Search
    from workbench.store.search_port import RecordKind


class FoundKeys:
    """Positions of events and messages, versions of a stream's events, or numbers of commands.

    One thread at a time may extend it, while others look.

    Args:
        asked: What was typed, see `FilterRow`.
        stream: Of whose events alone the versions are found.

    Attributes:
        asked: As above.
        count: How many there are.
        last: The highest, 0 for none.
        total: How many records there are, those that do not fit with them.
    """

    def __init__(self, asked: str, *kinds: RecordKind, stream: str = "") -> None:
        self.asked, self.stream = asked, stream
        self.count = self.last = self.total = 0
        words, where = parts_of(asked)
        self._query = SearchQuery(words=words, where=where, kinds=kinds)
        self._found = array("q")
        self._seen: Mapping[str, int] = {}

    def extend(self, search: Search) -> None:
        """Looks through what was not looked at yet; call it in a thread.

        Raises:
            InvalidValue: There are too many words, or the expression cannot be used.
        """
        found, self._seen, self.total = search.newer(search.read(self._query), self._seen, self.stream)
        self._found.extend(found)
        self.count, self.last = len(self._found), self._found[-1] if self._found else 0

    def some(self, first: int, limit: int) -> list[int]:
        """Returns the keys of rows from ``first``."""
        return list(self._found[first : first + limit])

    def after(self, key: int) -> int:
        """Returns how many there are behind a key."""
        return self.count - bisect_right(self._found, key, hi=self.count)

    def row(self, key: int) -> int | None:
        """Returns the row of a key, None where it is not among them."""
        at = bisect_left(self._found, key, hi=self.count)
        return at if at < self.count and self._found[at] == key else None

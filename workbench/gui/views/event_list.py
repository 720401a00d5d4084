"""The rows and columns of a stream's events, and what a timeline reads of a stream."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.gui.paged_model import Key, TableColumn, first_of
from workbench.gui.prepared_rows import PreparedRows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute

if TYPE_CHECKING:
    from workbench.errors import InvalidValue
    from workbench.gui.found_keys import FoundKeys
    from workbench.services.streams import Streams

COLUMNS = (
    TableColumn("v", width=52, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Event", width=110, stretch=True),
    TableColumn("Happened", width=ABSOLUTE_WIDTH, mono=True, text=absolute, zoned=True),
)


class EventSource:
    """Rows of one stream's events; versions are the keys.

    Args:
        count: How many events the stream has.
        found: Versions of those that are left by a filter; None for all, where row 0 is version 1.
    """

    key = staticmethod(first_of)

    def __init__(self, streams: Streams, stream: str, count: int, found: FoundKeys | None = None) -> None:
        self._streams, self._found = streams, found
        self.stream = stream
        self.length = count if found is None else found.count

    def count(self) -> int:
        """Returns how many rows there are."""
        return self.length

    def page(self, first: int, limit: int) -> Sequence[tuple[Any, ...]]:
        """Returns rows."""
        entries = self._streams.entries(self.stream, self.keys(first, limit))
        return [(entry.version, entry.type, entry.occurred_at, entry.position) for entry in entries]

    def keys(self, first: int, limit: int) -> Sequence[int]:
        """Returns versions."""
        limit = min(limit, self.length - first)
        return range(first + 1, first + limit + 1) if self._found is None else self._found.some(first, limit)

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers."""
        versions = [key for key in keys if isinstance(key, int)]
        if self._found is None:
            return {key: key - 1 for key in versions if 1 <= key <= self.length}
        rows = {key: self._found.row(key) for key in versions}
        return {key: row for key, row in rows.items() if row is not None and row < self.length}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedStream:
    """A stream as far as it goes.

    Attributes:
        version: Which is to be shown; 0 means the newest.
        length: How many events it has.
        asked: What the rows were filtered by; empty for nothing.
        flaw: Why they could not be, so that all are there.
    """

    stream: str
    version: int
    length: int
    closed: bool
    asked: str
    flaw: InvalidValue | None
    rows: PreparedRows

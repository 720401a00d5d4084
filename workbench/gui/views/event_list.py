"""The rows and columns of a stream's events, and what a timeline reads of a stream."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.gui.paged_model import Key, TableColumn, first_of
from workbench.gui.prepared_rows import PreparedRows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute

if TYPE_CHECKING:
    from workbench.services.streams import Streams

COLUMNS = (
    TableColumn("v", width=52, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Event", width=110, stretch=True),
    TableColumn("Happened", width=ABSOLUTE_WIDTH, mono=True, text=absolute, zoned=True),
)


class EventSource:
    """Rows of one stream's events; row 0 is version 1, and versions are the keys."""

    key = staticmethod(first_of)

    def __init__(self, streams: Streams, stream: str, count: int) -> None:
        self._streams = streams
        self.stream = stream
        self.length = count

    def count(self) -> int:
        """Returns how many events the stream has."""
        return self.length

    def page(self, first: int, limit: int) -> Sequence[tuple[Any, ...]]:
        """Returns rows."""
        limit = min(limit, self.length - first)
        return [
            (entry.version, entry.type, entry.occurred_at, entry.position)
            for entry in self._streams.entries(self.stream, first + 1, limit)
        ]

    def keys(self, first: int, limit: int) -> Sequence[int]:
        """Returns versions."""
        return range(first + 1, min(first + limit, self.length) + 1)

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers."""
        return {key: key - 1 for key in keys if isinstance(key, int) and 1 <= key <= self.length}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedStream:
    """A stream as far as it goes.

    Attributes:
        version: Which is to be shown; 0 means the newest.
        known: How many events were known before.
        times: When those behind them happened, microseconds since 1970.
    """

    stream: str
    version: int
    known: int
    times: array[int]
    closed: bool
    rows: PreparedRows

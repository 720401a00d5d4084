"""Rows of what a search found: read a page at a time, each with what of it fits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.gui.paged_model import Key, Row, TableColumn
from workbench.gui.reads import takes_time
from workbench.gui.time_format import SHORT_WIDTH, absolute, short
from workbench.services.search.matches import matches
from workbench.store.search_port import NO_TIME, FoundRecord

if TYPE_CHECKING:
    from workbench.services.search.found import FoundList
    from workbench.services.search.search import Search
    from workbench.services.search.search_query import SearchTerms

KINDS = {
    "event": ("event", "event"),
    "message": ("topic", "message"),
    "letter": ("error", "letter"),
    "command": ("command", "command"),
    "row": ("projection", "row"),
}
KIND, TYPE, PLACE, POSITION, TIME, MATCHED, RECORD, IDENTITY = range(8)
NEAR = 20_000
"""Rows among which what was selected is found again: no more were shown while the search went on."""


def columns(marks: TableColumn) -> tuple[TableColumn, ...]:
    """Returns the columns; the last one, which marks what was found, is given."""
    return (
        TableColumn("Kind", width=96, badge=KINDS.get),
        TableColumn("Type", width=136),
        TableColumn("Where", width=120, about="Stream, topic, subscription of a dead letter, or read model"),
        TableColumn(
            "Position", width=76, mono=True, align_right=True, text=lambda at: f"{at:,}" if at else ""
        ),
        TableColumn(
            "Time",
            width=SHORT_WIDTH,
            mono=True,
            text=lambda at: "" if at == NO_TIME else short(at),
            tip=lambda at: "" if at == NO_TIME else absolute(at),
            zoned=True,
            about="When it happened; of a dead letter when it died, of a command when it was issued",
        ),
        marks,
    )


class SearchRows:
    """The rows of a list of found records; their keys say kind, read model and number."""

    def __init__(self, search: Search, found: FoundList, terms: SearchTerms | None) -> None:
        self._search, self.found, self._terms = search, found, terms
        self._places: dict[Key, int] = {}

    def count(self) -> int:
        """Returns how many there are."""
        return len(self.found)

    def page(self, first: int, limit: int) -> Sequence[Row | None]:
        """Returns rows, in a thread: what fits of each takes its time; None for what is stored no more."""
        takes_time()
        return [
            self._row(place, record)
            for place, record in enumerate(self._search.records(self.found, first, limit), start=first)
        ]

    def _row(self, place: int, record: FoundRecord | None) -> Row | None:
        if record is None or self._terms is None:
            return None
        told = ", ".join(one.said() for one in matches(record, self._terms))
        at = record.position or record.number
        return (
            record.kind.value,
            record.type,
            record.place,
            at,
            record.time,
            told,
            record,
            self._identity(place),
        )

    def _identity(self, place: int) -> Key:
        source = self.found.groups[self.found.numbers[place]].source
        return source.kind.value, source.projection, self.found.keys[place]

    def key(self, row: Row) -> Key:
        """Returns kind, read model and number of the record."""
        key: Key = row[IDENTITY]
        return key

    def keys(self, first: int, limit: int) -> Sequence[Key]:
        """Returns keys."""
        return [self._identity(place) for place in range(first, min(first + limit, len(self.found)))]

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers, of those near the top; what was asked once is known, so that it is quick."""
        if unknown := set(keys) - self._places.keys():
            self._places.update(dict.fromkeys(unknown, -1))
            places = range(min(NEAR, len(self.found)))
            self._places.update({key: at for at in places if (key := self._identity(at)) in unknown})
        return {key: at for key in keys if (at := self._places[key]) >= 0}

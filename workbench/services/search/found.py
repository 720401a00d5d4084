"""What a search found: some bytes for each record; what there is to say of it is read when it is shown."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from workbench.store.search_port import NO_TIME, FoundRecord, RecordKind, RecordSource

if TYPE_CHECKING:
    from workbench.store.ports import Reader

MOST_GROUPS = 5_000
"""Combinations of kind, type and place that are counted each for itself; more are counted as others."""
PART = 4_096
"""Records that are sorted at once: a sort holds the interpreter."""
OTHERS = "others", "others"


class Group(NamedTuple):
    """Records that are alike in what they are counted by."""

    source: RecordSource
    type: str
    place: str

    @property
    def kind(self) -> RecordKind:
        """Of all of them."""
        return self.source.kind


class FoundList:
    """Records in an order: for each its time, its key, and the number of its group.

    Attributes:
        groups: By their numbers; they may be more than there are records of.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.times = array("q")
        self.keys = array("q")
        self.numbers = array("H")

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, times: Iterable[int], keys: Iterable[int], numbers: Iterable[int]) -> None:
        """Adds records at the end."""
        self.times.extend(times)
        self.keys.extend(keys)
        self.numbers.extend(numbers)

    def extend(self, entries: Iterator[tuple[int, int, int]]) -> None:
        """Adds records: time, key and number of the group of each."""
        while part := list(islice(entries, PART)):
            self.add(*zip(*part, strict=True))

    def entries(self) -> Iterator[tuple[int, int, int]]:
        """Yields time, key and number of the group of each record."""
        return zip(self.times, self.keys, self.numbers, strict=True)

    def narrowed(
        self, numbers: Collection[int] | None, since: int | None = None, until: int | None = None
    ) -> FoundList:
        """Returns those of some groups and of some time, in the same order.

        Args:
            numbers: Of groups; None for all.
            since, until: Microseconds since 1970, the second exclusive; rows of read models have no time.
        """
        low = NO_TIME if since is None and until is None else NO_TIME + 1 if since is None else since
        high = 2**63 - 1 if until is None else until
        found = FoundList(self.groups)
        found.extend(
            entry
            for entry in self.entries()
            if low <= entry[0] < high and (numbers is None or entry[2] in numbers)
        )
        return found

    def records(self, reader: Reader, first: int, limit: int) -> list[FoundRecord | None]:
        """Reads records by their places in the list; None for one that is stored no more."""
        wanted: dict[RecordSource, list[int]] = {}
        for place in range(first, min(first + limit, len(self))):
            wanted.setdefault(self.groups[self.numbers[place]].source, []).append(self.keys[place])
        found = {source: reader.records(source, keys) for source, keys in wanted.items()}
        places = range(first, min(first + limit, len(self)))
        return [found[self.groups[self.numbers[at]].source].get(self.keys[at]) for at in places]


class Groups:
    """Gives each combination of source, type and place a number."""

    def __init__(self) -> None:
        self.known: list[Group] = []
        self.counts: list[int] = []
        self._numbers: dict[RecordSource, _Numbers] = {}

    def numbers(self, source: RecordSource, names: Iterable[tuple[str, str]]) -> list[int]:
        """Returns the numbers of records by their types and places, and counts these."""
        known = self._numbers.setdefault(source, _Numbers(self, source))
        found = [known[name] for name in names]
        for number, count in Counter(found).items():
            self.counts[number] += count
        return found

    def begin(self, source: RecordSource, name: tuple[str, str]) -> int:
        """Returns the number of a combination that is new."""
        if len(self.known) >= MOST_GROUPS and name != OTHERS:
            return self._numbers[source][OTHERS]
        self.known.append(Group(source, *name))
        self.counts.append(0)
        return len(self.known) - 1


class _Numbers(dict[tuple[str, str], int]):
    """The numbers of the groups of one source, by type and place."""

    def __init__(self, groups: Groups, source: RecordSource) -> None:
        super().__init__()
        self._groups, self._source = groups, source

    def __missing__(self, name: tuple[str, str]) -> int:
        found = self[name] = self._groups.begin(self._source, name)
        return found


def newest_first(lists: Sequence[FoundList], groups: Sequence[Group]) -> FoundList:
    """Returns the records of several lists by time; those of one time in the order of the lists."""
    filled = [_in_order(one) for one in lists if len(one)]
    if len(filled) == 1:
        return filled[0]
    found = FoundList(groups)
    found.extend(iter(heapq.merge(*(one.entries() for one in filled), key=itemgetter(0), reverse=True)))
    return found


def _in_order(one: FoundList) -> FoundList:
    """Returns a list by time; as nearly every list is in order, that is looked at first."""
    if all(earlier >= later for earlier, later in pairwise(one.times)):
        return one
    whole = list(one.entries())
    parts = [
        sorted(whole[at : at + PART], key=itemgetter(0), reverse=True) for at in range(0, len(whole), PART)
    ]
    found = FoundList(one.groups)
    found.extend(iter(heapq.merge(*parts, key=itemgetter(0), reverse=True)))
    return found

"""Looks through a store for what is wanted: in a thread, in short reads, the newest records first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.model.clock import Clock
from workbench.services.search.found import FoundList, Group, Groups, newest_first
from workbench.services.search.saved_searches import source_name
from workbench.services.search.search_query import SearchTerms
from workbench.services.search.time_counts import TimeCounts
from workbench.store.search_port import RecordKind, RecordSource, Scan

if TYPE_CHECKING:
    from workbench.store.ports import Reader

FEWEST, MOST = 500, 50_000
"""Records that one read looks at."""
READ_SECONDS = 0.02
"""What one read should take: the size of the next one is chosen by it."""
SHOWN_MEANWHILE = 500
"""Records of each source that are shown while the search goes on."""
REST_SECONDS = 0.005
"""Of work between two rests, at least."""
TOLD_SECONDS = 0.2
"""Between two tellings of how far it is; the first that something was found is told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """How far a search is, and what it found.

    Attributes:
        looked, total: Records that were looked at, and that there are in all sources.
        seconds: How long it took so far.
        counts: How many records of each group were found; groups are those of ``found``.
        found: The newest ones while it goes on; all of them once it is done or cancelled.
        failures: On how many records the expression had no value, by why.
        head: The newest position when it began.
    """

    wanted: SearchTerms
    sources: Sequence[RecordSource]
    looked: int
    total: int
    seconds: float
    groups: Sequence[Group]
    counts: Sequence[int]
    over_time: TimeCounts
    found: FoundList
    failures: Mapping[str, int]
    head: int
    done: bool = False
    cancelled: bool = False

    @property
    def count(self) -> int:
        """How many records were found."""
        return sum(self.counts)

    @property
    def rate(self) -> float:
        """Records looked at in a second."""
        return self.looked / self.seconds if self.seconds > 0 else 0.0

    def counted_by(self, name: Callable[[Group], str], groups: Iterable[int] | None = None) -> dict[str, int]:
        """Returns how many were found by what a group is called, the most first."""
        found: dict[str, int] = {}
        for number in range(len(self.counts)) if groups is None else groups:
            said = name(self.groups[number])
            found[said] = found.get(said, 0) + self.counts[number]
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


Step = Callable[[SearchState], bool]
"""Told how far a search is; returns whether it should go on."""


class _StoppedError(Exception):
    """It should not go on; what the read that is under way looked at is left out."""


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where the search is in one source."""

    source: RecordSource
    then: int | None
    found: FoundList
    looked: int = 0
    limit: int = FEWEST * 4

    @property
    def share(self) -> float:
        return self.looked / max(1, self.source.count)


@dataclass(slots=True, kw_only=True)
class SearchRun:
    """One search.

    Args:
        clock: Says how long it takes.
        seen: By source, the highest key of what need not be looked at.
        stream: Of whose events alone it looks at the versions; empty for everything.
        rest: Called between reads; where a window waits for the interpreter it gives that away.
    """

    reader: Reader
    wanted: SearchTerms
    clock: Clock
    seen: Mapping[str, int] = field(default_factory=dict)
    stream: str = ""
    rest: Callable[[], object] = lambda: None
    _groups: Groups = field(default_factory=Groups)
    _over_time: TimeCounts = field(default_factory=TimeCounts)

    def run(self, step: Step = lambda _: True) -> SearchState:
        """Looks at every record that there was when it began; call it in a thread.

        Args:
            step: Called now and then in that thread.

        Raises:
            ReadTooLong: Another model took over meanwhile.
            WorldError: The store cannot be read.
        """
        begun, head = self.clock.monotonic(), self.reader.head()
        places = self._places()
        told = rested = begun
        shown = 0

        def tell() -> None:
            nonlocal told, shown
            state = self._state(places, begun, head)
            if not step(state):
                raise _StoppedError
            told, shown = self.clock.monotonic(), state.count

        def rest() -> None:
            nonlocal rested
            if self.clock.monotonic() - rested >= REST_SECONDS:
                self.rest()
                rested = self.clock.monotonic()
            if self.clock.monotonic() - told >= TOLD_SECONDS:
                tell()

        cancelled = False
        try:
            tell()
            while open_ones := [one for one in places if one.then is not None]:
                self._look(min(open_ones, key=lambda one: one.share), rest)
                if not shown and any(len(one.found) for one in places):
                    tell()
                rest()
        except _StoppedError:
            cancelled = True
        found = newest_first([one.found for one in places], self._groups.known)
        return self._state(places, begun, head, found, cancelled=cancelled)

    def _places(self) -> list[_Place]:
        kinds = self.wanted.query.kinds or tuple(RecordKind)
        sources = [one for one in self.reader.search_sources(self.stream) if one.kind in kinds]
        return [
            _Place(
                source=one,
                then=one.top if one.count and one.top > self.seen.get(source_name(one), -1) else None,
                found=FoundList(self._groups.known),
            )
            for one in sources
        ]

    def _state(
        self,
        places: Sequence[_Place],
        begun: float,
        head: int,
        found: FoundList | None = None,
        *,
        cancelled: bool = False,
    ) -> SearchState:
        condition = self.wanted.condition
        return SearchState(
            wanted=self.wanted,
            sources=[one.source for one in places],
            looked=sum(one.looked for one in places),
            total=sum(one.source.count for one in places),
            seconds=self.clock.monotonic() - begun,
            groups=list(self._groups.known),
            counts=list(self._groups.counts),
            over_time=self._over_time.copy(),
            found=self._newest(places) if found is None else found,
            failures=dict(condition.failures) if condition is not None else {},
            head=head,
            done=found is not None,
            cancelled=cancelled,
        )

    def _newest(self, places: Sequence[_Place]) -> FoundList:
        """Returns some of what was found so far."""
        begun = [FoundList(self._groups.known) for _ in places]
        for one, place in zip(begun, places, strict=True):
            some = place.found
            one.times, one.keys = some.times[:SHOWN_MEANWHILE], some.keys[:SHOWN_MEANWHILE]
            one.numbers = some.numbers[:SHOWN_MEANWHILE]
        return newest_first(begun, self._groups.known)

    def _look(self, place: _Place, rest: Callable[[], object]) -> None:
        begun = self.clock.monotonic()
        query, condition = self.wanted.query, self.wanted.condition
        scan = Scan(
            source=place.source,
            upto=place.then or 0,
            limit=place.limit,
            words=self.wanted.words,
            types=query.types,
            places=query.places,
            since=self.wanted.since,
            until=self.wanted.until,
            columns=condition.columns if condition is not None else (),
        )
        looked, place.then, rows = self.reader.search(scan)
        after = self.seen.get(source_name(place.source))
        if after is not None:
            rows = [row for row in rows if row[0] > after]
            place.then = place.then if place.then is not None and place.then > after else None
        if condition is not None:
            keys = condition.fitting(rows, rest)
            rows = self.reader.described(place.source, keys) if keys else ()
        place.looked += looked
        if rows:
            places, times, types, names = zip(*rows, strict=True)
            numbers = self._groups.numbers(place.source, zip(types, names, strict=True))
            place.found.add(times, places, numbers)
            self._over_time.add(times, numbers)
        took = self.clock.monotonic() - begun
        place.limit = _next_limit(place.limit, took)


def _next_limit(limit: int, took: float) -> int:
    """Returns how many records the next read looks at."""
    if took > 2 * READ_SECONDS:
        return max(FEWEST, limit // 2)
    return min(MOST, limit * 2) if took < READ_SECONDS / 2 else limit

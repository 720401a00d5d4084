"""Counts what was found over time, in few stretches, however many records there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from workbench.model.clock import MICROSECONDS
from workbench.store.search_port import NO_TIME

UNITS = tuple(
    seconds * MICROSECONDS
    for seconds in (1, 10, 60, 600, 3_600, 21_600, 86_400, 864_000, 8_640_000, 86_400_000, 864_000_000)
)
"""Lengths of the stretches in microseconds; each is a multiple of the one before."""
MOST_STRETCHES, MOST_COUNTS = 1_000, 20_000
"""Stretches, and counts of them by group, that are kept; with more the stretches become longer."""


class TimeCounts:
    """How many records of each group there are in each stretch.

    Attributes:
        unit: Length of a stretch in microseconds; stretch n begins at n units since 1970.
        counts: By stretch and number of the group.
    """

    def __init__(self) -> None:
        self.unit = UNITS[0]
        self.counts: Counter[tuple[int, int]] = Counter()
        self._first: int | None = None
        self._last: int | None = None

    def add(self, times: Sequence[int], groups: Sequence[int]) -> None:
        """Counts records by their times and groups; those without a time are not counted."""
        if times[0] == NO_TIME:  # of one source all or none have a time
            return
        first, last = min(times), max(times)
        self._first = first if self._first is None else min(first, self._first)
        self._last = last if self._last is None else max(last, self._last)
        self._coarsen(self._first, self._last)
        unit = self.unit
        self.counts.update(zip((time // unit for time in times), groups, strict=True))
        while len(self.counts) > MOST_COUNTS and self.unit != UNITS[-1]:
            self._take(UNITS[UNITS.index(self.unit) + 1])

    def _coarsen(self, first: int, last: int) -> None:
        """Takes longer stretches until they are few enough."""
        longer = next(
            (unit for unit in UNITS if unit >= self.unit and last // unit - first // unit < MOST_STRETCHES),
            UNITS[-1],
        )
        if longer != self.unit:
            self._take(longer)

    def _take(self, longer: int) -> None:
        step, counts = longer // self.unit, self.counts
        self.unit, self.counts = longer, Counter()
        for (at, group), count in counts.items():
            self.counts[at // step, group] += count

    def copy(self) -> TimeCounts:
        """Returns the counts as they are now."""
        made = TimeCounts()
        made.unit, made.counts = self.unit, Counter(self.counts)
        return made

    def stretches(self, groups: Collection[int] | None = None) -> Mapping[int, Mapping[int, int]]:
        """Returns, by the time at which a stretch begins, how many records of each group it has."""
        found: dict[int, dict[int, int]] = {}
        for (at, group), count in sorted(self.counts.items()):
            if groups is None or group in groups:
                found.setdefault(at * self.unit, {})[group] = count
        return found

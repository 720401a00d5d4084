"""Counts what a search found by kind, type, place and time, as it is narrowed: work beside the loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.services.search.found import Group
    from workbench.services.search.search_run import SearchState
    from workbench.services.search.time_counts import TimeCounts

BARS = 120
"""Bars that are drawn at most."""
KIND = "Kind"
FACETS: Mapping[str, Callable[[Group], str]] = {
    KIND: lambda group: group.kind.value,
    "Type": lambda group: group.type,
    "Stream or topic": lambda group: group.place,
}
"""Also subscriptions of dead letters and read models."""
Bars = Sequence[tuple[int, Mapping[RecordKind, int]]]
"""When each begins, microseconds since 1970, and how many records of each kind it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a person narrowed a list to.

    Attributes:
        left_out: By facet, the names without a tick.
        since, until: The marked stretch, microseconds since 1970, the second exclusive; None for all times.
    """

    left_out: Mapping[str, frozenset[str]]
    since: int | None = None
    until: int | None = None

    def wanted(self, groups: Sequence[Group]) -> set[int] | None:
        """Returns the numbers of the groups that are ticked in every facet; None for all."""
        if not any(self.left_out.values()):
            return None
        return {number for number, group in enumerate(groups) if self.wants(group)}

    def wants(self, group: Group, but: str = "") -> bool:
        """Whether a group is ticked in every facet, or in every other than one."""
        return all(
            facet == but or FACETS[facet](group) not in names
            for facet, names in self.left_out.items()
            if names
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCounts:
    """How many records are listed.

    Attributes:
        facets: By facet and name, with the ticks of the other facets, the most first.
        kinds: Of each kind.
        unit: Length of a bar in microseconds.
    """

    facets: Mapping[str, Mapping[str, int]]
    kinds: Mapping[RecordKind, int]
    bars: Bars
    unit: int

    @property
    def shown(self) -> int:
        """How many in all."""
        return sum(self.kinds.values())


def counts_of(state: SearchState, narrowing: Narrowing) -> SearchCounts:
    """Returns how many records of a search are left by what a person narrowed it to."""
    groups, wanted = state.groups, narrowing.wanted(state.groups)
    counts = _in_time(state, narrowing)
    kinds: Counter[RecordKind] = Counter()
    for number, count in counts.items():
        if wanted is None or number in wanted:
            kinds[groups[number].kind] += count
    bars, unit = bars_of(state.over_time, groups, wanted)
    facets = {facet: _counted(facet, groups, counts, narrowing) for facet in FACETS}
    return SearchCounts(facets=facets, kinds=kinds, bars=bars, unit=unit)


def _in_time(state: SearchState, narrowing: Narrowing) -> Mapping[int, int]:
    """Returns how many records of each group lie in the marked stretch."""
    since, until = narrowing.since, narrowing.until
    if since is None or until is None:
        return dict(enumerate(state.counts))
    found: Counter[int] = Counter()
    unit = state.over_time.unit
    for (at, group), count in state.over_time.counts.items():
        if since <= at * unit < until:
            found[group] += count
    return found


def _counted(
    facet: str, groups: Sequence[Group], counts: Mapping[int, int], narrowing: Narrowing
) -> Mapping[str, int]:
    found = {kind.value: 0 for kind in RecordKind} if facet == KIND else dict[str, int]()
    for number, group in enumerate(groups):
        name = FACETS[facet](group)
        more = counts.get(number, 0) if narrowing.wants(group, but=facet) else 0
        found[name] = found.get(name, 0) + more
    if facet == KIND:
        return found
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def bars_of(counts: TimeCounts, groups: Sequence[Group], wanted: set[int] | None) -> tuple[Bars, int]:
    """Returns no more bars than can be drawn, of the groups that are wanted, and the length of one."""
    stretches = counts.stretches(wanted)
    first, last = min(stretches, default=0), max(stretches, default=0)
    unit = counts.unit * max(1, -(-((last - first) // counts.unit + 1) // BARS))
    bars: dict[int, dict[RecordKind, int]] = {}
    for at, found in stretches.items():
        bar = bars.setdefault(at - at % unit, {})
        for number, count in found.items():
            kind = groups[number].kind
            bar[kind] = bar.get(kind, 0) + count
    return sorted(bars.items()), unit

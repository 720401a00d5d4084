"""Lays the times of a story on a line on which long waits are folded: 60 ms and 2 s stay readable."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.services.story.story import CommandStory, StoryLine

FOLD = 0.12
"""Part of the line that a folded wait takes; several share `FOLDS`."""
FOLDS = 0.4
LONG = 3
"""A gap is folded where it is three times as long as all that happens outside of gaps."""
LEAST = 100_000
"""Microseconds of a gap that is folded, at least."""
MOST = 12
"""Gaps that are folded: the longest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which nothing happened, folded: places on the line, 0 to 1, and microseconds since 1970."""

    since: int
    until: int
    left: float
    right: float

    @property
    def length(self) -> int:
        """How long it was, in microseconds."""
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Where times stand on the line.

    Attributes:
        gaps: Folded ones, in order.
    """

    times: tuple[int, ...]
    places: tuple[float, ...]
    gaps: tuple[Gap, ...]

    def place(self, at: int) -> float:
        """Returns where a time stands, 0 to 1."""
        if at <= self.times[0]:
            return self.places[0]
        if at >= self.times[-1]:
            return self.places[-1]
        number = bisect_right(self.times, at) - 1
        first, last = self.times[number], self.times[number + 1]
        share = (at - first) / (last - first) if last > first else 0.0
        return self.places[number] + share * (self.places[number + 1] - self.places[number])

    def gap_at(self, at: int) -> Gap | None:
        """Returns the folded gap that ends at or before a time and after all that happened before it."""
        return next((gap for gap in self.gaps if gap.since < at <= gap.until), None)


def axis_of(story: CommandStory, *, fold: bool = True) -> TimeAxis:
    """Returns the line of a story's times."""
    spans = _spans(story.lines)
    start, last = story.start, max((last for _, last in spans), default=story.start)
    end = max(story.end, last, start + 1)
    gaps = sorted(_long(_gaps(spans, start), end - start)) if fold else []
    return _laid(start, end, gaps)


def _spans(lines: Iterable[StoryLine]) -> list[tuple[int, int]]:
    """Returns from when to when something was done, without waits."""
    found = []
    for line in lines:
        end = line.ended if line.ended is not None else line.begun
        if line.waits is None:
            found.append((line.begun, max(line.begun, end)))
        else:
            found += [(line.begun, max(line.begun, line.waits[0])), (min(line.waits[1], end), end)]
        found += [(at, at) for at in line.tries]
    return sorted(found)


def _gaps(spans: list[tuple[int, int]], start: int) -> list[tuple[int, int]]:
    found, upto = [], start
    for first, last in spans:
        if first > upto:
            found.append((upto, first))
        upto = max(upto, last)
    return found


def _long(gaps: list[tuple[int, int]], whole: int) -> list[tuple[int, int]]:
    """Returns the gaps that are to be folded: without them the rest would have no room."""
    found: list[tuple[int, int]] = []
    for gap in sorted(gaps, key=lambda one: one[0] - one[1])[:MOST]:
        rest = whole - sum(last - first for first, last in [*found, gap])
        if gap[1] - gap[0] >= max(LEAST, rest // LONG):
            found.append(gap)
    return found


def _laid(start: int, end: int, gaps: list[tuple[int, int]]) -> TimeAxis:
    each = min(FOLD, FOLDS / len(gaps)) if gaps else 0.0
    busy = max(1, end - start - sum(last - first for first, last in gaps))
    times, places, folded = [start], [0.0], []
    for first, last in gaps:
        left = places[-1] + (first - times[-1]) / busy * (1 - each * len(gaps))
        times += [first, last]
        places += [left, left + each]
        folded.append(Gap(since=first, until=last, left=left, right=left + each))
    times.append(end)
    places.append(1.0)
    return TimeAxis(tuple(times), tuple(places), tuple(folded))


def since_words(line: StoryLine, story: CommandStory) -> str:
    """Returns how long after the beginning something was done; ``later`` where nothing keeps that."""
    if line.ended is None:
        return line.unkept
    return length_words(line.ended - story.start)


def length_words(microseconds: int) -> str:
    """Returns how long something took: ``0.4 ms``, ``48 ms``, ``2.1 s``, ``3 min``, ``2 h``, ``4 d``."""
    for unit, word, digits in _UNITS:
        if microseconds < unit[1]:
            return f"{_short(microseconds / unit[0], digits)} {word}"
    return f"{_short(microseconds / 86_400_000_000, 1)} d"


def _short(value: float, digits: int) -> str:
    said = f"{value:,.{digits}f}"
    return said.rstrip("0").rstrip(".") if digits else said


_UNITS = (
    ((1_000, 10_000), "ms", 1),
    ((1_000, 1_000_000), "ms", 0),
    ((1_000_000, 10_000_000), "s", 2),
    ((1_000_000, 60_000_000), "s", 1),
    ((60_000_000, 3_600_000_000), "min", 1),
    ((3_600_000_000, 86_400_000_000), "h", 1),
)

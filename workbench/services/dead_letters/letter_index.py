"""Groups dead letters: each is read once, for what never changes of it (L1); the search says which."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING

from workbench.model.counts import counted
from workbench.model.dead_letter import LetterStatus
from workbench.services.dead_letters.letter_facts import (
    FIELDS,
    NONE,
    UNREADABLE,
    letters_without,
    original,
    reader_of,
)

if TYPE_CHECKING:
    from workbench.store.ports import Reader
    from workbench.store.stored_values import LetterFacts

SLICE = 500
"""Letters that are read at once."""
MOST = 200_000
"""The newest letters that are searched; the answer says so where there are more."""
COLUMNS = 12
"""Values of letters, by what was asked, that are kept: the last ones."""
SAMPLES = 20
"""Letters whose fields are offered where the one that was asked for is none of theirs."""
BARS = 12
"""Parts into which the time of a trend is divided."""
SHOWN = 100
"""Groups of one level at most; the smallest of more are put together."""
HOUR = 3_600_000_000
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterQuery:
    """Which letters, and how they are grouped.

    Attributes:
        words: All of them stand somewhere in the letter, see `SearchQuery`.
        where: CEL over the letter; empty for all.
        only: Numbers of those among which it is looked; empty for all.
        chips: What a grouping must give, such as ``("type", "user.created")``.
        by: As `reader_of` takes it.
        then: The same for the second level; empty for none.
    """

    statuses: tuple[str, ...] = ("open",)
    words: str = ""
    where: str = ""
    only: frozenset[int] = frozenset()
    chips: tuple[tuple[str, str], ...] = ()
    by: str = "message"
    then: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether it looks for less than all letters of its statuses."""
        return bool(self.words.strip() or self.where.strip() or self.chips or self.only)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCluster:
    """Dead letters that share a value.

    Attributes:
        by: What they are grouped by.
        value: What they share; empty for the smallest groups, put together.
        about: Subscriptions and places that all of them share, for a second line.
        numbers: The newest first.
        trend: Deaths in each of `BARS` parts of the time that the whole answer spans.
        parts: The second level, the largest first.
        others: How many groups are put together here; 0 for an ordinary group.
    """

    by: str
    value: str
    about: str
    numbers: array[int]
    first_at: int
    last_at: int
    trend: tuple[int, ...]
    parts: tuple[LetterCluster, ...] = ()
    others: int = 0

    @property
    def count(self) -> int:
        """How many."""
        return len(self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersFound:
    """What a query found.

    Attributes:
        counts: How many letters have each status, of all.
        total: How many letters have the statuses that are asked for; more than `MOST` are not all searched.
        numbers: Of those that fit, the newest first.
        clusters: The largest first.
        hours: Deaths an hour of the last day that has any, the oldest first; 24. Of all letters,
            whatever became of them, and whatever was asked for.
        until: When the last of these hours ends, microseconds since 1970; 0 for none.
        failures: On how many letters, of any status, the expression had no value, by why.
        flaw: Why nothing could be looked for; empty where it could.
        unknown: Which field that is grouped by, or where nothing fits asked for, no letter has, and which
            may be meant; empty for none.
    """

    query: LetterQuery
    total: int
    numbers: array[int]
    clusters: tuple[LetterCluster, ...]
    hours: tuple[int, ...]
    until: int
    counts: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    flaw: str = ""
    unknown: str = ""

    @property
    def valueless(self) -> str:
        """On how many letters the expression had no value, in words; empty for none."""
        said = (f"{counted(count, 'letter')} where {why}" for why, count in self.failures.items())
        return f"{', '.join(said)} (of any status)" if self.failures else ""

    @property
    def searched(self) -> int:
        """How many letters were looked at."""
        return min(self.total, MOST)


class LetterIndex:
    """Answers queries in any thread; what it read it keeps: the next answer reads only new letters."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._died: dict[int, int] = {}  # two of plain values: the garbage collector never looks into them
        self._deaths: dict[int, int] = {}
        self._about: dict[int, str] = {}
        self._columns: dict[str, dict[int, str]] = {}
        self._notes: dict[int, tuple[str, str]] = {}

    def ask(
        self, reader: Reader, query: LetterQuery, fitting: Collection[int] | None, told: Progress
    ) -> LettersFound:
        """Returns what a query finds; reads in slices.

        Args:
            fitting: The numbers of letters that words and expression fit; None for all.

        Raises:
            InvalidValue: What letters are grouped by is no CEL.
        """
        with reader.steady():
            counts, numbers = reader.letter_counts(), reader.letter_numbers(query.statuses)
        if query.only:
            numbers = array("q", (one for one in numbers if one in query.only))
        total, numbers = len(numbers), numbers[:MOST]
        if fitting is not None:
            numbers = array("q", (one for one in numbers if one in fitting))
        with self._lock:
            asked = _fields_of(query)
            columns = self._read(reader, numbers, sorted({*asked, *map(original, asked)}), told)
            found = array("q", _sharing(numbers, query, columns))
            # A field of the edited copy is right as well where the originals have it, and no copy yet.
            unknown = next((one for one in asked if _nowhere(one, columns, numbers)), "")
            said = letters_without(unknown, reader.letter_facts(numbers[:SAMPLES])) if unknown else ""
            grouped = self._grouped(query, total, found, columns)
            hours, until = _hours(self._times(reader))
            return replace(grouped, counts=counts, unknown=said, hours=hours, until=until)

    def _times(self, reader: Reader) -> list[int]:
        """Returns when letters died, at least of the last day that has any, whatever became of them."""
        numbers = reader.letter_numbers(tuple(LetterStatus))[:MOST]
        if len(self._deaths) > 2 * MOST:  # most of them are gone
            self._deaths.clear()
        found: list[int] = []
        for first in range(0, len(numbers), SLICE):
            part = numbers[first : first + SLICE]
            missing = [one for one in part if one not in self._deaths]
            self._deaths |= {one.number: one.died_at for one in reader.letters_listed(missing)}
            times = [self._deaths[one] for one in part if one in self._deaths]
            found += times
            if max(times, default=0) < max(found, default=0) - 24 * HOUR:
                break
        return found

    def _read(
        self, reader: Reader, numbers: Sequence[int], keys: Sequence[str], told: Progress
    ) -> dict[str, dict[int, str]]:
        reads = {key: reader_of(key) for key in keys}
        if not all(map(_lasts, keys)):
            self._follow_notes(reader.letter_notes())
        columns = {key: {} if _of_copies(key) else self._columns.pop(key, {}) for key in keys}
        if len(self._died) > 2 * MOST:  # most of them are gone
            self._died.clear()
            self._about.clear()
        missing = [
            one for one in numbers if one not in self._died or any(one not in col for col in columns.values())
        ]
        for first in range(0, len(missing), SLICE):
            for letter in reader.letter_facts(missing[first : first + SLICE]):
                self._note(letter)
                for key, column in columns.items():
                    if letter.number not in column:
                        column[letter.number] = sys.intern(reads[key](letter))
            told(min(first + SLICE, len(missing)), len(missing))
        self._columns |= columns
        while len(self._columns) > COLUMNS + len(columns):
            del self._columns[next(iter(self._columns))]
        return columns

    def _follow_notes(self, notes: dict[int, tuple[str, str]]) -> None:
        """Forgets how letters are grouped where their owner or note changed, also by another process."""
        moved = {number for number, _ in self._notes.items() ^ notes.items()}
        self._notes = notes
        for column in (found for key, found in self._columns.items() if not _lasts(key)):
            for number in moved:
                column.pop(number, None)

    def _note(self, letter: LetterFacts) -> None:
        if letter.number not in self._died:
            about = f"{letter.subscription} · {letter.place}" if letter.place else letter.subscription
            self._about[letter.number] = sys.intern(about)
            self._died[letter.number] = letter.died_at

    def _grouped(
        self,
        query: LetterQuery,
        total: int,
        found: array[int],
        columns: dict[str, dict[int, str]],
    ) -> LettersFound:
        times = [self._died[one] for one in found if one in self._died]
        span = (min(times, default=0), max(times, default=0) + 1)
        levels = [(by, columns[by]) for by in (query.by, query.then) if by]
        return LettersFound(
            query=query,
            total=total,
            numbers=found,
            clusters=self._clusters(found, levels, span),
            hours=(),
            until=0,
        )

    def _clusters(
        self, numbers: Iterable[int], levels: list[tuple[str, dict[int, str]]], span: tuple[int, int]
    ) -> tuple[LetterCluster, ...]:
        if not levels:
            return ()
        (by, values), *below = levels
        groups: dict[str, array[int]] = {}
        for number in numbers:
            if (value := values.get(number)) is not None:
                groups.setdefault(value, array("q")).append(number)
        ordered = sorted(groups.items(), key=lambda pair: -len(pair[1]))
        made = [self._cluster(by, value, some, below, span) for value, some in ordered[:SHOWN]]
        if rest := ordered[SHOWN:]:
            together = array("q", sorted((one for _, some in rest for one in some), reverse=True))
            made.append(self._cluster(by, "", together, [], span, others=len(rest)))
        return tuple(made)

    def _cluster(
        self,
        by: str,
        value: str,
        numbers: array[int],
        below: list[tuple[str, dict[int, str]]],
        span: tuple[int, int],
        *,
        others: int = 0,
    ) -> LetterCluster:
        abouts = {self._about[number] for number in numbers}
        times = [self._died[number] for number in numbers]
        return LetterCluster(
            by=by,
            value=value,
            about=next(iter(abouts)) if len(abouts) == 1 else f"{len(abouts)} places",
            numbers=numbers,
            first_at=min(times),
            last_at=max(times),
            trend=_bars(times, *span),
            parts=self._clusters(numbers, below, span),
            others=others,
        )


def _lasts(key: str) -> bool:
    """Whether what was read under a key holds for ever."""
    return "owner" not in key and "note" not in key


def _of_copies(key: str) -> bool:
    """Whether what letters are grouped by may look into their edited copies, which change."""
    return "edited" in key


def _nowhere(key: str, columns: Mapping[str, Mapping[int, str]], numbers: Sequence[int]) -> bool:
    """Whether there are letters, and none of them has what they are grouped by."""
    looked, kept = key not in FIELDS and len(numbers) > 0, (columns[key], columns[original(key)])
    return looked and all(found.get(one, NONE) in (NONE, UNREADABLE) for found in kept for one in numbers)


def _fields_of(query: LetterQuery) -> list[str]:
    return sorted({query.by, query.then, *(by for by, _ in query.chips)} - {""})


def _sharing(numbers: Iterable[int], query: LetterQuery, columns: dict[str, dict[int, str]]) -> Iterable[int]:
    return (one for one in numbers if all(columns[by].get(one) == value for by, value in query.chips))


def _bars(times: Iterable[int], begin: int, end: int) -> tuple[int, ...]:
    counts = [0] * BARS
    for at in times:
        counts[(at - begin) * BARS // (end - begin)] += 1
    return tuple(counts)


def _hours(times: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """Returns the deaths of each of the 24 hours up to the last one, and when that hour ends."""
    if not times:
        return (0,) * 24, 0
    last = max(times) // HOUR
    counts = [0] * 24
    for at in times:
        if (ago := last - at // HOUR) < 24:
            counts[23 - ago] += 1
    return tuple(counts), (last + 1) * HOUR

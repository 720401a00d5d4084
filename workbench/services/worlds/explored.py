"""What came of exploring a scenario: how many schedules, to which ends they led, and what they broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from workbench.model.counts import counted

NOT_AGAIN = "it could not be done again: the model does not do the same each time"
OVER = 1.0
"""Seconds for which what is under way may go on behind the time that there is for exploring."""
Choices = tuple[int, ...]
"""A schedule: which move was chosen each time; what is not said is 0, what the engine does by itself."""


@dataclass(frozen=True, slots=True)
class End:
    """How a schedule ended; the order of events of different streams is no part of it.

    Attributes:
        streams: Each stream with the types of its events, in their order.
        letters: The subscriptions that have dead letters.
    """

    streams: tuple[tuple[str, tuple[str, ...]], ...]
    letters: tuple[str, ...] = ()

    def told_from(self, others: Iterable[End]) -> str:
        """Says what tells it from other ends: event types that they have not all, and dead letters."""
        return self.told_beside(set.intersection(*({*one.types} for one in (self, *others))))

    def told_beside(self, common: AbstractSet[str]) -> str:
        """Says what it has besides event types that all have."""
        said = [one for one in dict.fromkeys(self.types) if one not in common]
        said += [f"a dead letter of {name}" for name in dict.fromkeys(self.letters)]
        return ", ".join(said or dict.fromkeys(self.types))

    def told_otherwise(self, usual: End) -> list[str]:
        """Says what tells it from the usual end: what it has besides, what it lacks, what comes in turn."""
        ours, theirs = self._counts(), usual._counts()
        places = Counter(what for what, _ in {*ours, *theirs})
        said = []
        for more, less, none, some in ((ours, theirs, "", "more"), (theirs, ours, "no ", "fewer")):
            for (what, place), count in (more - less).items():
                name = f"{what} on {place}" if places[what] > 1 else what
                times = f"{count:,} × " if count > 1 and not none else ""
                said.append(f"{count:,} {some} {name}" if less[what, place] else f"{none}{times}{name}")
        before = dict(usual.streams)
        for name, types in self.streams:
            if Counter(types) == Counter(before.get(name)) and types != before[name]:
                first, then = next(both for both in zip(types, before[name], strict=True) if len({*both}) > 1)
                said.append(f"{first} before {then} on {name}")
        return said

    def told_whole(self) -> str:
        """Says all that it has, stream by stream."""
        said = [f"{name}: {', '.join(types)}" for name, types in self.streams]
        return "; ".join([*said, *(f"dead letter of {one}" for one in self.letters)])

    def _counts(self) -> Counter[tuple[str, str]]:
        """Returns how often it has each type of event on each stream, and dead letters of whom."""
        found = Counter((one, name) for name, types in self.streams for one in types)
        found.update((f"dead letter of {one}", "") for one in self.letters)
        return found

    @property
    def types(self) -> list[str]:
        """The types of all events, stream by stream."""
        return [one for _, types in self.streams for one in types]


@dataclass(slots=True)
class EndTally:
    """An end, and the schedules that led to it.

    Attributes:
        choices: Of the first one.
        broken: The invariants that were broken on the way.
        plain: Whether one of them had no duplicate.
    """

    choices: Choices
    count: int = 0
    broken: set[str] = field(default_factory=set)
    plain: bool = False


@dataclass(slots=True, kw_only=True)
class Violation:
    """An invariant that some schedule breaks.

    Attributes:
        words: What did not hold, with its values, in the schedule with the fewest deviations.
        choices: That schedule.
        found_at: Number of the schedule that broke it first, from 1, and after how many seconds.
        count: How many schedules broke it.
        shrunk_in: How many runs it took to make the schedule so small; 0 where it was not tried.
        again: Whether the schedule breaks it whenever it is done again.
    """

    invariant: str
    words: str
    choices: Choices
    found_at: int
    seconds: float
    count: int = 1
    shrunk_in: int = 0
    again: bool = True

    @property
    def deviations(self) -> int:
        """How many choices are not what the engine would do by itself."""
        return deviations_of(self.choices)

    def lost(self) -> None:
        """Says that it was not broken when the schedule was done again."""
        if self.again:
            self.again, self.words = False, f"{self.words}; {NOT_AGAIN}"


@dataclass(slots=True, kw_only=True)
class Exploration:
    """What was explored of one scenario so far.

    Attributes:
        schedules: How many were run to their end.
        merged: How many more were given up, as they came to a state from which all had been tried.
        moves: That were made.
        seconds: That it took.
        complete: Up to this many deviations all schedules were tried; -1 where not even the usual one was.
        exhausted: There is no other schedule than those that were tried.
        outcomes: By end.
        findings: By invariant.
        unfinished: How many schedules were ended although there was more to do.
        trouble: Why nothing more could be explored, or nothing follows from it.
        unsteady: The model does not do the same each time: what was tried says nothing of other runs.
        deciding: The read models that were moved by themselves: something that decides looks at their rows.
        notes: What was not asked or tried, in words.
        faults: What could go wrong in a run, beside the order, in words.
    """

    scenario: str
    schedules: int = 0
    merged: int = 0
    moves: int = 0
    seconds: float = 0.0
    complete: int = -1
    exhausted: bool = False
    outcomes: dict[End, EndTally] = field(default_factory=dict)
    findings: dict[str, Violation] = field(default_factory=dict)
    unfinished: int = 0
    trouble: str = ""
    unsteady: bool = False
    deciding: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether an invariant was broken."""
        return bool(self.findings)

    def take(self, other: Exploration) -> None:
        """Adds what another process explored of the same scenario."""
        before = self.schedules
        self.schedules += other.schedules
        self.merged += other.merged
        self.moves += other.moves
        self.unfinished += other.unfinished
        self.trouble = self.trouble or other.trouble
        self.unsteady |= other.unsteady
        self.deciding |= other.deciding
        self.notes = self.notes or other.notes
        self.faults = self.faults or other.faults
        for end, outcome in other.outcomes.items():
            own = self.outcomes.setdefault(end, EndTally(outcome.choices))
            own.count += outcome.count
            own.broken |= outcome.broken
            own.plain |= outcome.plain
            own.choices = min(own.choices, outcome.choices, key=complexity)
        for name, finding in other.findings.items():
            known = self.findings.get(name)
            if known is None:
                self.findings[name] = replace(finding, found_at=finding.found_at + before)
                continue
            smallest = min(known, finding, key=lambda one: complexity(one.choices))
            known.choices, known.words = smallest.choices, smallest.words
            known.count += finding.count

    def doubt(self, why: str) -> None:
        """Takes it that the model does not do the same each time, as something differed; empty: it does."""
        if why:
            self.unsteady, self.trouble = True, f"not deterministic: {why}"
            self.complete, self.exhausted = -1, False

    def told_ends(self) -> list[tuple[str, float, EndTally]]:
        """Returns each end in words, its share and its schedules, the most frequent first.

        The words say what tells it from the usual end, first what the fewest ends have; and all that stands
        in it where they are those of another end.
        """
        ends = sorted(self.outcomes.items(), key=lambda one: (-one[1].count, one[1].choices))
        common = set[str].intersection(*({*end.types} for end, _ in ends)) if ends else set()
        words = {end: end.told_beside(common) for end, _ in ends}
        usual = next((end for end, outcome in ends if not outcome.choices), None)
        if usual is not None and len(ends) > 1:
            as_usual = f"as usual: {words[usual]}".removesuffix(": ")
            parts = {end: end.told_otherwise(usual) for end in words}
            by = Counter(one for some in parts.values() for one in some)
            words = {end: ", ".join(sorted(some, key=lambda one: by[one])) for end, some in parts.items()}
            words[usual] = as_usual
        often = Counter(words.values())
        return [
            (
                words[end] if often[words[end]] == 1 else end.told_whole(),
                outcome.count / max(1, self.schedules),
                outcome,
            )
            for end, outcome in ends
        ]

    def sentence(self) -> str:
        """Says in a line what was tried and what it came to."""
        said = "; ".join((self._sentence(), *self.notes))
        if self.unfinished:
            said += f"; {self.unfinished:,} of them went on and on, and were ended"
        cut_short = self.trouble and not self.unsteady
        return f"{said}; it could not be explored to the end: {self.trouble}" if cut_short else said

    def _sentence(self) -> str:
        tried = f"{counted(self.schedules, 'schedule')}"
        merged = f", {self.merged:,} merged" if self.merged else ""
        all_with = f"with up to {counted(self.complete, 'deviation')}"
        if self.exhausted:
            all_with = "in any order"
        if self.unsteady and not self.found:
            return f"{self.trouble}; {tried}{merged}"
        if not self.found:
            upto = all_with if self.exhausted or self.complete >= 0 else "in those tried"
            faults = f"with {', '.join(self.faults)}" if self.faults else "without faults"
            return f"no violation {upto}, {faults}; {tried}{merged}"
        upto = f"all {all_with} were tried" if self.complete >= 0 else "not all were tried"
        upto = "all were tried" if self.exhausted else upto
        broken = ", ".join(f"{one.invariant} broken in {one.count:,}" for one in self.findings.values())
        return f"{broken} of {tried}{merged}; {self.trouble if self.unsteady else upto}"


def deviations_of(choices: Sequence[int]) -> int:
    """Returns how many choices are not what the engine would do by itself."""
    return sum(1 for one in choices if one)


def complexity(choices: Sequence[int]) -> tuple[int, int, int, Sequence[int]]:
    """Returns what makes one schedule simpler than another: fewer deviations, then sooner, then smaller."""
    return deviations_of(choices), len(choices), sum(choices), choices

"""Which schedules are tried: all with few deviations, random ones, and those of few changed priorities."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, islice
from typing import Protocol

from workbench.services.worlds.explored import Choices, deviations_of
from workbench.services.worlds.moves import NextMove
from workbench.services.worlds.steadiness import WHY, NotTheSame


class MoveChooser(Protocol):
    """Chooses the moves of one run."""

    wants_prints: bool

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:
        """Returns which move is made next; None to give the run up.

        Args:
            state: The print of the state, where it is wanted.
        """


class Following:
    """Chooses as told, and then what the engine would do by itself; a choice too high is that, too."""

    wants_prints = False

    def __init__(self, choices: Sequence[int] = ()) -> None:
        self._choices = iter(choices)

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:  # noqa: ARG002  # the same in all
        """Returns the next choice."""
        choice = next(self._choices, 0)
        return choice if choice < len(moves) else 0


class UpTo:
    """Chooses as told, and gives up behind that."""

    wants_prints = False

    def __init__(self, choices: Sequence[int]) -> None:
        self._choices = iter(choices)

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:  # noqa: ARG002  # the same in all
        """Returns the next choice; None where there is none."""
        return next(self._choices, None)


class Repeating:
    """Makes moves as another run made them, whatever their numbers are; then what the engine would do."""

    wants_prints = False

    def __init__(self, made: Sequence[NextMove]) -> None:
        self._made = list(reversed(made))

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:  # noqa: ARG002  # the same in all
        """Returns which one the next of them is; 0 where it is not possible now."""
        wanted = self._made.pop() if self._made else moves[0]
        return moves.index(wanted) if wanted in moves else 0


class Resembling:
    """Makes moves as a run of another scenario made them, as far as they come; then what the engine would.

    Positions, numbers and times are others there: a move resembles what moves by the same.

    Args:
        made: What that run made.
    """

    wants_prints = False

    def __init__(self, made: Sequence[NextMove]) -> None:
        self._made = [replace(move, at=0) for move in made]

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:  # noqa: ARG002  # the same in all
        """Returns which move resembles the first one of those that one resembles."""
        possible = [replace(move, at=0) for move in moves]
        at = next((at for at, wanted in enumerate(self._made) if wanted in possible), None)
        if at is None:
            return 0
        wanted = self._made[at]
        del self._made[: at + 1]
        return possible.index(wanted)


class _Branch:
    """One schedule of `Exhaustive`; behind its last deviation it gives up where a state was seen before."""

    wants_prints = True

    def __init__(self, known: Choices, seen: dict[int, int] | None) -> None:
        self.known = known
        self.among: list[int] = []
        self._seen = seen
        self._deviations = deviations_of(known)

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:
        at = len(self.among)
        if at >= len(self.known) and self._seen is not None:
            if self._seen.get(state, self._deviations + 1) <= self._deviations:
                return None
            self._seen[state] = self._deviations
        self.among.append(len(moves))
        choice = self.known[at] if at < len(self.known) else 0
        if choice >= len(moves):
            raise NotTheSame(
                f"one of {choice + 1} moves was chosen where {len(moves)} are possible now; {WHY}"
            )
        return choice

    def children(self) -> Iterator[Choices]:
        """Yields the schedules with one deviation more, each behind the last one of this."""
        zeros = (0,) * (len(self.among) - len(self.known))
        for at in range(len(self.known), len(self.among)):
            for choice in range(1, self.among[at]):
                yield (*self.known, *zeros[: at - len(self.known)], choice)


class Exhaustive:
    """All schedules with no deviation, then all with one, and so on.

    A state that was come to before, with as few deviations or fewer, is not entered again: all that can
    come of it with the deviations that are left is tried from there.

    Args:
        deviations: How many at most.
        share: Which part of how many: of the schedules with one deviation every so manyth, and what follows.
        merging: Whether states are not entered again.

    Attributes:
        complete: Up to this many deviations all schedules were tried; -1 at the beginning.
        exhausted: There are no others than those that were tried.
    """

    def __init__(self, deviations: int, share: tuple[int, int] = (0, 1), *, merging: bool = True) -> None:
        self._deviations = deviations
        self._share = share
        self._level: Iterator[Choices] = iter([()])
        self._depth = 0
        self._following: list[Choices] = []
        self._seen: dict[int, int] | None = {} if merging else None
        self.complete = -1
        self.exhausted = False

    def next(self) -> _Branch | None:
        """Returns what chooses the next run's moves; None where all was tried."""
        while (known := next(self._level, None)) is None:
            self.complete = self._depth
            self.exhausted = not self._following
            if self.exhausted:
                self.complete = self._deviations
            if self.exhausted or self._depth == self._deviations:
                return None
            self._depth += 1
            self._level, self._following = iter(self._following), []
        return _Branch(known, self._seen)

    def ended(self, branch: _Branch) -> None:
        """Takes what a run showed: where it could have gone another way."""
        part, of = self._share
        found = branch.children()
        if self._depth == self._deviations:  # only whether there are any is asked
            self._following = self._following or list(islice(found, 1))
        elif self._depth == 0:
            self._following += [one for number, one in enumerate(found) if number % of == part]
        else:
            self._following += found


class Randomly:
    """Deviates now and then.

    Args:
        often: How likely a deviation is, where there is one.
    """

    wants_prints = False

    def __init__(self, rng: random.Random, often: float = 0.35) -> None:
        self._rng = rng
        self._often = often

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:  # noqa: ARG002  # the same in all
        """Returns a move by chance."""
        if len(moves) == 1 or self._rng.random() >= self._often:
            return 0
        return self._rng.randrange(1, len(moves))


class Prioritised:
    """Gives a priority to each that moves, by chance, and changes it at few moments by chance.

    A bug that needs d moves in a certain order is found with a known probability: Burckhardt et al.,
    A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010. Faults happen at such
    moments alone.

    Args:
        length: How many moves a run has, about.
        changes: At how many moments priorities change.
    """

    wants_prints = False

    def __init__(self, rng: random.Random, length: int, changes: int = 2) -> None:
        self._rng = rng
        self._changes = {rng.randrange(max(1, length)) for _ in range(changes)}
        self._priorities: dict[tuple[str, str], float] = {}
        self._at = -1

    def choose(self, moves: Sequence[NextMove], state: int) -> int | None:  # noqa: ARG002  # the same in all
        """Returns the move of who has the highest priority."""
        self._at += 1
        faults = [at for at, move in enumerate(moves) if move.unusual]
        best = max(
            (at for at in range(len(moves)) if at not in faults), key=lambda at: self._priority(moves[at])
        )
        if self._at in self._changes:
            if faults and self._rng.random() < 0.5:
                return self._rng.choice(faults)
            self._priorities[moves[best].kind.value, moves[best].name] = -self._at
            return max(
                (at for at in range(len(moves)) if at not in faults), key=lambda at: self._priority(moves[at])
            )
        return best

    def _priority(self, move: NextMove) -> float:
        return self._priorities.setdefault((move.kind.value, move.name), self._rng.random() + 1)


def by_chance(seed: int, part: int) -> Iterator[Callable[[int], MoveChooser]]:
    """Yields without end what makes a chooser by chance, given how long a run is.

    Args:
        part: The number of the process; each has chances of its own.
    """
    for number in count():
        rng = random.Random(f"{seed} {part} {number}")  # noqa: S311  # schedules, no secrets
        yield partial(_chance, rng, by_priority=number % 2 == 0)


def _chance(rng: random.Random, length: int, *, by_priority: bool) -> MoveChooser:
    return Prioritised(rng, length) if by_priority else Randomly(rng)

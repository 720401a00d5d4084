"""Makes a schedule that breaks something as small as it goes: the fewest deviations, then the soonest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

from workbench.services.worlds.explored import Choices, complexity


class _Run(Protocol):
    @property
    def choices(self) -> Choices:
        """What was chosen."""

    @property
    def broken(self) -> dict[str, str]:
        """What did not hold, with the words."""


async def shrunk(
    replayed: Callable[[Choices], Awaitable[_Run]], invariant: str, choices: Choices
) -> tuple[Choices, str, int]:
    """Returns the smallest schedule near another one that breaks an invariant; always the same one.

    Returns:
        The schedule, in words what does not hold in it, and how many runs it took. The words are empty where
        it was not broken in any of them, the given one included: what was seen could not be done again.
    """
    best, words, runs, tried = choices, "", 0, set[Choices]()
    better = True
    while better:
        better = False
        for candidate in (best, *_smaller(best)):
            if candidate in tried:
                continue
            tried.add(candidate)
            run = await replayed(candidate)
            runs += 1
            if invariant in run.broken and (not words or complexity(run.choices) < complexity(best)):
                best, words, better = run.choices, run.broken[invariant], True
                break
    return best, words, runs


def _smaller(choices: Choices) -> Iterator[Choices]:
    """Yields simpler schedules, the ones that promise most first."""
    deviations = [at for at, choice in enumerate(choices) if choice]
    for at in range(len(deviations)):  # without all behind one
        yield choices[: deviations[at]]
    for at in reversed(deviations):  # without one
        yield _stripped((*choices[:at], 0, *choices[at + 1 :]))
    for at in deviations:  # one sooner, with all behind it
        if at and not choices[at - 1]:
            yield (*choices[: at - 1], *choices[at:])
    for at in deviations:  # a nearer move
        for choice in range(1, choices[at]):
            yield (*choices[:at], choice, *choices[at + 1 :])


def _stripped(choices: Choices) -> Choices:
    end = len(choices)
    while end and not choices[end - 1]:
        end -= 1
    return choices[:end]

"""The canary ladder of a replay: a few letters first, then more, then the rest (L5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import InvalidValue
from workbench.store.letter_jobs import Job

USUAL = (1, 5, 20)
"""The steps that are offered; behind them comes the rest."""
MOST = 8
"""Steps that a ladder has at most, beside the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of a ladder: letters ``begin`` to ``end`` of the list, the latter not among them."""

    begin: int
    end: int

    @property
    def size(self) -> int:
        """How many letters it replays."""
        return self.end - self.begin


def rungs(ladder: Sequence[int], count: int) -> tuple[Rung, ...]:
    """Returns the steps for a number of letters; the rest is the last one."""
    found: list[Rung] = []
    begin = 0
    for size in (*ladder, count):
        if begin < count:
            found.append(Rung(begin=begin, end=min(count, begin + size)))
            begin += size
    return tuple(found)


def rung_of(job: Job) -> Rung:
    """Returns the step in which the next letter of a job stands; the last one where none is left."""
    found = rungs(job.plan.ladder, len(job.numbers))
    return next((rung for rung in found if job.step < rung.end), found[-1])


def parse_ladder(text: str) -> tuple[int, ...]:
    """Reads steps such as ``1, 5, 20``; an empty text is no ladder.

    Raises:
        InvalidValue: They are no positive numbers, or too many.
    """
    parts = [part.strip() for part in text.replace("→", ",").split(",") if part.strip()]
    parts = parts[:-1] if parts and parts[-1] == "all" else parts
    if len(parts) > MOST or not all(part.isascii() and part.isdecimal() and int(part) for part in parts):
        raise InvalidValue(
            f"{text!r} are no steps",
            path="",
            hint=f"such as 1, 5, 20: at most {MOST}; the rest comes behind them",
        )
    return tuple(int(part) for part in parts)

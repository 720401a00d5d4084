"""What is read of dead letters before it is asked whether something shall be done with them (L5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.gui.views.letter_actions import Deed
    from workbench.store.stored_values import LetterLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ToConfirm:
    """What is read before it is asked whether a deed shall be done.

    Attributes:
        samples: A few of the letters.
        behind: How many deliveries wait behind them, where that matters.
        held_up: What keeps a replay from being delivered, as in ``the engine is paused``; empty for nothing.
        archived: How many of what is replayed are archived, which takes them out of there.
        in_jobs: How many of them wait in which job that is under way or held.
    """

    deed: Deed
    numbers: tuple[int, ...]
    samples: Sequence[LetterLine]
    behind: int = 0
    archived: int = 0
    held_up: str = ""
    in_jobs: Mapping[int, int] = field(default_factory=dict)

    @property
    def asked_twice(self) -> str:
        """Says how many wait in other jobs, and what those do with them then; empty for none."""
        parts = []
        for job, count in self.in_jobs.items():
            who = f"{count:,} of them {'waits' if count == 1 else 'wait'}"
            who = "It waits" if len(self.numbers) == 1 else who
            parts.append(
                f"{who} in job {job} already, which leaves {'it' if count == 1 else 'them'} out then."
            )
        return " ".join(parts)

    @property
    def waits(self) -> str:
        """Says that a replay waits; empty where it does not."""
        return waiting(self.held_up, len(self.numbers))

    @property
    def taken_out(self) -> str:
        """Says how many are archived; empty for none."""
        if not self.archived:
            return ""
        of = (
            "It is"
            if len(self.numbers) == 1
            else f"{self.archived:,} of them {'is' if self.archived == 1 else 'are'}"
        )
        return f"{of} archived, and no more then."

    def lines(self) -> list[str]:
        """Returns what stands below the question."""
        lines = [f"#{one.number}  {one.subscription}  {one.type}  {one.key}" for one in self.samples]
        rest = len(self.numbers) - len(lines)
        return [*lines, f"and {rest:,} more"] if rest else lines


def waiting(held_up: str, count: int) -> str:
    """Says that replays wait, and for what; empty where nothing holds them up."""
    if not held_up:
        return ""
    return f"{held_up[0].upper()}{held_up[1:]}, so {'it waits' if count == 1 else 'they wait'}."

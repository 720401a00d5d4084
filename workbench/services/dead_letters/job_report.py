"""A bulk action on dead letters, and what has become of them by now (L5)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.model.dead_letter import LetterStatus
from workbench.store.letter_jobs import Job

BLOCKED = "blocked"
"""What a replay comes to that waits behind a dead letter of its key (O2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """A job and what has become of its dead letters by now.

    Attributes:
        fates: How many of the list it gave which status, such as ``resolved`` or ``failed_again``, and how
            many are `BLOCKED`.
        others: How many of the list came to which status since it began by what others did.
        undone: How many of those that it archived or purged are again as they were before (L7).
        at_failure: Whether its ladder holds it, at a new failure, and no person.
    """

    job: Job
    fates: dict[str, int]
    others: dict[str, int] = field(default_factory=dict)
    undone: int = 0
    at_failure: bool = False

    @property
    def queued(self) -> int:
        """How many of the list it has not dealt with yet."""
        return len(self.job.numbers) - self.job.step

    @property
    def in_progress(self) -> int:
        """How many are being delivered again: neither resolved nor failed so far, and not `blocked`."""
        return self.fates.get(LetterStatus.REPLAYING, 0)

    @property
    def blocked(self) -> int:
        """How many wait behind a dead letter of their key, and go on once a person has dealt with that."""
        return self.fates.get(BLOCKED, 0)

    @property
    def ended(self) -> int:
        """How many of those that it has dealt with have ended."""
        return self.job.step - self.in_progress - self.blocked

    @property
    def failures(self) -> int:
        """How many failed again, or could not be given back at all."""
        return self.fates.get(LetterStatus.FAILED_AGAIN, 0) + self.job.failed

    @property
    def resolved(self) -> int:
        """How many of the list are resolved by now, by the job or by others."""
        return sum(one.get(LetterStatus.RESOLVED, 0) for one in (self.fates, self.others))

    def seconds_left(self, now: int) -> float | None:
        """Returns how long it takes still, as fast as it was so far; None while nothing is known of that.

        Args:
            now: Microseconds since 1970.
        """
        ended, left = self.job.step - self.in_progress, self.queued + self.in_progress
        if self.job.per_second:
            return self.queued / self.job.per_second
        passed = (now - self.job.created_at) / 1_000_000
        return passed / ended * left if ended and passed > 0 else None

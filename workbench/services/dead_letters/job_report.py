"""A bulk action on dead letters, and what has become of them by now (L5)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.model.dead_letter import LetterStatus
from workbench.store.letter_jobs import Job, JobStatus

REMOVED = "removed"
"""What others made of dead letters that were purged, and are not in the store any more (L7)."""
NOT_GIVEN = "not_given_back"
"""What a job could not replay."""
SKIPPED = "skipped"
"""What was no longer as it was when the list was frozen."""
OTHERS = "by_others"
"""Of a step of a ladder: what others dealt with, of whatever status."""
UNDONE = "undone"
"""What came back as it was before (L10)."""
BLOCKED = "blocked"
"""What a replay comes to that waits behind a dead letter of its key (O2)."""
GOING = (JobStatus.RUNNING, JobStatus.HELD)
"""What can be cancelled still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """A job and what has become of its dead letters by now: each is in one of the figures (L5).

    Attributes:
        fates: How many of the list it gave which status, such as ``resolved`` or ``failed_again``, and how
            many are `BLOCKED`.
        others: How many of the list came to which status by what others did, so that the job does nothing
            with them, or what it did does not hold; `REMOVED` is among them.
        undone: How many of those that it changed are again as they were before (L7, L10).
        taken: How many of those that it has not dealt with are in `others`.
        passed: How many of those that it could not change are in `others`.
        at_failure: Whether its ladder holds it, at a new failure, and no person.
        taken_back: Whether an undo of it is recorded (L10), whatever became of the letters since.
        held_up: What keeps it, or deliveries that it made, from going on; empty for nothing.
        behind: How many messages wait behind those that it archived or purged (L7).
        steps: Of each step of its ladder what became of its letters: `fates`, and how many are `UNDONE`,
            `NOT_GIVEN`, `SKIPPED` or of `OTHERS`; together they are the figures of the whole. Empty without
            a ladder, and before anything is counted.
    """

    job: Job
    fates: dict[str, int]
    others: dict[str, int] = field(default_factory=dict)
    undone: int = 0
    taken: int = 0
    passed: int = 0
    at_failure: bool = False
    taken_back: bool = False
    held_up: str = ""
    behind: int = 0
    steps: tuple[dict[str, int], ...] = ()

    @property
    def left_undone(self) -> bool:
        """Whether nothing of what it did holds any more."""
        return (self.taken_back and not self.fates) or 0 < self.job.done == self.undone

    @property
    def state(self) -> str:
        """How it stands, in a word or a few: an undo says more than the end that it made of the job."""
        if self.left_undone:
            return "undone"
        return "undone in part" if self.taken_back else self.job.status.value

    @property
    def left(self) -> int:
        """How many of the list it has not dealt with."""
        return len(self.job.numbers) - self.job.step

    @property
    def queued(self) -> int:
        """How many of the list it will deal with; none once it has ended."""
        return self.left - self.taken if self.job.status in GOING else 0

    @property
    def not_begun(self) -> int:
        """How many of the list it had not dealt with when it was cancelled."""
        return 0 if self.job.status in GOING else self.left - self.taken

    @property
    def failed(self) -> int:
        """How many could not be given back, and are in no other figure."""
        return min(self.job.failed, self.job.failed + self.job.skipped - self.passed)

    @property
    def skipped(self) -> int:
        """How many were no longer as they were when the list was frozen, and are in no other figure."""
        return self.job.failed + self.job.skipped - self.passed - self.failed

    @property
    def figures(self) -> dict[str, int]:
        """How many of the list are where, as far as others did nothing: with `others` all of it (L5)."""
        said = {
            NOT_GIVEN: self.failed,
            SKIPPED: self.skipped,
            UNDONE: self.undone,
            "not_begun": self.not_begun,
        }
        return self.fates | {what: count for what, count in said.items() if count} | {"waiting": self.queued}

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
        ended, left = self.job.step - self.in_progress, self.left + self.in_progress
        if self.job.per_second:
            return self.left / self.job.per_second
        passed = (now - self.job.created_at) / 1_000_000
        return passed / ended * left if ended and passed > 0 else None

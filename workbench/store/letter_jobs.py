"""Bulk actions on dead letters as the store keeps them: a frozen list, its plan, and how far it is (L5)."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class JobStatus(StrEnum):
    """How far a bulk action is; a replay is done when every delivery of it ended.

    One that is held goes on when a person says so: they held it, or a ladder met a new failure.
    """

    RUNNING = "running"
    HELD = "held"
    CANCELLED = "cancelled"
    DONE = "done"


class JobPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a bulk action deals with its list, frozen with it, and what it must remember of that.

    Attributes:
        ladder: How many letters it replays before it looks whether one of them failed; behind the last step
            comes the rest. Empty for no ladder.
        patch: What is changed of each payload before a copy is replayed (L6), as JSON; empty for nothing.
        left_out: How many of what was chosen are not in the list, because they do not fit then.
        passed: Those of its numbers that it did not change: no longer as they were, or failed.
        accepted: How many failures a person had seen who had it go on; they stop its ladder no more.
    """

    ladder: tuple[int, ...] = ()
    patch: str = ""
    left_out: int = 0
    passed: tuple[int, ...] = ()
    accepted: int = 0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A bulk action on dead letters with its frozen list (L5).

    Attributes:
        numbers: Of the dead letters, frozen when it was confirmed.
        per_second: How many a second, at most; 0 for unlimited.
        skip_on: For a purge: whether what is blocked behind them goes on (L7).
        plan: What is done with each, and when.
        step: How many of the numbers were dealt with.
        skipped: How many were no longer as they were when the list was frozen.
        trouble: Why the first of those that failed did.
    """

    number: int = 0
    action: str
    numbers: tuple[int, ...]
    per_second: float = 0.0
    skip_on: bool = True
    status: JobStatus = JobStatus.RUNNING
    step: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    trouble: str = ""
    created_at: int = 0
    changed_at: int = 0
    plan: JobPlan = JobPlan()


def job_act(number: int | str) -> str:
    """Returns the name of a bulk action's act: its record, and what it replaced, have it (L9)."""
    return f"job {number}"

"""The table of jobs on many dead letters."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.cli.letter_jobs_verb import COUNTS, job_counts
from workbench.services.dead_letters import JobReport
from workbench.store.letter_jobs import Job, JobStatus


def counted(action: str, fates: dict[str, int], **job: Any) -> dict[str, int]:
    done = Job(action=action, numbers=tuple(range(10)), status=JobStatus.CANCELLED, **job)
    report = JobReport(job=done, fates=fates, others={"resolved": 1}, undone=1, passed=1)
    counts = job_counts(report)
    assert sum(counts) == len(done.numbers) == sum(report.figures.values()) + 1
    return {head: count for head, count in zip(COUNTS, counts, strict=True) if count}


def test_L5_each_letter_of_a_replay_stands_in_one_column():
    fates = {"replaying": 1, "blocked": 1, "failed_again": 1, "open": 1}
    found = counted("replay", fates, step=8, done=5, failed=1, skipped=2)
    assert found == {
        "IN PROGRESS": 2,
        "FAILED": 2,
        "OPEN": 1,
        "UNDONE": 1,
        "OTHERS": 1,
        "SKIPPED": 1,
        "NOT BEGUN": 2,
    }


@pytest.mark.parametrize(("action", "status"), [("archive", "archived"), ("purge", "purged")])
def test_L5_what_was_put_away_is_done(action, status):
    found = counted(action, {status: 4}, step=8, done=5, skipped=3)
    assert found == {"DONE": 4, "SKIPPED": 2, "UNDONE": 1, "OTHERS": 1, "NOT BEGUN": 2}

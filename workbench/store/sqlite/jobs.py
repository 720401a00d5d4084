"""Writes bulk actions on dead letters: a frozen list, and how far it was dealt with (L5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from workbench.errors import NotFound
from workbench.store.letter_jobs import Job, job_act
from workbench.store.letter_values import advanced
from workbench.store.operations import AdvanceJob, Operation, StartJob
from workbench.store.sqlite.rows import JOBS, jobs
from workbench.store.sqlite.run_table import Run

_encode = msgspec.json.Encoder().encode


def start_job(con: sqlite3.Connection, op: StartJob, now: int) -> int:
    """Freezes a list; returns the job's number."""
    job = op.job
    return (
        con.execute(
            "insert into jobs values (null,?,?,?,?,?,0,0,0,0,'',?,?,?)",
            (
                job.action,
                _encode(job.numbers).decode(),
                job.per_second,
                job.skip_on,
                job.status,
                now,
                now,
                _encode(job.plan).decode(),
            ),
        ).lastrowid
        or 0
    )


def advance_job(con: sqlite3.Connection, op: AdvanceJob, now: int, run: Callable[[Operation], Any]) -> Job:
    """Does the next steps of a job, each for itself, and counts them.

    Args:
        run: Runs one operation; returns its answer, or the error with which it alone failed.

    Raises:
        NotFound: There is no such job.
    """
    job = _job(con, op.number)
    if job.step != op.step or job.status != op.before:
        return job
    job = advanced(job, op, [run(one) for one in op.operations], now)
    plan = _encode(job.plan).decode()
    con.execute(
        "update jobs set status = ?, step = ?, done = ?, failed = ?, skipped = ?, trouble = ?, changed_at = ?,"
        " plan = ? where id = ?",
        (job.status, job.step, job.done, job.failed, job.skipped, job.trouble, now, plan, op.number),
    )
    con.execute("update actions set count = ? where act = ?", (job.done, job_act(job.number)))
    if op.note is not None:
        run(op.note)
    return job


def _job(con: sqlite3.Connection, number: int) -> Job:
    found = jobs(con.execute(JOBS + "where id = ?", (number,)))
    if not found:
        raise NotFound(f"there is no job {number}")
    return found[0]


RUN: Run = {
    StartJob: lambda w, o: start_job(w.con, o, w.now),
    AdvanceJob: lambda w, o: advance_job(w.con, o, w.now, w.guarded),
}

"""Jobs on many dead letters: which there are, has those that are held go on, cancels them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, one_line, opened, when, which, zone_of
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec
from workbench.model.dead_letter import waits_of_key

if TYPE_CHECKING:
    from workbench.services.dead_letters import JobReport
    from workbench.services.workspace import Workspace

NEWEST = 20
"""Jobs that are listed."""
COUNTS = ("IN PROGRESS", "DONE", "FAILED", "SKIPPED", "OPEN", "UNDONE", "OTHERS", "NOT BEGUN", "WAITING")
"""Where the letters of a job are, each in one of them (L5)."""


def job_value(report: JobReport) -> dict[str, Any]:
    """Returns a job as JSON."""
    from workbench.services.dead_letters.letter_ladder import rungs

    job = report.job
    return {
        "job": job.number,
        "status": report.state,
        "act": job.action,
        "letters": len(job.numbers),
        "begun": when(job.created_at),
        "fates": report.figures,
        "others": report.others,
        "behind": report.behind,
        "steps": [rung.size for rung in rungs(job.plan.ladder, len(job.numbers))],
    }


def job_said(report: JobReport) -> list[str]:
    """Returns what is said of a job, with the verbs that a held one waits for."""
    job = report.job
    rows = [(_words(what), number) for what, number in report.figures.items()]
    lines = columns(("", ""), [row for row in rows if row[1]]).splitlines()[1:]
    others = [f"{count:,} {_words(status)}" for status, count in sorted(report.others.items())]
    lines += [f"by others meanwhile: {', '.join(others)}"] if others else []
    lines += [waits_of_key(job.done, report.behind, "still ")] if report.behind else []
    waits = f", as {report.held_up}" if report.held_up else ""
    why = "stopped at the first new failure" if report.at_failure else "is held"
    ends = {
        "held": f"job {job.number} {why}; the rest waits for workbench dead-letters go-on, or cancel",
        "running": f"job {job.number} is not done{waits}; it goes on when the project runs",
        "cancelled": f"job {job.number} is cancelled; what it had done stays done",
        "undone": f"job {job.number} was undone",
        "undone in part": f"job {job.number} was undone as far as could be",
    }
    end = ends.get(report.state, "")
    if job.trouble:
        lines.append(one_line(job.trouble))
    return [*lines, end] if end else lines


def _words(figure: str) -> str:
    return "waiting behind a dead letter of their key" if figure == "blocked" else figure.replace("_", " ")


async def ended(workspace: Workspace, number: int, seconds: float) -> JobReport:
    """Returns what became of a job, once it ends or after some seconds."""
    jobs = workspace.dead_letters.jobs
    try:
        return await asyncio.wait_for(jobs.finished(number), seconds)
    except TimeoutError:
        return await jobs.counted(number)


def _list_takes(parser: Parser) -> None:
    parser.project()
    parser.zone()
    parser.json("[{job, status, act, letters, begun, fates, others, behind, steps}]")


async def _list(options: Options, environ: Environ) -> int:
    zone = zone_of(options, environ)
    async with opened(options, environ) as workspace:
        jobs = workspace.dead_letters.jobs
        found = [await jobs.counted(job.number) for job in jobs.list()[:NEWEST]]
    rows = [
        (
            one.job.number,
            one.state,
            one.job.action,
            len(one.job.numbers),
            *job_counts(one),
            when(one.job.created_at, zone),
        )
        for one in found
    ]
    heads = ("JOB", "STATUS", "ACT", "LETTERS", *COUNTS, "BEGUN")
    answer(options, [job_value(one) for one in found], columns(heads, rows) if rows else "no jobs")
    return DONE


def job_counts(report: JobReport) -> tuple[int, ...]:
    """Returns how many letters of a job are under each of `COUNTS`; the sum is all of them."""
    going, again = report.in_progress + report.blocked, report.fates.get("open", 0)
    failed = report.fates.get("failed_again", 0)
    done = sum(report.fates.values()) - going - again - failed
    others = sum(report.others.values())
    fates = (going, done, failed + report.failed, report.skipped, again, report.undone, others)
    return *fates, report.not_begun, report.queued


def _takes(parser: Parser) -> None:
    parser.project()
    parser.number("JOB", "its number, as jobs lists it; left out, those are named that it can be")


def _go_on_takes(parser: Parser) -> None:
    _takes(parser)
    parser.wait()
    parser.trust()
    parser.json("job, status, act, letters, begun, fates, others, behind, steps")


async def _go_on(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model
    from workbench.store.letter_jobs import JobStatus

    async with opened(options, environ) as workspace:
        if options.number is None:
            return _which(options, workspace, "go-on", JobStatus.HELD)
        need_model(workspace, "going on with a job")
        _check(workspace, options.number, JobStatus.HELD)
        await workspace.start()
        await workspace.dead_letters.jobs.resume(options.number)
        report = await ended(workspace, options.number, options.wait)
    answer(options, job_value(report), "\n".join(job_said(report)))
    return DONE if report.resolved == len(report.job.numbers) else PROBLEMS


def _cancel_takes(parser: Parser) -> None:
    _takes(parser)
    parser.json("job, status, act, letters, begun, fates, others, behind, steps")


async def _cancel(options: Options, environ: Environ) -> int:
    from workbench.store.letter_jobs import JobStatus

    async with opened(options, environ) as workspace:
        if options.number is None:
            return _which(options, workspace, "cancel", JobStatus.HELD, JobStatus.RUNNING)
        workspace.running()
        _check(workspace, options.number, JobStatus.HELD, JobStatus.RUNNING)
        await workspace.dead_letters.jobs.cancel(options.number)
        report = await workspace.dead_letters.jobs.counted(options.number)
    answer(options, job_value(report), "\n".join(job_said(report)))
    return DONE


def _which(options: Options, workspace: Workspace, action: str, *statuses: str) -> int:
    """Says which jobs an action can be for, where none was named."""
    found = [job for job in workspace.dead_letters.jobs.list() if job.status in statuses][:NEWEST]
    rows = [(job.number, job.status.value, f"{job.action} of {len(job.numbers):,} letters") for job in found]
    return which(options, f"dead-letters {action}", "job", rows, "dead-letters jobs")


def _check(workspace: Workspace, number: int, *statuses: str) -> None:
    """Refuses a job that is over, or not held.

    Raises:
        NotFound: There is no such job.
        InvalidValue: It has another status.
    """
    from workbench.errors import InvalidValue

    status = workspace.dead_letters.jobs.get(number).status
    if status not in statuses:
        raise InvalidValue(f"job {number} is {status.value}, not {' or '.join(statuses)}", path="")


JOBS = {
    "jobs": VerbSpec(
        about="""
            Lists the newest jobs on many dead letters, what came of each by itself, and how many it has left.

            DONE are those that it resolved, archived or purged; SKIPPED were no longer as they were when the
            job began; OPEN are open again. Under OTHERS stands on how many of its letters others acted
            instead; what it did itself stays its.
        """,
        examples="workbench dead-letters jobs my-project",
        arguments=_list_takes,
        work=_list,
    ),
    "go-on": VerbSpec(
        about="""
            Has a job go on that is held: at a new failure, which stops it no more, or by a person.

            The project runs until the job ends or is held again. Ends with 3 unless all were resolved.
        """,
        examples="workbench dead-letters go-on my-project 3",
        arguments=_go_on_takes,
        work=_go_on,
    ),
    "cancel": VerbSpec(
        about="Cancels a job that is held or not done; what it had done stays done.",
        examples="workbench dead-letters cancel my-project 3",
        arguments=_cancel_takes,
        work=_cancel,
    ),
}

"""What is said of a bulk action: what it does, how far it is, how it ended (L5, V3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.long_text import shortened
from workbench.gui.views.letter_actions import DEED_OF, fates, job_account, letters
from workbench.model.counts import duration
from workbench.model.dead_letter import UNDOABLE, LetterAct
from workbench.services.dead_letters.job_pace import ENGINE_PAUSED
from workbench.services.dead_letters.job_report import GOING
from workbench.store.letter_jobs import JobStatus

if TYPE_CHECKING:
    from workbench.services.dead_letters import JobReport

ENDS = ("resolved", "failed_again")
"""Statuses in which a replay ends."""


def title(report: JobReport) -> str:
    """Says what the job does, in which state it is, and how much was asked for."""
    job = report.job
    cancelled = "cancelled" if report.left else "cancelled too late, all had been given back"
    states = {"cancelled": cancelled, "held": "held at a new failure" if report.at_failure else "held"}
    state = states.get(report.state, report.state)
    pace = f", {job.per_second:g} per second" if job.per_second else ""
    label = "Repair and replay" if job.plan.patch else DEED_OF[job.action].label
    return f"{label} {letters(len(job.numbers))}{pace}: {state}"


def hindrance(report: JobReport) -> str:
    """Says what a replay under way waits for where something is paused, and what moves it (V3)."""
    stepped = " (Step: F10)" if report.held_up == ENGINE_PAUSED else ""
    return f"; it waits, {report.held_up}{stepped}" if report.held_up else ""


def can_be_undone(report: JobReport) -> bool:
    """Returns whether something of what it did can be undone (L7)."""
    ended = report.job.status not in GOING
    return ended and report.job.action in UNDOABLE and report.undone < report.job.done


def can_begin_again(report: JobReport) -> bool:
    """Returns whether it was cancelled before it had begun all, and no undo of it asked for that."""
    return report.job.status is JobStatus.CANCELLED and not report.taken_back and report.not_begun > 0


def outcome(report: JobReport) -> str:
    """Says how it ended, and how much of that was undone since (L7)."""
    job = report.job
    said = [job_account(report)[1]]
    since = report.undone and job.action != LetterAct.REPLAY
    said += [f"Undone since: {report.undone:,}."] if since else []
    said += [f"By others meanwhile: {fates(report.others)}."] if report.others else []
    return " ".join(said)


def can_be_recalled(report: JobReport) -> bool:
    """Returns whether a replay gives nothing more back, and something that it gave waits still (L10)."""
    gone = report.job.status is JobStatus.CANCELLED or not report.left
    return report.job.action == LetterAct.REPLAY and gone and bool(report.in_progress)


def progress(report: JobReport, now: int) -> str:
    """Says how far it is, and what came of it so far.

    Args:
        now: Microseconds since 1970.
    """
    job = report.job
    if job.action == LetterAct.REPLAY:
        counts = [(report.queued, "queued"), (report.in_progress, "in progress")]
        counts += [(report.fates.get(status, 0), status.replace("_", " ")) for status in ENDS]
        counts += [(report.blocked, "waiting behind a dead letter of their key")] if report.blocked else []
        counts += [(count, "open again") for status, count in report.fates.items() if status == "open"]
        counts += [(report.undone, "undone")] if report.undone else []
    else:
        counts = [(job.done, "done")]
    why = f" ({shortened(job.trouble)})" if job.trouble else ""
    counts += [(report.failed, f"not written{why}")] if report.failed else []
    parts = [f"{job.step:,} of {len(job.numbers):,}"] if job.action != LetterAct.REPLAY else []
    parts += [f"{count:,} {what}" for count, what in (*counts, (report.skipped, "skipped"))]
    parts += [f"{job.plan.left_out:,} left out"] if job.plan.left_out else []
    parts += [f"by others meanwhile: {fates(report.others)}"] if report.others else []
    goes = report.left and job.status is JobStatus.RUNNING and not report.held_up
    left = report.seconds_left(now) if goes else None
    parts += [f"about {duration(left)} left"] if left is not None else []
    return "  ·  ".join(parts)

"""Tells how bulk actions end whose cards are not seen: each once, also one of the last session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.gui.reads import Question
from workbench.gui.views.letter_actions import job_account
from workbench.model.dead_letter import UNDOABLE
from workbench.store.letter_jobs import JobStatus, job_act

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.services.dead_letters import JobReport
    from workbench.store.letter_jobs import Job


class JobWatch(QObject):
    """Waits for the end of jobs; there is one for a desk, see `job_watch`.

    Attributes:
        seen: Whether the card of a job is in sight, which says the same.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._watched: set[int] = set()
        self._held: set[int] = set()
        self.seen: Callable[[int], bool] = lambda _number: False
        self._unfinished = Question(self, desk, self._follow_all, "Reading the jobs")
        self._holding = Question(self, desk, self._withdraw, "Reading the jobs")
        desk.changed.connect(self._changed)
        self._look()

    def follow(self, number: int) -> None:
        """Waits for the end of a job, once, and tells it."""
        if number and number not in self._watched:
            self._watched.add(number)
            self._desk.run(self._ended(number), f"Job {number}")

    def _changed(self, changes: Changes) -> None:
        if changes.engine or changes.model or changes.operations or changes.everything:  # one may go on
            self._look()

    def _look(self) -> None:
        jobs = self._desk.workspace.dead_letters.jobs
        self._unfinished.ask(jobs.unfinished)
        if self._held:
            self._holding.ask(jobs.held)

    def _withdraw(self, jobs: Sequence[Job]) -> None:
        """Takes back what was told of jobs that are not held any more."""
        for number in self._held.difference(job.number for job in jobs):
            self._held.discard(number)
            self._desk.notice("ok", "", topic=f"{job_act(number)} is held")

    def _follow_all(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            if self._desk.workspace.dead_letters.jobs.works(job.number):
                self.follow(job.number)

    async def _ended(self, number: int) -> None:
        try:
            report = await self._desk.workspace.dead_letters.jobs.finished(number)
        finally:
            self._watched.discard(number)
        if report.job.status is JobStatus.CANCELLED:
            await self._desk.workspace.operations.idle()  # an undo cancels it before it takes it back
            report = await self._desk.workspace.dead_letters.jobs.counted(number)
        if report.job.status is not JobStatus.RUNNING:  # else the engine ended before it
            self._tell(report)

    def _tell(self, report: JobReport) -> None:
        job = report.job
        if job.status is JobStatus.HELD:
            if report.at_failure:
                said = f"The replay is held at a new failure; {report.queued:,} wait."
                self._held.add(job.number)
                show = "Show", partial(self._desk.wanted.emit, "letters")
                self._desk.notice("warning", said, show, topic=f"{job_act(job.number)} is held")
        elif not self.seen(job.number) and not report.left_undone:  # of which its undo tells
            undo = self._desk.undo.offer(job_act(job.number) if job.action in UNDOABLE and job.done else "")
            self._desk.notice(*job_account(report), *undo)


def job_watch(desk: Desk) -> JobWatch:
    """Returns the one that watches for a desk."""
    return desk.findChild(JobWatch) or JobWatch(desk)

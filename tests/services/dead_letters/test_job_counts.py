"""L5, V3: a job's numbers are of its own acts; the oracle is the table of dead letters, read beside it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from random import Random

import pytest

from tests.services.conftest import passing, settle
from tests.services.dead_letters.test_letter_repair import many, numbers
from workbench.cli.letter_jobs_verb import job_said, job_value
from workbench.gui.views.job_words import outcome, progress
from workbench.model.dead_letter import LetterStatus
from workbench.services.dead_letters.job_counts import RESULTS
from workbench.services.project.open_project import open_target
from workbench.store.letter_jobs import JobPlan, JobStatus

__all__ = ["many"]
HELD = JobPlan(ladder=(1, 1))


async def held(workspace):
    """Returns the number of a job that its ladder holds after the first of eight letters."""
    workspace.clock.advance(1)
    job = await workspace.dead_letters.jobs.start("replay", numbers(workspace), plan=HELD)
    assert (await passing(workspace, workspace.dead_letters.jobs.finished(job))).job.status == "held"
    return job


async def ended(workspace, job):
    return await passing(workspace, workspace.dead_letters.jobs.finished(job))


async def test_L5_V3_what_others_replayed_purged_and_archived_meanwhile_is_told_apart(many):
    letters, jobs = many.dead_letters, many.dead_letters.jobs
    job = await held(many)
    many.clock.advance(1)
    first, second, third, fourth, *_ = numbers(many)
    report = await letters.replay([first])
    await settle(many)
    await letters.purge([second], skip_on=True)
    await letters.archive([third, fourth])
    assert report.done == 1
    waits = await jobs.counted(job)
    assert waits.fates == {"failed_again": 1}
    assert waits.others == {"failed_again": 1, "purged": 1}
    assert waits.figures == {"failed_again": 1, "waiting": 5}, "what is archived is replayed, too"
    assert "5 queued" in progress(waits, 0)
    assert "by others meanwhile: 1 " in progress(waits, 0)
    await many.operations.undo(many.operations.last(0).of.number)
    await many.operations.undo(many.operations.last(0).of.number)
    back = await jobs.counted(job)
    assert (back.figures, back.others) == ({"failed_again": 1, "waiting": 6}, {"failed_again": 1})
    await letters.purge([second], skip_on=True)
    await letters.archive([third, fourth])
    await jobs.resume(job)
    report = await ended(many, job)
    while report.job.status is JobStatus.HELD:
        await jobs.resume(job)
        report = await ended(many, job)
    assert (report.job.done, report.job.skipped) == (6, 2), "an archived letter is replayed, too"
    assert report.fates == {"failed_again": 6}
    assert report.others == {"failed_again": 1, "purged": 1}
    assert "failed again. By others meanwhile: 1 " in outcome(report)
    assert report == jobs.report(job)


@pytest.mark.usefixtures("given_back")
async def test_L5_V3_after_its_undo_a_job_counts_nothing_that_is_replayed_by_hand(many):
    jobs = many.dead_letters.jobs
    await many.pause()
    many.clock.advance(1)
    job = await jobs.start("replay", numbers(many)[:3])
    while jobs.get(job).step < 3:
        await asyncio.sleep(0)
    many.clock.advance(1)
    assert (await many.operations.undo_act(f"job {job}")).done == 3
    await many.dead_letters.replay(numbers(many)[:2])
    await many.resume()
    await settle(many)
    report = await jobs.counted(job)
    assert (report.figures, report.others) == ({"undone": 3, "waiting": 0}, {})
    again = await jobs.start("archive", numbers(many)[:2])
    await ended(many, again)
    before = (await jobs.counted(again)).figures
    assert (await many.operations.undo_act(f"job {again}")).done == 2
    await many.dead_letters.purge(numbers(many)[:2], skip_on=True)
    assert (before, (await jobs.counted(again)).figures) == (
        {"archived": 2, "waiting": 0},
        {"undone": 2, "waiting": 0},
    )


@pytest.mark.usefixtures("given_back")
async def test_L5_a_cancelled_job_counts_a_letter_once_that_was_undone_and_then_dealt_with(many):
    jobs = many.dead_letters.jobs
    await many.pause()
    many.clock.advance(1)
    job = await jobs.start("replay", numbers(many), plan=HELD)
    while jobs.get(job).step < 1:
        await asyncio.sleep(0)
    await many.operations.undo_act(f"job {job}")
    await many.resume()
    await many.dead_letters.replay(numbers(many)[:3])
    await settle(many)
    report = await jobs.counted(job)
    assert (report.figures, report.others) == (
        {"undone": 1, "not_begun": 5, "waiting": 0},
        {"failed_again": 2},
    )
    assert outcome(report) == (
        "Replayed 1 dead letter: 1 undone; cancelled before the other 5. By others meanwhile: 2 failed again."
    )


async def test_L5_of_a_cancelled_job_none_waits_and_what_was_not_begun_is_told(many):
    jobs = many.dead_letters.jobs
    job = await held(many)
    await many.dead_letters.purge(numbers(many)[2:4], skip_on=True)
    await jobs.cancel(job)
    report = await jobs.counted(job)
    assert (report.figures, report.others) == (
        {"failed_again": 1, "not_begun": 5, "waiting": 0},
        {"purged": 2},
    )
    assert job_value(report)["fates"] == report.figures
    assert outcome(report) == (
        "Replayed 1 dead letter: 1 failed again; cancelled before the other 5. By others meanwhile: 2 purged."
    )
    assert ["not", "begun", "5"] in [line.split() for line in job_said(report)]


async def test_L5_a_ladder_is_not_held_for_what_failed_by_others(many):
    jobs = many.dead_letters.jobs
    job = await held(many)
    many.clock.advance(1)
    await many.dead_letters.purge(numbers(many)[2:], skip_on=True)
    left = numbers(many)
    await many.dead_letters.replay(left[:1])
    await settle(many)
    await jobs.resume(job)
    report = await ended(many, job)
    assert (report.job.status, report.job.skipped) == (JobStatus.DONE, 6), (
        "its second step is no failure of its own"
    )
    assert (report.fates, report.others) == ({"failed_again": 2}, {"failed_again": 1, "purged": 5})


@pytest.mark.parametrize("on_file", [True])
async def test_L5_failures_that_were_accepted_hold_no_ladder_after_a_restart(many):
    job = await held(many)
    many.clock.advance(1)
    await many.pause()
    await many.dead_letters.jobs.resume(job)
    root = many.project.root
    await many.close()
    again = open_target(root, "", environ={"WORKBENCH_CONFIG": str(root.parent)})
    await again.start()
    try:
        report = await ended(again, job)
        assert (report.job.status, report.job.step, report.fates) == ("held", 2, {"failed_again": 2})
    finally:
        await again.close()


class Acts:
    """Random acts on letters, each followed by a look into the table: who changed which letter last."""

    def __init__(self, workspace, seed):
        self.workspace, self.random = workspace, Random(seed)
        self.stood, self.last = self.table(), {}
        self.begun, self.done = {}, Counter()

    def table(self):
        """What the file says of every letter, as another program reads it."""
        path = self.workspace.project.store_path
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
            return {row[0]: row[1:] for row in con.execute("select id, status, changed_at from dead_letters")}

    def some(self, *statuses):
        there = [one for one, (status, _) in self.stood.items() if status in statuses]
        return self.random.sample(there, min(len(there), self.random.randint(1, 3)))

    async def step(self):
        self.workspace.clock.advance(1)
        act = self.random.choice(
            [
                "job",
                "job",
                "job",
                "resume",
                "resume",
                "cancel",
                "replay",
                "archive",
                "purge",
                "restore",
                "undo",
                "again",
            ]
        )
        actor = await getattr(self, act)()
        await settle(self.workspace)
        self.done[act] += actor is not None
        stands = self.table()
        for number in stands:
            if number in self.stood and stands[number] != self.stood[number]:
                self.last[number] = actor
        self.stood = stands

    async def job(self):
        action = self.random.choice(["replay", "replay", "archive", "purge"])
        plan = HELD if action == "replay" and self.random.random() < 0.7 else JobPlan()
        chosen = self.some("open", "archived", "failed_again")
        job = await self.workspace.dead_letters.jobs.start(action, chosen, plan=plan)
        if job:
            self.begun[job] = action
            await ended(self.workspace, job)
        return job or None

    async def resume(self):
        for job in self.workspace.dead_letters.jobs.held()[:1]:
            await self.workspace.dead_letters.jobs.resume(job.number)
            await ended(self.workspace, job.number)
            return job.number
        return None

    async def cancel(self):
        for job in self.workspace.dead_letters.jobs.held()[:1]:
            await self.workspace.dead_letters.jobs.cancel(job.number)
            return 0
        return None

    async def replay(self):
        return 0 if (await self.workspace.dead_letters.replay(self.some("open", "archived"))).done else None

    async def archive(self):
        return 0 if (await self.workspace.dead_letters.archive(self.some("open"))).done else None

    async def purge(self):
        some = self.some("open", "archived")
        return 0 if (await self.workspace.dead_letters.purge(some, skip_on=True)).done else None

    async def restore(self):
        return (
            0 if (await self.workspace.dead_letters.restore(self.some("archived", "purged"))).done else None
        )

    async def undo(self):
        if (last := self.workspace.operations.last(0)) is None:
            return None
        report = await self.workspace.operations.undo(last.of.number)
        assert report.done or report.queued, "what is offered can be done"
        return 0

    async def again(self):
        root = self.workspace.project.root
        await self.workspace.close()
        self.workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(root.parent)})
        await self.workspace.start()
        return 0

    async def check(self):
        """Compares what each job says with what the table says of the letters that it changed last."""
        for number, action in self.begun.items():
            report = await self.workspace.dead_letters.jobs.counted(number)
            own = Counter(self.stood[one][0] for one, actor in self.last.items() if actor == number)
            assert report.fates == {status: n for status, n in own.items() if status in RESULTS[action]}
            told = sum(report.figures.values()) + sum(report.others.values())
            assert told == len(report.job.numbers), "each letter is in one figure"
            parts = sum(map(Counter, report.steps), Counter())
            expected = Counter(report.figures | {"by_others": sum(report.others.values())})
            del expected["waiting"], expected["not_begun"]
            assert not report.steps or parts == +expected, "the steps add up to the figures"
            whole = Counter(self.stood[one][0] for one in report.job.numbers)
            assert Counter(report.fates) + Counter(report.others) <= whole
            assert report.job.step == report.job.done + report.job.failed + report.job.skipped
            left = report.job.status in (JobStatus.RUNNING, JobStatus.HELD)
            assert not left or report.left, "one that has nothing left has ended"


@pytest.mark.parametrize("on_file", [True])
@pytest.mark.parametrize("seed", range(4))
async def test_L5_L10_V3_random_acts_of_jobs_and_others_agree_with_the_table(many, seed):
    acts = Acts(many, seed)
    try:
        for _ in range(25):
            await acts.step()
            await acts.check()
        assert {LetterStatus.FAILED_AGAIN.value} <= {status for status, _ in acts.stood.values()}
        assert sum(acts.done.values()) > 12
    finally:
        if acts.workspace is not many:
            await acts.workspace.close()

"""Bulk actions as jobs: what they set in motion, how they end, and what a report counts (L5)."""

from __future__ import annotations

import asyncio

import pytest

from tests.services.conftest import passing, settle
from workbench.gui.views.job_words import outcome
from workbench.model.dead_letter import LetterAct, LetterStatus
from workbench.model.operator_acts import OperatorAct
from workbench.services.dead_letters.letter_acts import marked
from workbench.services.project.open_project import open_target
from workbench.store.letter_jobs import Job, JobPlan, JobStatus, job_act
from workbench.store.operations import AdvanceJob, CloseStream, MarkLetters, StartJob

NOTHING = MarkLetters(numbers=(), before=(LetterStatus.OPEN,), after=LetterStatus.OPEN)


async def test_L5_what_a_job_replays_is_delivered_without_anything_else_happening(broken):
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await settle(broken)
    numbers = [letter.number for letter in broken.dead_letters.page() if "slow" in letter.error]
    number = await broken.dead_letters.jobs.start("replay", numbers)
    await passing(broken, broken.dead_letters.jobs.finished(number))
    await settle(broken)
    assert broken.dead_letters.jobs.report(1).fates == {"resolved": 2}


async def test_L5_a_report_that_is_counted_beside_the_loop_says_the_same(broken):
    numbers = [letter.number for letter in broken.dead_letters.page()]
    report = await broken.dead_letters.jobs.finished(await broken.dead_letters.jobs.start("archive", numbers))
    assert report == broken.dead_letters.jobs.report(1) == await broken.dead_letters.jobs.counted(1)
    assert report.fates == {"archived": 3}


async def test_L5_a_cancel_that_comes_while_a_step_is_written_still_cancels(broken, monkeypatch):
    numbers = [letter.number for letter in broken.dead_letters.page()]
    number = await broken.dead_letters.jobs.start("archive", numbers, per_second=0.001)
    await broken.running().writer.write(NOTHING)  # when it is answered, the first step was written
    before = broken.dead_letters.jobs.get(number)
    stale = Job(action="archive", numbers=before.numbers, number=number)
    monkeypatch.setattr(broken.dead_letters.jobs, "get", lambda _number: stale)
    assert before.step == 1
    job = await broken.dead_letters.jobs.cancel(number)
    assert (job.status, job.step, job.done) == (JobStatus.CANCELLED, 1, 1)
    assert [one.action for one in broken.monitor.actions()].count("cancel") == 1
    assert broken.dead_letters.counts() == {"open": 2, "archived": 1}


@pytest.mark.parametrize("on_file", [True])
async def test_L5_a_job_goes_on_where_it_stood_when_the_program_ended(broken):
    numbers = [letter.number for letter in broken.dead_letters.page()]
    number = await broken.dead_letters.jobs.start("archive", numbers, per_second=0.001)
    await broken.running().writer.write(NOTHING)
    await broken.close()
    again = open_target(
        broken.project.root, "", environ={"WORKBENCH_CONFIG": str(broken.project.root.parent)}
    )
    await again.start()
    try:
        (job,) = again.dead_letters.jobs.unfinished()
        assert (job.number, sorted(job.numbers)) == (number, sorted(numbers))
        async with asyncio.timeout(5):
            while again.dead_letters.jobs.get(number).step < 2:
                await asyncio.sleep(0)
        assert (await again.dead_letters.jobs.cancel(number)).done == 2
        assert again.dead_letters.counts() == {"open": 1, "archived": 2}
    finally:
        await again.close()


@pytest.mark.usefixtures("given_back")
async def test_V3_a_replay_is_done_when_every_delivery_of_it_ended(broken):
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await settle(broken)
    await broken.pause()
    numbers = [letter.number for letter in broken.dead_letters.page()]
    number = await broken.dead_letters.jobs.start("replay", numbers)
    while broken.dead_letters.jobs.get(number).step < len(numbers):
        await asyncio.sleep(0)
    report = broken.dead_letters.jobs.report(number)
    assert (report.job.status, report.queued, report.in_progress) == (JobStatus.RUNNING, 0, 3)
    assert broken.dead_letters.jobs.unfinished() == [report.job]
    await broken.resume()
    ended = await passing(broken, broken.dead_letters.jobs.finished(number))
    assert (ended.job.status, ended.in_progress) == (JobStatus.DONE, 0)
    assert ended.fates == {"resolved": 2, "failed_again": 1}


@pytest.mark.usefixtures("given_back")
async def test_V3_a_replay_that_waits_goes_on_waiting_after_a_reload(broken):
    await broken.pause()
    numbers = [letter.number for letter in broken.dead_letters.page()]
    number = await broken.dead_letters.jobs.start("replay", numbers)
    while broken.dead_letters.jobs.get(number).step < len(numbers):
        await asyncio.sleep(0)
    await broken.adopt(broken.project)
    assert broken.dead_letters.jobs.get(number).status is JobStatus.RUNNING
    await broken.resume()
    report = await passing(broken, broken.dead_letters.jobs.finished(number))
    assert report.fates == {"failed_again": 3}
    replays = [one for one in broken.monitor.actions() if one.action == "replay"]
    assert len(replays) == 1


async def test_V3_what_a_replay_skipped_is_not_counted_as_its_own(broken):
    first, *rest = [letter.number for letter in broken.dead_letters.page()]
    await broken.dead_letters.archive([first])
    await broken.dead_letters.purge([first])
    broken.clock.advance(1)  # what was changed at the very time of its start would count as its own
    number = await broken.dead_letters.jobs.start("replay", [first, *rest])
    report = await passing(broken, broken.dead_letters.jobs.finished(number))
    assert (report.job.skipped, report.fates) == (1, {"failed_again": 2})


@pytest.mark.usefixtures("given_back")
async def test_V3_a_replay_that_waits_can_be_cancelled(broken):
    await broken.pause()
    numbers = [letter.number for letter in broken.dead_letters.page()]
    number = await broken.dead_letters.jobs.start("replay", numbers)
    while broken.dead_letters.jobs.get(number).step < len(numbers):
        await asyncio.sleep(0)
    job = await broken.dead_letters.jobs.cancel(number)
    assert job.status is JobStatus.CANCELLED
    assert broken.dead_letters.jobs.report(number).in_progress == 3


async def test_L7_what_a_job_failed_at_is_not_counted_as_undone(broken):
    first, *rest = [letter.number for letter in broken.dead_letters.page()]
    engine = broken.running()
    said = broken.world.record(OperatorAct.ARCHIVE, "3 dead letters", act=job_act("{answer}"), counts=False)
    number, _ = await engine.commit(StartJob(job=Job(action="archive", numbers=(first, *rest))), said)
    steps = [marked(LetterAct.ARCHIVE, one, job_act(number), skip_on=False) for one in rest]
    steps.insert(0, CloseStream(stream="none"))
    await engine.write(AdvanceJob(number=number, step=0, operations=tuple(steps), status=JobStatus.DONE))
    report = await broken.dead_letters.jobs.counted(number)
    assert (report.job.done, report.job.failed, report.undone) == (2, 1, 0)
    assert (await broken.operations.undo_act(job_act(number))).done == 2
    assert (await broken.dead_letters.jobs.counted(number)).undone == 2


async def test_L5_a_ladder_whose_last_step_fails_has_ended_and_says_how(broken):
    numbers = sorted(letter.number for letter in broken.dead_letters.page())
    jobs = broken.dead_letters.jobs
    number = await jobs.start("replay", numbers, plan=JobPlan(ladder=(1,)))
    assert (await passing(broken, jobs.finished(number))).job.status is JobStatus.HELD
    await jobs.resume(number)
    report = await passing(broken, jobs.finished(number))
    assert (report.job.status, report.queued, report.fates) == (JobStatus.DONE, 0, {"failed_again": 3})
    assert jobs.held() == []
    assert outcome(report) == "Replayed 3 dead letters: 3 failed again."


@pytest.mark.usefixtures("given_back")
async def test_L5_a_job_that_has_nothing_left_is_not_held_and_ends(broken):
    await broken.pause()
    numbers = [letter.number for letter in broken.dead_letters.page()]
    jobs = broken.dead_letters.jobs
    number = await jobs.start("replay", numbers)
    while jobs.get(number).step < len(numbers):
        await asyncio.sleep(0)
    assert (await jobs.hold(number)).status is JobStatus.RUNNING
    await broken.resume()
    assert (await passing(broken, jobs.finished(number))).job.status is JobStatus.DONE
    assert "hold" not in [one.action for one in broken.monitor.actions()]


@pytest.mark.usefixtures("given_back")
async def test_L5_what_a_ladder_gave_back_before_a_restart_is_waited_for_after_it(broken):
    await broken.pause()
    numbers = sorted(letter.number for letter in broken.dead_letters.page())
    jobs = broken.dead_letters.jobs
    number = await jobs.start("replay", numbers, plan=JobPlan(ladder=(1, 1)))
    while jobs.get(number).step < 1:
        await asyncio.sleep(0)
    await broken.adopt(broken.project)  # which takes it up
    await broken.resume()
    report = await passing(broken, jobs.finished(number))
    assert (report.job.status, report.job.step, report.at_failure) == (JobStatus.HELD, 1, True)


@pytest.mark.usefixtures("given_back")
async def test_L5_L10_a_ladder_whose_hold_was_undone_is_held_at_its_next_failure_and_says_so(broken):
    jobs = broken.dead_letters.jobs
    await broken.pause()
    number = await jobs.start("replay", [1, 2, 3], plan=JobPlan(ladder=(1, 1)))
    while jobs.get(number).step < 1:
        await asyncio.sleep(0)
    await jobs.hold(number)
    assert not (await jobs.counted(number)).at_failure, "a person holds it"
    assert (await broken.operations.undo(broken.operations.last(0).of.number)).name == f"hold of job {number}"
    await broken.resume()
    report = await passing(broken, jobs.finished(number))
    assert (report.job.status, report.at_failure) == (JobStatus.HELD, True)

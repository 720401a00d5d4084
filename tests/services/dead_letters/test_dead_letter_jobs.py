"""Bulk actions on dead letters: frozen lists, a pace, an end before their time, and a second life (L5)."""

from __future__ import annotations

import asyncio
import threading
from math import inf, nan

import pytest

from tests.services.conftest import passing, settle
from workbench.errors import InvalidValue
from workbench.model.clock import MICROSECONDS
from workbench.model.json_values import write_json
from workbench.services.dead_letters import dead_letter_jobs
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.store.letter_jobs import Job, JobStatus, job_act
from workbench.store.operations import StartJob

USERS = ("ann", "bob", "cyd", "dan", "eve")


async def register(workspace, *names):
    for name in names:
        values = {"user_id": name, "username": name.title(), "email": f"{name}@x.invalid"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)


@pytest.fixture
async def broken(workspace):
    """Five mails that can never be sent."""
    await register(workspace, *USERS)
    assert len(workspace.dead_letters.page()) == len(USERS)
    return workspace


def numbers(workspace):
    return sorted(letter.number for letter in workspace.dead_letters.page(("open",)))


async def nothing():
    """Nothing to settle between two times."""


async def at_rest(workspace, timer, job, step):
    """Returns when a job has done so many steps and waits for its time, or is done."""
    async with asyncio.timeout(15):
        while True:
            state = workspace.reader.job(job)
            if state.step == step and (timer._waited or state.status is not JobStatus.RUNNING):
                return
            assert state.step <= step, "it went on before its time"
            await asyncio.sleep(0)


async def test_C5_what_a_job_reads_beside_the_loop_it_reads_by_the_reader_of_that_thread(broken, monkeypatch):
    frozen, threads = numbers(broken), dict[str, set[bool]]()
    for name in ("letters_in_order", "taken_back", "letters_after"):
        read = getattr(broken.reader, name)

        def seen(*args, name=name, read=read):
            threads.setdefault(name, set()).add(threading.current_thread() is threading.main_thread())
            return read(*args)

        monkeypatch.setattr(broken.reader, name, seen)
    job = await broken.dead_letters.jobs.start("replay", frozen)
    await passing(broken, broken.dead_letters.jobs.finished(job))
    await broken.dead_letters.made_by(broken.reader.letters_numbered(frozen[:1])[0])
    assert not any(False in seen for seen in threads.values()), "a limit of the window is none of theirs"


async def test_L5_a_job_wakes_whoever_it_gives_work_to_and_reports_how_it_ended(broken):
    frozen = numbers(broken)
    job = await broken.dead_letters.jobs.start("replay", frozen)
    report = await passing(broken, broken.dead_letters.jobs.finished(job))
    assert (report.job.status, report.job.done, report.job.skipped) == (JobStatus.DONE, 5, 0)
    await settle(broken)
    assert broken.dead_letters.counts() == {"failed_again": 5, "open": 5}
    assert broken.dead_letters.jobs.report(report.job.number).fates == {"failed_again": 5}


async def test_L5_a_group_that_grows_while_it_is_replayed_replays_only_what_was_frozen(broken):
    timer = broken.world.timer
    frozen = numbers(broken)
    job = await broken.dead_letters.jobs.start("replay", frozen, per_second=1)
    await at_rest(broken, timer, job, 1)
    await register(broken, "fay")
    report = await passing(broken, broken.dead_letters.jobs.finished(job))
    assert (sorted(report.job.numbers), report.job.done) == (frozen, 5)
    assert set(report.fates) <= {"failed_again", "replaying"}
    await settle(broken)
    assert broken.dead_letters.counts() == {"failed_again": 5, "open": 6}


@pytest.mark.parametrize("pace", [inf, nan, -1.0, 1e-300, 1e300])
async def test_L5_a_pace_that_is_none_begins_nothing(broken, pace):
    with pytest.raises(InvalidValue, match="a second is no pace"):
        await broken.dead_letters.jobs.start("archive", numbers(broken), per_second=pace)
    assert broken.dead_letters.jobs.list() == []


async def test_L5_a_pace_is_kept(broken):
    timer = broken.world.timer
    job = await broken.dead_letters.jobs.start("archive", numbers(broken), per_second=2)
    for step in range(1, 5):
        await at_rest(broken, timer, job, step)
        await timer.advance(0.499, nothing)
        await at_rest(broken, timer, job, step)
        await timer.advance(0.001, nothing)
    await at_rest(broken, timer, job, 5)
    assert broken.dead_letters.jobs.report(job).job.status is JobStatus.DONE


async def test_L5_cancelling_ends_a_job_for_good_even_in_the_middle_of_a_step(broken):
    frozen = numbers(broken)
    timer = broken.world.timer
    job = await broken.dead_letters.jobs.start("archive", frozen, per_second=1)
    await at_rest(broken, timer, job, 1)
    assert (await broken.dead_letters.jobs.cancel(job)).status is JobStatus.CANCELLED
    await timer.advance(10, nothing)
    await settle(broken)
    report = broken.dead_letters.jobs.report(job)
    assert (report.job.status, report.job.step) == (JobStatus.CANCELLED, 1)
    assert len(numbers(broken)) == 4

    second = await broken.dead_letters.jobs.start("archive", numbers(broken), per_second=1)
    await asyncio.sleep(0)  # the first step is about to be written
    stopped = await broken.dead_letters.jobs.cancel(second)
    assert stopped.status is JobStatus.CANCELLED
    assert broken.dead_letters.jobs.unfinished() == []


async def test_L5_a_job_that_was_under_way_is_taken_up_at_the_next_start(broken):
    frozen = tuple(numbers(broken))
    number = await broken.running().writer.write(StartJob(job=Job(action="archive", numbers=frozen)))
    broken.dead_letters.jobs.take_up()
    report = await broken.dead_letters.jobs.finished(number)
    assert (report.job.status, report.job.done) == (JobStatus.DONE, 5)


async def test_L5_L8_an_empty_set_does_nothing_and_a_second_start_takes_no_effect(broken):
    actions = len(broken.monitor.actions())
    assert await broken.dead_letters.jobs.start("replay", []) == 0
    assert len(broken.monitor.actions()) == actions
    assert broken.dead_letters.jobs.list() == []
    frozen = numbers(broken)
    one, two = await asyncio.gather(
        broken.dead_letters.jobs.start("archive", frozen), broken.dead_letters.jobs.start("archive", frozen)
    )
    reports = [await passing(broken, broken.dead_letters.jobs.finished(number)) for number in (one, two)]
    assert sum(report.job.done for report in reports) == 5
    assert sum(report.job.skipped for report in reports) == 5


async def test_L8_purge_and_replay_at_the_same_time_deal_with_each_letter_once(broken):
    frozen = numbers(broken)
    one, two = await asyncio.gather(
        broken.dead_letters.jobs.start("purge", frozen),
        broken.dead_letters.jobs.start("replay", list(reversed(frozen))),
    )
    reports = [await passing(broken, broken.dead_letters.jobs.finished(number)) for number in (one, two)]
    await settle(broken)
    assert sum(report.job.done for report in reports) == 5
    counts = broken.dead_letters.counts()
    assert counts.get("purged", 0) == reports[0].job.done
    assert counts.get("failed_again", 0) == reports[1].job.done


async def test_a_job_that_is_none_is_refused(broken):
    with pytest.raises(InvalidValue, match="no bulk action"):
        await broken.dead_letters.jobs.start("burn", [1])
    with pytest.raises(InvalidValue, match="pace"):
        await broken.dead_letters.jobs.start("replay", [1], per_second=-1)


def ends(workspace, job):
    """Returns the recorded ends of a job."""
    return [one.action for one in workspace.monitor.actions() if one.subject == f"job {job}"]


async def test_L5_L9_a_job_that_is_cancelled_while_the_model_is_reloaded_does_not_go_on(broken):
    timer = broken.world.timer
    job = await broken.dead_letters.jobs.start("purge", numbers(broken), per_second=1)
    await at_rest(broken, timer, job, 1)
    reload = asyncio.ensure_future(broken.adopt(broken.project))
    while not broken.world.reloading:
        await asyncio.sleep(0)
    answered = await broken.dead_letters.jobs.cancel(job)
    await reload
    assert answered.status is JobStatus.CANCELLED
    await timer.advance(10, nothing)
    await settle(broken)
    assert broken.dead_letters.jobs.get(job) == answered
    assert broken.dead_letters.counts()["purged"] == answered.done
    assert ends(broken, job) == ["cancel"]


async def test_L9_two_cancels_of_one_job_are_recorded_once(broken):
    job = await broken.dead_letters.jobs.start("archive", numbers(broken), per_second=1)
    await at_rest(broken, broken.world.timer, job, 1)
    answers = await asyncio.gather(*(broken.dead_letters.jobs.cancel(job) for _ in range(2)))
    assert [one.status for one in answers] == [JobStatus.CANCELLED] * 2
    assert ends(broken, job) == ["cancel"]


async def test_L5_a_job_that_is_being_cancelled_is_not_taken_up(broken, monkeypatch):
    jobs = broken.dead_letters.jobs
    job = await jobs.start("archive", numbers(broken), per_second=1)
    await at_rest(broken, broken.world.timer, job, 1)
    stop = jobs._stop

    async def stopped(number):
        await stop(number)
        jobs.take_up()  # as after a reload in that moment
        assert jobs._running == {}

    monkeypatch.setattr(jobs, "_stop", stopped)
    ended = await jobs.cancel(job)
    assert (ended.status, ended.step) == (JobStatus.CANCELLED, 1)
    assert (await jobs.hold(await jobs.start("archive", numbers(broken), per_second=1))).status == "held"


async def test_L6_copies_of_a_repair_are_written_beside_the_loop(broken, monkeypatch):
    threads = []

    def written(value):
        threads.append(threading.current_thread())
        return write_json(value)

    monkeypatch.setattr(dead_letter_jobs, "write_json", written)
    patch = LetterPatch(changes=[FieldChange(way="set", field="username", value="Some One")])
    job = await broken.dead_letters.repair.begin(numbers(broken), patch=patch)
    await passing(broken, broken.dead_letters.jobs.finished(job))
    assert len(threads) == 5
    assert threading.main_thread() not in threads


async def test_L6_an_edited_payload_is_read_beside_the_loop(broken, monkeypatch):
    threads = []
    check = broken.dead_letters.check_edit

    def checked(number, text):
        threads.append(threading.current_thread())
        return check(number, text)

    monkeypatch.setattr(broken.dead_letters, "check_edit", checked)
    number = numbers(broken)[0]
    text = broken.dead_letters.data(number)
    await broken.dead_letters.dry_run(number, text)
    assert (await broken.dead_letters.edit_and_replay(number, text)).done == 1
    assert len(threads) == 2
    assert threading.main_thread() not in threads


async def test_W15_L5_a_job_keeps_its_pace_however_far_a_clock_is_moved_by_hand(broken):
    began, jobs = broken.clock.now(), broken.dead_letters.jobs
    frozen = numbers(broken)
    job = await jobs.start("archive", frozen, per_second=2)
    await at_rest(broken, broken.world.timer, job, 1)
    assert [(one.kind, one.what) for one in broken.future.due() if one.kind == "pace"] == [
        ("pace", job_act(job))
    ]
    await broken.future.move(3600, stop=False)
    times = [broken.reader.letter(number).changed_at - began for number in frozen]
    assert sorted(times) == [step * MICROSECONDS // 2 for step in range(len(frozen))]


async def test_W15_L5_time_passes_while_a_job_at_a_pace_waits_for_its_subscription(broken):
    jobs, began = broken.dead_letters.jobs, broken.clock.now()
    job = await jobs.start("replay", numbers(broken), per_second=2)
    await at_rest(broken, broken.world.timer, job, 1)
    broken.running().pause()
    async with asyncio.timeout(20):
        await broken.future.move(3600, stop=False)
    assert broken.clock.now() == began + 3600 * MICROSECONDS
    assert jobs.report(job).job.step == 1
    await jobs.cancel(job)

"""L5: a step of the paused engine delivers the next letter of a bulk replay, one at a time, in its order."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from functools import partial

import pytest

from tests.services.conftest import passing, running
from tests.services.dead_letters.test_job_pace import held_up, many, turns
from tests.services.dead_letters.test_letter_repair import GOOD, numbers
from workbench.engine.engine import Engine
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.services.project.open_project import open_target
from workbench.store.letter_jobs import JobStatus

__all__ = ["many"]
MAIL = "welcome-mail"
ANN = LetterPatch(
    changes=[
        FieldChange(
            way="expression", field="email", value="data.email.replace('ann@x.invalid', 'ann@x.example')"
        )
    ]
)
WAYS = {"plain": {}, "pace": {"per_second": 0.01}, "ladder": {"ladder": (1, 2)}}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def fates(workspace, letters):
    return [workspace.dead_letters.get(number).status.value for number in letters]


def delivered(workspace):
    (found,) = (one.delivered for one in workspace.reader.subscriptions() if one.name == MAIL)
    return found


async def begun(workspace, **way):
    await workspace.pause()
    job = await workspace.dead_letters.repair.begin(numbers(workspace), **way)
    await turns(workspace)
    return job


async def ended(workspace, job):
    return await passing(workspace, workspace.dead_letters.jobs.finished(job))


@each_way
@pytest.mark.parametrize("on_file", [False, True])
async def test_L5_a_step_delivers_one_letter_of_a_job_whatever_its_pace(many, way):
    listed = numbers(many)
    job = await begun(many, patch=GOOD, **way)
    assert many.dead_letters.jobs.get(job).step == 0, "nothing is given back without a step"
    for at in range(1, 9):
        assert await many.step(MAIL) == MAIL
        assert fates(many, listed) == ["resolved"] * at + ["open"] * (8 - at)
        assert many.dead_letters.jobs.get(job).step == at
    report = await ended(many, job)
    assert (report.state, report.fates) == ("done", {"resolved": 8})
    assert (await many.step(MAIL), delivered(many)) == ("", 8)


async def test_L5_a_step_of_all_takes_letters_from_a_job_beside_what_else_waits(many):
    listed = numbers(many)
    job = await begun(many, patch=GOOD)
    moved = Counter()
    while name := await many.step():
        moved[name] += 1
        given = many.dead_letters.jobs.get(job).step
        waits = numbers(many, "replaying")
        assert len(waits) <= 1, "one after the other"
        assert fates(many, listed[: given - len(waits)]) == ["resolved"] * (given - len(waits))
    assert moved[MAIL] == 8
    assert (await ended(many, job)).fates == {"resolved": 8}


@each_way
async def test_L5_steps_that_are_asked_for_at_once_are_done_one_after_the_other(many, way):
    listed = numbers(many)
    job = await begun(many, patch=GOOD, **way)
    assert await asyncio.gather(*(many.step(MAIL) for _ in range(5))) == [MAIL] * 5
    assert fates(many, listed) == ["resolved"] * 5 + ["open"] * 3
    assert many.dead_letters.jobs.get(job).step == 5


async def test_L5_of_several_jobs_the_oldest_is_stepped_first(many):
    listed, repair = numbers(many), many.dead_letters.repair
    await many.pause()
    first = await repair.begin(listed[4:], patch=GOOD)
    second = await repair.begin(listed[:4], patch=GOOD)
    for at in range(1, 9):
        assert await many.step(MAIL) == MAIL
        assert many.dead_letters.jobs.get(first).step == min(at, 4)
        assert many.dead_letters.jobs.get(second).step == max(0, at - 4)
    assert [(await ended(many, job)).fates for job in (first, second)] == [{"resolved": 4}] * 2


async def test_L5_a_ladder_that_is_stepped_is_held_at_the_first_new_failure(many):
    job = await begun(many, ladder=(3,))
    assert await many.step(MAIL) == MAIL
    assert await many.step(MAIL) == "", "also before the job itself has seen the failure"
    assert (await ended(many, job)).job.status is JobStatus.HELD
    assert many.dead_letters.jobs.get(job).step == 1
    await many.dead_letters.jobs.resume(job)
    assert await many.step(MAIL) == MAIL
    report = await ended(many, job)
    assert (report.job.status, report.job.step, report.failures) == (JobStatus.HELD, 2, 2)


@pytest.mark.parametrize("retry_delay", ["1h"])
@pytest.mark.parametrize(("ladder", "given"), [((), 2), ((1,), 1)])
async def test_L5_what_waits_for_its_retry_holds_up_the_steps_of_a_ladder_alone(many, ladder, given):
    await many.commands.issue("report_outage", {"domain": "x.example"})
    await passing(many, many.world.settle())
    job = await begun(many, patch=GOOD, ladder=ladder)
    assert await many.step(MAIL) == MAIL
    assert await many.step(MAIL) == (MAIL if given == 2 else "")
    assert many.dead_letters.jobs.get(job).step == given
    assert len(numbers(many, "replaying")) == given


async def test_L5_a_step_leaves_to_a_job_what_it_could_not_deliver(many):
    """Where the subscription is paused as well, only its own step delivers."""
    subscriptions, jobs = many.subscriptions, many.dead_letters.jobs
    await subscriptions.pause(MAIL, paused=True)
    job = await begun(many)
    assert await held_up(many, job) == f"the engine and subscription {MAIL} are paused"
    while await many.step():
        assert jobs.get(job).step == 0
    assert await many.step("audit") == ""
    assert jobs.get(job).step == 0
    assert await many.step(MAIL) == MAIL
    assert jobs.get(job).step == 1
    await subscriptions.pause(MAIL, paused=False)
    assert await held_up(many, job) == "the engine is paused"
    assert await many.step() == MAIL
    assert jobs.get(job).step == 2


async def test_L5_a_letter_that_cannot_be_delivered_is_a_step_of_the_job(many):
    listed = numbers(many)
    job = await begun(many)
    await many.dead_letters.archive(listed[:1])
    await many.dead_letters.purge(listed[:1])
    assert await many.step(MAIL) == f"job {job}"
    assert (await many.dead_letters.jobs.counted(job)).others == {"purged": 1}
    assert await many.step(MAIL) == MAIL
    assert fates(many, listed[:3]) == ["purged", "failed_again", "open"]


@each_way
async def test_L5_a_job_goes_on_by_itself_behind_what_was_stepped(many, way):
    listed = numbers(many)
    job = await begun(many, patch=GOOD, **way)
    for _ in range(3):
        await many.step(MAIL)
    assert await held_up(many, job) == "the engine is paused"
    await many.resume()
    report = await passing(many, many.dead_letters.jobs.finished(job))
    assert (report.state, report.fates) == ("done", {"resolved": 8})
    assert fates(many, listed) == ["resolved"] * 8


async def test_L5_what_a_step_let_fail_holds_a_ladder_that_goes_on_by_itself(many):
    """The job rests between two letters of its pace then, and knows of nothing."""
    jobs = many.dead_letters.jobs
    job = await many.dead_letters.repair.begin(numbers(many), patch=ANN, ladder=(4,), per_second=0.01)
    async with asyncio.timeout(15):
        while not numbers(many, "resolved"):
            await asyncio.sleep(0)
    await many.world.timer.advance(1, partial(turns, many))
    await many.pause()
    assert await many.step(MAIL) == MAIL
    assert jobs.get(job).step == 2
    await many.resume()
    report = await ended(many, job)
    assert (report.job.status, report.job.step) == (JobStatus.HELD, 2)
    assert report.fates == {"resolved": 1, "failed_again": 1}


@each_way
async def test_L5_a_hold_and_a_cancel_keep_what_was_not_stepped(many, way):
    listed, jobs = numbers(many), many.dead_letters.jobs
    job = await begun(many, patch=GOOD, **way)
    await many.step(MAIL)
    assert (await jobs.hold(job)).status is JobStatus.HELD
    assert await many.step(MAIL) == ""
    await jobs.resume(job)
    assert await many.step(MAIL) == MAIL
    assert (await jobs.cancel(job)).status is JobStatus.CANCELLED
    assert await many.step(MAIL) == ""
    assert fates(many, listed) == ["resolved"] * 2 + ["open"] * 6
    again = await jobs.begin_again(job)
    await turns(many)
    assert await many.step(MAIL) == MAIL
    assert fates(many, listed) == ["resolved"] * 3 + ["open"] * 5
    assert jobs.get(again).step == 1


@pytest.mark.parametrize("on_file", [True])
@each_way
async def test_L5_a_letter_that_a_step_gave_back_as_the_program_was_killed_is_delivered_once(
    many, way, tmp_path, monkeypatch
):
    listed = numbers(many)
    job = await begun(many, patch=GOOD, **way)
    await many.step(MAIL)
    step, left = Engine.step, tmp_path / "left"

    async def killed(engine, only=""):
        if not left.exists():
            shutil.copytree(many.project.root, left)
        return await step(engine, only)

    monkeypatch.setattr(Engine, "step", killed)
    await many.step(MAIL)
    async with running(left) as later:
        assert fates(later, listed[:3]) == ["resolved", "replaying", "open"]
        await later.resume()
        report = await ended(later, job)
        assert (report.state, report.fates) == ("done", {"resolved": 8})
        assert delivered(later) == 8


class Acts:
    """Steps between whatever else a person does with a job, at random; each letter is delivered once."""

    def __init__(self, workspace, seed):
        self.workspace, self.random = workspace, random.Random(seed)
        self.done = Counter()

    @property
    def jobs(self):
        return self.workspace.dead_letters.jobs

    async def act(self):
        weights = {
            "step": 8,
            "hold": 1,
            "resume": 2,
            "cancel": 1,
            "begin": 2,
            "stand": 1,
            "again": 1,
            "undo": 1,
        }
        name = self.random.choices([*weights], [*weights.values()])[0]
        self.done[name] += bool(await getattr(self, name)())
        await turns(self.workspace)

    async def step(self):
        return await asyncio.gather(*(self.workspace.step(MAIL) for _ in range(self.random.randint(1, 2))))

    async def hold(self):
        return [await self.jobs.hold(job.number) for job in self.jobs.unfinished()[:1]]

    async def resume(self):
        return [await self.jobs.resume(job.number) for job in self.jobs.held()[:1]]

    async def cancel(self):
        return [await self.jobs.cancel(job.number) for job in self.jobs.unfinished()[:1]]

    async def begin(self):
        way = self.random.choice([*WAYS.values()])
        chosen = self.random.sample(numbers(self.workspace), min(3, len(numbers(self.workspace))))
        return await self.workspace.dead_letters.repair.begin(chosen, patch=GOOD, **way)

    async def stand(self):
        """The engine moves for a moment."""
        await self.workspace.resume()
        await turns(self.workspace)
        return await self.workspace.pause()

    async def undo(self):
        acts = [f"job {job.number}" for job in self.jobs.unfinished()[:1]]
        return [await self.workspace.operations.undo_act(act) for act in acts]

    async def again(self):
        root = self.workspace.project.root
        await self.workspace.close()
        environ = {"WORKBENCH_CONFIG": str(root.parent / "config")}
        self.workspace = open_target(root, "", environ=environ)
        await self.workspace.start()
        return await self.workspace.pause()


@pytest.mark.parametrize("on_file", [True])
@pytest.mark.parametrize("seed", range(6))
async def test_L5_steps_and_what_else_is_done_with_jobs_lose_nothing_and_deliver_nothing_twice(many, seed):
    await many.pause()
    acts = Acts(many, seed)
    try:
        for _ in range(30):
            await acts.act()
            resolved = len(numbers(acts.workspace, "resolved"))
            assert delivered(acts.workspace) == resolved, "each that was delivered once"
            assert len(numbers(acts.workspace, "open", "replaying")) == 8 - resolved
        left = acts.workspace
        for job in left.dead_letters.jobs.held():
            await left.dead_letters.jobs.resume(job.number)
        await left.dead_letters.repair.begin(numbers(left), patch=GOOD)
        await left.resume()
        for job in left.dead_letters.jobs.unfinished():
            await ended(left, job.number)
        assert (len(numbers(left, "resolved")), delivered(left)) == (8, 8)
        assert acts.done["step"] > 5
    finally:
        if acts.workspace is not many:
            await acts.workspace.close()

"""Bulk actions on dead letters: a frozen list, done at a pace or by a ladder, held and cancelled (L5)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.engine import Engine, EngineState
from workbench.errors import InvalidValue, NotFound
from workbench.model.dead_letter import UNDOABLE, LetterAct
from workbench.model.json_values import write_json
from workbench.model.operator_acts import OperatorAct
from workbench.model.rates import check_rate
from workbench.services.dead_letters.job_counts import JobCounts
from workbench.services.dead_letters.job_pace import deliverable, steppable
from workbench.services.dead_letters.job_report import GOING, JobReport
from workbench.services.dead_letters.letter_acts import AT_ONCE, marked, note
from workbench.services.dead_letters.letter_ladder import rung_of
from workbench.services.dead_letters.letter_patch import SchemaCheck, parse_letter_patch, try_patch
from workbench.store.letter_jobs import Job, JobPlan, JobStatus, job_act
from workbench.store.operations import (
    AdvanceJob,
    Operation,
    RecordAction,
    ReplayLetter,
    RestoreLetters,
    StartJob,
)

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

CHUNK = 100
"""Letters that are dealt with in one write, where nothing holds back the pace."""
BEHIND_LADDER = 10
"""Letters that are given back at once behind the steps of a ladder, if none of these had more."""
ACTIONS = (LetterAct.REPLAY, *UNDOABLE, LetterAct.RESTORE)


class DeadLetterJobs:
    """Starts, watches and cancels bulk actions.

    Attributes:
        counts: What became of their dead letters.

    A replay is done once every delivery of it ended, resolved or dead again, or waits behind a dead letter of
    its key, as nothing moves that until a person deals with the one before (V3, O2).
    """

    def __init__(self, world: World[Project]) -> None:
        self._world = world
        self._running: dict[int, asyncio.Task[None]] = {}
        self._cancelling: Counter[int] = Counter()
        self.counts = JobCounts(world)

    async def start(
        self,
        action: str,
        numbers: Sequence[int],
        *,
        per_second: float = 0.0,
        skip_on: bool = True,
        plan: JobPlan = AT_ONCE,
    ) -> int:
        """Freezes a list and begins to deal with it, oldest first; returns its number, 0 for an empty list.

        Args:
            action: ``replay``, ``archive``, ``purge`` or ``restore``.
            per_second: Dead letters a second, at most; 0 for unlimited.
            skip_on: For a purge: whether what is blocked behind them goes on (L7).
            plan: Of a replay: by which ladder, and with which patch.

        Raises:
            InvalidValue: There is no such action, or no such pace.
            StoreReadOnly: This window only observes.
        """
        if action not in ACTIONS:
            raise InvalidValue(f"{action} is no bulk action; there are {', '.join(ACTIONS)}", path="")
        check_rate(per_second)
        if plan != AT_ONCE and action != LetterAct.REPLAY:
            raise InvalidValue("only a replay has a ladder or a patch", path="")
        if plan.patch:
            parse_letter_patch(plan.patch)
        frozen = await self._world.ask(lambda: self._world.reader.letters_in_order(tuple(numbers)))
        job = Job(action=action, numbers=frozen, per_second=per_second, skip_on=skip_on, plan=plan)
        async with self._world.at_work() as engine:
            if not numbers:
                return 0
            kind = OperatorAct.REPAIR if plan.patch else OperatorAct(action)
            name = job_act("{answer}")  # the store knows the number
            said = note(self._world, kind, frozen, act=name, plan=plan, counts=False)
            number, _ = await engine.commit(StartJob(job=job), said)
            self._run(engine, number)
        return int(number)

    async def begin_again(self, number: int) -> int:
        """Begins a new job with what a cancelled one had not begun; returns its number, 0 for nothing left.

        It has the same patch, ladder and pace; what is no longer as it was is skipped (L5).

        Raises:
            InvalidValue: That job was not cancelled.
            NotFound: There is no such job.
            StoreReadOnly: This window only observes.
        """
        job = self.get(number)
        if job.status is not JobStatus.CANCELLED:
            raise InvalidValue(f"job {number} was not cancelled, it is {job.status}", path="")
        plan = JobPlan(ladder=job.plan.ladder, patch=job.plan.patch)
        left = job.numbers[job.step :]
        return await self.start(job.action, left, per_second=job.per_second, skip_on=job.skip_on, plan=plan)

    def take_up(self) -> None:
        """Goes on with jobs that were under way when the last engine ended, unless one is being cancelled."""
        engine = self._world.running()
        for job in self.unfinished():
            if not self._cancelling[job.number]:
                self._run(engine, job.number)

    def unfinished(self) -> list[Job]:
        """Returns the jobs that are under way."""
        return self._world.reader.jobs(status=JobStatus.RUNNING)

    def held(self) -> list[Job]:
        """Returns the jobs that go on when a person says so."""
        return self._world.reader.jobs(status=JobStatus.HELD)

    def waiting(self, numbers: Sequence[int]) -> dict[int, int]:
        """Returns in which jobs that are under way or held how many of these letters wait."""
        asked = frozenset(numbers)
        jobs = [*self.unfinished(), *self.held()]
        found = {job.number: len(asked.intersection(job.numbers[job.step :])) for job in jobs}
        return {number: count for number, count in found.items() if count}

    def list(self) -> list[Job]:
        """Returns jobs, the newest first."""
        return self._world.reader.jobs()

    def report(self, number: int) -> JobReport:
        """Returns a job and what has become of its dead letters.

        Raises:
            NotFound: There is no such job.
        """
        return self.counts.report(self.get(number))

    async def counted(self, number: int) -> JobReport:
        """Returns what `report` does without holding up the loop, however long the list is.

        Raises:
            NotFound: There is no such job.
        """
        return await self.counts.counted(self.get(number))

    async def cancel(self, number: int, note: RecordAction | None = None) -> Job:
        """Ends a job; what it has done stays done.

        Args:
            note: The record of that; None for that of a cancel.

        Raises:
            NotFound: There is no such job.
        """
        self._cancelling[number] += 1
        try:
            return await self._cancel(number, note)
        finally:
            self._cancelling[number] -= 1

    async def _stop(self, number: int) -> None:
        task = self._running.pop(number, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _cancel(self, number: int, note: RecordAction | None) -> Job:
        await self._stop(number)
        async with self._world.at_work() as engine:
            job = self.get(number)
            # Its last step may be on its way into the store still (C7).
            while job.status in GOING:
                said = note or self._said(engine, job, OperatorAct.CANCEL)
                job = await self._advance(engine, job, (), JobStatus.CANCELLED, said)
            return job

    async def hold(self, number: int, note: RecordAction | None = None) -> Job:
        """Holds a job until it is resumed; what it gave back is delivered, over restarts, too.

        One that has given back all of its list is not held: it ends by itself.

        Args:
            note: The record of that; None for that of a hold.

        Raises:
            NotFound: There is no such job.
        """
        self._cancelling[number] += 1
        try:
            await self._stop(number)
            async with self._world.at_work() as engine:
                job = self.get(number)
                while job.status is JobStatus.RUNNING and job.step < len(job.numbers):
                    said = note or self._said(engine, job, OperatorAct.HOLD)
                    job = await self._advance(engine, job, (), JobStatus.HELD, said)
                if job.status is JobStatus.RUNNING:
                    self._run(engine, number)
                return job
        finally:
            self._cancelling[number] -= 1

    async def resume(self, number: int, note: RecordAction | None = None) -> Job:
        """Has a job that is held go on; failures that were seen by now do not stop its ladder any more.

        Args:
            note: The record of that; None for that of a job that goes on.

        Raises:
            NotFound: There is no such job.
        """
        async with self._world.at_work() as engine:
            job = self.get(number)
            if job.status is JobStatus.HELD:
                failures = (await self.counted(number)).failures
                said = note or self._said(engine, job, OperatorAct.GO_ON)
                job = await self._advance(engine, job, (), JobStatus.RUNNING, said, failures)
                self._run(engine, number)
            return job

    async def give_one(self, engine: Engine, only: str = "", *, idle: bool = False) -> str:
        """Gives back the next letter of a replay, the oldest first, to a step of the paused engine (L5).

        Its pace is that of the steps then. What it gave back before is delivered first; with a ladder it has
        ended, and did not fail.

        Args:
            only: The subscription that is stepped; empty for all that are not paused.
            idle: Nothing can be delivered now: without a ladder what waits for a retry holds up nothing.

        Returns:
            The name of the job, `job_act`; empty where none has a letter for that.
        """
        jobs = () if engine.state is not EngineState.PAUSED else reversed(self.unfinished())
        for job in jobs:
            able = await self._world.ask(partial(steppable, self._world, engine, job, only))
            if self._cancelling[job.number] or not able:
                continue
            report = await self.counts.counted(job)
            held = job.plan.ladder and report.failures > job.plan.accepted
            if held or (report.in_progress and (job.plan.ladder or not idle)):
                continue
            moved = await self._deal(engine, job, job.numbers[job.step : job.step + 1])
            if moved.step > job.step:
                return job_act(job.number)
        return ""

    def works(self, number: int) -> bool:
        """Returns whether this program deals with a job now."""
        return number in self._running

    async def finished(self, number: int) -> JobReport:
        """Waits until a job is done or cancelled; returns its report."""
        task = self._running.get(number)
        if task is not None:
            await asyncio.gather(asyncio.shield(task), return_exceptions=True)
        return await self.counted(number)

    def get(self, number: int) -> Job:
        """Returns a job as it stands.

        Raises:
            NotFound: There is no such job.
        """
        job = self._world.reader.job(number)
        if job is None:
            raise NotFound(f"there is no job {number}")
        return job

    def _run(self, engine: Engine, number: int) -> None:
        task = engine.spawn(f"job {number}", lambda: self._work(engine, number))
        self._running[number] = task
        task.add_done_callback(lambda done: self._forget(number, done))

    def _forget(self, number: int, task: asyncio.Task[None]) -> None:
        if self._running.get(number) is task:  # after a reload another one may have taken the job up
            del self._running[number]

    async def _work(self, engine: Engine, number: int) -> None:
        """Deals with one part of the list after the other, each in one write with the job's progress."""
        job = self.get(number)
        if job.plan.ladder and 0 < job.step < len(job.numbers) and await self._failed(engine, job):
            return  # what it gave back before a restart failed
        while job.status is JobStatus.RUNNING and job.step < len(job.numbers):
            following = job.numbers[job.step : min(job.step + self._chunk(job), rung_of(job).end)]
            part = await deliverable(self._world, engine, job, following)
            job = await self._deal(engine, job, part) if part else self.get(number)
            if job.status is not JobStatus.RUNNING or job.step >= len(job.numbers):
                break
            if job.plan.ladder and await self._failed(engine, job):
                return
            if job.per_second:
                await self._world.paced.pause(len(part) / job.per_second, job_act(job.number))
            else:
                await asyncio.sleep(0)
        if job.status is JobStatus.RUNNING:
            self._world.paced.rest()
            await self.counts.ended(job)
            await self._advance(engine, job, (), JobStatus.DONE)

    async def _deal(self, engine: Engine, job: Job, part: Sequence[int]) -> Job:
        """Deals with the next letters of a job, unless it stands elsewhere by now; returns how it stands."""
        steps = await self._operations(engine, job, part)
        done = job.step + len(steps) >= len(job.numbers) and job.action != LetterAct.REPLAY
        return await self._advance(engine, job, steps, JobStatus.DONE if done else JobStatus.RUNNING)

    async def _failed(self, engine: Engine, job: Job) -> bool:
        """Waits for what a ladder gave back so far; holds it and returns True at the first new failure."""
        accepted = job.plan.accepted
        self._world.paced.rest()
        found = await self.counts.ended(job, failures=max(0, accepted - job.failed))
        if JobReport(job=job, fates=found).failures <= accepted:
            return False
        await self._advance(engine, job, (), JobStatus.HELD)
        return True

    @staticmethod
    def _chunk(job: Job) -> int:
        """Returns how many letters are dealt with at once: at a pace, those of a tenth of a second.

        Behind the steps of a ladder they are as few as its largest step: no more fail before it is held.
        """
        most = max(BEHIND_LADDER, *job.plan.ladder) if job.plan.ladder else CHUNK
        return max(1, min(most, CHUNK, int(job.per_second / 10) if job.per_second else CHUNK))

    async def _advance(
        self,
        engine: Engine,
        job: Job,
        steps: tuple[Operation, ...],
        status: JobStatus,
        note: RecordAction | None = None,
        accepted: int | None = None,
    ) -> Job:
        advance = AdvanceJob(
            number=job.number,
            step=job.step,
            before=job.status,
            operations=steps,
            status=status,
            note=note,
            accepted=accepted,
        )
        moved: Job = await engine.write(advance)
        return moved

    def _said(self, engine: Engine, job: Job, act: OperatorAct) -> RecordAction:
        """Returns the record that a job is held, goes on or is cancelled, written with that (L9)."""
        said, name = f"{job.action}, {job.step:,} of {len(job.numbers):,}", str(engine.new_id())
        return self._world.record(act, job_act(job.number), said, act=name, count=1)

    async def _operations(self, engine: Engine, job: Job, part: Sequence[int]) -> tuple[Operation, ...]:
        copies = await self._world.ask(partial(self._copies, job, part)) if job.plan.patch else {}
        if job.plan.ladder:  # which is held at the first that cannot be replayed
            refused = (at for at, letter in enumerate(part, 1) if letter in copies and copies[letter][1])
            part = part[: next(refused, len(part))]
        return tuple(self._operation(engine, job, letter, copies) for letter in part)

    def _copies(self, job: Job, part: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Returns the letters that the patch changes, by the model that runs now (L6).

        Each with its copy, or with why it cannot be replayed; to be called in a thread: they may be large.
        """
        patch, check = parse_letter_patch(job.plan.patch), SchemaCheck(self._world.registry)
        found = (try_patch(check, patch, one) for one in self._world.reader.letter_facts(part))
        return {
            one.number: ("" if one.trouble else write_json(one.after), one.trouble)
            for one in found
            if one.changed or one.trouble
        }

    @staticmethod
    def _operation(engine: Engine, job: Job, letter: int, copies: Mapping[int, tuple[str, str]]) -> Operation:
        name = job_act(job.number)
        if job.action == LetterAct.REPLAY:
            if letter not in copies:
                return ReplayLetter(number=letter, handled=engine.handled, act=name)
            copy, trouble = copies[letter]
            if trouble:
                return ReplayLetter(number=letter, handled=engine.handled, refused=trouble)
            return ReplayLetter(number=letter, data=copy, handled=engine.handled, act=name)
        if job.action == LetterAct.RESTORE:
            return RestoreLetters(numbers=(letter,), by=name)
        return marked(LetterAct(job.action), letter, name, skip_on=job.skip_on)

"""Counts what became of the dead letters of bulk actions: by the action itself, and by others (L5, V3)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from workbench.model.dead_letter import UNDOABLE, LetterAct, LetterStatus, allowed
from workbench.model.operator_acts import OperatorAct
from workbench.services.dead_letters.job_pace import held_up
from workbench.services.dead_letters.job_report import (
    BLOCKED,
    NOT_GIVEN,
    OTHERS,
    REMOVED,
    SKIPPED,
    UNDONE,
    JobReport,
)
from workbench.services.dead_letters.letter_ladder import rungs
from workbench.store.letter_jobs import Job, JobStatus, job_act

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.changes import Changes
    from workbench.project.project import Project

REST = 0.05
"""Seconds between two looks at what became of what was replayed."""
COUNTED = 5_000
"""Letters that are read at once for a report; the loop turns between two readings."""
RESULTS: dict[str, tuple[str, ...]] = {
    LetterAct.REPLAY: (
        LetterStatus.REPLAYING,
        BLOCKED,
        LetterStatus.RESOLVED,
        LetterStatus.FAILED_AGAIN,
        LetterStatus.OPEN,
    ),
    LetterAct.ARCHIVE: (LetterStatus.ARCHIVED,),
    LetterAct.PURGE: (LetterStatus.PURGED, REMOVED),
}
"""What letters come to by a bulk action; with another status, another act changed them since.

A replay comes to open, too: its delivery was skipped, or its subscription went away (P7).
"""


class JobCounts:
    """Tells what became of dead letters, those of a job among them."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def report(self, job: Job) -> JobReport:
        """Returns a job and what has become of its dead letters."""
        parts = self._parted(job)
        steps = _stepped(job, parts)
        counts = [[self._count(part) for part in (own, *rest)] for own, _, *rest in steps]
        report = self._report(job, parts, [_summed(found) for found in zip(*counts, strict=True)])
        return replace(report, steps=_came_to(report, steps, counts)) if job.plan.ladder else report

    async def counted(self, job: Job) -> JobReport:
        """Returns what `report` does of a job as it stands, without holding up the loop (C5)."""
        return await self._world.ask(partial(self._steady, job))

    def _steady(self, job: Job) -> JobReport:
        reader = self._world.reader
        with reader.steady():  # what is written meanwhile would be in two figures, or in none
            return self.report(reader.job(job.number) or job)

    def failed_again(self, job: Job) -> list[int]:
        """Returns the dead letters that its replays made which failed again (L4), the newest first."""
        own, *_ = self._parted(job)
        return self._world.reader.letters_after(own)

    def _report(
        self,
        job: Job,
        parts: Sequence[Sequence[int]],
        counts: Sequence[dict[str, int]],
    ) -> JobReport:
        """Returns what is said of a job: each of its letters is in one figure."""
        mine, undone, *theirs = parts
        own, *rest = (
            found | {REMOVED: len(part) - sum(found.values())}
            for part, found in zip((mine, *theirs), counts, strict=True)
        )
        if job.action == LetterAct.PURGE:  # the store removed what it purged
            own[REMOVED] += rest[0].pop(REMOVED)
        results = RESULTS.get(job.action, tuple(counts[0]))
        may = {status.value for status in allowed(LetterAct(job.action))}
        gone = Counter({status: count for status, count in own.items() if status not in results})
        said = self._world.reader.action(act=job_act(job.number))
        apart = [Counter({one: count for one, count in found.items() if one not in may}) for found in rest]
        back, passed, left = apart
        return JobReport(
            job=job,
            fates={status: count for status, count in own.items() if count and status in results},
            others=dict(gone + back + passed + left),
            undone=len(undone) + sum(rest[0].values()) - back.total(),
            passed=passed.total(),
            taken=left.total(),
            at_failure=self._at_failure(job),
            taken_back=said is not None and bool(said.undone),
            held_up=self._held_up(job, mine),
            behind=self._world.reader.blocked_behind(mine) if job.action in UNDOABLE else 0,
        )

    def _held_up(self, job: Job, own: Sequence[int]) -> str:
        """Says what a replay under way waits for, that is, its next letter or one that is being delivered."""
        if job.status is not JobStatus.RUNNING or job.action != LetterAct.REPLAY:
            return ""
        states, following = (LetterStatus.REPLAYING,), job.numbers[job.step : job.step + 1]
        reader = self._world.reader
        return held_up(self._world, lambda: [*following, *reader.letters_having(own, states)])

    def _parted(self, job: Job) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
        """Returns the letters of a job: its own, those undone, others' since, those passed, those left.

        What it changed stays its own, and what an undo took back stays undone, whatever comes of them later.
        """
        own, passed = self._own(job), frozenset(job.plan.passed)
        undone = frozenset(self._world.reader.taken_back(job_act(job.number)))
        dealt = job.numbers[: job.step]
        changed = [one for one in dealt if one not in passed]
        return (
            [one for one in changed if one in own and one not in undone],
            [one for one in changed if one in undone],
            [one for one in changed if one not in own and one not in undone],
            [one for one in dealt if one in passed],
            [*job.numbers[job.step :]],
        )

    def _own(self, job: Job) -> frozenset[int]:
        """Returns the letters that a job changed: of an archive or purge, that no later act changed."""
        if job.action in UNDOABLE:
            return frozenset(self._world.reader.changed_by(job_act(job.number)))
        return frozenset(job.numbers[: job.step])

    def _at_failure(self, job: Job) -> bool:
        """Returns whether its ladder holds a job: the last that a person did with it is not to hold it."""
        if job.status is not JobStatus.HELD:
            return False
        name = job_act(job.number)  # which is the subject of what is done with a job, too
        acts = [one for one in self._world.reader.actions() if name in (one.subject, one.act)]
        undone = acts and acts[0].action == OperatorAct.UNDO and acts[0].detail.endswith(OperatorAct.GO_ON)
        return bool(acts) and not undone and acts[0].action != OperatorAct.HOLD

    async def fates(self, act: str, numbers: Sequence[int]) -> dict[str, int]:
        """Counts what became of dead letters that an act changed, but for those of which it was undone (L10).

        Beside their statuses there is `BLOCKED`, of those whose replay waits behind a dead letter of its key.
        """
        undone = frozenset(await self._world.ask(lambda: self._world.reader.taken_back(act)))
        numbers, found = [one for one in numbers if one not in undone], Counter[str]()
        for first in range(0, len(numbers), COUNTED):
            found.update(self._count(numbers[first : first + COUNTED]))
            await asyncio.sleep(0)
        return dict(found)

    async def ended(self, job: Job, *, failures: float = inf) -> dict[str, int]:
        """Returns what became of the letters that a job changed so far, as `settled` does."""
        own, *_ = await self._world.ask(partial(self._parted, job))
        return await self.settled(job_act(job.number), own, failures=failures)

    async def settled(self, act: str, numbers: Sequence[int], *, failures: float = inf) -> dict[str, int]:
        """Returns what `fates` does once none of them is being delivered again, or more have failed again.

        Args:
            failures: How many may fail again before that ends it.
        """
        moved = asyncio.Event()

        def heard(changes: Changes) -> None:
            if changes.dead_letters or changes.everything:
                moved.set()

        end = self._world.listen(heard)
        try:
            while LetterStatus.REPLAYING in (found := await self.fates(act, numbers)):
                if found.get(LetterStatus.FAILED_AGAIN, 0) > failures:
                    break
                await moved.wait()
                await self._world.paced.wait(REST)
                moved.clear()
            return found
        finally:
            end()

    def _count(self, numbers: Sequence[int]) -> dict[str, int]:
        found = self._world.reader.letter_counts(numbers)
        replaying = found.pop(LetterStatus.REPLAYING, 0)
        behind = min(replaying, len(self._world.reader.replays_behind(numbers))) if replaying else 0
        parted = {BLOCKED: behind, LetterStatus.REPLAYING.value: replaying - behind}
        return found | {status: count for status, count in parted.items() if count}


def _stepped(job: Job, parts: Sequence[Sequence[int]]) -> Sequence[Sequence[Sequence[int]]]:
    """Returns the parts of each step of a ladder; without one those of the whole list."""
    if not job.plan.ladder:
        return [parts]
    sets = [frozenset(part) for part in parts]
    return [
        [[one for one in job.numbers[rung.begin : rung.end] if one in part] for part in sets]
        for rung in rungs(job.plan.ladder, len(job.numbers))
    ]


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    return dict(sum(map(Counter, counts), Counter[str]()))


def _came_to(
    report: JobReport,
    steps: Sequence[Sequence[Sequence[int]]],
    counts: Sequence[Sequence[dict[str, int]]],
) -> tuple[dict[str, int], ...]:
    """Returns what became of the letters of each step of a replay: the steps add up to the whole (L5).

    Which of those that were not given back others had dealt with is in the table; which of the rest were
    refused is in their number alone: they are told of the first steps that have such.
    """
    may, results = allowed(LetterAct.REPLAY), RESULTS[LetterAct.REPLAY]
    found, refused = list[dict[str, int]](), report.failed
    for (own, undone, _, passed, left), (became, _, *rest) in zip(steps, counts, strict=True):
        ours = {status: count for status, count in became.items() if status in results}
        as_before = [sum(one.get(status, 0) for status in may) for one in rest]
        others = len(own) - sum(ours.values()) + len(passed) + len(left) - sum(as_before)
        failed = min(refused, as_before[0])
        refused -= failed
        told = {UNDONE: len(undone), NOT_GIVEN: failed, SKIPPED: as_before[0] - failed, OTHERS: others}
        found.append(ours | {what: count for what, count in told.items() if count})
    return tuple(found)

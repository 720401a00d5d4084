"""The operations log: what operators did, and its undo, which is an act of its own (L9, L10)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.engine.engine import EngineState
from workbench.errors import InvalidValue, NotFound
from workbench.model.clock import MICROSECONDS
from workbench.model.dead_letter import LetterStatus
from workbench.model.operator_acts import KEEPING, OPPOSITES, REPLAYS, OperatorAct, hindrance
from workbench.services.undo_report import UndoReport
from workbench.store.letter_jobs import JobStatus, job_act
from workbench.store.operations import (
    BringBack,
    CloseStream,
    ConfigureSubscription,
    Operation,
    RecordAction,
    RestoreLetters,
)
from workbench.store.stored_values import ProjectionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.engine.engine import Engine
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.dead_letters import DeadLetters
    from workbench.store.operator_actions import OperatorAction

GROUP = 100
"""Things that are undone in one write; the loop turns between two of them."""
MOST = 10_000
"""Acts that are listed, the newest."""
NEWEST = 200
"""Acts among which the last one is looked for."""
DELIVERED = "it was delivered since"
OF_REBUILDS = frozenset({OperatorAct.REBUILD, OperatorAct.PAUSE_REBUILD, OperatorAct.RESUME_REBUILD})
"""Acts that can be undone only while the rebuild goes on."""
OF_JOBS = frozenset({OperatorAct.HOLD, OperatorAct.GO_ON})
"""Acts that can be undone only while the job goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAct:
    """An act and whether it can be undone.

    Attributes:
        why_not: Why it cannot be undone now; empty where it can.
    """

    of: OperatorAction
    why_not: str

    @property
    def name(self) -> str:
        """What was done to what, such as ``archive of 3 dead letters``."""
        return f"{self.of.action} of {self.of.subject}"

    @property
    def holds(self) -> bool:
        """Whether it is an act, other than an undo, that was not undone as far as it can be."""
        done = bool(self.of.count) and not self.of.undone and self.of.action != OperatorAct.UNDO
        return done or not self.why_not


class OperationsLog:
    """What operators did to a store, and how it is undone; both survive a restart."""

    def __init__(self, world: World[Project], dead_letters: DeadLetters) -> None:
        self._world, self._dead_letters = world, dead_letters
        self._undoing = asyncio.Lock()

    # -- looking ------------------------------------------------------------------------------------------

    def list(self, limit: int = MOST) -> list[LoggedAct]:
        """Returns the acts, the newest first."""
        return [self._logged(one) for one in self._world.reader.actions(limit=limit)]

    def get(self, number: int) -> LoggedAct:
        """Returns one act.

        Raises:
            NotFound: There is none of that number.
        """
        found = self._world.reader.action(number)
        if found is None:
            raise NotFound(f"there is no operation {number}")
        return self._logged(found)

    def last(self, since: int) -> LoggedAct | None:
        """Returns the newest act since a time, microseconds since 1970, that can be undone; None for none."""
        return next((one for one in self._newest(since) if not one.why_not), None)

    def newest(self, since: int) -> LoggedAct | None:
        """Returns the newest act since a time that holds, can it be undone or not; None for none.

        An undo is none, nor is what was undone as far as it can be, or changed nothing.
        """
        return next((one for one in self._newest(since) if one.holds), None)

    def _newest(self, since: int) -> Iterator[LoggedAct]:
        return (self._logged(one) for one in self._world.reader.actions(limit=NEWEST) if one.at >= since)

    def left(self, of: OperatorAction) -> str:
        """Says of how many dead letters an archive or purge can be undone, where not all that it moved.

        Of a bulk action that is under way it says how many it does not deal with any more.
        """
        if (number := self._job(of)) is not None:
            job = self._dead_letters.jobs.get(number)
            rest = len(job.numbers) - job.step
            return f" That cancels the job before the other {rest:,}." if rest else ""
        left = len(self._world.reader.changed_by(of.act))
        return f" {left:,} of {of.count:,} can be undone." if 0 < left < of.count else ""

    def pause_in_force(self) -> OperatorAction | None:
        """Returns the act by which a person paused the engine, if nothing resumed it since (M3)."""
        acts = [one for one in self._world.reader.actions(limit=MOST) if one.subject == "engine"]
        last = next((one for one in acts if one.count), None)
        if last is None:
            return None
        undid = next((one.action for one in acts if one.undone == last.number), "")
        return last if undid == OperatorAct.RESUME or last.action == OperatorAct.PAUSE else None

    def is_over(self, act: str) -> bool:
        """Whether the act of a name cannot be undone any more."""
        found = self._world.reader.action(act=act)
        return found is not None and bool(self._logged(found).why_not)

    def _logged(self, of: OperatorAction) -> LoggedAct:
        age = (self._world.clock.now() - of.at) / MICROSECONDS
        why_not = hindrance(of.action, of.act, age) or self._in_the_way(of)
        if why_not and of.undone:
            kept = of.action in REPLAYS and _delivered(self._world.reader.replay_fates(of.act))
            why_not = f"undone by operation {of.undone}" + (", but for what was delivered" if kept else "")
        return LoggedAct(of=of, why_not=why_not)

    def _in_the_way(self, of: OperatorAction) -> str:
        """Says why an act that can be undone as such cannot be now; empty where it can."""
        if self._job(of) is not None:
            return ""
        if not of.count:
            return "it changed nothing"
        if of.action in KEEPING:
            return self._over(of)
        if of.undone:
            return "it was undone"
        return self._ended(of) if of.action in OF_JOBS else self._rebuilt(of)

    def _ended(self, of: OperatorAction) -> str:
        """Says that a job is not as an act left it that held it or had it go on; empty while it is."""
        job, held = self._dead_letters.jobs.get(_number_of(of)), of.action == OperatorAct.HOLD
        if job.status not in (JobStatus.RUNNING, JobStatus.HELD):
            return f"job {job.number} is over"
        if since := self._since(of):
            went = since.action == OperatorAct.GO_ON
            return f"job {job.number} {'went on' if went else 'was held'} since"
        if held is not (job.status is JobStatus.HELD):
            return f"job {job.number} {'goes on again' if held else 'is held again'}"
        return "" if job.step < len(job.numbers) else f"job {job.number} has nothing left"

    def _since(self, of: OperatorAction) -> OperatorAction | None:
        """Returns the act that held a job or had it go on behind another one of these, and is not undone."""
        later = (one for one in self._world.reader.actions(limit=NEWEST) if one.number > of.number)
        acts = (one for one in later if one.subject == of.subject and one.action in OF_JOBS)
        return next((one for one in acts if one.count and not one.undone), None)

    def _over(self, of: OperatorAction) -> str:
        """Says why nothing that an act changed can be brought back now; empty if something can."""
        reader = self._world.reader
        if reader.can_bring_back(of.act) or reader.changed_by(of.act):
            return ""
        if of.action not in REPLAYS:
            return "what it changed has changed since"
        return DELIVERED if _delivered(reader.replay_fates(of.act)) else "nothing of it waits any more"

    def _rebuilt(self, of: OperatorAction) -> str:
        """Says why no rebuild is left that an act began, paused or resumed; empty for other acts, too."""
        if of.action not in OF_REBUILDS:
            return ""
        own = of.detail if of.action == OperatorAct.REBUILD else ""  # the others do not name theirs
        rows = self._world.reader.generations(of.subject.partition(" ")[2])
        named = [f"generation {one.generation}" for one in rows]
        if own and own in named[:1]:
            return "the new rows took the place of the old ones"
        return "" if (own in named[1:] if own else named[1:]) else "the rebuild is over"

    def _job(self, of: OperatorAction) -> int | None:
        """Returns the number of the bulk action that an act is, while that is under way."""
        _, _, number = of.act.partition(job_act(""))
        if not number:
            return None
        job = self._dead_letters.jobs.get(int(number))
        return job.number if job.status in (JobStatus.RUNNING, JobStatus.HELD) else None

    # -- undoing ------------------------------------------------------------------------------------------

    async def undo_act(self, act: str) -> UndoReport:
        """Undoes the act of a name, as `undo` does; raises as that."""
        found = self._world.reader.action(act=act)
        if found is None:
            raise NotFound("this act is not recorded")
        return await self.undo(found.number)

    async def idle(self) -> None:
        """Waits until the undos that are under way are done."""
        async with self._undoing:
            pass

    async def undo(self, number: int) -> UndoReport:
        """Undoes an act, as far as nothing has changed since what it changed.

        Raises:
            NotFound: There is no such act.
            InvalidValue: It cannot be undone, and why.
            StoreReadOnly: This world is only looked at.
        """
        self._world.running()
        async with self._undoing:  # one that is asked for meanwhile finds what this one did
            found = self.get(number)
            of = found.of
            if found.why_not and not of.undone:
                raise InvalidValue(f"{found.name} cannot be undone: {found.why_not}", path="")
            earlier = self._brought_back(of)
            if of.action not in KEEPING:
                done = earlier if of.undone else await self._opposite(of)
                return UndoReport(name=found.name, done=done, asked=0, before=bool(of.undone))
            queued = await self._cancel(of)
            delivers = of.action in REPLAYS and _delivered(self._world.reader.replay_fates(of.act))
            tried = self._world.reader.tried_replays(of.act)
            done = await self._bring_back(of)
            return UndoReport(
                name=found.name,
                done=earlier + done,
                asked=self.get(number).of.count,
                queued=queued,
                delivers=delivers,
                tried=tried,
                before=bool(of.undone) and not done,
            )

    def _brought_back(self, of: OperatorAction) -> int:
        """Returns on how many things earlier undos of an act took effect."""
        undo = self._world.reader.action(of.undone) if of.undone else None
        return undo.count if undo is not None else 0

    async def _cancel(self, of: OperatorAction) -> int:
        """Ends the bulk action that an act is; returns how many it had not dealt with, 0 where it ended."""
        number = self._job(of)
        if number is None:
            return 0
        note = self._record(of, counts=False, count=0)
        job = await self._dead_letters.jobs.cancel(number, note)  # the rest shall stay as it is
        return len(job.numbers) - job.step

    def _record(self, of: OperatorAction, *, counts: bool = True, count: int = 1) -> RecordAction:
        """Returns the record of an undo; where nothing is counted, that of this number of things."""
        detail, act = f"operation {of.number}, {of.action}", f"undo {of.number}"
        return self._world.record(
            OperatorAct.UNDO,
            of.subject,
            detail,
            act=act,
            count=0 if counts else count,
            counts=counts,
            undoes=of.number,
        )

    async def _bring_back(self, of: OperatorAction) -> int:
        reader, done = self._world.reader, 0
        letters = reader.changed_by(of.act)
        for first in range(0, len(letters), GROUP):
            part = tuple(letters[first : first + GROUP])
            done += await self._write(of, RestoreLetters(numbers=part, act=of.act))
        async with self._world.at_work() as engine:
            free = tuple(name for name, one in engine.subscriptions.items() if one.release_key)
        name = of.subject.partition(" ")[2] if of.action == OperatorAct.RESET else ""
        back = BringBack(act=of.act, subscription=name, released=free, limit=GROUP)
        while reader.can_bring_back(of.act):
            done += await self._write(of, back)
        return done

    async def _write(self, of: OperatorAction, operation: Operation) -> int:
        done, _ = await self._world.act(operation, self._record(of))
        return int(done)

    async def _opposite(self, of: OperatorAction) -> int:
        """Does the opposite of an act, unless that was done since; returns 1, or 0 where it was."""
        kind, _, name = of.subject.partition(" ")
        act, note = OPPOSITES[OperatorAct(of.action)], self._record(of, counts=False)
        if of.action in OF_JOBS:
            jobs = self._dead_letters.jobs
            before = jobs.get(_number_of(of))
            job = await (jobs.hold if act is OperatorAct.HOLD else jobs.resume)(before.number, note)
            return int(job.status is not before.status)
        async with self._world.at_work() as engine:
            match kind:
                case "engine":
                    return await self._engine(engine, act, note)
                case "subscription":
                    paused = act is OperatorAct.PAUSE
                    change = ConfigureSubscription(subscription=name, paused=paused)
                    done, _ = await engine.commit(change, self._record(of))
                    return int(done)
                case "stream":
                    return await self._stream(engine, name, act, note)
            return await self._projection(engine, name, act, of.detail, note)

    async def _engine(self, engine: Engine, act: OperatorAct, note: RecordAction) -> int:
        paused = act is OperatorAct.PAUSE
        if (engine.state is EngineState.PAUSED) is paused:
            return 0
        await engine.commit(note)
        engine.pause() if paused else engine.resume()
        return 1

    async def _stream(self, engine: Engine, name: str, act: OperatorAct, note: RecordAction) -> int:
        stream, closed = self._world.reader.stream(name), act is OperatorAct.CLOSE
        if stream is None or stream.closed is closed:
            return 0
        await engine.commit(CloseStream(stream=name, closed=closed), note)
        return 1

    async def _projection(
        self, engine: Engine, name: str, act: OperatorAct, detail: str, note: RecordAction
    ) -> int:
        runner = engine.projection(name)
        building = act in (OperatorAct.PAUSE_REBUILD, OperatorAct.RESUME_REBUILD, OperatorAct.GIVE_UP_REBUILD)
        rows = runner.building if building else runner.live
        if rows is None:
            return 0
        if act is OperatorAct.GIVE_UP_REBUILD:  # a later rebuild is another act
            return int(detail == f"generation {rows.number}" and await runner.give_up(note))
        if act is OperatorAct.RESUME_STREAM:
            await runner.resume_stream(detail, note)
            return 1
        paused = act in (OperatorAct.PAUSE, OperatorAct.PAUSE_REBUILD)
        wanted = ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE
        if rows.status is wanted:
            return 0
        await runner.mark(wanted, note, building=building)
        return 1


def _number_of(of: OperatorAction) -> int:
    """Returns the number of the job that an act held or had go on."""
    return int(of.subject.removeprefix(job_act("")))


def _delivered(fates: list[str]) -> bool:
    """Whether one of some replays came to its end."""
    return LetterStatus.RESOLVED in fates or LetterStatus.FAILED_AGAIN in fates

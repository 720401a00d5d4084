"""One projection at work: its live rows, and beside them the rows that are being rebuilt (J1–J5)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from workbench.engine.faults import Faults
from workbench.engine.group_commit import Commits
from workbench.engine.metrics import Metrics
from workbench.engine.projection_check import has_nothing
from workbench.engine.projection_generation import ProjectionGeneration
from workbench.errors import (
    CallerError,
    InvalidValue,
    NotFound,
    ProjectionFaulted,
    StoreBusy,
    WrongExpectedVersion,
)
from workbench.model.changes import Changes
from workbench.model.clock import Clock
from workbench.model.event import RecordedEvent
from workbench.model.projection import Projection
from workbench.model.registry import Registry
from workbench.store.operations import Operation, RecordAction
from workbench.store.operations.projection_operations import (
    DropGeneration,
    EnsureProjection,
    SwitchProjection,
)
from workbench.store.operator_actions import OperatorAction
from workbench.store.ports import Reader
from workbench.store.stored_values import PassedKind, ProjectionStatus


class ProjectionRunner:
    """Moves one projection forward.

    What readers get is the live generation. A rebuild folds the log into a second one and becomes the live
    one when it has caught up; until then the old rows stay (J3). One that is held stays beside them (J10).

    Attributes:
        lanes: One task moves it.
        building: The generation that is being rebuilt, None if there is none.
    """

    lanes = 1

    def __init__(
        self,
        projection: Projection,
        *,
        registry: Registry,
        reader: Reader,
        writer: Commits,
        clock: Clock,
        metrics: Metrics,
        faults: Faults,
    ) -> None:
        self.projection = projection
        self.name = projection.name
        self.building: ProjectionGeneration | None = None
        self._live: ProjectionGeneration | None = None
        self._reader = reader
        self._writer, self._clock = writer, clock
        self._folding = partial(
            ProjectionGeneration,
            projection,
            registry=registry,
            reader=reader,
            writer=writer,
            clock=clock,
            metrics=metrics,
            faults=faults,
        )
        self._alone = asyncio.Lock()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._handled = 0

    async def open(self) -> None:
        """Takes up where the last run ended, in the midst of a rebuild, too; `ensured` was written before.

        Rows whose table has other columns than the definition cannot be followed: they are rebuilt at once,
        which is recorded. Where there is nothing to rebuild, the definition takes over without a word (J4).
        """
        self._read()
        if self.building is not None and not self.building.foreign:
            return
        if self.live.stale and has_nothing(self.projection, self._reader):
            await self._begin()
            await self._switch_if_done(moved=False)
        elif self.live.outdated:
            subject, why = f"projection {self.name}", "its columns changed"
            action = OperatorAction(at=self._clock.now(), action="rebuild", subject=subject, detail=why)
            await self._begin((RecordAction(action=action),))

    def _read(self) -> None:
        """Reads from the store what stands there."""
        if self._live is not None:
            self._handled = self.handled
        live, *others = self._reader.generations(self.name)
        self._live = self._folding(live)
        # A rebuild by another definition than the present one would end in stale rows.
        present = self.projection.definition_hash()
        fresh = [one for one in others if one.held or one.definition_hash == present]
        self.building = self._folding(fresh[0]) if fresh else None

    # -- what it is at --------------------------------------------------------------------------------------

    @property
    def live(self) -> ProjectionGeneration:
        """The generation that readers get."""
        if self._live is None:
            raise NotFound(f"projection {self.name} is not open")
        return self._live

    @property
    def checkpoint(self) -> int:
        """The rows that readers get are the fold of all events up to here (I9)."""
        return self._live.checkpoint if self._live is not None else 0

    position = checkpoint

    @property
    def changes(self) -> Changes:
        """What views show of it."""
        return Changes(projections=frozenset((self.name,)))

    @property
    def handled(self) -> int:
        """Events that were folded since the start, rebuilding included."""
        foldings = (self._live, self.building)
        return self._handled + sum(folding.handled for folding in foldings if folding is not None)

    @property
    def paused(self) -> bool:
        """Whether nothing of it follows the log: paused, faulted, or outdated."""
        return self.live.stopped and (self.building is None or self.building.stopped)

    def upcoming(self) -> RecordedEvent | None:
        """Returns the event that the rows that readers get have folded next; None where there is none."""
        return None if self.live.stopped else self.live.upcoming()

    # -- work -----------------------------------------------------------------------------------------------

    async def work(self, limit: int | None = None) -> bool:
        """Folds a batch into each generation; returns whether there was anything to do."""
        async with self._alone:
            try:
                worked = await self.live.work(limit)
                if self.building is not None and not self.building.stopped:
                    moved = await self.building.work(limit)
                    await self._switch_if_done(moved=moved)
                    worked = worked or moved
            except WrongExpectedVersion:
                self._read()
                return True
        self._wake()
        return worked

    async def _switch_if_done(self, *, moved: bool) -> None:
        """Makes the rebuilt rows the live ones, once nothing is missing in them."""
        building = self.building
        if building is None or building.stopped or building.held:
            return
        caught_up = building.checkpoint >= self.live.checkpoint and not self.live.stopped
        if caught_up or not moved:
            await self._switch(building)

    async def _switch(self, building: ProjectionGeneration, *also: Operation) -> None:
        await building.store_checkpoint()
        switched = SwitchProjection(name=self.name, generation=building.number)
        await self._writer.write_all((switched, *also))
        self._handled += self.live.handled
        self._live, self.building = building, None

    async def _begin(self, also: Sequence[Operation] = (), *, held: bool = False) -> None:
        await self._writer.write_all((ensured(self.projection, rebuild=True, held=held), *also))
        self._read()

    async def stop(self) -> None:
        """Tells who waits that it stopped, and rests."""
        self.leave()
        await self.rest()

    def leave(self) -> None:
        """Tells who waits that it stopped."""
        for _, future in self._waiters:
            if not future.done():
                future.set_exception(StoreBusy(f"projection {self.name} was stopped"))

    def next_due(self) -> int | None:
        """Returns until when a fault holds it, microseconds since 1970; else it waits for an event."""
        return self.live.held_until or None

    async def rest(self) -> None:
        """Stores checkpoints that moved over uninteresting events only."""
        async with self._alone:
            for folding in (self._live, self.building):
                if folding is not None and not folding.stopped:
                    await folding.store_checkpoint()

    async def wait_for(self, position: int) -> None:
        """Returns when its rows hold everything up to a position (J5).

        Raises:
            StoreBusy: It was stopped before.
            InvalidValue: Nothing stands at that position yet.
            ProjectionFaulted: It is faulted, paused or to be rebuilt, or was meanwhile.
        """
        if self.checkpoint >= position:
            return
        if position > (head := self._reader.head()):
            raise InvalidValue(
                f"position {position:,} is beyond the last one, {head:,}",
                path="",
                hint="wait for the last position of a command's result",
            )
        if self.paused:
            raise self._halted()
        future = asyncio.get_running_loop().create_future()
        self._waiters.append((position, future))
        await future

    def _halted(self) -> ProjectionFaulted:
        """Says why nothing of it follows the log, and what can be done."""
        live = self._reader.generations(self.name)[0]
        if live.status is ProjectionStatus.FAULTED:
            said = f"faulted at position {live.fault_position:,}: {live.fault}"
            hint = "fix the cause and retry it, or skip the event, in the window; or rebuild it"
        elif live.status is ProjectionStatus.PAUSED:
            said, hint = "paused", "resume it in the window"
        else:
            said, hint = "stopped, since its columns changed", "rebuild it"
        return ProjectionFaulted(f"read model {self.name} is {said}", hint=hint)

    def _wake(self) -> None:
        halted = self.paused
        for position, future in self._waiters:
            if future.done():
                continue
            if position <= self.checkpoint:
                future.set_result(None)
            elif halted:
                future.set_exception(self._halted())
        self._waiters = [(position, future) for position, future in self._waiters if not future.done()]

    # -- what an operator does; ``also`` is written in the same breath: the record of it (L9) -------------

    async def rebuild(self, *also: Operation, held: bool = False) -> None:
        """Begins to rebuild all rows, in place of an earlier attempt; the old ones stay meanwhile.

        Args:
            held: The new ones stay beside them until `switch` (J10).
        """
        async with self._alone:
            await self.live.store_checkpoint()
            await self._begin(also, held=held)

    async def switch(self, *also: Operation) -> None:
        """Has the rows that are held take the place of the live ones (J10).

        Raises:
            NotFound: No rows are held.
            CallerError: They lack events that the live ones have, or another definition made them.
        """
        async with self._alone:
            building = self._at_work(building=True)
            if not building.held:
                raise NotFound(f"no rows of projection {self.name} are held beside the live ones")
            if not building.stopped and building.checkpoint < self.live.checkpoint:
                await building.work()
            if building.foreign:
                said = "were made by another definition than the present one"
                raise CallerError(f"the rebuilt rows of {self.name} {said}", hint="rebuild them again")
            if building.checkpoint < self.live.checkpoint:
                said = f"are at position {building.checkpoint:,}, the live ones at {self.live.checkpoint:,}"
                hint = "wait until they have caught up, or see what stopped them"
                raise CallerError(f"the rebuilt rows of {self.name} {said}", hint=hint)
            await self._switch(building, *also)
        self._wake()

    async def give_up(self, *also: Operation) -> bool:
        """Ends a rebuild; the old rows stay. Returns whether there was one."""
        async with self._alone:
            if self.building is None:
                return False
            dropped = DropGeneration(name=self.name, generation=self.building.number)
            await self._writer.write_all((dropped, *also))
            self.building = None
            return True

    def _at_work(self, *, building: bool) -> ProjectionGeneration:
        folding = self.building if building else self._live
        if folding is None:
            raise NotFound(f"projection {self.name} is not being rebuilt")
        return folding

    async def mark(self, status: ProjectionStatus, *also: Operation, building: bool = False) -> None:
        """Pauses or resumes the live generation, or the one that is being rebuilt."""
        async with self._alone:
            await self._at_work(building=building).mark(status, also=also)
        self._wake()

    async def pass_by(self, kind: PassedKind, *also: Operation, building: bool = False) -> None:
        """Goes on behind the event that faulted a generation, and records that (J2)."""
        async with self._alone:
            await self._at_work(building=building).pass_by(kind, also=also)

    async def resume_stream(self, stream: str, *also: Operation) -> None:
        """Folds what a parked stream missed, and follows it again (J2)."""
        async with self._alone:
            await self.live.resume_stream(stream, also=also)


def ensured(projection: Projection, *, rebuild: bool = False, held: bool = False) -> EnsureProjection:
    """Returns what makes the table of a projection, or a further one to rebuild it in."""
    return EnsureProjection(
        name=projection.name,
        columns=projection.shape(),
        indexed=tuple(column.name for column in projection.columns if column.index),
        definition_hash=projection.definition_hash(),
        rebuild=rebuild,
        held=held,
        folded=not projection.by_handlers,
    )

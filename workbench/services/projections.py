"""Pauses, resumes and rebuilds projections, and has them leave out what they cannot fold, recorded (L9)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from workbench.errors import ModelError
from workbench.store.operations import RecordAction
from workbench.store.stored_values import PassedKind, ProjectionStatus

if TYPE_CHECKING:
    from workbench.engine.projection_runner import ProjectionRunner
    from workbench.engine.world import World
    from workbench.project.project import Project

Progress = Callable[[float], None]
"""Told which part of the log is done, 0 to 1."""


class Projections:
    """What an operator does to projections."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    async def pause(self, name: str, *, paused: bool) -> None:
        """Pauses a projection, or resumes a paused or faulted one."""
        status = ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE
        async with self._projection(name) as runner:
            await runner.mark(status, self._of(name, "pause" if paused else "resume"))

    async def rebuild(self, name: str) -> None:
        """Begins to rebuild a projection's rows; the old ones stay until it is done (J3)."""
        async with self._projection(name) as runner:
            await runner.rebuild(self._of(name, "rebuild"))

    async def rebuild_alone(self, name: str, progress: Progress) -> None:
        """Rebuilds a projection while nothing else moves; the new rows take the old ones' place at once (J3).

        The engine is started paused: no handler is called, no other projection moves. Where an event cannot
        be folded, the rebuild stops there.

        Raises:
            NotFound: The model has no such projection.
            StoreReadOnly: This window only observes.
        """
        engine = self._world.running()
        await self._world.start(paused=True)
        await self.rebuild(name)
        runner = engine.projection(name)
        while (building := runner.building) is not None and not building.stopped:
            await runner.work()
            progress(min(1.0, building.checkpoint / max(1, engine.head)))

    async def pause_rebuild(self, name: str, *, paused: bool) -> None:
        """Pauses a rebuild, or resumes one that was paused or faulted."""
        status = ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE
        note = self._of(name, "pause rebuild" if paused else "resume rebuild")
        async with self._projection(name) as runner:
            await runner.mark(status, note, building=True)

    async def give_up_rebuild(self, name: str) -> None:
        """Ends a rebuild; the old rows stay."""
        async with self._projection(name) as runner:
            await runner.give_up(self._of(name, "give up rebuild"))

    async def skip_event(self, name: str, *, rebuild: bool = False) -> None:
        """Has a faulted projection leave out the event that it cannot fold; this is recorded (J2)."""
        async with self._projection(name) as runner:
            await runner.pass_by(PassedKind.SKIPPED, self._of(name, "skip event"), building=rebuild)

    async def park_stream(self, name: str, *, rebuild: bool = False) -> None:
        """Has a faulted projection leave out that event and all later ones of its stream (J2)."""
        async with self._projection(name) as runner:
            await runner.pass_by(PassedKind.PARKED, self._of(name, "park stream"), building=rebuild)

    async def resume_stream(self, name: str, stream: str) -> None:
        """Has a projection fold what a parked stream missed, and follow it again.

        Raises:
            WorkbenchError: An event still fails; the stream stays parked.
        """
        async with self._projection(name) as runner:
            await runner.resume_stream(stream, self._of(name, "resume stream", stream))

    @asynccontextmanager
    async def _projection(self, name: str) -> AsyncIterator[ProjectionRunner]:
        """Gives what moves a projection; the engine goes on with it by itself once it was changed."""
        async with self._world.at_work() as engine:
            known = engine.registry.projections.get(name)
            if known is not None and known.by_handlers:
                raise ModelError(
                    f"handlers write the rows of {name}: there is no fold that could be paused or rebuilt",
                    hint="only the handlers that wrote these rows can write them again",
                )
            yield engine.projection(name)

    def _of(self, projection: str, action: str, detail: str = "") -> RecordAction:
        return self._world.record(action, f"projection {projection}", detail)

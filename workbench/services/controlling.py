"""Pauses, resumes, steps, resets and rebuilds what runs; every action is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue, NotFound
from workbench.store.operations import CloseStream, ConfigureSubscription, RecordAction, Skip
from workbench.store.values import OperatorAction, PassedKind, ProjectionStatus

if TYPE_CHECKING:
    from workbench.engine.projecting import ProjectionRunner
    from workbench.services.workspace import Workspace


class Controlling:
    """The operator's hands."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def pause(self) -> None:
        """Pauses the engine; what runs is finished."""
        self._workspace.running().pause()
        await self._note("pause", "engine")

    async def resume(self) -> None:
        """Resumes the engine."""
        self._workspace.running().resume()
        await self._note("resume", "engine")

    async def step(self, only: str = "") -> str:
        """Does one delivery while the engine stands still.

        Args:
            only: Of this subscription; empty for the one that lies furthest behind.

        Returns:
            What moved; empty if nothing was left.
        """
        moved = await self._workspace.running().step(only)
        if moved:
            await self._note("step", moved)
        return moved

    async def pause_subscription(self, name: str, *, paused: bool) -> None:
        """Pauses or resumes one subscription, durably."""
        engine = self._workspace.running()
        await engine.gate.write(ConfigureSubscription(subscription=name, paused=paused))
        engine.subscriptions[name].paused = paused
        if paused:
            engine.subscriptions[name].release()
        else:
            engine.revive(name)
        engine.wake(name)
        await self._note("pause" if paused else "resume", name)

    async def reset_subscription(self, name: str, position: int) -> None:
        """Moves a subscription's cursor: everything after the position is delivered again.

        Raises:
            InvalidValue: The position is negative, or beyond the last one.
        """
        head = self._workspace.reader.head()
        if not 0 <= position <= head:
            raise InvalidValue(f"position {position:,} is not from 0 to {head:,}", path="")
        engine = self._workspace.running()
        runner = engine.subscriptions[name]
        await engine.gate.write(
            ConfigureSubscription(subscription=name, cursor=position, release_key=runner.release_key)
        )
        runner.moved(position)
        engine.wake(name)
        await self._note("reset", name, f"to position {position}")

    async def skip(self, name: str, numbers: Sequence[int]) -> int:
        """Passes waiting deliveries by, on record; those behind them with their keys go on.

        Returns:
            How many still waited.
        """
        engine = self._workspace.running()
        runner = engine.subscriptions[name]
        skip = Skip(subscription=name, numbers=tuple(numbers), release_key=runner.release_key)
        skipped = int(await engine.gate.write(skip))
        runner.rows_changed()
        engine.wake(name)
        await self._note("skip", name, f"{skipped} of {len(numbers)} deliveries")
        return skipped

    async def pause_projection(self, name: str, *, paused: bool) -> None:
        """Pauses a projection, or resumes a paused or faulted one."""
        runner = self._projection(name)
        await runner.mark(ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE)
        await self._moves(name, "pause" if paused else "resume")

    async def rebuild(self, name: str) -> None:
        """Begins to make a projection's rows anew; the old ones stay until it is done (J3)."""
        await self._projection(name).rebuild()
        await self._moves(name, "rebuild")

    async def pause_rebuild(self, name: str, *, paused: bool) -> None:
        """Pauses a rebuild, or resumes one that was paused or faulted."""
        status = ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE
        await self._projection(name).mark(status, building=True)
        await self._moves(name, "pause rebuild" if paused else "resume rebuild")

    async def give_up_rebuild(self, name: str) -> None:
        """Ends a rebuild; the old rows stay."""
        if await self._projection(name).give_up():
            await self._moves(name, "give up rebuild")

    async def skip_event(self, name: str, *, rebuild: bool = False) -> None:
        """Has a faulted projection leave out the event that it cannot fold, on record (J2)."""
        await self._projection(name).pass_by(PassedKind.SKIPPED, building=rebuild)
        await self._moves(name, "skip event")

    async def park_stream(self, name: str, *, rebuild: bool = False) -> None:
        """Has a faulted projection leave out that event and all later ones of its stream (J2)."""
        await self._projection(name).pass_by(PassedKind.PARKED, building=rebuild)
        await self._moves(name, "park stream")

    async def resume_stream(self, name: str, stream: str) -> None:
        """Has a projection fold what a parked stream missed, and follow it again.

        Raises:
            WorkbenchError: An event still fails; the stream stays parked.
        """
        await self._projection(name).resume_stream(stream)
        await self._moves(name, "resume stream", stream)

    async def _moves(self, name: str, action: str, detail: str = "") -> None:
        engine = self._workspace.running()
        engine.revive(f"projection {name}")
        engine.wake(f"projection {name}")
        await self._note(action, f"projection {name}", detail)

    async def close_stream(self, stream: str, *, closed: bool) -> None:
        """Has a stream take no more events, or take them again (A2).

        Raises:
            NotFound: There is no such stream.
        """
        await self._workspace.running().gate.write(CloseStream(stream=stream, closed=closed))
        await self._note("close" if closed else "open again", f"stream {stream}")

    def _projection(self, name: str) -> ProjectionRunner:
        runner = self._workspace.running().projections.get(name)
        if runner is None:
            raise NotFound(f"no projection {name} runs")
        return runner

    async def _note(self, action: str, subject: str, detail: str = "") -> None:
        noted = OperatorAction(at=self._workspace.clock.now(), action=action, subject=subject, detail=detail)
        await self._workspace.running().gate.write(RecordAction(action=noted))

"""Pauses, resumes, steps, resets and rebuilds what runs; every act is recorded with what it does (L9)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue, ModelError, NotFound
from workbench.store.operations import CloseStream, ConfigureSubscription, RecordAction, Skip
from workbench.store.stored_values import OperatorAction, PassedKind, ProjectionStatus

if TYPE_CHECKING:
    from workbench.engine.projection_runner import ProjectionRunner
    from workbench.services.workspace import Workspace


class EngineControl:
    """The operator's hands."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def pause(self) -> None:
        """Pauses the engine; what runs is finished."""
        async with self._workspace.at_work() as engine:
            engine.pause()
            await engine.gate.write(self._note("pause", "engine"))

    async def resume(self) -> None:
        """Resumes the engine."""
        async with self._workspace.at_work() as engine:
            engine.resume()
            await engine.gate.write(self._note("resume", "engine"))

    async def step(self, only: str = "") -> str:
        """Does one delivery while the engine stands still.

        Args:
            only: Of this subscription; empty for the one that lies furthest behind.

        Returns:
            What moved; empty if nothing was left.
        """
        async with self._workspace.at_work() as engine:
            moved = await engine.step(only)
            if moved:
                await engine.gate.write(self._note("step", moved))
            return moved

    async def pause_subscription(self, name: str, *, paused: bool) -> None:
        """Pauses or resumes one subscription, durably."""
        async with self._workspace.at_work() as engine:
            note = self._note("pause" if paused else "resume", name)
            await engine.gate.write_all((ConfigureSubscription(subscription=name, paused=paused), note))
            engine.subscriptions[name].paused = paused
            if paused:
                engine.subscriptions[name].release()
            else:
                engine.revive(name)
            engine.wake(name)

    async def reset_subscription(self, name: str, position: int) -> None:
        """Moves a subscription's cursor: everything after the position is delivered again.

        Raises:
            InvalidValue: The position is negative, or beyond the last one.
        """
        head = self._workspace.reader.head()
        if not 0 <= position <= head:
            raise InvalidValue(f"position {position:,} is not from 0 to {head:,}", path="")
        async with self._workspace.at_work() as engine:
            runner = engine.subscriptions[name]
            moved = ConfigureSubscription(subscription=name, cursor=position, release_key=runner.release_key)
            await engine.gate.write_all((moved, self._note("reset", name, f"to position {position}")))
            runner.moved(position)
            engine.wake(name)

    async def skip(self, name: str, numbers: Sequence[int]) -> int:
        """Passes waiting deliveries by, on record; those behind them with their keys go on.

        Returns:
            How many still waited.
        """
        async with self._workspace.at_work() as engine:
            runner = engine.subscriptions[name]
            skip = Skip(subscription=name, numbers=tuple(numbers), release_key=runner.release_key)
            note = self._note("skip", name, f"{{answer}} of {len(numbers)} deliveries")
            skipped, _ = await engine.gate.write_all((skip, note))
            runner.rows_changed()
            engine.wake(name)
            return int(skipped)

    async def pause_projection(self, name: str, *, paused: bool) -> None:
        """Pauses a projection, or resumes a paused or faulted one."""
        status = ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE
        async with self._projection(name) as runner:
            await runner.mark(status, self._of(name, "pause" if paused else "resume"))

    async def rebuild(self, name: str) -> None:
        """Begins to make a projection's rows anew; the old ones stay until it is done (J3)."""
        async with self._projection(name) as runner:
            await runner.rebuild(self._of(name, "rebuild"))

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
        """Has a faulted projection leave out the event that it cannot fold, on record (J2)."""
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

    async def close_stream(self, stream: str, *, closed: bool) -> None:
        """Has a stream take no more events, or take them again (A2).

        Raises:
            NotFound: There is no such stream.
        """
        note = self._note("close" if closed else "open again", f"stream {stream}")
        async with self._workspace.at_work() as engine:
            await engine.gate.write_all((CloseStream(stream=stream, closed=closed), note))

    @asynccontextmanager
    async def _projection(self, name: str) -> AsyncIterator[ProjectionRunner]:
        """Gives the runner of a projection, and has it look for work afterwards."""
        async with self._workspace.at_work() as engine:
            runner = engine.projections.get(name)
            known = engine.registry.projections.get(name)
            if known is not None and known.by_handlers:
                raise ModelError(
                    f"handlers write the rows of {name}: there is no fold that could be paused or rebuilt",
                    hint="only the handlers that wrote these rows can write them again",
                )
            if runner is None:
                raise NotFound(f"no projection {name} runs")
            yield runner
            engine.revive(f"projection {name}")
            engine.wake(f"projection {name}")

    def _of(self, projection: str, action: str, detail: str = "") -> RecordAction:
        return self._note(action, f"projection {projection}", detail)

    def _note(self, action: str, subject: str, detail: str = "") -> RecordAction:
        at = self._workspace.clock.now()
        return RecordAction(action=OperatorAction(at=at, action=action, subject=subject, detail=detail))

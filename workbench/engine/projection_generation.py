"""One generation of a projection at work: folds the log, rows and checkpoint together (J1, J2)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.engine.batch_size import BatchSize
from workbench.engine.faults import Faults
from workbench.engine.group_commit import Commits
from workbench.engine.metrics import Metrics
from workbench.engine.projection_check import is_stale
from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import NotFound, WorkbenchError
from workbench.model.clock import Clock
from workbench.model.error_text import error_sentence
from workbench.model.event import RecordedEvent
from workbench.model.projection import OnFault, Projection
from workbench.model.registry import Registry
from workbench.model.secrets import without_secrets
from workbench.store.operations import Operation
from workbench.store.operations.projection_operations import ApplyProjection, MarkProjection
from workbench.store.paging import stream_events
from workbench.store.ports import Reader
from workbench.store.rules import AT_ONCE
from workbench.store.stored_values import PassedEvent, PassedKind, ProjectionState, ProjectionStatus

BATCH, LARGEST = 500, 2_000
"""Events of a batch; the larger one where much is left to do and is quickly done."""
SLICE = 0.004
"""Seconds of folding before others get a turn."""
PASSED = 500
"""Positions that a checkpoint may move over uninteresting events before it is stored."""


class ProjectionGeneration:
    """Moves one generation forward.

    Args:
        state: Where it stands in the store.

    Attributes:
        checkpoint: Its rows are the fold of all events up to here (I9).
        outdated: Its table has other columns than the definition, so it is stopped until it is rebuilt.
        held: It stays beside the live one until a person has it take its place (J10).
        foreign: It is held, and another definition made it, so it is stopped.
        stale: Its rows were made by another definition (J4), and it follows the log with the present one.
        handled: Events that were folded since the start.
        held_until: Until when a fault holds its next event, microseconds since 1970; 0 if none does.
    """

    def __init__(
        self,
        projection: Projection,
        state: ProjectionState,
        *,
        registry: Registry,
        reader: Reader,
        writer: Commits,
        clock: Clock,
        metrics: Metrics,
        faults: Faults,
    ) -> None:
        self.number = state.generation
        self.checkpoint = self._stored = state.checkpoint
        self.status = state.status
        self.fault_position = state.fault_position
        self.outdated = state.columns != projection.shape()
        self.held = state.held
        self.foreign = state.held and is_stale(projection, state)
        self.stale = is_stale(projection, state) and state.status is ProjectionStatus.LIVE
        self.handled = 0
        self.held_until = 0
        self._projection = projection
        self._handlers: Mapping[str, Any] = projection.handlers()
        self._stepwise = {name for name, one in self._handlers.items() if hasattr(one, "steps")}
        self._slice_end = 0.0
        self._size = BatchSize(BATCH, 2, LARGEST)
        self._registry = registry
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._metrics = metrics
        self._faults = faults
        self._flow = {name: f"project:{projection.name}:{name}" for name in self._handlers}
        self._parked = {
            passed.stream
            for passed in reader.passed(projection.name, self.number)
            if passed.kind is PassedKind.PARKED
        }

    @property
    def stopped(self) -> bool:
        """Whether it does not follow the log."""
        return self.outdated or self.foreign or self.status is not ProjectionStatus.LIVE

    async def mark(
        self, status: ProjectionStatus, fault: str = "", position: int = 0, *, also: Sequence[Operation] = ()
    ) -> None:
        """Pauses, resumes or faults it, in the store, too.

        Args:
            also: Written in the same breath.
        """
        marked = MarkProjection(
            name=self._projection.name,
            generation=self.number,
            status=status.value,
            fault=fault,
            fault_position=position,
        )
        await self._writer.write_all((marked, *also))
        self.status, self.fault_position = status, position

    def upcoming(self) -> RecordedEvent | None:
        """Returns the event that is folded next; None where there is none."""
        events, _ = self._reader.read_types(self._handlers.__contains__, self.checkpoint, 1)
        return events[0] if events else None

    async def work(self, limit: int | None = None) -> bool:
        """Folds one batch; returns whether there was anything to do.

        Raises:
            WrongExpectedVersion: The store has another checkpoint, or the generation is gone: read it again.
            EngineCrashed: A fault ends the engine before the rows are stored (W11).
        """
        if self.stopped:
            return False
        started, most = self._clock.monotonic(), limit or self._size.now
        wanted = self._handlers.__contains__
        events, upto = self._reader.read_types(wanted, self.checkpoint, most, most=AT_ONCE)
        if upto <= self.checkpoint or self._is_held(events):
            return False
        buffer = RowsBuffer(self._projection, self._reader, self.number)
        reached, passed, fault = await self._fold(events, upto, buffer)
        if events or reached - self._stored >= PASSED:
            self._faults.before_rows(self._projection.name)
            await self._store(reached, buffer, passed=passed)
        self.checkpoint = reached
        if len(events) == self._size.now:
            self._size.adapt(self._clock.monotonic() - started)
        if fault is not None:
            await self.mark(ProjectionStatus.FAULTED, *fault)
        return True

    def _is_held(self, events: Sequence[RecordedEvent]) -> bool:
        """Whether a fault has the next event come later."""
        now, name = self._clock.now(), self._projection.name
        held = [self._faults.held_fold(name, one.position, one.recorded_at) for one in events[:1]]
        self.held_until = next((until for until in held if until > now), 0)
        return bool(self.held_until)

    async def _fold(
        self, events: Sequence[RecordedEvent], upto: int, buffer: RowsBuffer
    ) -> tuple[int, tuple[PassedEvent, ...], tuple[str, int] | None]:
        """Applies events; returns the last position done, what was skipped, and what stopped it."""
        reached = self.checkpoint
        passed: list[PassedEvent] = []
        self._slice_end = self._clock.monotonic() + SLICE
        for record in events:
            if record.stream in self._parked:
                error = ""
            elif record.type in self._stepwise:
                error = await self._apply(record, buffer)
            else:
                error = self._apply_whole(record, buffer)
            if error:
                match self._projection.on_fault:
                    case OnFault.PAUSE:
                        return reached, tuple(passed), (error, record.position)
                    case OnFault.SKIP:
                        passed.append(_passed(record, PassedKind.SKIPPED, error))
                    case OnFault.PARK:
                        passed.append(_passed(record, PassedKind.PARKED, error))
                        self._parked.add(record.stream)
            reached = record.position
            if buffer.full:
                return reached, tuple(passed), None
            if self._clock.monotonic() > self._slice_end:
                await self._give_turn()
        return upto, tuple(passed), None

    async def _give_turn(self) -> None:
        await asyncio.sleep(0)
        self._slice_end = self._clock.monotonic() + SLICE

    def _apply_whole(self, record: RecordedEvent, buffer: RowsBuffer) -> str:
        """Folds one event without a stop; returns as `_apply`."""
        try:
            if self._faults.armed:
                self._faults.before_fold(self._projection.name)
            self._handlers[record.type](self._registry.read_event(record), record, buffer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # whatever the projection's code raises faults it
            return _undone(error, record, buffer)
        self._count(record, buffer)
        return ""

    def _count(self, record: RecordedEvent, buffer: RowsBuffer) -> None:
        buffer.keep()
        self.handled += 1
        self._metrics.flow[self._flow[record.type]] += 1

    async def _apply(self, record: RecordedEvent, buffer: RowsBuffer) -> str:
        """Folds one event, whole or not at all; returns what went wrong, empty if nothing."""
        steps = self._steps(record, buffer)
        while (error := self._go_on(steps, record, buffer)) is None:
            await self._give_turn()
        return error

    def _steps(self, record: RecordedEvent, buffer: RowsBuffer) -> Iterator[None]:
        """Folds one event; what changes many rows stops behind each of them."""
        self._faults.before_fold(self._projection.name)
        handler, event = self._handlers[record.type], self._registry.read_event(record)
        if record.type in self._stepwise:
            yield from handler.steps(event, record, buffer)
        else:
            handler(event, record, buffer)
        yield

    def _go_on(self, steps: Iterator[None], record: RecordedEvent, buffer: RowsBuffer) -> str | None:
        """Goes on with an event; None where others get a turn now, else as `_apply`."""
        try:
            for _ in steps:
                if self._clock.monotonic() > self._slice_end:
                    return None
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # whatever the projection's code raises faults it
            return _undone(error, record, buffer)
        self._count(record, buffer)
        return ""

    def _applied(
        self,
        reached: int,
        buffer: RowsBuffer | None = None,
        *,
        passed: tuple[PassedEvent, ...] = (),
        resumed: tuple[str, ...] = (),
    ) -> ApplyProjection:
        return ApplyProjection(
            name=self._projection.name,
            generation=self.number,
            before=self._stored,
            checkpoint=reached,
            rows=buffer.rows() if buffer else (),
            deleted=buffer.deleted() if buffer else (),
            passed=passed,
            resumed=resumed,
        )

    async def _store(
        self, reached: int, buffer: RowsBuffer | None = None, *, passed: tuple[PassedEvent, ...] = ()
    ) -> None:
        await self._writer.write(self._applied(reached, buffer, passed=passed))
        self._stored = reached

    async def store_checkpoint(self) -> None:
        """Stores a checkpoint that moved over uninteresting events only."""
        if self.checkpoint != self._stored:
            await self._store(self.checkpoint)

    # -- what an operator does about a fault (J2) -----------------------------------------------------------

    async def pass_by(self, kind: PassedKind, *, also: Sequence[Operation] = ()) -> None:
        """Goes on behind the event that faulted it, and records that: only the event, or its whole stream.

        Raises:
            NotFound: It is not faulted.
        """
        record = self._reader.event_at(self.fault_position) if self.fault_position else None
        if self.status is not ProjectionStatus.FAULTED or record is None:
            raise NotFound(f"projection {self._projection.name} stands at no fault")
        said = next(
            one.fault
            for one in self._reader.generations(self._projection.name)
            if one.generation == self.number
        )
        passed = self._applied(record.position, passed=(_passed(record, kind, said),))
        await self.mark(ProjectionStatus.LIVE, also=(passed, *also))
        self.checkpoint = self._stored = record.position
        if kind is PassedKind.PARKED:
            self._parked.add(record.stream)

    async def resume_stream(self, stream: str, *, also: Sequence[Operation] = ()) -> None:
        """Folds what a parked stream missed, and follows it again.

        Raises:
            NotFound: The stream is not parked.
            WorkbenchError: One of its events still fails; the stream stays parked.
        """
        name = self._projection.name
        parked = [
            one
            for one in self._reader.passed(name, self.number)
            if one.stream == stream and one.kind is PassedKind.PARKED
        ]
        if not parked:
            raise NotFound(f"{stream} is not parked in projection {name}")
        buffer = RowsBuffer(self._projection, self._reader, self.number)
        for record in self._missed(stream, parked[0].position):
            if error := await self._apply(record, buffer):
                raise WorkbenchError(f"position {record.position} of {stream} still fails: {error}")
        await self._writer.write_all((self._applied(self.checkpoint, buffer, resumed=(stream,)), *also))
        self._stored = self.checkpoint
        self._parked.discard(stream)

    def _missed(self, stream: str, since: int) -> list[RecordedEvent]:
        first = self._reader.event_at(since)
        return [
            record
            for record in stream_events(self._reader, stream, first.version - 1 if first is not None else 0)
            if since <= record.position <= self.checkpoint and record.type in self._handlers
        ]


def _undone(error: BaseException, record: RecordedEvent, buffer: RowsBuffer) -> str:
    """Takes back what the event did that just failed; returns why it failed."""
    buffer.undo()
    return without_secrets(error_sentence(error), record.data)


def _passed(record: RecordedEvent, kind: PassedKind, error: str) -> PassedEvent:
    return PassedEvent(position=record.position, stream=record.stream, kind=kind, error=error)

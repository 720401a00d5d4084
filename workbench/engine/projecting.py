"""One projection at work: folds the log into its table, rows and checkpoint together (J1–J5)."""

from __future__ import annotations

import asyncio
from typing import Any

from workbench.engine.gate import WriteGate
from workbench.engine.metrics import Metrics
from workbench.errors import ModelError, WrongExpectedVersion
from workbench.model.clock import Clock
from workbench.model.events import RecordedEvent
from workbench.model.projections import Apply, Projection
from workbench.model.registry import Registry
from workbench.store.operations import ApplyProjection, EnsureProjection, MarkProjection
from workbench.store.ports import Reader
from workbench.store.values import ProjectionStatus

BATCH = 500
SLICE = 0.004
PASSED = 500
"""Positions that a checkpoint may move over uninteresting events before it is stored."""


class RowsBuffer:
    """The rows that a batch changed, over those of the store; implements `model.projections.Rows`."""

    def __init__(self, projection: Projection, reader: Reader) -> None:
        self._projection = projection
        self._reader = reader
        self._key = projection.key
        self._columns = tuple(column.name for column in projection.columns)
        self._changed: dict[Any, dict[str, Any] | None] = {}
        self._before: list[tuple[Any, bool, dict[str, Any] | None]] = []

    def get(self, key: Any) -> dict[str, Any] | None:
        """Returns the row with that key as it stands now."""
        row = self._changed[key] if key in self._changed else self._reader.row(self._projection.name, key)
        return dict(row) if row is not None else None

    def put(self, **row: Any) -> None:
        """Inserts the row, or replaces the one with its key.

        Raises:
            ModelError: A column that the projection does not declare, or no key.
        """
        self._check(row)
        if row.get(self._key) is None:
            raise ModelError(f"a row of {self._projection.name} needs its key {self._key}")
        self._set(row[self._key], {name: row.get(name) for name in self._columns})

    def update(self, key: Any, **changes: Any) -> None:
        """Changes columns of a row.

        Raises:
            ModelError: There is no such row, or no such column.
        """
        self._check(changes)
        row = self.get(key)
        if row is None:
            raise ModelError(f"{self._projection.name} has no row {key!r} to update")
        self._set(key, {**row, **changes})

    def delete(self, key: Any) -> None:
        """Removes a row; no error if there is none."""
        self._set(key, None)

    def keep(self) -> None:
        """Keeps what the event that was just applied did."""
        self._before.clear()

    def undo(self) -> None:
        """Takes back what the event that just failed did."""
        for key, known, row in reversed(self._before):
            if known:
                self._changed[key] = row
            else:
                del self._changed[key]
        self._before.clear()

    def rows(self) -> tuple[dict[str, Any], ...]:
        """Returns the rows to put."""
        return tuple(row for row in self._changed.values() if row is not None)

    def deleted(self) -> tuple[Any, ...]:
        """Returns the keys to remove."""
        return tuple(key for key, row in self._changed.items() if row is None)

    def _set(self, key: Any, row: dict[str, Any] | None) -> None:
        self._before.append((key, key in self._changed, self._changed.get(key)))
        self._changed[key] = row

    def _check(self, row: dict[str, Any]) -> None:
        if unknown := [name for name in row if name not in self._columns]:
            raise ModelError(f"{self._projection.name} has no column {', '.join(unknown)}")


class ProjectionRunner:
    """Moves one projection forward."""

    def __init__(
        self,
        projection: Projection,
        *,
        registry: Registry,
        reader: Reader,
        gate: WriteGate,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self.projection = projection
        self.name = projection.name
        self.paused = False
        self.faulted = False
        self.checkpoint = 0
        self.handled = 0
        self._handlers: dict[str, Apply] = projection.handlers()
        self._registry = registry
        self._reader = reader
        self._gate = gate
        self._clock = clock
        self._metrics = metrics
        self._generation = 1
        self._stored = 0
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []

    async def open(self, *, rebuild: bool = False) -> None:
        """Makes its table where needed and takes up where the last run ended."""
        await self._gate.write(
            EnsureProjection(
                name=self.name,
                columns=tuple((column.name, column.kind.value) for column in self.projection.columns),
                indexed=tuple(column.name for column in self.projection.columns[1:] if column.index),
                definition_hash=self.projection.definition_hash(),
                rebuild=rebuild,
            )
        )
        state = self._reader.projection(self.name)
        if state is not None:
            self.checkpoint = self._stored = state.checkpoint
            self._generation = state.generation
            self.paused = state.status is ProjectionStatus.PAUSED
            self.faulted = state.status is ProjectionStatus.FAULTED

    @property
    def stopped(self) -> bool:
        """Whether it does not follow the log."""
        return self.paused or self.faulted

    async def mark(self, status: ProjectionStatus, fault: str = "", position: int = 0) -> None:
        """Pauses, resumes or faults it, in the store, too."""
        await self._gate.write(
            MarkProjection(name=self.name, status=status.value, fault=fault, fault_position=position)
        )
        self.paused = status is ProjectionStatus.PAUSED
        self.faulted = status is ProjectionStatus.FAULTED

    async def work(self, limit: int = BATCH) -> bool:
        """Folds one batch; returns whether there was anything to do."""
        if self.stopped:
            return False
        events, upto = self._reader.read_types(self._handlers.__contains__, self.checkpoint, limit)
        if upto <= self.checkpoint:
            return False
        buffer = RowsBuffer(self.projection, self._reader)
        reached, fault = await self._fold(events, buffer)
        if fault is None:
            reached = upto
        rows, deleted = buffer.rows(), buffer.deleted()
        if rows or deleted or fault or reached - self._stored >= PASSED:
            await self._store(reached, rows, deleted)
        self.checkpoint = reached
        if fault is not None:
            await self.mark(ProjectionStatus.FAULTED, *fault)
        self._wake()
        return True

    async def _fold(
        self, events: list[RecordedEvent], buffer: RowsBuffer
    ) -> tuple[int, tuple[str, int] | None]:
        """Applies events; returns the last position that succeeded, and the fault that stopped it (J2)."""
        reached = self.checkpoint
        slice_end = self._clock.monotonic() + SLICE
        for record in events:
            try:
                self._handlers[record.type](self._registry.read_event(record), record, buffer)
            except Exception as error:  # noqa: BLE001  # whatever the projection's code raises faults it
                buffer.undo()
                return reached, (f"{type(error).__name__}: {error}", record.position)
            buffer.keep()
            self.handled += 1
            self._metrics.flow[f"project:{self.name}:{record.type}"] += 1
            reached = record.position
            if self._clock.monotonic() > slice_end:
                await asyncio.sleep(0)
                slice_end = self._clock.monotonic() + SLICE
        return reached, None

    async def _store(self, reached: int, rows: tuple[dict[str, Any], ...], deleted: tuple[Any, ...]) -> None:
        try:
            await self._gate.write(
                ApplyProjection(
                    name=self.name,
                    generation=self._generation,
                    before=self._stored,
                    checkpoint=reached,
                    rows=rows,
                    deleted=deleted,
                )
            )
        except WrongExpectedVersion:
            await self.open()
            return
        self._stored = reached

    async def store_checkpoint(self) -> None:
        """Stores a checkpoint that moved over uninteresting events only."""
        if self.checkpoint != self._stored and not self.stopped:
            await self._store(self.checkpoint, (), ())

    async def wait_for(self, position: int) -> None:
        """Returns when its rows hold everything up to a position (J5)."""
        if self.checkpoint < position:
            future = asyncio.get_running_loop().create_future()
            self._waiters.append((position, future))
            await future

    def _wake(self) -> None:
        for position, future in self._waiters:
            if position <= self.checkpoint and not future.done():
                future.set_result(None)
        self._waiters = [(position, future) for position, future in self._waiters if not future.done()]

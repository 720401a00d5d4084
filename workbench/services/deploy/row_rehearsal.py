"""Folds read models by two models beside each other, in a scratch store, and compares their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import WorkbenchError
from workbench.model.clock import ManualClock
from workbench.model.projection import OnFault, Projection
from workbench.model.secrets import without_secrets
from workbench.services.deploy.two_models import reason
from workbench.services.story.row_history import LeftOut, left_out
from workbench.services.worlds.compare import StoreDifference, compare_rows, rows_listed
from workbench.store.operations.projection_operations import ApplyProjection, EnsureProjection
from workbench.store.paging import LogWalk
from workbench.store.store_file import open_store_file
from workbench.tusk.scratch import scratch

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.services.deploy.rehearsed import Rehearsed
    from workbench.services.deploy.two_models import SideModel, Told
    from workbench.store.operations import Operation
    from workbench.store.ports import Reader, Store

BATCH = 2_000
"""Events whose rows are written at once."""
NOTHING = LeftOut(skipped=frozenset(), parked={})


class RowRehearsal:
    """Compares the rows of read models that two models fold otherwise.

    Args:
        since: By stream, from which position on it differs.
    """

    def __init__(
        self,
        reader: Reader,
        sides: tuple[SideModel, SideModel],
        since: Mapping[str, tuple[int, bool]],
        found: Rehearsed,
        told: Told,
    ) -> None:
        self._reader, self._sides, self._since = reader, sides, since
        self._found, self._told = found, told

    def run(self, name: str) -> None:
        """Folds a read model that both have, all of it, and compares.

        Raises:
            WorldError: The store cannot be read, or there is no room for the rows.
        """
        old, new = (side.registry.projections[name] for side in self._sides)
        if old.columns[0] != new.columns[0]:
            self._found.untold[name] = "its key is another: no row belongs to another one"
            return
        live = next((one for one in self._reader.generations(name) if one.live), None)
        passed = left_out(self._reader, live) if live is not None else NOTHING
        with _scratch() as store, closing(store.reader()) as rows:
            numbers = []
            for side, projection in zip(self._sides, (old, new), strict=True):
                fold = _Fold(side, projection, store, rows, passed)
                stopped = fold.run(self._events(side, projection))
                if stopped is not None:
                    self._stopped(name, *stopped, new=projection is new)
                    return
                numbers.append(fold.generation)
            kinds = dict(new.shape())
            shared = [one for one in old.shape() if one[0] in kinds]
            ours, theirs = (rows_listed(name, rows, number) for number in numbers)
            count, differ = compare_rows(name, shared, ours, theirs, self._found, self._since)
        self._found.looked["row"] += count
        self._found.differ["row"] += differ

    def _events(self, side: SideModel, projection: Projection) -> Iterator[RecordedEvent]:
        head = self._found.head
        wants = side.wants(projection.handlers().keys())
        told = partial(self._told, f"Folding {projection.name}")
        return map(side.own, LogWalk(reader=self._reader, wants=wants, upto=head, step=told).events())

    def _stopped(self, name: str, said: str, position: int, *, new: bool) -> None:
        """Notes that a fold stops at an event that it cannot fold (J2)."""
        if not new:
            self._found.untold[name] = f"the old model stops at position {position:,}: {said}"
            return
        self._found.looked["row"] += 1
        self._found.differs(
            StoreDifference(kind="row", where=name, ours="all rows", theirs=f"stops: {said}", since=position)
        )


class _Fold:
    """Folds a read model into a generation of its own, batch by batch.

    Args:
        rows: Reads what was written of it.
        passed: What the live rows left out.
    """

    def __init__(
        self, side: SideModel, projection: Projection, store: Store, rows: Reader, passed: LeftOut
    ) -> None:
        self._side, self._projection, self._store, self._rows = side, projection, store, rows
        self._passed, self._parked = passed, set[str]()
        self._write(
            EnsureProjection(
                name=projection.name,
                columns=projection.shape(),
                indexed=tuple(one.name for one in projection.columns if one.index),
                definition_hash=projection.definition_hash(),
                rebuild=bool(rows.generations(projection.name)),
            )
        )
        self.generation = max(one.generation for one in rows.generations(projection.name))
        self._checkpoint = 0

    def run(self, events: Iterator[RecordedEvent]) -> tuple[str, int] | None:
        """Folds events; returns why it stopped, and at which position; None where it did not."""
        handlers, count = self._projection.handlers(), 0
        buffer = self._buffer()
        for event in events:
            if event.stream in self._parked or self._passed.leaves_out(event):
                continue
            try:
                handlers[event.type](self._side.registry.read_event(event), event, buffer)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  # code of the model may raise anything
                buffer.undo()
                if self._projection.on_fault is OnFault.PAUSE:
                    return without_secrets(reason(error), event.data), event.position
                if self._projection.on_fault is OnFault.PARK:
                    self._parked.add(event.stream)
                continue
            buffer.keep()
            count += 1
            if count % BATCH == 0 or buffer.full:
                self._keep(buffer, event.position)
                buffer = self._buffer()
        self._keep(buffer, self._checkpoint + 1)
        return None

    def _buffer(self) -> RowsBuffer:
        return RowsBuffer(self._projection, self._rows, self.generation)

    def _keep(self, buffer: RowsBuffer, position: int) -> None:
        self._write(
            ApplyProjection(
                name=self._projection.name,
                generation=self.generation,
                before=self._checkpoint,
                checkpoint=position,
                rows=buffer.rows(),
                deleted=buffer.deleted(),
            )
        )
        self._checkpoint = position

    def _write(self, operation: Operation) -> None:
        (answer,) = self._store.write([operation])
        if isinstance(answer, WorkbenchError):
            raise answer


@contextmanager
def _scratch() -> Iterator[Store]:
    """Gives a store that is gone behind the block."""
    with scratch("deploy") as folder:
        store = open_store_file(folder / "rows.db", ManualClock(0), synchronous="normal")
        try:
            yield store
        finally:
            store.close()

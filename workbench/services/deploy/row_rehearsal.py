"""Folds read models by two models beside each other, in a scratch store, and compares their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import WorkbenchError
from workbench.model.clock import ManualClock
from workbench.model.projection import OnFault, as_kept
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
    from workbench.model.projection import Projection
    from workbench.services.deploy.rehearsed import Rehearsed
    from workbench.services.deploy.two_models import SideModel, Told
    from workbench.store.operations import Operation
    from workbench.store.ports import Reader, Store

Row = dict[str, Any]
Since = Mapping[str, tuple[int, bool]]
"""By key, from which position on a row differs; it stands in what both have."""
BATCH = 2_000
"""Events whose rows are written at once."""
NOTHING = LeftOut(skipped=frozenset(), parked={})


class RowRehearsal:
    """Compares the rows of read models that two models fold otherwise."""

    def __init__(
        self,
        reader: Reader,
        sides: tuple[SideModel, SideModel],
        found: Rehearsed,
        told: Told,
    ) -> None:
        self._reader, self._sides = reader, sides
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
            kinds = dict(new.shape())
            shared = [one for one in old.shape() if one[0] in kinds]
            folds = [
                _Fold(side, one, store, rows, passed)
                for side, one in zip(self._sides, (old, new), strict=True)
            ]
            since = self._fold(name, folds, [column for column, _ in shared])
            if since is None:
                return
            ours, theirs = (rows_listed(name, rows, fold.generation) for fold in folds)
            count, differ = compare_rows(name, shared, ours, theirs, self._found, since)
        self._found.looked["row"] += count
        self._found.differ["row"] += differ

    def _fold(self, name: str, folds: Sequence[_Fold], columns: Sequence[str]) -> Since | None:
        """Folds with both models, event by event; returns since which one rows differ, by their keys.

        Returns:
            None where a fold stopped, which is noted then.
        """
        since: dict[Any, int] = {}
        told = partial(self._told, f"Folding {name}")
        wants = [fold.wants for fold in folds]
        walk = LogWalk(
            reader=self._reader,
            wants=lambda kind: any(one(kind) for one in wants),
            upto=self._found.head,
            step=told,
        )
        for event in walk.events():
            touched = set[Any]()
            for at, fold in enumerate(folds):
                try:
                    touched |= fold.take(event)
                except _Stopped as error:
                    self._stopped(name, str(error), event.position, new=bool(at))
                    return None
            for key in touched:
                one, other = (fold.row(key, columns) for fold in folds)
                if one == other:
                    since.pop(key, None)
                else:
                    since.setdefault(key, event.position)
        for fold in folds:
            fold.flush(self._found.head)
        return {str(key): (position, True) for key, position in since.items()}

    def _stopped(self, name: str, said: str, position: int, *, new: bool) -> None:
        """Notes that a fold stops at an event that it cannot fold (J2)."""
        if not new:
            self._found.untold[name] = f"the old model stops at position {position:,}: {said}"
            return
        self._found.looked["row"] += 1
        self._found.differs(
            StoreDifference(kind="row", where=name, ours="all rows", theirs=f"stops: {said}", since=position)
        )


class _Stopped(Exception):  # no error of this program: the model's code refuses an event
    """A fold stops at an event, and says why."""


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
        self._checkpoint = self._count = 0
        self._handlers, self._kinds = projection.handlers(), dict(projection.shape())
        self.wants = side.wants(self._handlers.keys())
        self._rows_now = self._buffer()

    def take(self, event: RecordedEvent) -> set[Any]:
        """Folds an event, if it is of this read model; returns the keys of the rows that it changed.

        Raises:
            _Stopped: It cannot be folded, and the read model stops there (J2).
        """
        if not self.wants(event.type) or event.stream in self._parked or self._passed.leaves_out(event):
            return set()
        event, buffer = self._side.own(event), self._rows_now
        try:
            self._handlers[event.type](self._side.registry.read_event(event), event, buffer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            buffer.undo()
            if self._projection.on_fault is OnFault.PAUSE:
                raise _Stopped(without_secrets(reason(error), event.data)) from error
            if self._projection.on_fault is OnFault.PARK:
                self._parked.add(event.stream)
            return set()
        touched = buffer.touched()
        buffer.keep()
        self._count += 1
        if self._count % BATCH == 0 or buffer.full:
            self.flush(event.position)
        return touched

    def row(self, key: Any, columns: Sequence[str]) -> Row | None:
        """Returns these columns of a row as it stands now; None where there is none."""
        row = self._rows_now.get(key)
        return None if row is None else {name: as_kept(self._kinds[name], row[name]) for name in columns}

    def flush(self, position: int) -> None:
        """Writes what was folded up to a position."""
        if position <= self._checkpoint:
            return
        buffer, self._rows_now = self._rows_now, self._buffer()
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

    def _buffer(self) -> RowsBuffer:
        return RowsBuffer(self._projection, self._rows, self.generation)

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

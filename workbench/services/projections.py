"""Reads the rows of projections; pauses, resumes and rebuilds these, recorded (L9)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError
from workbench.model.aggregate import stream_name
from workbench.model.operator_acts import OperatorAct
from workbench.store.operations import RecordAction
from workbench.store.stored_values import PassedKind, ProjectionStatus

if TYPE_CHECKING:
    from workbench.engine.projection_runner import ProjectionRunner
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.store.list_ports import Shows
    from workbench.store.ports import Reader
    from workbench.store.stored_values import LogEntry, RowOrder

Progress = Callable[[int, int], None]
"""Told up to which position it is folded, and where the log ends."""


class Projections:
    """Rows of projections, and what an operator does to these."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    # -- rows ---------------------------------------------------------------------------------------------

    @property
    def _reader(self) -> Reader:
        return self._world.reader

    def rows(
        self, projection: str, *, order: str = "", text: str = "", first: int = 0, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Returns rows of a read model, in any order, filtered by text in any column."""
        return self._reader.projection_rows(projection, order=order, text=text, first=first, limit=limit)

    def row_order(
        self, projection: str, *, order: str = "", text: str = "", shows: Shows | None = None
    ) -> RowOrder:
        """Returns the numbers of all rows that show a text; looks at the whole table, so call it in a thread.

        Args:
            order: A column; with ``-`` in front the other way round; empty for the key.
            shows: How columns show their values, where that is not the text that is stored.
        """
        return self._reader.projection_order(projection, order=order, text=text, shows=shows)

    def lines(self, projection: str, found: RowOrder, first: int, limit: int) -> list[tuple[Any, ...] | None]:
        """Returns rows of an order, their numbers behind them; None for those that are gone.

        Long texts are shortened.
        """
        numbers = found.numbers[first : first + limit]
        return self._reader.projection_lines(projection, found.generation, numbers)

    def whole_line(self, projection: str, found: RowOrder, number: int) -> tuple[Any, ...] | None:
        """Returns one of these rows with its whole texts; None if it is gone."""
        return self._reader.projection_lines(projection, found.generation, [number], whole=True)[0]

    def numbers(self, projection: str, keys: Collection[Any]) -> dict[Any, int]:
        """Returns the numbers of the rows that have these keys."""
        return self._reader.projection_numbers(projection, keys)

    def glance(self, projection: str, key: Any) -> dict[str, Any] | None:
        """Returns one row with the beginnings of long texts."""
        return self._reader.projection_glance(projection, key)

    def row(self, projection: str, key: Any) -> dict[str, Any]:
        """Returns one whole row."""
        return self._reader.row(projection, key) or {}

    def sources(self, projection: str, key: Any, limit: int = 500) -> list[LogEntry]:
        """Returns the events that made a row: those that the projection reads, of the streams with that key.

        A projection that gathers many streams into one row has rows whose events are not found this way.
        """
        registry = self._world.registry
        read = set(registry.projections[projection].handlers())
        names = [kind.name for kind in registry.aggregates.values() if read & set(kind.events)]
        found = [
            entry
            for name in names
            for entry in self._reader.stream_entries(stream_name(name, key), range(1, limit + 1))
            if entry.type in read
        ]
        return sorted(found, key=lambda entry: entry.position)

    # -- acts ---------------------------------------------------------------------------------------------

    async def pause(self, name: str, *, paused: bool) -> str:
        """Pauses a projection, or resumes a paused or faulted one.

        Returns:
            The name of its record, for `OperationsLog.undo_act`.
        """
        status = ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE
        async with self._projection(name) as runner:
            act = OperatorAct.PAUSE if paused else OperatorAct.RESUME
            note = self._of(name, act, count=int(runner.live.status is not status))
            await runner.mark(status, note)
        return note.action.act

    async def rebuild(self, name: str, *, held: bool = False) -> None:
        """Begins to rebuild a projection's rows; the old ones stay until it is done (J3).

        Args:
            held: They stay until `switch`: both can be compared until then (J10).
        """
        async with self._projection(name) as runner:
            await runner.rebuild(self._of(name, OperatorAct.REBUILD, "generation {answer}"), held=held)

    async def switch(self, name: str) -> None:
        """Has rows that were rebuilt beside the live ones take their place (J10).

        Raises:
            NotFound: There are none.
            CallerError: They lack events, or another definition made them.
        """
        async with self._projection(name) as runner:
            detail = f"generation {runner.building.number}" if runner.building is not None else ""
            await runner.switch(self._of(name, OperatorAct.SWITCH, detail))

    async def rebuild_alone(self, name: str, progress: Progress, *, held: bool = False) -> None:
        """Rebuilds a projection while nothing else moves; the new rows take the old ones' place at once (J3).

        Args:
            held: They stay beside the old ones instead (J10).

        The engine is started paused: no handler is called, no other projection moves. Where an event cannot
        be folded, the rebuild stops there.

        Raises:
            NotFound: The model has no such projection.
            StoreReadOnly: This window only observes.
        """
        engine = self._world.running()
        await self._world.start(paused=True)
        await self.rebuild(name, held=held)
        runner, moved = engine.projection(name), True
        while moved and (building := runner.building) is not None and not building.stopped:
            moved = await runner.work()
            progress(min(building.checkpoint, engine.head), engine.head)

    async def pause_rebuild(self, name: str, *, paused: bool) -> None:
        """Pauses a rebuild, or resumes one that was paused or faulted."""
        status = ProjectionStatus.PAUSED if paused else ProjectionStatus.LIVE
        note = self._of(name, OperatorAct.PAUSE_REBUILD if paused else OperatorAct.RESUME_REBUILD)
        async with self._projection(name) as runner:
            await runner.mark(status, note, building=True)

    async def give_up_rebuild(self, name: str) -> bool:
        """Ends a rebuild, held or not; the old rows stay. Returns whether there was one."""
        async with self._projection(name) as runner:
            return await runner.give_up(self._of(name, OperatorAct.GIVE_UP_REBUILD))

    async def skip_event(self, name: str, *, rebuild: bool = False) -> None:
        """Has a faulted projection leave out the event that it cannot fold; this is recorded (J2)."""
        async with self._projection(name) as runner:
            await runner.pass_by(PassedKind.SKIPPED, self._of(name, OperatorAct.SKIP_EVENT), building=rebuild)

    async def park_stream(self, name: str, *, rebuild: bool = False) -> None:
        """Has a faulted projection leave out that event and all later ones of its stream (J2)."""
        async with self._projection(name) as runner:
            at_fault = runner.building if rebuild else runner.live
            event = self._reader.event_at(at_fault.fault_position) if at_fault else None
            stream = event.stream if event else ""
            note = self._of(name, OperatorAct.PARK_STREAM, stream, undoable=not rebuild)
            await runner.pass_by(PassedKind.PARKED, note, building=rebuild)

    async def resume_stream(self, name: str, stream: str) -> None:
        """Has a projection fold what a parked stream missed, and follow it again.

        Raises:
            WorkbenchError: An event still fails; the stream stays parked.
        """
        async with self._projection(name) as runner:
            await runner.resume_stream(stream, self._of(name, OperatorAct.RESUME_STREAM, stream))

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

    def _of(
        self,
        projection: str,
        action: OperatorAct,
        detail: str = "",
        *,
        count: int = 1,
        undoable: bool = True,
    ) -> RecordAction:
        act = str(self._world.running().new_id()) if undoable else ""
        subject = f"projection {projection}"
        return self._world.record(action, subject, detail, act=act, count=count, counts=False)

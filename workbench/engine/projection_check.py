"""Folds the log again, to see whether rows are the fold of all events up to their checkpoint (I9)."""

from __future__ import annotations

from typing import Any

from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import WorkbenchError
from workbench.model.projection import Projection
from workbench.model.registry import Registry
from workbench.store.paging import all_rows, typed_events
from workbench.store.ports import Reader
from workbench.store.stored_values import Page, PassedKind, ProjectionState


class Nothing:
    """A read model without rows, over which everything is folded in memory."""

    def row(self, _projection: str, _key: Any, _generation: int | None = None) -> dict[str, Any] | None:
        """Returns no row."""
        return None

    def rows(self, _projection: str, /, **_asked: Any) -> Page:
        """Returns no rows."""
        return Page(rows=[], more=False)


def row_differences(projection: Projection, registry: Registry, reader: Reader, limit: int = 10) -> list[str]:
    """Returns how the live rows differ from a fold of the log, a sentence for each row; empty if they do not.

    Rows of an older definition or with other columns are not compared: they may differ. Nor are rows that
    handlers write: they are no fold (J6).

    Args:
        reader: In one state of the store throughout.
        limit: Sentences at most.
    """
    live = next((one for one in reader.generations(projection.name) if one.live), None)
    if projection.by_handlers or live is None or is_stale(projection, live):
        return []
    wanted = _fold(projection, registry, reader, live)
    said: list[str] = []
    for row in all_rows(reader, projection.name, projection.key):
        key = row[projection.key]
        expected = wanted.pop(key, None)
        if expected is None:
            said.append(f"{projection.name} has a row {key!r} that no event made")
        elif expected != row:
            columns = ", ".join(name for name in row if row[name] != expected[name])
            said.append(f"{projection.name} row {key!r} differs in {columns}")
        if len(said) >= limit:
            return said
    return said + [f"{projection.name} has no row {key!r}" for key in list(wanted)[: limit - len(said)]]


def is_stale(projection: Projection, state: ProjectionState | None) -> bool:
    """Whether rows were made by another definition (J4); never where handlers write them (J6)."""
    if state is None or projection.by_handlers:
        return False
    return state.definition_hash != projection.definition_hash()


def has_nothing(projection: Projection, reader: Reader) -> bool:
    """Whether a read model has no row, and none of the events up to its checkpoint makes one (J4)."""
    live = next((one for one in reader.generations(projection.name) if one.live), None)
    if live is None or live.rows:
        return live is None
    found, upto = reader.read_types(projection.handlers().__contains__, 0, 1)
    return upto >= live.checkpoint and not any(one.position <= live.checkpoint for one in found)


def _fold(
    projection: Projection, registry: Registry, reader: Reader, live: ProjectionState
) -> dict[Any, dict[str, Any]]:
    """Returns the rows that the events up to the checkpoint make, by key."""
    passed = reader.passed(projection.name, live.generation)
    skipped = {one.position for one in passed}
    parked = {one.stream: one.position for one in passed if one.kind is PassedKind.PARKED}
    handlers = projection.handlers()
    buffer = RowsBuffer(projection, Nothing(), live.generation)
    for record in typed_events(reader, handlers.__contains__, 0, live.checkpoint):
        if record.position in skipped or record.position > parked.get(record.stream, record.position):
            continue
        try:
            handlers[record.type](registry.read_event(record), record, buffer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise WorkbenchError(
                f"{projection.name} cannot be folded at position {record.position}: {error}"
            ) from error
        buffer.keep()
    return {row[projection.key]: row for row in buffer.rows()}

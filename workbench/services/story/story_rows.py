"""Says which rows the events of a story changed, by folding these events alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.engine.projection_check import Nothing
from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import ReadTooLong, WorkbenchError
from workbench.model.error_text import error_sentence
from workbench.model.secrets import is_secret, without_secrets
from workbench.services.story.row_history import of_streams

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.projection import Projection
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader
    from workbench.store.stored_values import Page

MOST = 500
"""Events of a story whose rows are told, of each read model."""
TOLD = 2
"""Columns that a line tells."""
MOST_ROWS = 20
"""Rows that one event changed that are told."""
Changes = Mapping[tuple[str, int], Sequence[tuple[Any, str]]]
"""By read model and position of an event: keys of rows, and what became of them."""


@dataclass(slots=True)
class _Earlier:
    """Where rows stand that the story did not change yet: made of the events before it, of their streams."""

    projection: Projection
    registry: Registry
    reader: Reader
    position: int = 0
    _known: dict[Any, dict[str, Any] | None] = field(default_factory=dict)

    def row(self, _projection: str, key: Any, _generation: int | None = None) -> dict[str, Any] | None:
        """Returns one row as it was before the event at ``position``."""
        if key not in self._known:
            self._known[key] = self._folded(key)
        return self._known[key]

    def _folded(self, key: Any) -> dict[str, Any] | None:
        buffer, handlers = RowsBuffer(self.projection, Nothing(), 0), self.projection.handlers()
        try:
            for event in of_streams(handlers, self.registry, self.reader, self.position - 1, key):
                handlers[event.type](self.registry.read_event(event), event, buffer)
            return buffer.get(key)
        except ReadTooLong:
            raise
        except Exception:  # noqa: BLE001  # it is made of more than its streams: the row as it is now will do
            return self.reader.row(self.projection.name, key)

    def rows(self, projection: str, /, **asked: Any) -> Page:
        """Returns rows as they are now."""
        return self.reader.rows(projection, **asked | {"generation": None})


def row_changes(
    registry: Registry, reader: Reader, events: Sequence[RecordedEvent], before: Changes
) -> Changes:
    """Returns which rows events changed, and how; those that are known are not folded again; for a thread."""
    found = dict(before)
    for projection in registry.projections.values():
        handlers = projection.handlers()
        new = [one for one in events if one.type in handlers][:MOST]
        if new and (projection.name, new[-1].position) not in before:
            found |= _of(projection, registry, reader, new)
    return found


def _of(
    projection: Projection, registry: Registry, reader: Reader, events: Sequence[RecordedEvent]
) -> Changes:
    earlier, handlers = _Earlier(projection, registry, reader), projection.handlers()
    buffer, found = RowsBuffer(projection, earlier, 0), {}
    for short in events:
        event = reader.event_at(short.position)
        if event is None:
            continue
        earlier.position = event.position
        try:
            handlers[event.type](registry.read_event(event), event, buffer)
        except (KeyboardInterrupt, ReadTooLong):
            raise
        except BaseException as error:  # noqa: BLE001  # the projection's code may raise anything
            buffer.undo()
            reason = error.message if isinstance(error, WorkbenchError) else error_sentence(error)
            said = f"cannot fold it: {without_secrets(reason, event.data)}"
            found[projection.name, event.position] = [(None, said)]
            continue
        found[projection.name, event.position] = _told(projection, buffer.changes())
        buffer.keep()
    return found


def _told(projection: Projection, changes: Sequence[tuple[Any, Any, Any]]) -> list[tuple[Any, str]]:
    said = [(key, row_words(projection, before, after)) for key, before, after in changes]
    more = len(said) - MOST_ROWS
    return (
        [*said[:MOST_ROWS], (None, f"{more:,} more rows")] if more > 0 else said or [(None, "changed no row")]
    )


def row_words(
    projection: Projection, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> str:
    """Returns what became of a row: ``put the row, status placed``."""
    if after is None:
        return "removed the row" if before is not None else "found no row to remove"
    kinds = dict(projection.shape())
    names = [name for name in after if name != projection.key and kinds[name] not in {"time", "json"}]
    changed = [name for name in names if before is None or before.get(name) != after[name]]
    told = [_change(name, before, after[name]) for name in changed if after[name] is not None or before]
    said = ", ".join(told[:TOLD]) + (f" and {len(told) - TOLD} more" if len(told) > TOLD else "")
    if before is None:
        return f"put the row, {said}" if said else "put the row"
    others = [name for name in after if before.get(name) != after[name]]
    return said or (f"changed {', '.join(others)}" if others else "left the row as it was")


def _change(name: str, before: Mapping[str, Any] | None, value: Any) -> str:
    """Says what a cell got, and what stood there before: ``status placed → paid``."""
    was = f"{value_words(name, before.get(name))} → " if before is not None else ""
    return f"{name} {was}{value_words(name, value)}"


def value_words(name: str, value: Any) -> str:
    """Returns a value of a column in words; a secret is not told."""
    if value is None:
        return "–"
    return "•••" if is_secret(name) else str(value)[:60]

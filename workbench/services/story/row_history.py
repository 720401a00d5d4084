"""Finds the events that made one row of a read model, by folding no more than what concerns that row."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.engine.projection_check import Nothing, is_stale
from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import NotFound, ReadTooLong, WorkbenchError
from workbench.model.aggregate import stream_name
from workbench.model.error_text import error_sentence
from workbench.model.secrets import without_secrets
from workbench.store.paging import LogWalk, stream_events
from workbench.store.stored_values import PassedKind

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.projection import Projection
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader
    from workbench.store.stored_values import ProjectionState

REST = 0.0005
"""Seconds for which a long fold lets the loop have the processor, behind each `AT_ONCE` events."""
AT_ONCE = 256
MOST_ROWS = 500_000
"""Rows that a fold of a whole log may hold."""
MOST_STEPS = 10_000
"""Events of one row that are told: the last ones."""
Row = dict[str, Any] | None
_NONE: Mapping[str, Any] = {}


class Walk:
    """How far a long fold is, told to another thread, which may end it.

    Attributes:
        share: Part of the log that is done, 0 to 1.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self._ended = threading.Event()

    def cancel(self) -> None:
        """Ends the fold at its next stop."""
        self._ended.set()

    def rest(self, share: float, seconds: float = REST) -> None:
        """Tells how far it is, and lets others have a turn.

        Raises:
            ReadTooLong: It was cancelled.
        """
        self.share = share
        if self._ended.wait(seconds):
            raise ReadTooLong("it was cancelled", hint="ask again")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowStep:
    """An event that changed a row.

    Attributes:
        before: The row without it; None where there was none.
        after: The row with it; None where it removed the row.
    """

    event: RecordedEvent
    before: Row
    after: Row

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the columns whose values it changed."""
        before, after = self.before or {}, self.after or {}
        return tuple(name for name in after or before if before.get(name) != after.get(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowHistory:
    """What became of one row.

    Attributes:
        steps: The events that changed it, in order; ``earlier`` more stand before them.
        checkpoint: They are all of them up to here.
        looked: Where was looked: ``streams`` of its key, events that hold its key (``texts``), or the whole
            ``log``.
        trouble: Why it is not known, or not certain; empty if all is well.
        strays: What the events come to, of each column that is stored otherwise: no event gives that value.
    """

    projection: str
    key: Any
    steps: tuple[RowStep, ...] = ()
    earlier: int = 0
    checkpoint: int = 0
    looked: str = "streams"
    trouble: str = ""
    strays: Mapping[str, Any] = field(default_factory=dict)

    def at(self, position: int) -> Row:
        """Returns the row as it was when everything up to a position was folded."""
        row: Row = self.steps[0].before if self.steps else None
        for step in self.steps:
            if step.event.position > position:
                break
            row = step.after
        return row

    def sets(self, column: str) -> tuple[RowStep, ...]:
        """Returns the events that gave a column another value, the newest first."""
        return tuple(step for step in reversed(self.steps) if column in step.changed)


@dataclass(slots=True)
class _Fold:
    """Folds events in memory and notes what became of one row."""

    projection: Projection
    registry: Registry
    key: Any
    steps: list[RowStep] = field(default_factory=list)
    row: Row = None
    earlier: int = 0

    def over(self, events: Iterable[RecordedEvent]) -> None:
        """Folds events.

        Raises:
            WorkbenchError: One cannot be folded.
        """
        buffer, handlers = RowsBuffer(self.projection, Nothing(), 0), self.projection.handlers()
        for event in events:
            fold_into(buffer, handlers, self.registry, event)
            buffer.keep()
            self._note(event, buffer.get(self.key))
            if buffer.size > MOST_ROWS:
                raise WorkbenchError(f"more than {MOST_ROWS:,} rows are needed to say what made this one")

    def _note(self, event: RecordedEvent, row: Row) -> None:
        if row != self.row:
            self.steps.append(RowStep(event=event, before=self.row, after=row))
            self.row = row
        if len(self.steps) >= 2 * MOST_STEPS:
            self.earlier += len(self.steps) - MOST_STEPS
            del self.steps[:-MOST_STEPS]


def fold_into(
    buffer: RowsBuffer, handlers: Mapping[str, Any], registry: Registry, event: RecordedEvent
) -> None:
    """Folds one event over the rows of a buffer.

    Raises:
        WorkbenchError: It cannot be folded; says its position.
        ReadTooLong: The fold was cancelled.
    """
    try:
        handlers[event.type](registry.read_event(event), event, buffer)
    except (KeyboardInterrupt, ReadTooLong):
        raise
    except BaseException as error:
        said = without_secrets(error_sentence(error), event.data)
        raise WorkbenchError(f"position {event.position:,} cannot be folded: {said}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a generation left out (J2)."""

    skipped: frozenset[int]
    parked: Mapping[str, int]

    def leaves_out(self, event: RecordedEvent) -> bool:
        """Whether an event is not in the rows."""
        return event.position in self.skipped or event.position > self.parked.get(
            event.stream, event.position
        )


def row_history(
    projection: Projection, registry: Registry, reader: Reader, key: Any, walk: Walk | None = None
) -> RowHistory:
    """Returns the events that made a row, those of a removed one as well; for a thread.

    First those of the streams with that key are folded; where that does not come to the row as it is
    stored, those that hold the key, and in the end the whole log.

    Raises:
        NotFound: The read model has no rows yet.
        ReadTooLong: It was cancelled.
    """
    walk = walk or Walk()
    if projection.by_handlers:
        said = "handlers write these rows: no event is folded into them"
        return RowHistory(projection=projection.name, key=key, trouble=said)
    live, stored = _as_it_is(projection, reader, key)
    stale = is_stale(projection, live)
    trouble = (
        "these rows were made by an earlier definition: this is what the present one makes" if stale else ""
    )
    passed, failed = left_out(reader, live), ""
    strays: Mapping[str, Any] = _NONE
    for looked in ("streams", "texts", "log"):
        fold = _Fold(projection, registry, key)
        events = _events(projection, registry, reader, live.checkpoint, key, looked, walk)
        try:
            fold.over(event for event in events if not passed.leaves_out(event))
        except ReadTooLong:
            raise
        except WorkbenchError as error:
            failed, strays = error.message, _NONE
            continue
        if fold.row == stored or (stale and looked == "streams" and fold.steps):
            return _told(fold, live, looked, trouble)
        failed, strays = "the log does not lead to this row as it is stored", _strays(fold.row, stored)
    return _told(fold, live, "log", trouble or failed, _NONE if stale else strays)


def _strays(folded: Row, stored: Row) -> dict[str, Any]:
    made = folded or {}
    return {name: made.get(name) for name, value in (stored or {}).items() if made.get(name) != value}


def _told(
    fold: _Fold, live: ProjectionState, looked: str, trouble: str, strays: Mapping[str, Any] = _NONE
) -> RowHistory:
    steps = tuple(fold.steps[-MOST_STEPS:])
    return RowHistory(
        projection=fold.projection.name,
        key=fold.key,
        steps=steps,
        earlier=fold.earlier + len(fold.steps) - len(steps),
        checkpoint=live.checkpoint,
        looked=looked,
        trouble=trouble,
        strays=strays,
    )


def _as_it_is(projection: Projection, reader: Reader, key: Any) -> tuple[ProjectionState, Row]:
    """Returns the live generation and the row at its checkpoint."""
    while True:
        live = live_generation(projection, reader)
        row = reader.row(projection.name, key, live.generation)
        again = live_generation(projection, reader)
        if (again.generation, again.checkpoint) == (live.generation, live.checkpoint):
            return live, row


def live_generation(projection: Projection, reader: Reader) -> ProjectionState:
    """Returns the generation that readers get.

    Raises:
        NotFound: There is none yet.
    """
    live = next((one for one in reader.generations(projection.name) if one.live), None)
    if live is None:
        raise NotFound(f"read model {projection.name} has no rows yet", hint="run the project once")
    return live


def left_out(reader: Reader, live: ProjectionState) -> LeftOut:
    """Returns what a generation left out."""
    found = reader.passed(live.name, live.generation)
    return LeftOut(
        skipped=frozenset(one.position for one in found),
        parked={one.stream: one.position for one in found if one.kind is PassedKind.PARKED},
    )


def _events(
    projection: Projection,
    registry: Registry,
    reader: Reader,
    upto: int,
    key: Any,
    looked: str,
    walk: Walk,
) -> Iterator[RecordedEvent]:
    handlers = projection.handlers()
    if looked == "streams":
        return iter(of_streams(handlers, registry, reader, upto, key, walk))
    needle = json_text(str(key)) if looked == "texts" else ""
    return log_events(reader, handlers, upto, walk, needle)


def of_streams(
    read: Mapping[str, Any],
    registry: Registry,
    reader: Reader,
    upto: int,
    key: Any,
    walk: Walk | None = None,
) -> list[RecordedEvent]:
    """Returns the events that a projection reads of the streams with a key, up to a position."""
    walk = walk or Walk()
    names = [kind.name for kind in registry.aggregates.values() if set(kind.events) & read.keys()]
    found = []
    for name in names:
        for count, event in enumerate(stream_events(reader, stream_name(name, key)), 1):
            if event.position > upto:
                break
            if event.type in read:
                found.append(event)
            if count % AT_ONCE == 0:
                walk.rest(0)
    return sorted(found, key=lambda event: event.position)


def json_text(text: str) -> str:
    """Returns how a text stands in a payload, without its quotes."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def log_events(
    reader: Reader, wanted: Mapping[str, Any], upto: int, walk: Walk, needle: str = "", after: int = 0
) -> Iterator[RecordedEvent]:
    """Yields events of some types up to a position, and tells how far it is.

    Args:
        needle: Only those that hold this text, or whose stream does.
    """
    pages = LogWalk(
        reader=reader,
        wants=wanted.__contains__,
        after=after,
        upto=upto,
        step=lambda done, of: walk.rest((done - after) / max(1, of - after)),
    )
    for count, event in enumerate(pages.events(), 1):
        if count % AT_ONCE == 0:
            walk.rest((event.position - after) / max(1, upto - after))
        if needle in event.data or needle in event.stream:
            yield event
    walk.rest(1.0, 0)

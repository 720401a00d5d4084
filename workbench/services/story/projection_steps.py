"""Steps through the events that a read model folds, one by one, in memory, with the rows they change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.engine.projection_check import Nothing
from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import ModelError, WorkbenchError
from workbench.services.story.row_history import (
    MOST_ROWS,
    MOST_STEPS,
    Row,
    Walk,
    fold_into,
    left_out,
    live_generation,
    log_events,
)
from workbench.store.paging import PAGE

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.projection import Projection
    from workbench.model.registry import Registry
    from workbench.services.search.condition import Condition
    from workbench.store.ports import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionStep:
    """One event that a read model folded.

    Attributes:
        changes: Of each row that it changed: key, row before and row after; None where there was or is none.
        trouble: Why it could not be folded; it changed nothing then. Empty if all is well.
    """

    event: RecordedEvent
    changes: tuple[tuple[Any, Row, Row], ...]
    trouble: str = ""


Wanted = Callable[[ProjectionStep], bool]


def any_step(_step: ProjectionStep) -> bool:
    """Stops at every event."""
    return True


def changing(step: ProjectionStep) -> bool:
    """Stops at an event that changed a row, or could not be folded."""
    return bool(step.changes or step.trouble)


def where(condition: Condition) -> Wanted:
    """Stops at an event for which an expression is true."""

    def fits(step: ProjectionStep) -> bool:
        event = step.event
        known = {
            "kind": "event",
            "data": event.data,
            "meta": event.metadata,
            "metadata": event.metadata,
            "type": event.type,
            "stream": event.stream,
            "time": event.recorded_at,
            "version": event.version,
            "position": event.position,
        }
        return bool(condition.fitting([(1, *(known.get(name, "") for name in condition.columns))]))

    return fits


class ProjectionSteps:
    """A read model that is folded by hand; each call reads the store, so make it in a thread, one at a time.

    What the live rows left out (J2) is left out here, too.

    Attributes:
        steps: Those that were gone through since it began, the last `MOST_STEPS`.
        position: The fold is of all events up to here.
        last: Where the live rows are: it goes no further.

    Raises:
        ModelError: Handlers write its rows.
        NotFound: It has no rows yet.
    """

    def __init__(self, projection: Projection, registry: Registry, reader: Callable[[], Reader]) -> None:
        if projection.by_handlers:
            raise ModelError(f"handlers write the rows of {projection.name}: there is no fold of them")
        self.projection, self._registry, self._reader = projection, registry, reader
        self._handlers = projection.handlers()
        live = live_generation(projection, reader())
        self.last, self._passed = live.checkpoint, left_out(reader(), live)
        self.begin_again()

    def begin_again(self) -> None:
        """Goes back before the first event."""
        self._buffer = RowsBuffer(self.projection, Nothing(), 0)
        self.position = 0
        self.steps: deque[ProjectionStep] = deque(maxlen=MOST_STEPS)
        self._page: deque[RecordedEvent] = deque()

    def go_to(self, position: int, walk: Walk) -> None:
        """Folds everything up to a position, from the beginning; the steps begin behind it.

        Raises:
            WorkbenchError: An event cannot be folded, or there are more rows than fit into memory.
            ReadTooLong: It was cancelled.
        """
        self.begin_again()
        upto = min(position, self.last)
        for event in log_events(self._reader(), self._handlers, upto, walk):
            if not self._passed.leaves_out(event):
                fold_into(self._buffer, self._handlers, self._registry, event)
                self._buffer.keep()
                self._check_size()
        self.position = upto

    def step(self, wanted: Wanted, walk: Walk) -> ProjectionStep | None:
        """Folds on until a step is wanted; returns it, None where the end is reached before.

        Raises:
            WorkbenchError: There are more rows than fit into memory.
            ReadTooLong: It was cancelled.
        """
        began = self.position
        while (event := self._next()) is not None:
            if event.position % PAGE == 0:
                walk.rest((event.position - began) / max(1, self.last - began))
            self.position = event.position
            self.steps.append(step := self._folded(event))
            self._check_size()
            if wanted(step):
                return step
        self.position = self.last
        return None

    def _next(self) -> RecordedEvent | None:
        after = self.position
        while not self._page and after < self.last:
            page, after = self._reader().read_types(self._handlers.__contains__, after, PAGE)
            self._page.extend(
                one for one in page if one.position <= self.last and not self._passed.leaves_out(one)
            )
        return self._page.popleft() if self._page else None

    def _folded(self, event: RecordedEvent) -> ProjectionStep:
        try:
            fold_into(self._buffer, self._handlers, self._registry, event)
        except WorkbenchError as error:
            self._buffer.undo()
            return ProjectionStep(event=event, changes=(), trouble=error.message)
        changes = tuple(one for one in self._buffer.changes() if one[1] != one[2])
        self._buffer.keep()
        return ProjectionStep(event=event, changes=changes)

    def _check_size(self) -> None:
        if self._buffer.size > MOST_ROWS:
            raise WorkbenchError(
                f"{self.projection.name} has more than {MOST_ROWS:,} rows: that is too much to step through"
            )

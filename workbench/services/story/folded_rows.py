"""Folds a read model again in memory, up to any position, and compares its rows with the stored ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.engine.projection_check import Nothing
from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import ModelError, WorkbenchError
from workbench.services.story.row_history import (
    MOST_ROWS,
    Walk,
    fold_into,
    left_out,
    live_generation,
    log_events,
)
from workbench.store.paging import all_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model.projection import Projection
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader

MOST = 20_000
"""Rows that are kept to be looked at; all are counted."""
Row = dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedRow:
    """A row as it was folded again, beside the one that is stored; at least one of them is there."""

    key: Any
    folded: Row
    stored: Row

    @property
    def standing(self) -> str:
        """How it stands to the stored one: ``alike``, ``changed``, ``added`` or ``gone``."""
        if self.folded is None or self.stored is None:
            return "gone" if self.folded is None else "added"
        return "alike" if self.folded == self.stored else "changed"

    def differs(self, column: str) -> bool:
        """Whether a cell has another value than the stored one."""
        return (self.folded or {}).get(column) != (self.stored or {}).get(column)


def no_counts() -> dict[str, int]:
    """Returns that no row stands in any way."""
    return dict.fromkeys(("alike", "changed", "added", "gone"), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedRows:
    """The rows of a read model as its present definition makes them.

    Attributes:
        position: They are the fold of all events up to here.
        now: Whether that is where the stored rows are: then these two should be alike.
        recorded: When what stands there was recorded, microseconds since 1970; None where nothing does.
        columns: Names and kinds.
        rows: The first of them, by their keys; those that are not alike first.
        counts: How many rows stand how, see `FoldedRow.standing`.
    """

    projection: str
    position: int
    now: bool
    recorded: int | None
    columns: Sequence[tuple[str, str]]
    rows: Sequence[FoldedRow]
    counts: dict[str, int]

    @property
    def folded(self) -> int:
        """How many rows the fold has."""
        return sum(self.counts.values()) - self.counts["gone"]

    @property
    def stored(self) -> int:
        """How many rows are stored now."""
        return sum(self.counts.values()) - self.counts["added"]


def folded_rows(
    projection: Projection, registry: Registry, reader: Reader, position: int | None, walk: Walk
) -> FoldedRows:
    """Folds the log up to a position, without what was left out; for a thread: it may take long.

    Args:
        position: None for where the stored rows are.

    Raises:
        ModelError: Handlers write its rows.
        NotFound: It has no rows yet.
        WorkbenchError: An event cannot be folded, or there are more rows than fit into memory.
        ReadTooLong: It was cancelled.
    """
    if projection.by_handlers:
        raise ModelError(f"handlers write the rows of {projection.name}: there is no fold of them")
    live = live_generation(projection, reader)
    upto = live.checkpoint if position is None else min(position, live.checkpoint)
    passed = left_out(reader, live)
    buffer, handlers = RowsBuffer(projection, Nothing(), 0), projection.handlers()
    for event in log_events(reader, handlers, upto, walk):
        if passed.leaves_out(event):
            continue
        fold_into(buffer, handlers, registry, event)
        buffer.keep()
        if buffer.size > MOST_ROWS:
            raise WorkbenchError(
                f"{projection.name} has more than {MOST_ROWS:,} rows: that is too much to compare"
            )
    return _compared(
        projection, reader, {row[projection.key]: row for row in buffer.rows()}, upto, live.checkpoint
    )


def _compared(
    projection: Projection, reader: Reader, folded: dict[Any, dict[str, Any]], upto: int, checkpoint: int
) -> FoldedRows:
    counts = no_counts()
    kept: dict[bool, list[FoldedRow]] = {True: [], False: []}

    def note(one: FoldedRow) -> None:
        counts[one.standing] += 1
        rows = kept[one.standing == "alike"]
        if len(rows) < MOST:
            rows.append(one)

    for stored in all_rows(reader, projection.name, projection.key):
        key = stored[projection.key]
        note(FoldedRow(key=key, folded=folded.pop(key, None), stored=stored))
    for key, row in folded.items():
        note(FoldedRow(key=key, folded=row, stored=None))
    return FoldedRows(
        projection=projection.name,
        position=upto,
        now=upto == checkpoint,
        recorded=next((entry.recorded_at for entry in reader.log_at([upto])), None),
        columns=projection.shape(),
        rows=[*kept[False], *kept[True]][:MOST],
        counts=counts,
    )

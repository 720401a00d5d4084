"""Rows of which a table has already read what it shows first, so that nothing flickers as they take over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.gui.paged_model import PAGE, Key, Row, RowSource
from workbench.gui.table_selection import HeldRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRows:
    """A source and those of its pages that are read, by their numbers."""

    source: RowSource
    pages: Mapping[int, Sequence[Row | None]]


def prepared(source: RowSource, held: HeldRows, *rows: int) -> PreparedRows:
    """Reads what a table will show of a source; for a thread as well.

    Args:
        held: What the table holds now, see `FastTableView.held`.
        rows: Numbers of other rows that will be wanted; below 0 counted from the end.
    """
    count, places = source.count(), source.find(held.keys())
    top = top_of(held, places) or 0
    wanted = [top, top + held.rows, places.get(held.current, top), *(row % max(1, count) for row in rows)]
    numbers = {min(row, count - 1) // PAGE for row in wanted} if count else ()
    return PreparedRows(source=source, pages={at: source.page(at * PAGE, PAGE) for at in numbers})


def top_of(held: HeldRows, places: Mapping[Key, int]) -> int | None:
    """Returns the row that is to be the uppermost; None where the table stays at its top."""
    if held.at_top:
        return None
    return next((max(0, places[key] - at) for at, key in enumerate(held.sight) if key in places), None)

"""The events that changed a row as rows of a table: what each set, and which command it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.gui.paged_model import TableColumn
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute
from workbench.gui.views.row_source import column_of
from workbench.services.story.causes import cause_words

if TYPE_CHECKING:
    from workbench.gui.paged_model import Row
    from workbench.services.story.causes import Cause
    from workbench.services.story.row_history import RowHistory, RowStep, Walk
    from workbench.services.story.stories import Stories

STEPS = (
    TableColumn("Event", width=112),
    TableColumn("Set", width=84, about="What the event gave the row"),
    TableColumn(
        "Command", width=150, stretch=True, about="The command that the event came from, and who issued it"
    ),
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Happened", width=ABSOLUTE_WIDTH, mono=True, text=absolute, zoned=True),
)
POSITION = 3
"""The column that gives way."""
MOST = 3
"""Columns that a line tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRow:
    """The history of a row, and what caused each of its events."""

    history: RowHistory
    causes: Mapping[UUID | None, Cause]


def traced(stories: Stories, name: str, key: Any, walk: Walk) -> TracedRow:
    """Reads the history of a row; for a thread."""
    history = stories.history(name, key, walk)
    return TracedRow(
        history=history, causes=stories.causes({step.event.causation_id for step in history.steps})
    )


def step_rows(found: TracedRow, column: str, kinds: Mapping[str, str]) -> list[Row]:
    """Returns a row for each event: of the whole row in order, of one cell the newest first."""
    steps: Sequence[RowStep] = found.history.sets(column) if column else found.history.steps
    return [
        (
            step.event.type,
            _set(step, column, kinds),
            cause_words(step.event, found.causes),
            step.event.position,
            step.event.occurred_at,
            step,
        )
        for step in steps
    ]


def _set(step: RowStep, column: str, kinds: Mapping[str, str]) -> str:
    if step.after is None:
        return "removed the row"
    names = (
        [column] if column else [name for name in step.changed if kinds.get(name) != "time"] or step.changed
    )
    told = [f"{name} {_shown(name, step.after[name], kinds)}" for name in names[:MOST]]
    if column:
        return _shown(column, step.after[column], kinds)
    return ", ".join(told) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")


def _shown(name: str, value: Any, kinds: Mapping[str, str]) -> str:
    return column_of(name, kinds.get(name, "text"), last=False).text(value)

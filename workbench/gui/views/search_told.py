"""What is said of a search and of the records that it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.desk import Selection
from workbench.gui.views.search_rows import RECORD
from workbench.model.counts import counted
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.gui.table_actions import ChosenRows
    from workbench.services.search.search_run import SearchState
    from workbench.store.search_port import FoundRecord


def selection_of(record: FoundRecord) -> Selection:
    """Returns what a record is for the other views."""
    match record.kind.value:
        case "event":
            return Selection(stream=record.place, version=record.version, position=record.position)
        case "letter":
            return Selection(letter=record.number, position=record.position)
        case "row":
            return Selection(projection=record.place, key=record.key)
        case "command" if not record.position:
            return Selection(stream=record.place)
    return Selection(position=record.position)


def opening(rows: ChosenRows | None) -> tuple[str, str]:
    """Says what opening a row does, with its icon."""
    kind = rows.row[RECORD].kind.value if rows is not None else ""
    shown = {"letter": ("Repair", "dead-letter"), "row": ("Show in the read model", "projection")}
    return shown.get(kind, ("Open in the inspector", "inspector"))


def told_of(state: SearchState) -> str:
    """Says what was searched, and how long that took."""
    kinds = len({source.kind for source in state.sources})
    of = f"{state.looked:,} of {state.total:,} records"
    if not state.done:
        return f"Searching … {of}, {state.count:,} found"
    if state.cancelled:
        return f"Stopped after {of}: {state.count:,} found among those"
    rate = f", {state.rate:,.0f} a second" if state.seconds >= 1 else ""
    searched = f"Whole store searched: {state.total:,} records of {counted(kinds, 'kind')}"
    failed = sum(state.failures.values())
    left = f" · {counted(failed, 'record')} the expression has no value for" if failed else ""
    return f"{searched} in {state.seconds:.1f} s{rate}{left}{timeless(state)}"


def timeless(state: SearchState) -> str:
    """Says how many rows a search with a time left out: they have none."""
    rows = sum(source.count for source in state.sources if source.kind is RecordKind.ROW)
    asked = state.wanted.since is not None or state.wanted.until is not None
    return f" · rows have no time: {rows:,} left out" if asked and rows else ""


def failures_of(state: SearchState) -> str:
    """Says on how many records the expression had no value, a line for each reason."""
    return "\n".join(f"{counted(count, 'record')} where {why}" for why, count in state.failures.items())

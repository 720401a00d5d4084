"""What a page of a read model's rows is asked for with, checked the same way for every adapter (Q1, Q2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from workbench.errors import InvalidValue
from workbench.model.projection import ColumnKind, as_kept, unlike, unstorable
from workbench.model.row_conditions import (
    NEVER,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Where,
    comparisons,
    condition_of,
    each_compared,
)

MOST_COMPARED = 500
"""Comparisons in one condition."""
Columns = Sequence[tuple[str, str]]
"""Names and kinds, the key first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPage:
    """Which rows are asked for, and in which order.

    Attributes:
        parts: Conditions; all rows that fit one of them stand before those that fit the next.
        by: Column by which they are sorted, empty ones first; rows that are equal there by their key.
        descending: All that the other way round.
    """

    parts: tuple[Condition, ...]
    by: str
    descending: bool


def compared(projection: str, columns: Columns, column: str, value: Any) -> Any:
    """Returns the value with which a column of a read model is compared, as it would be kept.

    Args:
        value: One that a row can hold.

    Raises:
        InvalidValue: There is no such column, or it holds values of another type.
    """
    kind = _kind(projection, columns, column)
    if said := unlike(f"column {column} of {projection}", ColumnKind(kind), value):
        raise InvalidValue(said, path="")
    return as_kept(kind, value)


def _kind(projection: str, columns: Columns, column: str) -> str:
    for name, kind in columns:
        if name == column:
            return kind
    raise InvalidValue(f"{projection} has no column {column}", path="")


def asked_page(
    projection: str,
    columns: Columns,
    where: Where,
    order: str,
    after: Any,
    limit: int,
    row_of: Callable[[Any], Mapping[str, Any] | None],
) -> AskedPage:
    """Returns which rows a page has.

    Args:
        row_of: Returns the row with a key.

    Raises:
        InvalidValue: The limit is not 1 to 1000, a column does not exist or holds values of another type,
            a value has no order, there are too many comparisons, no row can have the key ``after``, or
            there is none to go on behind in an order by another column: give the row itself.
    """
    if not isinstance(limit, int) or not 1 <= limit <= 1000:
        raise InvalidValue(f"limit must be 1 to 1000, not {limit!r}", path="")
    key, by, descending = columns[0][0], order.removeprefix("-") or columns[0][0], order.startswith("-")
    _kind(projection, columns, by)
    last = _last_row(projection, columns, (key, by), after)
    if last is not None:
        after = last[key]
    if said := unstorable(after):
        raise InvalidValue(f"after is no key of {projection}: {said}", path="")
    after = compared(projection, columns, key, after)
    asked = condition_of(where)
    if len(list(islice(comparisons(asked), MOST_COMPARED + 1))) > MOST_COMPARED:
        raise InvalidValue(f"a condition has at most {MOST_COMPARED} comparisons", path="")
    asked = each_compared(asked, lambda one: _as_kept(projection, columns, one))
    if after is None:
        return AskedPage(parts=(asked,), by=by, descending=descending)
    if by == key:
        behind: tuple[Condition, ...] = (Compare(key, "<" if descending else ">", after),)
    else:
        last = last or row_of(after)
        if last is None:
            raise InvalidValue(
                f"{projection} has no row {after!r} any more, behind which the page begins",
                path="",
                hint="give the last row of the page before, not its key alone",
            )
        behind = _behind(by, last[by], key, after, descending=descending)
    return AskedPage(parts=tuple(AllOf((asked, one)) for one in behind), by=by, descending=descending)


def _last_row(
    projection: str, columns: Columns, needed: tuple[str, str], after: Any
) -> Mapping[str, Any] | None:
    """Returns of a row that was given what a page goes on behind; None where a key was given."""
    if not isinstance(after, Mapping) or needed[0] not in after:
        return None
    for column in needed:
        if said := "it lacks it" if column not in after else unstorable(after[column]):
            raise InvalidValue(f"after is no row of {projection} with {column}: {said}", path="")
    return {column: compared(projection, columns, column, after[column]) for column in needed}


def _as_kept(projection: str, columns: Columns, one: Compare) -> Condition:
    """Returns a comparison with the value as it would be kept: what no row can hold, none equals."""
    said = unstorable(one.value)
    value = compared(projection, columns, one.column, None if said else one.value)
    if said and one.operator == "==":
        return NEVER
    if not said and one.operator not in {"==", "!="} and value is None:
        said = "None is in no order with anything"
    if said:
        said = f"column {one.column} of {projection} cannot be {one.operator} {one.value!r:.80}: {said}"
        raise InvalidValue(said, path="")
    return Compare(one.column, one.operator, value)


def _behind(by: str, value: Any, key: str, after: Any, *, descending: bool) -> tuple[Condition, ...]:
    """Returns what stands behind a row: first what an index leads to, then, from the end, the empty ones."""
    further = Compare(key, "<" if descending else ">", after)
    if value is None:
        rest = AllOf((Compare(by, "==", None), further))
        return (rest,) if descending else (rest, Compare(by, "!=", None))
    on, from_here = ("<", "<=") if descending else (">", ">=")
    found = AllOf((Compare(by, from_here, value), AnyOf((Compare(by, on, value), further))))
    return (found, Compare(by, "==", None)) if descending else (found,)

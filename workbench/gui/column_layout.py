"""What a window remembers of its tables: which columns are seen, how wide, in which order, sorted how."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

GROUP = "columns"
WIDEST = 4_000
"""The greatest width in pixels that is taken from what was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLayout:
    """How a person arranged the columns of a table: each by its title; what is not named is as at first.

    Attributes:
        shown: Those that were switched on or off.
        widths: In pixels.
        order: From left to right; empty where none was moved.
        sort: The column by which the rows are sorted, and whether descending; None where none was chosen.
    """

    shown: Mapping[str, bool] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    sort: tuple[str, bool] | None = None

    def text(self) -> str:
        """Returns it as it is kept, which `layout_of` reads."""
        return json.dumps(asdict(self))


def layout_of(text: object, titles: Sequence[str]) -> ColumnLayout:
    """Returns a layout that was kept, without what is broken and what is about other columns.

    Args:
        titles: Of the columns that the table has now.
    """
    try:
        kept: Any = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        kept = None
    shown, widths, order, sort = (_part(kept, name) for name in ("shown", "widths", "order", "sort"))
    switched = {title: shown[title] for title in titles if type(_part(shown, title)) is bool}
    return ColumnLayout(
        shown=switched if any(switched.get(title, True) for title in titles) else {},
        widths={title: widths[title] for title in titles if _is_width(_part(widths, title))},
        order=tuple(dict.fromkeys(one for one in order if one in titles)) if isinstance(order, list) else (),
        sort=(sort[0], sort[1]) if _is_sort(sort, titles) else None,
    )


def _part(kept: Any, name: str) -> Any:
    return kept.get(name) if isinstance(kept, dict) else None


def _is_width(found: object) -> bool:
    return type(found) is int and 0 < found <= WIDEST


def _is_sort(found: Any, titles: Sequence[str]) -> bool:
    pair = isinstance(found, list) and len(found) == 2
    return pair and found[0] in titles and isinstance(found[1], bool)


def place_of_columns(table: str) -> str:
    """Returns where a window keeps the columns of a table, by the name that assistive tools say of it."""
    return f"{GROUP}/{quote(table, safe=' ')}"  # a slash would part groups

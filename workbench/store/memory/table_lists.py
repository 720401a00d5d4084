"""Lists the rows of read models in memory: the port `TableLists`."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any

from workbench.errors import InvalidValue
from workbench.model.search_words import read_words
from workbench.model.secrets import is_secret
from workbench.model.text_folding import folded
from workbench.store.list_ports import GLANCE, NOTHING_SHOWN, SHORT, Shows
from workbench.store.memory import models
from workbench.store.memory.letter_lists import MemoryLetterLists
from workbench.store.stored_values import ProjectionState, RowOrder


class MemoryTableLists(MemoryLetterLists):
    """The part of a reader that lists the rows of read models."""

    def _live(self, name: str) -> ProjectionState | None:
        return next((state for state in models.generations(self._tables, name) if state.live), None)

    def _found(
        self, name: str, order: str = "", text: str = "", shows: Shows = NOTHING_SHOWN
    ) -> list[dict[str, Any]]:
        """Returns the rows of the live generation that show the words of a text, in an order."""
        state = self._live(name)
        if state is None:
            return []
        columns = [column for column, _ in state.columns]
        by = order.lstrip("-") or columns[0]
        if by not in columns:
            raise InvalidValue(f"{name} has no column {by}", path="")
        rows = [row for place, row in self._tables.rows.items() if place[:2] == (name, state.generation)]
        words = read_words(text, folded)
        rows = [row for row in rows if all(_holds(row, word, shows) for word in words)]
        place = sort_key(by, columns[0])
        return sorted(rows, key=place, reverse=order.startswith("-"))

    def projection_rows(
        self, name: str, *, order: str = "", text: str = "", first: int = 0, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Returns rows of a read model as a table shows them: any order, filtered by words in any columns."""
        return [dict(row) for row in self._found(name, order, text)[first : first + limit]]

    def projection_order(
        self, name: str, *, order: str = "", text: str = "", shows: Shows | None = None
    ) -> RowOrder:
        """Returns the numbers of all rows that hold the words of a text, in an order."""
        state = self._live(name)
        if state is None:
            return RowOrder(generation=0, numbers=array("q"))
        found = self._found(name, order, text, shows or NOTHING_SHOWN)
        numbers = [self._number(state, row[state.columns[0][0]]) for row in found]
        return RowOrder(generation=state.generation, numbers=array("q", numbers))

    def _number(self, state: ProjectionState, key: Any) -> int:
        return self._tables.row_numbers.number((state.name, state.generation, key))

    def projection_lines(
        self, name: str, generation: int, numbers: Sequence[int], *, whole: bool = False
    ) -> list[tuple[Any, ...] | None]:
        """Returns the rows of a generation with these numbers; None for those that are gone."""
        state = self._live(name)
        if state is None or state.generation != generation:
            return [None] * len(numbers)
        places = [self._tables.row_numbers.place(number) for number in numbers]
        rows = [self._tables.rows.get(place) for place in places]
        said = _plain if whole else _short
        return [
            None if row is None else (*(said(row[column]) for column, _ in state.columns), number)
            for row, number in zip(rows, numbers, strict=True)
        ]

    def projection_glance(self, name: str, key: Any) -> dict[str, Any] | None:
        """Returns one row of the live generation, with the first `GLANCE` characters of long texts."""
        state = self._live(name)
        row = self._tables.rows.get((name, state.generation, key)) if state else None
        return None if row is None else {column: _begun(value) for column, value in row.items()}

    def projection_numbers(self, name: str, keys: Collection[Any]) -> dict[Any, int]:
        """Returns the numbers of the rows of the live generation that have these keys."""
        state = self._live(name)
        if state is None:
            return {}
        there = (key for key in keys if (name, state.generation, key) in self._tables.rows)
        return {key: self._number(state, key) for key in there}


def sort_key(by: str, key: str) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """Returns what rows are sorted by: a column, empty ones first, then the key."""
    return lambda row: (row[by] is not None, row[by] if row[by] is not None else 0, row[key])


def _holds(row: dict[str, Any], needle: str, shows: Shows) -> bool:
    for column, value in row.items():
        if column in shows:
            said = shows[column](value)
        else:
            said = "" if is_secret(column) or value is None else str(_plain(value))
        if needle in folded(said):
            return True
    return False


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _short(value: Any) -> Any:
    value = _plain(value)
    if not isinstance(value, str) or len(value) <= SHORT:
        return value
    return f"{value[:SHORT]}… {len(value) - SHORT} more characters"


def _begun(value: Any) -> Any:
    value = _plain(value)
    if not isinstance(value, str) or len(value) <= GLANCE:
        return value
    return f"{value[:GLANCE]}… {len(value[GLANCE:].encode()):,} more bytes"

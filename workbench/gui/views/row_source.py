"""The rows of one read model in an order, and how their values are shown and found."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.gui.json_outline import hidden, masked_text
from workbench.gui.long_text import more, shortened
from workbench.gui.paged_model import Key, Row, TableColumn
from workbench.gui.reads import takes_time
from workbench.gui.row_sort import RowSort
from workbench.gui.time_format import absolute
from workbench.model.secrets import MASK
from workbench.store.list_ports import SHORT

if TYPE_CHECKING:
    from workbench.gui.table_actions import ChosenRows
    from workbench.services.projections import Projections
    from workbench.store.stored_values import RowOrder

NUMBERS = {"integer", "number", "decimal", "money"}
NOTHING = "–"
NAMED = 24
"""Characters by which a cell is called."""
_LEFT = re.compile(r"… (\d+) more characters\Z")


class RowsSource:
    """Rows of one read model, sorted and narrowed by the store; the numbers that it gives them are the keys.

    Args:
        before: The source in whose place this one comes: after a rebuild the same rows have other numbers.
    """

    def __init__(
        self, projections: Projections, name: str, found: RowOrder, text: str, *, before: RowsSource | None
    ) -> None:
        self._projections = projections
        self.name, self.text = name, text
        self._found = found
        self._order = RowSort(found.numbers)
        same = before is not None and before.name == name
        rebuilt = same and before is not None and before.generation != found.generation
        self._names: dict[Key, Any] = before.names() if same and before is not None and not rebuilt else {}
        names = before.names() if rebuilt and before is not None else {}
        numbers = projections.numbers(name, list(names.values())) if names else {}
        self._moved = {key: numbers[called] for key, called in names.items() if called in numbers}
        self._rebuilt = rebuilt

    @property
    def generation(self) -> int:
        """Of the rows; numbers hold good in one alone."""
        return self._found.generation

    def names(self) -> dict[Key, Any]:
        """Returns what the rows that were read are called in the read model, by their numbers."""
        return self._names

    def count(self) -> int:
        """Returns how many rows fit."""
        return len(self._found.numbers)

    def page(self, first: int, limit: int) -> Sequence[Row | None]:
        """Returns rows."""
        lines = self._projections.lines(self.name, self._found, first, limit)
        self._names.update({line[-1]: line[0] for line in lines if line is not None})
        return lines

    def whole(self, row: Row) -> Row | None:
        """Returns a row with its whole texts, in a thread where they are long; None if it is gone."""
        if not any(map(is_shortened, row)):
            return row
        takes_time()
        return self._projections.whole_line(self.name, self._found, row[-1])

    def key(self, row: Row) -> Key:
        """Returns the number of a row."""
        number: int = row[-1]
        return number

    def keys(self, first: int, limit: int) -> Sequence[Key]:
        """Returns numbers of rows."""
        return self._found.numbers[first : first + limit]

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers; after a rebuild, of those rows that had been read before it."""
        if not self._rebuilt:
            return self._order.find(keys)
        moved = {key: self._moved[key] for key in keys if key in self._moved}
        places = self._order.find(moved.values())
        return {key: places[number] for key, number in moved.items() if number in places}


def is_shortened(value: Any) -> bool:
    """Whether a value of a row is only the beginning of what is stored."""
    return isinstance(value, str) and len(value) > SHORT


def cell_text(columns: Sequence[tuple[str, str]], rows: ChosenRows) -> str:
    """Returns what the cell in which a person is shows."""
    return column_of(*columns[rows.column], last=False).text(rows.row[rows.column])


def cell_named(columns: Sequence[tuple[str, str]], rows: ChosenRows | None) -> str:
    """Returns what actions call that cell: its beginning, and how much more is stored; empty for none."""
    if rows is None:
        return ""
    value, text = rows.row[rows.column], cell_text(columns, rows)
    left = _LEFT.search(value) if is_shortened(value) else None
    told = shortened(text, NAMED) if left is None else text[:NAMED] + more(SHORT - NAMED + int(left[1]))
    return told.replace("&", "&&")


def column_of(name: str, kind: str, *, last: bool) -> TableColumn:
    """Returns how a column of a read model looks."""
    number, shown = kind in NUMBERS, _WORDS.get(kind, _text)
    return TableColumn(
        name,
        width=234 if kind == "time" else 84 if number or kind == "boolean" else 130,
        mono=number or kind in {"time", "json"},
        align_right=number,
        stretch=last,
        zoned=kind == "time",
        text=lambda value: shown(_seen(name, value)),
    )


def told(fields: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Returns the fields of a row for people: times as their columns show them, and true or false."""
    kinds = dict(columns)
    reads: Mapping[str, Callable[[int], Any]] = {"time": absolute, "boolean": bool}
    return {
        name: reads[kinds[name]](value) if kinds.get(name) in reads and isinstance(value, int) else value
        for name, value in fields.items()
    }


def _seen(name: str, value: Any) -> Any:
    """Returns what may be seen of a value; a shortened one is no JSON any more, and is masked as well."""
    if hidden(name, value):
        return MASK
    return masked_text(value) if isinstance(value, str) and value[:1] in {"{", "["} else value


def shows_of(columns: Sequence[tuple[str, str]], text: str) -> dict[str, Callable[[Any], str]]:
    """Returns what a search for a text looks at in columns, of those where that is not what is stored.

    A time is found as it is shown, never by the digits that it is stored in, and what is true or false by
    both ways to say that, never by 1 and 0; a whole number with its thousands parted and without.
    """
    found = {}
    for name, kind in columns:
        grouped = kind == "integer" and "," in text
        if grouped or kind in {"time", "number", "boolean"} or NOTHING in text:
            found[name] = _SAID.get(kind) or column_of(name, kind, last=False).text
    return found


def _number_said(value: Any) -> str:
    return f"{value} {_number(value)}" if isinstance(value, int) else _text(value)


def _boolean_said(value: Any) -> str:
    return f"{_boolean(value)} {str(bool(value)).lower()}" if value in (0, 1) else _text(value)


def _time(value: Any) -> str:
    return absolute(value) if isinstance(value, int) else _text(value)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else _text(value)


def _text(value: Any) -> str:
    return NOTHING if value is None else str(value)


def _boolean(value: Any) -> str:
    return ("yes" if value else "no") if value in (0, 1) else _text(value)


_WORDS: Mapping[str, Callable[[Any], str]] = {"time": _time, "integer": _number, "boolean": _boolean}
_SAID: Mapping[str, Callable[[Any], str]] = {"integer": _number_said, "boolean": _boolean_said}

"""Reads the rows of read models as tables show them: in any order, searched, found again by their keys."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workbench.errors import InvalidValue
from workbench.model.search_words import read_words
from workbench.model.secrets import is_secret
from workbench.model.text_folding import folded
from workbench.store.list_ports import GLANCE, NOTHING_SHOWN, SHORT, Shows
from workbench.store.sqlite import rows
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.exact_numbers import reader_of, shown
from workbench.store.sqlite.list_reader import holding
from workbench.store.sqlite.previews import Previews
from workbench.store.sqlite.projection_tables import table_name
from workbench.store.stored_values import RowOrder


class TableReader(Previews):
    """The part of a reader that shows tables."""

    def projection_rows(
        self, name: str, *, order: str = "", text: str = "", first: int = 0, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Returns rows of a read model as a table shows them: any order, filtered by words in any columns.

        Args:
            order: A column; with ``-`` in front the other way round; empty for the key.
        """
        table, columns, _ = self._projected(name)
        if not table:
            return []
        condition, values = self._holding(columns, text)
        query = f"select * from {table}{condition}{_ordered(name, columns, order)} limit :limit offset :first"
        return list(map(reader_of(columns), self._all(query, {**values, "limit": limit, "first": first})))

    def projection_order(
        self, name: str, *, order: str = "", text: str = "", shows: Shows | None = None
    ) -> RowOrder:
        """Returns the numbers of all rows that hold the words of a text, in an order: looks at the whole table.

        Args:
            order: As for `projection_rows`.
            shows: How columns show their values: found is what is shown, and not what is stored there.
        """
        table, columns, generation = self._projected(name)
        if not table:
            return RowOrder(generation=0, numbers=array("q"))
        condition, values = self._holding(columns, text, shows or {})
        inner = f"select rowid as number from {table}{condition}{_ordered(name, columns, order)}"
        # One text instead of a row per row: a thread then hands the interpreter over only once.
        (said,) = self._one(f"select group_concat(number) from ({inner})", values)
        return RowOrder(generation=generation, numbers=rows.numbers(said))

    def projection_lines(
        self, name: str, generation: int, numbers: Sequence[int], *, whole: bool = False
    ) -> list[tuple[Any, ...] | None]:
        """Returns the rows of a generation with these numbers; None for those that are gone.

        Long texts are shortened unless `whole`; behind its columns a row has its number.
        """
        table, columns, live = self._projected(name)
        if not table or live != generation:
            return [None] * len(numbers)
        marks = ",".join("?" * len(numbers))
        said = ", ".join(shown(*one) if whole else _short(shown(*one)) for one in columns)
        found = self._all(f"select {said}, rowid from {table} where rowid in ({marks})", tuple(numbers))
        by_number = {row[-1]: row for row in found}
        return [by_number.get(number) for number in numbers]

    def projection_glance(self, name: str, key: Any) -> dict[str, Any] | None:
        """Returns one row of the live generation, with the beginnings of long texts."""
        table, columns, _ = self._projected(name)
        if not table:
            return None
        names = [name for name, _ in columns]
        begun = ", ".join(f"substr({shown(*column)}, 1, {GLANCE + 1})" for column in columns)
        kept = ", ".join(f'case when typeof("{name}") <> \'text\' then "{name}" end' for name in names)
        found = self._maybe(f'select rowid, {kept}, {begun} from {table} where "{names[0]}" = ?', (key,))
        if found is None:
            return None
        number, values, texts = found[0], found[1 : len(columns) + 1], found[len(columns) + 1 :]
        pairs = zip(names, values, texts, strict=True)
        return {column: self._begun(table, column, number, value, text) for column, value, text in pairs}

    def _begun(self, table: str, column: str, row: int, value: Any, text: str | None) -> Any:
        """Returns a value that is no text, or the beginning of a text and how much more there is."""
        if value is not None or text is None or len(text) <= GLANCE:
            return text if value is None else value
        with (
            translated(self._path),
            self._busy,
            self._con.blobopen(table, column, row, readonly=True) as data,
        ):
            return f"{text[:GLANCE]}… {len(data) - len(text[:GLANCE].encode()):,} more bytes"

    def projection_numbers(self, name: str, keys: Collection[Any]) -> dict[Any, int]:
        """Returns the numbers of the rows of the live generation that have these keys."""
        table, columns, _ = self._projected(name)
        if not table:
            return {}
        key = f'"{columns[0][0]}"'
        query = f"select {key}, rowid from {table} where {key} in (select value from json_each(?))"
        return dict(self._all(query, (json.dumps(list(keys)),)))

    def _projected(self, name: str) -> tuple[str, rows.Columns, int]:
        """Returns the table of a read model, its columns and its generation; empty if there is none."""
        found = self._all("select generation, columns from projections where name = ? and live", (name,))
        if not found:
            return "", (), 0
        return table_name(name, found[0][0]), rows.columns_of(found[0][1]), found[0][0]

    def _holding(
        self, columns: rows.Columns, text: str, shows: Shows = NOTHING_SHOWN
    ) -> tuple[str, dict[str, str]]:
        """Returns the condition that the columns show all words of a text, each in any of them."""
        words = {f"word_{at}": word for at, word in enumerate(read_words(text, folded))}
        said = dict[str, str]()
        for at, (column, _) in enumerate(columns):
            if (say := shows.get(column)) is not None:
                self._con.create_function(f"shown_{at}", 1, lambda value, say=say: folded(say(value)))
                said[column] = f'shown_{at}("{column}")'
        tests = [f"({_in_any(columns, said, name, word)})" for name, word in words.items()]
        return f" where {' and '.join(tests)}" if tests else "", words


def _in_any(columns: rows.Columns, said: Mapping[str, str], name: str, word: str) -> str:
    """Returns the condition that any column holds a word, bound as `name`, or what is said of it does."""
    stored = [one for one in columns if one[0] not in said and not is_secret(one[0])]
    tests = [holding(shown(*column), word, name) for column in stored]
    return " or ".join([*tests, *(f"instr({one}, :{name})" for one in said.values())] or ["0"])


def _ordered(name: str, columns: rows.Columns, order: str) -> str:
    names = [column for column, _ in columns]
    by = order.lstrip("-") or names[0]
    if by not in names:
        raise InvalidValue(f"{name} has no column {by}", path="")
    way = "desc" if order.startswith("-") else "asc"
    return f' order by "{by}" {way}, "{names[0]}" {way}'


def _short(column: str, most: int = SHORT) -> str:
    beginning = f"substr({column}, 1, {most}) || '… ' || (length({column}) - {most}) || ' more characters'"
    return f"case when length({column}) > {most} then {beginning} else {column} end"

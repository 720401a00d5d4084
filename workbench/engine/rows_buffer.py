"""The rows that a projection changes in one batch, until they are written with its checkpoint (J1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, Protocol

from workbench.errors import ModelError
from workbench.model.projection import ColumnKind, Projection, as_kept, misfit
from workbench.model.row_conditions import Where
from workbench.store.paging import PAGE
from workbench.store.stored_values import Page


class RowReader(Protocol):
    """Where rows stand that the batch has not changed."""

    def row(self, projection: str, key: Any, generation: int | None = None, /) -> dict[str, Any] | None:
        """Returns one row of a generation."""

    def rows(
        self, projection: str, /, *, where: Where, after: Any | None, limit: int, generation: int | None
    ) -> Page:
        """Returns rows of a generation in the order of their keys."""


MOST_FOUND = 10_000
"""Rows that are found at once."""
_Columns = tuple[str, ...]


class RowsBuffer:
    """The rows that a batch changed, over those of the store; implements `model.projections.Rows`."""

    def __init__(self, projection: Projection, reader: RowReader, generation: int) -> None:
        self._projection = projection
        self._reader = reader
        self._generation = generation
        self._key = projection.key
        self._columns = columns_of(projection)
        self._indexed = {self._key, *(column.name for column in projection.columns if column.index)}
        self._changed: dict[Any, dict[str, Any] | None] = {}
        self._found: dict[Any, dict[str, Any]] = {}
        self._places: dict[_Columns, dict[tuple[Any, ...], dict[Any, None]]] = {}
        self._before: list[tuple[Any, bool, dict[str, Any] | None]] = []

    def get(self, key: Any) -> dict[str, Any] | None:
        """Returns the row with that key as it stands now.

        Raises:
            ModelError: Nothing that its key column holds.
        """
        if not (type(key) is str and key in self._changed):  # what was put as that text is kept as it
            check_key(self._projection, key)
            key = as_kept(self._columns[self._key], key)
        row = self._changed[key] if key in self._changed else self._found.get(key)
        if row is None and key not in self._changed:
            return self._reader.row(self._projection.name, key, self._generation)
        return dict(row) if row is not None else None

    def find(self, /, **equal: Any) -> list[dict[str, Any]]:
        """Returns the rows whose columns equal these values as they stand now, ordered by key (J8).

        Raises:
            ModelError: A column that the projection does not declare, or a value that it cannot hold; none of
                the columns has an index; more than 10,000 rows.
        """
        _check(self._projection.name, self._columns, equal)
        if not self._indexed & equal.keys():
            by = ", ".join(equal) or "nothing"
            said = f"rows of {self._projection.name} are found by a column with an index, not by {by}"
            raise ModelError(said, hint="index=True gives one to a column")
        wanted = {name: as_kept(self._columns[name], value) for name, value in equal.items()}
        rows = [*self._changed_to(wanted), *self._unchanged(wanted)]
        self._check_count(len(rows))
        return sorted(rows, key=itemgetter(self._key))

    def _unchanged(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the rows of the store that the batch did not change; remembers them for the event."""
        found: dict[Any, dict[str, Any]] = {}
        after, more = None, True
        while more:
            page = self._reader.rows(
                self._projection.name, where=wanted, after=after, limit=PAGE, generation=self._generation
            )
            more, after = page.more, page.rows[-1][self._key] if page.rows else None
            found |= {row[self._key]: row for row in page.rows if row[self._key] not in self._changed}
            self._check_count(len(found))
        self._found |= found
        return [dict(row) for row in found.values()]

    def _check_count(self, count: int) -> None:
        if count > MOST_FOUND:
            said = f"more than {MOST_FOUND:,} rows of {self._projection.name} fit"
            raise ModelError(said, hint="find them by one more column")

    def _changed_to(self, wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yields the rows of the batch that fit, by an index that is made when it is first asked for."""
        columns = tuple(wanted)
        if columns not in self._places:
            self._places[columns] = {}
            for key, row in self._changed.items():
                self._note(columns, key, row)
        for key in self._places[columns].get(tuple(wanted.values()), ()):
            yield dict(self._changed[key] or {})

    def _note(self, columns: _Columns, key: Any, row: dict[str, Any] | None) -> None:
        if row is not None:
            place = tuple(as_kept(self._columns[name], row[name]) for name in columns)
            self._places[columns].setdefault(place, {})[key] = None

    def _forget(self, columns: _Columns, key: Any, row: dict[str, Any] | None) -> None:
        if row is not None:
            place = tuple(as_kept(self._columns[name], row[name]) for name in columns)
            self._places[columns].get(place, {}).pop(key, None)

    def put(self, /, **row: Any) -> None:
        """Inserts the row, or replaces the one with its key.

        Raises:
            ModelError: A column that the projection does not declare, a value that it cannot hold, or no key.
        """
        _check(self._projection.name, self._columns, row)
        if row.get(self._key) is None:
            raise ModelError(f"a row of {self._projection.name} needs its key {self._key}")
        self._set(row[self._key], {name: row.get(name) for name in self._columns})

    def update(self, key: Any, /, **changes: Any) -> None:
        """Changes columns of a row.

        Raises:
            ModelError: There is no such row or column, a value that it cannot hold, or another key.
        """
        _check(self._projection.name, self._columns, changes)
        row = self.get(key)
        if row is None:
            said = f"{self._projection.name} has no row {key!r} to update"
            raise ModelError(said, hint="only put makes a row: look first whether there is one")
        if changes.get(self._key, key) != key:
            raise ModelError(f"a row of {self._projection.name} keeps its key; delete it and put another")
        self._set(key, {**row, **changes})

    def delete(self, key: Any) -> None:
        """Removes a row; no error if there is none.

        Raises:
            ModelError: Nothing that its key column holds.
        """
        check_key(self._projection, key)
        self._set(key, None)

    def changes(self) -> list[tuple[Any, dict[str, Any] | None, dict[str, Any] | None]]:
        """Returns what the event that was just applied did: the keys of rows, these before and after it."""
        before: dict[Any, dict[str, Any] | None] = {}
        for key, known, row in self._before:
            if key not in before:
                before[key] = row if known else self._reader.row(self._projection.name, key, self._generation)
        return [(key, row, self._changed[key]) for key, row in before.items()]

    def touched(self) -> set[Any]:
        """Returns the keys of the rows that the event that was just applied put, changed or removed."""
        return {key for key, _known, _row in self._before}

    def keep(self) -> None:
        """Keeps what the event that was just applied did."""
        self._before.clear()
        self._found.clear()

    def undo(self) -> None:
        """Takes back what the event that just failed did."""
        for key, known, row in reversed(self._before):
            self._change(key, row)
            if not known:
                del self._changed[key]
        self.keep()

    @property
    def size(self) -> int:
        """How many rows were changed."""
        return len(self._changed)

    @property
    def full(self) -> bool:
        """Whether it is time to write what was changed."""
        return len(self._changed) >= MOST_FOUND

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._changed)

    def rows(self) -> tuple[dict[str, Any], ...]:
        """Returns the rows to put."""
        return tuple(row for row in self._changed.values() if row is not None)

    def deleted(self) -> tuple[Any, ...]:
        """Returns the keys to remove."""
        return tuple(key for key, row in self._changed.items() if row is None)

    def _set(self, key: Any, row: dict[str, Any] | None) -> None:
        key = as_kept(self._columns[self._key], key)
        self._before.append((key, key in self._changed, self._changed.get(key)))
        self._change(key, row)

    def _change(self, key: Any, row: dict[str, Any] | None) -> None:
        for columns in self._places:
            self._forget(columns, key, self._changed.get(key))
            self._note(columns, key, row)
        self._changed[key] = row


def columns_of(projection: Projection) -> Mapping[str, ColumnKind]:
    """Returns the kinds of a table's columns by name."""
    return {column.name: column.kind for column in projection.columns}


def check_row(projection: Projection, row: Mapping[str, Any]) -> None:
    """Makes sure that a whole row fits a table.

    Raises:
        ModelError: A column that it does not declare, a value that it cannot hold, or no key.
    """
    _check(projection.name, columns_of(projection), row)
    if row.get(projection.key) is None:
        raise ModelError(f"a row of {projection.name} needs its key {projection.key}")


def check_key(projection: Projection, key: Any) -> None:
    """Makes sure that a table can hold a key, so that asking for it never fails in the store.

    Raises:
        ModelError: It cannot.
    """
    column = projection.columns[0]
    _check(projection.name, {column.name: column.kind}, {column.name: key})


def _check(name: str, columns: Mapping[str, ColumnKind], row: Mapping[str, Any]) -> None:
    for column, value in row.items():
        kind = columns.get(column)
        if kind is None:
            raise ModelError(f"{name} has no column {column}")
        if said := misfit(kind, value):
            raise ModelError(f"column {column} of {name} {said}")

"""Converts values from one kind of column to another, exactly or not at all (J6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from workbench.errors import ModelError
from workbench.model.json_values import read_text, write_json
from workbench.model.projection import EXACT, as_kept, plain_value, unstorable

BY_HANDLERS = "handlers"
"""What stands in place of a definition's digest where handlers write the rows, not a fold."""

Columns = Sequence[tuple[str, str]]
"""Pairs of name and kind; the first is the key."""


def converted(value: Any, old: str, new: str) -> Any:
    """Returns a column's value as a column of another kind holds it.

    Raises:
        ValueError: The other kind cannot hold just that: converting it back would give another value.
    """
    if value is None or old == new:
        return value
    kept = _kept(_plain(value, old), new)
    if said := unstorable(kept):
        raise ValueError(said)
    if _kept(_plain(kept, new), old) != value:
        raise ValueError(f"{value!r} is no {new}")
    return kept


def _plain(value: Any, kind: str) -> Any:
    """Returns what a stored value means."""
    match kind:
        case "boolean":
            return bool(value)
        case "json":
            return read_text(value)
        case _:
            return value


def _kept(plain: Any, kind: str) -> Any:
    """Returns how a kind of column keeps a value."""
    match kind:
        case "text":
            plain = plain_value(plain)
            return plain if isinstance(plain, str) else write_json(plain)
        case "json":
            return write_json(plain_value(plain))
        case "number":
            return float(plain)
        case _ if kind in EXACT:
            return as_kept(kind, Decimal(repr(plain) if isinstance(plain, float) else plain))
        case "boolean":
            return {"true": 1, "false": 0}[plain] if isinstance(plain, str) else int(plain)
        case _:
            return int(plain)


class Move:
    """How the rows of a table that handlers write come to other columns (J6).

    New columns are empty; columns that the definition no longer has stay behind the others with their values.

    Args:
        name: Of the table.
        old: The columns that the rows have.
        new: Those of the definition.

    Raises:
        ModelError: The key is another column.
    """

    def __init__(self, name: str, old: Columns, new: Columns) -> None:
        if old[0][0] != new[0][0]:
            raise ModelError(
                f"the rows of {name} were written by handlers under the key {old[0][0]}, not {new[0][0]}",
                hint=f"put {old[0][0]} first again, or give the table another name",
            )
        self._name = name
        self._old = dict(old)
        names = {column for column, _ in new}
        self.columns = (*new, *(pair for pair in old if pair[0] not in names))

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Returns a row with the new columns.

        Raises:
            ModelError: A value cannot be converted exactly; says which.
        """
        return {name: self._value(row, name, kind) for name, kind in self.columns}

    def _value(self, row: Mapping[str, Any], name: str, kind: str) -> Any:
        old = self._old.get(name, kind)
        try:
            return converted(row.get(name), old, kind)
        except (ValueError, TypeError, KeyError, OverflowError):
            key = next(iter(self._old))
            raise ModelError(
                f"column {name} of {self._name} is {kind} now, but its row {row[key]!r} holds"
                f" {str(row[name])[:80]!r}, which was {old}",
                hint=f"handlers wrote these rows, so they stay as they are: make {name} {old} again, or add"
                " a column with another name",
            ) from None

    def check(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Makes sure that all rows can come along.

        Raises:
            ModelError: One cannot.
        """
        for row in rows:
            self.row(row)


def refuse_fold(name: str, rows: int) -> None:
    """Refuses to fold events into a table whose rows handlers wrote: a rebuild would lose them (J6).

    Raises:
        ModelError: There are such rows.
    """
    if rows:
        raise ModelError(
            f"{name} folds events now, but handlers wrote its {rows:,} row{'s' if rows > 1 else ''}",
            hint="give the projection that folds another name; no rebuild could make these rows again",
        )

"""Projections: read models that are folded from the whole log into tables (J1)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from workbench.model.declarations import check_all, check_class, check_functions
from workbench.model.event import E, Event, RecordedEvent
from workbench.model.fingerprints import fingerprint


class ColumnKind(StrEnum):
    """What a column of a read model holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    MONEY = "money"
    BOOLEAN = "boolean"
    TIME = "time"
    JSON = "json"


_TAKES: dict[ColumnKind, tuple[type, ...]] = {
    ColumnKind.TEXT: (str,),
    ColumnKind.INTEGER: (int,),
    ColumnKind.NUMBER: (float, int),
    ColumnKind.DECIMAL: (Decimal, int),
    ColumnKind.MONEY: (Decimal, int),
    ColumnKind.BOOLEAN: (bool, int),
    ColumnKind.TIME: (int,),
    ColumnKind.JSON: (str,),
}
"""Python types of what a column takes; the store says 1 and 0 for yes and no."""
EXACT = frozenset({ColumnKind.DECIMAL, ColumnKind.MONEY})
"""Columns of decimals, which are kept, compared and sorted exactly."""
_FORMED = EXACT | {ColumnKind.NUMBER}
"""Columns that keep a value in another form than they are given it."""
_MOST_DIGITS = 100
_DIGITS = Context(prec=2 * _MOST_DIGITS + 1)


def unlike(column: str, kind: ColumnKind, value: Any) -> str:
    """Says why a column is not compared with a value: it is of another type; empty if it can be."""
    if value is None or isinstance(value, _TAKES[kind]):
        return ""
    return f"{column} {_wanted(kind, value)}"


def _wanted(kind: ColumnKind, value: Any) -> str:
    wanted = " or ".join(one.__name__ for one in _TAKES[kind])
    return f"takes {wanted}, not {type(value).__name__}"


def as_kept(kind: str, value: Any) -> Any:
    """Returns a value of a column as every store keeps it: a number as a float, yes and no as 1 and 0.

    Decimals are exact and have one form: no zeros behind, of money at least two digits after the point.
    """
    if value is None or kind not in _FORMED:
        return int(value) if isinstance(value, bool) else value
    if kind == ColumnKind.NUMBER:
        return float(value) + 0.0  # no store keeps the sign of zero
    return _one_form(Decimal(value), 2 if kind == ColumnKind.MONEY else 0)


def _one_form(value: Decimal, places: int) -> Decimal:
    short = value.normalize(_DIGITS)
    most = min(int(short.as_tuple().exponent), -places)
    found = short.quantize(Decimal(1).scaleb(most), context=_DIGITS)
    return found or abs(found)  # no store keeps the sign of zero


def plain_value(value: Any) -> Any:
    """Returns a value of a column as JSON can say it: an exact decimal as text."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def misfit(kind: ColumnKind, value: Any) -> str:
    """Says what a column takes or cannot hold, as every store would say of a value (J1); empty if it fits."""
    if value is None:
        return ""
    if type(value) not in _TAKES[kind]:
        return _wanted(kind, value)
    said = unstorable(value)
    if not said:
        return ""
    long = isinstance(value, int) and value.bit_length() > 256
    shown = f"a number of {value.bit_length():,} bits" if long else repr(value)[:80]
    return f"cannot hold {shown}: {said}"


def unstorable(value: Any) -> str:
    """Says why no row can hold a number or text; empty if one can."""
    if isinstance(value, str):
        return "" if value.isascii() else _unstorable_text(value)
    if isinstance(value, int):
        return "" if -(2**63) <= value < 2**63 else "a whole number has at most 64 bits with its sign"
    if isinstance(value, Decimal):
        return _unstorable_decimal(value)
    return "it is no number" if isinstance(value, float) and not math.isfinite(value) else ""


def _unstorable_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        return "a lone surrogate is no character"
    return ""


def _unstorable_decimal(value: Decimal) -> str:
    if not value.is_finite():
        return "it is no number"
    wide = value.adjusted() >= _MOST_DIGITS or -int(value.as_tuple().exponent) > _MOST_DIGITS
    return (
        f"a decimal has at most {_MOST_DIGITS} digits on either side of its point" if value and wide else ""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a read model.

    Attributes:
        kind: A time is microseconds since 1970; JSON is text; decimal and money are exact `Decimal` values.
        index: Whether rows are found or sorted by it.
    """

    name: str
    kind: ColumnKind = ColumnKind.TEXT
    index: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.kind, ColumnKind):
            raise TypeError(f"kind of column {self.name} takes a ColumnKind, such as ColumnKind.INTEGER")


def misnamed(table: str, columns: Sequence[str]) -> str:
    """Says why a read model cannot have its name or those of its columns; empty if it can.

    Columns are told apart whatever the case of their letters, as SQLite does.
    """
    if not _TABLE_NAME.fullmatch(table):
        return f"{table!r} is no name for a table: a-z, 0-9 and _, from a letter"
    known: dict[str, str] = {}
    for name in columns:
        if not _COLUMN_NAME.fullmatch(name):
            return f"{name!r} is no name for a column: letters, digits and _, no digit first"
        if (other := known.get(name.lower())) is not None:
            return f"{other} and {name} cannot both be columns: upper and lower case are one there"
        known[name.lower()] = name
    return ""


_TABLE_NAME = re.compile("[a-z][a-z0-9_]{0,62}")
_COLUMN_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]{0,62}")


class Rows(Protocol):
    """The table that a projection writes; buffered, and committed with the checkpoint."""

    def get(self, key: Any) -> dict[str, Any] | None:
        """Returns the row with that key as it stands now."""

    def find(self, /, **equal: Any) -> list[dict[str, Any]]:
        """Returns the rows whose columns equal these values as they stand now, in the order of their keys.

        One of the columns is the key or has an index; more than 10,000 rows are an error (J8).
        """

    def put(self, /, **row: Any) -> None:
        """Inserts the row, or replaces the one with its key."""

    def update(self, key: Any, /, **changes: Any) -> None:
        """Changes columns of a row; a key that has no row is an error of the projection."""

    def delete(self, key: Any) -> None:
        """Removes a row; no error if there is none."""


class OnFault(StrEnum):
    """What happens at an event that a projection cannot fold (J2).

    ``pause`` stops there until an operator decides; ``skip`` leaves the event out; ``park`` leaves out
    all later ones of its stream, too. What is left out is recorded and shown.
    """

    PAUSE = "pause"
    SKIP = "skip"
    PARK = "park"


Apply = Callable[[Any, RecordedEvent, Rows], None]


@dataclass(frozen=True, slots=True)
class On:
    """What an event does to the rows of a projection; type checkers hold the function to the event.

    Attributes:
        event: Its class (Python) or the name of its type.
        apply: ``(event, record, rows)``. Where it may have much to do it has ``steps``, too, which takes the
            same and stops behind each row, so that others get a turn.
    """

    event: type[Event] | str
    apply: Apply

    if TYPE_CHECKING:

        def __init__(self, event: type[E] | str, apply: Callable[[E, RecordedEvent, Rows], None]) -> None: ...

    def __post_init__(self) -> None:
        if not isinstance(self.event, str):
            check_class("On", self.event, Event)
        check_functions(f"On({self.event_type})", apply=self.apply)

    @property
    def event_type(self) -> str:
        """Name of the event type."""
        return self.event if isinstance(self.event, str) else self.event.event_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A read model: its table and what each event does to it.

    Attributes:
        columns: The first one is the key.
        on: What each event does; none where handlers write the rows instead (J6).
        version: Raise it when the meaning of the code changed: the stored rows are then stale (J4).
        definition: What it was made of, where that is no Python.
        made_of: Digest of all that folds its events, of what they call and of what reads them (J7); the
            registry gives it.
        reads: Names under which the events that it folds are stored; the registry gives them.
    """

    name: str
    columns: tuple[Column, ...]
    on: tuple[On, ...] = ()
    version: int = 1
    on_fault: OnFault = OnFault.PAUSE
    doc: str = ""
    definition: str = ""
    made_of: str = ""
    reads: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_all(f"columns of projection {self.name}", self.columns, Column)
        if not self.columns:
            raise TypeError(f"columns of projection {self.name} begin with its key; there are none")
        if self.columns[0].kind in EXACT:
            raise TypeError(f"the key of projection {self.name} is a decimal; text and integer make keys")
        if not all(isinstance(one, On) for one in self.on):
            raise TypeError(
                f"on of projection {self.name} takes On(event class, function), one for each event"
            )

    @property
    def key(self) -> str:
        """Name of the key column."""
        return self.columns[0].name

    @property
    def by_handlers(self) -> bool:
        """Whether handlers write its rows: then it is no fold, and nothing can make them again (J6)."""
        return not self.on

    def shape(self) -> tuple[tuple[str, str], ...]:
        """Returns the names and kinds of its columns, as the store keeps them."""
        return tuple((column.name, column.kind.value) for column in self.columns)

    def handlers(self) -> dict[str, Apply]:
        """Returns what to do by event type name."""
        return {one.event_type: one.apply for one in self.on}

    def definition_hash(self) -> str:
        """Returns a digest of table, version and code (J4, J7)."""
        columns = [(one.name, one.kind.value, one.index) for one in self.columns]
        return fingerprint(
            self.name, self.version, columns, sorted(self.reads or self.handlers()), self.made_of
        )

"""What the expressions of invariants can name: counts of events, states of aggregates, rows of read models.

These functions are called with the name of what they look at, in quotes: ``count('payment.confirmed', id)``,
``state('payment', id)``, ``row('orders', id)``, ``rows('orders')``, ``total('orders', 'paid')``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.model.aggregate import Aggregate
from workbench.model.event import Event
from workbench.model.expressions import cel_parser
from workbench.model.expressions.budget import OUTSIDE, Frame, step
from workbench.model.expressions.closures import Scope, Variable, item
from workbench.model.expressions.expression_hints import among
from workbench.model.expressions.flaws import Flaw
from workbench.model.expressions.functions import Function
from workbench.model.expressions.value_kinds import (
    ANY,
    CALLED,
    DECIMAL,
    INTEGER,
    STRING,
    Kind,
    Type,
    comparable,
    converted,
    record,
)
from workbench.model.invariant import Facts, Subject
from workbench.model.projection import ColumnKind
from workbench.project.declared.column_values import types_of
from workbench.project.declared.compilation import record_of_class

COUNT, STATE, ROW, ROWS, TOTAL = "count", "state", "row", "rows", "total"
LOOKS_AT = {
    COUNT: "event",
    STATE: "aggregate",
    ROW: "projection",
    ROWS: "projection",
    TOTAL: "projection",
}
"""What the first text of each function names."""
SUMMED = {ColumnKind.INTEGER: INTEGER, ColumnKind.DECIMAL: DECIMAL, ColumnKind.MONEY: DECIMAL}
"""Columns of which there is an exact sum, and what that is."""
_TEXT = frozenset({Kind.STRING})
_ID = frozenset({Kind.STRING, Kind.INTEGER})
_PLAIN = frozenset({Kind.LIST, Kind.RECORD, Kind.BYTES})


@dataclass(slots=True)
class InvariantNames:
    """The names of a model that invariants can use.

    Attributes:
        aggregates: As they are declared.
        columns: Kinds of columns by read model, of those that events make.
        by_handlers: Read models whose rows handlers write.
        excused: Says of a kind and a name that is not known whether nothing is to be told of it.
    """

    aggregates: Mapping[str, Aggregate]
    columns: Mapping[str, Mapping[str, ColumnKind]]
    by_handlers: frozenset[str] = frozenset()
    excused: Callable[[str, str], bool] = lambda _kind, _name: False
    _known: dict[type[Any], Type] = field(default_factory=dict)
    events: Mapping[str, type[Event]] = field(init=False)

    def __post_init__(self) -> None:
        self.events = {one.event_type: one for owner in self.aggregates.values() for one in owner.events}

    def known(self, kind: str) -> Sequence[str]:
        """Returns the names of events, aggregates or projections."""
        found = {"event": self.events, "aggregate": self.aggregates, "projection": self.columns}
        return list(found[kind])

    def state(self, aggregate: str) -> Type:
        """Returns what is known of the state of an aggregate."""
        owner = self.aggregates.get(aggregate)
        return ANY if owner is None else self._of(owner.state)

    def fields(self, event: str) -> Mapping[str, Type]:
        """Returns what is known of the fields of an event."""
        cls = self.events.get(event)
        return {} if cls is None else self._of(cls).fields or {}

    def row(self, projection: str) -> Type:
        """Returns what is known of a row of a read model."""
        columns = self.columns.get(projection)
        return ANY if columns is None else record(types_of(columns), keyed=True)

    def _of(self, cls: type[Any]) -> Type:
        if cls not in self._known:
            self._known[cls] = record_of_class(cls)
        return self._known[cls]

    def scope(self, *, of: str = "", rows: str = "") -> Scope:
        """Returns the names that the condition of an invariant can use.

        Args:
            of: Aggregate of whose streams it is asked.
            rows: Read model of whose rows it is asked.
        """
        found = {f"{name}{CALLED}": self._function(name) for name in LOOKS_AT}
        if of:
            found |= {"id": item(STRING, 1), "version": item(INTEGER, 2), "state": item(self.state(of), 3)}
        if rows:
            found["row"] = item(self.row(rows), 3)
        return found

    def _function(self, name: str) -> Variable:
        takes, run = _CALLS[name]
        gives: Mapping[str, Callable[..., Type]] = {
            COUNT: lambda *_: INTEGER,
            STATE: lambda one, *_: _perhaps(self.state(one)),
            ROW: lambda one, *_: _perhaps(self.row(one)),
            ROWS: lambda one: Type(kind=Kind.LIST, item=self.row(one)),
            TOTAL: self._sum_of,
        }
        made = Function(
            takes,
            lambda types: gives[name](*map(_said, types)),
            run,
            optional=2 if name == COUNT else 0,
            metered=True,
        )
        return Variable(Type(kind=Kind.ANY, choices=tuple(self.known(LOOKS_AT[name])), function=made), _no)

    def _sum_of(self, projection: str, column: str) -> Type:
        kind = self.columns.get(projection, {}).get(column)
        return ANY if kind is None else SUMMED.get(kind, ANY)

    # -- what is wrong --------------------------------------------------------------------------------------

    def flaws(self, tree: cel_parser.Node) -> Iterator[Flaw]:
        """Yields what is wrong with what the functions in a checked expression name."""
        for call in calls_in(tree):
            kind, (first, *others) = LOOKS_AT[call.name], call.arguments
            name = named_by(call)
            if not name:
                said = f"{call.name} names {_ONE[kind]} in quotes"
                yield Flaw(first.at, first.end, said, f"write {call.name}('…'{', …' * bool(others)})")
            elif name in self.by_handlers:
                said = f"handlers write the rows of {name}, so the log does not say what they were"
                yield Flaw(first.at, first.end, said)
            elif name not in self.known(kind):
                if not self.excused(kind, name):
                    said = f"there is no {kind} {name}"
                    yield Flaw(*_inside(first, name), said, among(name, self.known(kind)))
            elif call.name == COUNT and len(others) == 2:
                yield from self._by_field(name, *others)
            elif call.name == ROW:
                yield from self._by_key(name, others[0])
            elif call.name == TOTAL:
                yield from self._of_column(name, others[0])
            elif others and others[0].type.counts_as not in _ID | {Kind.ANY, Kind.NULL}:
                said = f"an id is a text or a number, and this is {others[0].type.words}"
                yield Flaw(others[0].at, others[0].end, said)

    def _by_key(self, projection: str, key: cel_parser.Node) -> Iterator[Flaw]:
        column, kind = next(iter(self.columns[projection].items()))
        known = types_of({column: kind})[column]
        if kind is not ColumnKind.TEXT and not comparable(known, key.type):
            said = f"{column}, the key of {projection}, is {known.words}, and this is {key.type.words}"
            yield Flaw(key.at, key.end, said, converted("…", known, key.type))

    def _of_column(self, projection: str, named: cel_parser.Node) -> Iterator[Flaw]:
        columns = self.columns[projection]
        if not isinstance(named, cel_parser.Literal) or not isinstance(named.value, str):
            yield Flaw(named.at, named.end, "the second names a column in quotes")
        elif named.value not in columns:
            said = f"{projection} has no {named.value}"
            yield Flaw(*_inside(named, named.value), said, among(named.value, columns))
        elif columns[named.value] not in SUMMED:
            said = f"{named.value} is {columns[named.value].value}, of which there is no exact sum"
            yield Flaw(named.at, named.end, said, "integer, decimal and money have one")

    def _by_field(self, event: str, named: cel_parser.Node, value: cel_parser.Node) -> Iterator[Flaw]:
        fields = self.fields(event)
        if not isinstance(named, cel_parser.Literal) or not isinstance(named.value, str):
            yield Flaw(named.at, named.end, "the second names a field in quotes, the third is its value")
        elif (known := fields.get(named.value)) is None:
            hint = among(named.value, fields)
            yield Flaw(*_inside(named, named.value), f"{event} has no field {named.value}", hint)
        elif known.counts_as in _PLAIN:
            yield Flaw(named.at, named.end, f"{named.value} is {known.words}, by which nothing is counted")
        elif not comparable(known, value.type):
            said = f"{named.value} is {known.words}, and this is {value.type.words}"
            yield Flaw(value.at, value.end, said)


def _inside(literal: cel_parser.Node, name: str) -> tuple[int, int]:
    """Returns where a name stands between its quotes, so that another can take its place."""
    quotes = literal.end - literal.at - len(name)
    return (literal.at + 1, literal.end - 1) if quotes == 2 else (literal.at, literal.end)


_ONE = {"event": "an event", "aggregate": "an aggregate", "projection": "a read model"}


def calls_in(tree: cel_parser.Node) -> Iterator[cel_parser.Call]:
    """Yields the calls of the functions that invariants have, with as many arguments as they need."""
    for node in cel_parser.everything(tree):
        if not isinstance(node, cel_parser.Call) or node.target is not None or node.name not in LOOKS_AT:
            continue
        if len(node.arguments) >= (2 if node.name in {STATE, ROW, TOTAL} else 1):
            yield node


def named_by(call: cel_parser.Call) -> str:
    """Returns what a call names; empty where it does not say so in quotes."""
    first = call.arguments[0]
    return first.value if isinstance(first, cel_parser.Literal) and isinstance(first.value, str) else ""


def _perhaps(known: Type) -> Type:
    return replace(known, nullable=True, lenient=True)


def _said(known: Type) -> str:
    """Returns the text that an argument says; empty where it is not written out."""
    return known.choices[0] if len(known.choices) == 1 else ""


def _no(_env: Any) -> Any:
    raise TypeError("a function is called")


def _facts(frame: Frame) -> Facts:
    subject: Subject = frame[OUTSIDE]
    return subject.facts


def _count(frame: Frame, event: str, *about: Any) -> int:
    if len(about) == 2:
        return _facts(frame).count_with(event, *about)
    return _facts(frame).count(event, *about)


def _rows(frame: Frame, projection: str) -> list[Any]:
    found = list(_facts(frame).rows(projection))
    step(frame, len(found))
    return found


_ANYTHING: frozenset[Kind] = frozenset()
_CALLS: Mapping[str, tuple[tuple[frozenset[Kind], ...], Callable[..., Any]]] = {
    COUNT: ((_TEXT, _ANYTHING, _ANYTHING), _count),
    STATE: ((_TEXT, _ANYTHING), lambda frame, name, key: _facts(frame).state(name, key)),
    ROW: ((_TEXT, _ANYTHING), lambda frame, name, key: _facts(frame).row(name, key)),
    ROWS: ((_TEXT,), _rows),
    TOTAL: ((_TEXT, _TEXT), lambda frame, name, column: _facts(frame).total(name, column)),
}

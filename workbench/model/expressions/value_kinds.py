"""What is known of the values in an expression before it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.expressions.functions import Function

CALLED = "()"
"""Ends the names of a scope under which it has functions of its own."""


class Kind(StrEnum):
    """The kind of a value as it is kept; in an operation some count as another one."""

    STRING = "string"
    INTEGER = "integer"
    UINT = "unsigned integer"
    DOUBLE = "double"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    BYTES = "bytes"
    TIME = "time"
    MICROS = "microseconds"
    UUID = "uuid"
    DURATION = "duration"
    LIST = "list"
    RECORD = "record"
    NULL = "null"
    TYPE = "type"
    ANY = "any"


COUNTS_AS = {Kind.MICROS: Kind.TIME, Kind.UUID: Kind.STRING}
"""Kinds that CEL does not have, and what they are in an operation."""
NUMBERS = frozenset({Kind.INTEGER, Kind.UINT, Kind.DOUBLE, Kind.DECIMAL})
"""Whatever is calculated with a decimal is a decimal: that is what goes beyond CEL."""

WORDS = {
    Kind.STRING: "text",
    Kind.INTEGER: "a whole number",
    Kind.UINT: "an unsigned whole number",
    Kind.DOUBLE: "a decimal number",
    Kind.DECIMAL: "an exact decimal number",
    Kind.BOOLEAN: "true or false",
    Kind.BYTES: "bytes",
    Kind.TIME: "a time",
    Kind.DURATION: "a duration",
    Kind.LIST: "a list",
    Kind.RECORD: "an object",
    Kind.NULL: "null",
    Kind.TYPE: "a type",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """What is known of a value.

    Attributes:
        nullable: Whether it may be null.
        item: Of a list, or of a map, whose keys are any texts.
        fields: Of a record, if they are known.
        attributes: Attributes of fields that are not called as the fields are.
        written: Names in JSON of fields that are not called so.
        optional: Fields that may be left out where an object is made.
        keyed: Whether a record is a mapping; else its fields are attributes.
        choices: The only texts that it can be; empty for any.
        places: Digits after the point that a decimal is kept with, where that is fixed.
        proves: Path that is not null where this is true.
        lenient: Whether it is used without asking for null: rows and messages show that when it runs.
        function: What is called by a name of a scope that ends with ``()``; ``choices`` are its first texts.
    """

    kind: Kind
    nullable: bool = False
    item: Type | None = None
    fields: Mapping[str, Type] | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    keyed: bool = False
    choices: tuple[str, ...] = ()
    places: int | None = None
    proves: str = ""
    lenient: bool = False
    function: Function | None = None

    @property
    def counts_as(self) -> Kind:
        """What it is in an operation."""
        return COUNTS_AS.get(self.kind, self.kind)

    @property
    def words(self) -> str:
        """How people call it."""
        return WORDS.get(self.counts_as, "anything")

    @property
    def to_ask(self) -> bool:
        """Whether it may be null, so that one must ask before it is used."""
        return self.nullable and not self.lenient and self.kind not in {Kind.ANY, Kind.NULL}

    def or_null(self) -> Type:
        """Returns the same, or null."""
        return replace(self, nullable=True)

    def not_null(self) -> Type:
        """Returns the same without null."""
        return replace(self, nullable=False)


ANY = Type(kind=Kind.ANY)
NULL = Type(kind=Kind.NULL, nullable=True)
STRING = Type(kind=Kind.STRING)
INTEGER = Type(kind=Kind.INTEGER)
UINT = Type(kind=Kind.UINT)
DOUBLE = Type(kind=Kind.DOUBLE)
DECIMAL = Type(kind=Kind.DECIMAL)
BOOLEAN = Type(kind=Kind.BOOLEAN)
BYTES = Type(kind=Kind.BYTES)
TIME = Type(kind=Kind.TIME)
DURATION = Type(kind=Kind.DURATION)
LIST = Type(kind=Kind.LIST, item=ANY)
RECORD = Type(kind=Kind.RECORD, keyed=True)
TYPE = Type(kind=Kind.TYPE)


def computed(known: Type) -> Type:
    """Returns what is known of a value that stands in a list or object that an expression makes."""
    return replace(known, kind=known.counts_as)


def record(fields: Mapping[str, Type], *, keyed: bool = False, nullable: bool = False) -> Type:
    """Returns the type of an object with these fields."""
    return Type(kind=Kind.RECORD, fields=fields, keyed=keyed, nullable=nullable)


def common(types: list[Type]) -> Type:
    """Returns what is known of a value that is one of several."""
    certain = [one for one in types if one.kind is not Kind.NULL]
    if not certain or any(one.kind is Kind.ANY for one in certain):
        return ANY if certain or not types else NULL
    first = certain[0]
    nullable = len(certain) < len(types) or any(one.nullable for one in certain)
    if any(one.kind is Kind.DECIMAL for one in certain) and all(one.kind in NUMBERS for one in certain):
        return Type(kind=Kind.DECIMAL, nullable=nullable)
    if any(one.counts_as is not first.counts_as for one in certain):
        return ANY
    if all(one == first for one in certain):
        return first.or_null() if nullable else first
    choices: tuple[str, ...] = ()
    if all(one.choices for one in certain):
        choices = tuple(dict.fromkeys(choice for one in certain for choice in one.choices))
    kind = first.kind if all(one.kind is first.kind for one in certain) else first.counts_as
    item = common([one.item or ANY for one in certain]) if kind is Kind.LIST else None
    return Type(kind=kind, nullable=nullable, item=item, choices=choices, keyed=True)


def number_of(*types: Type) -> Type | None:
    """Returns what numbers are together: exact where one is, else a double; None if they do not mix."""
    kinds = {one.counts_as for one in types}
    if not kinds <= NUMBERS:
        return None
    if Kind.DECIMAL in kinds:
        return DECIMAL
    if kinds == {Kind.INTEGER, Kind.DOUBLE}:
        return DOUBLE
    return Type(kind=kinds.pop()) if len(kinds) == 1 else None


SUMS = {
    ("+", Kind.TIME, Kind.DURATION): Kind.TIME,
    ("+", Kind.DURATION, Kind.TIME): Kind.TIME,
    ("-", Kind.TIME, Kind.DURATION): Kind.TIME,
    ("-", Kind.TIME, Kind.TIME): Kind.DURATION,
    ("-", Kind.DURATION, Kind.DURATION): Kind.DURATION,
    ("*", Kind.INTEGER, Kind.DURATION): Kind.DURATION,
    ("*", Kind.DURATION, Kind.INTEGER): Kind.DURATION,
    **{("+", kind, kind): kind for kind in (Kind.STRING, Kind.BYTES, Kind.LIST, Kind.DURATION)},
}
"""What + - * give of two kinds that are no numbers."""


def either(one: Type, other: Type) -> Type:
    """Returns what is known of a value that is made step by step; numbers are promoted."""
    found = [one, bare(other)]
    known = number_of(*found) or common(found)
    return known.or_null() if one.nullable or other.nullable else known


def bare(found: Type) -> Type:
    """Returns the kind alone of a value that another one takes the place of."""
    return RECORD if found.fields is not None else replace(computed(found), choices=(), places=None)


def comparable(left: Type, right: Type) -> bool:
    """Whether values of two types can be equal."""
    kinds = {left.counts_as, right.counts_as}
    return len(kinds) == 1 or not kinds.isdisjoint({Kind.ANY, Kind.NULL}) or kinds <= NUMBERS


def misfit(name: str, wanted: Type, found: Type) -> str:
    """Says why a value cannot be what a field wants; empty if it can."""
    if Kind.ANY in {wanted.kind, found.kind}:
        return ""
    if found.kind is Kind.NULL:
        return "" if wanted.nullable else f"{name} cannot be null"
    kinds = (found.counts_as, wanted.counts_as)
    if kinds[0] is not kinds[1] and kinds not in _FITS:
        return f"{name} is {wanted.words}, and this is {found.words}"
    if found.nullable and not wanted.nullable:
        return f"{name} cannot be null, and this may be"
    odd = [one for one in found.choices if one not in wanted.choices] if wanted.choices else []
    if odd:
        return f"{name} cannot be '{odd[0]}', only {', '.join(wanted.choices)}"
    return "" if wanted == found else _misfit_inside(name, wanted, found)


def _misfit_inside(name: str, wanted: Type, found: Type) -> str:
    """Says why a list, a map or an object does not hold what is wanted; empty if it may."""
    if wanted.item is not None and found.item is not None:
        return _loosely(
            f"{'an item' if wanted.kind is Kind.LIST else 'a value'} of {name}", wanted.item, found.item
        )
    if wanted.fields is None or found.fields is None:
        return ""
    fields, called = wanted.fields, {other: one for one, other in wanted.written.items()}
    given = {one if one in fields else called.get(one, one): kind for one, kind in found.fields.items()}
    if found.keyed and (odd := [one for one in given if one not in fields]):
        return f"{name} has no {odd[0]}, only {', '.join(fields)}"
    if missing := [one for one in fields if one not in given and one not in wanted.optional]:
        return f"{name} needs {missing[0]}, too"
    found_odd = (
        _loosely(f"{one} of {name}", fields[one], kind) for one, kind in given.items() if one in fields
    )
    return next((said for said in found_odd if said), "")


def _loosely(name: str, wanted: Type, found: Type) -> str:
    """The same of what stands inside, where decimals may be texts, as JSON has them."""
    as_text = found.counts_as is Kind.STRING and wanted.kind is Kind.DECIMAL
    return "" if as_text else misfit(name, wanted, found)


def way_to_fit(name: str, wanted: Type, found: Type) -> str:
    """Says how a value that does not fit becomes what a field wants; empty where nothing general helps."""
    kinds = (found.counts_as, wanted.counts_as)
    if found.kind is Kind.NULL:
        return f"give it a value, or put ? behind the type of {name}"
    if kinds[0] is not kinds[1] and kinds not in _FITS:
        made = converted("…", wanted, found)
        return f"{made} makes it one" if made else ""
    return 'say what it is then: "x != null ? x : …"' if found.nullable and not wanted.nullable else ""


def converted(text: str, wanted: Type, found: Type) -> str:
    """Returns an expression that makes a value of another kind what is wanted; empty where none does."""
    kinds = (found.counts_as, wanted.counts_as)
    fits = kinds[0] is kinds[1] or kinds in _FITS or kinds[0] not in _MADE_OF.get(kinds[1], ())
    return "" if fits else f"{_MADE_BY[kinds[1]]}({text})"


_MADE_BY = {Kind.STRING: "string", Kind.INTEGER: "int", Kind.DOUBLE: "double", Kind.DECIMAL: "decimal"}
_MADE_OF = {
    Kind.STRING: NUMBERS | {Kind.BOOLEAN, Kind.TIME, Kind.DURATION},
    Kind.INTEGER: NUMBERS | {Kind.STRING},
    Kind.DOUBLE: NUMBERS | {Kind.STRING},
    Kind.DECIMAL: NUMBERS | {Kind.STRING},
}

_FITS = {
    (Kind.INTEGER, Kind.DOUBLE),
    (Kind.INTEGER, Kind.DECIMAL),
    (Kind.DOUBLE, Kind.DECIMAL),
    (Kind.DECIMAL, Kind.DOUBLE),
    (Kind.STRING, Kind.TIME),
    (Kind.TIME, Kind.STRING),
}
"""Kinds that are taken for another as they are kept."""

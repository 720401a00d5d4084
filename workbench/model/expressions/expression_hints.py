"""Hints: what may have been meant, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workbench.model.expressions.functions import FUNCTIONS, MACROS
from workbench.model.expressions.other_words import OTHER_NAMES, OTHER_WORDS
from workbench.model.expressions.value_kinds import CALLED, NUMBERS, Kind, Type
from workbench.model.hints import did_you_mean


def among(name: str, known: Iterable[str], *, within: Iterable[str] = ()) -> str:
    """Suggests what was meant, or says what there is.

    Args:
        within: Paths to what has this name elsewhere.
    """
    if paths := list(within):
        return f"did you mean {' or '.join(paths)}?"
    names = list(known)
    return did_you_mean(name, names, f"there are: {', '.join(names)}" if names else "")


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_MADE_OF_TEXT = {
    Kind.TIME: "timestamp('2024-05-01T12:00:00Z') makes a time of a text",
    Kind.DURATION: "duration('24h') makes one of a text",
}


def function_hint(name: str, names: Iterable[str] = ()) -> str:
    """Says what to write where there is no function of a name.

    Args:
        names: Of the scope, which may have functions of its own.
    """
    if name in MACROS:
        return f"write list.{name}(…)"
    own = [one.removesuffix(CALLED) for one in names if one.endswith(CALLED)]
    return OTHER_WORDS.get(name) or did_you_mean(name, [*own, *FUNCTIONS, *MACROS, "has", "cel.bind"])


def name_hint(name: str, known: Iterable[str], within: Iterable[str]) -> str:
    """Says what to write where nothing has a name.

    Args:
        within: Paths to what has this name elsewhere.
    """
    names = list(known)
    if name in {"now", "today"} and "now" not in names:
        return "write at, the time of the event" if "at" in names else _NO_NOW
    return OTHER_NAMES.get(name) or among(name, names, within=within)


_NO_NOW = "there is no now here, so that it comes out the same each time: let the event have a field for it"


def conversion(left: Type, right: Type) -> str:
    """Says what to write where two kinds are not compared: numbers as numbers, never as texts."""
    text, number = sorted((left, right), key=lambda one: one.counts_as in NUMBERS)
    if text.counts_as is Kind.STRING and number.counts_as in NUMBERS:
        return _as_number(text, number)
    return _made(left, right)


def joining(operator: str, left: Type, right: Type) -> str:
    """Says what to write where an operator does not calculate with two kinds."""
    kinds = {left.counts_as, right.counts_as}
    if Kind.STRING in kinds and kinds & NUMBERS:
        text, number = sorted((left, right), key=lambda one: one.counts_as in NUMBERS)
        return "write string(…) around the number" if operator == "+" else _as_number(text, number)
    if (left.counts_as, right.counts_as) == (Kind.TIME, Kind.STRING) and operator in _SHIFTS:
        example = next(iter(right.choices), "2 weeks")
        return f"write {_SHIFTS[operator]}(time, '{example}')"
    return _made(left, right)


_SHIFTS = {"+": "later", "-": "earlier"}
_CALLED = {Kind.INTEGER: "int", Kind.UINT: "uint", Kind.DOUBLE: "double", Kind.DECIMAL: "decimal"}


def _as_number(text: Type, number: Type) -> str:
    """Says how a text becomes the number that it stands beside."""
    if len(text.choices) == 1 and _NUMBER.fullmatch(text.choices[0]):
        return f"write {text.choices[0]} without quotes"
    return f"write {_CALLED[number.kind]}(…) around the text"


def _made(left: Type, right: Type) -> str:
    kinds = {left.counts_as, right.counts_as}
    if kinds & {Kind.TIME, Kind.DURATION} and kinds & NUMBERS:
        return "a length of time is a duration: duration('336h') is 14 days"
    given = kinds - {Kind.STRING}
    return (
        next((_MADE_OF_TEXT[kind] for kind in given if kind in _MADE_OF_TEXT), "")
        if len(kinds) > len(given)
        else ""
    )


def way_on(name: str, found: Type) -> str:
    """Says what to write where a function does not take a value."""
    if found.kind in {Kind.DECIMAL, Kind.UINT} and name.startswith("math."):
        return "write double(…) around the number" if "bit" not in name else "write int(…) around the number"
    exact = found.kind in {Kind.DECIMAL, Kind.UINT}
    return "write string(…) around it" if exact and Kind.STRING in _taken(name) else ""


def _taken(name: str) -> frozenset[Kind]:
    known = FUNCTIONS.get(name)
    return known.takes[0] if known is not None else frozenset()

"""Hints: what may have been meant, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.model.expressions.functions import FUNCTIONS, MACROS
from workbench.model.expressions.other_words import OTHER_WORDS
from workbench.model.expressions.value_kinds import NUMBERS, Kind, Type
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


_MADE_OF_TEXT = {
    Kind.TIME: "timestamp('2024-05-01T12:00:00Z') makes a time of a text",
    Kind.DURATION: "duration('24h') makes one of a text",
}


def function_hint(name: str) -> str:
    """Says what to write where there is no function of a name."""
    if name in MACROS:
        return f"write list.{name}(…)"
    return OTHER_WORDS.get(name) or did_you_mean(name, [*FUNCTIONS, *MACROS, "has", "cel.bind"])


def conversion(left: Type, right: Type) -> str:
    """Says what to write where two kinds do not go together."""
    kinds = {left.counts_as, right.counts_as}
    if Kind.STRING in kinds and kinds & NUMBERS:
        return "write string(…) around the number"
    if Kind.TIME in kinds and kinds & NUMBERS:
        return "a length of time is duration('24h')"
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

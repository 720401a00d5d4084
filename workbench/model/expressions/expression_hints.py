"""Hints: what may have been meant, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.model.expressions.functions import FUNCTIONS
from workbench.model.expressions.value_kinds import NUMBERS, Kind, Type
from workbench.model.hints import did_you_mean


def among(name: str, known: Iterable[str], *, all_of_them: bool = True) -> str:
    """Suggests what was meant, or says what there is."""
    names = list(known)
    return did_you_mean(name, names, f"there are: {', '.join(names)}" if names and all_of_them else "")


def conversion(left: Type, right: Type) -> str:
    """Says what to write where two kinds do not go together."""
    kinds = {left.counts_as, right.counts_as}
    if Kind.STRING in kinds and kinds & NUMBERS:
        return "write string(…) around the number"
    return ""


def way_on(name: str, found: Type) -> str:
    """Says what to write where a function does not take a value."""
    if found.kind in {Kind.DECIMAL, Kind.UINT} and name.startswith("math."):
        return "write double(…) around the number" if "bit" not in name else "write int(…) around the number"
    exact = found.kind in {Kind.DECIMAL, Kind.UINT}
    return "write string(…) around it" if exact and Kind.STRING in _taken(name) else ""


def _taken(name: str) -> frozenset[Kind]:
    known = FUNCTIONS.get(name)
    return known.takes[0] if known is not None else frozenset()

"""Finds comparisons that are never true, never false or never possible, by the kinds of what is compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.expression_hints import among, conversion
from workbench.model.expressions.flaws import Flaw
from workbench.model.expressions.name_resolution import path_of, said
from workbench.model.expressions.value_kinds import NUMBERS, Kind, comparable

COMPARISONS = frozenset({"in", "==", "!=", "<", "<=", ">", ">="})
ORDERED = {Kind.STRING, *NUMBERS, Kind.TIME, Kind.DURATION, Kind.BOOLEAN, Kind.BYTES}


def with_comparison(node: cel_parser.Binary, flaws: Sequence[Flaw]) -> list[Flaw]:
    """Returns the flaws with that of a comparison; a word that names nothing may be one of few texts."""
    odd = _comparison_flaw(node)
    found = [*flaws, odd] if odd is not None else [*flaws]
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(one, cel_parser.Name) and one.name in other.type.choices:
            hint = f"a text is written '{one.name}'"
            found = [replace(flaw, hint=hint) if flaw.at == one.at else flaw for flaw in found]
    return found


def _comparison_flaw(node: cel_parser.Binary) -> Flaw | None:
    """Returns what is wrong with a comparison, whose sides have their kinds; None if nothing is."""
    if node.operator == "in":
        return _among(node)
    return _equality(node) if node.operator in {"==", "!="} else _order(node)


def never_null(node: cel_parser.Binary) -> Iterator[tuple[cel_parser.Node, str]]:
    """Yields the sides of an operator that cannot be null, each with the reason."""
    if node.operator == "in":
        yield node.right, "in needs a list or an object"
        if node.right.type.kind is Kind.RECORD:
            yield node.left, "null is no key"
    elif node.operator not in {"==", "!="}:
        yield node.left, f"{node.operator} does not take null"
        yield node.right, f"{node.operator} does not take null"


def null_flaw(node: cel_parser.Node, words: str, whole: cel_parser.Node | None) -> Flaw:
    """Returns what is wrong where something may be null that cannot be it there.

    Args:
        words: What null is not, or does not have.
        whole: What it is part of, which can then be said; None for anything.
    """
    path = path_of(node)
    hint = f'ask first: "{path} != null && …" or "{path} != null ? {said(whole) if whole else "…"} : …"'
    if node.type.kind is Kind.BOOLEAN and path:
        hint = f'write "{path} == true", which null is not'
    elif not path:
        hint = 'name it: "cel.bind(x, …, x != null ? … : …)"'
    place = whole or node
    said_so = f"{said(node)} may be null, and {words}"
    return Flaw(place.at, place.end, said_so, hint, warning=node.type.kind is not Kind.NULL)


def _flaw(node: cel_parser.Node, message: str, hint: str = "") -> Flaw:
    return Flaw(node.at, node.end, message, hint)


def _among(node: cel_parser.Binary) -> Flaw | None:
    left, right = node.left.type, node.right.type
    if right.kind not in {Kind.LIST, Kind.RECORD, Kind.ANY}:
        return _flaw(node.right, f"in needs a list or an object, and {said(node.right)} is {right.words}")
    if right.kind is Kind.LIST and right.item is not None and not comparable(left, right.item):
        words = f"{said(node.left)} is {left.words}, and {said(node.right)} holds {right.item.words}"
        return _flaw(node, f"{words}: it is never in there", conversion(left, right.item))
    items = node.right.items if isinstance(node.right, cel_parser.ListOf) else []
    odd = [one for one in items if _is_odd(node.left, one)]
    return _never(node.left, odd[0]) if odd else None


def _is_odd(one: cel_parser.Node, other: cel_parser.Node) -> bool:
    """Whether a text stands here that the other side, one of few texts, never is."""
    choices = () if isinstance(one, cel_parser.Literal) else one.type.choices
    wanted = other.value if isinstance(other, cel_parser.Literal) else None
    return bool(choices) and isinstance(wanted, str) and wanted not in choices


def _never(one: cel_parser.Node, other: Any) -> Flaw:
    return _flaw(other, f"{said(one)} is never '{other.value}'", among(other.value, one.type.choices))


def _equality(node: cel_parser.Binary) -> Flaw | None:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if _is_odd(one, other):
            return _never(one, other)
        if one.type.kind is Kind.NULL and not other.type.nullable and other.type.kind is not Kind.ANY:
            return _flaw(other, f"{said(other)} is never null")
    left, right = node.left.type, node.right.type
    if comparable(left, right):
        return None
    words = f"{said(node.left)} is {left.words} and {said(node.right)} is {right.words}: they are never equal"
    return _flaw(node, words, _way_out(node))


def _order(node: cel_parser.Binary) -> Flaw | None:
    for part in (node.left, node.right):
        if part.type.kind is not Kind.ANY and part.type.counts_as not in ORDERED:
            words = f"{said(part)} is {part.type.words}, which {node.operator} does not compare"
            return _flaw(part, words)
    left, right = node.left.type, node.right.type
    if comparable(left, right):
        return None
    words = f"{node.operator} compares {left.words} with {right.words}"
    return _flaw(node, words, _way_out(node))


def _way_out(node: cel_parser.Binary) -> str:
    """Says how two sides are compared; a text column is left as it is, for the store compares it."""
    for one, other in ((node.left, node.right), (node.right, node.left)):
        column = one.type.counts_as is Kind.STRING and path_of(one).startswith("row.")
        if column and other.type.counts_as in NUMBERS:
            return f"write string({said(other)})"
    return conversion(node.left.type, node.right.type)

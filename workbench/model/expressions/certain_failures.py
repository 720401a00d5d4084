"""Finds what fails whatever the values are: a division by a written 0, an item that no written list has."""

from __future__ import annotations

from workbench.model.expressions import cel_parser
from workbench.model.expressions.cel_values import Uint
from workbench.model.expressions.value_kinds import Kind

_DIVIDED = {Kind.INTEGER, Kind.UINT, Kind.DECIMAL}
"""Doubles have an answer."""


def divides_by_zero(node: cel_parser.Binary) -> bool:
    """Whether a whole number or a decimal is divided by a written 0."""
    by = node.right
    zero = isinstance(by, cel_parser.Literal) and type(by.value) in {int, Uint} and by.value == 0
    return zero and node.operator in {"/", "%"} and node.left.type.counts_as in _DIVIDED


def beyond(node: cel_parser.Index) -> str:
    """Says that a written list has no such item; empty where it has, or is none."""
    if not isinstance(node.of, cel_parser.ListOf) or not isinstance(node.index, cel_parser.Literal):
        return ""
    most = len(node.of.items) - 1
    words = f"they are 0 to {most}" if most >= 0 else "it is empty"
    return f"the list has no item {node.index.value}: {words}" if node.index.value > most else ""

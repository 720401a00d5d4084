"""Finds what fails whatever the values are: a division by a written 0, an item that no written list has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.cel_values import Uint
from workbench.model.expressions.flaws import Flaw
from workbench.model.expressions.value_kinds import Kind

_PARTS = (
    "target", "arguments", "of", "index", "left", "right", "condition", "yes", "no", "items", "entries",
)  # fmt: skip
"""Attributes of nodes that hold others."""
_DIVIDED = {Kind.INTEGER, Kind.UINT, Kind.DECIMAL}
"""Doubles have an answer."""


def certain_failures(node: Any) -> Iterator[Flaw]:
    """Yields what will fail, given a tree with its types; beside ``&&`` and ``||`` the other side decides."""
    if isinstance(node, list | tuple):
        for part in node:
            yield from certain_failures(part)
    elif not (isinstance(node, cel_parser.Binary) and node.operator in {"&&", "||"}):
        if isinstance(node, cel_parser.Binary) and _divides_by_zero(node):
            yield Flaw(node.right.at, node.right.end, "nothing can be divided by 0")
        if isinstance(node, cel_parser.Index) and (said := _beyond(node)):
            yield Flaw(node.index.at, node.index.end, said)
        for name in _PARTS:
            if part := getattr(node, name, None):
                yield from certain_failures(part)


def _divides_by_zero(node: cel_parser.Binary) -> bool:
    by = node.right
    zero = isinstance(by, cel_parser.Literal) and type(by.value) in {int, Uint} and by.value == 0
    return zero and node.operator in {"/", "%"} and node.left.type.counts_as in _DIVIDED


def _beyond(node: cel_parser.Index) -> str:
    index: Any = node.index.value if isinstance(node.index, cel_parser.Literal) else None
    if not isinstance(node.of, cel_parser.ListOf) or type(index) not in {int, Uint}:
        return ""
    most = len(node.of.items) - 1
    words = f"they are 0 to {most}" if most >= 0 else "it is empty"
    return f"the list has no item {index}: {words}" if index > most else ""

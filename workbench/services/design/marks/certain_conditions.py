"""Decides conditions whose outcome is certain: by what is written out, and by values that are never set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from workbench.model.expressions import cel_parser
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.name_resolution import path_of

Values = Callable[[str], frozenset[str] | None]
"""Returns the texts that a path such as ``state.status`` can be beside null; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """What a condition always is.

    Attributes:
        reason: Why; empty where it says so itself.
        path: What is compared with a text that it never is; empty where nothing is.
        text: That text.
    """

    holds: bool
    reason: str = ""
    path: str = ""
    text: str = ""


def certainty(condition: str, values: Values) -> Certainty | None:
    """Returns what a condition always is; None where it depends."""
    try:
        return _of(_parsed(condition), values)
    except InvalidExpression:
        return None


@lru_cache(maxsize=4_096)
def _parsed(condition: str) -> cel_parser.Node:
    return cel_parser.parse(condition)


def _of(node: cel_parser.Node, values: Values) -> Certainty | None:
    if isinstance(node, cel_parser.Literal) and isinstance(node.value, bool):
        return Certainty(node.value)
    if isinstance(node, cel_parser.Unary) and node.operator == "!":
        inner = _of(node.of, values)
        return Certainty(not inner.holds, inner.reason, inner.path, inner.text) if inner else None
    if not isinstance(node, cel_parser.Binary):
        return None
    if node.operator in {"&&", "||"}:
        return _joined(node, values)
    return _compared(node, values) if node.operator in {"==", "!="} else None


def _joined(node: cel_parser.Binary, values: Values) -> Certainty | None:
    """Decides ``&&`` and ``||``: one side is enough where it settles the whole, else both are needed."""
    settles = node.operator == "||"
    sides = [_of(node.left, values), _of(node.right, values)]
    alone = next((one for one in sides if one is not None and one.holds is settles), None)
    return alone or (sides[0] if None not in sides else None)


def _compared(node: cel_parser.Binary, values: Values) -> Certainty | None:
    equal = node.operator == "=="
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if not isinstance(other, cel_parser.Literal):
            continue
        if isinstance(one, cel_parser.Literal):
            same = type(one.value) is type(other.value) and one.value == other.value
            alike = type(one.value) is type(other.value)
            return Certainty(same is equal) if alike else None
        known = values(path_of(one)) if isinstance(other.value, str) else None
        if known is not None and other.value not in known:
            said = f"{path_of(one)} is never '{other.value}'"
            return Certainty(not equal, said, path_of(one), other.value)
    return None

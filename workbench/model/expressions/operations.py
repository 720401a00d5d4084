"""The operators of simple expressions, each sure to do what CEL does, or raising."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workbench.model.expressions import syntax

Get = Callable[[Any], Any]
"""Takes what the scope's variables are read from, gives a value."""
INT_LIMIT = 2**63
_EQUAL = frozenset({str, int, float, bool, type(None), datetime})
_ORDERED = frozenset({str, int, float, datetime})


class Unsure(Exception):
    """CEL must say what this is."""


def both_of(left: Get, right: Get) -> Get:
    """Returns ``left && right``."""

    def both(env: Any) -> Any:
        first = left(env)
        if first is False:
            return False
        if first is True:
            second = right(env)
            if second is True or second is False:
                return second
        raise Unsure

    return both


def either_of(left: Get, right: Get) -> Get:
    """Returns ``left || right``."""

    def either(env: Any) -> Any:
        first = left(env)
        if first is True:
            return True
        if first is False:
            second = right(env)
            if second is True or second is False:
                return second
        raise Unsure

    return either


def equal_to(left: Get, node: syntax.Node, right: Get) -> Get:
    """Returns ``left == right``, where the right side may be written as a literal."""
    if isinstance(node, syntax.Literal) and type(node.value) in {str, type(None)}:
        return _equal_literal(left, node.value)

    def equal(env: Any) -> bool:
        one, other = left(env), right(env)
        kind = type(one)
        if kind is type(other):
            if kind in _EQUAL:
                return bool(one == other)
        elif kind in _EQUAL and type(other) in _EQUAL and {kind, type(other)} != {int, float}:
            return False
        raise Unsure

    return equal


def _equal_literal(left: Get, wanted: str | None) -> Get:
    def equal(env: Any) -> bool:
        value = left(env)
        if type(value) in _EQUAL:
            return bool(value == wanted)
        raise Unsure

    return equal


def order_of(compare: Callable[[Any, Any], bool], left: Get, right: Get) -> Get:
    """Returns ``left < right`` and the like."""

    def order(env: Any) -> bool:
        one, other = left(env), right(env)
        if type(one) is type(other) and type(one) in _ORDERED:
            return compare(one, other)
        raise Unsure

    return order


def arithmetic_of(operator: str, left: Get, right: Get) -> Get:
    """Returns ``left + right`` and the like."""
    whole = _WHOLE[operator]

    def arithmetic(env: Any) -> Any:
        one, other = left(env), right(env)
        kind = type(one)
        if kind is not type(other):
            raise Unsure
        if kind is int and -INT_LIMIT <= one < INT_LIMIT and -INT_LIMIT <= other < INT_LIMIT:
            result = whole(one, other)
            if -INT_LIMIT <= result < INT_LIMIT:
                return result
        elif kind is float and operator in _FLOATING:
            return _FLOATING[operator](one, other)
        elif kind is str and operator == "+":
            return one + other
        raise Unsure

    return arithmetic


def _quotient(one: int, other: int) -> int:
    if one < 0 or other <= 0:
        raise Unsure
    return one // other


def _rest(one: int, other: int) -> int:
    if one < 0 or other <= 0:
        raise Unsure
    return one % other


_WHOLE: dict[str, Callable[[int, int], int]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _quotient,
    "%": _rest,
}
_FLOATING: dict[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,  # by zero raises, and CEL is asked
}

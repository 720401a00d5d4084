"""Calculates with decimals: exactly, as people expect of money; CEL has only doubles."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv
from typing import Any

from workbench.model.expressions.operations import Get

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def exact(value: Any) -> Any:
    """Returns a number as a decimal; what is none as it is, so that it equals no number.

    A double is taken as it is written: 0.1 is a tenth.
    """
    if type(value) is float:
        return Decimal(repr(value))
    return Decimal(value) if type(value) is int else value


def exact_of(operator: str, left: Get, right: Get) -> Get:
    """Returns a calculation or comparison of which one side is a decimal."""
    operate = _OPERATORS[operator]
    return lambda env: operate(exact(left(env)), exact(right(env)))


def _sum(values: Any) -> Any:
    return sum(map(exact, values), Decimal(0))


EXACT_LISTS: dict[str, Callable[[Any], Any]] = {
    "sum": _sum,
    "min": lambda values: min(map(exact, values)),
    "max": lambda values: max(map(exact, values)),
}
"""Functions of lists of decimals."""
EXACT_VALUES: dict[str, Callable[[Any], Any]] = {"string": str, "double": float}
"""Functions of one decimal."""

"""The operators of expressions: quick where two values are of one kind, else as CEL has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workbench.model.expressions.budget import Frame, read, take
from workbench.model.expressions.cel_values import INT_MAX, INT_MIN, OutOfBudget, Wrong, words_of
from workbench.model.expressions.comparison import ORDERS, equal, in_order
from workbench.model.expressions.numbers import FLOATING, WHOLE, calculate, exactly

Get = Callable[[Any], Any]
"""Takes what the scope's variables are read from, gives a value."""
_EQUAL = frozenset({str, int, bool, type(None), datetime})
_ORDERED = frozenset({str, int, float, datetime})


def both_of(left: Get, right: Get) -> Get:
    """Returns ``left && right``: one that is false decides, even where the other fails."""

    def both(env: Any) -> Any:
        try:
            first = left(env)
            if first is False:
                return False
        except OutOfBudget:
            raise
        except Exception:
            if right(env) is False:
                return False
            raise
        second = right(env)
        if first is True and (second is True or second is False):
            return second
        return _of_logic("&&", first, second, decides=False)

    return both


def either_of(left: Get, right: Get) -> Get:
    """Returns ``left || right``: one that is true decides, even where the other fails."""

    def either(env: Any) -> Any:
        try:
            first = left(env)
            if first is True:
                return True
        except OutOfBudget:
            raise
        except Exception:
            if right(env) is True:
                return True
            raise
        second = right(env)
        if first is False and (second is True or second is False):
            return second
        return _of_logic("||", first, second, decides=True)

    return either


def _of_logic(operator: str, first: Any, second: Any, *, decides: bool) -> bool:
    """Says what comes of a side that is neither true nor false: the other one may decide."""
    if second is decides:
        return bool(second)
    odd = second if isinstance(first, bool) else first
    raise Wrong(f"{operator} joins what is true or false, and this is {words_of(odd)}")


def not_of(of: Get) -> Get:
    """Returns ``!of``."""

    def turned(env: Any) -> bool:
        value = of(env)
        if value is True:
            return False
        if value is False:
            return True
        raise Wrong(f"! turns round what is true or false, and this is {words_of(value)}")

    return turned


def choice_of(condition: Get, yes: Get, no: Get) -> Get:
    """Returns ``condition ? yes : no``."""

    def choice(env: Any) -> Any:
        chosen = condition(env)
        if chosen is True:
            return yes(env)
        if chosen is False:
            return no(env)
        raise Wrong(f"what stands before ? must be true or false, and this is {words_of(chosen)}")

    return choice


def equal_to(left: Get, right: Get, *, framed: bool) -> Get:
    """Returns ``left == right``.

    Args:
        framed: Lists and objects are compared at the cost of the frame.
    """

    def equals(env: Any) -> bool:
        one, other = left(env), right(env)
        kind = type(one)
        if kind is type(other) and kind in _EQUAL and (kind is not str or not framed):
            return bool(one == other)
        return equal(env if framed else None, one, other)

    return equals


def equal_literal(left: Get, wanted: Any) -> Get:
    """Returns ``left == wanted`` for a text or null."""
    kind = type(wanted)

    def equals(env: Any) -> bool:
        value = left(env)
        return type(value) is kind and bool(value == wanted)

    return equals


def order_of(operator: str, left: Get, right: Get, *, framed: bool) -> Get:
    """Returns ``left < right`` and the like."""
    compare = ORDERS[operator]

    def order(env: Any) -> bool:
        one, other = left(env), right(env)
        if type(one) is type(other) and type(one) in _ORDERED:
            if framed and type(one) is str:
                read(env, len(one))
            return compare(one, other)
        return in_order(operator, one, other)

    return order


def exact_of(operator: str, left: Get, right: Get) -> Get:
    """Returns a calculation with decimals."""
    return lambda env: exactly(operator, left(env), right(env))


def arithmetic_of(operator: str, left: Get, right: Get, *, sure: bool) -> Get:
    """Returns ``left - right`` and the like of numbers, times and durations.

    Args:
        sure: Whole numbers in it surely have 64 bits with their sign; those of JSON may have more.
    """
    whole, floating = WHOLE[operator], FLOATING.get(operator)

    def arithmetic(env: Any) -> Any:
        one, other = left(env), right(env)
        kind = type(one)
        if kind is type(other):
            if kind is int:
                result = whole(one, other)
                if INT_MIN <= result <= INT_MAX and (sure or (one <= INT_MAX and other <= INT_MAX)):
                    return result
            elif kind is float and floating is not None:
                return floating(one, other)
        return calculate(operator, one, other)

    return arithmetic


def sum_of(left: Get, right: Get) -> Get:
    """Returns ``left + right`` of anything; texts and lists that are made are paid for from the frame."""

    def added(frame: Frame) -> Any:
        one, other = left(frame), right(frame)
        kind, second = type(one), type(other)
        if kind is second and (kind is str or kind is bytes or kind is list):
            take(frame, len(one) + len(other))
            return one + other
        if kind in {list, tuple} and second in {list, tuple}:
            take(frame, len(one) + len(other))
            return [*one, *other]
        return calculate("+", one, other)

    return added

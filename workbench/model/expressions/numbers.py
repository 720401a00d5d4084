"""Calculates: whole numbers within 64 bits, doubles as IEEE has them, decimals exactly, times and durations.

What CEL says, with two exceptions that JSON and money need: a whole number and a double compute together as
doubles where their kinds are not declared (the check refuses it where they are), and whatever is calculated
with a decimal is a decimal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from operator import add, mul, sub
from typing import Any

from workbench.model.expressions.cel_values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    Uint,
    Wrong,
    number_type,
    words_of,
)

_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])
_ROUNDED = Context(prec=28, traps=[InvalidOperation, DivisionByZero, Overflow])
_LONGEST = timedelta(microseconds=(2**63 - 1) // 1000)
"""CEL's durations are nanoseconds in 64 bits, 292 years."""
Calculation = Callable[[Any, Any], Any]


def exact(value: Any) -> Any:
    """Returns a number as a decimal; what is none as it is, so that it equals no number.

    A double is taken as it is written: 0.1 is a tenth.
    """
    kind = type(value)
    if kind is float:
        return Decimal(repr(value))
    return Decimal(value) if kind is int or kind is Uint else value


def finite(value: Any) -> Any:
    """Returns a value that is no number without end.

    Raises:
        Wrong: It is NaN or infinite: decimals and JSON have no such numbers.
    """
    kind = type(value)
    if (kind is Decimal and not value.is_finite()) or (kind is float and not math.isfinite(value)):
        raise Wrong(f"{value} is no number that decimals or JSON have")
    return value


def within(value: int, kind: type[Any] = int) -> Any:
    """Returns a whole number of a kind.

    Raises:
        Wrong: It needs more than 64 bits.
    """
    if kind is int:
        if INT_MIN <= value <= INT_MAX:
            return value
    elif 0 <= value <= UINT_MAX:
        return Uint(value)
    raise Wrong("the result is too large: it has more than 64 bits")


def span(value: timedelta) -> timedelta:
    """Returns a duration that is not too long.

    Raises:
        Wrong: It is longer than 292 years.
    """
    if abs(value) > _LONGEST:
        raise Wrong("a duration has at most 292 years")
    return value


def quotient(one: int, other: int) -> int:
    """Divides whole numbers, towards zero."""
    if not other:
        raise Wrong("division by zero")
    found = abs(one) // abs(other)
    return found if (one < 0) is (other < 0) else -found


def rest(one: int, other: int) -> int:
    """Returns what a division leaves; it has the sign of what is divided."""
    if not other:
        raise Wrong("division by zero")
    if one == INT_MIN and other == -1:
        within(-one)
    return one - other * quotient(one, other)


def _divided(one: float, other: float) -> float:
    try:
        return one / other
    except ZeroDivisionError:
        if math.isnan(one) or not one:
            return math.nan
        return math.copysign(math.inf, one) * math.copysign(1.0, other)


WHOLE: dict[str, Calculation] = {"+": add, "-": sub, "*": mul, "/": quotient, "%": rest}
FLOATING: dict[str, Calculation] = {"+": add, "-": sub, "*": mul, "/": _divided}
_DECIMAL: dict[str, Calculation] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _ROUNDED.divide,
    "%": _EXACT.remainder,
}


def exactly(operator: str, one: Any, other: Any) -> Decimal:
    """Calculates with decimals; only a quotient is rounded, to 28 digits.

    Raises:
        Wrong: There is no result, it has more than 100 digits, or one of the numbers is none.
    """
    try:
        return _DECIMAL[operator](finite(exact(one)), finite(exact(other)))  # type: ignore[no-any-return]
    except Inexact:
        raise Wrong("the result has more than 100 digits") from None
    except DivisionByZero:
        raise Wrong("division by zero") from None
    except ArithmeticError:
        raise Wrong("this has no result") from None


def calculate(operator: str, one: Any, other: Any) -> Any:
    """Returns ``one operator other`` for numbers, times and durations.

    Raises:
        Wrong: They do not fit, or there is no result.
    """
    kinds = (number_type(one), number_type(other))
    if kinds[0] is kinds[1] and kinds[0] in {int, Uint}:
        return within(WHOLE[operator](int(one), int(other)), kinds[0])
    if {*kinds} <= {int, Uint, float, Decimal}:
        if Decimal in kinds:
            return exactly(operator, one, other)
        if kinds[0] is not kinds[1] and {*kinds} == {int, Uint}:
            raise Wrong(f"{operator} does not mix an unsigned whole number with one that has a sign")
        if float in kinds and operator in FLOATING and Uint not in {type(one), type(other)}:
            return FLOATING[operator](float(one), float(other))
    elif (found := _moved(operator, one, other)) is not None:
        return found
    raise Wrong(f"{operator} does not work on {words_of(one)} and {words_of(other)}")


def _moved(operator: str, one: Any, other: Any) -> Any:
    """Returns sum or difference of times and durations, or a multiple of one; None for anything else."""
    kinds = (type(one), type(other))
    if operator == "*" and kinds in {(int, timedelta), (timedelta, int)}:
        try:
            return span(one * other)
        except OverflowError:
            raise Wrong("a duration has at most 292 years") from None
    if operator not in {"+", "-"} or {*kinds} - {datetime, timedelta}:
        return None
    if kinds == (datetime, datetime):
        return span(one - other) if operator == "-" else None
    if kinds == (timedelta, datetime) and operator == "-":
        return None
    try:
        found = one + other if operator == "+" else one - other
    except OverflowError:
        raise Wrong("a time lies between the years 1 and 9999") from None
    return span(found) if type(found) is timedelta else found


def negated(value: Any) -> Any:
    """Returns ``-value``.

    Raises:
        Wrong: It is nothing that has an opposite, or the result is too large.
    """
    kind = type(value)
    if kind is float or kind is Decimal:
        return -value
    if kind is int and value <= INT_MAX:
        return within(-value)
    raise Wrong(f"- needs a number, and this is {words_of(value)}")

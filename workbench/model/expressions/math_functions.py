"""Functions of numbers: exact with decimals, with overflow as an error."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import partial
from typing import Any

from workbench.model.expressions.budget import Frame, read, step
from workbench.model.expressions.cel_values import UINT_MAX, Uint, Wrong, number_type, words_of
from workbench.model.expressions.comparison import NUMBERS, in_order
from workbench.model.expressions.numbers import exact, within
from workbench.model.expressions.value_views import seen

_WIDE = Context(prec=1000)


def _rounded(rounding: str, of_double: Callable[[float], float], value: Any) -> Any:
    if isinstance(value, Decimal):
        if value.adjusted() > 900:
            raise Wrong("the number is too large")
        return value.quantize(Decimal(1), rounding, _WIDE)
    value = float(value)
    return float(of_double(value)) if math.isfinite(value) else value


def _half_up(value: float) -> float:
    """Rounds a double, halves away from zero."""
    low = math.floor(value)
    rest = value - low
    return low + (rest > 0.5 or (rest == 0.5 and value > 0))


ROUNDING: dict[str, Callable[[Any], Any]] = {
    "ceil": partial(_rounded, ROUND_CEILING, math.ceil),
    "floor": partial(_rounded, ROUND_FLOOR, math.floor),
    "round": partial(_rounded, ROUND_HALF_UP, _half_up),
    "trunc": partial(_rounded, ROUND_DOWN, math.trunc),
}
"""Whole parts of numbers: a decimal of a decimal, else a double."""


def rounded(value: Any, count: int = 0) -> Any:
    """Returns a number with at most a number of digits after the point, as money is rounded: halves to even.

    A double is taken as it is written: 0.125 is an eighth.
    """
    digits = places(count)
    if isinstance(value, int) or (isinstance(value, float) and not math.isfinite(value)):
        return value
    if value and exact(value).adjusted() > 900:
        raise Wrong("the number is too large")
    found = exact(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN, _WIDE)
    return found if isinstance(value, Decimal) else float(found)


def places(count: int) -> int:
    """Returns how many digits after the point a number can be rounded to.

    Raises:
        Wrong: None, or more than 18.
    """
    if not 0 <= count <= 18:
        raise Wrong("round takes 0 to 18 digits after the point")
    return count


def absolute(value: Any) -> Any:
    """Returns a number without its sign."""
    if isinstance(value, int):
        return within(abs(value), number_type(value))
    return abs(value)


def sign(value: Any) -> Any:
    """Returns -1, 0 or 1, as a number of the same kind."""
    found = (value > 0) - (value < 0)
    return number_type(value)(found)


def root(value: Any) -> float:
    """Returns the square root; nan of what is negative."""
    value = float(value)
    return math.sqrt(value) if value >= 0 else math.nan


TESTS: dict[str, Callable[[Any], bool]] = {
    "isNaN": math.isnan,
    "isInf": math.isinf,
    "isFinite": math.isfinite,
}


def _bits(operate: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def bits(one: Any, other: Any) -> Any:
        kind = number_type(one)
        if kind is not number_type(other):
            raise Wrong(f"{words_of(one)} and {words_of(other)} do not fit")
        return kind(operate(int(one), int(other)))

    return bits


BITS: dict[str, Callable[[Any, Any], Any]] = {
    "bitAnd": _bits(lambda one, other: one & other),
    "bitOr": _bits(lambda one, other: one | other),
    "bitXor": _bits(lambda one, other: one ^ other),
}


def turned_bits(value: Any) -> Any:
    """Returns a whole number with each of its 64 bits turned."""
    return Uint(UINT_MAX - value) if number_type(value) is Uint else ~value


def _shifted(value: Any, count: Any, move: Callable[[int, int], int]) -> Any:
    if count < 0:
        raise Wrong("bits cannot be moved by a negative number")
    found = move(int(value) & UINT_MAX, int(count)) & UINT_MAX if count < 64 else 0
    if number_type(value) is Uint:
        return Uint(found)
    return found - 2**64 if found >= 2**63 else found


SHIFTS: dict[str, Callable[[Any, Any], Any]] = {
    "bitShiftLeft": lambda value, count: _shifted(value, count, lambda one, by: one << by),
    "bitShiftRight": lambda value, count: _shifted(value, count, lambda one, by: one >> by),
}


def extreme(frame: Frame, operator: str, values: Any) -> Any:
    """Returns the first of the least, or of the greatest, values.

    Raises:
        Wrong: There are none, or they cannot be compared.
    """
    step(frame, 2 * len(values))
    if not values:
        raise Wrong("a list without items has no least and no greatest one")
    if len(values) == 1:
        return values[0]
    found = seen(values[0])
    for value in values[1:]:
        one = seen(value)
        if type(one) is str:
            read(frame, len(one))
        if in_order(operator, one, found):
            found = one
    return found


def of_numbers(operator: str) -> Callable[..., Any]:
    """Returns the function for the least or greatest of some numbers, given each or as a list."""

    def chosen(frame: Frame, *given: Any) -> Any:
        values = given[0] if len(given) == 1 and type(given[0]) in {list, tuple} else given
        if odd := [value for value in values if type(value) not in NUMBERS]:
            raise Wrong(f"{words_of(odd[0])} is no number")
        return extreme(frame, operator, values)

    return chosen


def extreme_of(operator: str) -> Callable[..., Any]:
    """Returns the function for the least or greatest item of a list, or of some values."""

    def chosen(frame: Frame, *given: Any) -> Any:
        if len(given) == 1:
            return extreme(frame, operator, given[0]) if type(given[0]) in {list, tuple} else given[0]
        found = extreme(frame, operator, given)
        kinds = {type(value) for value in given}
        if Decimal in kinds:
            return exact(found)
        return float(found) if float in kinds and type(found) is int else found

    return chosen

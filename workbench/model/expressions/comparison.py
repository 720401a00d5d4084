"""Compares values as CEL does: numbers by their value whatever their kind, nothing else across kinds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from workbench.model.expressions.budget import Frame, read, step
from workbench.model.expressions.cel_values import TYPES, Missing, Uint, Wrong, words_of
from workbench.model.expressions.numbers import exact
from workbench.model.expressions.value_views import seen

ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
NUMBERS = frozenset({int, float, Decimal, Uint})
ORDERED = frozenset({str, int, float, Decimal, Uint, bool, bytes, datetime, timedelta})


def equal(frame: Frame | None, one: Any, other: Any) -> bool:
    """Returns ``one == other``; values of different kinds are never equal, and nan equals nothing.

    Args:
        frame: What lists and objects are compared at the cost of; None where neither can be one.
    """
    kind, second = type(one), type(other)
    if kind not in TYPES or second not in TYPES:
        return equal(frame, seen(one), seen(other))
    if kind in NUMBERS:
        return second in NUMBERS and _same_number(one, other)
    if kind is list or kind is tuple:
        return (second is list or second is tuple) and _same_items(frame, one, other)
    if kind is not second:
        return False
    if kind is dict:
        return _same_fields(frame, one, other)
    if frame is not None and (kind is str or kind is bytes) and len(one) == len(other):
        read(frame, len(one))
    return bool(one == other)


def _same_number(one: Any, other: Any) -> bool:
    if type(one) is type(other):
        return bool(one == other)
    if Decimal in {type(one), type(other)}:
        return bool(exact(one) == exact(other))
    one, other = _alike(one, other)
    return bool(one == other)


def _alike(one: Any, other: Any) -> tuple[Any, Any]:
    """Returns two numbers, a whole one as a double beside a double."""
    return (float(one), float(other)) if float in {type(one), type(other)} else (one, other)


def _same_items(frame: Frame | None, one: Any, other: Any) -> bool:
    if len(one) != len(other):
        return False
    if frame is not None:
        step(frame, 2 * len(one))
    return all(equal(frame, left, right) for left, right in zip(one, other, strict=True))


def _same_fields(frame: Frame | None, one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
    if len(one) != len(other):
        return False
    if frame is not None:
        step(frame, 3 * len(one))
    for key, value in one.items():
        found, there = lookup(other, key)
        if not there or not equal(frame, value, found):
            return False
    return True


def in_order(operator: str, one: Any, other: Any) -> bool:
    """Returns ``one < other`` and the like.

    Raises:
        Wrong: They have no order.
    """
    kind, second = type(one), type(other)
    if kind in NUMBERS and second in NUMBERS:
        if any(type(value) is float and math.isnan(value) for value in (one, other)):
            return False
        if Decimal in {kind, second}:
            return ORDERS[operator](exact(one), exact(other))
        return ORDERS[operator](*_alike(one, other))
    if kind is second and kind in ORDERED:
        return ORDERS[operator](one, other)
    if kind in TYPES and second in TYPES:
        raise Wrong(f"{operator} does not compare {words_of(one)} with {words_of(other)}")
    return in_order(operator, seen(one), seen(other))


class _Key:
    """A key that is no text: it equals a number of any kind, and true is not 1."""

    __slots__ = ("_is_truth", "_value")

    def __init__(self, value: Any) -> None:
        self._value = value
        self._is_truth = type(value) is bool

    def __hash__(self) -> int:
        return hash(self._value)

    def __eq__(self, other: object) -> bool:
        return (type(other) is bool) is self._is_truth and bool(other == self._value)


_NONE = object()


def lookup(mapping: Mapping[Any, Any], key: Any) -> tuple[Any, bool]:
    """Returns what a mapping has for a key, and whether it has it; 1, 1.0 and 1u are the same key.

    The keys are never gone through, as each of many may be looked up (X2).
    """
    kind = type(key)
    if kind not in {str, int, bool, Uint, float}:
        raise Wrong(f"{words_of(key)} is no key")
    found = mapping.get(key if kind is str else _Key(key), _NONE)
    return (None, False) if found is _NONE else (found, True)


def among(frame: Frame, value: Any, values: Any) -> bool:
    """Returns ``value in values``: whether a list holds it, or an object has such a key.

    Raises:
        Wrong: They are neither.
    """
    kind = type(values)
    if kind is dict:
        step(frame, 1)
        return lookup(values, value)[1]
    if kind is not list and kind is not tuple:
        if kind not in TYPES:
            return among(frame, value, seen(values))
        raise Wrong(f"in needs a list or an object, and this is {words_of(values)}")
    if type(value) is str and len(value) <= 256:
        read(frame, 16 * len(values))
        if value in values:
            return True
        if not values or type(values[0]) in TYPES:
            return False
    return any(_same(frame, value, one) for one in values)


def _same(frame: Frame, one: Any, other: Any) -> bool:
    step(frame, 1)
    return equal(frame, one, other)


def item_of(values: Any, index: Any) -> Any:
    """Returns ``values[index]``.

    Raises:
        Missing: There is no such item or key.
        Wrong: These are no values, or this is no index.
    """
    kind = type(values)
    if kind is dict:
        found, there = lookup(values, index)
        if not there:
            raise Missing(f"there is no key {index!r}")
        return found
    if kind is list or kind is tuple:
        return values[_place(index, len(values))]
    if values is None:
        raise Missing("null has no items")
    if kind in TYPES:
        raise Wrong(f"{words_of(values)} has no items")
    return item_of(seen(values), index)


def _place(index: Any, length: int) -> int:
    kind = type(index)
    if kind is not int and kind is not Uint and not (kind is float and index.is_integer()):
        raise Wrong(f"an item of a list has a number, and this is {words_of(index)}")
    if not 0 <= index < length:
        raise Missing(f"there is no item {int(index)}: there are {length}, and the first is 0")
    return int(index)

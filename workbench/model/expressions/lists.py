"""Functions of lists."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import Any

from workbench.model.expressions.budget import Frame, read, step, take
from workbench.model.expressions.comparing import NUMBERS, ORDERED, equal
from workbench.model.expressions.numbers import calculate, exact, span
from workbench.model.expressions.values import Wrong, words_of
from workbench.model.expressions.views import seen


def total(frame: Frame, values: Any) -> Any:
    """Returns the sum of numbers or durations; of nothing it is 0.

    Raises:
        Wrong: They cannot be added, or the sum is too large.
    """
    step(frame, 3 * len(values))
    if not values:
        return 0
    found = seen(values[0])
    if type(found) is timedelta:
        return _total_duration(values)
    if type(found) not in NUMBERS:
        raise Wrong(f"{words_of(found)} cannot be added up")
    for value in values[1:]:
        found = calculate("+", found, seen(value))
    return found


def _total_duration(values: Any) -> timedelta:
    if any(type(value) is not timedelta for value in values):
        raise Wrong("durations can be added to durations alone")
    return span(sum(values, timedelta()))


def in_sequence(frame: Frame, values: Any) -> list[Any]:
    """Returns a list in its order.

    Raises:
        Wrong: Its items have no order.
    """
    rounds = 1 + len(values).bit_length() // 2
    take(frame, len(values))
    step(frame, 1 + len(values) * rounds)
    items = [seen(value) for value in values]
    read(frame, rounds * _characters(items))
    kinds = {type(item) for item in items}
    if len(items) < 2:
        return list(values)
    if kinds <= NUMBERS:
        return sorted(items, key=exact) if Decimal in kinds else sorted(items)
    if len(kinds) > 1 or not kinds <= ORDERED:
        raise Wrong("these items have no order")
    return sorted(items)


def distinct(frame: Frame, values: Any) -> list[Any]:
    """Returns each item once, where it comes first."""
    take(frame, len(values))
    step(frame, 3 * len(values))
    items = [seen(value) for value in values]
    read(frame, _characters(items))
    exactly = any(type(item) is Decimal for item in items)
    found: list[Any] = []
    known: set[Any] = set()
    others: list[Any] = []
    for value, item in zip(values, items, strict=True):
        kind = type(item)
        if kind is list or kind is tuple or kind is dict:
            if not any(_same(frame, item, one) for one in others):
                others.append(item)
                found.append(value)
            continue
        number = kind in NUMBERS
        if kind is float and math.isnan(item):
            found.append(item)
        elif (key := ("", exact(item) if exactly else item) if number else (kind, item)) not in known:
            known.add(key)
            found.append(item)
    return found


def _characters(items: list[Any]) -> int:
    return sum(len(item) for item in items if type(item) is str or type(item) is bytes)


def _same(frame: Frame, one: Any, other: Any) -> bool:
    step(frame, 4)
    return equal(frame, one, other)


def joined(frame: Frame, values: Any, between: str = "") -> str:
    """Returns texts as one.

    Raises:
        Wrong: An item is no text.
    """
    step(frame, 1 + len(values))
    texts = [seen(value) for value in values]
    for text in texts:
        if type(text) is not str:
            raise Wrong(f"join needs texts, and one is {words_of(text)}")
    take(frame, sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def reversed_(frame: Frame, value: Any) -> Any:
    """Returns a text or list from its end to its beginning."""
    take(frame, len(value))
    return value[::-1] if type(value) is str else list(value)[::-1]

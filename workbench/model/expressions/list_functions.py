"""Functions of lists."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Any
from uuid import UUID

from workbench.model.expressions.budget import Frame, read, step, take
from workbench.model.expressions.cel_values import Missing, Wrong, words_of
from workbench.model.expressions.comparison import NUMBERS, ORDERED, equal
from workbench.model.expressions.numbers import calculate, exact, span
from workbench.model.expressions.time_functions import utc
from workbench.model.expressions.value_views import seen

_WIDEST = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


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


def first(values: Any) -> Any:
    """Returns the first item.

    Raises:
        Missing: There is none.
    """
    return _item_at(values, 0, "first")


def last(values: Any) -> Any:
    """Returns the last item.

    Raises:
        Missing: There is none.
    """
    return _item_at(values, -1, "last")


def _item_at(values: Any, at: int, word: str) -> Any:
    if not values:
        raise Missing(f"a list without items has no {word} one")
    value = values[at]
    return seen(value) if isinstance(value, UUID) else value


def numbers(frame: Frame, count: int) -> list[int]:
    """Returns the numbers from 0 on, as many as asked for.

    Raises:
        Wrong: It is less than 0.
    """
    if count < 0:
        raise Wrong(f"there are no {count} numbers")
    take(frame, count)
    return list(range(count))


def part(frame: Frame, values: Any, begin: int, end: int | None = None) -> list[Any]:
    """Returns the items from a number on, and before another.

    Raises:
        Wrong: The list does not reach so far.
    """
    end = len(values) if end is None else end
    if not 0 <= begin <= end <= len(values):
        raise Wrong(f"a list of {len(values)} has no part from {begin} to {end}")
    take(frame, end - begin)
    return list(values[begin:end])


def _total_duration(values: Any) -> timedelta:
    if any(type(value) is not timedelta for value in values):
        raise Wrong("durations can be added to durations alone")
    return span(sum(values, timedelta()))


def in_sequence(frame: Frame, values: Any) -> list[Any]:
    """Returns a list in its order.

    Raises:
        Wrong: Its items have no order.
    """
    items = [seen(value) for value in values]
    return sorted_by(frame, items, items)


def sorted_by(frame: Frame, values: Any, keys: list[Any]) -> list[Any]:
    """Returns a list in the order of its keys, of which there is one for each item.

    Raises:
        Wrong: The keys have no order.
    """
    rounds = 1 + len(values).bit_length() // 2
    take(frame, len(values))
    step(frame, 1 + len(values) * rounds)
    read(frame, rounds * _characters(keys))
    kinds = {type(key) for key in keys}
    if len(keys) < 2:
        return list(values)
    if kinds <= NUMBERS:
        keys = [exact(key) for key in keys] if Decimal in kinds else keys
    elif len(kinds) > 1 or not kinds <= ORDERED:
        raise Wrong("these items have no order")
    return [values[at] for at in sorted(range(len(keys)), key=keys.__getitem__)]


def distinct(frame: Frame, values: Any) -> list[Any]:
    """Returns each item once, where it comes first."""
    take(frame, len(values))
    step(frame, 5 * len(values))
    items = [seen(value) for value in values]
    exactly = any(type(item) is Decimal for item in items)
    found: list[Any] = []
    known: set[tuple[str, str | bytes]] = set()
    others: list[Any] = []
    for value, item in zip(values, items, strict=True):
        kind = type(item)
        if kind is list or kind is tuple or kind is dict:
            if not any(_same(frame, item, one) for one in others):
                others.append(item)
                found.append(value)
            continue
        key = _key(item, exactly=exactly)
        read(frame, len(key[1]))
        if key not in known or (kind is float and math.isnan(item)):  # nan equals nothing
            known.add(key)
            found.append(item)
    return found


def _key(value: Any, *, exactly: bool) -> tuple[str, str | bytes]:
    """Returns what values are told apart by: texts, as numbers can be chosen so that all hash alike (X2)."""
    kind = type(value)
    if kind in NUMBERS:
        return "", _number_key(value, exactly=exactly)
    if kind is datetime:
        return kind.__name__, utc(value).isoformat()
    return kind.__name__, value if kind is str or kind is bytes else repr(value)


def _number_key(value: Any, *, exactly: bool) -> str:
    if exactly:
        return str(_WIDEST.normalize(found)) if (found := exact(value)) else "0"
    if type(value) is not float or value.is_integer():
        return hex(int(value))
    return value.hex()


def _characters(items: list[Any]) -> int:
    return sum(len(item) for item in items if type(item) is str or type(item) is bytes)


def _same(frame: Frame, one: Any, other: Any) -> bool:
    step(frame, 1)
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
